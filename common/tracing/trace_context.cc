#include "common/tracing/trace_context.h"

#include <algorithm>
#include <limits>
#include <optional>

#include "absl/random/random.h"
#include "absl/strings/str_cat.h"

namespace fleet::tracing {
namespace {

constexpr std::size_t kDashes[] = {2, 35, 52};
constexpr uint64_t kSampledFlag = 1;

// Lower case alone: the specification knows no other.
std::optional<uint64_t> ReadHex(absl::string_view digits) {
  uint64_t value = 0;
  for (const char c : digits) {
    const bool is_digit = c >= '0' && c <= '9';
    if (!is_digit && (c < 'a' || c > 'f')) return std::nullopt;
    value = value << 4 | static_cast<uint64_t>(is_digit ? c - '0' : c - 'a' + 10);
  }
  return value;
}

uint64_t RandomBits() {
  thread_local absl::BitGen random;
  return absl::Uniform<uint64_t>(absl::IntervalClosed, random, 1, std::numeric_limits<uint64_t>::max());
}

}  // namespace

std::string TraceId::ToHex() const {
  return absl::StrCat(absl::Hex(high, absl::kZeroPad16), absl::Hex(low, absl::kZeroPad16));
}

std::string SpanId::ToHex() const { return absl::StrCat(absl::Hex(value, absl::kZeroPad16)); }

TraceContext ParseTraceparent(absl::string_view text) {
  if (text.size() < kTraceparentBytes) return {};
  if (!std::all_of(std::begin(kDashes), std::end(kDashes), [&](std::size_t at) { return text[at] == '-'; })) return {};
  const absl::string_view version = text.substr(0, 2);
  if (version == "ff" || !ReadHex(version).has_value()) return {};
  const bool is_longer = text.size() > kTraceparentBytes;
  if (is_longer && (version == "00" || text[kTraceparentBytes] != '-')) return {};
  const auto high = ReadHex(text.substr(3, 16));
  const auto low = ReadHex(text.substr(19, 16));
  const auto span = ReadHex(text.substr(36, 16));
  const auto flags = ReadHex(text.substr(53, 2));
  if (!high.has_value() || !low.has_value() || !span.has_value() || !flags.has_value()) return {};
  const TraceContext context{{*high, *low}, {*span}, (*flags & kSampledFlag) != 0};
  return context.trace_id.IsNone() || context.span_id.IsNone() ? TraceContext() : context;
}

std::string TraceName(const TraceContext& context) { return context.IsNone() ? "" : context.trace_id.ToHex(); }

std::string FormatTraceparent(const TraceContext& context) {
  if (context.IsNone() || context.span_id.IsNone()) return "";
  return absl::StrCat("00-", context.trace_id.ToHex(), "-", context.span_id.ToHex(), context.sampled ? "-01" : "-00");
}

TraceId NewTraceId() { return {RandomBits(), RandomBits()}; }

SpanId NewSpanId() { return {RandomBits()}; }

}  // namespace fleet::tracing
