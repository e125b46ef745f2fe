// Every method as a stranger would call it: buf, knowing nothing but what reflection tells it.
#include <set>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "absl/strings/substitute.h"
#include "absl/time/clock.h"
#include "common/domain/ulid.h"
#include "nlohmann/json.hpp"
#include "tests/e2e/end_to_end_test.h"
#include "tests/support/wait_until.h"

namespace fleet::e2e {
namespace {

using ::testing::HasSubstr;

// gRPC's codes, as buf exits with them: shifted by three bits.
constexpr int kInvalidArgument = 3 << 3;
constexpr int kNotFound = 5 << 3;
constexpr int kAlreadyExists = 6 << 3;
constexpr int kFailedPrecondition = 9 << 3;
constexpr int kUnauthenticated = 16 << 3;

constexpr char kAdmin[] = "fleet.v1.AdminService/";
constexpr char kCatalog[] = "fleet.v1.CatalogService/";
constexpr char kFleets[] = "fleet.v1.FleetService/";
constexpr char kRunners[] = "fleet.v1.RunnerService/";
constexpr char kHealth[] = "grpc.health.v1.Health/";
constexpr char kUnknownId[] = "01ARZ3NDEKTSV4RRFFQ69G5FAV";

class ReflectionTest : public EndToEndTest {
 protected:
  // Leases outlast slow calls.
  ReflectionTest() : EndToEndTest(Server::kShared, {.lease_duration = "60s"}) {}

  Program::Result Buf(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), {FLEET_BUF, "curl", "--protocol", "grpc", "--http2-prior-knowledge"});
    return RunProgram(directory(), std::move(arguments));
  }
  Program::Result Call(const std::string& method, const std::string& request) {
    return Buf({"-H", absl::StrCat("x-fleet-user: ", kUser), "-d", request, Url(method)});
  }
  std::string Url(const std::string& method) {
    return absl::StrCat("http://", stack().Address("service-1"), "/", method);
  }

  // Calls that must succeed; the last message of the answer.
  nlohmann::json Succeed(const std::string& method, const std::string& request) {
    const Program::Result result = Call(method, request);
    EXPECT_EQ(result.code, 0) << method << " " << request << ": " << result.err;
    if (result.code == 0) succeeded_.insert(method);
    // Messages of a stream are separated by line breaks, and begin with a brace of their own.
    const std::size_t last = result.out.rfind("\n{");
    return nlohmann::json::parse(result.out.substr(last == std::string::npos ? 0 : last), nullptr, false);
  }
  void Refuse(const std::string& method, const std::string& request, int code, const std::string& message) {
    const Program::Result result = Call(method, request);
    EXPECT_EQ(result.code, code) << method << " " << request << ": " << result.out << result.err;
    EXPECT_THAT(result.err, HasSubstr(message)) << method;
    // Every error of ours has a reason that programs can read.
    if (absl::StartsWith(method, "fleet.v1.")) {
      EXPECT_THAT(result.err, HasSubstr("google.rpc.ErrorInfo")) << method;
    }
    if (result.code == code) refused_.insert(method);
  }

  void CallCatalog() {
    Succeed(absl::StrCat(kCatalog, "ImportRepositories"),
            R"({"repositories": [{"repo": "acme/r1", "clone_url": "https://git.example.com/acme/r1.git"}]})");
    Refuse(absl::StrCat(kCatalog, "ImportRepositories"), "{}", kInvalidArgument, "repositories: is empty");
    const auto repository = Succeed(absl::StrCat(kCatalog, "GetRepository"), R"({"repo": "ACME/R1"})");
    EXPECT_EQ(repository["repository"]["repo"], "acme/r1");
    Refuse(absl::StrCat(kCatalog, "GetRepository"), R"({"repo": "acme/nowhere"})", kNotFound, "acme/nowhere");
    EXPECT_EQ(Succeed(absl::StrCat(kCatalog, "ListRepositories"), "{}")["repositories"].size(), 1u);
    Refuse(absl::StrCat(kCatalog, "ListRepositories"), R"({"page_size": -1})", kInvalidArgument, "page_size");

    Succeed(absl::StrCat(kCatalog, "ImportRepositories"),
            R"({"repositories": [{"repo": "acme/gone", "clone_url": "https://git.example.com/acme/gone.git"}]})");
    const auto deleted = Succeed(absl::StrCat(kCatalog, "DeleteRepository"), R"({"repo": "acme/gone"})");
    EXPECT_EQ(deleted["repository"]["repo"], "acme/gone");
    Refuse(absl::StrCat(kCatalog, "DeleteRepository"), R"({"repo": "acme/gone"})", kNotFound, "acme/gone");

    const std::string workflow = R"({"workflow": {"workflow_ref": "e2e/change-v1", "version": "1.0.0", "title": "$0",
                                    "steps": [{"name": "change", "command": ["true"]}]}})";
    Succeed(absl::StrCat(kCatalog, "ApplyWorkflow"), absl::Substitute(workflow, "Change it"));
    Refuse(absl::StrCat(kCatalog, "ApplyWorkflow"), absl::Substitute(workflow, "Otherwise"), kAlreadyExists, "1.0.0");
    const std::string bad = absl::StrReplaceAll(absl::Substitute(workflow, "A bad one"), {{"1.0.0", "1.0.1"}});
    Succeed(absl::StrCat(kCatalog, "ApplyWorkflow"), bad);
    Succeed(absl::StrCat(kCatalog, "WithdrawWorkflow"), R"({"workflow_ref": "e2e/change-v1@1.0.1"})");
    Refuse(absl::StrCat(kCatalog, "WithdrawWorkflow"), R"({"workflow_ref": "e2e/change-v1"})", kInvalidArgument,
           "workflow_ref");
    const auto applied = Succeed(absl::StrCat(kCatalog, "GetWorkflow"), R"({"workflow_ref": "e2e/change-v1"})");
    EXPECT_EQ(applied["workflow"]["version"], "1.0.0");
    Refuse(absl::StrCat(kCatalog, "GetWorkflow"), R"({"workflow_ref": "e2e/other-v1"})", kNotFound, "e2e/other-v1");
    EXPECT_EQ(Succeed(absl::StrCat(kCatalog, "ListWorkflows"), "{}")["workflows"].size(), 2u);
    Refuse(absl::StrCat(kCatalog, "ListWorkflows"), R"({"page_token": "?"})", kInvalidArgument, "page_token");
  }
  std::string CallCreateFleet() {
    const std::string request = R"({"workflow_ref": "e2e/change-v1", "targets": [{"repo": "$0"}]})";
    Refuse(absl::StrCat(kFleets, "CreateFleet"), absl::Substitute(request, "acme/nowhere"), kFailedPrecondition,
           "acme/nowhere");
    const auto created = Succeed(absl::StrCat(kFleets, "CreateFleet"), absl::Substitute(request, "acme/r1"));
    return created["fleet"].value("fleetId", "");
  }
  void CallParts() {
    const auto created =
        Succeed(absl::StrCat(kFleets, "CreateFleet"), R"({"workflow_ref": "e2e/change-v1", "open_targets": true})");
    const std::string id = created["fleet"].value("fleetId", "");
    const std::string part = R"({"fleet_id": "$0", "part": $1, "targets": [{"repo": "acme/r1"}]})";
    Succeed(absl::StrCat(kFleets, "AddFleetTargets"), absl::Substitute(part, id, 1));
    Refuse(absl::StrCat(kFleets, "AddFleetTargets"), absl::Substitute(part, id, 2), kInvalidArgument, "acme/r1");
    const std::string seal = R"({"fleet_id": "$0", "total": $1})";
    Refuse(absl::StrCat(kFleets, "SealFleet"), absl::Substitute(seal, id, 2), kFailedPrecondition, "a total of 1");
    EXPECT_EQ(Succeed(absl::StrCat(kFleets, "SealFleet"), absl::Substitute(seal, id, 1))["fleet"]["rollup"]["total"],
              1);
    Succeed(absl::StrCat(kFleets, "CancelFleet"), absl::Substitute(R"({"fleet_id": "$0"})", id));
  }
  // Does the fleet's one task as a runner would.
  void CallRunnerService(const std::string& id) {
    const std::string runner = domain::Ulid::Generate(absl::Now()).ToString();
    const std::string me = absl::StrCat(R"("runner_id": ")", runner, R"(")");
    Succeed(absl::StrCat(kRunners, "RegisterRunner"), absl::StrCat("{", me, R"(, "name": "buf", "slots": 1})"));
    Refuse(absl::StrCat(kRunners, "RegisterRunner"), absl::StrCat("{", me, "}"), kInvalidArgument, "name: is empty");
    const std::string lease = R"({"runner_id": "$0", "lease_seq": 1, "max_tasks": 1, "wait_timeout": "30s"})";
    const auto leased = Succeed(absl::StrCat(kRunners, "LeaseTasks"), absl::Substitute(lease, runner));
    EXPECT_EQ(leased["leases"].size(), 1u);
    Refuse(absl::StrCat(kRunners, "LeaseTasks"), absl::Substitute(lease, kUnknownId), kFailedPrecondition, "register");
    const std::string held = absl::StrCat(R"("task_id": ")", id, R"(-1", "attempt": 1)");
    Succeed(absl::StrCat(kRunners, "Heartbeat"),
            absl::StrCat("{", me, R"(, "heartbeat_seq": 1, "received_lease_seq": 1, "held": [{)", held, "}]}"));
    Refuse(absl::StrCat(kRunners, "Heartbeat"), absl::StrCat("{", me, "}"), kInvalidArgument, "heartbeat_seq");
    const auto sent = Succeed(absl::StrCat(kRunners, "SendTaskLog"),
                              absl::StrCat("{", me, R"(, "chunks": [{)", held, R"(, "text": "aGVsbG8K"}]})"));
    EXPECT_EQ(sent["followed"][0], false);
    Refuse(absl::StrCat(kRunners, "SendTaskLog"), absl::StrCat("{", me, "}"), kInvalidArgument, "chunks: is empty");
    const auto reported =
        Succeed(absl::StrCat(kRunners, "ReportTasks"),
                absl::StrCat("{", me, R"(, "reports": [{)", held, R"(, "state": "TASK_STATE_COMPLETED",
                                               "result": {"outcome": "TASK_OUTCOME_NO_CHANGES"}}]})"));
    EXPECT_EQ(reported["answers"][0]["status"], "REPORT_STATUS_OK");
    Refuse(absl::StrCat(kRunners, "ReportTasks"), absl::StrCat("{", me, "}"), kInvalidArgument, "reports: is empty");
  }
  void CallFleetService(const std::string& id) {
    const std::string known = absl::Substitute(R"({"fleet_id": "$0"})", id);
    const std::string unknown = absl::Substitute(R"({"fleet_id": "$0"})", kUnknownId);
    for (const char* method : {"GetFleet", "ListFleetTasks", "WatchFleet"}) {
      Succeed(absl::StrCat(kFleets, method), known);
      Refuse(absl::StrCat(kFleets, method), unknown, kNotFound, kUnknownId);
    }
    EXPECT_EQ(Succeed(absl::StrCat(kFleets, "WatchFleet"), known)["fleet"]["state"], "FLEET_STATE_COMPLETED");
    EXPECT_EQ(Succeed(absl::StrCat(kFleets, "ListFleets"), "{}")["fleets"].size(), 1u);
    Refuse(absl::StrCat(kFleets, "ListFleets"), R"({"creator": "a b"})", kInvalidArgument, "creator");
    const std::string task = R"({"fleet_id": "$0", "repo": "$1"})";
    Succeed(absl::StrCat(kFleets, "GetFleetTask"), absl::Substitute(task, id, "acme/r1"));
    Refuse(absl::StrCat(kFleets, "GetFleetTask"), absl::Substitute(task, id, "acme/r2"), kNotFound, "acme/r2");
    EXPECT_EQ(Succeed(absl::StrCat(kFleets, "FollowTaskLog"), absl::Substitute(task, id, "acme/r1"))["task"]["state"],
              "TASK_STATE_COMPLETED");
    Refuse(absl::StrCat(kFleets, "FollowTaskLog"), absl::Substitute(task, id, "acme/r2"), kNotFound, "acme/r2");
    Refuse(absl::StrCat(kFleets, "CancelFleet"), known, kFailedPrecondition, "ended");
  }
  // `ended`: a fleet whose one child completed.
  void CallControls(const std::string& ended) {
    const std::string open = CallCreateFleet();
    const auto on = [](const std::string& id, const std::string& more) {
      return absl::StrCat(R"({"fleet_id": ")", id, "\"", more, "}");
    };
    for (const char* method : {"PauseFleet", "ResumeFleet"}) {
      Succeed(absl::StrCat(kFleets, method), on(open, ""));
      Refuse(absl::StrCat(kFleets, method), on(ended, ""), kFailedPrecondition, "ended");
    }
    Succeed(absl::StrCat(kFleets, "UpdateFleet"),
            on(open, R"(, "policy": {"max_concurrency": 3}, "update_mask": "maxConcurrency")"));
    Refuse(absl::StrCat(kFleets, "UpdateFleet"), on(open, ""), kInvalidArgument, "update_mask");
    EXPECT_EQ(Succeed(absl::StrCat(kFleets, "RetryFleet"),
                      on(ended, R"(, "selection": {"states": ["TASK_STATE_COMPLETED"]})"))["fleet"]["generation"],
              2);
    Refuse(absl::StrCat(kFleets, "RetryFleet"), on(open, R"(, "request_id": "a b")"), kInvalidArgument, "request_id");
    Succeed(absl::StrCat(kFleets, "ListFailureGroups"), on(ended, ""));
    Refuse(absl::StrCat(kFleets, "ListFailureGroups"), on(kUnknownId, ""), kNotFound, kUnknownId);
    const std::string repo = R"(, "repo": "acme/r1")";
    EXPECT_EQ(Succeed(absl::StrCat(kFleets, "ListTaskAttempts"), on(ended, repo))["attempts"].size(), 1u);
    Refuse(absl::StrCat(kFleets, "ListTaskAttempts"), on(ended, R"(, "repo": "acme/r2")"), kNotFound, "acme/r2");
    Refuse(absl::StrCat(kFleets, "CancelFleetTask"), on(open, R"(, "repo": "?")"), kInvalidArgument, "repo");
    // The worker may not have enqueued it yet.
    EXPECT_TRUE(
        testing::WaitUntil([&] { return Call(absl::StrCat(kFleets, "GetFleetTask"), on(open, repo)).code == 0; }));
    Succeed(absl::StrCat(kFleets, "CancelFleetTask"), on(open, repo));
    Succeed(absl::StrCat(kFleets, "CancelFleet"), on(CallCreateFleet(), ""));
  }

  void CallAdminService() {
    EXPECT_GE(Succeed(absl::StrCat(kAdmin, "ListLimits"), "{}")["limits"].size(), 9u);
    // It has nothing to be wrong in but the caller.
    const Program::Result nobody = Buf({"-d", "{}", Url(absl::StrCat(kAdmin, "ListLimits"))});
    EXPECT_EQ(nobody.code, kUnauthenticated) << nobody.err;
    if (nobody.code == kUnauthenticated) refused_.insert(absl::StrCat(kAdmin, "ListLimits"));
    const auto set =
        Succeed(absl::StrCat(kAdmin, "SetLimit"), R"({"name": "user_active", "scope": "buf", "value": 9})");
    EXPECT_EQ(set["limit"]["value"], "9");
    Refuse(absl::StrCat(kAdmin, "SetLimit"), R"({"name": "nothing", "value": 1})", kNotFound, "nothing");
    const auto audit = Succeed(absl::StrCat(kAdmin, "ListAuditEvents"), "{}");
    EXPECT_EQ(audit["events"][0]["subject"], "user_active:buf");
    Refuse(absl::StrCat(kAdmin, "ListAuditEvents"), R"({"page_size": -1})", kInvalidArgument, "page_size");
    const auto runners = Succeed(absl::StrCat(kAdmin, "ListRunners"), R"({"name": "buf"})");
    ASSERT_EQ(runners["runners"].size(), 1u);
    EXPECT_EQ(runners["runners"][0]["address"], "127.0.0.1");
    Refuse(absl::StrCat(kAdmin, "ListRunners"), R"({"pool": "A"})", kInvalidArgument, "pool");
    const std::string runner = R"({"runner_id": "$0"})";
    Succeed(absl::StrCat(kAdmin, "GetRunner"),
            absl::Substitute(runner, runners["runners"][0]["runnerId"].get<std::string>()));
    Refuse(absl::StrCat(kAdmin, "GetRunner"), absl::Substitute(runner, kUnknownId), kNotFound, kUnknownId);
    EXPECT_EQ(Succeed(absl::StrCat(kAdmin, "GetSystemStatus"), "{}")["database"]["reachable"], true);
    // It has nothing to be wrong in but the caller, either.
    const Program::Result stranger = Buf({"-d", "{}", Url(absl::StrCat(kAdmin, "GetSystemStatus"))});
    EXPECT_EQ(stranger.code, kUnauthenticated) << stranger.err;
    if (stranger.code == kUnauthenticated) refused_.insert(absl::StrCat(kAdmin, "GetSystemStatus"));
  }

  // What there is to call, by reflection. What cannot be called once for an answer is left out: reflection itself,
  // which every call uses, and the endless health stream, which gRPC brings.
  std::set<std::string> ListMethods() {
    const Program::Result listed = Buf({"--list-methods", Url("")});
    std::set<std::string> methods = absl::StrSplit(listed.out, '\n', absl::SkipEmpty());
    EXPECT_EQ(methods.erase(absl::StrCat(kHealth, "Watch")), 1u) << listed.out << listed.err;
    EXPECT_EQ(methods.erase("grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo"), 1u);
    return methods;
  }

  std::set<std::string> succeeded_;
  std::set<std::string> refused_;
};

TEST_F(ReflectionTest, EveryMethodSucceedsOnceAndRefusesOnce) {
  CallCatalog();
  const std::string id = CallCreateFleet();
  CallRunnerService(id);
  CallFleetService(id);
  CallControls(id);
  CallParts();
  CallAdminService();
  EXPECT_EQ(Succeed(absl::StrCat(kHealth, "Check"), R"({"service": "fleet.v1.FleetService"})")["status"], "SERVING");
  Refuse(absl::StrCat(kHealth, "Check"), R"({"service": "fleet.v1.Nothing"})", kNotFound, "unknown");

  const std::set<std::string> methods = ListMethods();
  EXPECT_GE(methods.size(), 21u);
  EXPECT_EQ(succeeded_, methods);
  EXPECT_EQ(refused_, methods);
}

TEST_F(ReflectionTest, WithoutAnIdentityEveryMethodIsRefused) {
  ExpectNoWork();
  for (const std::string& method : ListMethods()) {
    if (absl::StartsWith(method, kHealth)) continue;
    const Program::Result result = Buf({"-d", "{}", Url(method)});
    EXPECT_EQ(result.code, kUnauthenticated) << method << ": " << result.err;
    EXPECT_THAT(result.err, HasSubstr("x-fleet-user")) << method;
  }
}

}  // namespace
}  // namespace fleet::e2e
