#include "workers/task_runner/tree_writer.h"

#include <optional>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_split.h"
#include "common/status/status_macros.h"
#include "workers/task_runner/attribute_rules.h"
#include "workers/task_runner/output_tail.h"
#include "workers/task_runner/output_text.h"
#include "workers/task_runner/private_file.h"
#include "workers/task_runner/step_staging.h"
#include "workers/task_runner/submodule_inspector.h"
#include "workers/task_runner/task_failure.h"
#include "workers/task_runner/tree_removal.h"

namespace fleet::runner {
namespace {

constexpr absl::string_view kEnd("\0", 1);
// Of git's stderr; it may warn of every file.
constexpr std::size_t kMaxWords = 64 << 20;
constexpr absl::string_view kIgnoring = "Ignoring path ";
// Repositories in repositories in repositories.
constexpr int kMaxNested = 100;

absl::Status NotCarried(absl::string_view message) {
  return TaskFailure(domain::FailureReason::kChangeNotCarried, message);
}

// The last warning that something was left out. That a .gitignore is a link, which git does not follow, is none.
std::string LeftOut(const OutputTail& warnings) {
  const std::string lines = warnings.Text();
  std::string last;
  for (absl::string_view line : absl::StrSplit(lines, '\n', absl::SkipWhitespace())) {
    if (!absl::EndsWith(line, ".gitignore': Too many levels of symbolic links")) last = std::string(line);
  }
  return last;
}

// git's own words on a file that it could not store are the best there are.
absl::Status AsNotCarried(const absl::Status& status) {
  const bool is_unclear = !status.ok() && ToFailure(status).reason() == v1::FAILURE_REASON_GIT_FAILED;
  return is_unclear ? NotCarried(status.message()) : status;
}

}  // namespace

TreeWriter::TreeWriter(const GitCommand& git, const std::string& git_dir, const std::string& scratch,
                       const GitClone& clone, const WorkBounds& bounds)
    : clone_(clone),
      repository_(git, bounds, domain::FailureStage::kCommit,
                  {git_dir, clone.tree, absl::StrCat(scratch, "/index"), /*more_objects=*/"", scratch}),
      may_filter_(clone.attributes.filter) {}

absl::Status TreeWriter::Apply(const TreeEdits& edits) const {
  FLEET_RETURN_IF_ERROR(repository_.Run({"read-tree", clone_.base_tree}).status());
  std::string input;
  const std::string none(clone_.base_tree.size(), '0');
  // What goes makes room for what comes: a file for a directory, a directory for a file.
  for (const std::string& path : edits.removals) absl::StrAppend(&input, "0 ", none, "\t", path, kEnd);
  for (const auto& [path, entry] : edits.entries) {
    absl::StrAppend(&input, absl::StrFormat("%o", entry.mode), " ", entry.oid, "\t", path, kEnd);
  }
  if (input.empty()) return absl::OkStatus();
  return AsNotCarried(repository_.RecordsOf({"update-index", "--replace", "-z", "--index-info"}, input).status());
}

absl::StatusOr<std::vector<std::string>> TreeWriter::ListUntracked(const GitRepository& repository) const {
  OutputTail warnings;
  FLEET_ASSIGN_OR_RETURN(std::vector<std::string> paths,
                         repository.Records({"ls-files", "-o", "-z", "--exclude-standard"}, &warnings));
  // What git could not look into it leaves out, with a warning.
  const std::string words = LeftOut(warnings);
  if (words.empty()) return paths;
  if (absl::StrContains(words, "Permission denied")) {
    return TaskFailure(domain::FailureReason::kTreeBroken,
                       absl::StrCat("the steps left a working tree that cannot be read: ", words));
  }
  return NotCarried(absl::StrCat("git leaves out a part of the working tree: ", words));
}

// A repository that a step cloned into the tree is taken as plain files: without its .git git sees them.
absl::StatusOr<std::vector<std::string>> TreeWriter::NewFiles(const TreeEdits& edits) const {
  GitRepository::Places places = repository_.places();
  if (edits.empty()) {
    places.index = absl::StrCat(places.scratch, "/checked-out-index");
    FLEET_RETURN_IF_ERROR(WritePrivateFile(places.index, clone_.index));
  }
  const GitRepository repository(repository_.git(), repository_.bounds(), domain::FailureStage::kCommit, places);
  std::vector<std::string> files;
  for (int depth = 0; depth < kMaxNested; ++depth) {
    FLEET_ASSIGN_OR_RETURN(const std::vector<std::string> listed, ListUntracked(repository));
    files.clear();
    bool is_nested = false;
    for (const std::string& path : listed) {
      if (absl::EndsWith(path, "/")) {
        FLEET_RETURN_IF_ERROR(RemoveTree(absl::StrCat(clone_.tree, "/", path, ".git")));
        is_nested = true;
      } else if (edits.left_alone.count(path) == 0) {
        files.push_back(path);
      }
    }
    if (!is_nested) return files;
  }
  return NotCarried("the steps left more than 100 repositories one inside the other");
}

// In every attributes file that has a say on one of `paths`, new ones too.
void TreeWriter::LookForFilters(const std::vector<std::string>& paths) {
  std::set<std::string> directories;
  for (const std::string& path : paths) {
    for (std::size_t end = path.rfind('/');; end = path.rfind('/', end - 1)) {
      const std::string directory = end == std::string::npos ? "" : path.substr(0, end + 1);
      if (may_filter_ || !directories.insert(directory).second) break;
      const auto text = ReadPlainFile(absl::StrCat(clone_.tree, "/", directory, ".gitattributes"), kMaxAttributesFile);
      AttributeMentions mentions;
      if (text.ok()) mentions.Add(*text);
      may_filter_ = mentions.filter;
      if (end == std::string::npos || end == 0) break;
    }
  }
}

absl::StatusOr<TreeWriter::Filters> TreeWriter::FiltersOf(const std::vector<std::string>& paths) const {
  if (!may_filter_) return Filters();
  return ReadFilters(repository_, paths);
}

absl::Status TreeWriter::Store(const std::vector<std::string>& paths, const std::set<std::string>& configured) const {
  if (paths.empty()) return absl::OkStatus();
  std::string input;
  for (const std::string& path : paths) absl::StrAppend(&input, path, kEnd);
  std::vector<std::string> arguments = RequireFilters(configured);
  arguments.insert(arguments.end(), {"update-index", "--add", "--replace", "-z", "--stdin"});
  OutputText words(kMaxWords);
  FLEET_RETURN_IF_ERROR(AsNotCarried(repository_.RecordsOf(std::move(arguments), input, &words).status()));
  // A link in place of .gitmodules, and the like.
  const absl::string_view text = words.text();
  const std::size_t at = text.find(kIgnoring);
  if (at == absl::string_view::npos) return absl::OkStatus();
  const absl::string_view path = text.substr(at + kIgnoring.size());
  return NotCarried(absl::StrCat("git does not take what stands at ", path.substr(0, path.find('\n'))));
}

absl::StatusOr<WrittenTree> TreeWriter::Finish(const std::vector<std::string>& fresh,
                                               const std::set<std::string>& configured) {
  const auto written = repository_.Run({"write-tree"});
  if (!written.ok()) return AsNotCarried(written.status());
  WrittenTree tree{*written, {}};
  TreeEntries changed;
  if (tree.id != clone_.base_tree) {
    FLEET_ASSIGN_OR_RETURN(changed, ReadChangedEntries(repository_, clone_.base_tree, tree.id));
  }
  // git passes over names that it holds for dangerous, and says so on stderr at best.
  for (const std::string& path : fresh) {
    if (changed.count(path) > 0 || clone_.snapshot.base().count(path) > 0) continue;
    return NotCarried(absl::StrCat("git does not take a file of the name ", path));
  }
  if (!may_filter_ || changed.empty()) return tree;
  std::vector<std::string> paths;
  for (const auto& [path, entry] : changed) paths.push_back(path);
  FLEET_ASSIGN_OR_RETURN(const Filters filters, FiltersOf(paths));
  FLEET_ASSIGN_OR_RETURN(tree.lfs_objects,
                         CheckFiltered(repository_, clone_.snapshot.base(), changed, filters, configured));
  return tree;
}

absl::StatusOr<WrittenTree> TreeWriter::Write() {
  FLEET_ASSIGN_OR_RETURN(WorkTree files, WorkTree::Open(clone_.tree, &repository_.bounds()));
  FLEET_ASSIGN_OR_RETURN(const std::optional<StepIndex> staging, ReadStaging(clone_, repository_));
  ChangePlanner planner(clone_.snapshot, staging, files);
  FLEET_RETURN_IF_ERROR(planner.Look());
  const std::vector<std::string> suspects = planner.Suspects();
  LookForFilters(suspects);
  FLEET_ASSIGN_OR_RETURN(const Filters filters, FiltersOf(suspects));
  FLEET_ASSIGN_OR_RETURN(TreeEdits edits, planner.Plan(filters, SubmoduleInspector(repository_)));
  if (!edits.empty()) FLEET_RETURN_IF_ERROR(Apply(edits));
  FLEET_ASSIGN_OR_RETURN(const std::vector<std::string> fresh, NewFiles(edits));
  if (edits.empty() && fresh.empty()) return WrittenTree{clone_.base_tree, {}};
  if (edits.empty()) FLEET_RETURN_IF_ERROR(Apply(edits));
  LookForFilters(fresh);
  std::set<std::string> configured;
  if (may_filter_) {
    FLEET_ASSIGN_OR_RETURN(configured, ReadConfiguredFilters(repository_));
  }
  std::vector<std::string> stores = edits.stores;
  stores.insert(stores.end(), fresh.begin(), fresh.end());
  FLEET_RETURN_IF_ERROR(Store(stores, configured));
  return Finish(fresh, configured);
}

}  // namespace fleet::runner
