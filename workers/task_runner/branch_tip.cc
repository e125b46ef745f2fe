#include "workers/task_runner/branch_tip.h"

#include <algorithm>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "common/domain/identifiers.h"
#include "common/domain/text.h"
#include "workers/task_runner/trailer_block.h"

namespace fleet::runner {
namespace {

constexpr char kTaskTrailer[] = "Fleet-Task: ";
// Fleet dates its commits in this zone.
constexpr char kUtc[] = " +0000";
constexpr std::size_t kMaxIdentity = 120;
constexpr std::size_t kMaxSubject = 100;

bool IsTaskTrailer(absl::string_view line) { return absl::StartsWithIgnoreCase(line, kTaskTrailer); }

std::optional<BranchTip::Signature> ParseSignature(absl::string_view text) {
  const std::size_t end = text.rfind("> ");
  if (end == absl::string_view::npos) return std::nullopt;
  return BranchTip::Signature{std::string(text.substr(0, end + 1)), std::string(text.substr(end + 2))};
}

// A line of other people's text, fit to be printed.
std::string Line(absl::string_view text, std::size_t limit) {
  std::string line = domain::CleanText(text);
  std::replace_if(
      line.begin(), line.end(), [](char c) { return absl::ascii_iscntrl(static_cast<unsigned char>(c)); }, ' ');
  return domain::KeepHead(std::move(line), limit);
}

}  // namespace

std::optional<BranchTip> ParseBranchTip(absl::string_view id, absl::string_view commit) {
  BranchTip tip;
  tip.id = std::string(id);
  const std::size_t blank = commit.find("\n\n");
  if (blank != absl::string_view::npos) {
    tip.message = std::string(absl::StripTrailingAsciiWhitespace(commit.substr(blank + 2)));
  }
  bool has_author = false;
  bool has_committer = false;
  for (absl::string_view line : absl::StrSplit(commit.substr(0, blank), '\n')) {
    if (absl::ConsumePrefix(&line, "tree ")) {
      tip.tree = std::string(line);
    } else if (absl::ConsumePrefix(&line, "parent ")) {
      tip.parents.emplace_back(line);
    } else if (absl::ConsumePrefix(&line, "author ")) {
      const auto author = ParseSignature(line);
      has_author = author.has_value();
      tip.author = author.value_or(BranchTip::Signature());
    } else if (absl::ConsumePrefix(&line, "committer ")) {
      const auto committer = ParseSignature(line);
      has_committer = committer.has_value();
      tip.committer = committer.value_or(BranchTip::Signature());
    }
  }
  if (tip.tree.empty() || !has_author || !has_committer) return std::nullopt;
  return tip;
}

std::string WithTaskTrailer(absl::string_view message, absl::string_view task_id) {
  auto [text, trailers] = SplitTrailers(absl::StripAsciiWhitespace(message));
  trailers.erase(std::remove_if(trailers.begin(), trailers.end(), IsTaskTrailer), trailers.end());
  const std::string own = absl::StrCat(kTaskTrailer, task_id);
  trailers.emplace_back(own);
  return absl::StrCat(text, "\n\n", absl::StrJoin(trailers, "\n"), "\n");
}

std::string TaskOfTrailer(absl::string_view message) {
  std::string task;
  for (const absl::string_view line : SplitTrailers(message).lines) {
    if (!IsTaskTrailer(line)) continue;
    if (!task.empty()) return "";
    task = std::string(line.substr(sizeof(kTaskTrailer) - 1));
  }
  return task;
}

bool IsMadeFor(const BranchTip& tip, absl::string_view task_id, absl::string_view identity) {
  return TaskOfTrailer(tip.message) == task_id && tip.author.identity == identity && tip.committer == tip.author &&
         absl::EndsWith(tip.author.time, kUtc) && tip.parents.size() == 1;
}

std::string DescribeForeignTip(const BranchTip& tip, absl::string_view task_id) {
  std::string text = absl::StrCat("commit ", tip.id);
  if (!tip.author.identity.empty()) absl::StrAppend(&text, " of ", Line(tip.author.identity, kMaxIdentity));
  if (tip.committer.identity != tip.author.identity) {
    absl::StrAppend(&text, ", committed by ", Line(tip.committer.identity, kMaxIdentity));
  }
  const std::string subject = Line(absl::string_view(tip.message).substr(0, tip.message.find('\n')), kMaxSubject);
  if (!subject.empty()) absl::StrAppend(&text, ", \"", subject, "\"");
  const std::string task = TaskOfTrailer(tip.message);
  if (task != task_id && domain::TaskId::Parse(task).has_value()) {
    absl::StrAppend(&text, ", which is of task ", task, ": another name of this repository");
  }
  return text;
}

}  // namespace fleet::runner
