#include "common/http/http_client.h"

#include <gmock/gmock.h>

#include <string>

#include "absl/strings/str_cat.h"
#include "common/http/http_server.h"
#include "tests/support/free_port.h"
#include "tests/support/status_matchers.h"

namespace fleet::http {
namespace {

using ::fleet::testing::StatusIs;
using ::testing::HasSubstr;

constexpr absl::Duration kPatience = absl::Seconds(30);

std::unique_ptr<HttpServer> Serve(Handler handler) {
  auto server = HttpServer::Start("127.0.0.1:0", {}, std::move(handler));
  FLEET_EXPECT_OK(server);
  return *std::move(server);
}

HttpClient ClientOf(const HttpServer& server, const std::string& path) {
  auto client = HttpClient::Make(absl::StrCat("http://127.0.0.1:", server.port(), path));
  FLEET_EXPECT_OK(client);
  return *std::move(client);
}

TEST(HttpClientTest, PostsTheBodyAndGivesTheAnswer) {
  const auto server = Serve([](const Request& request, const Respond& respond) {
    Response response;
    response.status = 503;
    response.headers["Retry-After"] = "7";
    response.body = absl::StrCat(request.method, " ", request.path, " ", request.body);
    respond(response);
  });
  const auto answer = ClientOf(*server, "/v1/traces").Post("text/plain", "hello", kPatience);
  FLEET_ASSERT_OK(answer);
  EXPECT_EQ(answer->status, 503);
  EXPECT_EQ(answer->body, "POST /v1/traces hello");
  EXPECT_EQ(answer->headers.at("retry-after"), "7");
}

TEST(HttpClientTest, WhoDoesNotAnswerIsNotWaitedFor) {
  Respond kept;
  const auto server = Serve([&kept](const Request&, Respond respond) { kept = std::move(respond); });
  EXPECT_THAT(ClientOf(*server, "/").Post("text/plain", "", absl::Milliseconds(50)),
              StatusIs(absl::StatusCode::kDeadlineExceeded));
}

TEST(HttpClientTest, NobodyThereIsAnError) {
  const auto client = HttpClient::Make(absl::StrCat("http://127.0.0.1:", testing::FreePort()));
  FLEET_ASSERT_OK(client);
  EXPECT_THAT(client->Post("text/plain", "", kPatience), StatusIs(absl::StatusCode::kUnavailable));
}

TEST(HttpClientTest, AnAnswerThatIsTooLongIsAnError) {
  const auto server = Serve([](const Request&, const Respond& respond) {
    Response response;
    response.body = std::string(1 << 20, 'a');
    respond(response);
  });
  EXPECT_THAT(ClientOf(*server, "/").Post("text/plain", "", kPatience), StatusIs(absl::StatusCode::kUnavailable));
}

TEST(HttpClientTest, RefusesUrlsThatItCannotSpeakTo) {
  for (const char* url : {"", "host:4318", "ftp://host", "http://", "http://:80", "http://host:0", "http://host:x",
                          "http://host:70000", "http://u:p@host", "http://host/a?b", "http://ho st/"}) {
    EXPECT_THAT(HttpClient::Make(url), StatusIs(absl::StatusCode::kInvalidArgument)) << url;
  }
  EXPECT_THAT(std::string(HttpClient::Make("https://host").status().message()), HasSubstr("https"));
  for (const char* url : {"http://host", "http://host:4318", "http://[::1]:4318/v1/traces", "http://host/"}) {
    FLEET_EXPECT_OK(HttpClient::Make(url)) << url;
  }
}

}  // namespace
}  // namespace fleet::http
