#include "common/domain/git_symptoms.h"

#include <algorithm>
#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"

namespace fleet::domain {
namespace {

using Reason = FailureReason;
using Speaker = GitSpeaker;

constexpr absl::string_view kUnpackerReport = "[remote rejected] (unpacker error)";
constexpr absl::string_view kRefReport = "[remote rejected] (failed to update ref)";
constexpr absl::string_view kNoReport = "[remote failure]";

const GitSymptom kSymptoms[] = {
    // A hook that takes part in storing refs ends the server with it; others only make it say "hook declined".
    {Speaker::kServerEnd, "fatal: *aborted by *hook", Reason::kPushRefused},

    // Of the runner's machine.
    {Speaker::kSystem, "*: no space left on device", Reason::kDiskFull},
    {Speaker::kSystem, "*: disk quota exceeded", Reason::kDiskFull},
    {Speaker::kSystem, "*: cannot allocate memory", Reason::kOutOfMemory},
    {Speaker::kSystem, "fatal: out of memory, *", Reason::kOutOfMemory},
    {Speaker::kSystem, "*: resource temporarily unavailable", Reason::kProcessLimit},
    {Speaker::kSystem, "*: too many open files", Reason::kProcessLimit},

    {Speaker::kSystem, "error: pack-objects died of signal 9", Reason::kProcessKilled},
    {Speaker::kConnection, "error: * died of signal 9", Reason::kProcessKilled},

    // Of the server's machine.
    {Speaker::kUnpacker, "fatal: *: no space left on device", Reason::kRemoteError},
    {Speaker::kUnpacker, "fatal: *: disk quota exceeded", Reason::kRemoteError},
    {Speaker::kUnpacker, "fatal: *: file too large", Reason::kRemoteError},
    {Speaker::kUnpacker, "fatal: *: cannot allocate memory", Reason::kRemoteError},
    {Speaker::kUnpacker, "fatal: out of memory, *", Reason::kRemoteError},
    {Speaker::kUnpacker, "error: insufficient permission for adding an object to repository database *",
     Reason::kPermissionDenied},
    {Speaker::kUnpacker, "fatal: failed to write object", Reason::kRemoteError},
    {Speaker::kUnpacker, "fatal: early eof", Reason::kRemoteError},
    {Speaker::kUnpacker, "error: * died of signal *", Reason::kRemoteError},
    {Speaker::kUnpacker, "error: remote unpack failed: unable to create temporary object directory",
     Reason::kRemoteError},

    // Answers to a push: what is no race, and no failure of the server, is a refusal.
    {Speaker::kReport, "[rejected] *", Reason::kPushRaced},
    {Speaker::kReport, "[remote rejected] (*' exists; cannot create '*)", Reason::kBranchNameBlocked},
    {Speaker::kReport, "[remote rejected] (refname conflict)", Reason::kBranchNameBlocked},
    {Speaker::kReport, "[remote rejected] (reference conflict due to case-insensitive filesystem)",
     Reason::kBranchNameBlocked},
    {Speaker::kRefStore, "error: cannot lock ref '*': '*' exists; cannot create '*'", Reason::kBranchNameBlocked},
    {Speaker::kReport, kRefReport, Reason::kPushRaced},
    {Speaker::kReport, "[remote rejected] (cannot lock ref '*", Reason::kPushRaced},
    {Speaker::kReport, "[remote rejected] (failed to lock)", Reason::kPushRaced},
    {Speaker::kReport, "[remote rejected] (reference already exists)", Reason::kPushRaced},
    {Speaker::kReport, "[remote rejected] (reference does not exist)", Reason::kPushRaced},
    {Speaker::kReport, "[remote rejected] (incorrect old value provided)", Reason::kPushRaced},
    {Speaker::kReport, "[remote rejected] (fetch first)", Reason::kPushRaced},
    {Speaker::kReport, "[remote rejected] (stale info)", Reason::kPushRaced},
    {Speaker::kReport, "[remote rejected]*", Reason::kPushRefused},
    {Speaker::kReport, "[remote failure]*", Reason::kRemoteError},

    // Of git here and its settings.
    {Speaker::kSystem, "fatal: cannot run *: no such file or directory", Reason::kRunnerSetup},
    {Speaker::kSystem, "fatal: cannot exec '*': permission denied", Reason::kRunnerSetup},
    {Speaker::kSystem, "fatal: bad config line * in file /*", Reason::kRunnerSetup},
    {Speaker::kSystem, "git: '*' is not a git command. see 'git --help'.", Reason::kRunnerSetup},
    {Speaker::kConnection, "*: ssh: not found", Reason::kRunnerSetup},
    {Speaker::kConnection, "*: ssh: command not found", Reason::kRunnerSetup},
    {Speaker::kConnection, "fatal: transport '*' not allowed", Reason::kBadConfig},

    // Forges refuse with 403 whoever asks too often.
    {Speaker::kForge, "*rate limit*", Reason::kRateLimited},
    {Speaker::kForge, "*too many requests*", Reason::kRateLimited},
    {Speaker::kConnection, "*the requested url returned error: 429", Reason::kRateLimited},

    {Speaker::kConnection, "fatal: authentication failed for '*", Reason::kAuthRefused},
    {Speaker::kConnection, "fatal: could not read username for '*", Reason::kAuthRefused},
    {Speaker::kConnection, "fatal: could not read password for '*", Reason::kAuthRefused},
    {Speaker::kConnection, "*permission denied (*).", Reason::kAuthRefused},  // ssh lists the methods it tried
    {Speaker::kConnection, "*: too many authentication failures", Reason::kAuthRefused},
    {Speaker::kConnection, "*the requested url returned error: 401", Reason::kAuthRefused},

    {Speaker::kForge, "*repository not found*", Reason::kRepositoryNotFound},
    {Speaker::kForge, "*repository either does not exist or you do not have access*", Reason::kRepositoryNotFound},
    {Speaker::kForge, "*the project you were looking for could not be found*", Reason::kRepositoryNotFound},
    {Speaker::kConnection, "fatal: repository '*' not found", Reason::kRepositoryNotFound},
    {Speaker::kConnection, "fatal: '*' does not appear to be a git repository", Reason::kRepositoryNotFound},
    {Speaker::kConnection, "fatal: * not valid: is this a git repository?", Reason::kRepositoryNotFound},
    {Speaker::kConnection, "fatal: remote error: access denied or repository not exported: *",
     Reason::kRepositoryNotFound},
    {Speaker::kConnection, "*the requested url returned error: 404", Reason::kRepositoryNotFound},
    {Speaker::kConnection, "*the requested url returned error: 410", Reason::kRepositoryNotFound},
    {Speaker::kConnection, "fatal: couldn't find remote ref *", Reason::kBranchNotFound},

    {Speaker::kForge, "*permission to * denied to *", Reason::kPermissionDenied},
    {Speaker::kForge, "*you are not allowed to *", Reason::kPermissionDenied},
    {Speaker::kForge, "*access denied*", Reason::kPermissionDenied},
    {Speaker::kConnection, "*the requested url returned error: 403", Reason::kPermissionDenied},

    {Speaker::kConnection, "fatal: detected dubious ownership in repository at '*'", Reason::kBadConfig},
    {Speaker::kConnection, "fatal: bad config line * in file *", Reason::kBadConfig},
    {Speaker::kConnection, "fatal: dumb http transport does not support *", Reason::kBadConfig},
    {Speaker::kConnection, "fatal: unable to update url base from redirection:", Reason::kBadConfig},
    {Speaker::kConnection, "*the requested url returned error: 30*", Reason::kBadConfig},

    {Speaker::kConnection, "fatal: unable to access '*': could not resolve *", Reason::kHostUnreachable},
    {Speaker::kConnection, "fatal: unable to access '*': failed to connect to *", Reason::kHostUnreachable},
    {Speaker::kConnection, "ssh: could not resolve hostname *", Reason::kHostUnreachable},
    {Speaker::kConnection, "ssh: connect to host *", Reason::kHostUnreachable},
    {Speaker::kConnection, "connection timed out during banner exchange", Reason::kHostUnreachable},
    {Speaker::kConnection, "fatal: unable to look up * (port *) (*)", Reason::kHostUnreachable},
    {Speaker::kConnection, "*: errno=*", Reason::kHostUnreachable},

    // After what quotes the name of a host.
    {Speaker::kConnection, "host key verification failed.", Reason::kBadCertificate},
    {Speaker::kConnection, "fatal: unable to access '*': *certificate*", Reason::kBadCertificate},

    {Speaker::kConnection, "*the requested url returned error: 5*", Reason::kRemoteError},
    {Speaker::kConnection, "*the requested url returned error: *", Reason::kGitFailed},
    {Speaker::kConnection, "fatal: unable to access '*': *", Reason::kRemoteError},  // curl's other words
    {Speaker::kConnection, "error: rpc failed; *", Reason::kRemoteError},
    {Speaker::kConnection, "kex_exchange_identification: *", Reason::kRemoteError},
    {Speaker::kConnection, "connection closed by *", Reason::kRemoteError},
    {Speaker::kConnection, "connection reset by *", Reason::kRemoteError},
    {Speaker::kConnection, "connection to * closed by remote host.", Reason::kRemoteError},
    {Speaker::kForge, "*possible repository corruption on the remote side.*", Reason::kRemoteError},
    {Speaker::kConnection, "fatal: remote error: upload-pack: not our ref *", Reason::kRemoteError},
    {Speaker::kConnection, "fatal: early eof", Reason::kRemoteError},
    {Speaker::kConnection, "*: unexpected disconnect while reading sideband packet", Reason::kRemoteError},
    {Speaker::kConnection, "fatal: expected flush after capabilities", Reason::kRemoteError},
    {Speaker::kConnection, "fatal: the remote end hung up *", Reason::kRemoteError},

    // Where git's program for unpacking has not said what it found.
    {Speaker::kConnection, "fatal: fsck error in *", Reason::kBadConfig},
    {Speaker::kConnection, "fatal: fetch-pack: invalid index-pack output", Reason::kProcessKilled},
};

// Whether `text` is `pattern`, in which "*" stands for any text.
bool Fits(absl::string_view pattern, absl::string_view text) {
  std::size_t star = pattern.find('*');
  if (star == absl::string_view::npos) return pattern == text;
  if (!absl::ConsumePrefix(&text, pattern.substr(0, star))) return false;
  pattern.remove_prefix(star + 1);
  for (star = pattern.find('*'); star != absl::string_view::npos; star = pattern.find('*')) {
    const std::size_t at = text.find(pattern.substr(0, star));
    if (at == absl::string_view::npos) return false;
    text.remove_prefix(at + star);
    pattern.remove_prefix(star + 1);
  }
  return absl::EndsWith(text, pattern);
}

// Without what stands in quotes and URLs, for words that are looked for inside of lines.
std::string WithoutNames(absl::string_view line) {
  std::vector<absl::string_view> words;
  char quote = 0;
  for (const absl::string_view word : absl::StrSplit(line, ' ', absl::SkipEmpty())) {
    if (quote == 0 && (word[0] == '\'' || word[0] == '"')) quote = word[0];
    if (quote == 0 && !absl::StrContains(word, "://")) words.push_back(word);
    if (quote != 0 && word.find(quote, word[0] == quote ? 1 : 0) != absl::string_view::npos) quote = 0;
  }
  return absl::StrJoin(words, " ");
}

// What was seen of git, sorted by speaker.
class GitWords {
 public:
  explicit GitWords(const FailureEvidence& evidence);

  bool Say(const GitSymptom& symptom) const;

 private:
  bool Remote() const { return stage_ != FailureStage::kCheckout && stage_ != FailureStage::kCommit; }
  // Whether no hook can have run: the server answered before it was sent anything.
  bool EndedBeforeHooks() const;

  const FailureStage stage_;
  const std::string report_;
  std::vector<std::string> own_;
  std::vector<std::string> remote_;  // without "remote: "
  std::vector<std::string> forge_;   // these, and "ERROR: " lines, without names
};

GitWords::GitWords(const FailureEvidence& evidence)
    : stage_(evidence.stage), report_(absl::AsciiStrToLower(evidence.push_report)) {
  for (absl::string_view line : absl::StrSplit(evidence.git_text, absl::ByAnyChar("\r\n"), absl::SkipEmpty())) {
    const bool remote = absl::ConsumePrefix(&line, "remote:");
    if (remote) line = absl::StripLeadingAsciiWhitespace(line);
    // What git indents is no sentence of its own: the names of files, for instance.
    const std::string words = absl::AsciiStrToLower(absl::StripTrailingAsciiWhitespace(line));
    if (words.empty()) continue;
    (remote ? remote_ : own_).push_back(words);
    if (remote || absl::StartsWith(line, "ERROR: ")) forge_.push_back(WithoutNames(words));
  }
}

bool GitWords::EndedBeforeHooks() const {
  if (stage_ != FailureStage::kPush) return true;
  return std::any_of(own_.begin(), own_.end(), [](const std::string& line) {
    return Fits("*the requested url returned error: *", line) ||
           line == "fatal: could not read from remote repository.";
  });
}

bool GitWords::Say(const GitSymptom& symptom) const {
  const auto says = [&symptom](const std::string& line) { return Fits(symptom.line, line); };
  const auto said_in = [&says](const std::vector<std::string>& lines) {
    return std::any_of(lines.begin(), lines.end(), says);
  };
  const bool unanswered = report_.empty();
  switch (symptom.speaker) {
    case Speaker::kReport:
      return says(report_);
    case Speaker::kServerEnd:
      return stage_ == FailureStage::kPush && (unanswered || absl::StartsWith(report_, kNoReport)) && said_in(own_);
    case Speaker::kSystem:
      return (unanswered || report_ == kUnpackerReport) &&
             std::any_of(own_.begin(), own_.end(), [&](const std::string& line) {
               return says(line) && (absl::StartsWith(line, "fatal: ") || absl::StartsWith(line, "error: ") ||
                                     absl::StartsWith(line, "git: "));
             });
    case Speaker::kUnpacker:
      return report_ == kUnpackerReport && (said_in(remote_) || said_in(own_));
    case Speaker::kRefStore:
      return report_ == kRefReport && !remote_.empty() && says(remote_.back());
    case Speaker::kForge:
      return unanswered && Remote() && EndedBeforeHooks() && said_in(forge_);
    case Speaker::kConnection:
      return unanswered && Remote() && said_in(own_);
  }
  return false;
}

}  // namespace

const std::vector<GitSymptom>& AllGitSymptoms() {
  static const auto& kAll = *new std::vector<GitSymptom>(std::begin(kSymptoms), std::end(kSymptoms));
  return kAll;
}

const GitSymptom* FindGitSymptom(const FailureEvidence& evidence) {
  const GitWords words(evidence);
  for (const GitSymptom& symptom : AllGitSymptoms()) {
    if (words.Say(symptom)) return &symptom;
  }
  return nullptr;
}

}  // namespace fleet::domain
