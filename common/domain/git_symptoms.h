// What git's words mean: a table of the sentences that git, ssh and forges are known to say. Whole lines are compared,
// so names in them (of repositories, branches, files, hosts) mean nothing; and lines count by who can have written
// them: what a hook or a person made up is never taken for git's own.
#ifndef FLEET_COMMON_DOMAIN_GIT_SYMPTOMS_H_
#define FLEET_COMMON_DOMAIN_GIT_SYMPTOMS_H_

#include <vector>

#include "absl/strings/string_view.h"
#include "common/domain/failure.h"
#include "common/domain/failure_classifier.h"

namespace fleet::domain {

// Whose words a row is about, and where they count. A hook runs at the end of a push only, and what it prints reaches
// us in lines that begin with "remote: "; the report comes after it.
enum class GitSpeaker {
  kReport,      // "git push --porcelain" of the branch: "[remote rejected] (hook declined)"
  kServerEnd,   // lines here, when a push ended without an answer to it
  kSystem,      // "fatal: " and "error: " lines here, wherever no answer to the push says more
  kUnpacker,    // all lines when the server did not unpack the pack: no hook has run
  kRefStore,    // the last "remote: " line when a ref was not stored: hooks are done
  kForge,       // "remote: " and "ERROR: " lines of talking to the remote, names taken out, if no hook can have run
  kConnection,  // lines here of talking to the remote
};

struct GitSymptom {
  GitSpeaker speaker;
  absl::string_view line;  // lower case; "*" is any text
  FailureReason reason;
};

// In order: the first row that any line fits decides. Causes come before their consequences.
const std::vector<GitSymptom>& AllGitSymptoms();

// The row that decides what `evidence` of git means, or null.
const GitSymptom* FindGitSymptom(const FailureEvidence& evidence);

}  // namespace fleet::domain

#endif  // FLEET_COMMON_DOMAIN_GIT_SYMPTOMS_H_
