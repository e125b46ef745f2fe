#include "common/tracing/sampler.h"

#include <cmath>

namespace fleet::tracing {
namespace {

constexpr int kBits = 63;

uint64_t Bound(double ratio) {
  if (!(ratio > 0)) return 0;
  if (ratio >= 1) return uint64_t{1} << kBits;
  return static_cast<uint64_t>(std::ldexp(ratio, kBits));
}

}  // namespace

Sampler::Sampler(double ratio) : below_(Bound(ratio)) {}

}  // namespace fleet::tracing
