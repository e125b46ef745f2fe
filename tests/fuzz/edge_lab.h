// Every method of the service behind rpc::Call, on a database of its own, without a wire: raw bytes go in, what a
// caller would be told comes out.
#ifndef FLEET_TESTS_FUZZ_EDGE_LAB_H_
#define FLEET_TESTS_FUZZ_EDGE_LAB_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace fleet::fuzz {

class EdgeLab {
 public:
  EdgeLab();
  ~EdgeLab();
  EdgeLab(const EdgeLab&) = delete;
  EdgeLab& operator=(const EdgeLab&) = delete;

  // "fleet.v1.FleetService/CreateFleet", in an order that does not change.
  const std::vector<std::string>& methods() const;
  // A request of this method with something in every field.
  std::string Sample(std::size_t method) const;

  // Calls the method that the first byte names (modulo their number) with the other bytes. What is wrong with the
  // answer: an error without a code of ours, without words or without a reason; empty if nothing is.
  std::string Try(absl::string_view input);

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace fleet::fuzz

#endif  // FLEET_TESTS_FUZZ_EDGE_LAB_H_
