// One fleet over every odd repository of the corpus, several times in a row.
#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <map>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "tests/e2e/corpus_judge.h"
#include "tests/e2e/end_to_end_test.h"
#include "tests/support/odd_repositories.h"
#include "tests/support/status_matchers.h"
#include "tests/support/test_share.h"
#include "tests/support/wait_until.h"

namespace fleet::e2e {
namespace {

using testing::OddRepository;

// Fleets one after the other, unless FLEET_CORPUS_FLEETS or FLEET_TEST_SHARE says how many.
constexpr int kFleets = 3;
// For a fleet; a machine of two idle cores needs a tenth.
constexpr absl::Duration kLimit = absl::Minutes(5);
// LFS as an operator sets it up. A filter without a driver has another name in the corpus.
constexpr char kGitConfig[] = R"([filter "lfs"]
  clean = git-lfs clean -- %f
  smudge = git-lfs smudge -- %f
  process = git-lfs filter-process
  required = true
)";

// Of a share that is less than one fleet, that part of the corpus, others in every run; else all.
std::vector<OddRepository> Share(std::vector<OddRepository> all) {
  const int64_t of_a_fleet = testing::TestShare(100 * kFleets);
  if (of_a_fleet >= 100) return all;
  const char* wanted = std::getenv("FLEET_TEST_SEED");
  const uint64_t seed = wanted == nullptr ? std::random_device{}() : std::strtoull(wanted, nullptr, 10);
  std::cout << "FLEET_TEST_SEED=" << seed << std::endl;
  std::shuffle(all.begin(), all.end(), std::mt19937_64(seed));
  all.resize((all.size() * static_cast<std::size_t>(of_a_fleet) + 99) / 100);
  return all;
}

// Of the corpus, those whose names hold one of the texts in FLEET_CORPUS, separated by commas; without it the share
// that is asked for.
std::vector<OddRepository> Chosen() {
  std::vector<OddRepository> all = testing::AllOddRepositories();
  const char* wanted = std::getenv("FLEET_CORPUS");
  if (wanted == nullptr) return Share(std::move(all));
  const std::vector<std::string> texts = absl::StrSplit(wanted, ',');
  std::vector<OddRepository> chosen;
  for (const OddRepository& odd : all) {
    const auto names_it = [&odd](const std::string& text) { return absl::StrContains(odd.name, text); };
    if (std::any_of(texts.begin(), texts.end(), names_it)) chosen.push_back(odd);
  }
  return chosen;
}

// Whether every fleet is over the whole corpus; otherwise what is slow is left to the first one.
bool RepeatsAll() { return std::getenv("FLEET_CORPUS_ALL") != nullptr; }

int Fleets() {
  const char* wanted = std::getenv("FLEET_CORPUS_FLEETS");
  return wanted != nullptr ? std::atoi(wanted) : static_cast<int>(testing::TestShare(kFleets));
}

std::string RepoOf(const OddRepository& odd) { return "corpus/" + odd.name; }

FleetStack::Options Patient() {
  FleetStack::Options options;
  options.lease_duration = "20s";
  return options;
}

class CorpusTest : public EndToEndTest {
 protected:
  CorpusTest() : EndToEndTest(Server::kShared, Patient()), corpus_(Chosen()) {}

  void MakeAndRegisterAll() {
    v1::ImportRepositoriesRequest request;
    for (const OddRepository& odd : corpus_) {
      std::filesystem::create_directories(std::filesystem::path(origin().Path(RepoOf(odd))).parent_path());
      FLEET_ASSERT_OK(testing::MakeOddRepository(odd, origin().Path(RepoOf(odd))));
      v1::Repository& repository = *request.add_repositories();
      repository.set_repo(RepoOf(odd));
      repository.set_clone_url(origin().Url(RepoOf(odd)));
      repository.set_default_branch(odd.default_branch);
    }
    FLEET_ASSERT_OK(api().Import(request));
  }

  void StartRunners() {
    const std::string config = WriteInput("gitconfig", kGitConfig);
    for (const char* name : {"runner-1", "runner-2"}) {
      stack().StartRunner(name, {"service-1", "service-2"}, {"--slots=3", "--git_config=" + config});
    }
  }

  // One fleet whose children each do what their entry says; its id, once it has ended or the limit is over.
  std::string RunFleet(const std::vector<OddRepository>& corpus) {
    v1::CreateFleetRequest request;
    request.set_workflow_ref(kWorkflow);
    for (const OddRepository& odd : corpus) {
      v1::FleetTarget& target = *request.add_targets();
      target.set_repo(RepoOf(odd));
      (*target.mutable_parameters())["do"] = odd.step;
    }
    const auto fleet = Create(request);
    FLEET_EXPECT_OK(fleet);
    if (!fleet.ok()) return "";
    // Asking the service again and again would take what the runners need.
    const auto watch = StartFleetctl({"watch", fleet->fleet_id(), "-o", "json"});
    EXPECT_TRUE(testing::WaitUntil([&] { return !watch->IsRunning(); }, kLimit)) << "the fleet has not ended";
    return fleet->fleet_id();
  }

  // What is not as expected, a block for each repository; also where the tree is not that of the first fleet.
  std::string Judge(const std::string& fleet_id, const std::vector<OddRepository>& corpus) {
    std::map<std::string, v1::Task> tasks = Tasks(fleet_id);
    std::string report;
    for (const OddRepository& odd : corpus) {
      const std::string repo = RepoOf(odd);
      const CorpusJudge judge(origin(), repo, odd, tasks[repo], BranchOf(fleet_id));
      std::vector<std::string> mismatches = judge.mismatches();
      const std::string& first = trees_.emplace(repo, judge.tree()).first->second;
      if (judge.tree() != first) {
        mismatches.push_back(absl::StrCat("pushed the tree ", judge.tree(), ", the first fleet ", first));
      }
      if (mismatches.empty()) continue;
      absl::StrAppend(&report, "\n", repo, "\n    ", absl::StrJoin(mismatches, "\n    "));
    }
    return report;
  }

  std::vector<OddRepository> corpus_;
  std::map<std::string, std::string> trees_;  // of the first fleet, by repository
};

TEST_F(CorpusTest, OneFleetDoesInEveryRepositoryWhatIsExpectedAndAnyFurtherOneTheSame) {
  ASSERT_FALSE(corpus_.empty()) << "nothing is named like FLEET_CORPUS";
  const auto quick = std::stable_partition(corpus_.begin(), corpus_.end(), [](const auto& odd) { return odd.is_slow; });
  ASSERT_NO_FATAL_FAILURE(MakeAndRegisterAll());
  ApplyScript(R"(exec sh -euc "$FLEET_PARAM_DO")");
  StartRunners();
  const int fleets = Fleets();
  ASSERT_GT(fleets, 0) << "FLEET_CORPUS_FLEETS";
  for (int i = 1; i <= fleets && !HasFailure(); ++i) {
    const std::vector<OddRepository> corpus(i == 1 || RepeatsAll() ? corpus_.begin() : quick, corpus_.end());
    if (corpus.empty()) break;
    const std::string report = Judge(RunFleet(corpus), corpus);
    EXPECT_TRUE(report.empty()) << "fleet " << i << " of " << fleets << report;
  }
}

}  // namespace
}  // namespace fleet::e2e
