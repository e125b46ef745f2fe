#include "cli/fleetctl/output/json_format.h"

#include <optional>

#include "absl/strings/str_format.h"
#include "absl/strings/strip.h"
#include "common/domain/character_rules.h"
#include "common/domain/utf8_reader.h"
#include "google/protobuf/util/json_util.h"

namespace fleet::cli {
namespace {

void AppendEscaped(char32_t code_point, std::string& json) {
  if (code_point >= 0x10000) {
    absl::StrAppendFormat(&json, "\\u%04x", static_cast<unsigned>(0xD800 + ((code_point - 0x10000) >> 10)));
    code_point = 0xDC00 + ((code_point - 0x10000) & 0x3FF);
  }
  absl::StrAppendFormat(&json, "\\u%04x", static_cast<unsigned>(code_point));
}

// Such characters stand only inside strings, where an escape means the same.
std::string EscapeUnsafe(absl::string_view json) {
  std::string escaped;
  escaped.reserve(json.size());
  domain::Utf8Reader reader(json);
  while (const std::optional<char32_t> next = reader.Next()) {
    if (*next != '\n' && !domain::MayStandInLine(*next)) {
      AppendEscaped(*next, escaped);
    } else {
      domain::AppendUtf8(*next, escaped);
    }
  }
  return escaped;
}

}  // namespace

std::string ToJson(const google::protobuf::Message& message, JsonStyle style) {
  google::protobuf::util::JsonPrintOptions options;
  options.add_whitespace = style == JsonStyle::kPretty;
  options.always_print_primitive_fields = true;
  options.preserve_proto_field_names = true;
  std::string json;
  // It fails only for messages that hold an Any, and the contract has none.
  const auto status = google::protobuf::util::MessageToJsonString(message, &json, options);
  if (!status.ok()) return "{}\n";
  if (style == JsonStyle::kOneLine) json.push_back('\n');
  return EscapeUnsafe(json);
}

JsonListWriter::JsonListWriter(std::ostream& out, absl::string_view field) : out_(out) {
  out_ << "{\"" << std::string(field) << "\":[";
}

void JsonListWriter::Add(const google::protobuf::Message& element) {
  const std::string json = ToJson(element, JsonStyle::kOneLine);
  out_ << (empty_ ? "\n" : ",\n") << std::string(absl::StripSuffix(json, "\n"));
  empty_ = false;
}

void JsonListWriter::Finish() {
  out_ << (empty_ ? "]}\n" : "\n]}\n");
  out_.flush();
}

}  // namespace fleet::cli
