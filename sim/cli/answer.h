// What `describe NAME` finds: everything of that name, from the specs and the glossary.
//
// A name may be a path as users write it (machine.press.wear, machine.*.wear, machine.press,
// machine.press.wear.weibull), the end or the middle of one (wear, returns), or the name of a law, an argument, a
// choice, an outcome, a monthly series, a process, a type or a term.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "sim/cli/application.h"

namespace sim::cli {

struct Definition {
  std::string name, unit, definition;
};

struct NamedLaw {
  const LawSpec* law;
  std::vector<std::string_view> keys;  // that take it
};
struct NamedArgument {
  const ArgumentSpec* argument;
  std::string law;                     // empty: it may stand beside any
  std::vector<std::string_view> keys;  // that take the law
};

struct Answer {
  std::vector<ParameterSpec> parameters;
  std::vector<NamedLaw> laws;
  std::vector<NamedArgument> arguments;
  std::vector<Definition> outcomes, series;
  std::vector<TypeNote> types;
  std::string type_of;  // "a type of machine"
  std::vector<ProcessNote> processes;
  std::vector<TermNote> terms;

  bool empty() const;
};

// "parameters", "types", …: the words that stand for all of a kind.
std::vector<std::string_view> kinds();
// All of one kind, or whatever has the name. Throws UsageError with the nearest name where there is nothing.
Answer answer_to(const Domain& domain, const std::string& name);

std::string as_text(const Answer& answer, std::size_t width);
std::string as_json(const Answer& answer);

// In words: what a number may be, and what holds where none is given. For text and JSON alike.
std::string kind_text(Kind kind);
std::string default_text(const ParameterSpec& spec);
std::string frequency_text(const ParameterSpec& spec);
// The names of a term, the first first.
std::vector<std::string> names_of(const TermNote& term);

}  // namespace sim::cli
