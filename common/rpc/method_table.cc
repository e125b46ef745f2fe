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

}  // namespace

void MethodTable::Insert(const std::string& name, const Method::Message& request, const Method::Message& response,
                         std::variant<Method::Unary, Method::Pending, Method::Stream> handler, ThreadPool* pool) {
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
