// Reads what the last step wrote, in one query.
#ifndef FLEET_TESTS_MODEL_MODEL_OBSERVATION_H_
#define FLEET_TESTS_MODEL_MODEL_OBSERVATION_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "common/domain/ulid.h"

namespace fleet::testing {

struct ObservedRow {
  enum class Kind { kPresent = 0, kFleet = 1, kTask = 2, kChange = 3, kAttempt = 4, kRunner = 5, kJob = 6, kGrant = 7 };
  Kind kind = Kind::kPresent;
  domain::Ulid id;     // of the fleet or runner
  int64_t number = 0;  // ordinal, revision, job kind or lease_seq
  std::vector<std::optional<int64_t>> values;
  std::string text;
};

struct Observation {
  std::vector<ObservedRow> rows;
  int64_t now_micros = 0;
  // Rows that a later observation sees and this one does not were written by this transaction or a later one.
  int64_t horizon = 0;
  // Rows in all.
  int64_t grants = 0;
  int64_t runners = 0;
  int64_t audits = 0;
};

// A connection of its own, for looking and for what an operator or the passing of time would change. Throws
// std::runtime_error on failure, which no sound test meets.
class ModelDatabase {
 public:
  explicit ModelDatabase(const std::string& url);
  ~ModelDatabase();
  ModelDatabase(const ModelDatabase&) = delete;
  ModelDatabase& operator=(const ModelDatabase&) = delete;

  // Fleets written by transaction `since` or later, their children, changes and recorded attempts written since, and
  // such runners and grants; all of them if it is 0. Jobs always.
  Observation Observe(int64_t since);
  // Statements as they stand.
  void Execute(const std::string& statements);

 private:
  struct Connection;
  const std::unique_ptr<Connection> connection_;
};

// "{1,NULL,3}".
std::vector<std::optional<int64_t>> ParseNumbers(const char* text);

}  // namespace fleet::testing

#endif  // FLEET_TESTS_MODEL_MODEL_OBSERVATION_H_
