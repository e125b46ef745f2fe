#include "cli/fleetctl/output/table_layout.h"

#include <algorithm>
#include <limits>

#include "absl/functional/function_ref.h"

namespace fleet::cli {
namespace {

using Fit = TableColumn::Fit;

// Text that would be shorter is not worth a table.
constexpr int kShortestText = 20;
constexpr int kUncut = std::numeric_limits<int>::max();

class Fitter {
 public:
  Fitter(const std::vector<TableColumn>& columns, const std::vector<ColumnNeed>& needs, int terminal_width)
      : columns_(columns), needs_(needs), terminal_width_(terminal_width) {
    for (std::size_t i = 0; i < columns.size(); ++i) shown_.push_back(i);
  }

  TableLayout Arrange() {
    if (Total(kUncut) <= terminal_width_) return Layout();
    LeaveOutEmpty();
    while (Readable() > terminal_width_ && LeaveOutFirst(Fit::kDetail)) {
    }
    while (Total(kShortestText) > terminal_width_ && LeaveOutFirst(Fit::kLate)) {
    }
    if (Total(kShortestText) > terminal_width_) return Stacked();
    return Layout();
  }

 private:
  // Columns that a table with text of at most `longest` takes.
  int Total(int longest) const {
    return Sum([longest](const TableColumn&) { return longest; });
  }

  // What it takes for every text to be readable.
  int Readable() const {
    return Sum([](const TableColumn& column) { return column.readable; });
  }

  // With texts as long as `longest` says at most.
  int Sum(absl::FunctionRef<int(const TableColumn&)> longest) const {
    int sum = kColumnGap * std::max(0, static_cast<int>(shown_.size()) - 1);
    for (const std::size_t i : shown_) {
      const bool is_text = columns_[i].fit == Fit::kText;
      sum += is_text ? std::min(needs_[i].width, longest(columns_[i])) : needs_[i].width;
    }
    return sum;
  }

  void LeaveOutEmpty() {
    const auto empty = [this](std::size_t i) { return needs_[i].empty; };
    // A table without rows still has its header.
    if (std::all_of(shown_.begin(), shown_.end(), empty)) return;
    shown_.erase(std::remove_if(shown_.begin(), shown_.end(), empty), shown_.end());
  }

  // Of the columns of this kind. False if there is none left.
  bool LeaveOutFirst(Fit kind) {
    const auto order = [&](std::size_t i) { return columns_[i].fit == kind ? columns_[i].leaves : kUncut; };
    const auto first = std::min_element(shown_.begin(), shown_.end(),
                                        [&](std::size_t a, std::size_t b) { return order(a) < order(b); });
    if (first == shown_.end() || columns_[*first].fit != kind) return false;
    shown_.erase(first);
    return true;
  }

  TableLayout Layout() const {
    TableLayout layout;
    layout.shown = shown_;
    for (const std::size_t i : shown_) layout.widths.push_back(needs_[i].width);
    int room = terminal_width_ - Total(kUncut);
    for (; room < 0; ++room) --*WidestText(layout);
    // What is left belongs to the last column: later rows may need it.
    if (!layout.widths.empty()) layout.widths.back() += room;
    return layout;
  }

  // Only where there is text.
  std::vector<int>::iterator WidestText(TableLayout& layout) const {
    auto widest = layout.widths.end();
    for (std::size_t at = 0; at < shown_.size(); ++at) {
      if (columns_[shown_[at]].fit != Fit::kText) continue;
      const auto width = layout.widths.begin() + static_cast<std::ptrdiff_t>(at);
      if (widest == layout.widths.end() || *width >= *widest) widest = width;
    }
    return widest;
  }

  TableLayout Stacked() const {
    TableLayout layout;
    layout.stacked = true;
    for (std::size_t i = 0; i < columns_.size(); ++i) layout.shown.push_back(i);
    return layout;
  }

  const std::vector<TableColumn>& columns_;
  const std::vector<ColumnNeed>& needs_;
  const int terminal_width_;
  std::vector<std::size_t> shown_;
};

}  // namespace

TableLayout FitTable(const std::vector<TableColumn>& columns, const std::vector<ColumnNeed>& needs,
                     int terminal_width) {
  return Fitter(columns, needs, terminal_width).Arrange();
}

}  // namespace fleet::cli
