// What a program says of itself, for people.
#ifndef FLEET_COMMON_STORE_PROCESS_FACTS_H_
#define FLEET_COMMON_STORE_PROCESS_FACTS_H_

#include <string>

namespace fleet::store {

struct ProcessFacts {
  std::string version{};
  std::string host{};  // the machine's name
};

}  // namespace fleet::store

#endif  // FLEET_COMMON_STORE_PROCESS_FACTS_H_
