#include "workers/task_runner/remote_listing.h"

#include <algorithm>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "common/status/status_macros.h"
#include "workers/task_runner/repository_head.h"
#include "workers/task_runner/task_failure.h"

namespace fleet::runner {

RemoteListing::RemoteListing(const std::string& branch, const std::string& base_branch)
    : children_(absl::StrCat(kHeads, branch, "/")) {
  wanted_ = {"HEAD", absl::StrCat(kHeads, branch)};
  if (!base_branch.empty()) wanted_.insert(absl::StrCat(kHeads, base_branch));
  for (std::size_t at = branch.find('/'); at != std::string::npos; at = branch.find('/', at + 1)) {
    ancestors_.insert(absl::StrCat(kHeads, branch.substr(0, at)));
  }
}

std::vector<std::string> RemoteListing::Patterns() const {
  std::vector<std::string> patterns(wanted_.begin(), wanted_.end());
  patterns.insert(patterns.end(), ancestors_.begin(), ancestors_.end());
  patterns.push_back(absl::StrCat(children_, "*"));
  return patterns;
}

void RemoteListing::Take(absl::string_view line) {
  const std::pair<absl::string_view, absl::string_view> fields = absl::StrSplit(line, absl::MaxSplits('\t', 1));
  absl::string_view value = fields.first;
  const std::string name(fields.second);
  if (absl::ConsumePrefix(&value, "ref: ")) {
    if (name == "HEAD") head_ = std::string(value);
    return;
  }
  if (!IsObjectId(value)) return;
  if (wanted_.count(name) > 0) commits_[name] = std::string(value);
  if (ancestors_.count(name) > 0 || absl::StartsWith(name, children_)) {
    blocking_branch_ = std::string(absl::StripPrefix(name, kHeads));
  }
}

std::string RemoteListing::CommitAt(const std::string& ref) const {
  const auto found = commits_.find(ref);
  return found == commits_.end() ? "" : found->second;
}

std::string RemoteListing::object_format() const {
  const bool sha256 = std::any_of(commits_.begin(), commits_.end(),
                                  [](const auto& commit) { return commit.second.size() == kSha256Digits; });
  return sha256 ? "sha256" : "sha1";
}

absl::StatusOr<RemoteListing> ListRemote(const GitCommand& git, const ListingRequest& request,
                                         const WorkBounds& bounds) {
  RemoteListing listing(request.branch, request.base_branch);
  std::vector<std::string> arguments = {"ls-remote", "--symref", "--", request.clone_url};
  for (std::string& pattern : listing.Patterns()) arguments.push_back(std::move(pattern));
  LineSink lines('\n', request.bounds, [&](absl::string_view line) { listing.Take(line); });
  GitCommand::Call call = {request.stage, std::move(arguments), request.directory};
  if (!request.git_dir.empty()) call.environment = {{"GIT_DIR", request.git_dir}};
  const absl::Status status = git.Stream(call, bounds, lines);
  if (!lines.excess().empty()) {
    return TaskFailure(domain::FailureReason::kBadConfig,
                       absl::StrCat(domain::StageName(request.stage),
                                    " failed: the list of the repository's refs is too large: ", lines.excess()));
  }
  FLEET_RETURN_IF_ERROR(status);
  lines.Finish();
  return listing;
}

}  // namespace fleet::runner
