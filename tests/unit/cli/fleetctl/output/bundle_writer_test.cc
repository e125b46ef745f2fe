#include "cli/fleetctl/output/bundle_writer.h"

#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace fleet::cli {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

class BundleWriterTest : public ::testing::Test {
 protected:
  ~BundleWriterTest() override { std::filesystem::remove_all(path_); }

  static mode_t ModeOf(const std::string& path) {
    struct stat status {};
    EXPECT_EQ(stat(path.c_str(), &status), 0) << path;
    return status.st_mode & 0777;
  }

  const std::string path_ =
      ::testing::TempDir() + "bundle_writer_test-" + ::testing::UnitTest::GetInstance()->current_test_info()->name();
};

TEST_F(BundleWriterTest, WritesFilesThatOnlyTheirOwnerReads) {
  auto bundle = BundleWriter::Create(path_);
  ASSERT_TRUE(bundle.ok()) << bundle.status();
  EXPECT_TRUE(bundle->Add("a.txt", "one\n").ok());
  EXPECT_TRUE(bundle->Add("logs/1.log", "two").ok());
  EXPECT_TRUE(bundle->Add("logs/2.log", "").ok());
  EXPECT_THAT(bundle->names(), ElementsAre("a.txt", "logs/1.log", "logs/2.log"));
  std::ifstream file(path_ + "/logs/1.log");
  EXPECT_EQ(std::string(std::istreambuf_iterator<char>(file), {}), "two");
  EXPECT_EQ(ModeOf(path_), mode_t{0700});
  EXPECT_EQ(ModeOf(path_ + "/logs"), mode_t{0700});
  EXPECT_EQ(ModeOf(path_ + "/a.txt"), mode_t{0600});
}

TEST_F(BundleWriterTest, NothingIsWrittenOver) {
  auto bundle = BundleWriter::Create(path_);
  ASSERT_TRUE(bundle.ok());
  EXPECT_TRUE(absl::IsAlreadyExists(BundleWriter::Create(path_).status()));
  EXPECT_TRUE(bundle->Add("a", "first").ok());
  EXPECT_FALSE(bundle->Add("a", "second").ok());
  EXPECT_THAT(bundle->names(), ElementsAre("a"));
}

TEST_F(BundleWriterTest, AnErrorNamesWhatCannotBeWritten) {
  const auto bundle = BundleWriter::Create(path_ + "/not/there");
  EXPECT_THAT(std::string(bundle.status().message()), HasSubstr("/not/there"));
}

}  // namespace
}  // namespace fleet::cli
