// What callers are told of an error whose own message is for the log: one that names hosts, roles, tables.
#ifndef FLEET_COMMON_STATUS_PUBLIC_WORDS_H_
#define FLEET_COMMON_STATUS_PUBLIC_WORDS_H_

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace fleet {

// The same error; callers are told `words`.
absl::Status WithPublicWords(absl::Status status, absl::string_view words);
bool HasPublicWords(const absl::Status& status);

// The error as callers are told it: its code and its public words, or itself if it has none. `call_id`, unless empty,
// is what the log has the rest under; it is told too, in the message and as call_id in the ErrorInfo.
absl::Status ForCallers(const absl::Status& status, absl::string_view call_id = "");

}  // namespace fleet

#endif  // FLEET_COMMON_STATUS_PUBLIC_WORDS_H_
