#include "common/domain/compare_url.h"

#include <string>
#include <utility>

#include "gtest/gtest.h"

namespace fleet::domain {
namespace {

std::string Compared(absl::string_view clone_url) { return CompareUrl(clone_url, "main", "fleet/x"); }

TEST(CompareUrlTest, KnownForgesHaveAPageWhateverTheirRepositoriesAreClonedOver) {
  const std::pair<const char*, const char*> cases[] = {
      {"https://github.com/acme/shop.git", "https://github.com/acme/shop/compare/main...fleet/x"},
      {"https://GitHub.com:443/Acme/Shop.js/", "https://github.com/Acme/Shop.js/compare/main...fleet/x"},
      {"http://github.com/acme/shop", "https://github.com/acme/shop/compare/main...fleet/x"},
      {"git@github.com:acme/shop.git", "https://github.com/acme/shop/compare/main...fleet/x"},
      {"ssh://git@github.com/acme/shop", "https://github.com/acme/shop/compare/main...fleet/x"},
      {"ssh://git@ssh.github.com:443/acme/shop", "https://github.com/acme/shop/compare/main...fleet/x"},
      {"https://gitlab.com/acme/web/shop.git", "https://gitlab.com/acme/web/shop/-/compare/main...fleet/x"},
      {"git@gitlab.com:acme/shop.git", "https://gitlab.com/acme/shop/-/compare/main...fleet/x"},
      {"ssh://git@altssh.gitlab.com:443/acme/shop", "https://gitlab.com/acme/shop/-/compare/main...fleet/x"},
      {"git@codeberg.org:acme/shop.git", "https://codeberg.org/acme/shop/compare/main...fleet/x"},
      {"https://gitea.com/acme/shop", "https://gitea.com/acme/shop/compare/main...fleet/x"},
  };
  for (const auto& [clone_url, page] : cases) EXPECT_EQ(Compared(clone_url), page) << clone_url;
}

TEST(CompareUrlTest, OthersHaveNone) {
  for (const char* clone_url :
       {"", "https://git.example.com/acme/shop.git", "https://github.com.evil.test/acme/shop",
        "https://github.com:8443/acme/shop", "https://gist.github.com/acme/0123", "file:///srv/github.com/acme/shop",
        "https://github.com/acme", "https://github.com/acme/web/shop", "https://github.com/acme/sh%20op",
        "https://github.com/acme/sh?op", "git@github.com:acme/shop#x", "git@ssh.github.com:acme/shop"}) {
    EXPECT_EQ(Compared(clone_url), "") << clone_url;
  }
}

TEST(CompareUrlTest, WithoutABaseItIsTheDefaultBranchWhereThereIsAPageForIt) {
  EXPECT_EQ(CompareUrl("https://github.com/acme/shop", "", "fleet/x"), "https://github.com/acme/shop/compare/fleet/x");
  EXPECT_EQ(CompareUrl("https://codeberg.org/acme/shop", "", "x"), "https://codeberg.org/acme/shop/compare/x");
  EXPECT_EQ(CompareUrl("https://gitlab.com/acme/shop", "", "fleet/x"), "");
}

TEST(CompareUrlTest, BranchesArePercentEncoded) {
  EXPECT_EQ(CompareUrl("https://github.com/acme/shop", "release/1.x", "f\u00FCr/50%&#+'{{\"<>"),
            "https://github.com/acme/shop/compare/release/1.x...f%C3%BCr/50%25%26%23%2B%27%7B%7B%22%3C%3E");
}

}  // namespace
}  // namespace fleet::domain
