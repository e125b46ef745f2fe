#include "tests/fuzz/edge_lab.h"

#include <atomic>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "common/clock/clock.h"
#include "common/lifecycle/mutex.h"
#include "common/metrics/fleet_metrics.h"
#include "common/metrics/log_metrics.h"
#include "common/metrics/rpc_metrics.h"
#include "common/rpc/call.h"
#include "common/rpc/malformed_request.h"
#include "common/rpc/stream_call.h"
#include "common/status/error_info.h"
#include "common/store/audit_store.h"
#include "common/store/limit_store.h"
#include "common/store/runner_directory.h"
#include "common/store/system_store.h"
#include "prometheus/registry.h"
#include "services/fleet/api/method_rows.h"
#include "services/fleet/requests/advice.h"
#include "tests/support/test_database.h"
#include "tests/support/test_stores.h"

namespace fleet::fuzz {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

// How long a watch that has nothing more to tell is listened to.
constexpr absl::Duration kWatched = absl::Milliseconds(50);

// A caller named alice, who sends `body` and keeps how her call ended.
template <typename Base>
class Wire : public Base {
 public:
  explicit Wire(absl::string_view body) : body_(body) {}

  std::vector<absl::string_view> Values(absl::string_view key) const override {
    return key == "x-fleet-user" ? std::vector<absl::string_view>{"alice"} : std::vector<absl::string_view>{};
  }
  // No time to wait for work.
  absl::Duration TimeLeft() const override { return absl::ZeroDuration(); }
  std::size_t RequestBytes() const override { return body_.size(); }
  absl::Status ReadRequest(Message& request) override {
    return request.ParseFromString(body_) ? absl::OkStatus() : rpc::MalformedRequest(request, body_);
  }

  // False if the call has not ended by then.
  bool AwaitEnd(absl::Duration timeout) {
    MutexLock lock(mutex_);
    while (!ended_) {
      if (changed_.WaitFor(mutex_, timeout)) return ended_;
    }
    return true;
  }
  absl::Status status() {
    MutexLock lock(mutex_);
    return status_;
  }

 protected:
  void Keep(const absl::Status& status) {
    MutexLock lock(mutex_);
    ended_ = true;
    status_ = status;
    changed_.SignalAll();
  }

 private:
  const std::string body_;
  Mutex mutex_;
  CondVar changed_;
  bool ended_ ABSL_GUARDED_BY(mutex_) = false;
  absl::Status status_ ABSL_GUARDED_BY(mutex_);
};

class UnaryWire final : public Wire<rpc::UnaryTransport> {
 public:
  using Wire::Wire;
  void End(const absl::Status& status, const Message&) override { Keep(status); }
};

// Takes every message at once.
class StreamWire final : public Wire<rpc::StreamTransport> {
 public:
  using Wire::Wire;
  void Write(rpc::SharedBytes) override { ++written_; }
  void Drop() override {}
  void End(const absl::Status& status) override { Keep(status); }
  bool TakeMessage() {
    int written = written_;
    return written > 0 && written_.compare_exchange_strong(written, written - 1);
  }

 private:
  std::atomic<int> written_ = 0;
};

std::string SampleText(const FieldDescriptor& field) {
  const std::string& name = field.name();
  if (name == "fleet_id" || name == "runner_id" || name == "request_id") return "01HZ0000000000000000000001";
  if (name == "task_id") return "01HZ0000000000000000000001-1";
  if (name == "repo") return "org/repo-1";
  if (name == "clone_url") return "https://git.example.com/org/repo-1.git";
  if (name == "workflow_ref") return testing::TestStores::kWorkflow;
  if (name == "script") return "#!/bin/sh\necho hello\n";
  return "text";
}

void Fill(Message& message, int depth);

void FillField(Message& message, const FieldDescriptor& field, int depth) {
  const google::protobuf::Reflection& reflection = *message.GetReflection();
  const bool repeated = field.is_repeated();
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_MESSAGE:
      return Fill(repeated ? *reflection.AddMessage(&message, &field) : *reflection.MutableMessage(&message, &field),
                  depth + 1);
    case FieldDescriptor::CPPTYPE_STRING:
      return repeated ? reflection.AddString(&message, &field, SampleText(field))
                      : reflection.SetString(&message, &field, SampleText(field));
    case FieldDescriptor::CPPTYPE_ENUM:
      return repeated ? reflection.AddEnumValue(&message, &field, 1) : reflection.SetEnumValue(&message, &field, 1);
    case FieldDescriptor::CPPTYPE_INT32:
      return repeated ? reflection.AddInt32(&message, &field, 1) : reflection.SetInt32(&message, &field, 1);
    case FieldDescriptor::CPPTYPE_INT64:
      return repeated ? reflection.AddInt64(&message, &field, 1) : reflection.SetInt64(&message, &field, 1);
    case FieldDescriptor::CPPTYPE_BOOL:
      return repeated ? reflection.AddBool(&message, &field, true) : reflection.SetBool(&message, &field, true);
    case FieldDescriptor::CPPTYPE_DOUBLE:
      return repeated ? reflection.AddDouble(&message, &field, 0.5) : reflection.SetDouble(&message, &field, 0.5);
    default:
      return;
  }
}

void Fill(Message& message, int depth) {
  if (depth > 6) return;
  const google::protobuf::Descriptor& type = *message.GetDescriptor();
  for (int i = 0; i < type.field_count(); ++i) FillField(message, *type.field(i), depth);
}

std::string Problem(const std::string& method, const absl::Status& status) {
  if (status.ok()) return "";
  const bool is_typed = status.code() != absl::StatusCode::kUnknown && status.code() != absl::StatusCode::kInternal &&
                        status.code() != absl::StatusCode::kUnimplemented &&
                        status.code() != absl::StatusCode::kDataLoss;
  if (is_typed && !status.message().empty() && !GetErrorInfo(status).reason.empty()) return "";
  return absl::StrCat(method, " answered ", status.ToString());
}

}  // namespace

struct EdgeLab::Parts {
  Parts() {
    stores.CreateFleet({.targets = 3});
    stores.ExpandAll();
  }

  testing::TestDatabase database;
  testing::TestStores stores{database.url(), 20};
  store::LimitStore limits{stores.pool};
  store::AuditStore audit{stores.pool};
  const dispatch::ChangeAnnouncer changes{{}};
  ThreadPool pool{2, 1000};
  dispatch::Dispatcher dispatcher{
      [this](const auto& demands) { return stores.dispatch.Dispatch(demands); }, Clock::System(), {}};
  dispatch::ReportBatcher reports{
      [this](const auto& batch) { return stores.reports.Apply(batch); }, [](const auto&, const auto&) {}, {}};
  dispatch::WatchHub hub{
      {[this](const auto& ids) { return stores.feed.ReadFleets(ids); },
       [this](const auto& ids) { return stores.feed.ReadRevisions(ids); },
       [this](const auto& id, int64_t after, int64_t until) { return stores.feed.ReadChanges(id, after, until); }},
      Clock::System(),
      {}};
  service::WatchMessages messages;
  service::LeasedFleetCache leased{stores.details};
  service::TaskLeasing leasing{dispatcher, leased, pool};
  service::RunnerOwners owners{stores.runners, pool};
  service::FleetApi fleets{stores.fleets, stores.tasks, changes};
  service::ControlApi controls{stores.fleets, stores.controls, stores.redrives, changes};
  service::SnapshotPages snapshot_pages{[this](const auto& caller, const auto& id, int32_t after, int32_t limit) {
                                          return stores.tasks.List(caller, id, {}, after, limit);
                                        },
                                        [this](const auto& id, int64_t since, int32_t first, int32_t last) {
                                          return stores.feed.ReadStanding(id, since, first, last);
                                        }};
  service::WatchApi watches{{[this] { return stores.feed.ReadTimeline(); },
                             [this](const auto& ids) { return stores.feed.ReadFleets(ids); }, snapshot_pages, hub,
                             messages}};
  service::CatalogApi catalog{stores.catalog};
  store::FollowedLogStore followed_logs{stores.pool};
  dispatch::LogRelay log_relay{
      {[this](const auto& task) { return followed_logs.Follow(task); },
       [this](const auto& tasks) { return followed_logs.FollowOn(tasks); },
       [this](const auto& known) { return followed_logs.ReadChanged(known); }, [this] { return followed_logs.List(); }},
      Clock::System(),
      {}};
  service::RunnerApi runners{stores.runners, owners, leasing, reports, log_relay, absl::Seconds(5)};
  service::AdminApi admin{limits, audit, changes};
  prometheus::Registry registry;
  metrics::LogRelayMetrics log_metrics{registry};
  service::LogApi logs{
      followed_logs,
      owners,
      {[this](const auto& caller, const auto& id, auto repo) { return stores.tasks.Get(caller, id, repo); }, log_relay,
       log_metrics}};
  store::RunnerDirectory directory{stores.pool};
  store::SystemStore system_store{stores.pool};
  service::SystemApi system{directory, system_store, Clock::System(), {}};
  const rpc::MethodTable table =
      service::MethodRows({fleets, controls, watches, catalog, runners, admin, system, logs}, {pool, pool, pool});
  metrics::RpcMetrics metrics{registry};
  metrics::IntakeMetrics intake{registry};
  const rpc::Authenticator authenticator{true};
  rpc::RequestBudget budget;
  rpc::OpenStreams streams{Clock::System()};
  const rpc::CallEnvironment environment{authenticator,       metrics, intake, Clock::System(), budget, streams,
                                         &service::WithAdvice};
  std::vector<const rpc::Method*> methods;
  std::vector<std::string> names;
};

EdgeLab::EdgeLab() : parts_(std::make_unique<Parts>()) {
  for (const std::string& service : parts_->table.services()) {
    for (const rpc::Method* method : parts_->table.MethodsOf(service)) {
      parts_->methods.push_back(method);
      parts_->names.push_back(absl::StrCat(method->service, "/", method->name));
    }
  }
}

EdgeLab::~EdgeLab() = default;

const std::vector<std::string>& EdgeLab::methods() const { return parts_->names; }

std::string EdgeLab::Sample(std::size_t method) const {
  const std::unique_ptr<Message> request(parts_->methods[method]->request->New());
  Fill(*request, 0);
  return absl::StrCat(std::string(1, static_cast<char>(method)), request->SerializeAsString());
}

std::string EdgeLab::Try(absl::string_view input) {
  if (input.empty()) return "";
  const std::size_t index = static_cast<unsigned char>(input[0]) % parts_->methods.size();
  const rpc::Method& method = *parts_->methods[index];
  input.remove_prefix(1);
  if (method.kind() != rpc::MethodKind::kStream) {
    UnaryWire wire(input);
    rpc::Call call(method, parts_->environment, wire);
    call.Start();
    if (!wire.AwaitEnd(absl::Seconds(60))) return absl::StrCat(parts_->names[index], " has not answered");
    return Problem(parts_->names[index], wire.status());
  }
  StreamWire wire(input);
  const auto call = std::make_shared<rpc::StreamCall>(method, parts_->environment, wire);
  call->Start();
  const absl::Time until = absl::Now() + kWatched;
  while (!wire.AwaitEnd(absl::Milliseconds(1)) && absl::Now() < until) {
    if (wire.TakeMessage()) call->OnWritten(true);
  }
  while (wire.TakeMessage()) call->OnWritten(false);
  call->OnCancel();
  while (!wire.AwaitEnd(absl::Milliseconds(1))) {
    if (wire.TakeMessage()) call->OnWritten(false);
    call->OnCancel();
  }
  const absl::Status status = wire.status();
  return absl::IsCancelled(status) ? "" : Problem(parts_->names[index], status);
}

}  // namespace fleet::fuzz
