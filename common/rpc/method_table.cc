#include "common/rpc/method_table.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace fleet::rpc {
namespace {

using google::protobuf::DescriptorPool;
using google::protobuf::MethodDescriptor;
using google::protobuf::ServiceDescriptor;

const ServiceDescriptor* FindService(const std::string& name) {
  return DescriptorPool::generated_pool()->FindServiceByName(name);
}

// A stream that ends as soon as it is read.
class RefusedSession : public StreamSession {
 public:
  explicit RefusedSession(absl::Status status) : status_(std::move(status)) {}
  StreamStep Step() override { return StreamStep::End(status_); }

 private:
  const absl::Status status_;
};

// Puts `check` before each kind of handler.
struct Checked {
  using Handler = std::variant<Method::Unary, Method::Pending, Method::Stream>;
  const RequestCheck& check;

  Handler operator()(Method::Unary handle) const {
    return Method::Unary([check = check, handle = std::move(handle)](
                             const domain::Caller& caller, const Method::Message& request, Method::Message& response) {
      const absl::Status status = check(request);
      return status.ok() ? handle(caller, request, response) : status;
    });
  }
  Handler operator()(Method::Pending handle) const {
    return Method::Pending(
        [check = check, handle = std::move(handle)](const domain::Caller& caller, const Method::Message& request,
                                                    Method::Message& response, const PendingCall& call) {
          const absl::Status status = check(request);
          return status.ok() ? handle(caller, request, response, call) : call.done(status);
        });
  }
  Handler operator()(Method::Stream open) const {
    return Method::Stream([check = check, open = std::move(open)](const domain::Caller& caller,
                                                                  const Method::Message& request,
                                                                  Wake wake) -> std::unique_ptr<StreamSession> {
      absl::Status status = check(request);
      if (!status.ok()) return std::make_unique<RefusedSession>(std::move(status));
      return open(caller, request, std::move(wake));
    });
  }
};

}  // namespace

void MethodTable::Insert(const std::string& name, const Method::Message& request, const Method::Message& response,
                         std::variant<Method::Unary, Method::Pending, Method::Stream> handler, ThreadPool* pool) {
  if (check_ != nullptr) handler = std::visit(Checked{check_}, std::move(handler));
  const std::size_t slash = std::min(name.find('/'), name.size());
  Method method{name.substr(0, slash),
                name.substr(std::min(slash + 1, name.size())),
                &request,
                &response,
                std::move(handler),
                pool};
  if (!methods_.emplace(name, std::move(method)).second) problems_.push_back(absl::StrCat(name, " has two rows"));
}

void MethodTable::SetMaxRequestBytes(const std::string& name, std::size_t bytes) {
  const auto method = methods_.find(name);
  if (method == methods_.end()) {
    problems_.push_back(absl::StrCat(name, " has a size and no row"));
    return;
  }
  method->second.max_request_bytes = bytes;
}

void MethodTable::SetBeginsTraces(const std::string& name) {
  const auto method = methods_.find(name);
  if (method == methods_.end()) {
    problems_.push_back(absl::StrCat(name, " begins traces and has no row"));
    return;
  }
  method->second.begins_traces = true;
}

std::string MethodTable::Problem(const Method& method) const {
  const ServiceDescriptor* service = FindService(method.service);
  const bool is_served = std::count(services_.begin(), services_.end(), method.service) > 0;
  const MethodDescriptor* descriptor =
      is_served && service != nullptr ? service->FindMethodByName(method.name) : nullptr;
  if (descriptor == nullptr) return "is no method that is served";
  if (descriptor->client_streaming()) return "streams requests, which nothing here can read";
  if (descriptor->server_streaming() != (method.kind() == MethodKind::kStream)) {
    return descriptor->server_streaming() ? "is a stream, and its row is not" : "is no stream, and its row is one";
  }
  if (descriptor->input_type() != method.request->GetDescriptor()) {
    return absl::StrCat("takes ", descriptor->input_type()->full_name());
  }
  if (descriptor->output_type() != method.response->GetDescriptor()) {
    return absl::StrCat("gives ", descriptor->output_type()->full_name());
  }
  return "";
}

absl::Status MethodTable::Check() const {
  std::vector<std::string> problems = problems_;
  for (const auto& [name, method] : methods_) {
    const std::string problem = Problem(method);
    if (!problem.empty()) problems.push_back(absl::StrCat(name, " ", problem));
  }
  for (const std::string& name : services_) {
    const ServiceDescriptor* service = FindService(name);
    if (service == nullptr) problems.push_back(absl::StrCat(name, " is no service"));
    for (int i = 0; service != nullptr && i < service->method_count(); ++i) {
      const std::string row = absl::StrCat(name, "/", service->method(i)->name());
      if (methods_.count(row) == 0) problems.push_back(absl::StrCat(row, " has no row"));
    }
  }
  if (problems.empty()) return absl::OkStatus();
  return absl::FailedPreconditionError(absl::StrCat("the table of methods is wrong: ", absl::StrJoin(problems, "; ")));
}

std::vector<const Method*> MethodTable::MethodsOf(const std::string& service) const {
  std::vector<const Method*> methods;
  for (const auto& [name, method] : methods_) {
    if (method.service == service) methods.push_back(&method);
  }
  return methods;
}

}  // namespace fleet::rpc
