// What a collector is told of a fleet: one connected tree, whatever happened to those who did the work.
#include <map>
#include <set>
#include <stdexcept>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "tests/e2e/end_to_end_test.h"
#include "tests/support/status_matchers.h"
#include "tests/support/trace_collector.h"
#include "tests/support/wait_until.h"

namespace fleet::e2e {
namespace {

using ::fleet::testing::CollectedSpan;
using ::fleet::testing::TraceCollector;
using ::fleet::testing::WaitUntil;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::StartsWith;

constexpr char kTrace[] = "0af7651916cd43dd8448eb211c80319c";
constexpr char kCaller[] = "b7ad6b7169203331";

std::string Traceparent(const std::string& span) { return absl::StrCat("00-", kTrace, "-", span, "-01"); }

// The published protos come with the other tools from npm, which are installed at their first use.
std::string PublishedProtos() {
  const runner::TestDirectory directory;
  const std::string file = directory / "otlp.pb";
  const std::string protos = FLEET_NPM_TOOLS "/node_modules/@opentelemetry/otlp-grpc-exporter-base/build/protos";
  for (const std::vector<std::string>& command :
       {std::vector<std::string>{FLEET_NPM_TOOLS "/buf", "--version"},
        std::vector<std::string>{"protoc", "-I" + protos, "--include_imports", "--descriptor_set_out=" + file,
                                 "opentelemetry/proto/collector/trace/v1/trace_service.proto"}}) {
    const Program::Result result = RunProgram(directory.path(), command);
    if (result.code != 0) throw std::runtime_error(result.err);
  }
  return runner::ReadFile(file);
}

// Listens before the programs start.
struct HasCollector {
  TraceCollector collector{PublishedProtos()};
};

class TracesTest : protected HasCollector, public EndToEndTest {
 protected:
  TracesTest() : EndToEndTest(Server::kShared, {true, "3s", collector.url()}) {}

  // The fleet's id.
  std::string SubmitTraced(const std::vector<std::string>& repos, const std::vector<std::string>& more) {
    std::string list;
    for (const std::string& repo : repos) absl::StrAppend(&list, repo, "\n");
    std::vector<std::string> arguments = {"submit", "--workflow", kWorkflow, "--repos-file", WriteInput("repos", list)};
    arguments.insert(arguments.end(), more.begin(), more.end());
    const Program::Result submitted = Fleetctl(arguments);
    EXPECT_EQ(submitted.code, 0) << submitted.err;
    EXPECT_THAT(submitted.out, StartsWith("Fleet "));
    return submitted.out.substr(6, 26);
  }
  std::vector<CollectedSpan> Named(const std::string& name) const {
    std::vector<CollectedSpan> named;
    for (const CollectedSpan& span : collector.Spans()) {
      if (span.name == name) named.push_back(span);
    }
    return named;
  }
  std::size_t Count(const std::string& name) const { return Named(name).size(); }
  CollectedSpan Attempt(const std::string& task, int attempt) const {
    for (const CollectedSpan& span : Named("attempt")) {
      if (span.attributes.at("fleet.task.id") == task && span.attributes.at("fleet.attempt") == absl::StrCat(attempt)) {
        return span;
      }
    }
    return {};
  }
  // Spans whose parent is missing, or that begin a trace: their names.
  std::vector<std::string> Orphans() const {
    std::set<std::string> known;
    for (const CollectedSpan& span : collector.Spans()) known.insert(span.span_id);
    std::vector<std::string> orphans;
    for (const CollectedSpan& span : collector.Spans()) {
      if (known.count(span.parent_id) == 0) orphans.push_back(span.name);
    }
    return orphans;
  }
};

TEST_F(TracesTest, AFleetIsOneTreeOverARetryAndALostRunner) {
  const std::vector<std::string> repos = AddRepositories(10);
  ApplyScript(
      gate().Script("if [ \"$FLEET_REPO-$FLEET_ATTEMPT\" = acme/r3-1 ]; then exit 69; fi\n"
                    "echo \"$TRACEPARENT\" > traceparent"));
  stack().StartRunner("runner-1", {"service-1", "service-2"});
  const std::string id = SubmitTraced(repos, {"--traceparent", Traceparent(kCaller)});
  ASSERT_TRUE(WaitUntil([this] { return gate().CountBegun() == 2; }));
  stack().process("runner-1").Kill();
  stack().StartRunner("runner-2", {"service-1", "service-2"});
  gate().Open();
  EXPECT_EQ(WaitForEnd(id).state(), v1::FLEET_STATE_COMPLETED);
  ExpectPushed(id, repos);

  // The run is told of by a worker, the last report by a runner: in either order.
  EXPECT_TRUE(WaitUntil([this] {
    return Count("RUN e2e/change-v1") == 1 && Count("report") >= 11 && Count("attempt") == 13 && Orphans().size() == 1;
  })) << ::testing::PrintToString(Orphans());
  EXPECT_THAT(collector.Problems(), IsEmpty());
  EXPECT_THAT(Orphans(), ElementsAre("fleet.v1.FleetService/CreateFleet"));
  EXPECT_EQ(Named("fleet.v1.FleetService/CreateFleet").at(0).parent_id, kCaller);
  EXPECT_EQ(Named("RUN e2e/change-v1").at(0).attributes.at("cicd.pipeline.result"), "success");

  std::set<std::string> ids;
  std::map<std::string, std::set<std::string>> services;
  for (const CollectedSpan& span : collector.Spans()) {
    EXPECT_EQ(span.trace_id, kTrace) << span.name;
    EXPECT_TRUE(ids.insert(span.span_id).second) << span.name << " twice";
    EXPECT_LE(span.start_ns, span.end_ns) << span.name;
    services[span.service].insert(span.name);
  }
  EXPECT_THAT(services["fleet-service"], Contains("fleet.v1.RunnerService/ReportTasks"));
  for (const char* name : {"expand", "child", "queue", "attempt"})
    EXPECT_THAT(services["fleet-worker"], Contains(name));
  for (const char* name : {"lease", "clone", "step change", "commit", "push", "report"}) {
    EXPECT_THAT(services["fleet-runner"], Contains(name));
  }
  EXPECT_EQ(Count("child"), 10u);
  EXPECT_EQ(Count("queue"), 13u);
  EXPECT_EQ(Count("push"), 10u);

  // Who reads a log finds the trace, whatever process wrote the line.
  for (const char* name : {"service-1", "service-2"}) {
    EXPECT_EQ(absl::StrContains(stack().Log(name), "fleet_submitted"), absl::StrContains(stack().Log(name), kTrace))
        << name;
  }
  EXPECT_THAT(stack().Log("runner-2"), HasSubstr(absl::StrCat("\"trace\":\"", kTrace)));

  const auto tasks = Tasks(id);
  // Its runner was lost, and told of nothing more; the next attempt says what it follows.
  const CollectedSpan lost = Attempt(tasks.at("acme/r1").task_id(), 1);
  EXPECT_EQ(lost.status, 2);
  EXPECT_THAT(Attempt(tasks.at("acme/r1").task_id(), 2).links, ElementsAre(lost.span_id));
  const CollectedSpan failed = Attempt(tasks.at("acme/r3").task_id(), 1);
  EXPECT_EQ(failed.attributes.at("error.type"), "NETWORK");
  EXPECT_EQ(Attempt(tasks.at("acme/r3").task_id(), 2).status, 0);

  // What a step does is below it.
  std::set<std::string> steps;
  for (const CollectedSpan& step : Named("step change")) steps.insert(absl::StrCat(Traceparent(step.span_id), "\n"));
  EXPECT_EQ(steps.count(origin().File("acme/r4", BranchOf(id), "traceparent")), 1u);
}

TEST_F(TracesTest, ACollectorThatIsAwayKeepsNobodyFromWorking) {
  collector.SetAway(true);
  const std::vector<std::string> repos = AddRepositories(2);
  ApplyScript("echo done > done");
  stack().StartRunner("runner-1", {"service-1", "service-2"});
  const std::string id = SubmitTraced(repos, {"--traceparent", Traceparent(kCaller)});
  EXPECT_EQ(WaitForEnd(id).state(), v1::FLEET_STATE_COMPLETED);
  ExpectPushed(id, repos);
  EXPECT_THAT(collector.Spans(), IsEmpty());
  collector.SetAway(false);
  EXPECT_TRUE(WaitUntil([this] { return Count("RUN e2e/change-v1") == 1 && Count("push") == 2; }, absl::Seconds(90)));
  EXPECT_THAT(collector.Problems(), IsEmpty());
}

TEST_F(TracesTest, AFleetThatItsCallerDoesNotSampleIsHandedOnAndNotTold) {
  const std::vector<std::string> repos = AddRepositories(1);
  ApplyScript("echo \"$TRACEPARENT\" > traceparent");
  stack().StartRunner("runner-1", {"service-1", "service-2"});
  const std::string unsampled = absl::StrCat("00-", kTrace, "-", kCaller, "-00");
  const std::string id = SubmitTraced(repos, {"--traceparent", unsampled});
  EXPECT_EQ(WaitForEnd(id).state(), v1::FLEET_STATE_COMPLETED);
  const std::string handed = origin().File("acme/r1", BranchOf(id), "traceparent");
  EXPECT_THAT(handed, StartsWith(absl::StrCat("00-", kTrace, "-")));
  EXPECT_EQ(handed.substr(handed.size() - 4), "-00\n");
  EXPECT_THAT(collector.Spans(), IsEmpty());
}

}  // namespace
}  // namespace fleet::e2e
