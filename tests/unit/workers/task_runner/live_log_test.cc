#include "workers/task_runner/live_log.h"

#include <string>

#include "common/domain/log_window.h"
#include "common/domain/text.h"
#include "gtest/gtest.h"
#include "workers/task_runner/private_paths.h"
#include "workers/task_runner/step_settings.h"

namespace fleet::runner {
namespace {

constexpr char kSecret[] = "hunter2-hunter2";
constexpr char kRoot[] = "/var/fleet/work";

class LiveLogTest : public ::testing::Test {
 protected:
  static v1::Lease MakeLease() {
    v1::Lease lease;
    lease.set_task_id("01ARZ3NDEKTSV4RRFFQ69G5FAV-1");
    lease.set_attempt(2);
    return lease;
  }
  // What is given out now; "-" for nothing.
  std::string Take(bool all = false) {
    const auto chunk = log_.Take(all);
    if (!chunk.has_value()) return "-";
    EXPECT_LE(chunk->text().size(), domain::kMaxLogChunk);
    offset_ = chunk->offset();
    return chunk->text();
  }
  // All that is given out.
  std::string TakeAll() {
    std::string text;
    for (std::string piece = Take(true); piece != "-"; piece = Take(true)) text += piece;
    return text;
  }

  LiveLog log_{MakeLease(),
               {[](absl::string_view text) {
                  return HidePrivatePaths(MaskSecrets(domain::CleanText(text), {kSecret, "another-secret"}), kRoot);
                },
                {kSecret, "another-secret"},
                kRoot}};
  int64_t offset_ = -1;
};

TEST_F(LiveLogTest, GivesOutWhatWasPrintedOnceInOrder) {
  EXPECT_EQ(Take(), "-");
  log_.Append("one\ntwo");
  EXPECT_EQ(Take(), "one\n");
  EXPECT_EQ(offset_, 0);
  EXPECT_EQ(Take(), "two") << "a prompt has no end of line";
  EXPECT_EQ(offset_, 4);
  EXPECT_EQ(Take(), "-");
  EXPECT_EQ(log_.TakeDropped(), 0);
}

TEST_F(LiveLogTest, NoSecretIsGivenOutInPieces) {
  for (std::size_t cut = 1; cut < sizeof(kSecret) - 1; ++cut) {
    log_.Append(std::string("token ") + std::string(kSecret).substr(0, cut));
    EXPECT_EQ(Take(), "token ");
    EXPECT_EQ(Take(), "-");
    log_.Append(std::string(kSecret).substr(cut) + "\n");
    EXPECT_EQ(Take(), "***\n");
  }
}

TEST_F(LiveLogTest, WhatOnlyLooksLikeASecretIsGivenOutOnceThatIsKnown) {
  log_.Append("hunter");
  EXPECT_EQ(Take(), "-");
  log_.Append("s\n");
  EXPECT_EQ(Take(), "hunters\n");
  log_.Append("hunter");
  EXPECT_EQ(Take(true), "hunter");
}

TEST_F(LiveLogTest, ALongLineIsCutBesideASecret) {
  const std::string before(domain::kMaxLogChunk - 5, 'x');
  log_.Append(before + kSecret + "tail\n");
  EXPECT_EQ(Take(), before);
  EXPECT_EQ(Take(), "***tail\n");
}

TEST_F(LiveLogTest, PathsOfTheRunnerAreHiddenWhereverTheyAreCut) {
  log_.Append("in /var/fleet/work/task-ab");
  EXPECT_EQ(Take(), "in ");
  log_.Append("c/tree/src/main.cc:7\n");
  EXPECT_EQ(Take(), "src/main.cc:7\n");
}

TEST_F(LiveLogTest, NoCharacterIsCut) {
  log_.Append("\xE2\x82");
  EXPECT_EQ(Take(), "-");
  log_.Append("\xAC");
  EXPECT_EQ(Take(), "\xE2\x82\xAC");
  log_.Append(std::string(domain::kMaxLogChunk - 1, 'x') + "\xE2\x82\xAC");
  EXPECT_EQ(Take(), std::string(domain::kMaxLogChunk - 1, 'x'));
  EXPECT_EQ(Take(), "\xE2\x82\xAC");
}

TEST_F(LiveLogTest, WhatNobodyTakesIsDroppedAndCounted) {
  std::string printed;
  for (int i = 0; i < 20000; ++i) {
    const std::string line = "line " + std::to_string(i) + "\n";
    printed += line;
    log_.Append(line);
  }
  const std::string first = Take();
  EXPECT_EQ(first.substr(0, 5), "line ") << "a whole line follows what is dropped";
  EXPECT_EQ(log_.TakeDropped(), offset_);
  EXPECT_EQ(log_.TakeDropped(), 0);
  const int64_t from = offset_;
  EXPECT_EQ(first + TakeAll(), printed.substr(static_cast<std::size_t>(from)));
  EXPECT_LE(printed.size() - static_cast<std::size_t>(from), 2 * LiveLog::kKept);
}

TEST_F(LiveLogTest, OfASecretWhoseBeginningWasDroppedNothingIsGivenOut) {
  // One line: what is kept of it begins within a secret.
  std::string line;
  while (line.size() < 3 * LiveLog::kKept) line += kSecret;
  log_.Append(line);
  const std::string shown = TakeAll();
  EXPECT_GT(shown.size(), 1000U);
  EXPECT_EQ(shown.find_first_not_of('*'), std::string::npos) << shown.substr(0, 40);
}

TEST_F(LiveLogTest, WhatIsNoTextStillFitsIntoChunks) {
  log_.Append(std::string(domain::kMaxLogChunk, '\xFF'));
  std::size_t bytes = 0;
  for (std::string text = Take(true); text != "-"; text = Take(true)) bytes += text.size();
  EXPECT_EQ(bytes, 3 * domain::kMaxLogChunk);
}

}  // namespace
}  // namespace fleet::runner
