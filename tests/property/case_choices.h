// What random cases are made of: names, contents, attributes. Lists are short, so that what meets is often related.
#ifndef FLEET_TESTS_PROPERTY_CASE_CHOICES_H_
#define FLEET_TESTS_PROPERTY_CASE_CHOICES_H_

#include <string>
#include <vector>

#include "tests/model/seeded_random.h"

namespace fleet::testing {

class CaseChoices {
 public:
  explicit CaseChoices(uint64_t seed) : random_(seed) {}

  SeededRandom& random() { return random_; }

  // Names that repositories start with, and those that steps add. Also hostile ones.
  static const std::vector<std::string>& Names();
  static const std::vector<std::string>& NewNames();
  // Text with all kinds of line endings, UTF-16, NUL, $Id$, nothing at all.
  std::string Content();
  // Lines of .gitattributes and of .gitignore.
  std::string Attributes();
  std::string Ignores();

 private:
  SeededRandom random_;
};

}  // namespace fleet::testing

#endif  // FLEET_TESTS_PROPERTY_CASE_CHOICES_H_
