#include "common/store/failure_rows.h"

#include <algorithm>
#include <map>
#include <string>
#include <utility>
#include <vector>

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
                                "select t.category, a.fingerprint, count(*), min(t.ordinal),"
                                " (array_agg(t.repo order by t.ordinal))[1:5]" FLEET_FAILED_TASKS R"sql(
  group by t.category, a.fingerprint order by count(*) desc, min(t.ordinal) limit 1000
)sql"};

constexpr std::size_t kSamples = 5;  // as in kReadGroups

constexpr Statement kReadMessages{"read_failure_messages", R"sql(
  select k.n, a.message, a.reason
  from unnest($2::int[]) with ordinality as k(ordinal, n)
  join tasks t on t.fleet_id = $1 and t.ordinal = k.ordinal
  join task_attempts a on a.fleet_id = $1 and a.ordinal = k.ordinal and a.attempt = t.attempt
    and a.category = t.category
)sql"};

std::string FingerprintOf(domain::FailureCategory category, std::string recorded) {
  if (!recorded.empty()) return recorded;
  return domain::Fingerprint(category, DescribeUnattempted(category).message);
}

void Merge(FailureGroup& group, const FailureGroup& other) {
  group.count += other.count;
  for (const std::string& repo : other.sample_repos) {
    if (group.sample_repos.size() < kSamples) group.sample_repos.push_back(repo);
  }
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
  std::map<std::string, std::size_t> indices;  // by fingerprint
  std::vector<int32_t> quoted;                 // of each group the child whose words it has
  for (RowReader row : rows) {
    FailureGroup group;
    group.category = static_cast<domain::FailureCategory>(row.Int());
    group.fingerprint = FingerprintOf(group.category, row.Text());
    group.count = row.Int();
    const int32_t ordinal = row.Int();
    for (const auto& repo : row.TextArray()) group.sample_repos.push_back(repo.value_or(""));
    const FailureWords words = DescribeUnattempted(group.category);
    group.reason = words.reason;
    group.message = std::string(words.message);
    const auto [entry, is_new] = indices.try_emplace(group.fingerprint, groups.size());
    if (is_new) {
      groups.push_back(std::move(group));
      quoted.push_back(ordinal);
    } else {
      // Some of them came to the same end without an attempt that says so.
      Merge(groups[entry->second], group);
    }
  }
  if (groups.empty()) return groups;
  database::Array samples;
  for (const int32_t ordinal : quoted) samples.Add(int64_t{ordinal});
  FLEET_ASSIGN_OR_RETURN(const Rows messages, transaction.Execute(kReadMessages, {fleet_id.ToUuid(), samples}));
  for (RowReader row : messages) {
    FailureGroup& group = groups[static_cast<std::size_t>(row.BigInt() - 1)];
    group.message = row.Text();
    group.reason = static_cast<domain::FailureReason>(row.Int());
  }
  std::stable_sort(groups.begin(), groups.end(),
                   [](const FailureGroup& a, const FailureGroup& b) { return a.count > b.count; });
  return groups;
}

}  // namespace fleet::store
