#include "common/domain/failure_fingerprint.h"

#include <openssl/sha.h>

#include <algorithm>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/domain/ascii.h"
#include "common/domain/text.h"

namespace fleet::domain {
namespace {

constexpr std::size_t kMaxNormalised = 200;
constexpr std::size_t kMaxQuoted = 300;
constexpr std::size_t kMinHexId = 7;
constexpr std::size_t kUuidLength = 36;
constexpr std::size_t kUlidLength = 26;
constexpr std::size_t kFingerprintDigits = 16;

constexpr absl::string_view kNumber = "<n>";
constexpr absl::string_view kPath = "<path>";
constexpr absl::string_view kUrl = "<url>";
constexpr absl::string_view kQuoted = "<quoted>";

bool IsQuote(char c) { return c == '\'' || c == '"' || c == '`'; }

bool IsTimeUnit(absl::string_view word) {
  constexpr absl::string_view kUnits[] = {
      "ns",      "us",   "ms",    "s", "sec", "secs", "second", "seconds", "min",  "mins",        "minute",
      "minutes", "hour", "hours", "h", "m",   "d",    "day",    "days",    "msec", "millisecond", "milliseconds"};
  return std::find(std::begin(kUnits), std::end(kUnits), word) != std::end(kUnits);
}

// Whether a UUID begins at `text`.
bool StartsWithUuid(absl::string_view text) {
  if (text.size() < kUuidLength || (text.size() > kUuidLength && IsAlnum(text[kUuidLength]))) return false;
  for (std::size_t i = 0; i < kUuidLength; ++i) {
    const bool is_dash = i == 8 || i == 13 || i == 18 || i == 23;
    if (is_dash ? text[i] != '-' : !IsHex(text[i])) return false;
  }
  return true;
}

// "2025-01-31", with or without a time after it.
bool StartsWithDate(absl::string_view text) {
  constexpr absl::string_view kShape = "dddd-dd-dd";
  if (text.size() < kShape.size()) return false;
  return std::equal(kShape.begin(), kShape.end(), text.begin(),
                    [](char shape, char c) { return shape == 'd' ? IsDigit(c) : c == shape; });
}

bool IsFileName(absl::string_view word) {
  for (std::size_t i = 1; i + 1 < word.size(); ++i) {
    if (word[i] != '.' || !IsAlnum(word[i - 1]) || !IsAlnum(word[i + 1])) continue;
    if (IsAlpha(word[i - 1]) || IsAlpha(word[i + 1])) return true;
  }
  return false;
}

// The length of the letters and digits that `text` begins with, with ".", "," and ":" between two digits.
std::size_t RunLength(absl::string_view text) {
  std::size_t i = 0;
  while (i < text.size()) {
    const bool joins = i > 0 && i + 1 < text.size() && absl::StrContains(".,:", text.substr(i, 1)) &&
                       IsDigit(text[i - 1]) && IsDigit(text[i + 1]);
    if (!IsAlnum(text[i]) && !joins) break;
    ++i;
  }
  return i;
}

// A run of letters and digits: an id becomes a number as a whole, "node12" only in part.
std::string NormaliseRun(absl::string_view run) {
  const bool has_digit = std::any_of(run.begin(), run.end(), IsDigit);
  if (run.size() >= kMinHexId && std::all_of(run.begin(), run.end(), IsHex)) return std::string(kNumber);
  if (!has_digit) return std::string(run);
  if (run.size() == kUlidLength && std::all_of(run.begin(), run.end(), IsAlnum)) return std::string(kNumber);
  int changes = 0;
  for (std::size_t i = 1; i < run.size(); ++i) changes += IsAlpha(run[i]) != IsAlpha(run[i - 1]) ? 1 : 0;
  if (changes != 1) return std::string(kNumber);
  const auto border = std::find_if(run.begin(), run.end(), [&](char c) { return IsAlpha(c) != IsAlpha(run[0]); });
  const absl::string_view head = run.substr(0, static_cast<std::size_t>(border - run.begin()));
  const absl::string_view tail = run.substr(head.size());
  if (IsAlpha(run[0])) return absl::StrCat(head, kNumber);
  return IsTimeUnit(tail) ? std::string(kNumber) : absl::StrCat(kNumber, tail);
}

std::string NormaliseRuns(absl::string_view text) {
  if (StartsWithDate(text)) return std::string(kNumber);
  std::string normalised;
  while (!text.empty()) {
    if (StartsWithUuid(text)) {
      absl::StrAppend(&normalised, kNumber);
      text.remove_prefix(kUuidLength);
      continue;
    }
    const std::size_t length = std::max<std::size_t>(RunLength(text), 1);
    absl::StrAppend(&normalised, IsAlnum(text[0]) ? NormaliseRun(text.substr(0, length)) : std::string(1, text[0]));
    text.remove_prefix(length);
  }
  return normalised;
}

// A word without the punctuation around it.
std::string NormaliseCore(absl::string_view core) {
  const std::size_t slash = core.find('/');
  // "repo=owner/name"
  const std::size_t equals = core.substr(0, slash).find('=');
  if (equals != absl::string_view::npos && equals + 1 < core.size()) {
    return absl::StrCat(NormaliseRuns(core.substr(0, equals)), "=", NormaliseCore(core.substr(equals + 1)));
  }
  const std::size_t at = core.find('@');
  const bool is_scp = at != absl::string_view::npos && core.find(':', at) != absl::string_view::npos;
  if (absl::StrContains(core, "://") || is_scp) return std::string(kUrl);
  const bool has_name = std::any_of(core.begin(), core.end(), IsAlnum);
  if (has_name && (slash != absl::string_view::npos || IsFileName(core))) return std::string(kPath);
  return NormaliseRuns(core);
}

class Normaliser {
 public:
  explicit Normaliser(absl::string_view text) : text_(text) {}

  std::string Run() {
    while (at_ < text_.size() && out_.size() <= kMaxNormalised) {
      if (IsSpace(text_[at_])) {
        if (!out_.empty() && out_.back() != ' ') out_ += ' ';
        ++at_;
      } else if (!IsOpeningQuote(at_) || !TakeQuoted()) {
        TakeWord();
      }
    }
    if (!out_.empty() && out_.back() == ' ') out_.pop_back();
    return std::move(out_);
  }

 private:
  bool IsOpeningQuote(std::size_t at) const { return IsQuote(text_[at]) && (at == 0 || !IsAlnum(text_[at - 1])); }

  // False if the quote that stands here is not closed.
  bool TakeQuoted() {
    const char quote = text_[at_];
    const std::size_t limit = std::min(text_.size(), at_ + kMaxQuoted);
    std::size_t end = at_ + 1;
    const auto closes = [&](std::size_t i) {
      const bool matches = text_[i] == quote || (quote == '`' && text_[i] == '\'');
      return matches && (i + 1 == text_.size() || !IsAlnum(text_[i + 1]));
    };
    while (end < limit && !closes(end)) ++end;
    if (end >= limit) return false;
    const absl::string_view inside = text_.substr(at_ + 1, end - at_ - 1);
    const std::string normalised = Normaliser(inside).Run();
    if (absl::StrContains(normalised, '<') && normalised != inside) {
      absl::StrAppend(&out_, kQuoted);
    } else {
      absl::StrAppend(&out_, text_.substr(at_, 1), normalised, text_.substr(end, 1));
    }
    at_ = end + 1;
    return true;
  }

  void TakeWord() {
    const std::size_t begin = at_++;
    while (at_ < text_.size() && !IsSpace(text_[at_]) && !IsOpeningQuote(at_)) ++at_;
    absl::string_view core = text_.substr(begin, at_ - begin);
    const std::size_t lead = std::min(core.find_first_not_of("([{<,;:!='\"`"), core.size());
    const absl::string_view head = core.substr(0, lead);
    core.remove_prefix(lead);
    const std::size_t last = core.find_last_not_of(")]}>,;:!?.'\"`");
    absl::string_view tail = core.substr(last == absl::string_view::npos ? 0 : last + 1);
    core.remove_suffix(tail.size());
    const std::string normalised = NormaliseCore(core);
    // The name of a repository may end in a dot, and so may a sentence.
    if (absl::EndsWith(normalised, ">")) {
      while (!tail.empty() && tail[0] == '.') tail.remove_prefix(1);
    }
    const bool after_number = absl::EndsWith(out_, absl::StrCat(kNumber, " "));
    if (after_number && head.empty() && (normalised == kNumber || IsTimeUnit(normalised))) {
      out_.pop_back();
      absl::StrAppend(&out_, tail);
    } else {
      absl::StrAppend(&out_, head, normalised, tail);
    }
  }

  const absl::string_view text_;
  std::size_t at_ = 0;
  std::string out_;
};

}  // namespace

std::string NormaliseMessage(absl::string_view message) {
  const std::string text = absl::AsciiStrToLower(CleanText(message));
  return std::string(absl::StripTrailingAsciiWhitespace(KeepHead(Normaliser(text).Run(), kMaxNormalised)));
}

std::string Fingerprint(FailureCategory category, absl::string_view message) {
  // By its name and not its number, so that it can be computed by hand.
  const std::string text = absl::StrCat(GeneralKindOf(category).name, "\n", NormaliseMessage(message));
  unsigned char digest[SHA256_DIGEST_LENGTH];
  SHA256(reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest);
  return absl::BytesToHexString(absl::string_view(reinterpret_cast<const char*>(digest), sizeof digest))
      .substr(0, kFingerprintDigits);
}

}  // namespace fleet::domain
