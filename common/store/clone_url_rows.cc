#include "common/store/clone_url_rows.h"

#include <set>

#include "common/domain/clone_url_key.h"
#include "common/status/status_macros.h"

namespace fleet::store {
namespace {

using database::Array;
using database::RowReader;
using database::Rows;
using database::Statement;
using database::Transaction;

constexpr Statement kLockCloneUrls{"lock_clone_urls", "lock table shared_clone_urls in share row exclusive mode"};

// The keys that rows had before they change.
constexpr Statement kFindChangedKeys{"find_changed_keys", R"sql(
  select k.repo_key is null, k.url_key
  from unnest($1::text[], $2::text[], $3::text[]) as n(repo_key, clone_url, url_key)
  left join clone_url_keys k on k.repo_key = n.repo_key
  where (k.clone_url, k.url_key) is distinct from (n.clone_url, n.url_key)
)sql"};

constexpr Statement kUpsertKeys{"upsert_clone_url_keys", R"sql(
  insert into clone_url_keys (repo_key, clone_url, url_key)
  select n.repo_key, n.clone_url, n.url_key
  from unnest($1::text[], $2::text[], $3::text[]) as n(repo_key, clone_url, url_key)
  on conflict (repo_key) do update set clone_url = excluded.clone_url, url_key = excluded.url_key
    where (clone_url_keys.clone_url, clone_url_keys.url_key) is distinct from (excluded.clone_url, excluded.url_key)
)sql"};

constexpr Statement kDeleteKey{"delete_clone_url_key", R"sql(
  delete from clone_url_keys where repo_key = $1 returning url_key
)sql"};

constexpr Statement kForgetShared{"forget_shared_clone_urls", R"sql(
  delete from shared_clone_urls where url_key = any($1::text[]) or repo_key = any($2::text[])
)sql"};

constexpr Statement kKeepShared{"keep_shared_clone_urls", R"sql(
  insert into shared_clone_urls (repo_key, url_key)
  select c.repo_key, c.url_key
  from (select repo_key, url_key, count(*) over (partition by url_key) as repos
        from clone_url_keys where url_key = any($1::text[])) c
  where c.repos > 1
)sql"};

constexpr Statement kFindUnkept{"find_unkept_clone_urls", R"sql(
  select r.repo_key, r.clone_url from repositories r left join clone_url_keys k on k.repo_key = r.repo_key
  where r.repo_key > $1 and k.clone_url is distinct from r.clone_url
  order by r.repo_key limit $2
)sql"};

constexpr Statement kSomeAreShared{"some_clone_urls_are_shared", "select exists (select from shared_clone_urls)"};

constexpr Statement kFindShared{"find_shared_clone_urls", R"sql(
  select d.n, d.first from (
    select k.n, min(k.n) over (partition by s.url_key) as first
    from unnest($1::text[]) with ordinality as k(repo_key, n) join shared_clone_urls s on s.repo_key = k.repo_key) d
  where d.n > d.first order by d.n
)sql"};

}  // namespace

absl::Status LockCloneUrls(Transaction& transaction) { return transaction.Execute(kLockCloneUrls).status(); }

CloneUrlKeys::CloneUrlKeys(const std::vector<CloneUrl>& urls) {
  for (const CloneUrl& url : urls) {
    const std::string key = domain::CloneUrlKey(url.clone_url);
    repo_keys.AddText(url.repo_key);
    clone_urls.AddText(url.clone_url);
    url_keys.AddText(key);
    distinct.insert(key);
  }
}

absl::Status UpdateCloneUrls(Transaction& transaction, const CloneUrlKeys& keys) {
  FLEET_ASSIGN_OR_RETURN(const Rows changed,
                         transaction.Execute(kFindChangedKeys, {keys.repo_keys, keys.clone_urls, keys.url_keys}));
  if (changed.empty()) return absl::OkStatus();
  std::set<std::string> touched = keys.distinct;
  for (RowReader row : changed) {
    if (!row.Bool()) touched.insert(row.Text());
  }
  FLEET_RETURN_IF_ERROR(transaction.Execute(kUpsertKeys, {keys.repo_keys, keys.clone_urls, keys.url_keys}).status());
  Array affected;
  for (const std::string& key : touched) affected.AddText(key);
  FLEET_RETURN_IF_ERROR(transaction.Execute(kForgetShared, {affected, keys.repo_keys}).status());
  return transaction.Execute(kKeepShared, {affected}).status();
}

absl::Status ForgetCloneUrl(Transaction& transaction, const std::string& repo_key) {
  FLEET_ASSIGN_OR_RETURN(const Rows rows, transaction.Execute(kDeleteKey, {repo_key}));
  if (rows.empty()) return absl::OkStatus();
  Array affected;
  affected.AddText(rows[0].Text());
  Array repo_keys;
  repo_keys.AddText(repo_key);
  FLEET_RETURN_IF_ERROR(transaction.Execute(kForgetShared, {affected, repo_keys}).status());
  return transaction.Execute(kKeepShared, {affected}).status();
}

absl::StatusOr<std::vector<CloneUrl>> FindUnkeptCloneUrls(Transaction& transaction, const std::string& after_key,
                                                          int32_t limit) {
  FLEET_ASSIGN_OR_RETURN(const Rows rows, transaction.Execute(kFindUnkept, {after_key, limit}));
  std::vector<CloneUrl> urls;
  for (RowReader row : rows) {
    CloneUrl& url = urls.emplace_back();
    url.repo_key = row.Text();
    url.clone_url = row.Text();
  }
  return urls;
}

absl::StatusOr<bool> SomeCloneUrlsAreShared(Transaction& transaction) {
  FLEET_ASSIGN_OR_RETURN(const Rows some, transaction.Execute(kSomeAreShared));
  return some[0].Bool();
}

absl::StatusOr<std::vector<SharedCloneUrl>> FindSharedCloneUrls(Transaction& transaction, const Array& repo_keys) {
  std::vector<SharedCloneUrl> shared;
  FLEET_ASSIGN_OR_RETURN(const bool some, SomeCloneUrlsAreShared(transaction));
  if (!some) return shared;
  FLEET_ASSIGN_OR_RETURN(const Rows rows, transaction.Execute(kFindShared, {repo_keys}));
  for (RowReader row : rows) {
    SharedCloneUrl& url = shared.emplace_back();
    url.index = static_cast<std::size_t>(row.BigInt() - 1);
    url.first = static_cast<std::size_t>(row.BigInt() - 1);
  }
  return shared;
}

}  // namespace fleet::store
