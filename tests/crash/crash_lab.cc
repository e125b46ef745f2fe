#include "tests/crash/crash_lab.h"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <stdexcept>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "common/database/transaction.h"
#include "common/status/status_macros.h"

namespace fleet::crash {
namespace {

using database::Rows;
using database::Statement;
using database::Transaction;
using testing::TcpProxy;

constexpr Statement kInTransaction{"lab_in_transaction", R"sql(
  select count(*) from pg_stat_activity where datname = current_database() and application_name = $1
    and xact_start is not null and state <> 'idle'
)sql"};

constexpr Statement kStuck{"lab_stuck", R"sql(
  select count(*) from pg_stat_activity where datname = current_database() and application_name = $1
    and state = 'idle in transaction'
)sql"};

constexpr Statement kHeldBy{"lab_held_by", R"sql(
  select count(*) from tasks t join runners r on r.runner_id = t.runner_id
  where r.name = $1 and r.state = 1 and t.state between 2 and 6
)sql"};

constexpr Statement kUnderWay{"lab_under_way", R"sql(
  select sum(submitted + hydrating + running + awaiting_approval + finalizing + total - expanded) from fleets
  where ended_at is null
)sql"};

constexpr Statement kEnded{"lab_ended", "select sum(completed + failed + cancelled + timed_out) from fleets"};

constexpr Statement kTerminate{"lab_terminate", R"sql(
  select count(pg_terminate_backend(pid)) from pg_stat_activity
  where datname = current_database() and (application_name like 'service-%' or application_name like 'worker-%')
    and xact_start is not null and state <> 'idle'
)sql"};

constexpr Statement kOpen{"lab_open", "select count(*) from fleets where ended_at is null"};

}  // namespace

CrashLab::CrashLab(testing::PostgresServer& server, const testing::TestDatabase& database,
                   const CrashSchedule& schedule)
    : postgres_(server), url_(database.url()), connections_(database.url(), 1) {
  directory_ = (std::filesystem::temp_directory_path() / "fleet-crash-XXXXXX").string();
  if (mkdtemp(directory_.data()) == nullptr) throw std::runtime_error("mkdtemp failed");
  for (int i = 0; i < kServices; ++i) AddServer(schedule, true, i);
  for (int i = 0; i < kWorkers; ++i) AddServer(schedule, false, i);
  for (int i = 0; i < schedule.runners; ++i) AddRunner(schedule, i);
}

CrashLab::~CrashLab() = default;

std::string CrashLab::UrlThrough(const TcpProxy& proxy, const std::string& process) const {
  const std::string direct = absl::StrCat(":", postgres_.port(), "/");
  const std::string proxied = absl::StrCat(":", proxy.port(), "/");
  return absl::StrCat(absl::StrReplaceAll(url_, {{direct, proxied}}), "?application_name=", process);
}

void CrashLab::AddServer(const CrashSchedule& schedule, bool is_service, int number) {
  auto& proxies = is_service ? service_databases_ : worker_databases_;
  proxies.push_back(std::make_unique<TcpProxy>(postgres_.port()));
  testing::FleetProgram::Options options;
  options.name = absl::StrCat(is_service ? "service-" : "worker-", number + 1);
  options.directory = directory_;
  options.retries = true;
  options.environment["FLEET_DATABASE_URL"] = UrlThrough(*proxies.back(), options.name);
  options.argv = {testing::FleetProgram::Binary(is_service ? "fleet-service" : "fleet-worker"),
                  "--metrics_listen=127.0.0.1:0",
                  absl::StrCat("--lease_duration=", absl::FormatDuration(schedule.lease)),
                  absl::StrCat("--wake_up_hints=", schedule.wake_up_hints)};
  if (is_service) {
    options.argv.insert(options.argv.end(),
                        {"--insecure_identity", "--listen=127.0.0.1:0", "--cancel_grace=1s",
                         absl::StrCat("--heartbeat_interval=", absl::FormatDuration(schedule.lease / 5))});
    // The port is known once it is up.
    callers_.push_back(std::make_unique<TcpProxy>(1));
  } else {
    options.argv.emplace_back("--poll_interval=100ms");
  }
  auto& processes = is_service ? services_ : workers_;
  processes.push_back(std::make_unique<testing::FleetProgram>(std::move(options)));
  processes.back()->Launch();
}

void CrashLab::AddRunner(const CrashSchedule& schedule, int number) {
  auto& proxies = runner_services_.emplace_back();
  std::vector<std::string> addresses;
  for (int i = 0; i < kServices; ++i) {
    proxies.push_back(std::make_unique<TcpProxy>(1));
    // Each begins with another service.
    addresses.insert((number + i) % 2 == 0 ? addresses.begin() : addresses.end(), proxies.back()->address());
  }
  testing::FleetProgram::Options options;
  options.name = absl::StrCat("runner-", number + 1);
  options.directory = directory_;
  options.has_port_file = false;
  // While calls fail fast, only gRPC's backup poller brings a connection forward: by default every five seconds.
  options.environment["GRPC_CLIENT_CHANNEL_BACKUP_POLL_INTERVAL_MS"] = "20";
  options.argv = {testing::FleetProgram::Binary("fleet_test_runner"),
                  absl::StrCat("--name=", options.name),
                  absl::StrCat("--services=", absl::StrJoin(addresses, ",")),
                  absl::StrCat("--seed=", schedule.seed),
                  absl::StrCat("--slots=", schedule.slots),
                  absl::StrCat("--longest_work=", absl::FormatDuration(schedule.longest_work)),
                  absl::StrCat("--journal=", JournalOf(number))};
  runners_.push_back(std::make_unique<testing::FleetProgram>(std::move(options)));
  runners_.back()->Launch();
}

std::string CrashLab::JournalOf(int runner) const {
  return absl::StrCat(directory_, "/runner-", runner + 1, ".journal");
}

absl::Status CrashLab::Tend() {
  for (auto* processes : {&services_, &workers_, &runners_}) {
    for (auto& process : *processes) FLEET_RETURN_IF_ERROR(process->Tend());
  }
  for (std::size_t i = 0; i < services_.size(); ++i) {
    if (!services_[i]->is_up()) continue;
    callers_[i]->SetTarget(services_[i]->port("grpc"));
    for (auto& proxies : runner_services_) proxies[i]->SetTarget(services_[i]->port("grpc"));
  }
  return absl::OkStatus();
}

bool CrashLab::IsUp() const {
  for (const auto* processes : {&services_, &workers_, &runners_}) {
    for (const auto& process : *processes) {
      if (!process->is_up()) return false;
    }
  }
  return true;
}

std::vector<TcpProxy*> CrashLab::NetworkOfService(int number) {
  return {service_databases_[static_cast<std::size_t>(number)].get()};
}

std::vector<TcpProxy*> CrashLab::NetworkOfWorker(int number) {
  return {worker_databases_[static_cast<std::size_t>(number)].get()};
}

std::vector<TcpProxy*> CrashLab::NetworkOfRunner(int number) {
  std::vector<TcpProxy*> proxies;
  for (auto& proxy : runner_services_[static_cast<std::size_t>(number)]) proxies.push_back(proxy.get());
  return proxies;
}

std::vector<std::string> CrashLab::addresses() const {
  std::vector<std::string> addresses;
  for (const auto& proxy : callers_) addresses.push_back(proxy->address());
  return addresses;
}

int64_t CrashLab::Ask(const Statement& statement, std::initializer_list<database::Value> values) {
  const absl::StatusOr<int64_t> answer =
      database::InTransaction(connections_, [&](Transaction& transaction) -> absl::StatusOr<int64_t> {
        transaction.RollBackInstead();
        FLEET_ASSIGN_OR_RETURN(const Rows rows, transaction.Execute(statement, values));
        return rows[0].BigInt();
      });
  return answer.value_or(-1);
}

int CrashLab::InTransaction(const std::string& process) {
  return static_cast<int>(std::max<int64_t>(0, Ask(kInTransaction, {process})));
}

int CrashLab::StuckInTransaction(const std::string& process) {
  return static_cast<int>(std::max<int64_t>(0, Ask(kStuck, {process})));
}

int CrashLab::HeldBy(const std::string& runner) {
  return static_cast<int>(std::max<int64_t>(0, Ask(kHeldBy, {runner})));
}

int CrashLab::ChildrenUnderWay() { return static_cast<int>(std::max<int64_t>(0, Ask(kUnderWay))); }

int CrashLab::ChildrenEnded() { return static_cast<int>(std::max<int64_t>(0, Ask(kEnded))); }

int CrashLab::TerminateTransactions() { return static_cast<int>(std::max<int64_t>(0, Ask(kTerminate))); }

bool CrashLab::NothingIsOpen() { return Ask(kOpen) == 0; }

}  // namespace fleet::crash
