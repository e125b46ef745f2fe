// Runs random operations by a seed, and says where product and model part.
#ifndef FLEET_TESTS_MODEL_MODEL_RUN_H_
#define FLEET_TESTS_MODEL_MODEL_RUN_H_

#include <cstdint>
#include <map>
#include <string>

#include "absl/status/status.h"
#include "tests/model/model_world.h"

namespace fleet::testing {

struct ModelRunOptions {
  uint64_t seed = 1;
  int64_t steps = 1000;
  // After so many steps every fleet is brought to its end, and the run starts over with empty tables.
  int64_t episode = 600;
  // Operations that mention this are printed as they happen: "F17", "" for none, " " for all.
  std::string trace{};
};

class ModelRun {
 public:
  // On a migrated database of its own.
  ModelRun(const std::string& url, const ModelRunOptions& options);

  // Returns kInternal with the difference, the last operations and how to replay them.
  absl::Status Run();

  int64_t steps() const { return world_.step(); }
  // The same in every run of the same options.
  uint64_t digest() const { return world_.log_digest(); }
  // Steps by operation.
  const std::map<std::string, int64_t>& operations() const { return operations_; }

 private:
  absl::Status Episode();
  absl::Status Step();
  absl::Status AfterStep();

  const ModelRunOptions options_;
  ModelWorld world_;
  std::map<std::string, int64_t> operations_;
  int total_weight_ = 0;
};

}  // namespace fleet::testing

#endif  // FLEET_TESTS_MODEL_MODEL_RUN_H_
