#include "common/http/http_server.h"

#include <gmock/gmock.h>

#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/lifecycle/mutex.h"
#include "tests/support/http_client.h"
#include "tests/support/status_matchers.h"
#include "tests/support/wait_until.h"

namespace fleet::http {
namespace {

using ::fleet::testing::HttpClient;
using ::fleet::testing::HttpGet;
using ::fleet::testing::StatusIs;
using ::fleet::testing::WaitUntil;
using ::testing::AllOf;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::StartsWith;

constexpr char kGet[] = "GET /a HTTP/1.1\r\nHost: h\r\n\r\n";

// Says what was asked: "GET /path ?query body".
void Echo(const Request& request, const Respond& respond) {
  Response response;
  response.body = absl::StrCat(request.method, " ", request.path, " ?", request.query, " ", request.body, "\n");
  respond(response);
}

class HttpServerTest : public ::testing::Test {
 protected:
  void Start(const Limits& limits = {}, Handler handler = Echo) {
    auto server = HttpServer::Start("127.0.0.1:0", limits, std::move(handler));
    FLEET_ASSERT_OK(server);
    server_ = *std::move(server);
  }
  int port() const { return server_->port(); }
  // The answer to `bytes`, after which nothing more is sent.
  std::string Answer(const std::string& bytes) {
    HttpClient client(port());
    client.Send(bytes);
    return client.ReadAll();
  }

  std::unique_ptr<HttpServer> server_;
};

TEST_F(HttpServerTest, GivesTheHandlerWhatWasAsked) {
  Start();
  EXPECT_THAT(HttpGet(port(), "/a/b%20c?x=1&y=?"),
              AllOf(StartsWith("HTTP/1.1 200 OK\r\n"), HasSubstr("Content-Type: text/plain; charset=utf-8\r\n"),
                    HasSubstr("Connection: close\r\n"), EndsWith("\r\n\r\nGET /a/b%20c ?x=1&y=? \n")));
  EXPECT_THAT(HttpGet(port(), "http://elsewhere/a?b"), EndsWith("\r\n\r\nGET /a ?b \n"));
  EXPECT_THAT(HttpGet(port(), "/a"), HasSubstr(" GMT\r\n"));
  EXPECT_THAT(Answer("PUT /x HTTP/1.1\r\nHost: h\r\nConnection: close\r\nContent-Length: 5\r\n\r\nhello"),
              EndsWith("PUT /x ? hello\n"));
  EXPECT_THAT(Answer("PUT /x HTTP/1.1\r\nHost: h\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n"
                     "2\r\nhe\r\n3\r\nllo\r\n0\r\n\r\n"),
              EndsWith("PUT /x ? hello\n"));
}

TEST_F(HttpServerTest, SendsStatusHeadersAndType) {
  Start({}, [](const Request&, const Respond& respond) {
    respond({503, "application/json", "{}", {{"Retry-After", "3"}}});
  });
  EXPECT_THAT(HttpGet(port(), "/"),
              AllOf(StartsWith("HTTP/1.1 503 Service Unavailable\r\n"), HasSubstr("Retry-After: 3\r\n"),
                    HasSubstr("Content-Type: application/json\r\n"), HasSubstr("Content-Length: 2\r\n")));
}

TEST_F(HttpServerTest, AnswersHeadWithTheLengthAndNoBody) {
  Start();
  const std::string answer = Answer("HEAD /a HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
  EXPECT_THAT(answer, AllOf(HasSubstr("Content-Length: 11\r\n"), EndsWith("\r\n\r\n")));
}

TEST_F(HttpServerTest, KeepsAConnectionAndAnswersPipelinedRequestsInOrder) {
  Start();
  HttpClient client(port());
  for (int round = 0; round < 3; ++round) {
    client.Send(kGet);
    EXPECT_THAT(client.ReadUntil("GET /a ? \n"), StartsWith("HTTP/1.1 200"));
  }
  client.Send("GET /1 HTTP/1.1\r\nHost: h\r\n\r\nGET /2 HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
  const std::string both = client.ReadAll();
  EXPECT_LT(both.find("GET /1 ? \n"), both.find("GET /2 ? \n"));
  EXPECT_THAT(both, EndsWith("GET /2 ? \n"));
}

TEST_F(HttpServerTest, ClosesForAClientOfHttp10) {
  Start();
  EXPECT_THAT(Answer("GET /a HTTP/1.0\r\n\r\n"), EndsWith("GET /a ? \n"));
  EXPECT_THAT(Answer("GET /a HTTP/1.0\r\nConnection: keep-alive\r\n\r\n"), EndsWith("GET /a ? \n"));
}

TEST_F(HttpServerTest, RefusesWhatIsNoRequestAndWhatIsTooLong) {
  Limits limits;
  limits.header_bytes = 200;
  limits.body_bytes = 10;
  Start(limits);
  EXPECT_THAT(Answer("\x16\x03\x01\x02 TLS?\r\n\r\n"), StartsWith("HTTP/1.1 400 "));
  EXPECT_THAT(Answer("GET /a HTTP/9.9\r\n\r\n"), StartsWith("HTTP/1.1 400 "));
  EXPECT_THAT(Answer("GET /a HTTP/1.1\r\n\r\n"), AllOf(StartsWith("HTTP/1.1 400 "), HasSubstr("Host")));
  EXPECT_THAT(Answer("GET /a HTTP/1.1\r\nContent-Length: minus\r\n\r\n"), StartsWith("HTTP/1.1 400 "));
  // Two lengths are how a request is hidden in another's body.
  EXPECT_THAT(Answer("GET /a HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab"),
              StartsWith("HTTP/1.1 400 "));
  EXPECT_THAT(Answer(absl::StrCat("GET /", std::string(300, 'a'), " HTTP/1.1\r\n\r\n")), StartsWith("HTTP/1.1 431 "));
  EXPECT_THAT(Answer(absl::StrCat("PUT /a HTTP/1.1\r\nContent-Length: 11\r\n\r\n", std::string(11, 'a'))),
              AllOf(StartsWith("HTTP/1.1 413 "), EndsWith("the body is too long\n")));
  EXPECT_THAT(Answer(absl::StrCat("PUT /a HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nb\r\n", std::string(11, 'a'),
                                  "\r\n0\r\n\r\n")),
              StartsWith("HTTP/1.1 413 "));
  EXPECT_THAT(HttpGet(port(), "/a"), StartsWith("HTTP/1.1 200 "));
}

TEST_F(HttpServerTest, ARefusalReachesAPeerThatGoesOnSending) {
  Start();
  HttpClient client(port());
  client.Send("PUT /a HTTP/1.1\r\nContent-Length: 1000000\r\n\r\n");
  client.Send(std::string(100000, 'a'));
  EXPECT_THAT(client.ReadAll(), StartsWith("HTTP/1.1 413 "));
}

TEST_F(HttpServerTest, SilentAndSlowPeersHoldUpNobody) {
  Start();
  std::vector<HttpClient> silent;
  for (int i = 0; i < 100; ++i) silent.emplace_back(port()).Send("GET /a HT");
  EXPECT_THAT(HttpGet(port(), "/a"), EndsWith("GET /a ? \n"));
}

TEST_F(HttpServerTest, MoreSilentPeersThanItKeepsHoldUpNobody) {
  const Limits limits;
  Start(limits);
  std::vector<HttpClient> silent;
  for (std::size_t i = 0; i < limits.connections + 40; ++i) silent.emplace_back(port());
  EXPECT_THAT(HttpGet(port(), "/a"), EndsWith("GET /a ? \n"));
}

TEST_F(HttpServerTest, CutsOffWhoDoesNotFinishInTime) {
  Limits limits;
  limits.first_request = absl::Milliseconds(50);
  limits.next_request = absl::Milliseconds(50);
  Start(limits);
  HttpClient silent(port());
  EXPECT_TRUE(silent.IsClosed());
  HttpClient idle(port());
  idle.Send(kGet);
  idle.ReadUntil("GET /a ? \n");
  EXPECT_TRUE(idle.IsClosed());
}

TEST_F(HttpServerTest, CutsOffWhoDoesNotReadTheAnswer) {
  Limits limits;
  limits.write = absl::Milliseconds(50);
  Start(limits, [](const Request&, const Respond& respond) {
    Response response;
    response.body = std::string(std::size_t{64} << 20, 'x');
    respond(response);
  });
  HttpClient client(port());
  client.Send(kGet);
  // Its end is seen without reading: a further request is refused once the server has closed.
  EXPECT_TRUE(WaitUntil([&] { return !client.Send(kGet); }));
}

TEST_F(HttpServerTest, AtTheLimitTheMostSilentGivesWay) {
  Limits limits;
  limits.connections = 3;
  Start(limits);
  const auto is_answered = [](HttpClient& client) {
    client.Send(kGet);
    return client.ReadUntil("GET /a ? \n").find("HTTP/1.1 200") == 0;
  };
  HttpClient scraper(port());
  EXPECT_TRUE(is_answered(scraper));
  HttpClient silent(port());
  HttpClient other(port());
  // The server takes a connection before it reads from a later one.
  EXPECT_TRUE(is_answered(other));
  EXPECT_TRUE(is_answered(scraper));
  HttpClient fourth(port());
  EXPECT_TRUE(is_answered(fourth));
  EXPECT_TRUE(silent.IsClosed());
  for (HttpClient* client : {&scraper, &other, &fourth}) EXPECT_TRUE(is_answered(*client));
}

TEST_F(HttpServerTest, AtTheLimitWhoDoesNotReadGivesWayToo) {
  Limits limits;
  limits.connections = 2;
  Start(limits, [](const Request& request, const Respond& respond) {
    Response response;
    response.body = request.path == "/large" ? std::string(std::size_t{64} << 20, 'x') : "small\n";
    respond(response);
  });
  std::vector<HttpClient> deaf;
  for (int i = 0; i < 4; ++i) deaf.emplace_back(port()).Send("GET /large HTTP/1.1\r\nHost: h\r\n\r\n");
  EXPECT_THAT(HttpGet(port(), "/"), EndsWith("small\n"));
}

// Handlers whose answers a test gives.
class LateAnswersTest : public HttpServerTest {
 protected:
  void StartLate(const Limits& limits = {}) {
    Start(limits, [this](Request request, Respond respond) {
      MutexLock lock(mutex_);
      asked_.emplace_back(std::move(request), std::move(respond));
    });
  }
  bool WaitForAsked(std::size_t count) {
    return WaitUntil([&] {
      MutexLock lock(mutex_);
      return asked_.size() == count;
    });
  }
  void AnswerAll() {
    MutexLock lock(mutex_);
    for (auto& [request, respond] : asked_) Echo(request, respond);
    asked_.clear();
  }

  Mutex mutex_;
  std::vector<std::pair<Request, Respond>> asked_ ABSL_GUARDED_BY(mutex_);
};

TEST_F(LateAnswersTest, AHandlerThatTakesItsTimeHoldsUpNobody) {
  StartLate();
  HttpClient slow(port());
  slow.Send("GET /slow HTTP/1.1\r\nHost: h\r\n\r\n");
  ASSERT_TRUE(WaitForAsked(1));
  HttpClient other(port());
  other.Send("GET /other HTTP/1.1\r\nHost: h\r\n\r\n");
  ASSERT_TRUE(WaitForAsked(2));
  std::thread([this] { AnswerAll(); }).join();
  EXPECT_THAT(slow.ReadUntil("GET /slow ? \n"), StartsWith("HTTP/1.1 200"));
  EXPECT_THAT(other.ReadUntil("GET /other ? \n"), StartsWith("HTTP/1.1 200"));
}

TEST_F(LateAnswersTest, WhoIsBeingAnsweredDoesNotGiveWay) {
  Limits limits;
  limits.connections = 1;
  StartLate(limits);
  HttpClient asked(port());
  asked.Send(kGet);
  ASSERT_TRUE(WaitForAsked(1));
  HttpClient refused(port());
  EXPECT_TRUE(refused.IsClosed());
  AnswerAll();
  EXPECT_THAT(asked.ReadUntil("GET /a ? \n"), StartsWith("HTTP/1.1 200"));
}

TEST_F(LateAnswersTest, AnAnswerToAPeerThatLeftGoesNowhere) {
  StartLate();
  {
    HttpClient gone(port());
    gone.Send(kGet);
    ASSERT_TRUE(WaitForAsked(1));
  }
  AnswerAll();
  HttpClient next(port());
  next.Send(kGet);
  ASSERT_TRUE(WaitForAsked(1));
  AnswerAll();
  EXPECT_THAT(next.ReadUntil("GET /a ? \n"), StartsWith("HTTP/1.1 200"));
}

TEST_F(LateAnswersTest, TheServersEndClosesAllAndLateAnswersGoNowhere) {
  StartLate();
  HttpClient silent(port());
  HttpClient asked(port());
  asked.Send(kGet);
  ASSERT_TRUE(WaitForAsked(1));
  server_.reset();
  EXPECT_TRUE(silent.IsClosed());
  EXPECT_TRUE(asked.IsClosed());
  AnswerAll();
}

TEST_F(LateAnswersTest, AnswersThatRaceWithTheServersEndAreSafe) {
  for (int round = 0; round < 20; ++round) {
    StartLate();
    HttpClient asked(port());
    asked.Send(kGet);
    ASSERT_TRUE(WaitForAsked(1));
    std::thread answering([this] { AnswerAll(); });
    server_.reset();
    answering.join();
  }
}

TEST(HttpServerStartTest, RefusesWhatIsNoAddressAndSaysWhatIsTaken) {
  for (const char* address :
       {"", "7090", "127.0.0.1", "127.0.0.1:", "127.0.0.1:http", "127.0.0.1:65536", ":80", "[]:80"}) {
    EXPECT_THAT(HttpServer::Start(address, {}, Echo), StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr(address)));
  }
  const auto first = HttpServer::Start("localhost:0", {}, Echo);
  FLEET_ASSERT_OK(first);
  EXPECT_GT((*first)->port(), 0);
  const auto second = HttpServer::Start("127.0.0.1:0", {}, Echo);
  FLEET_ASSERT_OK(second);
  const std::string taken = absl::StrCat("127.0.0.1:", (*second)->port());
  EXPECT_THAT(HttpServer::Start(taken, {}, Echo),
              StatusIs(absl::StatusCode::kUnavailable, AllOf(HasSubstr(taken), HasSubstr("in use"))));
}

}  // namespace
}  // namespace fleet::http
