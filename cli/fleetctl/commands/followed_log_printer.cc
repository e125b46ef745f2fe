#include "cli/fleetctl/commands/followed_log_printer.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "cli/fleetctl/output/json_format.h"
#include "cli/fleetctl/output/state_names.h"
#include "cli/fleetctl/output/text_sanitizer.h"
#include "cli/fleetctl/output/value_format.h"

namespace fleet::cli {
namespace {

// Where a child that has not ended stands: "acme/shop: attempt 2, running".
std::string DescribeStage(const v1::Task& task) {
  const std::string attempt = task.attempt() == 0 ? "" : absl::StrCat("attempt ", task.attempt(), ", ");
  return absl::StrCat(task.repo(), ": ", attempt, Words(task.state()));
}

}  // namespace

void FollowedLogPrinter::OnMessage(const v1::FollowTaskLogResponse& message) {
  std::ostream& out = environment_.out;
  if (json_) {
    out << ToJson(message, JsonStyle::kOneLine) << std::flush;
    return;
  }
  if (message.skipped_bytes() > 0) {
    EndLine();
    // Whoever reads the output alone must know of it, too.
    out << "… " << Plural(message.skipped_bytes(), "byte", "bytes") << " skipped\n";
  }
  if (!message.text().empty()) {
    const std::string text = SanitizeText(message.text());
    out << text << std::flush;
    if (!text.empty()) line_begun_ = text.back() != '\n';
    printed_attempt_ = message.attempt();
  }
  if (message.has_task() && !IsTerminal(message.task().state())) OnNotice(DescribeStage(message.task()));
}

void FollowedLogPrinter::OnNotice(absl::string_view text) {
  EndLine();
  environment_.err << SanitizeLine(text) << std::endl;
}

void FollowedLogPrinter::EndLine() {
  if (json_ || !line_begun_) return;
  environment_.out << "\n" << std::flush;
  line_begun_ = false;
}

}  // namespace fleet::cli
