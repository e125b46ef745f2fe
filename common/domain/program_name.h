// Names of programs, as they stand in argument lists and in first lines "#!". Pure.
#ifndef FLEET_COMMON_DOMAIN_PROGRAM_NAME_H_
#define FLEET_COMMON_DOMAIN_PROGRAM_NAME_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace fleet::domain {

// "python3.11", "/usr/bin/python3" and "python" are all "python", "gawk" is "awk".
std::string PlainProgramName(absl::string_view program);
// The plain name of the program that `words` run, that of "env" being the one it starts; empty if there is none.
std::string ProgramStartedBy(const std::vector<std::string>& words);

// A shell whose language is that of sh.
bool IsShell(absl::string_view plain_name);
// A program whose scripts have comments from "#", and that reads one from standard input if it is given none.
bool IsScriptLanguage(absl::string_view plain_name);

// The program and arguments that a line "#!…" asks for, without env where it only searches PATH; empty if none.
std::vector<std::string> ProgramOfFirstLine(absl::string_view line);
// As a list in YAML's flow style: "[/bin/bash, -e]".
std::string YamlList(const std::vector<std::string>& words);

}  // namespace fleet::domain

#endif  // FLEET_COMMON_DOMAIN_PROGRAM_NAME_H_
