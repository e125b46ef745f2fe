// Takes secrets out of what leaves the house: a bundle that somebody attaches to a report.
#ifndef FLEET_CLI_FLEETCTL_OUTPUT_SECRET_MASKER_H_
#define FLEET_CLI_FLEETCTL_OUTPUT_SECRET_MASKER_H_

#include <set>
#include <string>

#include "absl/strings/string_view.h"
#include "google/protobuf/message.h"

namespace fleet::cli {

// It knows the values it was told, and what secrets commonly look like: credentials in URLs, what follows names such as
// "password=" or "Authorization:", tokens with the prefixes of forges and clouds, private keys. Another secret in a log
// it cannot know: who sends a bundle looks at it first.
class SecretMasker {
 public:
  // Every value of a map called "parameters" in `message`, however deep: parameters are the way secrets get to steps.
  void LearnFrom(const google::protobuf::Message& message);
  // Values of fewer than 8 characters are not masked elsewhere: they would be found in any text.
  void Learn(const std::string& value);

  // `text` with *** for each secret.
  std::string Mask(absl::string_view text) const;
  // Every text in it, and all of every parameter's value.
  void MaskMessage(google::protobuf::Message& message) const;

 private:
  std::set<std::string> values_;
};

}  // namespace fleet::cli

#endif  // FLEET_CLI_FLEETCTL_OUTPUT_SECRET_MASKER_H_
