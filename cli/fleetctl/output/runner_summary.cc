#include "cli/fleetctl/output/runner_summary.h"

#include "absl/strings/str_cat.h"
#include "cli/fleetctl/output/label_lines.h"
#include "cli/fleetctl/output/state_names.h"
#include "cli/fleetctl/output/text_sanitizer.h"
#include "cli/fleetctl/output/value_format.h"
#include "common/rpc/proto_time.h"

namespace fleet::cli {

std::string DescribePlace(const v1::Runner& runner) {
  const std::string host = SanitizeLine(runner.host());
  const std::string address = SanitizeLine(runner.address());
  if (host.empty() || address.empty()) return absl::StrCat(host, address);
  return absl::StrCat(host, " (", address, ")");
}

std::string DescribeHeartbeat(const v1::Runner& runner) {
  return absl::StrCat(FormatElapsed(rpc::FromProtoDuration(runner.heartbeat_age())), " ago");
}

std::string SummarizeRunner(const v1::Runner& runner, const Terminal& terminal) {
  LabelLines lines;
  lines.Add("Runner", SanitizeLine(runner.name()));
  lines.Add("Id", SanitizeLine(runner.runner_id()));
  lines.Add("State", terminal.Paint(Name(runner.state()), ColorOf(runner.state())));
  lines.Add("Heartbeat", DescribeHeartbeat(runner));
  lines.Add("Pool", SanitizeLine(runner.pool()));
  lines.Add("Slots", absl::StrCat(runner.slots(), ", ", runner.held_count(), " in use"));
  lines.Add("Version", runner.version().empty() ? "not said" : SanitizeLine(runner.version()));
  lines.Add("Host", DescribePlace(runner));
  lines.Add("User", SanitizeLine(runner.user()));
  lines.Add("Since", FormatTime(runner.register_time()));
  return lines.text();
}

}  // namespace fleet::cli
