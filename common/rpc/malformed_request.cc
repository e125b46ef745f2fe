#include "common/rpc/malformed_request.h"

#include <map>
#include <string>

#include "absl/strings/str_cat.h"
#include "common/domain/text.h"
#include "common/status/error_info.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/unknown_field_set.h"

namespace fleet::rpc {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::UnknownField;
using google::protobuf::UnknownFieldSet;

// Far beyond our own messages; protobuf itself reads no deeper than 100.
constexpr int kDeepest = 100;

struct Fault {
  std::string path;  // "targets[3].repo"; empty: the message itself
  std::string what;
  explicit operator bool() const { return !what.empty(); }
};

Fault FindFault(const Descriptor& type, const std::string& bytes, const std::string& path, int depth);

Fault FindFieldFault(const FieldDescriptor& field, const std::string& bytes, const std::string& path, int depth) {
  if (field.type() == FieldDescriptor::TYPE_STRING && !domain::IsValidUtf8(bytes)) {
    return {path, "is not valid UTF-8"};
  }
  if (field.type() == FieldDescriptor::TYPE_MESSAGE) return FindFault(*field.message_type(), bytes, path, depth + 1);
  return {};
}

// Bytes are read as if no field were known, so that the wire's form is all that can be wrong with a level.
Fault FindFault(const Descriptor& type, const std::string& bytes, const std::string& path, int depth) {
  if (depth > kDeepest) return {path, "is nested too deep"};
  UnknownFieldSet level;
  if (!level.ParseFromString(bytes)) {
    return {path, absl::StrCat("is no ", type.full_name(), ": it ends too early, or is no protobuf")};
  }
  std::map<int, int> seen;
  for (int i = 0; i < level.field_count(); ++i) {
    const UnknownField& entry = level.field(i);
    const FieldDescriptor* field = type.FindFieldByNumber(entry.number());
    if (field == nullptr || entry.type() != UnknownField::TYPE_LENGTH_DELIMITED) continue;
    std::string name = absl::StrCat(path, path.empty() ? "" : ".", field->name());
    if (field->is_repeated()) absl::StrAppend(&name, "[", seen[entry.number()]++, "]");
    if (Fault fault = FindFieldFault(*field, entry.length_delimited(), name, depth)) return fault;
  }
  return {};
}

}  // namespace

absl::Status MalformedRequest(const google::protobuf::Message& request, absl::string_view bytes) {
  const std::string& name = request.GetDescriptor()->full_name();
  Fault fault = FindFault(*request.GetDescriptor(), std::string(bytes), "", 0);
  if (!fault) fault.what = absl::StrCat("is no ", name, ": a field has another type on the wire");
  const std::string subject = fault.path.empty() ? "the request" : fault.path;
  ErrorInfo info{"MALFORMED_REQUEST", {}, {}};
  if (!fault.path.empty()) info.violations.push_back({fault.path, fault.what});
  return MakeError(absl::StatusCode::kInvalidArgument, absl::StrCat(subject, " ", fault.what), std::move(info));
}

}  // namespace fleet::rpc
