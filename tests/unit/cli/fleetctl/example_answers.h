// A service as a user meets it: some fleets, what came of their repositories, limits, and what operators did.
#ifndef FLEET_TESTS_UNIT_CLI_FLEETCTL_EXAMPLE_ANSWERS_H_
#define FLEET_TESTS_UNIT_CLI_FLEETCTL_EXAMPLE_ANSWERS_H_

#include "tests/unit/cli/fleetctl/fake_services.h"

namespace fleet::cli {

// Every method has an answer, of the running fleet and of the ended one.
FakeAnswers ExampleAnswers();

}  // namespace fleet::cli

#endif  // FLEET_TESTS_UNIT_CLI_FLEETCTL_EXAMPLE_ANSWERS_H_
