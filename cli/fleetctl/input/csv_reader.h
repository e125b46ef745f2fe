// Reads CSV as RFC 4180 describes it, and tells where each field stands.
#ifndef FLEET_CLI_FLEETCTL_INPUT_CSV_READER_H_
#define FLEET_CLI_FLEETCTL_INPUT_CSV_READER_H_

#include <cstddef>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "cli/fleetctl/input/input_file.h"

namespace fleet::cli {

struct CsvField {
  std::string text;
  std::size_t line = 0;    // 1-based, of its first character
  std::size_t column = 0;  // 1-based, in bytes
};

using CsvRecord = std::vector<CsvField>;

// Every record with some text in it, but for lines that begin with "#". Records end with LF or CRLF; quoted fields may
// hold commas, line breaks and, doubled, quotes. Returns kInvalidArgument with file:line:column for a quote in the
// middle of an unquoted field, text after a closing quote, or a quote that is never closed.
absl::StatusOr<std::vector<CsvRecord>> ReadCsv(const InputFile& file);

}  // namespace fleet::cli

#endif  // FLEET_CLI_FLEETCTL_INPUT_CSV_READER_H_
