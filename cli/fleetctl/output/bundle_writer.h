// A folder of files that nobody but its owner may read.
#ifndef FLEET_CLI_FLEETCTL_OUTPUT_BUNDLE_WRITER_H_
#define FLEET_CLI_FLEETCTL_OUTPUT_BUNDLE_WRITER_H_

#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace fleet::cli {

class BundleWriter {
 public:
  // Makes the folder, with mode 0700. Returns kAlreadyExists if something is there, else what the system says.
  static absl::StatusOr<BundleWriter> Create(const std::string& path);

  // Writes one file, with mode 0600. `name` may have one folder in it, which is made. Returns what the system says.
  absl::Status Add(const std::string& name, const std::string& text);

  const std::string& path() const { return path_; }
  // In the order in which they were added.
  const std::vector<std::string>& names() const { return names_; }

 private:
  explicit BundleWriter(std::string path) : path_(std::move(path)) {}

  std::string path_;
  std::vector<std::string> names_;
};

}  // namespace fleet::cli

#endif  // FLEET_CLI_FLEETCTL_OUTPUT_BUNDLE_WRITER_H_
