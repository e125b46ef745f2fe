#include "workers/task_runner/line_sink.h"

#include <utility>

#include "absl/strings/str_cat.h"

namespace fleet::runner {

LineSink::LineSink(char end, OutputBounds bounds, std::function<void(absl::string_view)> take)
    : end_(end), bounds_(bounds), take_(std::move(take)) {}

bool LineSink::Append(absl::string_view text) {
  if (!excess_.empty()) return false;
  total_ += text.size();
  if (total_ > bounds_.total_bytes) {
    excess_ = absl::StrCat("more than ", bounds_.total_bytes, " bytes");
    return false;
  }
  for (std::size_t at = text.find(end_); at != absl::string_view::npos; at = text.find(end_)) {
    if (!Take(text.substr(0, at))) return false;
    text.remove_prefix(at + 1);
  }
  if (partial_.size() + text.size() > bounds_.record_bytes) return Take(text);
  partial_.append(text.data(), text.size());
  return true;
}

void LineSink::Finish() {
  if (!partial_.empty()) Take("");
}

bool LineSink::Take(absl::string_view record) {
  if (partial_.size() + record.size() > bounds_.record_bytes) {
    excess_ = absl::StrCat("a line of more than ", bounds_.record_bytes, " bytes");
    return false;
  }
  if (partial_.empty()) {
    take_(record);
  } else {
    partial_.append(record.data(), record.size());
    take_(partial_);
    partial_.clear();
  }
  return true;
}

}  // namespace fleet::runner
