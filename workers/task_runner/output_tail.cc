#include "workers/task_runner/output_tail.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "common/domain/text.h"

namespace fleet::runner {
namespace {

// Room for the line that says what was cut.
constexpr std::size_t kMarkBytes = 64;

}  // namespace

bool OutputTail::Append(absl::string_view text) {
  if (copy_ != nullptr) copy_->Append(text);
  Keep(text);
  return true;
}

void OutputTail::Keep(absl::string_view text) {
  total_bytes_ += text.size();
  if (text.size() > limit_) text.remove_prefix(text.size() - limit_);
  buffer_.append(text.data(), text.size());
  // Cutting only at twice the limit makes appending cheap however small the pieces are.
  if (buffer_.size() > 2 * limit_) buffer_.erase(0, buffer_.size() - limit_);
}

std::string OutputTail::Text() const {
  return buffer_.size() <= limit_ ? buffer_ : buffer_.substr(buffer_.size() - limit_);
}

void OutputTail::AppendTail(const OutputTail& other) {
  const std::string text = other.Text();
  Keep(text);
  total_bytes_ += other.total_bytes_ - text.size();
}

std::string OutputTail::Log(std::string shown, std::size_t limit) const {
  if (total_bytes_ <= limit_ && shown.size() <= limit) return shown;
  std::string text = domain::KeepTail(std::move(shown), limit - kMarkBytes);
  const std::size_t line = text.find('\n');
  if (line != std::string::npos && line + 1 < text.size()) text.erase(0, line + 1);
  return absl::StrCat("[cut: ", total_bytes_ - std::min(total_bytes_, text.size()), " bytes before this]\n", text);
}

std::string OutputTail::LastLines(std::size_t count, std::size_t limit) const {
  const std::string text = Text();
  std::vector<absl::string_view> lines = absl::StrSplit(text, absl::ByAnyChar("\r\n"), absl::SkipWhitespace());
  for (absl::string_view& line : lines) line = absl::StripAsciiWhitespace(line);
  if (lines.size() > count) lines.erase(lines.begin(), lines.end() - static_cast<std::ptrdiff_t>(count));
  const std::string joined = absl::StrJoin(lines, "\n");
  return joined.size() <= limit ? joined : joined.substr(joined.size() - limit);
}

}  // namespace fleet::runner
