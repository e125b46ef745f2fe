#include "services/fleet/api/method_rows.h"

#include <cstddef>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "common/metrics/metric_catalog.h"
#include "common/status/error_info.h"
#include "google/protobuf/descriptor.h"
#include "tests/unit/services/fleet/api/runner_fixture.h"

namespace fleet::service {
namespace {

using ::fleet::testing::StatusIs;
using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::Field;
using ::testing::HasSubstr;
using ::testing::Pair;

// The fields that lead from a request to one of its texts.
using Path = std::vector<const FieldDescriptor*>;

void ForEachText(const Descriptor& type, const Path& before, const std::function<void(const Path&)>& take) {
  for (int i = 0; i < type.field_count(); ++i) {
    Path path = before;
    path.push_back(type.field(i));
    if (type.field(i)->type() == FieldDescriptor::TYPE_STRING) take(path);
    if (type.field(i)->type() == FieldDescriptor::TYPE_MESSAGE) {
      ForEachText(*type.field(i)->message_type(), path, take);
    }
  }
}

// Sets the text at the end of `path`; a map's value gets the key "x".
void SetText(Message& request, const Path& path, const std::string& text) {
  Message* message = &request;
  for (const FieldDescriptor* field : path) {
    const auto& reflection = *message->GetReflection();
    if (field->type() == FieldDescriptor::TYPE_STRING) {
      if (field->is_repeated()) {
        reflection.AddString(message, field, text);
      } else {
        reflection.SetString(message, field, text);
      }
    } else {
      message =
          field->is_repeated() ? reflection.AddMessage(message, field) : reflection.MutableMessage(message, field);
      const FieldDescriptor* key = field->is_map() ? field->message_type()->map_key() : nullptr;
      if (key != nullptr) message->GetReflection()->SetString(message, key, "x");
    }
  }
}

// A handler may look at the fleet's id before anything else.
void SetFleetId(Message& request, const Path& but) {
  const FieldDescriptor* id = request.GetDescriptor()->FindFieldByName("fleet_id");
  if (id != nullptr && id != but.front())
    request.GetReflection()->SetString(&request, id, "01HZ0000000000000000000001");
}

std::string Describe(const rpc::Method& method, const Path& path) {
  std::string text = method.name;
  for (const FieldDescriptor* field : path) text += "." + field->name();
  return text;
}

class MethodRowsTest : public RunnerApiTest {
 protected:
  rpc::MethodTable Table() {
    return MethodRows({fleet_api_, controls_, watches_, catalog_, api_, admin_, system_api_, logs_},
                      {pool_, pool_, pool_});
  }

  absl::Status Call(const rpc::Method& method, const Message& request) {
    const std::unique_ptr<Message> response(method.response->New());
    switch (method.kind()) {
      case rpc::MethodKind::kUnary:
        return std::get<rpc::Method::Unary>(method.handler)(caller_, request, *response);
      case rpc::MethodKind::kPending: {
        absl::Status answer = absl::UnknownError("no answer");
        std::get<rpc::Method::Pending>(method.handler)(caller_, request, *response,
                                                       {absl::Seconds(1), std::make_shared<std::atomic<bool>>(false),
                                                        [&answer](const absl::Status& status) { answer = status; }});
        return answer;
      }
      case rpc::MethodKind::kStream:
        return std::get<rpc::Method::Stream>(method.handler)(caller_, request, [] {})->Step().status;
    }
    return absl::UnknownError("no such kind");
  }

  store::LimitStore limits_{stores_.pool};
  store::AuditStore audit_{stores_.pool};
  FleetApi fleet_api_{stores_.fleets, stores_.tasks, changes_};
  ControlApi controls_{stores_.fleets, stores_.controls, stores_.redrives, changes_};
  dispatch::WatchHub hub_{{}, Clock::System(), {}};
  WatchMessages messages_;
  SnapshotPages pages_{{}, {}};
  WatchApi watches_{{{}, {}, pages_, hub_, messages_}};
  CatalogApi catalog_{stores_.catalog};
  AdminApi admin_{limits_, audit_, changes_};
  store::RunnerDirectory directory_{stores_.pool};
  store::SystemStore system_{stores_.pool};
  SystemApi system_api_{directory_, system_, Clock::System(), {}};
  prometheus::Registry registry_;
  metrics::LogRelayMetrics log_metrics_{registry_};
  store::FollowedLogStore followed_logs_{stores_.pool};
  LogApi logs_{followed_logs_, owners_, {{}, relay_, log_metrics_}};
};

TEST_F(MethodRowsTest, EveryMethodOfTheContractHasItsRow) {
  const rpc::MethodTable table = Table();
  FLEET_EXPECT_OK(table.Check());
  EXPECT_EQ(table.services().size(), 4U);
}

TEST_F(MethodRowsTest, MetricsCountOnAsManyMethodsAsThereMayBe) {
  const rpc::MethodTable table = Table();
  std::size_t methods = 0;
  for (const std::string& service : table.services()) methods += table.MethodsOf(service).size();
  EXPECT_LE(methods, metrics::MetricNamed("grpc_server_started_total").MostSeries());
}

TEST_F(MethodRowsTest, OnlyWhatMayBeLongTakesMoreThanAMebibyte) {
  const rpc::MethodTable table = Table();
  std::map<std::string, std::size_t> mebibytes;
  for (const std::string& service : table.services()) {
    for (const rpc::Method* method : table.MethodsOf(service)) {
      if (method->max_request_bytes != std::size_t{1} << 20) mebibytes[method->name] = method->max_request_bytes >> 20;
    }
  }
  EXPECT_THAT(mebibytes, ElementsAre(Pair("AddFleetTargets", 32), Pair("ApplyWorkflow", 3), Pair("CreateFleet", 32),
                                     Pair("ImportRepositories", 32), Pair("ReportTasks", 32), Pair("RetryFleet", 8)));
}

// Walks the contract: a field that is new is refused too, or listed here with what becomes of it.
TEST_F(MethodRowsTest, NoTextOfARequestTakesWhatNobodySees) {
  const rpc::MethodTable table = Table();
  int count = 0;
  for (const std::string& service : table.services()) {
    for (const rpc::Method* method : table.MethodsOf(service)) {
      ForEachText(*method->request->GetDescriptor(), {}, [&](const Path& path) {
        // Answered report by report: ReportTextsTest.
        if (path.front()->full_name() == "fleet.v1.ReportTasksRequest.reports") return;
        const std::unique_ptr<Message> request(method->request->New());
        SetFleetId(*request, path);
        SetText(*request, path, "a\u200Bb");
        const absl::Status status = Call(*method, *request);
        EXPECT_THAT(status, StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr(": "))) << Describe(*method, path);
        EXPECT_THAT(GetErrorInfo(status).violations,
                    Contains(Field(&FieldViolation::description, HasSubstr("U+200B at character 2"))))
            << Describe(*method, path) << ": " << status;
        ++count;
      });
    }
  }
  EXPECT_GT(count, 60);
}

}  // namespace
}  // namespace fleet::service
