#include "cli/fleetctl/output/table_writer.h"

#include <algorithm>
#include <cstddef>

#include "cli/fleetctl/output/display_width.h"
#include "cli/fleetctl/output/text_sanitizer.h"

namespace fleet::cli {
namespace {

constexpr char kNothing[] = "—";

std::string Blanks(int count) { return std::string(static_cast<std::size_t>(std::max(0, count)), ' '); }

}  // namespace

TableWriter::TableWriter(std::ostream& out, const Terminal& terminal, std::vector<TableColumn> columns)
    : out_(out), terminal_(terminal), columns_(std::move(columns)) {
  for (const TableColumn& column : columns_) needs_.push_back({DisplayWidth(column.name), true});
}

void TableWriter::Add(std::vector<Cell> row) {
  for (std::size_t i = 0; i < row.size(); ++i) {
    Cell& cell = row[i];
    cell.text = SanitizeLine(cell.text);
    if (!cell.text.empty()) needs_[i].empty = false;
    if (cell.text.empty()) cell.text = kNothing;
    needs_[i].width = std::max(needs_[i].width, DisplayWidth(cell.text));
  }
  rows_.push_back(std::move(row));
}

void TableWriter::Flush() {
  if (terminal_.width() > 0) {
    Arrange();
    for (const std::vector<Cell>& row : rows_) layout_->stacked ? PrintStacked(row) : Print(row);
  } else {
    if (!begun_) PrintHeader();
    for (const std::vector<Cell>& row : rows_) PrintWithTabs(row);
  }
  rows_.clear();
  out_.flush();
}

void TableWriter::Arrange() {
  const TableLayout layout = FitTable(columns_, needs_, terminal_.width());
  if (layout_.has_value() && FitsAsItIs(layout)) return;
  layout_ = layout;
  if (layout_->stacked) return;
  if (begun_) out_ << '\n';
  PrintHeader();
}

// Whether what asks for `layout` can be shown in the one that there is. Rows that were stacked go on so.
bool TableWriter::FitsAsItIs(const TableLayout& layout) const {
  if (layout_->stacked) return true;
  if (layout.stacked || layout.shown != layout_->shown) return false;
  for (std::size_t at = 0; at < layout.shown.size(); ++at) {
    const std::size_t i = layout.shown[at];
    if (columns_[i].fit != TableColumn::Fit::kText && needs_[i].width > layout_->widths[at]) return false;
  }
  return true;
}

void TableWriter::PrintHeader() {
  std::vector<Cell> header;
  header.reserve(columns_.size());
  for (const TableColumn& column : columns_) header.emplace_back(column.name);
  layout_.has_value() ? Print(header) : PrintWithTabs(header);
}

void TableWriter::Print(const std::vector<Cell>& row) {
  for (std::size_t at = 0; at < layout_->shown.size(); ++at) {
    const Cell& cell = row[layout_->shown[at]];
    const std::string text = CutToWidth(cell.text, layout_->widths[at]);
    out_ << terminal_.Paint(text, cell.color);
    if (at + 1 < layout_->shown.size()) out_ << Blanks(layout_->widths[at] - DisplayWidth(text) + kColumnGap);
  }
  out_ << '\n';
  begun_ = true;
}

// What is missing is left out: the label would say no more than its absence.
void TableWriter::PrintStacked(const std::vector<Cell>& row) {
  int longest = 0;
  for (const TableColumn& column : columns_) longest = std::max(longest, DisplayWidth(column.name));
  if (begun_) out_ << '\n';
  for (std::size_t i = 0; i < row.size(); ++i) {
    if (row[i].text == kNothing) continue;
    const std::string& name = columns_[i].name;
    out_ << name << Blanks(longest - DisplayWidth(name) + kColumnGap) << terminal_.Paint(row[i].text, row[i].color)
         << '\n';
  }
  begun_ = true;
}

void TableWriter::PrintWithTabs(const std::vector<Cell>& row) {
  for (std::size_t i = 0; i < row.size(); ++i)
    out_ << (i == 0 ? "" : "\t") << terminal_.Paint(row[i].text, row[i].color);
  out_ << '\n';
  begun_ = true;
}

}  // namespace fleet::cli
