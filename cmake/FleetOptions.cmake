# Compiler settings for our own code: fleet_options is linked by every target that fleet_* functions make.
set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
option(FLEET_USE_PCH "Use precompiled headers" ON)
option(FLEET_UNITY "Compile the sources of a target a dozen at a time: quicker to build whole, slower after an edit" OFF)

find_program(FLEET_CCACHE ccache)
if(FLEET_CCACHE)
  # ccache accepts precompiled headers only with these settings.
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CMAKE_COMMAND} -E env
    CCACHE_SLOPPINESS=pch_defines,time_macros,include_file_mtime,include_file_ctime ${FLEET_CCACHE})
endif()
find_program(FLEET_MOLD mold)
if(FLEET_MOLD)
  add_link_options(-fuse-ld=mold)
endif()
if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
  add_compile_options("SHELL:-Xclang -fno-pch-timestamp")
else()
  add_compile_options(-fpch-preprocess)
endif()
# Some of our dependencies ask for it; precompiled headers want it the same everywhere.
add_compile_options(-pthread)
if(FLEET_SANITIZE)
  add_compile_options(-fsanitize=${FLEET_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
  add_link_options(-fsanitize=${FLEET_SANITIZE})
endif()

add_library(fleet_options INTERFACE)
target_compile_options(fleet_options INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Werror
  $<$<CXX_COMPILER_ID:Clang>:-Wthread-safety>
  $<$<CXX_COMPILER_ID:Clang>:-Wreserved-identifier>
  # g++ 12 warns of designated initializers that leave members at their defaults, which is what they are for.
  $<$<CXX_COMPILER_ID:GNU>:-Wno-missing-field-initializers>
  # It takes the sources of a unity build for headers.
  $<$<AND:$<CXX_COMPILER_ID:GNU>,$<BOOL:${FLEET_UNITY}>>:-Wno-subobject-linkage>)
target_include_directories(fleet_options INTERFACE ${CMAKE_SOURCE_DIR})
