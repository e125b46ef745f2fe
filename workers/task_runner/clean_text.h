// What processes write may be any bytes; what is reported must be UTF-8 of bounded size.
#ifndef FLEET_WORKERS_TASK_RUNNER_CLEAN_TEXT_H_
#define FLEET_WORKERS_TASK_RUNNER_CLEAN_TEXT_H_

#include <cstddef>
#include <string>

#include "absl/strings/string_view.h"

namespace fleet::runner {

enum class Keep { kStart, kEnd };

// `text` without NUL, with U+FFFD for every byte that is not valid UTF-8, cut to at most `limit` bytes between
// characters.
std::string CleanText(absl::string_view text, std::size_t limit, Keep keep);

// `text` with user names, passwords and tokens in URLs ("scheme://user:secret@host") replaced by "***".
std::string RedactCredentials(absl::string_view text);

}  // namespace fleet::runner

#endif  // FLEET_WORKERS_TASK_RUNNER_CLEAN_TEXT_H_
