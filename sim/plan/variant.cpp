#include "sim/plan/variant.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "sim/config/number.h"
#include "sim/config/text.h"

namespace sim {
namespace {

std::string example(const SpecNode& specs) {
  const auto [path, value] = example_setting(specs, Kind::boolean);
  return fmt::format("Write for example set = {{ \"{}\" = {} }}", path, value);
}

class SettingsReader {
 public:
  SettingsReader(Variant& variant, const SpecNode& specs, Problems& problems)
      : variant_(variant), specs_(specs), problems_(problems) {}

  void read(const TableNode& members, const std::string& above) {
    for (const Member& member : members) {
      const bool is_path = member.key.find_first_of(".*") != std::string::npos;
      const std::string text = joined_path(above, is_path ? member.key : key_text(member.key));
      std::optional<ValuePath> path = read_path(text, {member.mark, example(specs_)}, problems_);
      if (!path) continue;
      const SpecNode* spec = find_spec(specs_, *path);
      const bool is_value = spec != nullptr && spec->spec != nullptr;
      const TableNode* below = member.node.table();
      // A table under a path in quotes is set whole, but never one table in the place of all that '*' matches.
      if (below != nullptr && !is_value && (!is_path || has_star(*path))) {
        if (below->empty()) {
          problems_.add(member.mark, name() + shown_text(text) + " is empty", {}, example(specs_));
        }
        read(*below, text);
      } else if (check_known(specs_, *path, member.mark, problems_)) {
        variant_.settings.push_back(
            {std::move(*path), member.node, {member.mark, example(specs_)}, name() + shown_text(text)});
      }
    }
  }

 private:
  std::string name() const { return "variant." + variant_.name + ": "; }

  Variant& variant_;
  const SpecNode& specs_;
  Problems& problems_;
};

}  // namespace

std::vector<Variant> read_variants(const Scenario& own, const SpecNode& specs, Problems& problems) {
  std::vector<Variant> variants{{std::string(kBase), std::string(kBase), {}, {own.file(), 0, 0}}};
  for (const std::string& id : own.ids_as_written("variant")) {
    const std::string path = "variant." + id;
    Variant variant{id, own.label("variant", id), {}, own.mark(path)};
    const std::size_t before = problems.list().size();
    if (id == kBase) {
      problems.add(variant.mark, path + " has a name that is taken", "base is the scenario without any variant",
                   "Write [variant.base_2], or change the scenario itself");
      continue;
    }
    const Node& set = own.tree(path + ".set");
    const TableNode* members = set.table();
    if (members == nullptr) {
      add_wrong_kind(set, path + ".set", "a table of paths and values", example(specs), problems);
    } else if (members->empty() && own.given(path + ".set")) {
      problems.add(set.mark, path + ".set is empty", "a variant sets values", example(specs));
    } else {
      SettingsReader(variant, specs, problems).read(*members, {});
    }
    variant.whole = problems.list().size() == before && own.given(path + ".set");
    const auto alike = std::find_if(variants.begin(), variants.end(),
                                    [&](const Variant& other) { return other.label == variant.label; });
    if (alike != variants.end())
      problems.add(own.mark(path + ".label"), fmt::format("{}.label = \"{}\" is taken", path, variant.label),
                   alike->name == kBase
                       ? "base is the scenario without any variant"
                       : fmt::format("variant.{} has it too, and tables could not tell them apart", alike->name),
                   "Choose another label");
    variants.push_back(std::move(variant));
  }
  return variants;
}

}  // namespace sim
