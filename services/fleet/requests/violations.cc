#include "services/fleet/requests/violations.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "common/domain/text.h"

namespace fleet::service {
namespace {

constexpr std::size_t kMostShown = 20;

}  // namespace

void Violations::Add(std::string field, std::string description) {
  ++count_;
  if (info_.violations.size() < kMostShown) info_.violations.push_back({std::move(field), std::move(description)});
}

void Violations::AddProblem(absl::string_view field, absl::string_view problem) {
  if (!problem.empty()) Add(std::string(field), std::string(problem));
}

void Violations::CheckText(absl::string_view field, const std::string& text, std::size_t characters,
                           domain::TextKind kind) {
  AddProblem(field, domain::CharacterProblem(text, kind));
  // Counting is only needed when the bytes alone do not settle it.
  if (text.size() > characters && domain::CountCharacters(text) > characters) {
    Add(std::string(field), absl::StrCat("is longer than ", characters, " characters"));
  }
}

absl::Status Violations::ToStatus() const {
  if (count_ == 0) return absl::OkStatus();
  ErrorInfo info = info_;
  info.reason = "INVALID_ARGUMENT";
  info.metadata["count"] = absl::StrCat(count_);
  const FieldViolation& first = info.violations.front();
  return MakeError(absl::StatusCode::kInvalidArgument,
                   absl::StrCat(first.field, ": ", first.description,
                                count_ > 1 ? absl::StrCat(" (and ", count_ - 1, " more)") : ""),
                   std::move(info));
}

}  // namespace fleet::service
