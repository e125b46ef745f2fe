#include "common/rpc/grpc_service.h"

#include <chrono>
#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "common/rpc/call.h"
#include "common/rpc/grpc_status.h"
#include "common/rpc/malformed_request.h"
#include "common/rpc/stream_call.h"
#include "grpcpp/impl/codegen/proto_utils.h"
#include "grpcpp/impl/codegen/server_callback_handlers.h"
#include "grpcpp/impl/rpc_service_method.h"
#include "grpcpp/server_context.h"
#include "grpcpp/support/byte_buffer.h"
#include "grpcpp/support/server_callback.h"

namespace fleet::rpc {
namespace {

using google::protobuf::Message;
using grpc::internal::RpcMethod;

std::vector<absl::string_view> MetadataValues(const grpc::CallbackServerContext& context, absl::string_view key) {
  std::vector<absl::string_view> values;
  const auto [first, last] = context.client_metadata().equal_range(grpc::string_ref(key.data(), key.size()));
  for (auto entry = first; entry != last; ++entry) values.emplace_back(entry->second.data(), entry->second.size());
  return values;
}

absl::Duration UntilDeadline(const grpc::CallbackServerContext& context) {
  return absl::FromChrono(context.deadline() - std::chrono::system_clock::now());
}

// Of "ipv4:192.0.2.7:4711" or "ipv6:%5B2001:db8::7%5D:4711", without the port, which nobody asks for.
std::string AddressOf(absl::string_view peer) {
  if (absl::ConsumePrefix(&peer, "ipv4:")) return std::string(peer.substr(0, peer.rfind(':')));
  if (!absl::ConsumePrefix(&peer, "ipv6:")) return {};
  if (!absl::ConsumePrefix(&peer, "%5B")) absl::ConsumePrefix(&peer, "[");
  return std::string(peer.substr(0, peer.find_first_of("%]")));
}

std::string Concatenate(const grpc::ByteBuffer& bytes) {
  std::string all;
  std::vector<grpc::Slice> slices;
  if (!bytes.Dump(&slices).ok()) return all;
  for (const grpc::Slice& slice : slices) all.append(reinterpret_cast<const char*>(slice.begin()), slice.size());
  return all;
}

// gRPC would keep the request's bytes until the call ends: reading gives them up.
absl::Status Parse(const grpc::ByteBuffer& bytes, Message& message) {
  const grpc::ByteBuffer kept = bytes;  // the same bytes
  const bool is_read =
      grpc::GenericDeserialize<grpc::ProtoBufferReader, Message>(const_cast<grpc::ByteBuffer*>(&bytes), &message).ok();
  return is_read ? absl::OkStatus() : MalformedRequest(message, Concatenate(kept));
}

// The bytes as they are, kept until gRPC has sent them.
grpc::ByteBuffer Share(SharedBytes bytes) {
  const auto destroy = [](void* kept) { delete static_cast<SharedBytes*>(kept); };
  auto* kept = new SharedBytes(std::move(bytes));
  const grpc::Slice slice(const_cast<char*>((*kept)->data()), (*kept)->size(), destroy, kept);
  return grpc::ByteBuffer(&slice, 1);
}

// Deletes itself when gRPC is done with it.
class GrpcUnary final : public grpc::ServerUnaryReactor, private UnaryTransport {
 public:
  struct Bytes {
    const grpc::ByteBuffer& request;
    grpc::ByteBuffer& response;
  };
  GrpcUnary(const Method& method, const CallEnvironment& environment, const grpc::CallbackServerContext& context,
            const Bytes& bytes)
      : context_(context), bytes_(bytes), call_(method, environment, *this) {}

  void Start() { call_.Start(); }
  void OnCancel() override { call_.Abandon(); }
  void OnDone() override { delete this; }

 private:
  std::vector<absl::string_view> Values(absl::string_view key) const override { return MetadataValues(context_, key); }
  std::string PeerAddress() const override { return AddressOf(context_.peer()); }
  absl::Duration TimeLeft() const override { return UntilDeadline(context_); }
  std::size_t RequestBytes() const override { return bytes_.request.Length(); }
  absl::Status ReadRequest(Message& request) override { return Parse(bytes_.request, request); }
  void End(const absl::Status& status, const Message& response) override {
    if (!status.ok()) return Finish(ToGrpcStatus(status));
    bool is_ours = false;
    Finish(grpc::GenericSerialize<grpc::ProtoBufferWriter, Message>(response, &bytes_.response, &is_ours));
  }

  const grpc::CallbackServerContext& context_;
  const Bytes bytes_;
  Call call_;
};

// Deletes itself when gRPC is done with it; its call may live until a step of it has ended.
class GrpcStream final : public grpc::ServerWriteReactor<grpc::ByteBuffer>, private StreamTransport {
 public:
  GrpcStream(const Method& method, const CallEnvironment& environment, grpc::CallbackServerContext& context,
             const grpc::ByteBuffer& request)
      : context_(context),
        request_(request),
        call_(std::make_shared<StreamCall>(method, environment, static_cast<StreamTransport&>(*this))) {}

  void Start() { call_->Start(); }
  void OnWriteDone(bool ok) override {
    message_.Clear();
    call_->OnWritten(ok);
  }
  void OnCancel() override { call_->OnCancel(); }
  void OnDone() override { delete this; }

 private:
  std::vector<absl::string_view> Values(absl::string_view key) const override { return MetadataValues(context_, key); }
  absl::Duration TimeLeft() const override { return UntilDeadline(context_); }
  std::size_t RequestBytes() const override { return request_.Length(); }
  absl::Status ReadRequest(Message& request) override { return Parse(request_, request); }
  void Write(SharedBytes message) override {
    message_ = Share(std::move(message));
    StartWrite(&message_);
  }
  void End(const absl::Status& status) override { Finish(ToGrpcStatus(status)); }
  void Drop() override { context_.TryCancel(); }

  grpc::CallbackServerContext& context_;
  const grpc::ByteBuffer& request_;
  grpc::ByteBuffer message_;
  const std::shared_ptr<StreamCall> call_;
};

}  // namespace

GrpcService::GrpcService(const std::string& service, const MethodTable& methods, const CallEnvironment& environment)
    : environment_(environment) {
  const std::vector<const Method*> served = methods.MethodsOf(service);
  paths_.reserve(served.size());
  for (const Method* method : served) {
    const int index = static_cast<int>(paths_.size());
    const bool streams = method->kind() == MethodKind::kStream;
    paths_.push_back(absl::StrCat("/", method->service, "/", method->name));
    AddMethod(new grpc::internal::RpcServiceMethod(
        paths_.back().c_str(), streams ? RpcMethod::SERVER_STREAMING : RpcMethod::NORMAL_RPC, nullptr));
    if (streams) {
      AddStream(index, *method);
    } else {
      AddUnary(index, *method);
    }
  }
}

void GrpcService::AddUnary(int index, const Method& method) {
  MarkMethodRawCallback(index, new grpc::internal::CallbackUnaryHandler<grpc::ByteBuffer, grpc::ByteBuffer>(
                                   [this, &method](grpc::CallbackServerContext* context,
                                                   const grpc::ByteBuffer* request, grpc::ByteBuffer* response) {
                                     auto* call = new GrpcUnary(method, environment_, *context, {*request, *response});
                                     call->Start();
                                     return call;
                                   }));
}

void GrpcService::AddStream(int index, const Method& method) {
  MarkMethodRawCallback(index,
                        new grpc::internal::CallbackServerStreamingHandler<grpc::ByteBuffer, grpc::ByteBuffer>(
                            [this, &method](grpc::CallbackServerContext* context, const grpc::ByteBuffer* request) {
                              auto* stream = new GrpcStream(method, environment_, *context, *request);
                              stream->Start();
                              return stream;
                            }));
}

}  // namespace fleet::rpc
