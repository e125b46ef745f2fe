#include "common/domain/ulid.h"

#include <sys/random.h>

#include <cstdlib>

#include "absl/strings/ascii.h"

namespace fleet::domain {
namespace {

constexpr absl::string_view kAlphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
constexpr std::size_t kTextLength = 26;

int HexValue(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

}  // namespace

Ulid Ulid::Generate(absl::Time now) {
  Ulid ulid;
  const auto millis = static_cast<uint64_t>(absl::ToUnixMillis(now));
  for (std::size_t i = 0; i < 6; ++i) ulid.bytes_[i] = static_cast<uint8_t>(millis >> (8 * (5 - i)));
  // 10 bytes never come short from getrandom.
  if (getrandom(ulid.bytes_.data() + 6, 10, 0) != 10) std::abort();
  return ulid;
}

std::optional<Ulid> Ulid::Parse(absl::string_view text) {
  if (text.size() != kTextLength) return std::nullopt;
  Ulid ulid;
  // 26 characters hold 130 bits: the first may only carry 3.
  unsigned carried = 0;
  unsigned bits = 0;
  std::size_t out = 0;
  for (std::size_t i = 0; i < kTextLength; ++i) {
    const std::size_t value = kAlphabet.find(absl::ascii_toupper(static_cast<unsigned char>(text[i])));
    if (value == absl::string_view::npos) return std::nullopt;
    if (i == 0) {
      if (value > 7) return std::nullopt;
      carried = static_cast<unsigned>(value);
      bits = 3;
      continue;
    }
    carried = (carried << 5) | static_cast<unsigned>(value);
    bits += 5;
    if (bits >= 8) {
      bits -= 8;
      ulid.bytes_[out++] = static_cast<uint8_t>(carried >> bits);
      carried &= (1U << bits) - 1;
    }
  }
  return ulid;
}

std::optional<Ulid> Ulid::FromUuid(absl::string_view text) {
  Ulid ulid;
  std::size_t digits = 0;
  for (const char c : text) {
    if (c == '-') continue;
    const int value = HexValue(c);
    if (value < 0 || digits >= 32) return std::nullopt;
    uint8_t& byte = ulid.bytes_[digits / 2];
    byte = static_cast<uint8_t>((byte << 4) | value);
    ++digits;
  }
  if (digits != 32) return std::nullopt;
  return ulid;
}

std::string Ulid::ToString() const {
  std::string text;
  text.reserve(kTextLength);
  unsigned carried = bytes_[0] >> 5;
  text += kAlphabet[carried];
  carried = bytes_[0] & 31U;
  text += kAlphabet[carried];
  carried = 0;
  unsigned bits = 0;
  for (std::size_t i = 1; i < bytes_.size(); ++i) {
    carried = (carried << 8) | bytes_[i];
    bits += 8;
    while (bits >= 5) {
      bits -= 5;
      text += kAlphabet[(carried >> bits) & 31U];
    }
    carried &= (1U << bits) - 1;
  }
  return text;
}

std::string Ulid::ToUuid() const {
  constexpr absl::string_view kHex = "0123456789abcdef";
  std::string text;
  text.reserve(36);
  for (std::size_t i = 0; i < bytes_.size(); ++i) {
    if (i == 4 || i == 6 || i == 8 || i == 10) text += '-';
    text += kHex[bytes_[i] >> 4];
    text += kHex[bytes_[i] & 15U];
  }
  return text;
}

}  // namespace fleet::domain
