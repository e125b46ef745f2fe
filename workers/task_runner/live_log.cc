#include "workers/task_runner/live_log.h"

#include <algorithm>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "common/domain/log_window.h"

namespace fleet::runner {
namespace {

// What goes on for longer is no path.
constexpr std::size_t kLongestPath = 4096;

// The end of `text` that may be the beginning of `secret`.
std::size_t BegunAtEnd(absl::string_view text, absl::string_view secret) {
  for (std::size_t size = std::min(secret.size() - 1, text.size()); size > 0; --size) {
    if (absl::EndsWith(text, secret.substr(0, size))) return size;
  }
  return 0;
}

// Where an occurrence of `secret` begins that goes across `cut`; `cut` if none does.
std::size_t BeforeSecret(absl::string_view text, absl::string_view secret, std::size_t cut) {
  const std::size_t from = cut >= secret.size() ? cut - secret.size() + 1 : 0;
  const std::size_t at = text.find(secret, from);
  return at < cut ? at : cut;
}

bool HasSpace(absl::string_view text) {
  return std::any_of(text.begin(), text.end(),
                     [](char c) { return absl::ascii_isspace(static_cast<unsigned char>(c)); });
}

bool ContinuesCharacter(char c) { return (static_cast<unsigned char>(c) & 0xC0) == 0x80; }

}  // namespace

LiveLog::LiveLog(const v1::Lease& lease, Showing showing)
    : task_id_(lease.task_id()), attempt_(lease.attempt()), showing_(std::move(showing)) {}

bool LiveLog::Append(absl::string_view text) {
  MutexLock lock(mutex_);
  buffer_.append(text.data(), text.size());
  // Cutting only at twice the size makes appending cheap however small the pieces are.
  if (buffer_.size() > 2 * kKept) {
    Drop(buffer_.size() - kKept);
    torn_ = true;
  }
  return true;
}

std::optional<v1::TaskLogChunk> LiveLog::Take(bool all) {
  MutexLock lock(mutex_);
  Mend();
  // What is shown may be longer than what was printed, in place of bytes that are no text.
  for (std::size_t limit = domain::kMaxLogChunk; limit > 0; limit /= 2) {
    const std::size_t cut = SafeCut(limit, all);
    if (cut == 0) return std::nullopt;
    std::string text = showing_.show(absl::string_view(buffer_).substr(0, cut));
    if (text.size() > domain::kMaxLogChunk) continue;
    v1::TaskLogChunk chunk;
    chunk.set_task_id(task_id_);
    chunk.set_attempt(attempt_);
    chunk.set_offset(offset_);
    offset_ += static_cast<int64_t>(text.size());
    chunk.set_text(std::move(text));
    buffer_.erase(0, cut);
    return chunk;
  }
  return std::nullopt;
}

int64_t LiveLog::TakeDropped() {
  MutexLock lock(mutex_);
  return std::exchange(dropped_, 0);
}

void LiveLog::Drop(std::size_t bytes) {
  buffer_.erase(0, bytes);
  offset_ += static_cast<int64_t>(bytes);
  dropped_ += static_cast<int64_t>(bytes);
}

void LiveLog::Mend() {
  if (!torn_) return;
  torn_ = false;
  const std::size_t line = buffer_.find('\n');
  if (line != std::string::npos) return Drop(line + 1);
  // Past what may be the end of a secret, and not into another.
  std::size_t begin = 0;
  for (const std::string& secret : showing_.secrets) begin = std::max(begin, secret.size());
  for (bool moved = true; moved;) {
    moved = false;
    for (const std::string& secret : showing_.secrets) {
      const std::size_t at = BeforeSecret(buffer_, secret, begin);
      if (at == begin) continue;
      begin = at + secret.size();
      moved = true;
    }
  }
  Drop(std::min(begin, buffer_.size()));
}

std::size_t LiveLog::SafeCut(std::size_t limit, bool all) const {
  const absl::string_view text = buffer_;
  if (all && text.size() <= limit) return text.size();
  std::size_t cut = std::min(limit, text.size());
  const std::size_t line = text.substr(0, cut).rfind('\n');
  if (line != absl::string_view::npos) return line + 1;
  if (!all && cut == text.size()) {
    for (const std::string& secret : showing_.secrets) cut = std::min(cut, text.size() - BegunAtEnd(text, secret));
  }
  for (bool moved = true; moved;) {
    const std::size_t before = cut;
    for (const std::string& secret : showing_.secrets) cut = BeforeSecret(text, secret, cut);
    moved = cut < before;
  }
  const absl::string_view root = showing_.private_root;
  const std::size_t path = root.empty() ? absl::string_view::npos : text.substr(0, cut).rfind(root);
  if (path != absl::string_view::npos && cut - path < kLongestPath && !HasSpace(text.substr(path, cut - path)) &&
      !all) {
    cut = path;
  }
  while (cut > 0 && cut < text.size() && ContinuesCharacter(text[cut])) --cut;
  // A character whose rest has not come yet.
  for (std::size_t back = 1; !all && cut == text.size() && back <= std::min<std::size_t>(3, cut); ++back) {
    const auto byte = static_cast<unsigned char>(text[cut - back]);
    if (ContinuesCharacter(text[cut - back])) continue;
    const std::size_t length = byte >= 0xF0 ? 4 : byte >= 0xE0 ? 3 : byte >= 0xC0 ? 2 : 1;
    if (length > back) cut -= back;
    break;
  }
  return cut;
}

}  // namespace fleet::runner
