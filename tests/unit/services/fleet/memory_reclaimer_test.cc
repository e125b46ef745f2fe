#include "services/fleet/memory_reclaimer.h"

#include <gmock/gmock.h>

#include <unistd.h>

#include <atomic>
#include <cstddef>
#include <fstream>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/base/config.h"
#include "common/lifecycle/thread_pool.h"
#include "common/rpc/open_streams.h"
#include "common/rpc/stream_call.h"
#include "fleet/v1/fleet_service.pb.h"
#include "tests/support/simulated_clock.h"
#include "tests/support/wait_until.h"
#include "tests/unit/common/rpc/fake_transport.h"

namespace fleet::service {
namespace {

using ::fleet::testing::WaitUntil;
using ::testing::ElementsAre;

constexpr MemoryReclaimer::Options kAtOnce = {absl::Milliseconds(1), absl::Milliseconds(1)};

TEST(MemoryReclaimerTest, BothAreDoneAgainAndAgain) {
  std::atomic<int> stalled = 0;
  std::atomic<int> freed = 0;
  const MemoryReclaimer reclaimer([&] { return ++stalled; }, [&] { return ++freed > 0; }, kAtOnce);
  EXPECT_TRUE(WaitUntil([&] { return stalled >= 3 && freed >= 3; }));
}

TEST(MemoryReclaimerTest, OneThatTakesLongKeepsTheOtherFromNothing) {
  std::atomic<bool> released = false;
  std::atomic<int> freed = 0;
  const MemoryReclaimer reclaimer(
      [&] {
        EXPECT_TRUE(WaitUntil([&] { return released.load(); }));
        return 0;
      },
      [&] { return ++freed > 0; }, kAtOnce);
  EXPECT_TRUE(WaitUntil([&] { return freed >= 3; }));
  released = true;
}

// A stream that has one message and its end.
class OneMessage final : public rpc::StreamSession {
 public:
  rpc::StreamStep Step() override {
    return {rpc::StreamStep::Kind::kLast, std::make_shared<const std::string>("a"), absl::OkStatus()};
  }
};
struct OneMessageApi {
  std::unique_ptr<rpc::StreamSession> Watch(const domain::Caller&, const v1::WatchFleetRequest&, rpc::Wake its_wake) {
    wake = std::move(its_wake);
    return std::make_unique<OneMessage>();
  }
  rpc::Wake wake;
};

TEST(MemoryReclaimerTest, AStreamThatIsNotReadIsDroppedOnceItsPatienceIsOver) {
  OneMessageApi api;
  rpc::TestEnvironment environment;
  testing::SimulatedClock clock;
  rpc::OpenStreams streams(clock, absl::Seconds(30));
  const rpc::CallEnvironment calls{
      environment.authenticator, environment.rpc_metrics, environment.intake, clock, environment.budget, streams};
  ThreadPool pool(1, 10);
  rpc::MethodTable table({"fleet.v1.FleetService"});
  table.AddStream<v1::WatchFleetResponse>("fleet.v1.FleetService/WatchFleet", api, &OneMessageApi::Watch, pool);
  rpc::FakeStreamTransport transport(v1::WatchFleetRequest().SerializeAsString());
  const auto call = std::make_shared<rpc::StreamCall>(*table.MethodsOf("fleet.v1.FleetService")[0], calls, transport);
  call->Start();
  ASSERT_THAT(transport.Await(1), ElementsAre("write a"));

  std::atomic<int> looked = 0;
  const MemoryReclaimer reclaimer(
      [&] {
        const int ended = streams.RunOnce();
        ++looked;
        return ended;
      },
      &ReturnFreeMemory, kAtOnce);
  ASSERT_TRUE(WaitUntil([&] { return looked >= 3; }));
  EXPECT_THAT(transport.events(), ElementsAre("write a")) << "it has time still";
  clock.Advance(absl::Seconds(31));
  EXPECT_THAT(transport.Await(2), ElementsAre("write a", "drop"));
  call->OnWritten(false);
}

// A sanitizer's allocator takes the place of glibc's, which then has nothing to give back.
#ifndef ABSL_HAVE_ADDRESS_SANITIZER

std::size_t ResidentBytes() {
  std::size_t pages = 0;
  std::size_t resident = 0;
  std::ifstream("/proc/self/statm") >> pages >> resident;
  return resident * static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
}

TEST(ReturnFreeMemoryTest, WhatABurstTookGoesBackToTheSystem) {
  constexpr std::size_t kBlock = 4000;  // glibc maps none of these by itself
  constexpr std::size_t kBurst = std::size_t{64} << 20;
  std::vector<std::unique_ptr<std::string>> blocks;
  for (std::size_t bytes = 0; bytes < kBurst; bytes += kBlock) {
    blocks.push_back(std::make_unique<std::string>(kBlock, 'x'));
  }
  const auto last = std::move(blocks.back());  // the heap's top stays taken
  blocks.clear();
  const std::size_t before = ResidentBytes();
  EXPECT_TRUE(ReturnFreeMemory());
  EXPECT_LT(ResidentBytes() + kBurst / 2, before);
}

#endif

}  // namespace
}  // namespace fleet::service
