// One connection. It never reconnects by itself: one that failed is thrown away.
#ifndef FLEET_COMMON_DATABASE_CONNECTION_H_
#define FLEET_COMMON_DATABASE_CONNECTION_H_

#include <memory>
#include <string>

#include "absl/status/statusor.h"

namespace fleet::database {

// A named statement; stores keep theirs as constants. The name is unique in the program.
struct Statement {
  const char* name;
  const char* sql;
};

class Connection {
 public:
  // `url`: a libpq URI or conninfo string. Keepalives are added, so that a silent loss shows within half a minute.
  // Returns kUnavailable if the server does not answer within 5 s or refuses.
  static absl::StatusOr<std::unique_ptr<Connection>> Open(const std::string& url);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  bool IsOpen() const;

  struct Driver;  // libpqxx, for this folder's sources only
  Driver& driver() { return *driver_; }

 private:
  explicit Connection(std::unique_ptr<Driver> driver);
  std::unique_ptr<Driver> driver_;
};

// Adds our connection parameters to a URI or conninfo string.
std::string WithKeepalives(const std::string& url);

}  // namespace fleet::database

#endif  // FLEET_COMMON_DATABASE_CONNECTION_H_
