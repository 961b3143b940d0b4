#include "models/shocks/targets.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>

#include "models/scenario/patterns.h"
#include "models/scenario/switched_off.h"
#include "sim/base/suggest.h"

namespace partnersim {
namespace {

constexpr const char* kForms =
    "targets are \"partners\", \"everyone\", \"firm\", { tag = \"x\" }, { sector = \"x\" }, { region = \"x\" }, { type "
    "= \"x\" }, "
    "{ partners = [\"acme\"] }, and with them { fraction = 0.2 }, { count = 2 }, { top = 3, by = \"revenue\" }";

constexpr std::array<std::string_view, 3> kWords{"partners", "everyone", "firm"};
constexpr std::array<std::string_view, 9> kKeys{"partners", "tag",   "sector", "region", "type",
                                                "fraction", "count", "top",    "by"};

class TargetReader {
 public:
  TargetReader(Setup& setup, const std::string& path) : setup_(setup), path_(path) {}

  Target read_word(const std::string& word, const sim::Mark& mark) {
    if (word == "firm" || word == "everyone") target_.firms.push_back(kFocalFirm);
    if (word == "partners" || word == "everyone") add_partners();
    if (std::find(kWords.begin(), kWords.end(), word) != kWords.end()) return target_;
    const bool is_partner =
        std::any_of(setup_.partners.begin(), setup_.partners.end(), [&](const Partner& p) { return p.id == word; });
    refuse(mark, "\"" + word + "\"",
           is_partner ? fmt::format("{{ partners = [\"{}\"] }}", word)
                      : sim::nearest(word, {kWords.begin(), kWords.end()}));
    return target_;
  }

  Target read_table(const sim::Node& node) {
    const sim::TableNode& members = *node.table();
    bool pool = false;
    for (const sim::Member& member : members) {
      if (is_rule(member)) continue;
      if (pool)
        setup_.problems.add(member.mark, fmt::format("{} has two pools", path_), "one is expected",
                            "Keep one of them.");
      pool = true;
      read_pool(member);
    }
    if (!pool) add_partners();
    if (members.empty()) refuse(node.mark, "{}");
    if (const sim::Node* by = node.find("by"); by != nullptr && node.find("top") == nullptr)
      setup_.problems.add(by->mark, fmt::format("{}.by has no effect", path_), "it says how the top ones are told",
                          "Add top = 3, or leave it out");
    return target_;
  }

  void refuse(const sim::Mark& mark, const std::string& what, const std::string& near = {}) {
    setup_.problems.add(mark, fmt::format("{}: {} is not a target", path_, what), kForms,
                        near.empty() ? "For example: target = \"partners\"" : fmt::format("Did you mean {}?", near));
  }

 private:
  void add_partners() {
    for (std::size_t p = 0; p < setup_.partners.size(); ++p) target_.firms.push_back(setup_.firm_of(p));
  }

  // fraction, count, top and by; true when the member was one of them.
  bool is_rule(const sim::Member& member) {
    if (member.key == "by") {
      const auto* by = std::get_if<std::string>(&member.node.value);
      if (by == nullptr || *by != "revenue")
        setup_.problems.add(member.node.mark, fmt::format("{}.by is not \"revenue\"", path_),
                            "degree and betweenness tell partners apart only in a network of firms",
                            by != nullptr && !sim::nearest(*by, {"revenue"}).empty() ? "Did you mean revenue?"
                                                                                     : "Write by = \"revenue\"");
      return true;
    }
    if (member.key != "fraction" && member.key != "count" && member.key != "top") return false;
    if (target_.choice != Target::Choice::all)
      setup_.problems.add(member.mark, fmt::format("{} says twice how many", path_),
                          "one of fraction, count and top is expected", "Keep one of them.");
    double number = 0.0;
    if (const auto* whole = std::get_if<std::int64_t>(&member.node.value))
      number = static_cast<double>(*whole);
    else if (const auto* real = std::get_if<double>(&member.node.value))
      number = *real;
    if (member.key == "fraction") {
      if (!(number > 0.0 && number <= 1.0))
        setup_.problems.add(member.node.mark, fmt::format("{}.fraction is not above 0 and at most 1", path_), {},
                            "For example: { fraction = 0.2 }");
      target_.choice = Target::Choice::fraction;
      target_.fraction = number;
      return true;
    }
    if (!(number >= 1.0) || number != static_cast<double>(static_cast<std::int64_t>(std::min(number, 1e9))))
      setup_.problems.add(member.node.mark, fmt::format("{}.{} is not a whole number from 1", path_, member.key), {},
                          fmt::format("For example: {{ {} = 2 }}", member.key));
    target_.choice = member.key == "count" ? Target::Choice::count : Target::Choice::top;
    target_.number = static_cast<std::size_t>(std::clamp(number, 1.0, 1e9));
    return true;
  }

  void read_pool(const sim::Member& member) {
    if (member.key == "partners" || member.key == "firms") {
      for (const std::size_t p : named_partners(setup_, without_focal(member.node), path_))
        target_.firms.push_back(setup_.firm_of(p));
      std::sort(target_.firms.begin(), target_.firms.end());
      if (const auto* names = std::get_if<sim::ArrayNode>(&member.node.value); names != nullptr && names->empty())
        setup_.problems.add(member.node.mark, fmt::format("{}.{} is empty", path_, member.key),
                            "a target has at least one firm", "For example: partners = [\"*\"]");
      return;
    }
    if (member.key == "tag") return read_label(member, [](const Partner& p) { return p.tags; });
    if (member.key == "sector") return read_label(member, [](const Partner& p) { return std::vector{p.sector}; });
    if (member.key == "region") return read_label(member, [](const Partner& p) { return std::vector{p.region}; });
    if (member.key == "type") return read_label(member, [](const Partner& p) { return std::vector{p.type}; });
    refuse(member.mark, member.key, sim::nearest(member.key, {kKeys.begin(), kKeys.end()}));
  }

  // The names but the focal firm's, which goes straight into the pool.
  sim::Node without_focal(const sim::Node& names) {
    const auto is_focal = [](const sim::Node& n) {
      const auto* text = std::get_if<std::string>(&n.value);
      return text != nullptr && (*text == "firm" || *text == "focal");
    };
    sim::Node rest{names.mark, sim::ArrayNode{}};
    auto& list = std::get<sim::ArrayNode>(rest.value);
    if (const auto* array = std::get_if<sim::ArrayNode>(&names.value))
      list = *array;
    else
      list.push_back(names);
    const auto end = std::remove_if(list.begin(), list.end(), is_focal);
    if (end != list.end()) target_.firms.push_back(kFocalFirm);
    list.erase(end, list.end());
    return rest;
  }

  template <class LabelsOf>
  void read_label(const sim::Member& member, const LabelsOf& labels_of) {
    const auto* name = std::get_if<std::string>(&member.node.value);
    std::vector<std::string> all;
    for (std::size_t p = 0; p < setup_.partners.size(); ++p) {
      bool found = false;  // a label said twice says no more
      for (const std::string& label : labels_of(setup_.partners[p])) {
        if (label.empty()) continue;
        all.push_back(label);
        found |= name != nullptr && label == *name;
      }
      if (found) target_.firms.push_back(setup_.firm_of(p));
    }
    if (!target_.firms.empty() || (name != nullptr && is_label_of_disabled(member.key, *name))) return;
    setup_.problems.add(member.node.mark, fmt::format("{}: no partner has this {}", path_, member.key), {},
                        name == nullptr || all.empty()
                            ? fmt::format("Give partners a {} first, or write target = \"partners\"", member.key)
                            : sim::did_you_mean(*name, {all.begin(), all.end()}, "There are"));
  }

  bool is_label_of_disabled(const std::string& kind, const std::string& name) const {
    const auto values = setup_.scenario.disabled_values("partner", kind == "tag" ? "tags" : kind);
    return std::any_of(values.begin(), values.end(), [&](const sim::Value* value) {
      const auto* texts = std::get_if<std::vector<std::string>>(value);
      if (texts != nullptr) return std::find(texts->begin(), texts->end(), name) != texts->end();
      const auto* text = std::get_if<std::string>(value);
      return text != nullptr && *text == name;
    });
  }

  Setup& setup_;
  const std::string& path_;
  Target target_;
};

}  // namespace

double Target::share() const {
  if (firms.empty()) return 0.0;
  if (choice == Choice::fraction) return fraction;
  if (choice == Choice::all) return 1.0;
  return std::min(1.0, static_cast<double>(number) / static_cast<double>(firms.size()));
}

double Target::chance() const {
  if (firms.empty() || (choice != Choice::fraction && choice != Choice::all && number == 0)) return 0.0;
  return choice == Choice::fraction ? 1.0 - std::pow(1.0 - fraction, static_cast<double>(firms.size())) : 1.0;
}

Target read_target(Setup& setup, const std::string& path, const char* otherwise) {
  TargetReader reader(setup, path);
  if (!setup.scenario.given(path)) return reader.read_word(otherwise, setup.scenario.mark(path));
  const sim::Node& node = setup.scenario.tree(path);
  if (const auto* word = std::get_if<std::string>(&node.value)) return reader.read_word(*word, node.mark);
  if (node.table() != nullptr) return reader.read_table(node);
  reader.refuse(node.mark, "this");
  return {};
}

std::vector<std::size_t> named_partners(Setup& setup, const sim::Node& node, const std::string& path) {
  std::vector<std::size_t> found;
  std::vector<bool> is_found(setup.partners.size());
  const auto add = [&](const sim::Node& name) {
    const auto* pattern = std::get_if<std::string>(&name.value);
    if (pattern == nullptr) {
      setup.problems.add(name.mark, fmt::format("{}: a partner is named by its id in quotes", path), {},
                         "For example: partners = [\"acme\"]");
      return;
    }
    bool any = false;
    for (std::size_t p = 0; p < setup.partners.size(); ++p) {
      if (!matches(*pattern, setup.partners[p].id)) continue;
      any = true;
      if (!is_found[p]) found.push_back(p);  // named twice is named
      is_found[p] = true;
    }
    if (any || is_switched_off(setup.scenario, "partner", *pattern)) return;
    std::vector<std::string_view> ids;
    for (const Partner& partner : setup.partners) ids.push_back(partner.id);
    setup.problems.add(name.mark, fmt::format("{}: {} names no partner", path, *pattern), {},
                       sim::did_you_mean(*pattern, ids, "Partners"));
  };
  if (const auto* names = std::get_if<sim::ArrayNode>(&node.value))
    for (const sim::Node& name : *names) add(name);
  else
    add(node);
  return found;
}

}  // namespace partnersim
