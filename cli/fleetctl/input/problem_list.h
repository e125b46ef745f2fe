// Gathers what is wrong with an input file, so that one run names every mistake.
#ifndef FLEET_CLI_FLEETCTL_INPUT_PROBLEM_LIST_H_
#define FLEET_CLI_FLEETCTL_INPUT_PROBLEM_LIST_H_

#include <cstddef>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace fleet::cli {

class ProblemList {
 public:
  explicit ProblemList(std::string file_name) : file_name_(std::move(file_name)) {}

  // At a 1-based line, and a 1-based column unless it is 0.
  void Add(std::size_t line, std::size_t column, absl::string_view problem);
  // OK, or kInvalidArgument: one problem as the message "file:line:column: …", several as violations (the first 20).
  absl::Status ToStatus() const;
  bool empty() const { return count_ == 0; }

 private:
  struct Problem {
    std::string where;
    std::string what;
  };

  std::string file_name_;
  std::vector<Problem> first_;
  std::size_t count_ = 0;
};

}  // namespace fleet::cli

#endif  // FLEET_CLI_FLEETCTL_INPUT_PROBLEM_LIST_H_
