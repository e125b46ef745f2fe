// What a handler of HTTP requests is given and gives.
#ifndef FLEET_COMMON_HTTP_HTTP_MESSAGE_H_
#define FLEET_COMMON_HTTP_HTTP_MESSAGE_H_

#include <functional>
#include <map>
#include <string>

namespace fleet::http {

struct Request {
  std::string method;  // as sent: "GET"
  std::string path;    // without the query, as sent: not decoded
  std::string query;   // what follows the first "?"; empty: nothing
  std::string body;
};

struct Response {
  int status = 200;
  std::string content_type = "text/plain; charset=utf-8";
  std::string body;                            // not sent in answer to HEAD, its length is
  std::map<std::string, std::string> headers;  // besides Content-Type, Content-Length, Connection and Date
};

// To be called exactly once, from any thread; nothing happens if the peer or the server is gone by then.
using Respond = std::function<void(Response response)>;
// Runs on the server's only thread: what waits, waits elsewhere and answers from there.
using Handler = std::function<void(Request request, Respond respond)>;

}  // namespace fleet::http

#endif  // FLEET_COMMON_HTTP_HTTP_MESSAGE_H_
