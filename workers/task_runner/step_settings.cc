#include "workers/task_runner/step_settings.h"

#include <filesystem>
#include <system_error>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "common/domain/workflow_rules.h"
#include "common/status/status_macros.h"
#include "workers/task_runner/private_file.h"

namespace fleet::runner {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMaxEnvironmentFile = 64 << 10;
constexpr std::size_t kMaxHome = 1 << 20;
constexpr std::size_t kMaxHomeFiles = 100;
// Shorter ones would take ordinary words out of logs.
constexpr std::size_t kMinSecret = 8;

absl::Status Wrong(absl::string_view flag, absl::string_view where, absl::string_view problem) {
  return absl::InvalidArgumentError(absl::StrCat("--", flag, ": ", where, where.empty() ? "" : ": ", problem));
}

// What is wrong with a file, without its path, which is the operator's affair.
absl::string_view Problem(const absl::Status& status) {
  return absl::IsNotFound(status) ? "does not exist" : absl::string_view(status.message());
}

void AddSecret(absl::string_view text, StepSettings& settings) {
  if (text.size() >= kMinSecret) settings.secrets.emplace_back(text);
}

absl::Status ReadEnvironment(const std::string& path, StepSettings& settings) {
  constexpr char kFlag[] = "step_env_file";
  const absl::StatusOr<std::string> text = ReadPlainFile(path, kMaxEnvironmentFile);
  if (!text.ok()) return Wrong(kFlag, "", Problem(text.status()));
  int number = 0;
  for (absl::string_view line : absl::StrSplit(*text, '\n')) {
    ++number;
    absl::ConsumeSuffix(&line, "\r");
    if (absl::StripAsciiWhitespace(line).empty() || line[0] == '#') continue;
    const std::string where = absl::StrCat("line ", number);
    const std::pair<absl::string_view, absl::string_view> variable = absl::StrSplit(line, absl::MaxSplits('=', 1));
    const auto& [name, value] = variable;
    if (!absl::StrContains(line, '=')) return Wrong(kFlag, where, "is not NAME=VALUE");
    if (const auto problem = domain::VariableNameProblem(name); !problem.empty()) {
      return Wrong(kFlag, where, absl::StrCat("the name ", problem.what));
    }
    if (name == "HOME" || name == "TMPDIR") return Wrong(kFlag, where, "HOME and TMPDIR are the task's own");
    if (const auto problem = domain::VariableValueProblem(name, value); !problem.empty()) {
      return Wrong(kFlag, where, absl::StrCat("the value ", problem.what));
    }
    settings.environment[std::string(name)] = std::string(value);
    AddSecret(value, settings);
  }
  return absl::OkStatus();
}

void AddSecretsOf(absl::string_view content, StepSettings& settings) {
  for (absl::string_view line : absl::StrSplit(content, absl::ByAnyChar("\r\n"), absl::SkipWhitespace())) {
    line = absl::StripAsciiWhitespace(line);
    const std::size_t sign = line.find('=');
    const std::size_t start = sign == absl::string_view::npos ? line.find_last_of(" \t") : sign;
    absl::string_view value = start == absl::string_view::npos ? line : line.substr(start + 1);
    value = absl::StripAsciiWhitespace(value);
    if (absl::ConsumePrefix(&value, "\"")) absl::ConsumeSuffix(&value, "\"");
    AddSecret(value, settings);
  }
}

absl::Status ReadHome(const std::string& home, StepSettings& settings) {
  constexpr char kFlag[] = "step_home";
  std::size_t left = kMaxHome;
  std::error_code error;
  fs::recursive_directory_iterator entry(home, error);
  for (const fs::recursive_directory_iterator end; !error && entry != end; entry.increment(error)) {
    const std::string name = entry->path().lexically_relative(home).string();
    if (fs::is_directory(entry->symlink_status())) continue;
    if (settings.home.size() == kMaxHomeFiles) return Wrong(kFlag, "", "holds more than 100 files");
    absl::StatusOr<std::string> content = ReadPlainFile(entry->path().string(), left);
    if (!content.ok()) return Wrong(kFlag, name, Problem(content.status()));
    left -= content->size();
    AddSecretsOf(*content, settings);
    settings.home[name] = *std::move(content);
  }
  if (error) return Wrong(kFlag, "", error.message());
  return absl::OkStatus();
}

}  // namespace

std::string StepSettings::Names() const {
  std::vector<std::string> names;
  names.reserve(environment.size() + home.size());
  for (const auto& [name, value] : environment) names.push_back(name);
  for (const auto& [path, content] : home) names.push_back(absl::StrCat("~/", path));
  return absl::StrJoin(names, ", ");
}

absl::StatusOr<StepSettings> ReadStepSettings(const StepSettingsFiles& files) {
  StepSettings settings;
  if (!files.environment.empty()) FLEET_RETURN_IF_ERROR(ReadEnvironment(files.environment, settings));
  if (!files.home.empty()) FLEET_RETURN_IF_ERROR(ReadHome(files.home, settings));
  return settings;
}

absl::Status WriteHome(const StepSettings& settings, const std::string& home) {
  for (const auto& [path, content] : settings.home) {
    const fs::path file = fs::path(home) / path;
    std::error_code ignored;  // the write says what is wrong
    fs::create_directories(file.parent_path(), ignored);
    FLEET_RETURN_IF_ERROR(WritePrivateFile(file.string(), content));
  }
  return absl::OkStatus();
}

std::string MaskSecrets(absl::string_view text, const std::vector<std::string>& secrets) {
  std::vector<std::pair<absl::string_view, absl::string_view>> replacements;
  replacements.reserve(secrets.size());
  for (const std::string& secret : secrets) replacements.emplace_back(secret, "***");
  return absl::StrReplaceAll(text, replacements);
}

}  // namespace fleet::runner
