#include "cli/fleetctl/output/terminal.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include "absl/strings/str_cat.h"

namespace fleet::cli {
namespace {

constexpr int kDefaultWidth = 80;

int WidthOf(int file_descriptor) {
  winsize size{};
  if (ioctl(file_descriptor, TIOCGWINSZ, &size) != 0 || size.ws_col == 0) return kDefaultWidth;
  return size.ws_col;
}

absl::string_view Code(Color color) {
  switch (color) {
    case Color::kGreen:
      return "32";
    case Color::kRed:
      return "31";
    case Color::kYellow:
      return "33";
    case Color::kNone:
      break;
  }
  return "";
}

}  // namespace

std::string Terminal::Paint(absl::string_view text, Color color) const {
  if (!colors || color == Color::kNone) return std::string(text);
  return absl::StrCat("\x1b[", Code(color), "m", text, "\x1b[0m");
}

Terminal DetectTerminal(int file_descriptor, const std::function<std::string(const std::string&)>& variable) {
  Terminal terminal;
  if (isatty(file_descriptor) == 0) return terminal;
  const bool dumb = variable("TERM") == "dumb";
  terminal.redraws = !dumb;
  terminal.colors = !dumb && variable("NO_COLOR").empty();
  terminal.width = [file_descriptor] { return WidthOf(file_descriptor); };
  return terminal;
}

}  // namespace fleet::cli
