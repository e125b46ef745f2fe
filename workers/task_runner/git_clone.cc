#include "workers/task_runner/git_clone.h"

#include <algorithm>
#include <filesystem>
#include <system_error>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "common/domain/identifiers.h"
#include "common/status/status_macros.h"
#include "workers/task_runner/git_checkout.h"
#include "workers/task_runner/private_file.h"
#include "workers/task_runner/remote_listing.h"
#include "workers/task_runner/system_error.h"
#include "workers/task_runner/task_failure.h"

namespace fleet::runner {
namespace {

using domain::FailureStage;

constexpr std::size_t kMaxShallowFile = 1 << 20;

absl::Status ConfigFailure(absl::string_view message) {
  return TaskFailure(domain::FailureReason::kBadConfig, message);
}

absl::Status BranchFailure(absl::string_view message) {
  return TaskFailure(domain::FailureReason::kBranchNotFound, message);
}

// The protocol as git names it.
std::string ProtocolOf(absl::string_view url) {
  const std::size_t end = url.find("://");
  return end == absl::string_view::npos ? "ssh" : std::string(url.substr(0, end));
}

absl::Status CheckRequest(const CloneRequest& request, const GitSettings& settings) {
  // The messages never hold the URL: it may hold a secret.
  const std::string problem = domain::CloneUrlProblem(request.clone_url);
  if (!problem.empty()) return ConfigFailure(absl::StrCat("the clone URL ", problem));
  const std::string protocol = ProtocolOf(request.clone_url);
  if (std::find(settings.protocols.begin(), settings.protocols.end(), protocol) == settings.protocols.end()) {
    return ConfigFailure(absl::StrCat("this runner does not clone over ", protocol, "; it allows ",
                                      absl::StrJoin(settings.protocols, ", "), " (--git_protocols)"));
  }
  for (const std::string& branch : {request.branch, request.default_branch}) {
    if (!branch.empty() && !domain::IsBranchName(branch)) return ConfigFailure("a branch name is malformed");
  }
  return absl::OkStatus();
}

// The ref to start from, in full.
absl::StatusOr<std::string> BaseRef(const CloneRequest& request, const RemoteListing& listing) {
  if (!request.default_branch.empty()) {
    std::string ref = absl::StrCat(kHeads, request.default_branch);
    if (!listing.CommitAt(ref).empty()) return ref;
    return BranchFailure(absl::StrCat("the repository has no branch \"", request.default_branch, "\""));
  }
  if (listing.CommitAt("HEAD").empty()) {
    return BranchFailure("the repository is empty, or its HEAD names a branch that does not exist");
  }
  absl::string_view branch = listing.head();
  // A detached HEAD is a fine base; a name that git would not accept is not worth passing on.
  if (absl::ConsumePrefix(&branch, kHeads) && domain::IsBranchName(branch)) return listing.head();
  return std::string("HEAD");
}

// Whose the branch is, is read before any step could put other objects in its place.
absl::Status ReadSeenCommit(const GitCommand& git, const WorkBounds& bounds, const std::string& store,
                            GitClone& clone) {
  if (clone.seen_commit.empty()) return absl::OkStatus();
  const auto text =
      git.Run({FailureStage::kClone, {"cat-file", "commit", clone.seen_commit}, store, {{"GIT_DIR", store}}}, bounds);
  if (text.ok()) {
    clone.seen_text = *text;
    return absl::OkStatus();
  }
  if (absl::IsCancelled(text.status()) || absl::IsDeadlineExceeded(text.status())) return text.status();
  const bool is_too_large = ToFailure(text.status()).reason() == v1::FAILURE_REASON_BAD_CONFIG;
  if (is_too_large) return absl::OkStatus();
  return TaskFailure(domain::FailureReason::kPushRaced,
                     absl::StrCat("branch ", clone.request.branch, " moved while it was fetched"));
}

// The store's "shallow" file: a line for each commit fetched, and what the remote itself has no parents of.
absl::Status ReadShallow(const std::string& store, GitClone& clone) {
  absl::StatusOr<std::string> shallow = ReadPlainFile(absl::StrCat(store, "/shallow"), kMaxShallowFile);
  if (absl::IsNotFound(shallow.status())) return absl::OkStatus();
  if (!shallow.ok()) {
    return ConfigFailure(absl::StrCat("git's list of shallow commits cannot be used: ", shallow.status().message()));
  }
  clone.shallow = *std::move(shallow);
  return absl::OkStatus();
}

// Fetches the objects to "<directory>/store" and fills in the commits.
absl::Status Fetch(const GitCommand& git, const WorkBounds& bounds, GitClone& clone) {
  const CloneRequest& request = clone.request;
  FLEET_ASSIGN_OR_RETURN(
      const RemoteListing listing,
      ListRemote(git,
                 {FailureStage::kClone, request.clone_url, request.branch, request.default_branch, request.directory},
                 bounds));
  FLEET_ASSIGN_OR_RETURN(const std::string base, BaseRef(request, listing));
  const std::string fleet_ref = absl::StrCat(kHeads, request.branch);
  if (base == fleet_ref) {
    return TaskFailure(
        domain::FailureReason::kBranchIsBase,
        absl::StrCat("branch \"", request.branch, "\" is the one that work starts from: nothing is pushed to it"));
  }
  clone.seen_commit = listing.CommitAt(fleet_ref);
  clone.object_format = listing.object_format();

  const std::string store = absl::StrCat(request.directory, "/store");
  FLEET_RETURN_IF_ERROR(
      git.Run({FailureStage::kClone,
               {"init", "-q", "--bare", absl::StrCat("--object-format=", clone.object_format), "--", store},
               request.directory},
              bounds)
          .status());
  std::vector<std::string> fetch = {"fetch",
                                    "-q",
                                    "--depth=1",
                                    "--no-tags",
                                    "--no-write-fetch-head",
                                    "--refmap=",
                                    "--",
                                    request.clone_url,
                                    absl::StrCat("+", base, ":refs/fleet/base")};
  if (!clone.seen_commit.empty()) fetch.push_back(absl::StrCat("+", fleet_ref, ":refs/fleet/seen"));
  FLEET_RETURN_IF_ERROR(git.Run({FailureStage::kClone, fetch, store, {{"GIT_DIR", store}}}, bounds).status());
  FLEET_ASSIGN_OR_RETURN(const std::string ids,
                         git.Run({FailureStage::kClone,
                                  {"rev-parse", "refs/fleet/base^{commit}", "refs/fleet/base^{tree}"},
                                  store,
                                  {{"GIT_DIR", store}}},
                                 bounds));
  const std::pair<std::string, std::string> lines = absl::StrSplit(ids, absl::MaxSplits('\n', 1));
  clone.base_commit = lines.first;
  clone.base_tree = lines.second;
  clone.objects = absl::StrCat(store, "/objects");
  FLEET_RETURN_IF_ERROR(ReadSeenCommit(git, bounds, store, clone));
  return ReadShallow(store, clone);
}

}  // namespace

absl::StatusOr<GitClone> GitClone::Make(const GitCommand& git, const CloneRequest& request, const WorkBounds& bounds) {
  FLEET_RETURN_IF_ERROR(CheckRequest(request, git.settings()));
  GitClone clone;
  clone.request = request;
  FLEET_RETURN_IF_ERROR(Fetch(git, bounds, clone));
  FLEET_RETURN_IF_ERROR(CheckOut(git, bounds, clone));
  return clone;
}

}  // namespace fleet::runner
