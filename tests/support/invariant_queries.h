// What must hold within one snapshot, as queries whose rows are violations in words.
#ifndef FLEET_TESTS_SUPPORT_INVARIANT_QUERIES_H_
#define FLEET_TESTS_SUPPORT_INVARIANT_QUERIES_H_

#include <vector>

#include "common/database/connection.h"

namespace fleet::testing {

struct InvariantQuery {
  database::Statement statement;  // without parameters; one column of text
  bool only_at_the_end = false;   // too slow to ask all the time
};

const std::vector<InvariantQuery>& InvariantQueries();

}  // namespace fleet::testing

#endif  // FLEET_TESTS_SUPPORT_INVARIANT_QUERIES_H_
