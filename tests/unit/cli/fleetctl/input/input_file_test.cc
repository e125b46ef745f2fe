#include "cli/fleetctl/input/input_file.h"

#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace fleet::cli {
namespace {

using ::testing::HasSubstr;

TEST(InputFileTest, DashIsStandardInput) {
  std::istringstream in("acme/shop\n");
  const auto file = ReadInputFile("-", in);
  ASSERT_TRUE(file.ok());
  EXPECT_EQ(file->name, "<stdin>");
  EXPECT_EQ(file->text, "acme/shop\n");
}

TEST(InputFileTest, DropsTheByteOrderMark) {
  std::istringstream in("\xEF\xBB\xBFrepo,clone_url\n");
  EXPECT_EQ(ReadInputFile("-", in)->text, "repo,clone_url\n");
}

TEST(InputFileTest, ReadsAFile) {
  const std::string path = ::testing::TempDir() + "/input_file_test.txt";
  std::ofstream(path) << "hello";
  std::istringstream in;
  const auto file = ReadInputFile(path, in);
  std::filesystem::remove(path);
  ASSERT_TRUE(file.ok()) << file.status();
  EXPECT_EQ(file->name, path);
  EXPECT_EQ(file->text, "hello");
}

TEST(InputFileTest, NamesWhatIsMissing) {
  std::istringstream in;
  const auto file = ReadInputFile("/no/such/file", in);
  EXPECT_EQ(file.status().code(), absl::StatusCode::kNotFound);
  EXPECT_THAT(std::string(file.status().message()), HasSubstr("/no/such/file: No such file"));
}

TEST(InputFileTest, RefusesADirectory) {
  std::istringstream in;
  EXPECT_EQ(ReadInputFile("/", in).status().message(), "/: is a directory");
}

TEST(InputFileTest, NamesTheLineAndTheByteThatIsNotText) {
  const auto refusal = [](const std::string& text) {
    std::istringstream in(text);
    return std::string(ReadInputFile("-", in).status().message());
  };
  EXPECT_EQ(refusal("PK\x03\x04\xFF\xFE"), "<stdin>:1: is not UTF-8: byte FF at byte 5 of the line");
  EXPECT_EQ(refusal("acme/shop\nac\xE4"
                    "me/web\n"),
            "<stdin>:2: is not UTF-8: byte E4 at byte 3 of the line");
  EXPECT_EQ(refusal("a\r\n\näöü\xC3"), "<stdin>:3: is not UTF-8: byte C3 at byte 7 of the line") << "cut short";
  EXPECT_EQ(refusal("\xEF\xBB\xBF\x80"), "<stdin>:1: is not UTF-8: byte 80 at byte 4 of the line");
}

TEST(InputFileTest, AcceptsAReplacementCharacterThatStandsThere) {
  std::istringstream in("a \uFFFD b");
  EXPECT_TRUE(ReadInputFile("-", in).ok());
}

TEST(InputFileTest, NamesTheLineOfWhatNobodySees) {
  EXPECT_TRUE(CheckCharacters({"f", "a\r\n\tb👩\u200D🚒\n"}).ok());
  EXPECT_EQ(CheckCharacters({"f", "a\nbc\u2060\n"}).message(),
            "f:2: holds the invisible character U+2060 at character 3");
  EXPECT_EQ(CheckCharacters({"f", "a\x07"}).message(), "f:1: holds the control character U+0007 at character 2");
}

}  // namespace
}  // namespace fleet::cli
