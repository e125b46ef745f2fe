#include "workers/task_runner/private_paths.h"

#include <string>
#include <utility>

#include "gtest/gtest.h"

namespace fleet::runner {
namespace {

constexpr char kRoot[] = "/srv/fleet/run-aB3dE6";

TEST(HidePrivatePathsTest, PathsAreThoseThatAStepKnows) {
  const std::pair<const char*, const char*> cases[] = {
      {"/srv/fleet/run-aB3dE6/task-x9Y8z7/steps/1/script: 2: OWNER: parameter not set",
       "script: 2: OWNER: parameter not set"},
      {"cannot read /srv/fleet/run-aB3dE6/task-x9Y8z7/tree/src/a.c, nor '/srv/fleet/run-aB3dE6/task-x9Y8z7/tree'",
       "cannot read src/a.c, nor '.'"},
      {"in /srv/fleet/run-aB3dE6/task-x9Y8z7/home/.npmrc and /srv/fleet/run-aB3dE6/task-x9Y8z7/tmp",
       "in ~/.npmrc and $TMPDIR"},
      {"/srv/fleet/run-aB3dE6/task-x9Y8z7/store/objects is full", "store/objects is full"},
      {"/srv/fleet/run-aB3dE6/task-x9Y8z7/steps/12: gone", "(step directory): gone"},
      {"/srv/fleet/run-aB3dE6/task-x9Y8z7: gone", "(task directory): gone"},
      {"cannot make /srv/fleet/run-aB3dE6/other", "cannot make (work directory)/other"},
      {"cannot make /srv/fleet/run-aB3dE6/task-", "cannot make (task directory)"},
      {"/srv/fleet/run-aB3dE6", "(work directory)"},
  };
  for (const auto& [text, shown] : cases) EXPECT_EQ(HidePrivatePaths(text, kRoot), shown);
}

TEST(HidePrivatePathsTest, OtherTextsStay) {
  for (const char* text : {"", "/srv/fleet/run-other/task-x/tree", "script: 2: not found", "/srv/work"}) {
    EXPECT_EQ(HidePrivatePaths(text, kRoot), text);
    EXPECT_EQ(HidePrivatePaths(text, ""), text);
  }
}

}  // namespace
}  // namespace fleet::runner
