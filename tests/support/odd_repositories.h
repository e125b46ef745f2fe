// The corpus: every odd repository there is, by its name. A new one is one entry in one of the lists.
#ifndef FLEET_TESTS_SUPPORT_ODD_REPOSITORIES_H_
#define FLEET_TESTS_SUPPORT_ODD_REPOSITORIES_H_

#include <vector>

#include "tests/support/odd_repository.h"

namespace fleet::testing {

// What git stores otherwise than it lies in the working tree: line endings, encodings, keywords, filters.
std::vector<OddRepository> OddAttributes();
// Files under git LFS. They take a runner whose git has it.
std::vector<OddRepository> OddLargeFiles();
// Submodules, and repositories within the working tree.
std::vector<OddRepository> OddSubmodules();
// What steps leave in the index and in commits of their own.
std::vector<OddRepository> OddIndexes();
// What steps do to files: kinds, modes, times, links, depths, sizes.
std::vector<OddRepository> OddTrees();
// Names that shells, git or other systems trip over.
std::vector<OddRepository> OddNames();
// What refs and objects a server may have.
std::vector<OddRepository> OddServers();
// Servers that refuse a push, or say much while they take it.
std::vector<OddRepository> OddRefusals();

// All of them.
std::vector<OddRepository> AllOddRepositories();

}  // namespace fleet::testing

#endif  // FLEET_TESTS_SUPPORT_ODD_REPOSITORIES_H_
