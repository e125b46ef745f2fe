#include "common/store/database_clock.h"

#include "common/status/status_macros.h"
#include "common/store/row_codec.h"

namespace fleet::store {
namespace {

constexpr database::Statement kReadClock{"read_clock", "select " FLEET_MICROS("clock_timestamp()")};

}  // namespace

absl::StatusOr<absl::Time> ReadClock(database::Transaction& transaction) {
  FLEET_ASSIGN_OR_RETURN(const database::Rows rows, transaction.Execute(kReadClock));
  return rows[0].Time();
}

}  // namespace fleet::store
