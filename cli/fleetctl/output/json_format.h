// Messages of the contract as JSON, for programs.
#ifndef FLEET_CLI_FLEETCTL_OUTPUT_JSON_FORMAT_H_
#define FLEET_CLI_FLEETCTL_OUTPUT_JSON_FORMAT_H_

#include <ostream>
#include <string>

#include "absl/strings/string_view.h"
#include "google/protobuf/message.h"

namespace fleet::cli {

enum class JsonStyle { kPretty, kOneLine };

// protobuf's JSON with the contract's own field names (snake_case) and every primitive field, zero or not; 64-bit
// numbers are strings. Ends with a line break. Characters that a terminal might obey are written as \u escapes.
std::string ToJson(const google::protobuf::Message& message, JsonStyle style);

// One object whose only field is a list, written element by element, so that a long list needs no memory. Until
// Finish it is not valid JSON: a reader notices a list that was cut short.
class JsonListWriter {
 public:
  // `out` must outlive the writer.
  JsonListWriter(std::ostream& out, absl::string_view field);
  void Add(const google::protobuf::Message& element);
  void Finish();

 private:
  std::ostream& out_;
  bool empty_ = true;
};

}  // namespace fleet::cli

#endif  // FLEET_CLI_FLEETCTL_OUTPUT_JSON_FORMAT_H_
