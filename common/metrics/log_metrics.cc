#include "common/metrics/log_metrics.h"

namespace fleet::metrics {

LogRelayMetrics::LogRelayMetrics(prometheus::Registry& registry)
    : bytes_(prometheus::BuildCounter()
                 .Name("fleet_service_log_bytes_total")
                 .Help("Bytes of followed logs, in from runners and out to followers.")
                 .Register(registry)),
      in_(bytes_.Add({{"direction", "in"}})),
      out_(bytes_.Add({{"direction", "out"}})),
      skipped_(prometheus::BuildCounter()
                   .Name("fleet_service_log_skipped_bytes_total")
                   .Help("Bytes that followers of logs were told they miss.")
                   .Register(registry)
                   .Add({})),
      followers_(prometheus::BuildGauge()
                     .Name("fleet_service_log_followers")
                     .Help("FollowTaskLog streams that wait for more.")
                     .Register(registry)
                     .Add({})) {}

LiveLogMetrics::LiveLogMetrics(prometheus::Registry& registry)
    : sent_(prometheus::BuildCounter()
                .Name("fleet_runner_log_sent_bytes_total")
                .Help("Bytes sent of logs that somebody follows.")
                .Register(registry)
                .Add({})),
      dropped_(prometheus::BuildCounter()
                   .Name("fleet_runner_log_dropped_bytes_total")
                   .Help("Bytes left out of logs that somebody follows.")
                   .Register(registry)
                   .Add({})) {}

}  // namespace fleet::metrics
