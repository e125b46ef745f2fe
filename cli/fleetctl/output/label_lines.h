// A picture in words: a line a fact, each after its label.
#ifndef FLEET_CLI_FLEETCTL_OUTPUT_LABEL_LINES_H_
#define FLEET_CLI_FLEETCTL_OUTPUT_LABEL_LINES_H_

#include <string>

#include "absl/strings/string_view.h"

namespace fleet::cli {

class LabelLines {
 public:
  // `value` as it stands: sanitise what others said. Nothing is added for an empty one.
  void Add(absl::string_view label, absl::string_view value);
  const std::string& text() const { return text_; }

 private:
  std::string text_;
};

}  // namespace fleet::cli

#endif  // FLEET_CLI_FLEETCTL_OUTPUT_LABEL_LINES_H_
