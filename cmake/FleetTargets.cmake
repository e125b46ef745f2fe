# Targets of our own code. Every folder is one library; sources are listed, never globbed.
#
#   fleet_library(NAME domain SOURCES a.cc b.cc [DEPS absl::status] [PRIVATE_DEPS ...] [PCH core])
#   fleet_binary(NAME fleet-service SOURCES main.cc DEPS ...)
#   fleet_test(NAME domain_test SOURCES a_test.cc DEPS fleet::domain LABELS unit [FIXTURES postgres] [TIMEOUT 120]
#     [PCH test])

# A set of headers that several targets include, compiled once: PCH <name> of the functions below.
#
#   fleet_precompiled_headers(NAME core HEADERS <string> ... [DEPS ...])
function(fleet_precompiled_headers)
  cmake_parse_arguments(ARG "" "NAME" "HEADERS;DEPS" ${ARGN})
  add_library(fleet_pch_${ARG_NAME} STATIC ${CMAKE_SOURCE_DIR}/cmake/empty.cc)
  target_link_libraries(fleet_pch_${ARG_NAME} PRIVATE fleet_options absl::status absl::statusor absl::strings absl::time
    ${ARG_DEPS})
  _fleet_optimise(fleet_pch_${ARG_NAME} ${ARG_NAME})
  if(FLEET_USE_PCH)
    target_precompile_headers(fleet_pch_${ARG_NAME} PRIVATE ${ARG_HEADERS})
    _fleet_depend_on_generated(fleet_pch_${ARG_NAME} "${ARG_DEPS}")
  endif()
endfunction()

# Compiles the headers of `target` anew when headers that `deps` generate change. What the compiler said that it included
# is not enough: it is lost with a build that was broken off, and the old ones are then taken for good.
function(_fleet_depend_on_generated target deps)
  foreach(dep IN LISTS deps)
    # Libraries that are installed need not be known yet.
    if(TARGET ${dep})
      get_target_property(generated ${dep} FLEET_GENERATED_HEADERS)
    else()
      set(generated)
    endif()
    if(generated)
      set_property(SOURCE ${CMAKE_CURRENT_BINARY_DIR}/CMakeFiles/${target}.dir/cmake_pch.hxx.cxx
        APPEND PROPERTY OBJECT_DEPENDS ${generated})
    endif()
  endforeach()
endfunction()

# Tests, which are what is compiled with "test" and "rpc_test", are not optimised: half of their time to compile, and
# they run as long. Headers precompiled with other settings are not used.
function(_fleet_optimise target pch)
  if(pch MATCHES "test$")
    target_compile_options(${target} PRIVATE -O0)
  endif()
endfunction()

fleet_precompiled_headers(NAME core HEADERS
  <algorithm> <chrono> <condition_variable> <cstdint> <functional> <map> <memory> <mutex> <optional> <set>
  <string> <thread> <unordered_map> <utility> <vector>
  <absl/status/status.h> <absl/status/statusor.h> <absl/strings/str_cat.h> <absl/strings/string_view.h> <absl/time/time.h>)
fleet_precompiled_headers(NAME test DEPS GTest::gmock HEADERS
  <gmock/gmock.h> <gtest/gtest.h> <absl/status/statusor.h> <absl/strings/str_cat.h> <absl/time/time.h>)

function(_fleet_configure target pch)
  target_link_libraries(${target} PRIVATE fleet_options)
  _fleet_optimise(${target} ${pch})
  if(FLEET_USE_PCH)
    target_precompile_headers(${target} REUSE_FROM fleet_pch_${pch})
  endif()
  # Sources of one target that are compiled together include the same headers and instantiate the same templates once.
  set_target_properties(${target} PROPERTIES UNITY_BUILD ${FLEET_UNITY} UNITY_BUILD_BATCH_SIZE 12)
endfunction()

function(fleet_library)
  cmake_parse_arguments(ARG "" "NAME;PCH" "SOURCES;DEPS;PRIVATE_DEPS" ${ARGN})
  if(NOT ARG_PCH)
    set(ARG_PCH core)
  endif()
  add_library(fleet_${ARG_NAME} STATIC ${ARG_SOURCES})
  add_library(fleet::${ARG_NAME} ALIAS fleet_${ARG_NAME})
  target_link_libraries(fleet_${ARG_NAME} PUBLIC ${ARG_DEPS} absl::status absl::statusor absl::strings absl::time
    PRIVATE ${ARG_PRIVATE_DEPS})
  _fleet_configure(fleet_${ARG_NAME} ${ARG_PCH})
endfunction()

function(fleet_binary)
  cmake_parse_arguments(ARG "" "NAME;PCH" "SOURCES;DEPS" ${ARGN})
  if(NOT ARG_PCH)
    set(ARG_PCH core)
  endif()
  add_executable(${ARG_NAME} ${ARG_SOURCES})
  target_link_libraries(${ARG_NAME} PRIVATE ${ARG_DEPS} absl::status absl::statusor absl::strings absl::time)
  set_target_properties(${ARG_NAME} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/bin)
  _fleet_configure(${ARG_NAME} ${ARG_PCH})
endfunction()

include(GoogleTest)
function(fleet_test)
  cmake_parse_arguments(ARG "" "NAME;TIMEOUT;PCH" "SOURCES;DEPS;LABELS;FIXTURES" ${ARGN})
  if(NOT ARG_PCH)
    set(ARG_PCH test)
  endif()
  if(NOT ARG_TIMEOUT)
    set(ARG_TIMEOUT 120)
  endif()
  add_executable(${ARG_NAME} ${ARG_SOURCES})
  target_link_libraries(${ARG_NAME} PRIVATE ${ARG_DEPS} GTest::gmock GTest::gtest_main absl::status absl::statusor
    absl::strings absl::time Threads::Threads)
  _fleet_configure(${ARG_NAME} ${ARG_PCH})
  set(properties)
  if(ARG_FIXTURES)
    list(APPEND properties FIXTURES_REQUIRED "${ARG_FIXTURES}")
  endif()
  # A sanitized program takes longer to start and to end than most unit tests to run: one start for all of them. Not
  # those of the runner, which start git and are long.
  if(FLEET_SANITIZE AND ARG_LABELS STREQUAL "unit" AND NOT ARG_NAME MATCHES "^runner_")
    add_test(NAME ${ARG_NAME} COMMAND ${ARG_NAME})
    set_tests_properties(${ARG_NAME} PROPERTIES LABELS unit TIMEOUT 600 COST 100 ${properties})
    return()
  endif()
  gtest_discover_tests(${ARG_NAME} DISCOVERY_TIMEOUT 60
    PROPERTIES LABELS "${ARG_LABELS}" TIMEOUT ${ARG_TIMEOUT} ${properties})
endfunction()
