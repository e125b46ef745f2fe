// The libpqxx side of Connection; included by this folder's sources only.
#ifndef FLEET_COMMON_DATABASE_CONNECTION_DRIVER_H_
#define FLEET_COMMON_DATABASE_CONNECTION_DRIVER_H_

#include <map>
#include <pqxx/pqxx>
#include <string>

#include "common/database/connection.h"

namespace fleet::database {

struct Connection::Driver {
  explicit Driver(const std::string& url) : connection(url) {
#if PQXX_VERSION_MAJOR < 7
    // libpqxx 6 reconnects silently otherwise, and a transaction would go on in another session.
    connection.inhibit_reactivation(true);
#endif
  }
  // What a name was prepared as: the constant it came from, compared first, and its text.
  struct Prepared {
    const char* source;
    std::string text;
  };
  pqxx::connection connection;
  std::map<std::string, Prepared> prepared;
};

}  // namespace fleet::database

#endif  // FLEET_COMMON_DATABASE_CONNECTION_DRIVER_H_
