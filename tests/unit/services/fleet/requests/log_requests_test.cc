#include "services/fleet/requests/log_requests.h"

#include <gmock/gmock.h>

#include <string>

#include "common/domain/log_window.h"
#include "tests/support/status_matchers.h"
#include "tests/unit/services/fleet/requests/violated_fields.h"

namespace fleet::service {
namespace {

using ::testing::ElementsAre;
using ::testing::SizeIs;

constexpr char kSomeTask[] = "01HZ0000000000000000000001-1";

v1::SendTaskLogRequest SendRequest() {
  v1::SendTaskLogRequest request;
  request.set_runner_id("01HZ00000000000000000000AA");
  v1::TaskLogChunk& chunk = *request.add_chunks();
  chunk.set_task_id(kSomeTask);
  chunk.set_attempt(1);
  chunk.set_text("text");
  return request;
}

TEST(LogRequestsTest, AChunkThatIsRightIsTaken) {
  v1::SendTaskLogRequest request = SendRequest();
  request.mutable_chunks(0)->set_text(std::string(domain::kMaxLogChunk, 'x'));
  FLEET_EXPECT_OK(ValidateSendTaskLog(request));
}

TEST(LogRequestsTest, EveryFieldThatIsWrongIsNamed) {
  v1::SendTaskLogRequest request = SendRequest();
  request.set_runner_id("nobody");
  request.mutable_chunks(0)->set_attempt(0);
  request.mutable_chunks(0)->set_offset(-1);
  request.mutable_chunks(0)->set_text(std::string(domain::kMaxLogChunk + 1, 'x'));
  *request.add_chunks() = SendRequest().chunks(0);
  request.add_chunks()->set_attempt(1);
  EXPECT_THAT(Fields(ValidateSendTaskLog(request)),
              ElementsAre("runner_id", "chunks[0].attempt", "chunks[0].offset", "chunks[0].text", "chunks[1].task_id",
                          "chunks[2].task_id"));
}

TEST(LogRequestsTest, ThereAreSomeChunksAndNotTooMany) {
  v1::SendTaskLogRequest request = SendRequest();
  request.clear_chunks();
  EXPECT_THAT(Fields(ValidateSendTaskLog(request)), ElementsAre("chunks"));
}

TEST(LogRequestsTest, TextIsCleaned) {
  v1::SendTaskLogRequest request = SendRequest();
  request.mutable_chunks(0)->set_text(std::string("a\0b\xFF", 4));
  request.mutable_chunks(0)->set_offset(7);
  const auto chunks = ToChunks(request);
  ASSERT_THAT(chunks, SizeIs(1));
  EXPECT_EQ(chunks[0].text.text, "ab\xEF\xBF\xBD");
  EXPECT_EQ(chunks[0].text.start, 7);
}

TEST(LogRequestsTest, AFollowerSaysWhereItStands) {
  v1::FollowTaskLogRequest request;
  request.set_fleet_id("01HZ0000000000000000000001");
  request.set_repo("acme/shop");
  FLEET_EXPECT_OK(ValidateFollowTaskLog(request));
  request.set_after_attempt(-1);
  request.set_after_offset(-1);
  EXPECT_THAT(Fields(ValidateFollowTaskLog(request)), ElementsAre("after_attempt", "after_offset"));
  request.set_repo("shop");
  EXPECT_THAT(Fields(ValidateFollowTaskLog(request)), ElementsAre("repo"));
}

}  // namespace
}  // namespace fleet::service
