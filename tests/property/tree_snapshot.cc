#include "tests/property/tree_snapshot.h"

#include <filesystem>
#include <fstream>
#include <iterator>

namespace fleet::testing {
namespace {

namespace fs = std::filesystem;

SnapshotFile ReadEntry(const fs::directory_entry& entry) {
  SnapshotFile file;
  const fs::file_status status = entry.symlink_status();
  if (fs::is_symlink(status)) {
    file.type = SnapshotFile::Type::kLink;
    file.bytes = fs::read_symlink(entry.path()).string();
  } else if (fs::is_directory(status)) {
    file.type = SnapshotFile::Type::kDirectory;
  } else if (fs::is_regular_file(status)) {
    file.type = SnapshotFile::Type::kFile;
    file.executable = (status.permissions() & fs::perms::owner_exec) != fs::perms::none;
    std::ifstream stream(entry.path(), std::ios::binary);
    file.bytes.assign(std::istreambuf_iterator<char>(stream), {});
  }
  return file;
}

}  // namespace

TreeSnapshot ReadTree(const std::string& directory) {
  TreeSnapshot snapshot;
  for (auto entry = fs::recursive_directory_iterator(directory); entry != fs::recursive_directory_iterator(); ++entry) {
    const std::string path = entry->path().string().substr(directory.size() + 1);
    if (path == ".git") {
      entry.disable_recursion_pending();
      continue;
    }
    snapshot[path] = ReadEntry(*entry);
  }
  return snapshot;
}

}  // namespace fleet::testing
