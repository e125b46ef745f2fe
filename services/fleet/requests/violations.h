// Collects what is wrong with a request, so that a caller learns all of it at once.
#ifndef FLEET_SERVICES_FLEET_REQUESTS_VIOLATIONS_H_
#define FLEET_SERVICES_FLEET_REQUESTS_VIOLATIONS_H_

#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "common/domain/character_rules.h"
#include "common/status/error_info.h"

namespace fleet::service {

class Violations {
 public:
  void Add(std::string field, std::string description);
  // Adds one if `problem` is not empty.
  void AddProblem(absl::string_view field, absl::string_view problem);
  // At most `characters`, all of which may stand in a text of this kind.
  void CheckText(absl::string_view field, const std::string& text, std::size_t characters,
                 domain::TextKind kind = domain::TextKind::kLines);

  // OK if there are none; else INVALID_ARGUMENT with the first 20 and the count.
  absl::Status ToStatus() const;

 private:
  ErrorInfo info_;
  std::size_t count_ = 0;
};

}  // namespace fleet::service

#endif  // FLEET_SERVICES_FLEET_REQUESTS_VIOLATIONS_H_
