#include "common/database/database_probe.h"

#include "absl/strings/str_cat.h"
#include "common/database/transaction.h"
#include "common/logging/structured_log.h"
#include "common/status/public_words.h"

namespace fleet::database {
namespace {

constexpr Statement kPing{"database_ping", "select 1"};

}  // namespace

void DatabaseProbe::RunOnce() {
  absl::Status outcome = InTransaction(pool_, [](Transaction& transaction) {
                           transaction.RollBackInstead();
                           return transaction.Execute(kPing);
                         }).status();
  MutexLock lock(mutex_);
  if (!outcome.ok() && last_.code() != outcome.code()) LogWarning("database_ping_failed", {{"error", outcome}});
  last_ = ForCallers(outcome);
  ended_ = clock_.Elapsed();
}

absl::Status DatabaseProbe::Check() const {
  MutexLock lock(mutex_);
  const absl::Duration age = clock_.Elapsed() - ended_;
  if (age > freshness_)
    return absl::UnavailableError(absl::StrCat("the database has not answered for ", absl::FormatDuration(age)));
  return last_;
}

}  // namespace fleet::database
