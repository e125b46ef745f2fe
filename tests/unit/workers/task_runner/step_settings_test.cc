#include "workers/task_runner/step_settings.h"

#include <sys/stat.h>

#include <filesystem>
#include <string>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"
#include "tests/unit/workers/task_runner/test_directory.h"

namespace fleet::runner {
namespace {

using ::fleet::testing::StatusIs;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::Pair;
using ::testing::StartsWith;

class StepSettingsTest : public ::testing::Test {
 protected:
  StepSettingsTest() { std::filesystem::create_directory(home_); }
  absl::StatusOr<StepSettings> Read(const std::string& environment) {
    WriteFile(files_.environment, environment);
    return ReadStepSettings(files_);
  }

  TestDirectory directory_;
  std::string home_ = directory_ / "home";
  StepSettingsFiles files_{directory_ / "env", home_};
};

TEST_F(StepSettingsTest, NothingIsPassedUnlessAsked) {
  FLEET_ASSERT_OK_AND_ASSIGN(const StepSettings settings, ReadStepSettings({}));
  EXPECT_THAT(settings.environment, IsEmpty());
  EXPECT_THAT(settings.home, IsEmpty());
  EXPECT_EQ(settings.Names(), "");
}

TEST_F(StepSettingsTest, ReadsVariablesAndFiles) {
  WriteFile(home_ + "/.npmrc", "//registry.example.com/:_authToken=s3cr3t-t0ken\n");
  std::filesystem::create_directories(home_ + "/.config/pip");
  WriteFile(home_ + "/.config/pip/pip.conf", "[global]\nindex-url = \"https://pip.example.com/\"\n");
  WriteFile(home_ + "/.netrc", "machine git.example.com login me password hunter22\n");
  FLEET_ASSERT_OK_AND_ASSIGN(const StepSettings settings,
                             Read("# of the operator\n\nHTTPS_PROXY=http://proxy:3128\r\nA=b=c \nEMPTY=\n"));
  EXPECT_THAT(settings.environment,
              ElementsAre(Pair("A", "b=c "), Pair("EMPTY", ""), Pair("HTTPS_PROXY", "http://proxy:3128")));
  EXPECT_EQ(settings.Names(), "A, EMPTY, HTTPS_PROXY, ~/.config/pip/pip.conf, ~/.netrc, ~/.npmrc");
  EXPECT_EQ(MaskSecrets("via http://proxy:3128 with s3cr3t-t0ken, hunter22 at https://pip.example.com/: b=c",
                        settings.secrets),
            "via *** with ***, *** at ***: b=c");
}

TEST_F(StepSettingsTest, FilesAreThereForTheStepAlone) {
  std::filesystem::create_directories(home_ + "/.config/pip");
  WriteFile(home_ + "/.config/pip/pip.conf", "[global]\n");
  FLEET_ASSERT_OK_AND_ASSIGN(const StepSettings settings, Read(""));
  const std::string made = directory_ / "made";
  std::filesystem::create_directory(made);
  FLEET_ASSERT_OK(WriteHome(settings, made));
  EXPECT_EQ(ReadFile(made + "/.config/pip/pip.conf"), "[global]\n");
  struct stat info {};
  ASSERT_EQ(stat((made + "/.config/pip/pip.conf").c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777, 0600u);
}

TEST_F(StepSettingsTest, SaysWhatIsWrongAndNoValue) {
  for (const char* line : {"s3cr3t-t0ken", "1A=s3cr3t-t0ken", "FLEET_ID=s3cr3t-t0ken", "GIT_DIR=s3cr3t-t0ken",
                           "HOME=s3cr3t-t0ken", "TMPDIR=s3cr3t-t0ken", "IFS=s3cr3t-t0ken", "PATH=$s3cr3t-t0ken"}) {
    EXPECT_THAT(Read(absl::StrCat("OK=1\n", line)).status(),
                StatusIs(absl::StatusCode::kInvalidArgument,
                         AllOf(StartsWith("--step_env_file: line 2: "), Not(HasSubstr("s3cr3t")))))
        << line;
  }
}

TEST_F(StepSettingsTest, WhatIsNotThereOrNoPlainFileIsRefusedWithoutThePath) {
  EXPECT_THAT(ReadStepSettings(files_),
              StatusIs(absl::StatusCode::kInvalidArgument, "--step_env_file: does not exist"));
  EXPECT_THAT(ReadStepSettings({"", home_ + "-missing"}),
              StatusIs(absl::StatusCode::kInvalidArgument, "--step_home: No such file or directory"));
  std::filesystem::create_symlink("/etc/passwd", home_ + "/link");
  EXPECT_THAT(Read("").status(),
              StatusIs(absl::StatusCode::kInvalidArgument, "--step_home: link: it is not a regular file"));
  std::filesystem::remove(home_ + "/link");
  WriteFile(home_ + "/one", std::string(600 << 10, 'x'));
  WriteFile(home_ + "/two", std::string(600 << 10, 'x'));
  EXPECT_THAT(Read("").status(), StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("larger than")));
}

TEST(MaskSecretsTest, LeavesOtherTextsAlone) {
  EXPECT_EQ(MaskSecrets("nothing here", {}), "nothing here");
  EXPECT_EQ(MaskSecrets("abcdefgh1 abcdefgh", {"abcdefgh", "abcdefgh1"}), "*** ***");
}

}  // namespace
}  // namespace fleet::runner
