// The trailers that a commit message ends with, found as git finds them. Pure.
#ifndef FLEET_WORKERS_TASK_RUNNER_TRAILER_BLOCK_H_
#define FLEET_WORKERS_TASK_RUNNER_TRAILER_BLOCK_H_

#include <vector>

#include "absl/strings/string_view.h"

namespace fleet::runner {

struct TrailerBlock {
  absl::string_view text;                // what stands before them
  std::vector<absl::string_view> lines;  // empty: the message ends with none
};

// `message` without white space at its end. A line added to the block's is a trailer beside the others.
TrailerBlock SplitTrailers(absl::string_view message);

}  // namespace fleet::runner

#endif  // FLEET_WORKERS_TASK_RUNNER_TRAILER_BLOCK_H_
