#include "tests/support/odd_repositories.h"

#include <iterator>

namespace fleet::testing {

std::vector<OddRepository> AllOddRepositories() {
  std::vector<OddRepository> all;
  for (auto* list :
       {OddAttributes, OddLargeFiles, OddSubmodules, OddIndexes, OddTrees, OddNames, OddServers, OddRefusals}) {
    std::vector<OddRepository> some = list();
    all.insert(all.end(), std::make_move_iterator(some.begin()), std::make_move_iterator(some.end()));
  }
  return all;
}

}  // namespace fleet::testing
