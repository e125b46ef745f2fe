# libutf8proc 2.8 installs no CMake package: an imported target over pkg-config.
find_package(PkgConfig REQUIRED)
pkg_check_modules(UTF8PROC REQUIRED IMPORTED_TARGET GLOBAL libutf8proc)
add_library(Utf8proc::utf8proc ALIAS PkgConfig::UTF8PROC)
set(Utf8proc_FOUND TRUE)
