// The end of what a running attempt prints, as it is passed on to those who follow it: contiguous, bounded, lossy, and
// always able to say how much is missing. Pure.
#ifndef FLEET_COMMON_DOMAIN_LOG_WINDOW_H_
#define FLEET_COMMON_DOMAIN_LOG_WINDOW_H_

#include <cstddef>
#include <cstdint>
#include <string>

namespace fleet::domain {

// Bytes of a window.
inline constexpr std::size_t kMaxLogWindow = std::size_t{32} << 10;
// Bytes of one chunk that a runner sends.
inline constexpr std::size_t kMaxLogChunk = std::size_t{16} << 10;
// Chunks that a runner sends at a time.
inline constexpr int kMaxLogChunks = 50;

// A part of an attempt's output: a chunk, or what is kept of several.
struct LogWindow {
  int32_t attempt = 0;  // 0: none yet
  int64_t start = 0;    // bytes of the output before text
  std::string text;     // UTF-8

  int64_t End() const { return start + static_cast<int64_t>(text.size()); }
};

// How far someone has read.
struct LogCursor {
  int32_t attempt = 0;
  int64_t offset = 0;
};

// What someone has not read yet.
struct LogPiece {
  int32_t attempt = 0;
  int64_t offset = 0;   // of text
  int64_t skipped = 0;  // bytes that are lost between the cursor and offset
  std::string text;     // empty: nothing new
};

// Adds `chunk` to `window`, whose beginning goes if it becomes too long. A chunk of a later attempt, or one that does
// not follow on the window's end, takes its place. False if it says nothing new: it is of an earlier attempt, or ends
// no later.
bool AddChunk(const LogWindow& chunk, LogWindow& window);

// What of `window` comes after `cursor`, which is moved to its end. The next attempt's output begins at 0.
LogPiece ReadOn(const LogWindow& window, LogCursor& cursor);

}  // namespace fleet::domain

#endif  // FLEET_COMMON_DOMAIN_LOG_WINDOW_H_
