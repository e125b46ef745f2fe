#include "common/rpc/rpc_handler.h"

#include <utility>

#include "common/logging/structured_log.h"
#include "common/rpc/grpc_status.h"

namespace fleet::rpc {

void LogFailedCall(const std::string& service, const std::string& method, const absl::Status& status) {
  const absl::StatusCode code = status.code();
  const bool is_our_fault = code == absl::StatusCode::kInternal || code == absl::StatusCode::kUnknown ||
                            code == absl::StatusCode::kDataLoss || code == absl::StatusCode::kUnavailable;
  if (is_our_fault) LogWarning("call_failed", {{"service", service}, {"method", method}, {"error", status}});
}

class RpcHandler::Call : public grpc::ServerUnaryReactor {
 public:
  Call(RpcHandler& handler, std::string method)
      : handler_(handler), method_(std::move(method)), started_(handler.clock_.Elapsed()) {
    handler_.metrics_.Started(metrics::RpcType::kUnary, handler_.service_, method_);
    handler_.metrics_.Received(metrics::RpcType::kUnary, handler_.service_, method_);
  }

  void End(const absl::Status& status) {
    handler_.metrics_.Handled(metrics::RpcType::kUnary, handler_.service_, method_, status.code(),
                              handler_.clock_.Elapsed() - started_);
    if (status.ok()) handler_.metrics_.Sent(metrics::RpcType::kUnary, handler_.service_, method_);
    LogFailedCall(handler_.service_, method_, status);
    Finish(ToGrpcStatus(status));
  }

  void OnCancel() override { *abandoned_ = true; }
  void OnDone() override { delete this; }

  std::shared_ptr<std::atomic<bool>> abandoned() const { return abandoned_; }

 private:
  RpcHandler& handler_;
  const std::string method_;
  const absl::Duration started_;
  const std::shared_ptr<std::atomic<bool>> abandoned_ = std::make_shared<std::atomic<bool>>(false);
};

RpcHandler::RpcHandler(std::string service, const Authenticator& authenticator, ThreadPool& pool,
                       metrics::RpcMetrics& metrics, const Clock& clock)
    : service_(std::move(service)), authenticator_(authenticator), pool_(pool), metrics_(metrics), clock_(clock) {}

grpc::ServerUnaryReactor* RpcHandler::Run(const char* method, grpc::CallbackServerContext* context, Work work) {
  return RunAsync(method, context,
                  [this, work = std::move(work)](const Caller& caller, const Abandoned& abandoned, const Done& done) {
                    const bool taken = pool_.Submit([work, caller, abandoned, done] {
                      done(*abandoned ? absl::CancelledError("the caller is gone") : work(caller));
                    });
                    if (!taken) done(absl::UnavailableError("too many calls wait; try again"));
                  });
}

grpc::ServerUnaryReactor* RpcHandler::RunAsync(const char* method, grpc::CallbackServerContext* context,
                                               const Start& start) {
  Call* call = new Call(*this, method);  // deletes itself in OnDone
  const absl::StatusOr<Caller> caller = authenticator_.Authenticate(*context);
  if (!caller.ok()) {
    call->End(caller.status());
  } else {
    start(*caller, call->abandoned(), [call](const absl::Status& status) { call->End(status); });
  }
  return call;
}

}  // namespace fleet::rpc
