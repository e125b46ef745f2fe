#include "common/domain/shell_script.h"

#include <random>
#include <string>

#include "absl/strings/string_view.h"
#include "gtest/gtest.h"

namespace fleet::domain {
namespace {

struct ScriptCase {
  const char* script;
  const char* what;
  std::size_t line;
};

TEST(FindBashOnlyTest, FindsWhatOtherShellsTakeForSomethingElse) {
  for (const auto& [script, what, line] : {
           ScriptCase{"if [[ -f README ]]; then echo y > FOUND; fi", "[[", 1},
           ScriptCase{"x=1\n[[ $x ]] && echo", "[[", 2},
           ScriptCase{"true && [[ a ]]", "[[", 1},
           ScriptCase{"while ! [[ a ]]; do :; done", "[[", 1},
           ScriptCase{"( [[ a ]] )", "[[", 1},
           ScriptCase{"A=1 [[", "[[", 1},
           ScriptCase{"if [ \"$x\" == a ]; then :; fi", "== in [ ]", 1},
           ScriptCase{"test \"$(a b)\" == b || echo", "== in [ ]", 1},
           ScriptCase{"a\\\nb\nif command -v jq &> /dev/null; then :; fi", "&>", 3},
           ScriptCase{"a &>b", "&>", 1},
           ScriptCase{"cat <<E\n[[ a ]]\nE\n[[ b ]]", "[[", 4},
           ScriptCase{"cat <<'A' <<-\"B\"\nx\nA\n\t[[ a ]]\n\tB\necho \"\n[[ \"\n[[ c ]]", "[[", 8},
       }) {
    const BashOnly found = FindBashOnly(script);
    EXPECT_EQ(found.what, what) << script;
    EXPECT_EQ(found.line, line) << script;
  }
}

TEST(FindBashOnlyTest, LeavesShAlone) {
  for (const char* script : {
           "",
           "if [ \"$x\" = a ]; then :; fi",
           "cat > a.toml <<END\n[[ package ]]\nEND\n",
           "cat > run <<\\END\n#!/bin/bash\nif [[ a ]]; then b &> c; fi\nEND\n",
           "printf '%s\n' '\nif [[ a ]]; then b &> c; fi\n'",
           "awk '$1 == \"x\" { print }' f",
           "[ -n \"$(awk '$1 == 2' f)\" ]",
           "echo \"a &> b [[ \\\" [[ c\"",
           "a > b 2>&1 &\nwait",
           "a 2>&1 >b",
           "echo [[ == &",
           "# if [[ a ]]\necho a#b",
           "grep '[[:space:]]' f; grep [[:space:]] f",
           "x=$((1 == 2))",
           "cat <<<x",
           "cat <<E",
           "echo 'unended",
           "echo \\",
           "sed 's/a/&>/' f",
           "a & > b",
       }) {
    EXPECT_EQ(FindBashOnly(script).what, "") << script;
  }
}

TEST(FindBashOnlyTest, ReadsAnythingToItsEnd) {
  constexpr absl::string_view kParts = "'\"\\<<-&>;\n\t [=#$`({E";
  std::mt19937 random(7);
  for (int i = 0; i < 3000; ++i) {
    std::string script;
    for (int left = 12; left > 0; --left) script += kParts[random() % kParts.size()];
    EXPECT_LE(FindBashOnly(script).line, 13U) << script;
  }
}

}  // namespace
}  // namespace fleet::domain
