#include "common/database/values.h"

#include <algorithm>
#include <charconv>

namespace fleet::database {

void Array::Separate() {
  if (text_.size() > 1) text_ += ',';
}

void Array::Add(int64_t value) {
  Separate();
  text_ += std::to_string(value);
}

void Array::Add(const std::optional<int64_t>& value) {
  if (value.has_value()) {
    Add(*value);
  } else {
    AddNull();
  }
}

void Array::Add(const std::optional<absl::Time>& value) {
  if (value.has_value()) {
    Add(*value);
  } else {
    AddNull();
  }
}

void Array::AddText(absl::string_view value) {
  Separate();
  text_ += '"';
  // In pieces: most texts need no escapes.
  for (std::size_t next = 0; next <= value.size();) {
    const std::size_t special = std::min(value.find_first_of("\"\\", next), value.size());
    text_.append(value.data() + next, special - next);
    if (special < value.size()) {
      text_ += '\\';
      text_ += value[special];
    }
    next = special + 1;
  }
  text_ += '"';
}

void Array::AddBare(absl::string_view value) {
  Separate();
  text_.append(value.data(), value.size());
}

void Array::AddNull() {
  Separate();
  text_ += "NULL";
}

std::vector<std::optional<std::string>> ParseArray(absl::string_view text) {
  std::vector<std::optional<std::string>> elements;
  std::size_t i = 1;  // past the brace
  while (i < text.size() && text[i] != '}') {
    std::string element;
    const bool quoted = text[i] == '"';
    if (quoted) {
      for (++i; i < text.size() && text[i] != '"'; ++i) {
        if (text[i] == '\\') ++i;
        element += text[i];
      }
      ++i;
    } else {
      for (; i < text.size() && text[i] != ',' && text[i] != '}'; ++i) element += text[i];
    }
    if (!quoted && element == "NULL") {
      elements.emplace_back(std::nullopt);
    } else {
      elements.emplace_back(std::move(element));
    }
    if (i < text.size() && text[i] == ',') ++i;
  }
  return elements;
}

std::vector<int32_t> ParseIntArray(absl::string_view text) {
  std::vector<int32_t> elements;
  const char* at = text.data() + 1;
  const char* const end = text.data() + text.size();
  while (at < end && *at != '}') {
    int32_t value = 0;
    at = std::from_chars(at, end, value).ptr;
    elements.push_back(value);
    ++at;  // the comma or the brace
  }
  return elements;
}

}  // namespace fleet::database
