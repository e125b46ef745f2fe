// Propagation of absl::Status, in the shape of Abseil's own (newer) macros.
#ifndef FLEET_COMMON_STATUS_STATUS_MACROS_H_
#define FLEET_COMMON_STATUS_STATUS_MACROS_H_

#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#define FLEET_STATUS_CONCAT_INNER_(a, b) a##b
#define FLEET_STATUS_CONCAT_(a, b) FLEET_STATUS_CONCAT_INNER_(a, b)

// Returns from the enclosing function if `expression` is not OK.
#define FLEET_RETURN_IF_ERROR(expression)          \
  do {                                             \
    absl::Status fleet_status_ = (expression);     \
    if (!fleet_status_.ok()) return fleet_status_; \
  } while (false)

// Assigns the value of `expression`, an absl::StatusOr, or returns its status.
#define FLEET_ASSIGN_OR_RETURN(declaration, expression) \
  FLEET_ASSIGN_OR_RETURN_INNER_(FLEET_STATUS_CONCAT_(fleet_status_or_, __LINE__), declaration, expression)

#define FLEET_ASSIGN_OR_RETURN_INNER_(holder, declaration, expression) \
  auto holder = (expression);                                          \
  if (!holder.ok()) return std::move(holder).status();                 \
  declaration = std::move(holder).value()

#endif  // FLEET_COMMON_STATUS_STATUS_MACROS_H_
