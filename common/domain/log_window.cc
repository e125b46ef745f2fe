#include "common/domain/log_window.h"

#include <algorithm>
#include <utility>

#include "common/domain/text.h"

namespace fleet::domain {
namespace {

bool ContinuesCharacter(char c) { return (static_cast<unsigned char>(c) & 0xC0) == 0x80; }

}  // namespace

bool AddChunk(const LogWindow& chunk, LogWindow& window) {
  if (chunk.attempt < window.attempt) return false;
  if (chunk.attempt == window.attempt && chunk.End() <= window.End()) return false;
  const bool follows = chunk.attempt == window.attempt && chunk.start == window.End();
  std::string text = follows ? std::move(window.text) + chunk.text : chunk.text;
  const int64_t end = chunk.End();
  window.attempt = chunk.attempt;
  window.text = KeepTail(std::move(text), kMaxLogWindow);
  window.start = end - static_cast<int64_t>(window.text.size());
  return true;
}

LogPiece ReadOn(const LogWindow& window, LogCursor& cursor) {
  if (window.attempt > cursor.attempt) cursor = {window.attempt, 0};
  LogPiece piece{cursor.attempt, cursor.offset, 0, ""};
  if (window.attempt < cursor.attempt || window.End() <= cursor.offset) return piece;
  piece.offset = std::max(window.start, cursor.offset);
  piece.text = window.text.substr(static_cast<std::size_t>(piece.offset - window.start));
  // A cursor from outside may stand within a character.
  const std::size_t broken = static_cast<std::size_t>(
      std::find_if_not(piece.text.begin(), piece.text.end(), ContinuesCharacter) - piece.text.begin());
  piece.text.erase(0, broken);
  piece.offset += static_cast<int64_t>(broken);
  piece.skipped = piece.offset - cursor.offset;
  cursor.offset = window.End();
  return piece;
}

}  // namespace fleet::domain
