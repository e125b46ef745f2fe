// Which registered repositories are one by their clone URLs. Kept at import, so that a submission finds it ready.
#ifndef FLEET_COMMON_STORE_CLONE_URL_ROWS_H_
#define FLEET_COMMON_STORE_CLONE_URL_ROWS_H_

#include <cstddef>
#include <set>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/database/transaction.h"

namespace fleet::store {

struct CloneUrl {
  std::string repo_key;
  std::string clone_url;
};

// Imports are decided one after the other from here to the end of the transaction: of two that make a pair at once, one
// has to see the other. Take it before any row.
absl::Status LockCloneUrls(database::Transaction& transaction);
// What URLs mean. Made before the transaction: of 100,000 it takes a while, and others wait for the lock.
struct CloneUrlKeys {
  explicit CloneUrlKeys(const std::vector<CloneUrl>& urls);

  database::Array repo_keys;
  database::Array clone_urls;
  database::Array url_keys;
  std::set<std::string> distinct;  // of url_keys
};
// Keeps what the URLs of these repositories mean. After LockCloneUrls.
absl::Status UpdateCloneUrls(database::Transaction& transaction, const CloneUrlKeys& keys);

// Of a repository that is gone. After LockCloneUrls.
absl::Status ForgetCloneUrl(database::Transaction& transaction, const std::string& repo_key);

// The next repositories whose URLs were stored without their meaning, by a program that did not keep it; at most
// `limit`, by key after `after_key`.
absl::StatusOr<std::vector<CloneUrl>> FindUnkeptCloneUrls(database::Transaction& transaction,
                                                          const std::string& after_key, int32_t limit);

// Nearly never: then there is nothing to compare.
absl::StatusOr<bool> SomeCloneUrlsAreShared(database::Transaction& transaction);

struct SharedCloneUrl {
  std::size_t index = 0;
  std::size_t first = 0;  // of the first that has the same
};
// Those of `repo_keys` that are an earlier one of them under another name, by index.
absl::StatusOr<std::vector<SharedCloneUrl>> FindSharedCloneUrls(database::Transaction& transaction,
                                                                const database::Array& repo_keys);

}  // namespace fleet::store

#endif  // FLEET_COMMON_STORE_CLONE_URL_ROWS_H_
