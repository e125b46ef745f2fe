#include "common/domain/identifiers.h"

#include <gmock/gmock.h>

#include <string>

namespace fleet::domain {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

constexpr char kFleet[] = "01ARYZ6S41TSV4RRFFQ69G5FAV";

TEST(TaskIdTest, ReadsWhatItWrites) {
  const TaskId id{*Ulid::Parse(kFleet), 100'000};
  EXPECT_EQ(id.ToString(), std::string(kFleet) + "-100000");
  EXPECT_EQ(TaskId::Parse(id.ToString()), id);
}

TEST(TaskIdTest, RefusesWhatIsNotOne) {
  for (const std::string tail : {"", "-", "-0", "-01", "--1", "-+1", "-1 ", "-1x", "-1000000000", "1"}) {
    EXPECT_EQ(TaskId::Parse(kFleet + tail), std::nullopt) << tail;
  }
  EXPECT_EQ(TaskId::Parse("01ARYZ6S41TSV4RRFFQ69G5FA-12"), std::nullopt);
}

TEST(WorkflowRefTest, ReadsNameAndVersion) {
  const auto plain = WorkflowRef::Parse("platform/editor-config-v1");
  ASSERT_TRUE(plain.has_value());
  EXPECT_EQ(plain->name, "platform/editor-config-v1");
  EXPECT_EQ(plain->version, "");
  EXPECT_EQ(plain->ToString(), "platform/editor-config-v1");

  const auto pinned = WorkflowRef::Parse("platform/editor-config-v1@1.2.30");
  ASSERT_TRUE(pinned.has_value());
  EXPECT_EQ(pinned->name, "platform/editor-config-v1");
  EXPECT_EQ(pinned->version, "1.2.30");
  EXPECT_EQ(pinned->ToString(), "platform/editor-config-v1@1.2.30");
}

TEST(WorkflowRefTest, RefusesWhatIsNotOne) {
  for (const char* text : {"", "x", "x/y", "x/y-v", "x/y-vv1", "/y-v1", "x/-v1", "X/y-v1", "x/Y-v1", "x/y-v01",
                           "x/y/z-v1", "x/y-v1@", "x/y-v1@1", "x/y-v1@1.0", "x/y-v1@1.0.0.0", "x/y-v1@2.0.0",
                           "x/y-v1@1.0.-1", "x/y-v1@1.0.0@1.0.0", "x y/z-v1"}) {
    EXPECT_FALSE(WorkflowRef::Parse(text).has_value()) << text;
  }
}

TEST(WorkflowVersionTest, OrdersByNumberNotByText) {
  EXPECT_LT(*WorkflowVersion::Parse("1.2.9"), *WorkflowVersion::Parse("1.2.10"));
  EXPECT_LT(*WorkflowVersion::Parse("1.9.9"), *WorkflowVersion::Parse("1.10.0"));
  EXPECT_EQ(WorkflowVersion::Parse("1.2"), std::nullopt);
  EXPECT_EQ(WorkflowVersion::Parse("1.2.x"), std::nullopt);
}

TEST(RepoNameTest, AcceptsOwnerAndName) {
  for (const char* repo : {"acme/api", "Acme/API.js", "a/b", "acme/_x", "acme/.github", "a-b/c-d", "1/2"}) {
    EXPECT_THAT(RepoNameProblem(repo), IsEmpty()) << repo;
  }
  EXPECT_THAT(RepoNameProblem("a/" + std::string(198, 'b')), IsEmpty());
}

TEST(RepoNameTest, SaysWhatIsWrong) {
  EXPECT_THAT(RepoNameProblem(""), HasSubstr("empty"));
  EXPECT_THAT(RepoNameProblem("acme"), HasSubstr("owner/name"));
  EXPECT_THAT(RepoNameProblem("acme/api/x"), HasSubstr("owner/name"));
  EXPECT_THAT(RepoNameProblem("acme/"), HasSubstr("empty part"));
  EXPECT_THAT(RepoNameProblem("/api"), HasSubstr("empty part"));
  EXPECT_THAT(RepoNameProblem("acme/.."), HasSubstr(".."));
  EXPECT_THAT(RepoNameProblem("-acme/api"), HasSubstr("starts with"));
  EXPECT_THAT(RepoNameProblem("acme/a b"), HasSubstr("letters"));
  EXPECT_THAT(RepoNameProblem("acme/é"), HasSubstr("letters"));
  EXPECT_THAT(RepoNameProblem(std::string("acme/a\0b", 8)), HasSubstr("letters"));
  EXPECT_THAT(RepoNameProblem("a/" + std::string(199, 'b')), HasSubstr("200"));
  EXPECT_THAT(RepoNameProblem("acm\u0435/api"), HasSubstr("holds U+0435 at character 4")) << "a Cyrillic letter";
  EXPECT_THAT(RepoNameProblem("acme/api\u200B"), HasSubstr("holds U+200B at character 9"));
}

TEST(RepoNameTest, TheKeyIgnoresCase) { EXPECT_EQ(RepoKey("Acme/API"), RepoKey("acme/api")); }

TEST(CloneUrlTest, AcceptsWhatGitCanClone) {
  for (const char* url : {"https://example.org/acme/api.git", "http://127.0.0.1:8080/x", "ssh://git@example.org/x.git",
                          "ssh://git@example.org:2222/x", "git@example.org:acme/api.git", "example.org:acme/api.git",
                          "file:///srv/git/api.git", "git://example.org/x"}) {
    EXPECT_THAT(CloneUrlProblem(url), IsEmpty()) << url;
  }
}

TEST(CloneUrlTest, RefusesCredentialsAndNeverRepeatsThem) {
  for (const char* url : {"https://user:hunter2@example.org/x", "https://hunter2@example.org/x",
                          "ssh://git:hunter2@example.org/x", "git:hunter2@example.org:x"}) {
    EXPECT_THAT(CloneUrlProblem(url), HasSubstr("credentials")) << url;
    EXPECT_THAT(CloneUrlProblem(url), Not(HasSubstr("hunter2")));
  }
}

TEST(CloneUrlTest, SaysOfAForgesOwnUrlWhatToLeaveOut) {
  for (const char* url :
       {"https://me@bitbucket.org/team/repo.git", "https://org@dev.azure.com/org/project/_git/repo"}) {
    EXPECT_THAT(CloneUrlProblem(url),
                AllOf(HasSubstr("leave out what stands before \"@\""), HasSubstr("--git_config")));
  }
}

TEST(CloneUrlTest, RefusesWhatAUrlCannotHoldAndNamesIt) {
  EXPECT_EQ(CloneUrlProblem("https://git.example.com/x.git\u200B"),
            "holds U+200B at character 30: leave it out, or percent-encode it");
  EXPECT_EQ(CloneUrlProblem("https://git.example.com/x.git\u00A0"),
            "holds U+00A0 at character 30: leave it out, or percent-encode it");
  EXPECT_EQ(CloneUrlProblem("https://h/gr\u00F6\u00DFe"),
            "holds U+00F6 at character 13: leave it out, or percent-encode it");
  EXPECT_EQ(CloneUrlProblem("file:///srv/a b"), "holds U+0020 at character 14: leave it out, or percent-encode it");
  EXPECT_THAT(CloneUrlProblem("https://m\u00FCnchen.example/x"),
              AllOf(HasSubstr("U+00FC at character 10"), HasSubstr("xn--")));
  EXPECT_THAT(CloneUrlProblem("git@h:gr\u00F6\u00DFe"), AllOf(HasSubstr("U+00F6 at character 9"), HasSubstr("ssh://")));
  EXPECT_THAT(CloneUrlProblem("https://h/\xFF"), HasSubstr("byte FF at character 11"));
  EXPECT_THAT(CloneUrlProblem("https://h/gr%C3%B6%C3%9Fe"), IsEmpty());
}

TEST(CloneUrlTest, RefusesWhatCouldRunSomething) {
  for (const char* url :
       {"", "-x", "--upload-pack=touch /tmp/x", "ext::sh -c id", "ext::sh", "fd::17", "/srv/git/api.git", "api.git",
        "https://", "https://-x/y", "ssh://-oProxyCommand=id/x", "-oProxyCommand=id:x", "ssh://git@-oProxyCommand=id/x",
        "git@-oProxyCommand=id:x", "javascript://x/y", "https://example.org/a b", "https://example.org/a\nb",
        "https://example.org/a\x7f"}) {
    EXPECT_THAT(CloneUrlProblem(url), Not(IsEmpty())) << url;
  }
  EXPECT_THAT(CloneUrlProblem("https://example.org/" + std::string(2000, 'a')), HasSubstr("2,000"));
}

TEST(BranchNameTest, AcceptsWhatGitAccepts) {
  for (const char* name : {"main", "feature/x", "release-1.2", "a.b", "user@host", "fleet/01j"}) {
    EXPECT_TRUE(IsBranchName(name)) << name;
  }
}

TEST(BranchNameTest, RefusesWhatGitRefuses) {
  for (const char* name :
       {"",    "-x",  "/x",  "x/",   "x.",   ".x", "a/.b", "a..b",   "a b",      "a~b",  "a^b",  "a:b",
        "a?b", "a*b", "a[b", "a\\b", "a@{b", "@",  "a//b", "a.lock", "a.lock/b", "a\tb", "a\x7f"}) {
    EXPECT_FALSE(IsBranchName(name)) << name;
  }
}

TEST(DefaultBranchTest, AcceptsBranchesOfTheRemoteAndNone) {
  for (const char* name : {"", "main", "feature/origin/x", "gr\u00F6\u00DFe", "head", "release/heads"}) {
    EXPECT_THAT(DefaultBranchProblem(name), IsEmpty()) << name;
  }
}

TEST(DefaultBranchTest, SaysWhatToWriteForTheNamesOfAClone) {
  for (const char* name :
       {"refs/heads/main", "heads/main", "origin/main", "remotes/origin/main", "refs/remotes/upstream/main"}) {
    EXPECT_THAT(DefaultBranchProblem(name), HasSubstr("write \"main\"")) << name;
  }
  EXPECT_THAT(DefaultBranchProblem("refs/heads/feature/x"), HasSubstr("write \"feature/x\""));
  for (const char* name : {"HEAD", "origin/HEAD", "refs/remotes/origin/HEAD", "refs/tags/v1", "refs/pull/1/head"}) {
    EXPECT_THAT(DefaultBranchProblem(name), HasSubstr("is no branch:")) << name;
  }
  EXPECT_THAT(DefaultBranchProblem("a..b"), HasSubstr("cannot name a branch"));
  EXPECT_THAT(DefaultBranchProblem("main\u200B"), HasSubstr("U+200B at character 5"));
}

TEST(BranchNameTest, OfAFleetIsAlwaysTheSame) {
  const Ulid fleet = *Ulid::Parse(kFleet);
  EXPECT_EQ(BranchName(fleet), "fleet/01aryz6s41tsv4rrffq69g5fav");
  EXPECT_TRUE(IsBranchName(BranchName(fleet)));
}

TEST(BranchNameTest, WhatWasAskedForMayHaveTheFleetInIt) {
  const Ulid fleet = *Ulid::Parse(kFleet);
  EXPECT_EQ(BranchName(fleet, "deps/zlib"), "deps/zlib");
  EXPECT_EQ(BranchName(fleet, "{{fleet}}/bump-{{fleet}}"),
            "01aryz6s41tsv4rrffq69g5fav/bump-01aryz6s41tsv4rrffq69g5fav");
}

TEST(FleetBranchProblemTest, ABranchsNameWithOrWithoutTheFleet) {
  for (const std::string& name :
       {std::string(), std::string("deps/zlib-1.3"), std::string("legal/{{fleet}}"), std::string("{{fleet}}"),
        std::string("a{b}c"), std::string(250, 'x'), std::string(224, 'x') + "{{fleet}}"}) {
    EXPECT_EQ(FleetBranchProblem(name), "") << name;
  }
  EXPECT_EQ(FleetBranchProblem("a..b"), "cannot name a branch");
  EXPECT_EQ(FleetBranchProblem(std::string(251, 'x')), "cannot name a branch");
  EXPECT_EQ(FleetBranchProblem(std::string(225, 'x') + "{{fleet}}"), "is longer than 250 bytes with the fleet's id");
  for (const char* name : {"{{task}}", "a-{{fleet", "{{ fleet }}", "{{{{fleet}}}}", "{{FLEET}}/{{fleet}}"}) {
    EXPECT_FALSE(FleetBranchProblem(name).empty()) << name;
  }
  EXPECT_EQ(FleetBranchProblem("{{task}}"), "has a placeholder that is not {{fleet}}");
  EXPECT_EQ(FleetBranchProblem("HEAD"), "is no branch: write a branch's name");
  EXPECT_THAT(FleetBranchProblem("refs/heads/deps"), HasSubstr("write \"deps\""));
  EXPECT_THAT(FleetBranchProblem("refs/tags/v1"), HasSubstr("is no branch:"));
  EXPECT_THAT(FleetBranchProblem("deps\u200B"), HasSubstr("U+200B at character 5"));
}

TEST(IdentifiersTest, RequestIds) {
  EXPECT_TRUE(IsRequestId("a"));
  EXPECT_TRUE(IsRequestId("release-1.2:retry_3"));
  EXPECT_TRUE(IsRequestId(std::string(128, 'a')));
  EXPECT_FALSE(IsRequestId(""));
  EXPECT_FALSE(IsRequestId("a b"));
  EXPECT_FALSE(IsRequestId(std::string(129, 'a')));
}

TEST(IdentifiersTest, PoolNames) {
  EXPECT_TRUE(IsPoolName("default"));
  EXPECT_TRUE(IsPoolName("a-1"));
  EXPECT_TRUE(IsPoolName(std::string(63, 'a')));
  EXPECT_FALSE(IsPoolName(""));
  EXPECT_FALSE(IsPoolName("1a"));
  EXPECT_FALSE(IsPoolName("Default"));
  EXPECT_FALSE(IsPoolName(std::string(64, 'a')));
}

TEST(IdentifiersTest, ParameterNames) {
  EXPECT_TRUE(IsParameterName("target_version"));
  EXPECT_TRUE(IsParameterName("X1"));
  EXPECT_FALSE(IsParameterName(""));
  EXPECT_FALSE(IsParameterName("_x"));
  EXPECT_FALSE(IsParameterName("1x"));
  EXPECT_FALSE(IsParameterName("a-b"));
  EXPECT_FALSE(IsParameterName("a=b"));
  EXPECT_FALSE(IsParameterName(std::string(65, 'a')));
}

}  // namespace
}  // namespace fleet::domain
