#include "cli/fleetctl/output/secret_masker.h"

#include <string>

#include "fleet/v1/fleet_service.pb.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace fleet::cli {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

struct MaskCase {
  const char* name;
  std::string text;
  std::string masked;
};

class SecretMaskerCaseTest : public ::testing::TestWithParam<MaskCase> {};

TEST_P(SecretMaskerCaseTest, LeavesNoSecret) { EXPECT_EQ(SecretMasker().Mask(GetParam().text), GetParam().masked); }

INSTANTIATE_TEST_SUITE_P(
    Table, SecretMaskerCaseTest,
    ::testing::Values(
        MaskCase{"Plain", "step \"npm test\" failed with exit code 1", "step \"npm test\" failed with exit code 1"},
        MaskCase{"Empty", "", ""},
        MaskCase{"UrlWithUser", "fetch https://bob:hunter2@git.example.com/a failed",
                 "fetch https://***@git.example.com/a failed"},
        MaskCase{"TwoUrls", "https://a@b/c https://x:y@z", "https://***@b/c https://***@z"},
        MaskCase{"UrlWithoutUser", "https://git.example.com/a@b", "https://git.example.com/a@b"},
        MaskCase{"Password", "password=hunter2 and more", "password=*** and more"},
        MaskCase{"Json", R"({"api_key": "abc", "n": 1})", R"({"api_key": "***", "n": 1})"},
        MaskCase{"Header", "Authorization: Bearer abc def\nnext", "Authorization: ***\nnext"},
        MaskCase{"LongerName", "MY_TOKEN_2='x y'", "MY_TOKEN_2='*** y'"},
        MaskCase{"NameAlone", "the token for acme/a expired", "the token for acme/a expired"},
        MaskCase{"GitHub", "got ghp_0123456789abcdefghij, bad", "got ***, bad"},
        MaskCase{"GitLab", "glpat-0123456789abcdefghij", "***"},
        MaskCase{"ShortPrefix", "ghp_x and sk-1", "ghp_x and sk-1"},
        MaskCase{"InAWord", "notghp_0123456789abcdefghij", "notghp_0123456789abcdefghij"},
        MaskCase{"PrivateKey", "a\n-----BEGIN RSA PRIVATE KEY-----\nMIIE\n-----END RSA PRIVATE KEY-----\nb",
                 "a\n***\nb"},
        MaskCase{"PrivateKeyWithoutEnd", "-----BEGIN PRIVATE KEY-----\nMIIE", "***"},
        MaskCase{"Certificate", "-----BEGIN CERTIFICATE-----\nMIIE", "-----BEGIN CERTIFICATE-----\nMIIE"}),
    [](const auto& param_info) { return std::string(param_info.param.name); });

TEST(SecretMaskerTest, ParametersAreMaskedWhereverTheyStand) {
  v1::GetFleetResponse response;
  v1::Fleet& fleet = *response.mutable_fleet();
  (*fleet.mutable_parameters())["PASS"] = "correct horse";
  (*fleet.mutable_parameters())["N"] = "7";
  fleet.set_task_description("run 7 times with correct horse");
  SecretMasker masker;
  masker.LearnFrom(response);
  masker.MaskMessage(response);
  EXPECT_EQ(fleet.parameters().at("PASS"), "***");
  EXPECT_EQ(fleet.parameters().at("N"), "***");
  EXPECT_EQ(fleet.task_description(), "run 7 times with ***") << "7 would be found in any text";
  EXPECT_EQ(masker.Mask("a log: correct horse!"), "a log: ***!");
}

TEST(SecretMaskerTest, EveryTextOfAMessageIsMasked) {
  v1::ListFleetTasksResponse response;
  v1::Task& task = *response.add_tasks();
  task.set_summary("password=hunter2");
  task.mutable_failure()->set_message("https://u:p@host/x");
  SecretMasker().MaskMessage(response);
  EXPECT_EQ(response.tasks(0).summary(), "password=***");
  EXPECT_EQ(response.tasks(0).failure().message(), "https://***@host/x");
  EXPECT_THAT(response.DebugString(), Not(HasSubstr("hunter2")));
}

}  // namespace
}  // namespace fleet::cli
