#include "common/store/failure_rows.h"

#include <algorithm>
#include <utility>

#include "common/domain/failure_fingerprint.h"
#include "common/status/status_macros.h"
#include "common/store/row_codec.h"

namespace fleet::store {
namespace {

using database::RowReader;
using database::Rows;
using database::Statement;

// The attempt that ended the child, if it left a record; one of another category was an earlier one's.
#define FLEET_FAILED_TASKS                                                                        \
  " from tasks t left join task_attempts a on a.fleet_id = t.fleet_id and a.ordinal = t.ordinal " \
  "and a.attempt = t.attempt and a.category = t.category "                                        \
  "where t.fleet_id = $1 and t.state in (8, 10) "

constexpr Statement kReadFingerprints{"read_fingerprints",
                                      "select t.ordinal, t.category, a.fingerprint" FLEET_FAILED_TASKS
                                      "and t.ordinal between $2 and $3"};

constexpr Statement kReadGroups{"read_failure_groups",
                                "select t.category, a.fingerprint, count(*), min(t.ordinal), max(a.reason),"
                                " (array_agg(t.repo order by t.ordinal))[1:5]" FLEET_FAILED_TASKS R"sql(
  group by t.category, a.fingerprint order by count(*) desc, min(t.ordinal) limit 1000
)sql"};

constexpr Statement kReadMessages{"read_failure_messages", R"sql(
  select k.n, a.message, a.reason
  from unnest($2::int[]) with ordinality as k(ordinal, n)
  join tasks t on t.fleet_id = $1 and t.ordinal = k.ordinal
  join task_attempts a on a.fleet_id = $1 and a.ordinal = k.ordinal and a.attempt = t.attempt
)sql"};

std::string FingerprintOf(domain::FailureCategory category, std::string recorded) {
  if (!recorded.empty()) return recorded;
  return domain::Fingerprint(category, DescribeUnattempted(category).message);
}

}  // namespace

FailureWords DescribeUnattempted(domain::FailureCategory category) {
  if (category == domain::FailureCategory::kTimeout) {
    return {domain::FailureReason::kDeadlinePassed, "the fleet's deadline passed before the child had ended"};
  }
  return {domain::FailureReason::kQueuedTooLong, "waited in the queue for longer than queue_age_seconds allows"};
}

absl::StatusOr<std::map<int32_t, std::string>> ReadFingerprints(database::Transaction& transaction,
                                                                const domain::Ulid& fleet_id, int32_t first,
                                                                int32_t last) {
  FLEET_ASSIGN_OR_RETURN(const Rows rows, transaction.Execute(kReadFingerprints, {fleet_id.ToUuid(), first, last}));
  std::map<int32_t, std::string> fingerprints;
  for (RowReader row : rows) {
    const int32_t ordinal = row.Int();
    const auto category = static_cast<domain::FailureCategory>(row.Int());
    fingerprints[ordinal] = FingerprintOf(category, row.Text());
  }
  return fingerprints;
}

absl::StatusOr<std::vector<FailureGroup>> ReadFailureGroups(database::Transaction& transaction,
                                                            const domain::Ulid& fleet_id) {
  FLEET_ASSIGN_OR_RETURN(const Rows rows, transaction.Execute(kReadGroups, {fleet_id.ToUuid()}));
  std::vector<FailureGroup> groups;
  database::Array samples;
  for (RowReader row : rows) {
    FailureGroup& group = groups.emplace_back();
    group.category = static_cast<domain::FailureCategory>(row.Int());
    group.fingerprint = FingerprintOf(group.category, row.Text());
    group.count = row.Int();
    samples.Add(int64_t{row.Int()});
    row.Int();
    for (const auto& repo : row.TextArray()) group.sample_repos.push_back(repo.value_or(""));
    const FailureWords description = DescribeUnattempted(group.category);
    group.reason = description.reason;
    group.message = std::string(description.message);
  }
  if (groups.empty()) return groups;
  FLEET_ASSIGN_OR_RETURN(const Rows messages, transaction.Execute(kReadMessages, {fleet_id.ToUuid(), samples}));
  for (RowReader row : messages) {
    FailureGroup& group = groups[static_cast<std::size_t>(row.BigInt() - 1)];
    group.message = row.Text();
    group.reason = static_cast<domain::FailureReason>(row.Int());
  }
  return groups;
}

}  // namespace fleet::store
