#include "common/lifecycle/process_files.h"

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"

namespace fleet {

absl::StatusOr<std::string> ReadDatabaseUrl(const std::string& path) {
  if (path.empty()) {
    const char* url = std::getenv("FLEET_DATABASE_URL");
    if (url != nullptr && *url != '\0') return std::string(url);
    return absl::InvalidArgumentError("no database: set FLEET_DATABASE_URL or --database_url_file");
  }
  std::ifstream file(path);
  if (!file) return absl::NotFoundError(absl::StrCat("cannot read --database_url_file ", path));
  const std::string url((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  return std::string(absl::StripAsciiWhitespace(url));
}

absl::Status WritePortFile(const std::string& path, const std::map<std::string, int>& ports) {
  if (path.empty()) return absl::OkStatus();
  const std::string temporary = path + ".new";
  std::ofstream file(temporary);
  for (const auto& [name, port] : ports) file << name << "=" << port << "\n";
  file.close();
  if (!file || std::rename(temporary.c_str(), path.c_str()) != 0) {
    return absl::UnavailableError(absl::StrCat("cannot write --port_file ", path));
  }
  return absl::OkStatus();
}

}  // namespace fleet
