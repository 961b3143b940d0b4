// as_text of answer.h.
#include <fmt/format.h>

#include <algorithm>

#include "sim/base/counted.h"
#include "sim/cli/answer.h"
#include "sim/cli/wrapping.h"
#include "sim/config/range.h"
#include "sim/report/table.h"

namespace sim::cli {

std::string kind_text(Kind kind) {
  switch (kind) {
    case Kind::number:
      return "number";
    case Kind::integer:
      return "whole number";
    case Kind::boolean:
      return "true or false";
    case Kind::text:
      return "text";
    case Kind::choice:
      return "choice";
    case Kind::numbers:
      return "list of numbers";
    case Kind::texts:
      return "list of texts";
    case Kind::number_map:
      return "table of numbers";
    case Kind::tree:
      return "value";
  }
  return {};
}

std::string default_text(const ParameterSpec& spec) {
  if (spec.required) return "required";
  if (spec.kind == Kind::boolean) return spec.fallback != 0.0 ? "true" : "false";
  if (spec.kind == Kind::number || spec.kind == Kind::integer)
    return spec.source.empty() ? "none" : plain(spec.fallback);
  return spec.fallback_text.empty() ? "none" : std::string(spec.fallback_text);
}

std::string frequency_text(const ParameterSpec& spec) {
  if (spec.laws.empty()) return "constant";
  return spec.frequency == Frequency::per_event ? "per event" : "once a replication";
}

namespace {

constexpr std::size_t kInFull = 4;  // more keys get two lines each

std::string range_in_brackets(const Range& r) {
  if (r.low == -kInfinity && r.high == kInfinity) return {};
  const std::string low = r.low == -kInfinity ? "(-inf" : fmt::format("{}{}", r.open_low ? '(' : '[', r.low);
  const std::string high = r.high == kInfinity ? "inf)" : fmt::format("{}{}", r.high, r.open_high ? ')' : ']');
  return low + ", " + high;
}

std::string choices_text(const ParameterSpec& spec) {
  std::string text;
  for (const std::string_view choice : spec.choices) text += (text.empty() ? "" : " | ") + std::string(choice);
  return text;
}

// "number, unit 1 a month, range [0, 1)"
std::string nature(const ParameterSpec& spec) {
  std::string text = kind_text(spec.kind);
  if (!spec.unit.empty()) text += fmt::format(", unit {}", spec.unit);
  const std::string range = spec.kind == Kind::choice ? choices_text(spec) : range_in_brackets(spec.range);
  if (!range.empty()) text += fmt::format(", range {}", range);
  return text;
}

class Page {
 public:
  explicit Page(std::size_t width) : width_(width) {}

  std::string text;

  void head(const std::string& line) { text += (text.empty() ? "" : "\n") + wrapped({}, line, 2, width_); }
  void line(std::string_view words, std::size_t indent) {
    text += wrapped(std::string(indent, ' '), words, indent + 2, width_);
  }

  void parameters(const std::vector<ParameterSpec>& list) {
    for (const ParameterSpec& spec : list) {
      text += std::string(spec.path) + "\n";
      line(spec.doc, 2);
      if (list.size() > kInFull) {
        const std::string drawn = spec.laws.empty() ? "" : ", may be drawn " + frequency_text(spec);
        line(fmt::format("{}; default {}{}", nature(spec), default_text(spec), drawn), 2);
        continue;
      }
      line(nature(spec), 2);
      line(fmt::format("default: {}{}", default_text(spec),
                       spec.source.empty() ? "" : fmt::format(" (source: {})", spec.source)),
           2);
      if (!spec.needs.empty()) line(fmt::format("has an effect only with {}", spec.needs), 2);
      if (spec.laws.empty()) continue;
      line(fmt::format("instead of a number, drawn {}:", frequency_text(spec)), 2);
      for (const LawSpec& law : spec.laws) this->law(law);
      if (!spec.companions.empty()) line("beside any of them:", 2);
      for (const ArgumentSpec& companion : spec.companions)
        line(fmt::format("{} = …: {}", companion.name, companion.doc), 4);
    }
  }

  void law(const LawSpec& law) {
    std::string arguments;
    for (const ArgumentSpec& a : law.arguments)
      arguments += (arguments.empty() ? "" : ", ") + std::string(a.name) + (a.required ? "" : "?");
    line(law.flat ? fmt::format("{{ {} }}", arguments) : fmt::format("{{ {} = {{ {} }} }}", law.name, arguments), 2);
    if (!law.doc.empty()) line(law.doc, 6);
    if (law.how_often == kNeverDrawn)
      line("not drawn: the same in every future", 6);
    else if (!law.how_often.empty())
      line(fmt::format("drawn {}", law.how_often), 6);
  }

  // "machine.*.wear and 12 more"
  static std::string keys_text(const std::vector<std::string_view>& keys) {
    if (keys.empty()) return {};
    return fmt::format(" for {}{}", keys.front(), keys.size() > 1 ? fmt::format(" and {} more", keys.size() - 1) : "");
  }

  void laws(const std::vector<NamedLaw>& list) {
    for (const NamedLaw& named : list) {
      head(fmt::format("{}, a law{}", named.law->name, keys_text(named.keys)));
      law(*named.law);
      for (const ArgumentSpec& argument : named.law->arguments)
        if (!argument.doc.empty()) line(fmt::format("{}: {}", argument.name, argument.doc), 6);
    }
  }

  void arguments(const std::vector<NamedArgument>& list) {
    for (const NamedArgument& named : list) {
      const ArgumentSpec& argument = *named.argument;
      head(fmt::format("{}, {}{}", argument.name,
                       named.law.empty() ? "which may stand beside any law" : "an argument of the law " + named.law,
                       keys_text(named.keys)));
      line(argument.doc, 2);
      const std::string range =
          argument.kind == ArgumentSpec::Kind::text ? std::string() : range_in_brackets(argument.range);
      line(fmt::format("{}{}", range.empty() ? "" : "range " + range + ", ",
                       argument.required ? "required" : "optional"),
           2);
    }
  }

  void definitions(const std::vector<Definition>& list, std::string_view kind, bool alone) {
    if (list.empty()) return;
    if (!alone) {
      std::vector<std::pair<std::string, std::string>> pairs;
      for (const Definition& d : list)
        pairs.emplace_back(d.name, (d.unit.empty() ? "" : "[" + d.unit + "] ") + d.definition);
      text += (text.empty() ? "" : "\n") + fmt::format("{}, in units of [ ]:\n", kind) + definition_list(pairs, width_);
      return;
    }
    for (const Definition& d : list) {
      head(fmt::format("{}, {}{}", d.name, kind, d.unit.empty() ? "" : " in " + d.unit));
      line(d.definition, 2);
    }
  }

  template <class Note>
  void notes(const std::vector<Note>& list, std::string_view kind, bool alone) {
    if (list.empty()) return;
    if (alone) {
      for (const Note& note : list) {
        head(fmt::format("{}, {}", note.name, kind));
        line(note.doc, 2);
      }
      return;
    }
    std::vector<std::pair<std::string, std::string>> pairs;
    for (const Note& note : list) pairs.emplace_back(note.name, note.doc);
    text += definition_list(pairs, width_);
  }

  void terms(const std::vector<TermNote>& list) {
    for (const TermNote& term : list) {
      head(std::string(term.names));
      line(term.doc, 2);
    }
  }

 private:
  std::size_t width_;
};

}  // namespace

std::string as_text(const Answer& answer, std::size_t width) {
  Page page(width);
  const auto alone = [](const auto& list) { return list.size() <= kInFull; };
  page.parameters(answer.parameters);
  page.laws(answer.laws);
  page.arguments(answer.arguments);
  page.definitions(answer.outcomes, alone(answer.outcomes) ? "outcome" : "Outcomes", alone(answer.outcomes));
  page.definitions(answer.series, alone(answer.series) ? "monthly series" : "Monthly series", alone(answer.series));
  if (!alone(answer.outcomes))
    page.text +=
        "\n" + wrapped({}, "An outcome whose process a scenario does not use is absent from its results.", 0, width);
  page.notes(answer.types, answer.type_of, alone(answer.types));
  page.notes(answer.processes, "a process", alone(answer.processes));
  page.terms(answer.terms);
  return page.text;
}

}  // namespace sim::cli
