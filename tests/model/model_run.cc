#include "tests/model/model_run.h"

#include <algorithm>
#include <exception>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/status/status_macros.h"
#include "tests/model/model_operations.h"

namespace fleet::testing {
namespace {

// A last episode of so few steps is left out: the checker would see no work in it.
constexpr int64_t kTooFew = 100;

}  // namespace

ModelRun::ModelRun(const std::string& url, const ModelRunOptions& options)
    : options_(options), world_(url, options.seed) {
  world_.Trace(options.trace);
  for (const WeightedOperation& operation : ModelOperations()) total_weight_ += operation.weight;
}

absl::Status ModelRun::Run() {
  absl::Status status;
  try {
    do {
      status = Episode();
    } while (status.ok() && world_.step() + kTooFew < options_.steps);
  } catch (const std::exception& exception) {
    // What the driver's own statements threw: a constraint of the product may be behind it.
    status = absl::InternalError(exception.what());
  }
  if (status.ok()) return status;
  return absl::InternalError(absl::StrCat("seed ", options_.seed, ", step ", world_.step(), ": ", status.message(),
                                          "\nthe last operations:\n  ", absl::StrJoin(world_.log(), "\n  "),
                                          "\nreplay: fleet_model --seed ", options_.seed, " --steps ", options_.steps,
                                          " --episode ", options_.episode));
}

absl::Status ModelRun::Episode() {
  const int64_t last = std::min(options_.steps, world_.step() + options_.episode);
  FLEET_RETURN_IF_ERROR(world_.Look());
  while (world_.step() < last) FLEET_RETURN_IF_ERROR(Step());
  FLEET_RETURN_IF_ERROR(EndEverything(world_, [this] { return AfterStep(); }));
  FLEET_RETURN_IF_ERROR(world_.Compare(true));
  FLEET_RETURN_IF_ERROR(world_.FinishLooking());
  world_.StartOver();
  return absl::OkStatus();
}

absl::Status ModelRun::Step() {
  int dice = world_.random.Between(1, total_weight_);
  for (const WeightedOperation& operation : ModelOperations()) {
    dice -= operation.weight;
    if (dice > 0) continue;
    FLEET_ASSIGN_OR_RETURN(const bool done, operation.run(world_));
    if (!done) return absl::OkStatus();
    ++operations_[operation.name];
    return AfterStep();
  }
  return absl::OkStatus();
}

absl::Status ModelRun::AfterStep() {
  FLEET_RETURN_IF_ERROR(world_.Compare());
  world_.set_step(world_.step() + 1);
  return absl::OkStatus();
}

}  // namespace fleet::testing
