#include "tests/property/case_choices.h"

#include <cstddef>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"

namespace fleet::testing {
namespace {

std::string Utf16(absl::string_view ascii, bool big) {
  std::string text = big ? "\xFE\xFF" : "\xFF\xFE";
  for (const char c : ascii) {
    if (big) text.push_back('\0');
    text.push_back(c);
    if (!big) text.push_back('\0');
  }
  return text;
}

}  // namespace

const std::vector<std::string>& CaseChoices::Names() {
  static const auto& names = *new std::vector<std::string>{
      "a.txt",          "b.txt",         "README",       "src/main.c",     "src/c.txt",     "src/deep/er/x.txt",
      "with space.txt", "quote\".txt",   "it's.txt",     "new\nline.txt",  "-dash.txt",     ":colon.txt",
      "#hash.txt",      "\xC3\xA9.txt",  "tab\there",    "back\\slash",    "*.txt",         "[ab].txt",
      "data.bin",       "src/img.bin",   "lib/.hidden",  "x.log",          "build/out.txt", "logs/y.log",
      "~tilde",         "!bang.txt",     "A.txt",        "dir.txt/in.txt", "e\xCC\x81.txt", "lib/a b/c.log",
      "\xFF\xFE.txt",   "src/deep/link", "trailing .txt"};
  return names;
}

const std::vector<std::string>& CaseChoices::NewNames() {
  static const auto& names = *new std::vector<std::string>{
      "n.txt",     "n.log",         "src/n.txt",    "build/n.o",    "new dir/n.txt", "-n",
      ":n.txt",    "n\n.txt",       "src/deep/n.c", "logs/n",       "n.bin",         "README/n.txt",
      "a.txt/sub", ".hidden/n.txt", "lib/n.log",    "\xC3\xB1.txt", "sub/n.txt",     "n.tmp",
      "#n"};
  return names;
}

std::string CaseChoices::Content() {
  const std::string word = absl::StrCat("word", random_.Between(0, 9));
  switch (random_.Between(0, 15)) {
    case 0:
      return "";
    case 1:
    case 2:
      return absl::StrCat(word, "\nline two\nthree\n");
    case 3:
    case 4:
    case 5:
      return absl::StrCat(word, "\r\nline two\r\nthree\r\n");
    case 6:
      return absl::StrCat(word, "\nmixed\r\nends\n");
    case 7:
      return absl::StrCat(word, "\r\nlone\rreturn\r\n");
    case 8:
      return absl::StrCat(word, std::string("\0\r\n\xFF\x01 binary\r\n", 14));
    case 9:
      return Utf16(absl::StrCat(word, "\r\nwide\n"), random_.OneIn(2));
    case 10:
      return absl::StrCat("$Id$ ", word, "\nafter\n");
    case 11:
      return absl::StrCat("$Id: 1234 $ ", word, "\r\nafter\n");
    case 12:
      return absl::StrCat("caf\xC3\xA9 ", word, "\nna\xC3\xAFve\n");
    case 13:
      return absl::StrCat("caf\xE9 ", word, "\nlatin\n");
    case 14:
      return absl::StrCat(word, " blanks  \t\nat the end \n");
    default:
      return absl::StrCat(word, " without a last newline");
  }
}

std::string CaseChoices::Attributes() {
  static const auto& patterns =
      *new std::vector<std::string>{"*",      "*.txt", "*.txt", "*.txt",  "*.bin",  "a.txt",  "/b.txt",
                                    "src/*",  "*.log", "c.txt", "src/**", "README", "lib/**", "\"with space.txt\"",
                                    "[a-m]*", "*.c"};
  static const auto& attributes = *new std::vector<std::string>{"text",
                                                                "text",
                                                                "text",
                                                                "-text",
                                                                "!text",
                                                                "text=auto",
                                                                "text=auto",
                                                                "eol=lf",
                                                                "eol=crlf",
                                                                "text eol=crlf",
                                                                "text=auto eol=crlf",
                                                                "ident",
                                                                "ident",
                                                                "-ident",
                                                                "working-tree-encoding=UTF-16",
                                                                "text working-tree-encoding=UTF-16LE-BOM",
                                                                "working-tree-encoding=UTF-8",
                                                                "working-tree-encoding=ISO-8859-1",
                                                                "-working-tree-encoding",
                                                                "binary",
                                                                "filter=turn",
                                                                "filter=turn",
                                                                "filter=trim",
                                                                "filter=must",
                                                                "-filter",
                                                                "windows",
                                                                "crlf",
                                                                "-crlf",
                                                                "crlf=input",
                                                                "diff=x merge=union",
                                                                "text ident filter=turn"};
  std::string lines;
  if (random_.OneIn(3)) lines += "[attr]windows text eol=crlf\n";
  for (int i = random_.Between(1, 3); i > 0; --i) {
    // A filter that nobody configured makes most changes fail: seldom.
    absl::StrAppend(&lines, random_.Of(patterns), " ",
                    random_.OneIn(25) ? std::string("filter=gone") : random_.Of(attributes),
                    random_.OneIn(20) ? "\r\n" : "\n");
  }
  return lines;
}

std::string CaseChoices::Ignores() {
  static const auto& patterns =
      *new std::vector<std::string>{"*.log", "build/", "/n.txt", "*.o", "!keep.log", "src/*.txt", "logs",
                                    "*",     "!*/",    "!*.txt", "n*",  "*.tmp",     "sub/"};
  std::string lines;
  for (int i = random_.Between(1, 3); i > 0; --i) absl::StrAppend(&lines, random_.Of(patterns), "\n");
  return lines;
}

}  // namespace fleet::testing
