// What is to be known of one fleet, and of the system around it, as files of a bundle.
#ifndef FLEET_CLI_FLEETCTL_COMMANDS_DIAGNOSIS_H_
#define FLEET_CLI_FLEETCTL_COMMANDS_DIAGNOSIS_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "cli/fleetctl/commands/command_context.h"
#include "cli/fleetctl/commands/doctor_report.h"
#include "cli/fleetctl/output/bundle_writer.h"
#include "cli/fleetctl/output/secret_masker.h"
#include "fleet/v1/fleet_service.pb.h"

namespace fleet::cli {

class Diagnosis {
 public:
  // Attempts and logs of at most `repositories` children: those that failed, then those under way.
  Diagnosis(CommandContext& context, BundleWriter& bundle, int32_t repositories)
      : context_(context), bundle_(bundle), repositories_(repositories) {}

  // Asks for everything and writes it, without secrets. What cannot be had is named in problems() and in the bundle's
  // README.txt. Returns the error if files cannot be written or it was interrupted.
  absl::Status Collect(v1::GetFleetResponse fleet);

  // A sentence each; empty if everything was had.
  const std::vector<std::string>& problems() const { return problems_; }

 private:
  absl::Status AddSystem();
  absl::Status AddFleet(v1::GetFleetResponse& fleet);
  absl::Status AddExplanation(const v1::Fleet& fleet);
  absl::Status AddFailures(const std::string& fleet_id);
  absl::Status AddChildren(const std::string& fleet_id);
  absl::Status AddAttempts(const v1::Task& task);
  absl::Status AddLimits();
  absl::Status AddAudit(const std::string& fleet_id);
  absl::Status AddRunners();
  absl::Status AddReadme(const std::string& fleet_id);

  // Writes it as JSON, masked.
  absl::Status AddMessage(const std::string& name, google::protobuf::Message& message);
  absl::Status AddText(const std::string& name, const std::string& text);
  // Keeps what could not be had; OK unless it was interrupted.
  absl::Status Miss(const std::string& what, const absl::Status& status);

  CommandContext& context_;
  BundleWriter& bundle_;
  const int32_t repositories_;
  SecretMasker masker_;
  DoctorReport report_;
  std::vector<std::string> problems_;
};

}  // namespace fleet::cli

#endif  // FLEET_CLI_FLEETCTL_COMMANDS_DIAGNOSIS_H_
