#include "common/domain/log_window.h"

#include <gtest/gtest.h>

namespace fleet::domain {
namespace {

LogWindow Chunk(int32_t attempt, int64_t start, std::string text) { return {attempt, start, std::move(text)}; }

TEST(LogWindowTest, ChunksThatFollowOnOneAnotherAreJoined) {
  LogWindow window;
  EXPECT_TRUE(AddChunk(Chunk(1, 0, "ab"), window));
  EXPECT_TRUE(AddChunk(Chunk(1, 2, "cd"), window));
  EXPECT_EQ(window.text, "abcd");
  EXPECT_EQ(window.start, 0);
}

TEST(LogWindowTest, AChunkAfterAGapOrOfALaterAttemptTakesTheWindowsPlace) {
  LogWindow window = Chunk(1, 0, "ab");
  EXPECT_TRUE(AddChunk(Chunk(1, 10, "cd"), window));
  EXPECT_EQ(window.text, "cd");
  EXPECT_EQ(window.start, 10);
  EXPECT_TRUE(AddChunk(Chunk(2, 0, "e"), window));
  EXPECT_EQ(window.attempt, 2);
  EXPECT_EQ(window.text, "e");
}

TEST(LogWindowTest, WhatIsOldChangesNothing) {
  LogWindow window = Chunk(2, 4, "ab");
  EXPECT_FALSE(AddChunk(Chunk(1, 100, "late"), window));
  EXPECT_FALSE(AddChunk(Chunk(2, 4, "ab"), window)) << "a repetition";
  EXPECT_EQ(window.text, "ab");
  EXPECT_EQ(window.start, 4);
}

TEST(LogWindowTest, TheBeginningGoesWhenItIsTooLong) {
  LogWindow window = Chunk(1, 0, std::string(kMaxLogWindow, 'a'));
  EXPECT_TRUE(AddChunk(Chunk(1, window.End(), "\xC3\xA4"), window));
  EXPECT_EQ(window.text.size(), kMaxLogWindow);
  EXPECT_EQ(window.start, 2);
  // Nor is a character split by it.
  window = Chunk(1, 0, "\xC3\xA4" + std::string(kMaxLogWindow - 2, 'a'));
  EXPECT_TRUE(AddChunk(Chunk(1, window.End(), "b"), window));
  EXPECT_EQ(window.text.size(), kMaxLogWindow - 1);
  EXPECT_EQ(window.start, 2);
}

TEST(LogWindowTest, AReaderIsGivenWhatIsNewAndToldWhatIsLost) {
  LogCursor cursor;
  LogPiece piece = ReadOn(Chunk(1, 7, "abc"), cursor);
  EXPECT_EQ(piece.text, "abc");
  EXPECT_EQ(piece.offset, 7);
  EXPECT_EQ(piece.skipped, 7);
  EXPECT_EQ(ReadOn(Chunk(1, 7, "abc"), cursor).text, "");
  piece = ReadOn(Chunk(1, 7, "abcd"), cursor);
  EXPECT_EQ(piece.text, "d");
  EXPECT_EQ(piece.skipped, 0);
  piece = ReadOn(Chunk(1, 20, "x"), cursor);
  EXPECT_EQ(piece.text, "x");
  EXPECT_EQ(piece.skipped, 9);
}

TEST(LogWindowTest, ALaterAttemptIsReadFromItsBeginningAndAnEarlierOneNotAtAll) {
  LogCursor cursor{1, 500};
  const LogPiece piece = ReadOn(Chunk(2, 0, "new"), cursor);
  EXPECT_EQ(piece.attempt, 2);
  EXPECT_EQ(piece.text, "new");
  EXPECT_EQ(piece.skipped, 0);
  EXPECT_EQ(ReadOn(Chunk(1, 500, "old"), cursor).text, "");
  EXPECT_EQ(cursor.attempt, 2);
}

TEST(LogWindowTest, ACursorWithinACharacterSkipsIt) {
  LogCursor cursor{1, 1};
  const LogPiece piece = ReadOn(Chunk(1, 0, "\xC3\xA4!"), cursor);
  EXPECT_EQ(piece.text, "!");
  EXPECT_EQ(piece.offset, 2);
}

}  // namespace
}  // namespace fleet::domain
