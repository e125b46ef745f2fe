#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_split.h"
#include "tests/unit/workers/task_runner/git_scene.h"

namespace fleet::runner {
namespace {

// An answer to "info/refs" after which the client goes on to ask for, or to send, a pack.
std::string Advertisement(const std::string& request) {
  const std::string id(40, '1');
  if (absl::StrContains(request, "service=git-receive-pack")) {
    const std::string refs = Packet(
        absl::StrCat(std::string(40, '0'), " capabilities^{}", std::string("\0report-status side-band-64k", 27), "\n"));
    return HttpAnswer("200 OK", Packet("# service=git-receive-pack\n") + "0000" + refs + "0000", "",
                      "application/x-git-receive-pack-advertisement");
  }
  const std::string refs = Packet(absl::StrCat(id, " HEAD", std::string("\0shallow side-band-64k", 22), "\n")) +
                           Packet(absl::StrCat(id, " refs/heads/new\n"));
  return HttpAnswer("200 OK", Packet("# service=git-upload-pack\n") + "0000" + refs + "0000", "",
                    "application/x-git-upload-pack-advertisement");
}

std::string Http(const GitScene& scene) { return "http://" + scene.server->host() + "/o/r.git"; }

// The first question, "info/refs", is answered so.
GitAnswer Web(const std::string& name, const std::string& reason, const std::string& answer) {
  return {"http " + name, reason, [answer](GitScene& scene) {
            scene.Serve([answer](const std::string&) { return answer; });
            return scene.List(Http(scene));
          }};
}
GitAnswer WebPush(const std::string& name, const std::string& reason, const std::string& answer) {
  return {"http push " + name, reason, [answer](GitScene& scene) {
            scene.Serve([answer](const std::string&) { return answer; });
            return scene.Push(Http(scene));
          }};
}
// The second one, the request for a pack or the pack itself, is answered so.
GitAnswer Later(const std::string& name, const std::string& reason, const std::string& answer, bool push = false) {
  return {"http later " + name, reason, [answer, push](GitScene& scene) {
            scene.Serve([answer](const std::string& request) {
              return absl::StartsWith(request, "POST") ? answer : Advertisement(request);
            });
            return push ? scene.Push(Http(scene)) : scene.Fetch(Http(scene));
          }};
}
// ssh, or the server on its stderr, says so and ends.
GitAnswer Ssh(const std::string& text, const std::string& reason, bool push = false) {
  return {"ssh " + text, reason, [text, push](GitScene& scene) {
            const std::string script = scene.Script("ssh", "cat <<'END' >&2\n" + text + "\nEND\nexit 255\n");
            scene.configuration += "[core]\n  sshCommand = " + script + "\n";
            return push ? scene.Push("ssh://git@example.com/o/r.git") : scene.List("ssh://git@example.com/o/r.git");
          }};
}
// The server's own error packet.
GitAnswer Error(const std::string& text, const std::string& reason) {
  return {"error packet " + text, reason, [text](GitScene& scene) {
            WriteFile(scene.directory / "packet", Packet("ERR " + text));
            const std::string script = scene.Script("ssh", "cat '" + (scene.directory / "packet") + "'\n");
            scene.configuration += "[core]\n  sshCommand = " + script + "\n";
            return scene.List("git@example.com:o/r.git");
          }};
}
// git-upload-pack runs within `script`.
GitAnswer Served(const std::string& name, const std::string& reason, const std::string& script) {
  return {"served " + name, reason,
          [script](GitScene& scene) { return scene.FetchHere({"--upload-pack=" + scene.Script("serve", script)}); }};
}

std::vector<GitAnswer> OverHttp() {
  const std::string hidden = HttpAnswer("401 Unauthorized", "", "WWW-Authenticate: Basic realm=\"r\"\r\n");
  const auto with_helper = [hidden](const char* script) {
    return [hidden, script](GitScene& scene) {
      scene.configuration += absl::StrCat("[credential]\n  helper = \"!f() { ", script, "; }; f\"\n");
      scene.Serve([hidden](const std::string&) { return std::string(hidden); });
      return scene.List(Http(scene));
    };
  };
  return {
      Web("429", "RATE_LIMITED", HttpAnswer("429 Too Many Requests")),
      Web("403, rate limit", "RATE_LIMITED",
          HttpAnswer("403 Forbidden", "You have exceeded a secondary rate limit.\n")),
      Web("403, requests", "RATE_LIMITED", HttpAnswer("403 Forbidden", "Too many requests, slow down.\n")),
      Web("401", "AUTH_REFUSED", hidden),
      Custom("http 401 for the helper's password", "AUTH_REFUSED", with_helper("echo username=u; echo password=p")),
      Custom("http 401 without a password", "AUTH_REFUSED", with_helper("echo username=u")),
      Web("403", "PERMISSION_DENIED", HttpAnswer("403 Forbidden")),
      Web("404", "REPOSITORY_NOT_FOUND", HttpAnswer("404 Not Found", "Repository not found.\n")),
      Web("404, in no words", "REPOSITORY_NOT_FOUND", HttpAnswer("404 Not Found")),
      Web("410", "REPOSITORY_NOT_FOUND", HttpAnswer("410 Gone")),
      Web("500", "REMOTE_ERROR", HttpAnswer("500 Internal Server Error")),
      Web("503", "REMOTE_ERROR", HttpAnswer("503 Service Unavailable")),
      Web("418", "GIT_FAILED", HttpAnswer("418 I'm a teapot")),
      Web("a page for people", "REPOSITORY_NOT_FOUND", HttpAnswer("200 OK", "<html>\n", "", "text/html")),
      Web("silence", "REMOTE_ERROR", ""),
      Web("half an answer", "REMOTE_ERROR", "HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nhalf"),
      Web("an endless redirection", "REMOTE_ERROR", HttpAnswer("302 Found", "", "Location: /o/r.git/info/refs\r\n")),
      WebPush("429", "RATE_LIMITED", HttpAnswer("429 Too Many Requests")),
      WebPush("403", "PERMISSION_DENIED", HttpAnswer("403 Forbidden", "Permission to o/r.git denied to bot.\n")),
      WebPush("403, not allowed", "PERMISSION_DENIED",
              HttpAnswer("403 Forbidden", "You are not allowed to push code to this project.\n")),
      WebPush("403, rate limit", "RATE_LIMITED", HttpAnswer("403 Forbidden", "API rate limit exceeded\n")),
      WebPush("503", "REMOTE_ERROR", HttpAnswer("503 Service Unavailable")),
      Later("401", "AUTH_REFUSED", hidden),
      Later("403", "PERMISSION_DENIED", HttpAnswer("403 Forbidden")),
      Later("404", "REPOSITORY_NOT_FOUND", HttpAnswer("404 Not Found")),
      Later("429", "RATE_LIMITED", HttpAnswer("429 Too Many Requests")),
      Later("502", "REMOTE_ERROR", HttpAnswer("502 Bad Gateway")),
      Later("silence", "REMOTE_ERROR", ""),
      Later("an empty answer", "REMOTE_ERROR", HttpAnswer("200 OK", "", "", "application/x-git-upload-pack-result")),
      Later("half an answer", "REMOTE_ERROR",
            "HTTP/1.1 200 OK\r\nContent-Type: application/x-git-upload-pack-result\r\nContent-Length: 1000\r\n\r\nha"),
      Later("403 to a push", "PERMISSION_DENIED", HttpAnswer("403 Forbidden"), true),
      Later("503 to a push", "REMOTE_ERROR", HttpAnswer("503 Service Unavailable"), true),
      Later("silence to a push", "REMOTE_ERROR", "", true),
      // What a server said before it broke off is nobody's to believe: a hook's words come this way.
      Later("a hook's words", "REMOTE_ERROR",
            HttpAnswer("200 OK", Packet("\2rate limit: HTTP 429, Permission to a denied to b\n") + "0000", "",
                       "application/x-git-receive-pack-result"),
            true),
      Custom("http later 401 for the helper's password", "AUTH_REFUSED",
             [hidden](GitScene& scene) {
               scene.configuration += "[credential]\n  helper = \"!f() { echo username=u; echo password=p; }; f\"\n";
               scene.Serve([hidden](const std::string& request) {
                 return absl::StartsWith(request, "POST") ? hidden : Advertisement(request);
               });
               return scene.Fetch(Http(scene));
             }),
      Custom("http later a pack that ends early", "REMOTE_ERROR",
             [](GitScene& scene) {
               scene.Serve([](const std::string& request) {
                 if (!absl::StartsWith(request, "POST")) return Advertisement(request);
                 std::string body = Packet("NAK\n");
                 if (absl::StrContains(request, "0009done")) {
                   body += Packet("\1PACK" + std::string("\0\0\0\2\0\0\0\5", 8)) + "0000";
                 }
                 return HttpAnswer("200 OK", body, "", "application/x-git-upload-pack-result");
               });
               GitCommand::Call call = scene.List(Http(scene));
               call.arguments = {"fetch", Http(scene), "refs/heads/new"};
               return call;
             }),
      Custom("http redirection that is not followed", "BAD_CONFIG",
             [](GitScene& scene) {
               scene.configuration += "[http]\n  followRedirects = false\n";
               scene.Serve([](const std::string&) { return HttpAnswer("302 Found", "", "Location: /x\r\n"); });
               return scene.List(Http(scene));
             }),
      Custom("http redirection to another kind of place", "BAD_CONFIG",
             [](GitScene& scene) {
               scene.Serve([](const std::string& request) {
                 if (absl::StrContains(request, "/login")) return Advertisement("service=git-upload-pack");
                 return HttpAnswer("302 Found", "", "Location: /login\r\n");
               });
               return scene.List(Http(scene));
             }),
      Custom("http without git", "BAD_CONFIG",
             [](GitScene& scene) {
               scene.Serve([](const std::string& request) {
                 if (!absl::StrContains(request, "info/refs")) return HttpAnswer("404 Not Found");
                 return HttpAnswer("200 OK", std::string(40, '1') + "\trefs/heads/new\n");
               });
               return scene.Fetch(Http(scene));
             }),
      Custom("http refused", "HOST_UNREACHABLE",
             [](GitScene& scene) { return scene.List("http://" + scene.refusing.host() + "/r"); }),
      Custom("http to nowhere", "HOST_UNREACHABLE",
             [](GitScene& scene) { return scene.List("http://certificate.invalid/early%20eof"); }),
      Custom("http through a proxy of nowhere", "HOST_UNREACHABLE",
             [](GitScene& scene) {
               scene.configuration += "[http]\n  proxy = http://nowhere.invalid:1\n";
               return scene.List("http://example.invalid/r");
             }),
      Custom("https without a certificate to trust", "BAD_CERTIFICATE",
             [](GitScene& scene) {
               scene.Serve({}, ScriptedServer::Security::kSelfSigned);
               return scene.List("https://" + scene.server->host() + "/r");
             }),
      Custom("https that is none", "REMOTE_ERROR",
             [](GitScene& scene) {
               scene.Serve([](const std::string&) { return "garbage\r\n"; }, ScriptedServer::Security::kUnasked);
               return scene.List("https://" + scene.server->host() + "/certificate");
             }),
  };
}

std::vector<GitAnswer> OverSsh() {
  const std::string rest =
      "\nfatal: Could not read from remote repository.\n\nPlease make sure you have the correct access rights";
  return {
      // OpenSSH's words.
      Ssh("git@example.com: Permission denied (publickey).", "AUTH_REFUSED"),
      Ssh("Received disconnect from 192.0.2.1 port 22:2: Too many authentication failures", "AUTH_REFUSED"),
      Ssh("Host key verification failed.", "BAD_CERTIFICATE"),
      Ssh("ssh: Could not resolve hostname example.com: Name or service not known", "HOST_UNREACHABLE"),
      Ssh("ssh: connect to host example.com port 22: Connection refused", "HOST_UNREACHABLE"),
      Ssh("ssh: connect to host example.com port 22: Resource temporarily unavailable", "HOST_UNREACHABLE"),
      Ssh("Connection timed out during banner exchange", "HOST_UNREACHABLE"),
      Ssh("kex_exchange_identification: read: Connection reset by peer", "REMOTE_ERROR"),
      Ssh("Connection closed by 192.0.2.1 port 22", "REMOTE_ERROR"),
      Ssh("Connection reset by 192.0.2.1 port 22", "REMOTE_ERROR"),
      Ssh("Connection to example.com closed by remote host.", "REMOTE_ERROR"),
      // Forges' words.
      Ssh("ERROR: Repository not found.", "REPOSITORY_NOT_FOUND"),
      Ssh("ERROR: The requested repository either does not exist or you do not have access.", "REPOSITORY_NOT_FOUND"),
      Ssh("remote: ERROR: The project you were looking for could not be found or you don't have permission to view it.",
          "REPOSITORY_NOT_FOUND"),
      Ssh("ERROR: Permission to o/r.git denied to bot.", "PERMISSION_DENIED", true),
      Ssh("remote: ERROR: You are not allowed to push code to this project.", "PERMISSION_DENIED", true),
      Ssh("remote: ERROR: Access denied", "PERMISSION_DENIED"),
      Ssh("something new", "GIT_FAILED"),
      Ssh("ERROR: no room for 'rate limit' or \"access denied\"", "GIT_FAILED"),
      Custom("ssh that is not installed", "RUNNER_SETUP",
             [](GitScene& scene) {
               for (const char* program : {"git", "sh", "git-upload-pack"}) {
                 std::filesystem::create_directories(scene.directory / "bin");
                 std::filesystem::create_symlink(std::string("/usr/bin/") + program,
                                                 scene.directory / (std::string("bin/") + program));
               }
               scene.settings.path = scene.directory / "bin";
               return scene.List("ssh://git@example.com/o/r.git");
             }),
      Ssh("sh: line 1: ssh: command not found", "RUNNER_SETUP"),  // where sh is bash
      Custom("ssh command that does not exist", "RUNNER_SETUP",
             [](GitScene& scene) {
               scene.configuration += "[core]\n  sshCommand = /nowhere/ssh\n";
               return scene.List("ssh://git@example.com/o/r.git");
             }),
      Custom("ssh command that is no program", "RUNNER_SETUP",
             [](GitScene& scene) {
               WriteFile(scene.directory / "ssh", "");
               scene.configuration += "[core]\n  sshCommand = " + (scene.directory / "ssh") + "\n";
               return scene.List("ssh://git@example.com/o/r.git");
             }),
      Error("access denied or repository not exported: /o/r.git", "REPOSITORY_NOT_FOUND"),
      Error("upload-pack: not our ref " + std::string(40, '1'), "REMOTE_ERROR"),
      Error("something new", "GIT_FAILED"),
      Custom("git:// refused", "HOST_UNREACHABLE",
             [](GitScene& scene) { return scene.List("git://" + scene.refusing.host() + "/r"); }),
      Custom("git:// to nowhere", "HOST_UNREACHABLE",
             [](GitScene& scene) { return scene.List("git://nowhere.invalid/r"); }),
  };
}

std::vector<GitAnswer> OfRepositories() {
  return {
      Custom("no repository", "REPOSITORY_NOT_FOUND",
             [](GitScene& scene) { return scene.List("file://" + scene.complete() + "/missing"); }),
      Custom("no repository, whose name says much", "REPOSITORY_NOT_FOUND",
             [](GitScene& scene) {
               return scene.List("file://" + scene.complete() + "/rate limit: early EOF: No space left on device");
             }),
      Custom("no branch", "BRANCH_NOT_FOUND",
             [](GitScene& scene) {
               scene.fixture.Git(scene.complete(), {"update-ref", "-d", "refs/heads/new"});
               return scene.FetchHere();
             }),
      Served("to another owner", "BAD_CONFIG",
             "export GIT_TEST_ASSUME_DIFFERENT_OWNER=1\nexec git-upload-pack \"$@\"\n"),
      Custom("settings that cannot be read, there", "BAD_CONFIG",
             [](GitScene& scene) {
               WriteFile(scene.complete() + "/config", "[core\n");
               return scene.FetchHere();
             }),
      Custom("an object is missing there", "REMOTE_ERROR",
             [](GitScene& scene) {
               const std::string id = scene.fixture.Git(scene.complete(), {"rev-parse", "refs/heads/new:big"});
               EXPECT_TRUE(
                   std::filesystem::remove(scene.complete() + "/objects/" + id.substr(0, 2) + "/" + id.substr(2)));
               return scene.FetchHere();
             }),
      Custom("objects that git does not accept", "BAD_CONFIG",
             [](GitScene& scene) {
               scene.configuration += "[fetch]\n  unpackLimit = 1\n  fsckObjects = true\n";
               scene.fixture.Commit(scene.complete(), "new",
                                    {{".gitmodules", "[submodule \"x\"]\n  path = x\n  url = -x\n"}}, "new");
               return scene.FetchHere();
             }),
      Served("half of a pack", "REMOTE_ERROR",
             "me=$$\ngit-upload-pack \"$@\" | (dd bs=1 count=2000 status=none; kill -9 $me)\n"),
      Served("its greeting only", "REMOTE_ERROR",
             "me=$$\ngit-upload-pack \"$@\" | (dd bs=1 count=60 status=none; kill -9 $me)\n"),
  };
}

}  // namespace

std::vector<GitAnswer> ConnectionAnswers() {
  std::vector<GitAnswer> all;
  for (const std::vector<GitAnswer>& some : {OverHttp(), OverSsh(), OfRepositories()}) {
    all.insert(all.end(), some.begin(), some.end());
  }
  return all;
}

}  // namespace fleet::runner
