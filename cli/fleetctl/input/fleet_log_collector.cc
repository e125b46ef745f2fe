#include "cli/fleetctl/input/fleet_log_collector.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <limits>
#include <sstream>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/status/status_macros.h"

namespace fleet::cli {
namespace {

namespace fs = std::filesystem;

// A line of ours is far shorter.
constexpr std::size_t kLongestLine = std::size_t{1} << 20;
constexpr std::size_t kMostStandardInput = std::size_t{64} << 20;
constexpr std::size_t kMostRequests = 1'000'000;
constexpr char kStandardInput[] = "-";

std::string TextOf(const nlohmann::ordered_json& event, const char* key) {
  const auto field = event.find(key);
  return field != event.end() && field->is_string() ? field->get<std::string>() : "";
}

bool IsLogName(const std::string& name) { return absl::EndsWith(name, ".log") || absl::StrContains(name, ".log."); }

absl::Status CannotRead(const std::string& path, int error) {
  const std::string message = absl::StrCat(path, ": ", std::strerror(error));
  return error == EACCES ? absl::PermissionDeniedError(message) : absl::NotFoundError(message);
}

}  // namespace

absl::Status FleetLogCollector::AddPath(const std::string& path, std::istream& standard_input) {
  if (path == kStandardInput) {
    std::string block(std::size_t{64} << 10, '\0');
    while (standard_input && standard_input_.size() < kMostStandardInput) {
      standard_input.read(block.data(), static_cast<std::streamsize>(block.size()));
      standard_input_.append(block, 0, static_cast<std::size_t>(standard_input.gcount()));
    }
    files_.push_back(path);
    return absl::OkStatus();
  }
  std::error_code error;
  if (!fs::is_directory(path, error)) {
    if (!fs::exists(path, error)) return CannotRead(path, error ? error.value() : ENOENT);
    files_.push_back(path);
    return absl::OkStatus();
  }
  std::vector<std::string> found;
  fs::directory_iterator entry(path, error);
  for (const fs::directory_iterator end; !error && entry != end; entry.increment(error)) {
    if (entry->is_regular_file(error) && IsLogName(entry->path().filename().string())) {
      found.push_back(entry->path().string());
    }
  }
  if (error) return CannotRead(path, error.value());
  if (found.empty()) return absl::NotFoundError(absl::StrCat(path, ": there is no file NAME.log in it"));
  std::sort(found.begin(), found.end());
  files_.insert(files_.end(), found.begin(), found.end());
  return absl::OkStatus();
}

absl::Status FleetLogCollector::Collect() {
  FLEET_RETURN_IF_ERROR(Scan([this](const std::string&, const nlohmann::ordered_json& event) {
    const std::string request = TextOf(event, "request");
    if (!request.empty() && IsOfFleet(event) && requests_.size() < kMostRequests) requests_.insert(request);
  }));
  return Scan([this](const std::string& file, nlohmann::ordered_json event) {
    if (IsOfFleet(event) || requests_.count(TextOf(event, "request")) > 0) Keep(file, std::move(event));
  });
}

absl::Status FleetLogCollector::Scan(const Take& take) const {
  for (const std::string& path : files_) {
    if (path == kStandardInput) {
      std::istringstream in(standard_input_);
      ScanStream(path, in, take);
      continue;
    }
    errno = 0;
    std::ifstream in(path, std::ios::binary);
    if (!in) return CannotRead(path, errno);
    ScanStream(fs::path(path).filename().string(), in, take);
  }
  return absl::OkStatus();
}

void FleetLogCollector::ScanStream(const std::string& name, std::istream& in, const Take& take) const {
  std::string line(kLongestLine, '\0');
  while (in) {
    in.getline(line.data(), static_cast<std::streamsize>(line.size()));
    const absl::string_view text(line.data(), std::strlen(line.data()));
    const bool is_cut = in.fail() && !in.eof() && !in.bad();
    if (is_cut) {
      in.clear();
      in.ignore(std::numeric_limits<std::streamsize>::max(), '\n');
      continue;
    }
    if (!absl::StrContains(text, fleet_id_) && (requests_.empty() || !absl::StrContains(text, "\"request\""))) continue;
    nlohmann::ordered_json event = nlohmann::ordered_json::parse(text.begin(), text.end(), nullptr, false);
    if (event.is_object() && !TextOf(event, "time").empty()) take(name, std::move(event));
  }
}

bool FleetLogCollector::IsOfFleet(const nlohmann::ordered_json& event) const {
  return TextOf(event, "fleet") == fleet_id_ || absl::StartsWith(TextOf(event, "task"), absl::StrCat(fleet_id_, "-"));
}

void FleetLogCollector::Keep(const std::string& file, nlohmann::ordered_json event) {
  std::string time = TextOf(event, "time");
  lines_.emplace(std::move(time), FoundLogLine{file, std::move(event)});
  if (lines_.size() <= most_) return;
  lines_.erase(lines_.begin());
  ++left_out_;
}

}  // namespace fleet::cli
