#include "common/metrics/process_metrics.h"

#include <sys/resource.h>
#include <unistd.h>

#include <cstdint>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
#include <sstream>
#include <string>
#include <system_error>

#include "absl/strings/string_view.h"
#include "common/metrics/metric_catalog.h"
#include "prometheus/client_metric.h"
#include "prometheus/metric_type.h"

namespace fleet::metrics {
namespace {

prometheus::MetricFamily One(absl::string_view name, double value) {
  const Metric& metric = MetricNamed(name);
  prometheus::MetricFamily family;
  family.name = metric.name;
  family.help = metric.meaning;
  family.metric.emplace_back();
  if (metric.type == MetricType::kCounter) {
    family.type = prometheus::MetricType::Counter;
    family.metric.back().counter.value = value;
  } else {
    family.type = prometheus::MetricType::Gauge;
    family.metric.back().gauge.value = value;
  }
  return family;
}

double Seconds(const timeval& time) {
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
}
double Seconds(const timespec& time) {
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) / 1e9;
}

std::optional<double> CpuSeconds() {
  rusage usage{};
  if (getrusage(RUSAGE_SELF, &usage) != 0) return std::nullopt;
  return Seconds(usage.ru_utime) + Seconds(usage.ru_stime);
}

std::optional<double> ResidentBytes() {
  std::ifstream file("/proc/self/statm");
  int64_t size = 0;
  int64_t resident = 0;
  if (!(file >> size >> resident)) return std::nullopt;
  return static_cast<double>(resident) * static_cast<double>(sysconf(_SC_PAGESIZE));
}

// One of them is open for the counting.
std::optional<double> OpenFiles() {
  std::error_code error;
  const std::filesystem::directory_iterator files("/proc/self/fd", error);
  if (error) return std::nullopt;
  return static_cast<double>(std::distance(begin(files), end(files)) - 1);
}

std::optional<double> MostFiles() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return std::nullopt;
  return static_cast<double>(limit.rlim_cur);
}

// /proc/self/stat says how many ticks after boot the process began: the 20th word after its name, which is in
// parentheses and may hold anything.
std::optional<double> StartTime() {
  constexpr int kStartWord = 20;
  std::ifstream file("/proc/self/stat");
  std::stringstream text;
  text << file.rdbuf();
  const std::string line = text.str();
  const std::size_t name_end = line.rfind(')');
  if (name_end == std::string::npos) return std::nullopt;
  std::istringstream words(line.substr(name_end + 1));
  std::string word;
  for (int i = 0; i < kStartWord - 1; ++i) words >> word;
  int64_t ticks = 0;
  timespec now{};
  timespec since_boot{};
  if (!(words >> ticks) || clock_gettime(CLOCK_REALTIME, &now) != 0 || clock_gettime(CLOCK_BOOTTIME, &since_boot) != 0)
    return std::nullopt;
  return Seconds(now) - Seconds(since_boot) + static_cast<double>(ticks) / static_cast<double>(sysconf(_SC_CLK_TCK));
}

}  // namespace

std::vector<prometheus::MetricFamily> CollectProcessMetrics() {
  // It is worked out from clocks that drift against each other: once, so that it stays the same.
  static const std::optional<double> start_time = StartTime();
  std::vector<prometheus::MetricFamily> families;
  const auto add = [&](absl::string_view name, const std::optional<double>& value) {
    if (value.has_value()) families.push_back(One(name, *value));
  };
  add("process_cpu_seconds_total", CpuSeconds());
  add("process_resident_memory_bytes", ResidentBytes());
  add("process_open_fds", OpenFiles());
  add("process_max_fds", MostFiles());
  add("process_start_time_seconds", start_time);
  return families;
}

prometheus::MetricFamily CollectReady(bool ready) { return One("fleet_ready", ready ? 1 : 0); }

}  // namespace fleet::metrics
