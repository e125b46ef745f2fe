#include "tests/bench/process_usage.h"

#include <unistd.h>

#include <fstream>
#include <sstream>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "common/status/status_macros.h"
#include "tests/bench/latencies.h"

namespace fleet::bench {
namespace {

double TicksToSeconds(double ticks) { return ticks / static_cast<double>(sysconf(_SC_CLK_TCK)); }

// The fields of /proc/PID/stat after the program's name, which may hold blanks.
std::vector<double> ReadStat(int pid) {
  std::ifstream file(absl::StrCat("/proc/", pid, "/stat"));
  std::string text((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  const std::size_t name_end = text.rfind(')');
  if (name_end == std::string::npos) return {};
  std::istringstream fields(text.substr(name_end + 4));  // past the state letter
  std::vector<double> values;
  for (double value = 0; fields >> value;) values.push_back(value);
  return values;
}

// Its own time, that of children it has buried, and that of living ones.
double ReadSeconds(int pid) {
  const std::vector<double> stat = ReadStat(pid);
  if (stat.size() < 14) return 0;
  double seconds = TicksToSeconds(stat[10] + stat[11] + stat[12] + stat[13]);
  std::ifstream children(absl::StrCat("/proc/", pid, "/task/", pid, "/children"));
  for (int child = 0; children >> child;) seconds += ReadSeconds(child);
  return seconds;
}

double ReadSeconds(const std::vector<int>& pids) {
  double seconds = 0;
  for (const int pid : pids) seconds += ReadSeconds(pid);
  return seconds;
}

using ProcessIds = std::map<std::string, std::vector<int>>;

absl::StatusOr<ProcessIds> ParseProcesses(const std::string& processes) {
  ProcessIds ids;
  for (const absl::string_view process : absl::StrSplit(processes, ',', absl::SkipEmpty())) {
    const std::vector<std::string> parts = absl::StrSplit(process, ':');
    int pid = 0;
    if (parts.size() != 2 || !absl::SimpleAtoi(parts[1], &pid)) {
      return absl::InvalidArgumentError(absl::StrCat("not name:pid: ", process));
    }
    ids[parts[0]].push_back(pid);
  }
  return ids;
}

}  // namespace

absl::StatusOr<ProcessUsage> ReadUsage(int pid) {
  std::ifstream file(absl::StrCat("/proc/", pid, "/status"));
  if (!file) return absl::NotFoundError(absl::StrCat("there is no process ", pid));
  ProcessUsage usage;
  for (std::string key; file >> key;) {
    if (key == "VmRSS:") file >> usage.resident_kib;
    if (key == "Threads:") file >> usage.threads;
    file.ignore(1 << 20, '\n');
  }
  return usage;
}

absl::StatusOr<int> FindProcess(const std::string& processes, const std::string& name) {
  FLEET_ASSIGN_OR_RETURN(const ProcessIds ids, ParseProcesses(processes));
  const auto found = ids.find(name);
  if (found == ids.end()) return absl::InvalidArgumentError(absl::StrCat("no process named ", name));
  return found->second.front();
}

absl::StatusOr<ProcessorTimes> ProcessorTimes::Start(const std::string& processes) {
  ProcessorTimes times;
  FLEET_ASSIGN_OR_RETURN(times.processes_, ParseProcesses(processes));
  times.processes_["load_generator"].push_back(getpid());
  for (const auto& [name, pids] : times.processes_) times.started_[name] = ReadSeconds(pids);
  return times;
}

nlohmann::json ProcessorTimes::Elapsed() const {
  nlohmann::json elapsed;
  for (const auto& [name, pids] : processes_) {
    elapsed[name + "_cpu_s"] = Rounded(ReadSeconds(pids) - started_.at(name));
  }
  return elapsed;
}

}  // namespace fleet::bench
