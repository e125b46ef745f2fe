// A fixed share of the model test, several seeds. At length: fleet_model.
#include <gtest/gtest.h>

#include <cstdlib>
#include <iostream>

#include "tests/model/model_run.h"
#include "tests/support/status_matchers.h"
#include "tests/support/test_database.h"
#include "tests/support/test_share.h"

namespace fleet::testing {
namespace {

class ModelTest : public ::testing::TestWithParam<int> {};

TEST_P(ModelTest, ProductAndModelAgree) {
  const char* wanted = std::getenv("FLEET_TEST_SEED");
  const uint64_t seed = wanted != nullptr ? std::strtoull(wanted, nullptr, 10) : static_cast<uint64_t>(GetParam());
  std::cout << "FLEET_TEST_SEED=" << seed << std::endl;
  const TestDatabase database;
  ModelRun run(database.url(), {.seed = seed, .steps = TestShare(6000)});
  FLEET_EXPECT_OK(run.Run());
}

INSTANTIATE_TEST_SUITE_P(Seeds, ModelTest, ::testing::Range(1001, 1007));

}  // namespace
}  // namespace fleet::testing
