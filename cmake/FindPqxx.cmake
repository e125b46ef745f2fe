# libpqxx 6.4 installs no CMake package: an imported target over pkg-config.
find_package(PkgConfig REQUIRED)
pkg_check_modules(PQXX REQUIRED IMPORTED_TARGET GLOBAL libpqxx)
add_library(Pqxx::pqxx ALIAS PkgConfig::PQXX)
set(Pqxx_FOUND TRUE)
