// Finds what the logs of services, workers and runners say of one fleet.
#ifndef FLEET_CLI_FLEETCTL_INPUT_FLEET_LOG_COLLECTOR_H_
#define FLEET_CLI_FLEETCTL_INPUT_FLEET_LOG_COLLECTOR_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <istream>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "nlohmann/json.hpp"

namespace fleet::cli {

struct FoundLogLine {
  std::string file;              // its name, without folders
  nlohmann::ordered_json event;  // an object, with "time"
};

// Lines that are no JSON object with a time are passed over: what stands around ours in a log.
class FleetLogCollector {
 public:
  // Keeps at most `most` lines, the newest.
  explicit FleetLogCollector(std::string fleet_id, std::size_t most = 100'000)
      : fleet_id_(std::move(fleet_id)), most_(most) {}

  // A file, or a folder: of that the files NAME.log, NAME.log.1 and so on; "-": `standard_input`, at most 64 MiB.
  // Returns kNotFound or kPermissionDenied naming the path.
  absl::Status AddPath(const std::string& path, std::istream& standard_input);
  // Reads what was added. By time: lines of the fleet, of its children, and of the calls that these came from.
  absl::Status Collect();

  const std::multimap<std::string, FoundLogLine>& lines() const { return lines_; }
  // Older ones that were found and not kept.
  int64_t left_out() const { return left_out_; }

 private:
  using Take = std::function<void(const std::string& file, nlohmann::ordered_json event)>;

  // Every line that may be meant, parsed.
  absl::Status Scan(const Take& take) const;
  void ScanStream(const std::string& name, std::istream& in, const Take& take) const;
  bool IsOfFleet(const nlohmann::ordered_json& event) const;
  void Keep(const std::string& file, nlohmann::ordered_json event);

  const std::string fleet_id_;
  const std::size_t most_;
  std::vector<std::string> files_;
  std::string standard_input_;
  std::set<std::string> requests_;
  std::multimap<std::string, FoundLogLine> lines_;
  int64_t left_out_ = 0;
};

}  // namespace fleet::cli

#endif  // FLEET_CLI_FLEETCTL_INPUT_FLEET_LOG_COLLECTOR_H_
