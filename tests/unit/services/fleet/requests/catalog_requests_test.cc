#include "services/fleet/requests/catalog_requests.h"

#include <gmock/gmock.h>

#include <string>

#include "absl/strings/str_cat.h"
#include "common/domain/bounds.h"
#include "common/status/error_info.h"
#include "services/fleet/requests/request_fields.h"
#include "tests/support/status_matchers.h"
#include "tests/unit/services/fleet/requests/violated_fields.h"

namespace fleet::service {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

TEST(ValidateImportRepositoriesTest, EveryField) {
  v1::ImportRepositoriesRequest request;
  EXPECT_THAT(Fields(ValidateImportRepositories(request)), ElementsAre("repositories"));
  v1::Repository& good = *request.add_repositories();
  good.set_repo("acme/api");
  good.set_clone_url("https://forge/acme/api.git");
  good.set_default_branch("main");
  FLEET_EXPECT_OK(ValidateImportRepositories(request));
  v1::Repository& bad = *request.add_repositories();
  bad.set_repo("Acme/API");
  bad.set_clone_url("https://user:secret@forge/x.git");
  bad.set_default_branch("-bad");
  const absl::Status status = ValidateImportRepositories(request);
  EXPECT_THAT(Fields(status),
              ElementsAre("repositories[1].repo", "repositories[1].clone_url", "repositories[1].default_branch"));
  for (const FieldViolation& violation : GetErrorInfo(status).violations) {
    EXPECT_THAT(violation.description, Not(HasSubstr("secret")));
  }
}

TEST(ValidateImportRepositoriesTest, WhatCannotBeClonedIsNamed) {
  v1::ImportRepositoriesRequest request;
  v1::Repository& repository = *request.add_repositories();
  repository.set_repo("acme/api");
  repository.set_clone_url("https://forge/acme/api.git\u200B");
  repository.set_default_branch("origin/main");
  const ErrorInfo info = GetErrorInfo(ValidateImportRepositories(request));
  ASSERT_EQ(info.violations.size(), 2U);
  EXPECT_EQ(info.violations[0].field, "repositories[0].clone_url");
  EXPECT_THAT(info.violations[0].description, HasSubstr("U+200B at character 27: leave it out, or percent-encode it"));
  EXPECT_EQ(info.violations[1].field, "repositories[0].default_branch");
  EXPECT_THAT(info.violations[1].description, HasSubstr("write \"main\""));
}

TEST(ValidateImportRepositoriesTest, MoreThanAllowed) {
  v1::ImportRepositoriesRequest request;
  for (int i = 0; i <= domain::kMaxTargets; ++i) {
    v1::Repository& repository = *request.add_repositories();
    repository.set_repo(absl::StrCat("a/r", i));
    repository.set_clone_url("https://f/r");
  }
  EXPECT_THAT(Fields(ValidateImportRepositories(request)), ElementsAre("repositories"));
}

}  // namespace
}  // namespace fleet::service
