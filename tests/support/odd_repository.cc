#include "tests/support/odd_repository.h"

#include <fstream>
#include <utility>

#include "absl/strings/str_cat.h"
#include "tests/support/child_process.h"

namespace fleet::testing {
namespace {

// Within it a hook is one line: `hook pre-receive 'echo no; exit 1'`.
constexpr char kMake[] = R"sh(
  bare=$1; stream=$2; format=$3; setup=$4
  hook() { mkdir -p hooks; printf '#!/bin/sh\n%s\n' "$2" > "hooks/$1"; chmod +x "hooks/$1"; }
  git init -q --bare --template= --initial-branch=main --object-format="$format" "$bare"
  cd "$bare"
  if [ -s "$stream" ]; then git fast-import --quiet < "$stream"; fi
  rm "$stream"
  eval "$setup"
)sh";

// In octal where the path could end or open something in the stream.
std::string Quoted(const std::string& path) {
  std::string quoted = "\"";
  for (const char c : path) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte > ' ' && byte < 0x7f && c != '"' && c != '\\') {
      quoted += c;
    } else {
      absl::StrAppend(&quoted, "\\", byte / 64, byte / 8 % 8, byte % 8);
    }
  }
  return quoted + "\"";
}

// For git fast-import, which knows no attributes.
std::string StreamOf(const std::vector<StoredFile>& files) {
  if (files.empty()) return "";
  std::string stream = "commit refs/heads/main\ncommitter Ada <ada@example.com> 1700000000 +0000\ndata 4\nbase\n";
  for (const StoredFile& file : files) {
    if (file.mode == "160000") {
      absl::StrAppend(&stream, "M 160000 ", file.content, " ", Quoted(file.path), "\n");
    } else {
      absl::StrAppend(&stream, "M ", file.mode, " inline ", Quoted(file.path), "\ndata ", file.content.size(), "\n",
                      file.content, "\n");
    }
  }
  return stream;
}

// None of the host's configuration, and always the same time.
std::map<std::string, std::string> Environment() {
  return {{"GIT_CONFIG_GLOBAL", "/dev/null"},
          {"GIT_CONFIG_NOSYSTEM", "1"},
          {"GIT_AUTHOR_NAME", "Ada"},
          {"GIT_AUTHOR_EMAIL", "ada@example.com"},
          {"GIT_AUTHOR_DATE", "1700000000 +0000"},
          {"GIT_COMMITTER_NAME", "Ada"},
          {"GIT_COMMITTER_EMAIL", "ada@example.com"},
          {"GIT_COMMITTER_DATE", "1700000000 +0000"},
          {"LC_ALL", "C"}};
}

}  // namespace

Expected BranchPushed(std::vector<std::string> changes, std::map<std::string, std::string> contents,
                      std::string check) {
  return {.end = Expected::End::kBranchPushed,
          .changes = std::move(changes),
          .contents = std::move(contents),
          .check = std::move(check)};
}

Expected NoChanges() { return {}; }

Expected Failed(domain::FailureReason reason, std::vector<std::string> words) {
  return {.end = Expected::End::kFailed, .reason = reason, .words = std::move(words)};
}

absl::Status MakeOddRepository(const OddRepository& repository, const std::string& directory) {
  const std::string stream = directory + ".stream";
  std::ofstream(stream, std::ios::binary) << StreamOf(repository.files);
  ChildProcess::Options options;
  options.argv = {"sh", "-euc", kMake, "sh", directory, stream, repository.object_format, repository.setup};
  options.environment = Environment();
  const absl::Status made = ChildProcess::Run(options);
  if (!made.ok()) return absl::Status(made.code(), absl::StrCat(repository.name, ": ", made.message()));
  return absl::OkStatus();
}

}  // namespace fleet::testing
