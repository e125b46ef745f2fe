#include "services/fleet/requests/page_token.h"

#include <gmock/gmock.h>

#include <string>

#include "absl/strings/escaping.h"
#include "common/status/error_info.h"
#include "tests/support/status_matchers.h"

namespace fleet::service {
namespace {

using ::fleet::testing::IsOkAndHolds;
using ::fleet::testing::StatusIs;
using ::testing::HasSubstr;

const std::string kPositions[] = {"", "01J", "acme/api", "with|bar", "with.dot", "\xE2\x82\xAC"};

TEST(PageTokenTest, GivesThePositionBack) {
  for (const std::string& position : kPositions) {
    EXPECT_THAT(DecodePageToken("ListFleets|ann", EncodePageToken("ListFleets|ann", position)), IsOkAndHolds(position));
  }
}

TEST(PageTokenTest, NoTokenIsTheBeginning) { EXPECT_THAT(DecodePageToken("ListFleets", ""), IsOkAndHolds("")); }

TEST(PageTokenTest, IsRefusedForAnotherQuestion) {
  const std::string token = EncodePageToken("ListFleets|ann", "5");
  for (const char* question : {"ListFleets|bob", "ListFleets|ann|", "ListFleets|ann|5", "ListRepositories|ann", ""}) {
    const auto decoded = DecodePageToken(question, token);
    EXPECT_THAT(decoded, StatusIs(absl::StatusCode::kInvalidArgument)) << question;
    ASSERT_EQ(GetErrorInfo(decoded.status()).violations.size(), 1U);
    EXPECT_EQ(GetErrorInfo(decoded.status()).violations[0].field, "page_token");
  }
}

TEST(PageTokenTest, AChangeOfAnyCharacterIsNoticed) {
  const std::string token = EncodePageToken("ListFleets", "01JABCDEF");
  for (std::size_t i = 0; i < token.size(); ++i) {
    for (const char other : {'A', 'B', 'z', '0', '_', '=', '\0', ' '}) {
      if (token[i] == other) continue;
      std::string tampered = token;
      tampered[i] = other;
      EXPECT_FALSE(DecodePageToken("ListFleets", tampered).ok()) << "character " << i << " made " << other;
    }
    EXPECT_FALSE(DecodePageToken("ListFleets", token.substr(0, i)).ok() && i > 0) << "cut at " << i;
  }
  EXPECT_FALSE(DecodePageToken("ListFleets", token + "A").ok());
  EXPECT_FALSE(DecodePageToken("ListFleets", " " + token).ok());
}

TEST(PageTokenTest, RefusesGarbage) {
  for (const std::string& token :
       {std::string("garbage"), std::string("1|0|x"), absl::WebSafeBase64Escape("1|2"),
        absl::WebSafeBase64Escape("2|0|x"), std::string(100000, 'A'), std::string("\xFF\x00", 2)}) {
    EXPECT_THAT(DecodePageToken("ListFleets", token), StatusIs(absl::StatusCode::kInvalidArgument));
  }
}

TEST(ResumeTokenTest, GivesThePointBack) {
  for (const int64_t revision : {int64_t{0}, int64_t{1}, int64_t{9'000'000'000'000}}) {
    const auto point = DecodeResumeToken("01J", EncodeResumeToken("01J", {revision, 7}));
    FLEET_ASSERT_OK(point);
    EXPECT_EQ(point->revision, revision);
    EXPECT_EQ(point->timeline, 7);
  }
}

TEST(ResumeTokenTest, IsRefusedForAnotherFleetOrUse) {
  const std::string token = EncodeResumeToken("01J", {5, 1});
  EXPECT_THAT(DecodeResumeToken("01K", token), StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("resume_token")));
  EXPECT_FALSE(DecodeResumeToken("01J", EncodePageToken("01J", "1.5")).ok());
  EXPECT_FALSE(DecodeResumeToken("01J", "").ok());
  EXPECT_FALSE(DecodePageToken("ListFleets", token).ok());
  // Sealed, but by something that says other things.
  for (const char* position : {"5", "a.b", "1.2.3", "1.", ".", "99999999999999999999.1"}) {
    EXPECT_FALSE(DecodeResumeToken("01J", EncodePageToken("watch|01J", position)).ok()) << position;
  }
}

}  // namespace
}  // namespace fleet::service
