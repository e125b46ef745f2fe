#include "common/domain/failure_fingerprint.h"

#include <cstdlib>
#include <functional>
#include <iostream>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_replace.h"
#include "common/domain/identifiers.h"
#include "common/domain/text.h"
#include "gtest/gtest.h"

namespace fleet::domain {
namespace {

struct NormaliseCase {
  const char* message;
  const char* normalised;
};

constexpr NormaliseCase kCases[] = {
    {"", ""},
    {"  Step FAILED \t\n twice ", "step failed twice"},
    {"step \"build\" failed with exit code 3: error", "step \"build\" failed with exit code <n>: error"},
    {"step \"build 2\" failed", "step <quoted> failed"},
    {"repository Example/web.app is gone", "repository <path> is gone"},
    {"repository Example/web. Gone", "repository <path> gone"},
    {"--repo=example/web (example/web), [a/b]:", "--repo=<path> (<path>), [<path>]:"},
    {"clone failed: fatal: unable to access 'https://h.example/o/r/': Could not resolve host: h.example",
     "clone failed: fatal: unable to access <quoted>: could not resolve host: <path>"},
    {"To https://h/o/r.git and git@h:o/r.git", "to <url> and <url>"},
    {"! abc:refs/heads/x [rejected] (stale info)", "! <path> [rejected] (stale info)"},
    {"src/main.go:12:5: undefined: x", "<path>: undefined: x"},
    {"main.go:12:5: undefined: x", "<path>: undefined: x"},
    {"commit 1a2b3c4d and deadbeef and 0123456", "commit <n> and <n> and <n>"},
    {"a decade of cafe", "a decade of cafe"},
    {"index 1234567..89abcde", "index <n>..<n>"},
    {"fleet 01JQXZ8W9GZ1M4T6Y3R2P5N7K8-12 ended", "fleet <n>-<n> ended"},
    {"id 123e4567-e89b-12d3-a456-426614174000.", "id <n>"},
    {"at 2025-01-31T10:20:30.123Z and 2025-01-31 10:20:30 +0000", "at <n> and <n> +<n>"},
    {"took 1h30m, 2.5s, 100ms, 3 seconds", "took <n>, <n>, <n>, <n>"},
    {"after 1 minute 30 seconds: gone", "after <n>: gone"},
    {"node12 of v1.2.3 has 5 files, 10MB, #77", "node<n> of v<n> has <n> files, <n>mb, #<n>"},
    {"couldn't find 'x", "couldn't find 'x"},
    {"it isn't 'what it's a/b': so", "it isn't <quoted>: so"},
    {"a `b/c' and \"d e\"", "a <quoted> and \"d e\""},
    {"1 2 3 4", "<n>"},
    {"/ -- / and //", "/ -- / and //"},
    {"caf\xC3\xA9 \xFF no", "caf\xC3\xA9 \xEF\xBF\xBD no"},
};

TEST(NormaliseMessageTest, ReplacesWhatDiffers) {
  for (const auto& [message, normalised] : kCases) EXPECT_EQ(NormaliseMessage(message), normalised) << message;
}

TEST(NormaliseMessageTest, LeavesWhatIsNormalAlone) {
  for (const auto& [message, normalised] : kCases) EXPECT_EQ(NormaliseMessage(normalised), normalised);
}

TEST(NormaliseMessageTest, IsCutBetweenCharacters) {
  std::string text = "x";
  for (int i = 0; i < 300; ++i) text += "\xC3\xA9";
  const std::string normalised = NormaliseMessage(text);
  EXPECT_EQ(normalised.size(), 199u);
  EXPECT_TRUE(IsValidUtf8(normalised));
}

// Computed apart, with sha256sum: what is stored must not change with compiler, platform or version.
TEST(FingerprintTest, IsFixed) {
  EXPECT_EQ(Fingerprint(FailureCategory::kAgent, "step \"build\" failed with exit code 3"), "4b282070696cbad1");
  EXPECT_EQ(Fingerprint(FailureCategory::kUnknown, ""), "8d65a4b9eb195d5e");
}

TEST(FingerprintTest, DiffersByCategory) {
  std::set<std::string> fingerprints;
  for (std::size_t i = 1; i < kFailureCategoryCount; ++i) {
    fingerprints.insert(Fingerprint(static_cast<FailureCategory>(i), "the same"));
  }
  EXPECT_EQ(fingerprints.size(), kFailureCategoryCount - 1);
}

TEST(FingerprintTest, DiffersByWords) {
  EXPECT_NE(Fingerprint(FailureCategory::kAgent, "step \"build\" failed"),
            Fingerprint(FailureCategory::kAgent, "step \"test\" failed"));
}

class FingerprintPropertyTest : public ::testing::Test {
 protected:
  FingerprintPropertyTest() {
    const char* wanted = std::getenv("FLEET_TEST_SEED");
    uint32_t seed = 0;
    if (wanted == nullptr || !absl::SimpleAtoi(wanted, &seed)) seed = std::random_device()();
    std::cout << "FLEET_TEST_SEED=" << seed << std::endl;
    random_.seed(seed);
  }

  int Number(int least, int most) { return std::uniform_int_distribution<int>(least, most)(random_); }
  std::string Text(absl::string_view alphabet, int least, int most) {
    std::string text(static_cast<std::size_t>(Number(least, most)), ' ');
    for (char& c : text) c = alphabet[static_cast<std::size_t>(Number(0, static_cast<int>(alphabet.size()) - 1))];
    return text;
  }
  std::string Repo() {
    constexpr absl::string_view kLetters = "ABCabcdefxyz0123456789._-";
    std::string repo;
    do {
      repo = absl::StrCat(Text(kLetters, 1, 12), "/", Text(kLetters, 1, 30));
      // Two punctuation marks with a slash between them read as no path.
    } while (!RepoNameProblem(repo).empty() || repo.find_first_of("ABCabcdefxyz0123456789") == std::string::npos);
    return repo;
  }
  std::string Uuid() {
    const char* hex = "0123456789abcdef";
    return absl::StrCat(Text(hex, 8, 8), "-", Text(hex, 4, 4), "-", Text(hex, 4, 4), "-", Text(hex, 4, 4), "-",
                        Text(hex, 12, 12));
  }
  std::string Time() {
    return absl::StrFormat("%04d-%02d-%02dT%02d:%02d:%02dZ", Number(1970, 2100), Number(1, 12), Number(1, 28),
                           Number(0, 23), Number(0, 59), Number(0, 59));
  }
  // A message of `shape` with values of its own.
  std::string Fill(absl::string_view shape) {
    return absl::StrReplaceAll(shape, {{"$repo", Repo()},
                                       {"$path", absl::StrCat("/srv/", Text("abcxyz_-0123456789.", 1, 20), "/x")},
                                       {"$hex", Text("0123456789abcdef", 7, 40)},
                                       {"$uuid", Uuid()},
                                       {"$ulid", Text("0123456789ABCDEFGHJKMNPQRSTVWXYZ", 25, 25) + "7"},
                                       {"$number", absl::StrCat(Number(0, 2'000'000'000))},
                                       {"$time", Time()},
                                       {"$duration", absl::StrCat(Number(1, 100), Number(0, 1) == 0 ? "s" : "m30s")}});
  }

  std::mt19937 random_;
};

TEST_F(FingerprintPropertyTest, MessagesThatDifferInValuesOnlyAreOneFailure) {
  const char* shapes[] = {
      "clone failed: fatal: unable to access 'https://forge.example/$repo.git/': The requested URL returned error: 502",
      "remote: Repository $repo not found.; fatal: could not read from $path",
      "push failed: To $path; !\t$hex:refs/heads/fleet/$ulid\t[rejected] (stale info)",
      "step \"unit\" failed with exit code $number: $path:$number:$number: assertion failed in $repo",
      "step \"unit\" ran longer than its timeout of $duration",
      "request $uuid of $ulid-$number refused at $time ($number tries, $duration)",
      "no branch \"$hex\" in $repo: $number < $number",
      "path=$path,repo=$repo: cannot lock",
  };
  std::set<std::string> fingerprints;
  for (const char* shape : shapes) {
    const std::string first = Fill(shape);
    fingerprints.insert(Fingerprint(FailureCategory::kAgent, first));
    for (int i = 0; i < 500; ++i) {
      const std::string second = Fill(shape);
      ASSERT_EQ(NormaliseMessage(first), NormaliseMessage(second)) << first << "\n" << second;
      ASSERT_EQ(Fingerprint(FailureCategory::kAgent, first), Fingerprint(FailureCategory::kAgent, second));
    }
  }
  EXPECT_EQ(fingerprints.size(), std::size(shapes));
}

TEST_F(FingerprintPropertyTest, AnyBytesGiveShortValidText) {
  for (int i = 0; i < 2000; ++i) {
    std::string message(static_cast<std::size_t>(Number(0, 600)), ' ');
    for (char& c : message) c = Number(0, 3) == 0 ? "'\"`/=:@.<> 17"[Number(0, 12)] : static_cast<char>(Number(0, 255));
    const std::string normalised = NormaliseMessage(message);
    ASSERT_LE(normalised.size(), 200u);
    ASSERT_TRUE(IsValidUtf8(normalised));
    ASSERT_EQ(Fingerprint(FailureCategory::kAgent, message).size(), 16u);
  }
}

}  // namespace
}  // namespace fleet::domain
