#include "common/rpc/grpc_log.h"

#include <set>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "common/lifecycle/mutex.h"
#include "common/logging/structured_log.h"
#include "grpc/support/log.h"

namespace fleet::rpc {
namespace {

// Never destroyed: gRPC's threads may log until the process ends.
struct Listeners {
  Mutex mutex;
  std::set<metrics::IntakeMetrics*> all ABSL_GUARDED_BY(mutex);
};

Listeners& TheListeners() {
  static auto& listeners = *new Listeners;
  return listeners;
}

// "Compression algorithm 'gzip' is disabled."
bool TellsOfCompressedRequest(absl::string_view line) {
  return absl::StartsWith(line, "Compression algorithm '") && absl::EndsWith(line, "' is disabled.");
}

void TakeLine(gpr_log_func_args* line) {
  if (TellsOfCompressedRequest(line->message)) {
    Listeners& listeners = TheListeners();
    MutexLock lock(listeners.mutex);
    for (metrics::IntakeMetrics* metrics : listeners.all) metrics->CountRefused(metrics::Refusal::kCompressed);
    return;
  }
  const LogFields fields = {{"source", absl::StrCat(line->file, ":", line->line)}, {"text", line->message}};
  line->severity == GPR_LOG_SEVERITY_ERROR ? LogWarning("grpc_log", fields) : LogInfo("grpc_log", fields);
}

}  // namespace

GrpcLog::GrpcLog(metrics::IntakeMetrics& metrics) : metrics_(metrics) {
  Listeners& listeners = TheListeners();
  MutexLock lock(listeners.mutex);
  gpr_set_log_function(&TakeLine);
  listeners.all.insert(&metrics_);
}

GrpcLog::~GrpcLog() {
  Listeners& listeners = TheListeners();
  MutexLock lock(listeners.mutex);
  listeners.all.erase(&metrics_);
}

}  // namespace fleet::rpc
