#include "tests/property/change_property.h"

#include <algorithm>
#include <filesystem>
#include <set>
#include <utility>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/time/time.h"
#include "common/clock/clock.h"
#include "common/status/status_macros.h"
#include "tests/property/aged_checkout.h"
#include "tests/unit/workers/task_runner/test_directory.h"
#include "workers/task_runner/branch_tip.h"
#include "workers/task_runner/git_publisher.h"
#include "workers/task_runner/task_failure.h"

namespace fleet::testing {
namespace {

namespace fs = std::filesystem;

constexpr char kBranch[] = "fleet/case";

bool IsOfTheChange(const absl::Status& status) {
  const v1::FailureReason reason = runner::ToFailure(status).reason();
  return reason == v1::FAILURE_REASON_CHANGE_NOT_CARRIED || reason == v1::FAILURE_REASON_TREE_BROKEN;
}

std::string Show(const TreeEntries& tree, const std::string& path) {
  const auto found = tree.find(path);
  return found == tree.end() ? "nothing" : absl::StrCat(found->second.mode, " ", found->second.id);
}

std::string Head(const std::string& reason) { return reason.substr(0, reason.find_first_of(":\n")); }

// The paths in which they part, a line each; empty if they agree. Counts what only another answer allowed.
std::string Differences(const TreeEntries& base, const TreeEntries& pushed, const ExpectedChange& expected,
                        int64_t& doubtful) {
  std::set<std::string> paths;
  for (const auto& [path, entry] : pushed) paths.insert(path);
  for (const auto& [path, entry] : expected.tree) paths.insert(path);
  std::string lines;
  for (const std::string& path : paths) {
    const auto has = pushed.find(path);
    const auto wants = expected.tree.find(path);
    const TreeEntry none;
    const TreeEntry& got = has == pushed.end() ? none : has->second;
    if (wants != expected.tree.end() && got == wants->second) continue;
    const auto others = expected.others.find(path);
    if (others != expected.others.end() &&
        std::find(others->second.begin(), others->second.end(), got) != others->second.end()) {
      ++doubtful;
      continue;
    }
    absl::StrAppend(&lines, "  \"", absl::CHexEscape(path), "\": base ", Show(base, path), "; pushed ",
                    Show(pushed, path), "; expected ", Show(expected.tree, path), "\n");
  }
  return lines;
}

}  // namespace

ChangeProperty::ChangeProperty(std::string directory)
    : directory_(std::move(directory)),
      subprocess_(Clock::System()),
      shell_(subprocess_, never_, directory_ + "/home") {
  fs::create_directories(directory_ + "/home");
  (void)shell_.Run(directory_, "git init -q --bare --template= oracle.git");
}

absl::StatusOr<TreeEntries> ChangeProperty::Prepare(const ChangeCase& change, const std::string& place) const {
  for (const char* name : {"", "/home", "/tmp", "/product", "/scratch/objects"}) fs::create_directories(place + name);
  std::string config = change.filters;
  if (!change.excludes.empty()) {
    runner::WriteFile(place + "/excludes", change.excludes);
    absl::StrAppend(&config, "[core]\n  excludesFile = ", place, "/excludes\n");
  }
  runner::WriteFile(place + "/config", config);
  runner::WriteFile(place + "/operator", config + change.endings);
  runner::WriteFile(place + "/import", ImportStream(change, "refs/heads/main"));
  const ShellResult made = shell_.Run(place,
                                      "git init -q --bare --template= -b main origin.git && cd origin.git && "
                                      "git fast-import --quiet <../import && git ls-tree -r -z main");
  if (!made.succeeded) return absl::UnavailableError(made.errors);
  return ParseTree(made.output);
}

void ChangeProperty::RunStep(const ChangeCase& change, const std::string& tree, const std::string& place) const {
  (void)shell_.Run(tree, StepScript(change), {{"HOME", place + "/home"}, {"TMPDIR", place + "/tmp"}});
}

absl::StatusOr<LeftState> ChangeProperty::RunPlainly(const ChangeCase& change, const std::string& place) const {
  LeftState left;
  left.directory = place + "/plain";
  const ShellResult cloned = shell_.Run(place, "git clone -q --shared --template= -b main origin.git plain",
                                        {{"GIT_CONFIG_GLOBAL", place + "/config"}});
  if (!cloned.succeeded) return absl::UnavailableError(cloned.errors);
  if (!AgeCheckout(left.directory)) return absl::UnavailableError("the index has another form");
  left.before = ReadTree(left.directory);
  RunStep(change, left.directory, place);
  left.after = ReadTree(left.directory);
  left.git_dir = left.directory + "/.git";
  return left;
}

absl::Status ChangeProperty::Publish(const runner::GitClone& clone, const runner::GitSettings& settings,
                                     const runner::WorkBounds& bounds, Outcome& outcome) const {
  FLEET_ASSIGN_OR_RETURN(const runner::GitPublisher publisher,
                         runner::GitPublisher::Make(subprocess_, settings, clone, bounds));
  const std::string task = "01ARZ3NDEKTSV4RRFFQ69G5FAV-1";
  const runner::CommitSpec spec{"Fleet", "fleet@example.com", runner::WithTaskTrailer("change", task),
                                Clock::System().TimeNow()};
  const runner::BranchClaim claim{task};
  FLEET_ASSIGN_OR_RETURN(const runner::Publication publication, publisher.Prepare(spec, claim));
  if (!publication.changed) return absl::OkStatus();
  FLEET_ASSIGN_OR_RETURN(outcome.commit, publisher.Publish(publication, spec, claim));
  const ShellResult listed = shell_.Run(clone.request.directory, absl::StrCat("git ls-tree -r -z ", kBranch),
                                        {{"GIT_DIR", clone.request.clone_url.substr(sizeof("file://") - 1)}});
  outcome.tree = ParseTree(listed.output);
  return absl::OkStatus();
}

ChangeProperty::Outcome ChangeProperty::RunProduct(const ChangeCase& change, const std::string& place) const {
  Outcome outcome;
  runner::GitSettings settings;
  settings.protocols = {"file"};
  settings.config_file = place + "/operator";
  const runner::WorkBounds bounds(Clock::System(), absl::Minutes(2), never_);
  const auto git = runner::GitCommand::Make(subprocess_, settings, place + "/settings");
  outcome.status = git.status();
  if (!git.ok()) return outcome;
  const auto clone = runner::GitClone::Make(
      *git, {absl::StrCat("file://", place, "/origin.git"), "", kBranch, place + "/product"}, bounds);
  outcome.status = clone.status();
  outcome.carried_out = clone.ok();
  if (!clone.ok()) return outcome;
  outcome.left.directory = clone->tree;
  outcome.left.before = ReadTree(clone->tree);
  RunStep(change, clone->tree, place);
  outcome.left.after = ReadTree(clone->tree);
  // Publishing may remove it.
  outcome.left.git_dir = place + "/left.git";
  std::error_code none;  // then the step removed it
  fs::copy(clone->tree + "/.git", outcome.left.git_dir, fs::copy_options::recursive | fs::copy_options::copy_symlinks,
           none);
  outcome.status = Publish(*clone, settings, bounds, outcome);
  return outcome;
}

absl::Status ChangeProperty::Compare(const ChangeCase& change, const std::string& place) {
  FLEET_ASSIGN_OR_RETURN(const TreeEntries base, Prepare(change, place));
  Outcome product = RunProduct(change, place);
  absl::StatusOr<LeftState> plain = RunPlainly(change, place);
  if (!product.carried_out || !plain.ok()) {
    if (product.carried_out == plain.ok())
      return absl::InternalError(absl::StrCat("clones part: ", product.status.message(), plain.status().message()));
    ++ends_["not cloned"];
    return absl::OkStatus();
  }
  for (const auto& [path, file] : plain->before) {
    const auto found = product.left.before.find(path);
    if (found != product.left.before.end() && found->second == file) continue;
    return absl::InternalError(absl::StrCat("a clone has ", path, " as \"", absl::CHexEscape(file.bytes),
                                            "\", which was checked out otherwise\n"));
  }
  const ChangeOracle oracle(shell_, directory_ + "/oracle.git", place + "/origin.git/objects", place + "/config",
                            place + "/scratch");
  if (product.status.ok() && product.commit.empty()) product.tree = base;
  std::string why;
  // The step's own git may go by the clock and leave different things in the two clones: then what it left in the
  // product's own is judged.
  for (LeftState* left : {&*plain, &product.left}) {
    left->base = base;
    ReadGitState(shell_, *left);
    const ExpectedChange expected = oracle.Judge(*left);
    const std::string end = left == &*plain ? "" : "what the step left differs, ";
    if (!product.status.ok()) {
      const bool agreed = (!expected.failure.empty() || !expected.doubt.empty()) && IsOfTheChange(product.status);
      if (agreed) {
        ++ends_[absl::StrCat(end, "not carried: ", Head(expected.failure.empty() ? expected.doubt : expected.failure))];
        return absl::OkStatus();
      }
      why =
          absl::StrCat("the product fails: ", runner::ToFailure(product.status).ShortDebugString(),
                       "\nthe oracle says: ", expected.failure.empty() ? "it can be carried" : expected.failure, "\n");
    } else if (!expected.failure.empty()) {
      why = absl::StrCat("the product pushes ", product.commit.empty() ? "nothing" : product.commit,
                         "\nthe oracle says: ", expected.failure, "\n");
    } else {
      int64_t doubtful = 0;
      why = Differences(base, product.tree, expected, doubtful);
      if (why.empty()) {
        if (doubtful > 0) ++ends_["(with a path of which two answers are right)"];
        ++ends_[absl::StrCat(end, product.commit.empty() ? "no change" : "changed")];
        return absl::OkStatus();
      }
    }
  }
  return absl::InternalError(why);
}

absl::Status ChangeProperty::Check(const ChangeCase& change) {
  const std::string place = absl::StrCat(directory_, "/", ++count_);
  const absl::Status status = Compare(change, place);
  std::error_code ignored;
  fs::remove_all(place, ignored);
  if (status.ok() || absl::IsUnavailable(status)) return status;
  return absl::InternalError(absl::StrCat(Describe(change), "difference:\n", status.message()));
}

ChangeCase ChangeProperty::Shrink(ChangeCase failing) {
  const auto drop = [&](auto member) {
    for (std::size_t i = (failing.*member).size(); i-- > 0;) {
      ChangeCase smaller = failing;
      (smaller.*member).erase((smaller.*member).begin() + static_cast<std::ptrdiff_t>(i));
      if (absl::IsInternal(Check(smaller))) failing = std::move(smaller);
    }
  };
  drop(&ChangeCase::operations);
  drop(&ChangeCase::files);
  drop(&ChangeCase::operations);
  return failing;
}

}  // namespace fleet::testing
