#include "common/database/connection.h"

#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/database/connection_driver.h"
#include "common/database/sql_error.h"

namespace fleet::database {

std::string WithKeepalives(const std::string& url) {
  constexpr absl::string_view kParameters[] = {"connect_timeout=5", "keepalives_idle=10", "keepalives_interval=5",
                                               "keepalives_count=3", "tcp_user_timeout=20000"};
  const bool is_uri = absl::StartsWith(url, "postgres://") || absl::StartsWith(url, "postgresql://");
  std::string result = url;
  for (const absl::string_view parameter : kParameters) {
    // What the operator set stands.
    if (absl::StrContains(url, parameter.substr(0, parameter.find('=') + 1))) continue;
    const char* separator = !is_uri ? " " : absl::StrContains(result, "?") ? "&" : "?";
    absl::StrAppend(&result, separator, parameter);
  }
  return result;
}

absl::StatusOr<std::unique_ptr<Connection>> Connection::Open(const std::string& url) {
  try {
    return std::unique_ptr<Connection>(new Connection(std::make_unique<Driver>(WithKeepalives(url))));
  } catch (...) {
    return StatusFromCurrentException();
  }
}

Connection::Connection(std::unique_ptr<Driver> driver) : driver_(std::move(driver)) {}
Connection::~Connection() = default;

bool Connection::IsOpen() const { return driver_->connection.is_open(); }

}  // namespace fleet::database
