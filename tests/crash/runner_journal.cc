#include "tests/crash/runner_journal.h"

#include <fcntl.h>
#include <unistd.h>

#include <fstream>
#include <sstream>

#include "absl/strings/str_cat.h"

namespace fleet::crash {

RunnerJournal::RunnerJournal(const std::string& path)
    : descriptor_(open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600)) {}

RunnerJournal::~RunnerJournal() { close(descriptor_); }

void RunnerJournal::Write(const JournalEntry& entry) {
  const std::string line =
      absl::StrCat(static_cast<int>(entry.kind), " ", absl::ToUnixMicros(entry.at), " ", entry.task_id, " ",
                   entry.attempt, " ", entry.state, " ", entry.runner_id, "\n");
  [[maybe_unused]] const ssize_t written = write(descriptor_, line.data(), line.size());
}

absl::StatusOr<std::vector<JournalEntry>> RunnerJournal::Read(const std::string& path) {
  std::vector<JournalEntry> entries;
  std::ifstream file(path);
  std::string line;
  while (std::getline(file, line)) {
    std::istringstream words(line);
    int kind = 0;
    int64_t micros = 0;
    JournalEntry entry;
    if (!(words >> kind >> micros >> entry.task_id >> entry.attempt >> entry.state >> entry.runner_id)) {
      return absl::DataLossError(absl::StrCat("not a line of a journal: ", line));
    }
    entry.kind = static_cast<JournalEntry::Kind>(kind);
    entry.at = absl::FromUnixMicros(micros);
    entries.push_back(entry);
  }
  return entries;
}

}  // namespace fleet::crash
