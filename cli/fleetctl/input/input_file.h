// The files a user names on the command line.
#ifndef FLEET_CLI_FLEETCTL_INPUT_INPUT_FILE_H_
#define FLEET_CLI_FLEETCTL_INPUT_INPUT_FILE_H_

#include <cstddef>
#include <istream>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/rpc/message_bounds.h"

namespace fleet::cli {

struct InputFile {
  std::string name;  // for messages: the path, or "<stdin>"
  std::string text;  // without a leading byte order mark
};

// What may be sent in one request.
inline constexpr std::size_t kUsualFileBytes = std::size_t{rpc::kMaxRequestBytes};

// Reads the file at `path`, or `standard_input` to its end if `path` is "-". Returns kNotFound, kPermissionDenied or
// kInvalidArgument (a directory, more than `most` bytes), naming the file, or naming the line and its byte that is not
// UTF-8.
absl::StatusOr<InputFile> ReadInputFile(const std::string& path, std::istream& standard_input,
                                        std::size_t most = kUsualFileBytes);

// Returns kInvalidArgument with file:line for a character that may not stand in a text of several lines
// (domain/character_rules.h): what nobody sees, controls.
absl::Status CheckCharacters(const InputFile& file);

}  // namespace fleet::cli

#endif  // FLEET_CLI_FLEETCTL_INPUT_INPUT_FILE_H_
