#include "common/store/fleet_columns.h"

#include <algorithm>
#include <optional>
#include <type_traits>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/store/row_codec.h"

namespace fleet::store {
namespace {

using database::Array;
using database::RowReader;
using domain::Fleet;
using domain::FleetPolicy;
using domain::Rollup;

// Where a value stands: in the fleet itself, its policy, or its counters.
template <auto Member, typename FleetType>
auto& At(FleetType& fleet) {
  if constexpr (std::is_invocable_v<decltype(Member), FleetType&>) {
    return fleet.*Member;
  } else if constexpr (std::is_invocable_v<decltype(Member), decltype((fleet.policy))>) {
    return fleet.policy.*Member;
  } else {
    return fleet.rollup.*Member;
  }
}
template <auto Member>
using TypeAt = std::decay_t<decltype(At<Member>(std::declval<const Fleet&>()))>;

void Read(RowReader& row, int32_t& value) { value = row.Int(); }
void Read(RowReader& row, int64_t& value) { value = row.BigInt(); }
void Read(RowReader& row, bool& value) { value = row.Bool(); }
void Read(RowReader& row, std::string& value) { value = row.Text(); }
void Read(RowReader& row, domain::Ulid& value) { value = ReadUlid(row); }
void Read(RowReader& row, absl::Time& value) { value = row.Time(); }
void Read(RowReader& row, std::optional<absl::Time>& value) { value = row.OptionalTime(); }
void Read(RowReader& row, absl::Duration& value) { value = absl::Milliseconds(row.BigInt()); }
template <typename Enum>
  requires std::is_enum_v<Enum>
void Read(RowReader& row, Enum& value) {
  value = static_cast<Enum>(row.Int());
}

void Add(int32_t value, Array& array) { array.Add(int64_t{value}); }
void Add(int64_t value, Array& array) { array.Add(value); }
void Add(bool value, Array& array) { array.AddBare(value ? "t" : "f"); }
void Add(const std::string& value, Array& array) { array.AddText(value); }
void Add(const std::optional<absl::Time>& value, Array& array) { array.Add(value); }
template <typename Enum>
  requires std::is_enum_v<Enum>
void Add(Enum value, Array& array) {
  array.Add(static_cast<int64_t>(value));
}

template <typename T>
constexpr const char* SentAs() {
  if constexpr (std::is_same_v<T, bool>) return "boolean";
  if constexpr (std::is_same_v<T, std::string>) return "text";
  if constexpr (std::is_same_v<T, int32_t>) return "int";
  if constexpr (std::is_enum_v<T>) return "smallint";
  return "bigint";
}

template <auto Member>
void ReadMember(RowReader& row, Fleet& fleet) {
  Read(row, At<Member>(fleet));
}

template <auto Member>
constexpr bool kIsTime =
    std::is_same_v<TypeAt<Member>, absl::Time> || std::is_same_v<TypeAt<Member>, std::optional<absl::Time>>;

// A column that is read, and never written here.
template <auto Member>
FleetColumn Fixed(const char* name) {
  return {.name = name, .group = ColumnGroup::kFixed, .is_time = kIsTime<Member>, .read = &ReadMember<Member>};
}

// A column that is what the fleet says.
template <auto Member>
FleetColumn Plain(const char* name, ColumnGroup group) {
  return {.name = name,
          .group = group,
          .is_time = kIsTime<Member>,
          .read = &ReadMember<Member>,
          .add = [](const Fleet& fleet, Array& array) { Add(At<Member>(fleet), array); },
          .sent_as = SentAs<TypeAt<Member>>(),
          .same = [](const Fleet& a, const Fleet& b) { return At<Member>(a) == At<Member>(b); }};
}
template <auto Member>
FleetColumn Hot(const char* name) {
  return Plain<Member>(name, ColumnGroup::kHot);
}
template <auto Member>
FleetColumn Control(const char* name) {
  return Plain<Member>(name, ColumnGroup::kControl);
}

// One counter of an array of them.
template <auto Counters, auto index>
FleetColumn Counter(const char* name) {
  constexpr auto kAt = static_cast<std::size_t>(index);
  return {
      .name = name,
      .group = ColumnGroup::kHot,
      .read = [](RowReader& row, Fleet& fleet) { Read(row, (fleet.rollup.*Counters)[kAt]); },
      .add = [](const Fleet& fleet, Array& array) { Add((fleet.rollup.*Counters)[kAt], array); },
      .sent_as = "int",
      .same = [](const Fleet& a, const Fleet& b) { return (a.rollup.*Counters)[kAt] == (b.rollup.*Counters)[kAt]; }};
}
template <domain::TaskState state>
FleetColumn Children(const char* name) {
  return Counter<&Rollup::states, state>(name);
}
template <domain::Outcome outcome>
FleetColumn Outcomes(const char* name) {
  return Counter<&Rollup::outcomes, outcome>(name);
}
template <domain::FailureCategory category>
FleetColumn Failures(const char* name) {
  return Counter<&Rollup::categories, category>(name);
}

// The database's clock says when; `assign` says whether.
template <auto Member>
FleetColumn Clocked(const char* name, ColumnGroup group, const char* assign) {
  return {.name = name, .group = group, .is_time = kIsTime<Member>, .read = &ReadMember<Member>, .assign = assign};
}

bool IsSent(const FleetColumn& column, ColumnGroup group) { return column.group == group && column.add != nullptr; }

// Whether a select list has the column: the one of all, or the one of what batches do not write.
bool IsRead(const FleetColumn& column, bool all) {
  return column.read != nullptr && (all || column.group != ColumnGroup::kHot);
}

std::string SelectList(bool all) {
  std::vector<std::string> columns;
  for (const FleetColumn& column : FleetColumns()) {
    if (!IsRead(column, all)) continue;
    columns.push_back(column.is_time ? absl::StrCat("(extract(epoch from f.", column.name, ") * 1000000)::bigint")
                                     : absl::StrCat("f.", column.name));
  }
  return absl::StrJoin(columns, ", ");
}

Fleet ReadColumns(RowReader& row, bool all) {
  Fleet fleet;
  for (const FleetColumn& column : FleetColumns()) {
    if (IsRead(column, all)) column.read(row, fleet);
  }
  return fleet;
}

}  // namespace

const std::vector<FleetColumn>& FleetColumns() {
  using domain::FailureCategory;
  using domain::Outcome;
  using domain::TaskState;
  static const auto& kColumns = *new std::vector<FleetColumn>{
      Fixed<&Fleet::id>("fleet_id"),
      Fixed<&Fleet::creator>("creator"),
      Fixed<&Fleet::pool>("pool"),
      Fixed<&FleetPolicy::task_timeout>("task_timeout_ms"),
      Fixed<&FleetPolicy::max_tries>("max_tries"),
      Fixed<&Fleet::created_at>("created_at"),
      Fixed<&Fleet::traceparent>("traceparent"),
      Fixed<&Fleet::expansion_failed>("expansion_failed"),  // kept by the database: failure_message says something

      Hot<&Fleet::state>("state"),
      Hot<&Rollup::expanded>("expanded"),
      Hot<&Fleet::next_ordinal>("next_ordinal"),
      Children<TaskState::kQueued>("queued"),
      Children<TaskState::kSubmitted>("submitted"),
      Children<TaskState::kHydrating>("hydrating"),
      Children<TaskState::kRunning>("running"),
      Children<TaskState::kAwaitingApproval>("awaiting_approval"),
      Children<TaskState::kFinalizing>("finalizing"),
      Children<TaskState::kCompleted>("completed"),
      Children<TaskState::kFailed>("failed"),
      Children<TaskState::kCancelled>("cancelled"),
      Children<TaskState::kTimedOut>("timed_out"),
      Outcomes<Outcome::kUnspecified>("outcome_unspecified"),
      Outcomes<Outcome::kPullRequestOpened>("outcome_pull_request_opened"),
      Outcomes<Outcome::kPullRequestUpdated>("outcome_pull_request_updated"),
      Outcomes<Outcome::kBranchPushed>("outcome_branch_pushed"),
      Outcomes<Outcome::kNoChanges>("outcome_no_changes"),
      Outcomes<Outcome::kReportOnly>("outcome_report_only"),
      Failures<FailureCategory::kAuth>("failures_auth"),
      Failures<FailureCategory::kNetwork>("failures_network"),
      Failures<FailureCategory::kConcurrency>("failures_concurrency"),
      Failures<FailureCategory::kCompute>("failures_compute"),
      Failures<FailureCategory::kAgent>("failures_agent"),
      Failures<FailureCategory::kGuardrail>("failures_guardrail"),
      Failures<FailureCategory::kConfig>("failures_config"),
      Failures<FailureCategory::kTimeout>("failures_timeout"),
      Failures<FailureCategory::kBlocked>("failures_blocked"),
      Failures<FailureCategory::kUnknown>("failures_unknown"),
      Hot<&Rollup::delayed>("delayed"),
      Hot<&Rollup::suspects>("suspects"),
      Hot<&Rollup::known_cost>("known_cost"),
      Hot<&Rollup::cost_micros>("cost_micros"),
      Hot<&Rollup::duration_ms>("duration_ms"),
      Hot<&Fleet::revision>("revision"),
      Hot<&Fleet::next_retry_at>("next_retry_at"),
      Clocked<&Fleet::updated_at>("updated_at", ColumnGroup::kHot, "clock_timestamp()"),
      Clocked<&Fleet::started_at>("started_at", ColumnGroup::kHot,
                                  "case when f.started_at is null and d.submitted > 0 then clock_timestamp() "
                                  "else f.started_at end"),
      {.name = "ended_at",
       .group = ColumnGroup::kHot,
       .is_time = true,
       .read = &ReadMember<&Fleet::ended_at>,
       .add = [](const Fleet& fleet, Array& array) { Add(domain::IsTerminal(fleet.state), array); },
       .sent_as = "boolean",
       .same = [](const Fleet& a, const Fleet& b) { return a.state == b.state; },
       .assign = "case when d.ended_at then coalesce(f.ended_at, clock_timestamp()) end"},

      Control<&FleetPolicy::priority>("priority"),
      Control<&FleetPolicy::max_concurrency>("max_concurrency"),
      Control<&FleetPolicy::deadline>("deadline"),
      Control<&Fleet::cancel_mode>("cancel_mode"),
      Control<&Fleet::cancelled_by>("cancelled_by"),
      Control<&Fleet::pause_reasons>("pause_reasons"),
      // Read by programs that came before pause_reasons.
      {.name = "paused", .group = ColumnGroup::kControl, .assign = "d.pause_reasons <> 0"},
      Control<&Fleet::paused_by>("paused_by"),
      Control<&Fleet::expired>("expired"),
      Control<&Fleet::generation>("generation"),
      Clocked<&Fleet::queue_since>("queue_since", ColumnGroup::kControl,
                                   "case when f.generation <> d.generation or (f.pause_reasons <> 0 and "
                                   "d.pause_reasons = 0) or (f.open_targets and not d.open_targets) "
                                   "then clock_timestamp() else f.queue_since end"),
      Control<&Fleet::redriving>("retrying"),
      // Grows with the parts, as long as targets are open.
      Control<&Rollup::total>("total"),
      Control<&Fleet::open_targets>("open_targets"),
      Control<&Fleet::failure_message>("failure_message"),
  };
  return kColumns;
}

const std::string& FleetSelectList() {
  static const std::string& kList = *new std::string(SelectList(true));
  return kList;
}

Fleet ReadFleet(RowReader& row) { return ReadColumns(row, true); }

const std::string& ControlsSelectList() {
  static const std::string& kControls = *new std::string(SelectList(false));
  return kControls;
}

Fleet ReadControls(RowReader& row) { return ReadColumns(row, false); }

bool Differ(const Fleet& a, const Fleet& b, ColumnGroup group) {
  const std::vector<FleetColumn>& columns = FleetColumns();
  return std::any_of(columns.begin(), columns.end(), [&](const FleetColumn& column) {
    return column.group == group && column.same != nullptr && !column.same(a, b);
  });
}

std::string UpdateFleetsSql(ColumnGroup group) {
  std::vector<std::string> assignments;
  std::vector<std::string> arrays = {"$1::uuid[]"};
  std::vector<std::string> names = {"fleet_id"};
  for (const FleetColumn& column : FleetColumns()) {
    if (column.group != group) continue;
    const std::string sent = absl::StrCat("d.", column.name);
    const std::string time = absl::StrCat("(timestamptz 'epoch' + ", sent, " * interval '1 microsecond')");
    assignments.push_back(absl::StrCat(column.name, " = ",
                                       column.assign != nullptr ? column.assign
                                       : column.is_time         ? time
                                                                : sent));
    if (column.add == nullptr) continue;
    arrays.push_back(absl::StrCat("$", arrays.size() + 1, "::", column.sent_as, "[]"));
    names.emplace_back(column.name);
  }
  return absl::StrCat("update fleets f set ", absl::StrJoin(assignments, ", "), " from unnest(",
                      absl::StrJoin(arrays, ", "), ") as d(", absl::StrJoin(names, ", "),
                      ") where f.fleet_id = d.fleet_id");
}

std::vector<database::Value> FleetArrays(const std::vector<const Fleet*>& fleets, ColumnGroup group) {
  Array ids;
  for (const Fleet* fleet : fleets) ids.AddBare(fleet->id.ToUuid());
  std::vector<database::Value> values = {ids};
  for (const FleetColumn& column : FleetColumns()) {
    if (!IsSent(column, group)) continue;
    Array array;
    for (const Fleet* fleet : fleets) column.add(*fleet, array);
    values.emplace_back(array);
  }
  return values;
}

}  // namespace fleet::store
