// A private directory for one test, and small file operations in it.
#ifndef FLEET_TESTS_UNIT_WORKERS_TASK_RUNNER_TEST_DIRECTORY_H_
#define FLEET_TESTS_UNIT_WORKERS_TASK_RUNNER_TEST_DIRECTORY_H_

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include "gtest/gtest.h"

namespace fleet::runner {

class TestDirectory {
 public:
  TestDirectory() {
    std::string pattern = (std::filesystem::temp_directory_path() / "fleet-runner-test-XXXXXX").string();
    path_ = mkdtemp(pattern.data());
  }
  ~TestDirectory() { std::filesystem::remove_all(path_); }
  TestDirectory(const TestDirectory&) = delete;
  TestDirectory& operator=(const TestDirectory&) = delete;

  const std::string& path() const { return path_; }
  std::string operator/(const std::string& name) const { return path_ + "/" + name; }

 private:
  std::string path_;
};

inline std::string ReadFile(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

inline void WriteFile(const std::string& path, const std::string& text) {
  std::filesystem::create_directories(std::filesystem::path(path).parent_path());
  std::ofstream(path, std::ios::binary) << text;
}

// Whether a process runs: a zombie that its reaper has yet to collect does not.
inline bool IsAlive(const std::string& pid) {
  const std::string stat = ReadFile("/proc/" + pid + "/stat");
  const std::size_t end = stat.rfind(") ");
  return end != std::string::npos && stat[end + 2] != 'Z' && stat[end + 2] != 'X';
}

// The process id that a script wrote to `path`, without its newline; empty until the line is whole.
inline std::string PidIn(const std::string& path) {
  std::string text = ReadFile(path);
  if (text.empty() || text.back() != '\n') return "";
  text.pop_back();
  return text;
}

}  // namespace fleet::runner

#endif  // FLEET_TESTS_UNIT_WORKERS_TASK_RUNNER_TEST_DIRECTORY_H_
