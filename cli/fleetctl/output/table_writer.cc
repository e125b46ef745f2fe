#include "cli/fleetctl/output/table_writer.h"

#include <algorithm>
#include <cstddef>
#include <numeric>
#include <utility>

#include "cli/fleetctl/output/display_width.h"
#include "cli/fleetctl/output/text_sanitizer.h"

namespace fleet::cli {
namespace {

constexpr int kGap = 2;
constexpr int kNarrowest = 6;  // no column is cut below this

}  // namespace

TableWriter::TableWriter(std::ostream& out, const Terminal& terminal, std::vector<std::string> header)
    : out_(out), terminal_(terminal), header_(std::move(header)) {}

void TableWriter::Add(std::vector<Cell> row) {
  for (Cell& cell : row) {
    cell.text = SanitizeLine(cell.text);
    if (cell.text.empty()) cell.text = "—";
  }
  rows_.push_back(std::move(row));
}

void TableWriter::Flush() {
  if (widths_.empty()) {
    FixWidths();
    Print(std::vector<Cell>(header_.begin(), header_.end()));
  }
  for (const std::vector<Cell>& row : rows_) Print(row);
  rows_.clear();
  out_.flush();
}

void TableWriter::FixWidths() {
  for (const std::string& name : header_) widths_.push_back(DisplayWidth(name));
  for (const std::vector<Cell>& row : rows_) {
    for (std::size_t i = 0; i < row.size(); ++i) widths_[i] = std::max(widths_[i], DisplayWidth(row[i].text));
  }
  const int terminal_width = terminal_.width();
  cut_ = terminal_width > 0;
  if (cut_) FitToTerminal(terminal_width);
}

void TableWriter::FitToTerminal(int terminal_width) {
  const int gaps = kGap * (static_cast<int>(widths_.size()) - 1);
  int total = std::accumulate(widths_.begin(), widths_.end(), gaps);
  while (total > terminal_width) {
    // The widest column gives way, the last one of equals: results are cut before names are.
    const auto widest = std::max_element(widths_.rbegin(), widths_.rend());
    if (*widest <= kNarrowest) return;
    --*widest;
    --total;
  }
  // What is left belongs to the last column: later rows may need it.
  widths_.back() += terminal_width - total;
}

void TableWriter::Print(const std::vector<Cell>& row) {
  for (std::size_t i = 0; i < row.size(); ++i) {
    const std::string text = cut_ ? CutToWidth(row[i].text, widths_[i]) : row[i].text;
    out_ << terminal_.Paint(text, row[i].color);
    if (i + 1 == row.size()) break;
    const int padding = std::max(0, widths_[i] - DisplayWidth(text)) + kGap;
    out_ << std::string(static_cast<std::size_t>(padding), ' ');
  }
  out_ << '\n';
}

}  // namespace fleet::cli
