// A table for people: padded columns under an upper-case header, cut to the terminal's width.
#ifndef FLEET_CLI_FLEETCTL_OUTPUT_TABLE_WRITER_H_
#define FLEET_CLI_FLEETCTL_OUTPUT_TABLE_WRITER_H_

#include <ostream>
#include <string>
#include <vector>

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
  TableWriter(std::ostream& out, const Terminal& terminal, std::vector<std::string> header);

  // As many cells as the header has.
  void Add(std::vector<Cell> row);
  // Prints what was added since the last time; the first time also the header. Column widths are those of the rows of
  // the first time: a long list is printed page by page, without waiting for its end.
  void Flush();

 private:
  void FixWidths();
  void FitToTerminal(int terminal_width);
  void Print(const std::vector<Cell>& row);

  std::ostream& out_;
  const Terminal terminal_;
  const std::vector<std::string> header_;
  std::vector<std::vector<Cell>> rows_;
  std::vector<int> widths_;
  bool cut_ = false;
};

}  // namespace fleet::cli

#endif  // FLEET_CLI_FLEETCTL_OUTPUT_TABLE_WRITER_H_
