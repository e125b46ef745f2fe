// What a scrape of a registry says.
#ifndef FLEET_TESTS_UNIT_COMMON_METRICS_METRICS_TEXT_H_
#define FLEET_TESTS_UNIT_COMMON_METRICS_METRICS_TEXT_H_

#include <string>

#include "prometheus/registry.h"
#include "prometheus/text_serializer.h"

namespace fleet::metrics {

inline std::string MetricsText(const prometheus::Registry& registry) {
  return prometheus::TextSerializer().Serialize(registry.Collect());
}

}  // namespace fleet::metrics

#endif  // FLEET_TESTS_UNIT_COMMON_METRICS_METRICS_TEXT_H_
