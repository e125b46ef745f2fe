// libFuzzer on raw requests of every method; see docs/testing.md.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>

#include "tests/fuzz/edge_lab.h"

namespace {

fleet::fuzz::EdgeLab& Lab() {
  static auto* const lab = new fleet::fuzz::EdgeLab();
  return *lab;
}

}  // namespace

extern "C" std::size_t LLVMFuzzerMutate(uint8_t* data, std::size_t size, std::size_t max_size);

// Now and then it starts over from a request with something in every field: to find those by chance takes for ever.
extern "C" std::size_t LLVMFuzzerCustomMutator(uint8_t* data, std::size_t size, std::size_t max_size, unsigned seed) {
  if (seed % 20 == 0) {
    const std::string sample = Lab().Sample(seed / 20 % Lab().methods().size());
    size = std::min(sample.size(), max_size);
    std::memcpy(data, sample.data(), size);
  }
  return LLVMFuzzerMutate(data, size, max_size);
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, std::size_t size) {
  const std::string problem = Lab().Try({reinterpret_cast<const char*>(data), size});
  if (problem.empty()) return 0;
  std::fprintf(stderr, "%s\n", problem.c_str());
  std::abort();
}
