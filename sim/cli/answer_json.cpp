// as_json of answer.h: one document for every form, with what was found and nothing else.
#include <fmt/format.h>

#include "sim/cli/answer.h"
#include "sim/report/table.h"

namespace sim::cli {
namespace {

// One object or list, its members in order.
class Json {
 public:
  explicit Json(char open) : out_(1, open) {}
  Json& add(std::string_view key, const std::string& value) {
    out_ += (out_.size() > 1 ? ", " : "") + json_text(std::string(key)) + ": " + value;
    return *this;
  }
  Json& add(const std::string& value) {
    out_ += (out_.size() > 1 ? ", " : "") + value;
    return *this;
  }
  std::string str() const { return out_ + (out_[0] == '{' ? "}" : "]"); }

 private:
  std::string out_;
};

std::string text(std::string_view words) { return json_text(std::string(words)); }
std::string flag(bool value) { return value ? "true" : "false"; }

std::string range_json(const Range& range) {
  return Json('{')
      .add("low", json_number(range.low))
      .add("high", json_number(range.high))
      .add("low_excluded", flag(range.open_low))
      .add("high_excluded", flag(range.open_high))
      .str();
}

template <class List, class Each>
std::string list_json(const List& list, const Each& each) {
  Json json('[');
  for (const auto& item : list) json.add(each(item));
  return json.str();
}

std::string argument_json(const ArgumentSpec& argument) {
  return Json('{')
      .add("name", text(argument.name))
      .add("doc", text(argument.doc))
      .add("range", argument.kind == ArgumentSpec::Kind::text ? "null" : range_json(argument.range))
      .add("required", flag(argument.required))
      .str();
}

Json law_members(const LawSpec& law) {
  return Json('{')
      .add("name", text(law.name))
      .add("doc", text(law.doc))
      .add("flat", flag(law.flat))
      .add("drawn", law.how_often.empty() ? "null" : text(law.how_often))
      .add("arguments", list_json(law.arguments, argument_json));
}

std::string parameter_json(const ParameterSpec& spec) {
  Json json('{');
  json.add("key", text(spec.path)).add("doc", text(spec.doc)).add("kind", text(kind_text(spec.kind)));
  json.add("unit", text(spec.unit)).add("range", range_json(spec.range)).add("default", text(default_text(spec)));
  json.add("required", flag(spec.required)).add("source", text(spec.source));
  json.add("may_be_drawn", spec.laws.empty() ? "null" : text(frequency_text(spec)));
  if (!spec.choices.empty()) json.add("choices", list_json(spec.choices, text));
  if (!spec.needs.empty()) json.add("needs", text(spec.needs));
  if (!spec.laws.empty())
    json.add("laws", list_json(spec.laws, [](const LawSpec& law) { return law_members(law).str(); }));
  if (!spec.companions.empty()) json.add("beside_laws", list_json(spec.companions, argument_json));
  return json.str();
}

std::string definition_json(const Definition& d) {
  return Json('{').add("name", text(d.name)).add("unit", text(d.unit)).add("definition", text(d.definition)).str();
}

template <class Note>
std::string note_json(const Note& note) {
  return Json('{').add("name", text(note.name)).add("doc", text(note.doc)).str();
}

}  // namespace

std::string as_json(const Answer& answer) {
  std::string out;
  const auto add = [&](const char* key, const auto& list, const auto& each) {
    if (list.empty()) return;
    out += fmt::format("{}\n  \"{}\": [", out.empty() ? "" : ",", key);
    for (std::size_t k = 0; k < list.size(); ++k) out += (k == 0 ? "\n    " : ",\n    ") + each(list[k]);
    out += "\n  ]";
  };
  add("parameters", answer.parameters, parameter_json);
  add("laws", answer.laws,
      [](const NamedLaw& named) { return law_members(*named.law).add("keys", list_json(named.keys, text)).str(); });
  add("arguments", answer.arguments, [](const NamedArgument& named) {
    return Json('{')
        .add("argument", argument_json(*named.argument))
        .add("law", named.law.empty() ? "null" : text(named.law))
        .add("keys", list_json(named.keys, text))
        .str();
  });
  add("outcomes", answer.outcomes, definition_json);
  add("series", answer.series, definition_json);
  add("types", answer.types, note_json<TypeNote>);
  add("processes", answer.processes, note_json<ProcessNote>);
  add("terms", answer.terms, [](const TermNote& term) {
    return Json('{').add("names", list_json(names_of(term), text)).add("doc", text(term.doc)).str();
  });
  return "{" + out + "\n}\n";
}

}  // namespace sim::cli
