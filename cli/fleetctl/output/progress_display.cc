#include "cli/fleetctl/output/progress_display.h"

#include <algorithm>
#include <cstdint>
#include <utility>

#include "absl/strings/str_cat.h"
#include "cli/fleetctl/output/display_width.h"
#include "cli/fleetctl/output/fleet_summary.h"
#include "cli/fleetctl/output/state_names.h"
#include "cli/fleetctl/output/value_format.h"

namespace fleet::cli {
namespace {

constexpr absl::Duration kLineInterval = absl::Seconds(1);
constexpr absl::Duration kRedrawInterval = absl::Milliseconds(100);
constexpr int kLongestBar = 40;

int64_t Percent(const v1::Rollup& rollup) {
  return rollup.total() == 0 ? 0 : EndedCount(rollup) * 100 / rollup.total();
}

std::string Repeat(absl::string_view symbol, int64_t count) {
  std::string text;
  for (int64_t i = 0; i < count; ++i) absl::StrAppend(&text, symbol);
  return text;
}

std::string CostSuffix(const v1::Rollup& rollup) {
  return rollup.known_cost_count() == 0 ? "" : absl::StrCat(" · ", FormatCost(rollup.cost_usd()));
}

}  // namespace

ProgressDisplay::ProgressDisplay(std::ostream& out, const Terminal& terminal, const Clock& clock)
    : out_(out), terminal_(terminal), clock_(clock) {}

void ProgressDisplay::Show(const v1::Fleet& fleet) {
  fleet_ = fleet;
  Tick();
}

void ProgressDisplay::Tick() {
  if (!fleet_.has_value()) return;
  if (!terminal_.redraws) return PrintLineIfDue();
  if (clock_.Elapsed() - last_output_ >= kRedrawInterval) Redraw();
}

void ProgressDisplay::Finish() {
  if (!fleet_.has_value()) return;
  if (terminal_.redraws) {
    Redraw();
    drawn_widths_.clear();
  } else if (const std::string line = PlainLine(); line != last_line_) {
    out_ << line << '\n' << std::flush;
    last_line_ = line;
  }
}

void ProgressDisplay::Clear() {
  if (drawn_widths_.empty()) return;
  Erase();
  out_.flush();
  last_output_ = -absl::InfiniteDuration();
}

void ProgressDisplay::Erase() {
  if (drawn_widths_.empty()) return;
  // A terminal that was made narrower has wrapped what stands there.
  const int width = std::max(1, terminal_.width());
  int rows = 0;
  for (const int columns : drawn_widths_) rows += std::max(1, (columns + width - 1) / width);
  out_ << "\x1b[" << rows << "A\r\x1b[J";
  drawn_widths_.clear();
}

void ProgressDisplay::Redraw() {
  Erase();
  const int width = terminal_.width();
  for (const std::string& line : BarLines(width)) {
    // One column is left free: some terminals wrap a full line at once.
    const std::string text = CutToWidth(line, width - 1);
    drawn_widths_.push_back(DisplayWidth(text));
    // Only the first line is painted, after it was measured.
    out_ << (drawn_widths_.size() == 1 ? terminal_.Paint(text, ColorOf(fleet_->state())) : text) << '\n';
  }
  out_ << std::flush;
  last_output_ = clock_.Elapsed();
}

std::vector<std::string> ProgressDisplay::BarLines(int width) const {
  const v1::Rollup& rollup = fleet_->rollup();
  std::vector<std::string> lines;
  lines.push_back(absl::StrCat(Bar(width), " ", EndedCount(rollup), "/", rollup.total(), " ", Percent(rollup), "%  ",
                               Name(fleet_->state()), "  ", FormatElapsed(Elapsed(*fleet_, clock_.TimeNow()))));
  lines.push_back(absl::StrCat("  ", SummarizeCounts(rollup), CostSuffix(rollup)));
  for (const v1::Waiting& waiting : fleet_->waiting_on()) {
    lines.push_back(absl::StrCat("  waiting: ", DescribeWaiting(waiting)));
  }
  return lines;
}

std::string ProgressDisplay::Bar(int width) const {
  const v1::Rollup& rollup = fleet_->rollup();
  const int64_t cells = std::clamp(width / 3, 5, kLongestBar);
  const int64_t total = std::max<int64_t>(1, rollup.total());
  const int64_t ended = EndedCount(rollup) * cells / total;
  const int64_t begun = std::min(cells, (EndedCount(rollup) + ActiveCount(rollup)) * cells / total);
  return absl::StrCat(Repeat("█", ended), Repeat("▒", begun - ended), Repeat("░", cells - begun));
}

void ProgressDisplay::PrintLineIfDue() {
  const bool new_state = fleet_->state() != last_state_;
  if (!new_state && clock_.Elapsed() - last_output_ < kLineInterval) return;
  std::string line = PlainLine();
  if (line == last_line_) return;
  out_ << line << '\n' << std::flush;
  last_line_ = std::move(line);
  last_state_ = fleet_->state();
  last_output_ = clock_.Elapsed();
}

// Without the time that has passed: a line is printed when something changed, not because time went by.
std::string ProgressDisplay::PlainLine() const {
  const v1::Rollup& rollup = fleet_->rollup();
  std::string line = absl::StrCat(Name(fleet_->state()), " ", EndedCount(rollup), "/", rollup.total(), " (",
                                  Percent(rollup), "%): ", SummarizeCounts(rollup), CostSuffix(rollup));
  for (const v1::Waiting& waiting : fleet_->waiting_on()) {
    absl::StrAppend(&line, "; waiting: ", DescribeWaiting(waiting));
  }
  return line;
}

}  // namespace fleet::cli
