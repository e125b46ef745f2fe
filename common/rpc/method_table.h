// Every method that is served, a row each: what it takes and gives, who handles it and on which threads. Made at start
// and checked against the descriptors of the services, so that no method can be forgotten.
//
//   MethodTable table({"fleet.v1.FleetService"});
//   table.Add("fleet.v1.FleetService/GetFleet", api, &FleetApi::GetFleet, pool);
//   FLEET_RETURN_IF_ERROR(table.Check());
#ifndef FLEET_COMMON_RPC_METHOD_TABLE_H_
#define FLEET_COMMON_RPC_METHOD_TABLE_H_

#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "common/domain/caller.h"
#include "common/lifecycle/thread_pool.h"
#include "common/rpc/message_bounds.h"
#include "common/rpc/stream_session.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/message.h"

namespace fleet::rpc {

using Done = std::function<void(const absl::Status&)>;

// What a handler that answers later has of its call.
struct PendingCall {
  absl::Duration time_left;  // until the caller's deadline
  // Turns true when the caller is gone.
  std::shared_ptr<const std::atomic<bool>> abandoned;
  // Call once, from any thread; until then caller, request and response live.
  Done done;
};

using Wake = std::function<void()>;

// In the order of Method::handler.
enum class MethodKind { kUnary, kPending, kStream };

struct Method {
  using Message = google::protobuf::Message;
  using Unary = std::function<absl::Status(const domain::Caller&, const Message&, Message&)>;
  using Pending = std::function<void(const domain::Caller&, const Message&, Message&, const PendingCall&)>;
  using Stream = std::function<std::unique_ptr<StreamSession>(const domain::Caller&, const Message&, Wake)>;

  std::string service;  // "fleet.v1.FleetService"
  std::string name;     // "GetFleet"
  const Message* request;
  const Message* response;
  std::variant<Unary, Pending, Stream> handler;
  ThreadPool* pool;  // null for kPending
  std::size_t max_request_bytes = kUsualRequestBytes;
  // Whether a call that comes without a traceparent may begin a trace.
  bool begins_traces = false;

  MethodKind kind() const { return static_cast<MethodKind>(handler.index()); }
};

// What is wrong with a request whatever its method is; on any thread.
using RequestCheck = std::function<absl::Status(const google::protobuf::Message&)>;

// Not thread-safe until it is complete; never changes from then on.
class MethodTable {
 public:
  // Full names of the services that are served. A request that `check`, if there is one, refuses reaches no handler.
  explicit MethodTable(std::vector<std::string> services, RequestCheck check = nullptr)
      : services_(std::move(services)), check_(std::move(check)) {}

  // `name`: "fleet.v1.FleetService/GetFleet". `api` and `pool` outlive every call. What is wrong with a row, Check
  // says.

  // Runs on `pool`.
  template <typename Api, typename Request, typename Response>
  void Add(const std::string& name, Api& api,
           absl::Status (Api::*handle)(const domain::Caller&, const Request&, Response&), ThreadPool& pool) {
    Insert(name, Request::default_instance(), Response::default_instance(),
           Method::Unary(
               [&api, handle](const domain::Caller& caller, const Method::Message& request, Method::Message& response) {
                 return (api.*handle)(caller, static_cast<const Request&>(request), static_cast<Response&>(response));
               }),
           &pool);
  }
  // Answers later: it runs on the transport's thread and must not block.
  template <typename Api, typename Request, typename Response>
  void AddPending(const std::string& name, Api& api,
                  void (Api::*handle)(const domain::Caller&, const Request&, Response&, const PendingCall&)) {
    Insert(name, Request::default_instance(), Response::default_instance(),
           Method::Pending([&api, handle](const domain::Caller& caller, const Method::Message& request,
                                          Method::Message& response, const PendingCall& call) {
             (api.*handle)(caller, static_cast<const Request&>(request), static_cast<Response&>(response), call);
           }),
           nullptr);
  }
  // A server stream of `Response`: opened on the transport's thread, which it must not block; its steps run on `pool`.
  template <typename Response, typename Api, typename Request>
  void AddStream(const std::string& name, Api& api,
                 std::unique_ptr<StreamSession> (Api::*open)(const domain::Caller&, const Request&, Wake),
                 ThreadPool& pool) {
    Insert(name, Request::default_instance(), Response::default_instance(),
           Method::Stream([&api, open](const domain::Caller& caller, const Method::Message& request, Wake wake) {
             return (api.*open)(caller, static_cast<const Request&>(request), std::move(wake));
           }),
           &pool);
  }

  // The method of this name, which was added, takes requests of up to so many bytes instead of kUsualRequestBytes.
  void SetMaxRequestBytes(const std::string& name, std::size_t bytes);

  // The method of this name, which was added, begins traces: of others only calls that belong to one are traced.
  void SetBeginsTraces(const std::string& name);

  // Returns kFailedPrecondition naming the methods that have no row or two, and the rows that fit no method.
  absl::Status Check() const;

  const std::vector<std::string>& services() const { return services_; }
  // Of a table that Check found complete.
  std::vector<const Method*> MethodsOf(const std::string& service) const;

 private:
  void Insert(const std::string& name, const Method::Message& request, const Method::Message& response,
              std::variant<Method::Unary, Method::Pending, Method::Stream> handler, ThreadPool* pool);
  // What is wrong with this row; empty if it is the method's.
  std::string Problem(const Method& method) const;

  const std::vector<std::string> services_;
  const RequestCheck check_;
  std::map<std::string, Method> methods_;  // by name as it is given to Add
  std::vector<std::string> problems_;
};

}  // namespace fleet::rpc

#endif  // FLEET_COMMON_RPC_METHOD_TABLE_H_
