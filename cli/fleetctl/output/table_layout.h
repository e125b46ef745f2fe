// Which columns of a table fit a terminal, and how wide each is: what names a row is never cut.
#ifndef FLEET_CLI_FLEETCTL_OUTPUT_TABLE_LAYOUT_H_
#define FLEET_CLI_FLEETCTL_OUTPUT_TABLE_LAYOUT_H_

#include <cstddef>
#include <string>
#include <vector>

namespace fleet::cli {

struct TableColumn {
  enum class Fit {
    kWhole,   // ids, repositories, states: never cut, never left out
    kText,    // words of others: may be cut at the end
    kDetail,  // whole or left out
    kLate,    // whole; left out when no detail is left and text cannot be cut any further
  };

  // NOLINTNEXTLINE(google-explicit-constructor): headers read as lists of names.
  TableColumn(const char* column_name, Fit column_fit = Fit::kWhole) : name(column_name), fit(column_fit) {}

  std::string name;
  Fit fit;
  int leaves = 0;    // of details: 1 is left out first
  int readable = 0;  // of text: details give way until it has so many columns
};

// A column that is left out where there is no room, number `leaves` to go.
inline TableColumn DetailColumn(const char* name, int leaves) {
  TableColumn column(name, TableColumn::Fit::kDetail);
  column.leaves = leaves;
  return column;
}

// A column for which text is rather cut, and which goes last of all.
inline TableColumn LateColumn(const char* name) { return {name, TableColumn::Fit::kLate}; }

// A column that is cut where there is no room, to less than `readable` columns only when no details are left.
inline TableColumn TextColumn(const char* name, int readable = 40) {
  TableColumn column(name, TableColumn::Fit::kText);
  column.readable = readable;
  return column;
}

// What a column needs.
struct ColumnNeed {
  int width = 0;  // of its widest cell, or of its name
  bool empty = true;
};

struct TableLayout {
  bool stacked = false;            // one field a line: nothing else fits
  std::vector<std::size_t> shown;  // columns, from left to right; all of them if stacked
  std::vector<int> widths;         // of what is shown

  friend bool operator==(const TableLayout&, const TableLayout&) = default;
};

// Blanks between two columns.
inline constexpr int kColumnGap = 2;

// First empty columns go, then details, then text is cut, but never to a few letters: before that, late columns go, and
// then rows are stacked.
TableLayout FitTable(const std::vector<TableColumn>& columns, const std::vector<ColumnNeed>& needs, int terminal_width);

}  // namespace fleet::cli

#endif  // FLEET_CLI_FLEETCTL_OUTPUT_TABLE_LAYOUT_H_
