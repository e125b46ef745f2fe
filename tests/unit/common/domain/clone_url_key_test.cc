#include "common/domain/clone_url_key.h"

#include <map>
#include <string>
#include <vector>

#include "gtest/gtest.h"

namespace fleet::domain {
namespace {

TEST(CloneUrlKeyTest, IsOneForAllWaysToWriteARepository) {
  const std::map<std::string, std::vector<std::string>> siblings = {
      {"git.example.com/acme/web",
       {"https://git.example.com/acme/web.git",   "https://git.example.com/acme/web",
        "https://git.example.com/acme/web/",      "https://git.example.com/acme/web.git/",
        "https://git.example.com/acme/web.git//", "https://git.example.com//acme///web",
        "https://git.example.com/./acme/./web/.", "https://git.example.com/acme/x/../web",
        "HTTPS://git.example.com/acme/web",       "https://GIT.Example.COM/acme/web",
        "https://git.example.com./acme/web",      "https://git.example.com:443/acme/web",
        "https://git.example.com:0443/acme/web",  "https://git.example.com:/acme/web",
        "https://me@git.example.com/acme/web",    "http://git.example.com/acme/web.git",
        "http://git.example.com:80/acme/web",     "ssh://git@git.example.com/acme/web.git",
        "ssh://git.example.com:22/acme/web",      "git://git.example.com/acme/web.git",
        "git://git.example.com:9418/acme/web",    "git@git.example.com:acme/web.git",
        "git@git.example.com:/acme/web",          "git.example.com:acme/web",
        "git@GIT.EXAMPLE.COM.:acme/web.git/",     "[git.example.com]:acme/web",
        "[git@git.example.com:22]:acme/web",      "https://git.example.com/%61cme/web%2Egit",
        "https://git.example.com/acme/web/.git"}},
      // Another port is another server.
      {"git.example.com:8443/acme/web",
       {"https://git.example.com:8443/acme/web", "https://Git.example.com.:8443/acme/web.git/",
        "ssh://git@git.example.com:8443/acme/web.git", "[git@git.example.com:8443]:acme/web.git"}},
      {"git.example.com:443/acme/web", {"http://git.example.com:443/acme/web", "ssh://git.example.com:443/acme/web"}},
      // Case and escapes that stay.
      {"git.example.com/Acme/web", {"https://git.example.com/Acme/web"}},
      {"git.example.com/a%2Fb", {"https://git.example.com/a%2fb", "https://git.example.com/a%2Fb.git"}},
      {"git.example.com/100%", {"https://git.example.com/100%", "git.example.com:100%"}},
      {"git.example.com/a%41", {"git@git.example.com:a%41"}},
      {"git.example.com/aA", {"https://git.example.com/a%41"}},
      {"git.example.com/~ada/web",
       {"ssh://git.example.com/~ada/web", "git.example.com:~ada/web.git", "https://git.example.com/%7Eada/web",
        "https://git.example.com/%7eada/web"}},
      {"git.example.com/8443/web", {"git@git.example.com:8443/web", "https://git.example.com/8443/web"}},
      {"git.example.com/web.git", {"https://git.example.com/web.git.git"}},
      {"git.example.com/web?x=1", {"https://git.example.com/web?x=1"}},
      {"git.example.com/", {"https://git.example.com", "https://git.example.com/", "https://git.example.com/.."}},
      {"[2001:db8::1]/web",
       {"https://[2001:DB8::1]/web", "https://[2001:db8::1]:443/web.git", "git@[2001:db8::1]:web",
        "ssh://git@[2001:db8::1]/web"}},
      {"[2001:db8::1]:8443/web", {"https://[2001:db8::1]:8443/web"}},
      {"/srv/git/web",
       {"file:///srv/git/web.git", "file:///srv/git/web", "file:///srv//git/./web.git/", "FILE:///srv/git/web",
        "/srv/git/web.git", "file:///srv/git/w%65b"}},
      {"/srv/Git/web", {"file:///srv/Git/web"}},
  };
  for (const auto& [key, urls] : siblings) {
    for (const std::string& url : urls) EXPECT_EQ(CloneUrlKey(url), key) << url;
  }
}

TEST(CloneUrlKeyTest, TakesAnything) {
  for (const char* text :
       {"",        ":",   "@",     "/",          "://", "https://",    "https://@:",   "[",
        "]:",      "[]:", "[::1]", "a:b:c",      "%",   "https://h/%", "https://h/%4", "https://h/%zz",
        "file://", "..",  ":443",  "x://y:z@[:/"}) {
    EXPECT_LT(CloneUrlKey(text).size(), 20U) << text;
  }
}

}  // namespace
}  // namespace fleet::domain
