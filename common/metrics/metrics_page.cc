#include "common/metrics/metrics_page.h"

#include <initializer_list>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/metrics/metric_catalog.h"

namespace fleet::metrics {
namespace {

constexpr char kIntroduction[] = R"(# Metrics

Every process serves its metrics at `/metrics`, in Prometheus' text format. This page is made from the list in
`common/metrics/metric_catalog.cc`, and a test compares the two.

No label holds a fleet, a repository, a user, a runner or a text. Series whose labels are all known beforehand begin at
0. A time is given as a timestamp: its age is `time() - x`, and 0 says that there is none.

- `pool` names at most 20 pools, the first by name; what belongs to others is counted as `other`.
- `set` says which database connections of a process are meant: `callers`, `runners` and `hot` in a fleet-service,
  `jobs` in a fleet-worker.
- `grpc_*` and the codes are spelled as go-grpc-middleware does, which existing dashboards ask for. Of each method that
  there is, `OK` and the codes that are the server's fault begin at 0.
)";

struct Part {
  MetricOrigin origin;
  const char* title;
  const char* words;  // may be empty
};

constexpr Part kParts[] = {
    {MetricOrigin::kEvery, "Every process", ""},
    {MetricOrigin::kSystem, "The whole system, from every fleet-service",
     "What the database says, the same in every service: take `max`, never `sum`. Read every 5 seconds from the "
     "counters "
     "of\nopen fleets, never from children.\n\n"},
    {MetricOrigin::kStores, "fleet-service and fleet-worker",
     "What a process did itself: take `sum`. Each change is counted by the one that committed it.\n\n"},
    {MetricOrigin::kService, "fleet-service", ""},
    {MetricOrigin::kWorker, "fleet-worker", ""},
    {MetricOrigin::kRunner, "fleet-runner", "Served where a runner is given `--metrics_listen`.\n\n"},
};

std::string TypeOf(const Metric& metric) {
  switch (metric.type) {
    case MetricType::kCounter:
      return "counter";
    case MetricType::kGauge:
      return "gauge";
    case MetricType::kHistogram:
      break;
  }
  return absl::StrCat("histogram: ", absl::StrJoin(metric.buckets, ", "));
}

std::string LabelsOf(const Metric& metric) {
  return absl::StrJoin(metric.labels, "; ", [](std::string* text, const MetricLabel& label) {
    absl::StrAppend(text, "`", label.name, "`", label.values.empty() ? "" : ": ", absl::StrJoin(label.values, ", "));
  });
}

std::size_t Sum(std::initializer_list<MetricOrigin> origins) {
  std::size_t series = 0;
  for (const MetricOrigin origin : origins) {
    for (const Metric& metric : AllMetrics()) {
      if (metric.origin == origin) series += metric.MostSeries();
    }
  }
  return series;
}

std::string Cardinality() {
  return absl::StrCat(
      "\n## Cardinality\n\nA process serves at most so many series, with 20 pools and every method answered with every "
      "code:\n\n| process | series |\n|---|---|\n| fleet-service | ",
      MostSeriesOfService(), " |\n| fleet-worker | ", MostSeriesOfWorker(), " |\n| fleet-runner | ",
      MostSeriesOfRunner(), " |\n");
}

}  // namespace

std::string MetricsPage() {
  std::string page = kIntroduction;
  for (const Part& part : kParts) {
    absl::StrAppend(&page, "\n## ", part.title, "\n\n", part.words,
                    "| metric | type | labels | meaning |\n|---|---|---|---|\n");
    for (const Metric& metric : AllMetrics()) {
      if (metric.origin != part.origin) continue;
      absl::StrAppend(&page, "| `", metric.name, "` | ", TypeOf(metric), " | ", LabelsOf(metric), " | ", metric.meaning,
                      " |\n");
    }
  }
  return page + Cardinality();
}

std::size_t MostSeriesOfService() {
  return Sum({MetricOrigin::kEvery, MetricOrigin::kSystem, MetricOrigin::kStores, MetricOrigin::kService});
}

std::size_t MostSeriesOfWorker() { return Sum({MetricOrigin::kEvery, MetricOrigin::kStores, MetricOrigin::kWorker}); }

std::size_t MostSeriesOfRunner() { return Sum({MetricOrigin::kEvery, MetricOrigin::kRunner}); }

}  // namespace fleet::metrics
