#include "common/rpc/malformed_request.h"

#include <gmock/gmock.h>

#include <string>

#include "common/status/error_info.h"
#include "fleet/v1/catalog_service.pb.h"
#include "fleet/v1/fleet_service.pb.h"

namespace fleet::rpc {
namespace {

using ::testing::HasSubstr;

struct Told {
  std::string field;
  std::string message;
};

Told Describe(const google::protobuf::Message& request, const std::string& bytes) {
  const absl::Status status = MalformedRequest(request, bytes);
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  const ErrorInfo info = GetErrorInfo(status);
  EXPECT_EQ(info.reason, "MALFORMED_REQUEST");
  return {info.violations.empty() ? "" : info.violations[0].field, std::string(status.message())};
}

// What a client sends that does not check its own text.
template <typename Message>
std::string Bytes(const Message& message) {
  return message.SerializePartialAsString();
}

TEST(MalformedRequestTest, NamesTheFieldWhoseTextIsNotUtf8) {
  v1::CreateFleetRequest request;
  request.set_task_description("fine");
  request.add_targets()->set_repo("a/b");
  request.add_targets()->set_repo("a/c");
  const std::string good = Bytes(request);
  std::string bad = good;
  bad.replace(bad.find("a/c"), 1, "\xff");
  EXPECT_EQ(Describe(request, bad).field, "targets[1].repo");
  EXPECT_EQ(Describe(request, bad).message, "targets[1].repo is not valid UTF-8");
  bad = good;
  bad.replace(bad.find("fine"), 1, "\xc3");
  EXPECT_EQ(Describe(request, bad).field, "task_description");
}

TEST(MalformedRequestTest, NamesTheEntryOfAMap) {
  v1::CreateFleetRequest request;
  (*request.mutable_parameters())["name"] = "value";
  std::string bad = Bytes(request);
  bad.replace(bad.find("value"), 1, "\xff");
  EXPECT_EQ(Describe(request, bad).field, "parameters[0].value");
}

TEST(MalformedRequestTest, NamesTheMessageThatEndsTooEarly) {
  v1::CreateFleetRequest request;
  request.add_targets()->set_repo("a/b");
  std::string bytes = Bytes(request);
  EXPECT_THAT(Describe(request, bytes.substr(0, bytes.size() - 1)).message,
              HasSubstr("the request is no fleet.v1.CreateFleetRequest"));
  // The inner length goes beyond the message that holds it.
  bytes[bytes.find("a/b") - 1] = 100;
  EXPECT_EQ(Describe(request, bytes).field, "targets[0]");
}

TEST(MalformedRequestTest, HasWordsForBytesOfAnyKind) {
  const v1::ApplyWorkflowRequest request;
  const std::string group_end = "\x0c";
  std::string nested;
  for (int i = 0; i < 10'000; ++i) nested += "\x0b";
  for (const std::string& bytes :
       {std::string("\xff\xff\xff"), std::string(1, '\0'), group_end, nested, std::string()}) {
    EXPECT_THAT(Describe(request, bytes).message, HasSubstr("fleet.v1.ApplyWorkflowRequest"));
  }
}

}  // namespace
}  // namespace fleet::rpc
