#include "cli/fleetctl/output/secret_masker.h"

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <type_traits>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/reflection.h"

namespace fleet::cli {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;

constexpr char kMask[] = "***";
constexpr std::size_t kShortestSecret = 8;
// Of what follows a token's prefix.
constexpr std::size_t kShortestToken = 12;

constexpr absl::string_view kTokenPrefixes[] = {"ghp_",   "gho_",   "ghs_",  "ghu_",  "ghr_", "github_pat_",
                                                "glpat-", "xoxb-",  "xoxp-", "xoxa-", "AKIA", "npm_",
                                                "hvs.",   "whsec_", "eyJ",   "sk-"};
constexpr absl::string_view kTellingNames[] = {"password", "passwd",  "secret",  "token",       "authorization",
                                               "apikey",   "api_key", "api-key", "private_key", "credential"};

bool IsTokenCharacter(char c) {
  return absl::ascii_isalnum(static_cast<unsigned char>(c)) || c == '_' || c == '-' || c == '.';
}

std::size_t EndOfToken(absl::string_view text, std::size_t begin) {
  while (begin < text.size() && IsTokenCharacter(text[begin])) ++begin;
  return begin;
}

// "https://user:password@host" loses what stands before the "@".
std::string MaskUrls(absl::string_view text) {
  std::string masked;
  std::size_t done = 0;
  for (std::size_t at = text.find("://"); at != absl::string_view::npos; at = text.find("://", at + 3)) {
    const std::size_t authority = at + 3;
    const std::size_t end = std::min(text.find_first_of("/?# \t\r\n\"'<>", authority), text.size());
    const std::size_t sign = text.substr(authority, end - authority).rfind('@');
    if (sign == absl::string_view::npos || authority < done) continue;
    absl::StrAppend(&masked, text.substr(done, authority - done), kMask);
    done = authority + sign;
  }
  return absl::StrCat(masked, text.substr(done));
}

std::string MaskTokens(absl::string_view text) {
  std::string masked;
  std::size_t done = 0;
  for (std::size_t at = 0; at < text.size();) {
    const bool begins_word = at == 0 || !IsTokenCharacter(text[at - 1]);
    const std::size_t end = begins_word ? EndOfToken(text, at) : at;
    const absl::string_view word = text.substr(at, end - at);
    const bool is_token = std::any_of(std::begin(kTokenPrefixes), std::end(kTokenPrefixes), [word](auto prefix) {
      return word.size() >= prefix.size() + kShortestToken && absl::StartsWith(word, prefix);
    });
    if (is_token) {
      absl::StrAppend(&masked, text.substr(done, at - done), kMask);
      done = end;
    }
    at = std::max(end, at + 1);
  }
  return absl::StrCat(masked, text.substr(done));
}

// Where the value begins of which a name that ends at `end` tells: after an optional quote, ":" or "=", and blanks.
// npos: no value follows.
std::size_t ValueAfter(absl::string_view text, std::size_t end) {
  while (end < text.size() && IsTokenCharacter(text[end])) ++end;  // the rest of the name
  while (end < text.size() && (text[end] == '"' || text[end] == '\'' || text[end] == ' ')) ++end;
  if (end >= text.size() || (text[end] != ':' && text[end] != '=')) return absl::string_view::npos;
  ++end;
  while (end < text.size() && (text[end] == '"' || text[end] == '\'' || text[end] == ' ')) ++end;
  return end;
}

std::size_t EndOfValue(absl::string_view text, std::size_t begin, bool whole_line) {
  return std::min(text.find_first_of(whole_line ? "\r\n\"'" : " \t\r\n\"',;&", begin), text.size());
}

// "password=x", "Authorization: Bearer x", "\"api_key\": \"x\"" lose x.
std::string MaskNamedValues(absl::string_view text) {
  const std::string lower = absl::AsciiStrToLower(text);
  // Every value that some name tells of, by its begin.
  std::vector<std::pair<std::size_t, std::size_t>> values;
  for (const absl::string_view name : kTellingNames) {
    for (std::size_t at = lower.find(name.data(), 0, name.size()); at != std::string::npos;
         at = lower.find(name.data(), at + 1, name.size())) {
      const std::size_t begin = ValueAfter(text, at + name.size());
      if (begin == absl::string_view::npos) continue;
      const std::size_t end = EndOfValue(text, begin, name == "authorization");
      if (end > begin) values.emplace_back(begin, end);
    }
  }
  std::sort(values.begin(), values.end());
  std::string masked;
  std::size_t done = 0;
  for (const auto& [begin, end] : values) {
    if (begin < done) continue;
    absl::StrAppend(&masked, text.substr(done, begin - done), kMask);
    done = end;
  }
  return absl::StrCat(masked, text.substr(done));
}

std::string MaskPrivateKeys(absl::string_view text) {
  constexpr absl::string_view kEnd = "-----END ";
  std::string masked;
  std::size_t done = 0;
  for (std::size_t at = text.find("-----BEGIN "); at != absl::string_view::npos; at = text.find("-----BEGIN ", done)) {
    const std::size_t line = std::min(text.find('\n', at), text.size());
    absl::StrAppend(&masked, text.substr(done, at - done));
    if (!absl::StrContains(text.substr(at, line - at), "PRIVATE KEY")) {
      absl::StrAppend(&masked, text.substr(at, line - at));
      done = line;
      continue;
    }
    absl::StrAppend(&masked, kMask);
    const std::size_t end = text.find(kEnd, at);
    done = end == absl::string_view::npos ? text.size() : std::min(text.find('\n', end), text.size());
  }
  return absl::StrCat(masked, text.substr(done));
}

// Calls `take` with every message in `message`, itself first.
template <typename AnyMessage, typename Take>
void ForEachMessage(AnyMessage& message, const Take& take) {
  take(message);
  const Reflection& reflection = *message.GetReflection();
  std::vector<const FieldDescriptor*> fields;
  reflection.ListFields(message, &fields);
  for (const FieldDescriptor* field : fields) {
    if (field->cpp_type() != FieldDescriptor::CPPTYPE_MESSAGE) continue;
    if constexpr (std::is_const_v<AnyMessage>) {
      if (!field->is_repeated()) ForEachMessage(reflection.GetMessage(message, field), take);
      for (int i = 0; field->is_repeated() && i < reflection.FieldSize(message, field); ++i) {
        ForEachMessage(reflection.GetRepeatedMessage(message, field, i), take);
      }
    } else {
      if (!field->is_repeated()) ForEachMessage(*reflection.MutableMessage(&message, field), take);
      for (int i = 0; field->is_repeated() && i < reflection.FieldSize(message, field); ++i) {
        ForEachMessage(*reflection.MutableRepeatedMessage(&message, field, i), take);
      }
    }
  }
}

// Whether `message` is an entry of a map of parameters.
bool IsParameter(const Message& message) {
  const FieldDescriptor* value = message.GetDescriptor()->map_value();
  return value != nullptr && message.GetDescriptor()->name() == "ParametersEntry" &&
         value->type() == FieldDescriptor::TYPE_STRING;
}

}  // namespace

void SecretMasker::Learn(const std::string& value) {
  if (value.size() >= kShortestSecret) values_.insert(value);
}

void SecretMasker::LearnFrom(const Message& message) {
  ForEachMessage(message, [this](const Message& part) {
    if (!IsParameter(part)) return;
    Learn(part.GetReflection()->GetString(part, part.GetDescriptor()->map_value()));
  });
}

std::string SecretMasker::Mask(absl::string_view text) const {
  std::vector<std::pair<std::string, std::string>> replacements;
  replacements.reserve(values_.size());
  for (const std::string& value : values_) replacements.emplace_back(value, kMask);
  const std::string known = absl::StrReplaceAll(text, replacements);
  return MaskNamedValues(MaskTokens(MaskUrls(MaskPrivateKeys(known))));
}

void SecretMasker::MaskMessage(Message& message) const {
  ForEachMessage(message, [this](Message& part) {
    const Reflection& reflection = *part.GetReflection();
    if (IsParameter(part)) {
      return reflection.SetString(&part, part.GetDescriptor()->map_value(), kMask);
    }
    std::vector<const FieldDescriptor*> fields;
    reflection.ListFields(part, &fields);
    for (const FieldDescriptor* field : fields) {
      if (field->type() != FieldDescriptor::TYPE_STRING) continue;
      if (!field->is_repeated()) reflection.SetString(&part, field, Mask(reflection.GetString(part, field)));
      for (int i = 0; field->is_repeated() && i < reflection.FieldSize(part, field); ++i) {
        reflection.SetRepeatedString(&part, field, i, Mask(reflection.GetRepeatedString(part, field, i)));
      }
    }
  });
}

}  // namespace fleet::cli
