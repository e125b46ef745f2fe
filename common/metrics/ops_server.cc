#include "common/metrics/ops_server.h"

#include <exception>

#include "absl/strings/str_cat.h"

namespace fleet::metrics {

absl::StatusOr<std::unique_ptr<OpsServer>> OpsServer::Start(const std::string& address,
                                                            const std::shared_ptr<prometheus::Registry>& registry) {
  try {
    auto exposer = std::make_unique<prometheus::Exposer>(address, 1);
    exposer->RegisterCollectable(registry);
    const int port = exposer->GetListeningPorts().at(0);
    return std::unique_ptr<OpsServer>(new OpsServer(std::move(exposer), port));
  } catch (const std::exception& error) {
    return absl::UnavailableError(absl::StrCat("cannot serve metrics on ", address, ": ", error.what()));
  }
}

}  // namespace fleet::metrics
