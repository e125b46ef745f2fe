// A table under an upper-case header. On a terminal it is padded and fits; elsewhere every line is whole, with one tab
// between cells.
#ifndef FLEET_CLI_FLEETCTL_OUTPUT_TABLE_WRITER_H_
#define FLEET_CLI_FLEETCTL_OUTPUT_TABLE_WRITER_H_

#include <optional>
#include <ostream>
#include <string>
#include <utility>
#include <vector>

#include "cli/fleetctl/output/table_layout.h"
#include "cli/fleetctl/output/terminal.h"

namespace fleet::cli {

class TableWriter {
 public:
  struct Cell {
    // NOLINTNEXTLINE(google-explicit-constructor): rows read as lists of texts.
    Cell(std::string cell_text, Color cell_color = Color::kNone) : text(std::move(cell_text)), color(cell_color) {}

    std::string text;  // sanitised when it is added; empty shows as "—"
    Color color;
  };

  // `out` must outlive the writer.
  TableWriter(std::ostream& out, const Terminal& terminal, std::vector<TableColumn> columns);

  // As many cells as there are columns.
  void Add(std::vector<Cell> row);
  // Prints what was added since the last time; the first time also the header. A long list is printed page by page,
  // without waiting for its end: rows that do not fit the columns of those before them begin a new header.
  void Flush();

 private:
  void Arrange();
  bool FitsAsItIs(const TableLayout& layout) const;
  void PrintHeader();
  void Print(const std::vector<Cell>& row);
  void PrintStacked(const std::vector<Cell>& row);
  void PrintWithTabs(const std::vector<Cell>& row);

  std::ostream& out_;
  const Terminal terminal_;
  const std::vector<TableColumn> columns_;
  std::vector<std::vector<Cell>> rows_;
  std::vector<ColumnNeed> needs_;  // of all rows so far
  std::optional<TableLayout> layout_;
  bool begun_ = false;  // something was printed
};

}  // namespace fleet::cli

#endif  // FLEET_CLI_FLEETCTL_OUTPUT_TABLE_WRITER_H_
