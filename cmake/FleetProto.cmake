# Generated protobuf and gRPC code. It is compiled without warnings and without tidy.
#
#   fleet_proto_library(NAME proto ROOT dir [GRPC] PROTOS fleet/v1/fleet.proto ... [DEPS ...])
#
# Code is generated anew when its .proto changes or one that it imports.

# Sets `out` to `proto` and what it imports from under `root`, directly or not, as full paths. They are read when the
# build is configured, which is done anew when one of them changes.
function(_fleet_proto_inputs root proto out)
  set(inputs)
  set(unread ${proto})
  while(unread)
    list(POP_FRONT unread file)
    # What is not under the root is installed with its library.
    if(${root}/${file} IN_LIST inputs OR NOT EXISTS ${root}/${file})
      continue()
    endif()
    list(APPEND inputs ${root}/${file})
    file(STRINGS ${root}/${file} imports REGEX "^import ")
    foreach(import IN LISTS imports)
      string(REGEX REPLACE "^import [^\"]*\"([^\"]+)\".*" "\\1" import "${import}")
      list(APPEND unread ${import})
    endforeach()
  endwhile()
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${inputs})
  set(${out} ${inputs} PARENT_SCOPE)
endfunction()

function(fleet_proto_library)
  cmake_parse_arguments(ARG "GRPC" "NAME;ROOT" "PROTOS;GRPC_PROTOS;DEPS" ${ARGN})
  set(out ${CMAKE_BINARY_DIR}/generated/${ARG_NAME})
  file(MAKE_DIRECTORY ${out})
  set(sources)
  foreach(proto IN LISTS ARG_PROTOS ARG_GRPC_PROTOS)
    string(REGEX REPLACE "\\.proto$" "" stem ${proto})
    set(outputs ${out}/${stem}.pb.cc ${out}/${stem}.pb.h)
    set(grpc_arguments)
    if(proto IN_LIST ARG_GRPC_PROTOS)
      list(APPEND outputs ${out}/${stem}.grpc.pb.cc ${out}/${stem}.grpc.pb.h)
      set(grpc_arguments --grpc_out=${out} --plugin=protoc-gen-grpc=$<TARGET_FILE:gRPC::grpc_cpp_plugin>)
    endif()
    _fleet_proto_inputs(${ARG_ROOT} ${proto} inputs)
    add_custom_command(OUTPUT ${outputs}
      COMMAND protobuf::protoc -I ${ARG_ROOT} --cpp_out=${out} ${grpc_arguments} ${ARG_ROOT}/${proto}
      DEPENDS ${inputs} VERBATIM)
    list(APPEND sources ${outputs})
  endforeach()
  add_library(fleet_${ARG_NAME} STATIC ${sources})
  add_library(fleet::${ARG_NAME} ALIAS fleet_${ARG_NAME})
  # For headers that are precompiled (FleetTargets.cmake).
  list(FILTER sources INCLUDE REGEX "\\.h$")
  set_target_properties(fleet_${ARG_NAME} PROPERTIES FLEET_GENERATED_HEADERS "${sources}")
  target_include_directories(fleet_${ARG_NAME} SYSTEM PUBLIC ${out})
  target_compile_options(fleet_${ARG_NAME} PRIVATE -w)
  set_target_properties(fleet_${ARG_NAME} PROPERTIES CXX_CLANG_TIDY "")
  target_link_libraries(fleet_${ARG_NAME} PUBLIC protobuf::libprotobuf gRPC::grpc++ ${ARG_DEPS})
endfunction()
