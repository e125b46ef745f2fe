// The schema's history, embedded in the binary: common/database/migrations/*.sql.
#ifndef FLEET_COMMON_DATABASE_MIGRATIONS_H_
#define FLEET_COMMON_DATABASE_MIGRATIONS_H_

#include <string>
#include <vector>

namespace fleet::database {

struct Migration {
  int number;
  std::string name;
  std::string sql;
};

// By ascending number.
const std::vector<Migration>& Migrations();

}  // namespace fleet::database

#endif  // FLEET_COMMON_DATABASE_MIGRATIONS_H_
