#include "cli/fleetctl/input/input_file.h"

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/strip.h"
#include "common/domain/character_rules.h"
#include "common/domain/text.h"
#include "common/domain/utf8_reader.h"
#include "common/status/status_macros.h"

namespace fleet::cli {
namespace {

constexpr absl::string_view kByteOrderMark = "\xEF\xBB\xBF";

absl::StatusOr<std::string> ReadAll(const std::string& name, std::istream& in, std::size_t most) {
  std::string text;
  std::string block(std::size_t{64} << 10, '\0');
  while (in) {
    in.read(block.data(), static_cast<std::streamsize>(block.size()));
    text.append(block, 0, static_cast<std::size_t>(in.gcount()));
    if (text.size() > most) {
      return absl::InvalidArgumentError(absl::StrCat(name, ": larger than ", most >> 20, " MiB"));
    }
  }
  if (in.bad()) return absl::UnavailableError(absl::StrCat(name, ": cannot be read"));
  return text;
}

absl::StatusOr<std::string> ReadPath(const std::string& path, std::size_t most) {
  std::error_code ignored;
  if (std::filesystem::is_directory(path, ignored)) {
    return absl::InvalidArgumentError(absl::StrCat(path, ": is a directory"));
  }
  errno = 0;
  std::ifstream in(path, std::ios::binary);
  if (!in) {
    const int error = errno;
    const std::string message = absl::StrCat(path, ": ", std::strerror(error));
    return error == EACCES ? absl::PermissionDeniedError(message) : absl::NotFoundError(message);
  }
  return ReadAll(path, in, most);
}

// Editors of bytes are what finds such a place: so the column counts bytes.
absl::Status CheckUtf8(const InputFile& file) {
  if (domain::IsValidUtf8(file.text)) return absl::OkStatus();
  std::size_t line = 1;
  std::size_t column = 1;
  absl::string_view rest = file.text;
  while (const auto next = domain::FirstCharacter(rest)) {
    rest.remove_prefix(next->size);
    column += next->size;
    if (next->code_point != '\n') continue;
    ++line;
    column = 1;
  }
  if (rest.empty()) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrFormat("%s:%d: is not UTF-8: byte %02X at byte %d of the line", file.name,
                                                    line, static_cast<unsigned char>(rest.front()), column));
}

}  // namespace

absl::StatusOr<InputFile> ReadInputFile(const std::string& path, std::istream& standard_input, std::size_t most) {
  InputFile file;
  file.name = path == "-" ? "<stdin>" : path;
  FLEET_ASSIGN_OR_RETURN(file.text, path == "-" ? ReadAll(file.name, standard_input, most) : ReadPath(path, most));
  FLEET_RETURN_IF_ERROR(CheckUtf8(file));
  if (absl::StartsWith(file.text, kByteOrderMark)) file.text.erase(0, kByteOrderMark.size());
  return file;
}

absl::Status CheckCharacters(const InputFile& file) {
  // What a file may begin with is not of its text.
  const absl::string_view text = absl::StripPrefix(file.text, kByteOrderMark);
  const auto bad = domain::FindBadCharacter(text, domain::TextKind::kLines);
  if (!bad.has_value()) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat(file.name, ":", bad->line, ": ", bad->what, " at character ", bad->column));
}

}  // namespace fleet::cli
