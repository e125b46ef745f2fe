// A working tree as bytes: what is there, read in full. No time stamps decide anything.
#ifndef FLEET_TESTS_PROPERTY_TREE_SNAPSHOT_H_
#define FLEET_TESTS_PROPERTY_TREE_SNAPSHOT_H_

#include <cstdint>
#include <map>
#include <string>

namespace fleet::testing {

struct SnapshotFile {
  enum class Type { kFile, kLink, kDirectory, kOther };
  Type type = Type::kOther;
  bool executable = false;  // as git sees it: by its owner
  std::string bytes;        // or the link's target

  // What git calls a file.
  bool HasContent() const { return type == Type::kFile || type == Type::kLink; }
  friend bool operator==(const SnapshotFile& a, const SnapshotFile& b) {
    return a.type == b.type && a.executable == b.executable && a.bytes == b.bytes;
  }
};

// By path below the tree. ".git" at the top is left out.
using TreeSnapshot = std::map<std::string, SnapshotFile>;

TreeSnapshot ReadTree(const std::string& directory);

}  // namespace fleet::testing

#endif  // FLEET_TESTS_PROPERTY_TREE_SNAPSHOT_H_
