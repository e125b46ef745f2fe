// The lines of a YAML file, to point at a line inside one of its texts.
#ifndef FLEET_CLI_FLEETCTL_INPUT_YAML_LINES_H_
#define FLEET_CLI_FLEETCTL_INPUT_YAML_LINES_H_

#include <cstddef>
#include <vector>

#include "absl/strings/string_view.h"
#include "yaml-cpp/mark.h"

namespace fleet::cli {

class YamlLines {
 public:
  struct Place {
    std::size_t line = 1;
    std::size_t column = 0;  // 0: all of the line
  };

  // `text` must outlive it.
  explicit YamlLines(absl::string_view text);

  Place At(const YAML::Mark& mark) const;
  // Line `number`, from 1, of the text that stands at `mark`, if it is a block ("|") and so has the file's lines; else,
  // and for 0, the place of the text itself.
  Place InText(const YAML::Mark& mark, std::size_t number) const;
  // Whether the line is indented with a tab, which YAML forbids.
  bool IsIndentedWithTab(const YAML::Mark& mark) const;

 private:
  // Empty beyond the end.
  absl::string_view Line(std::size_t index) const;

  std::vector<absl::string_view> lines_;
};

}  // namespace fleet::cli

#endif  // FLEET_CLI_FLEETCTL_INPUT_YAML_LINES_H_
