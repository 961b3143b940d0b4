#include "models/scenario/regimes.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include <fmt/format.h>

#include "sim/base/suggest.h"

namespace partnersim {
namespace {

// The law pi = pi P of an irreducible chain, by elimination with the normalisation as last equation.
std::vector<double> stationary_law(const Regimes::Rows& transition) {
  const std::size_t n = transition.size();
  Regimes::Rows a(n, std::vector<double>(n + 1, 0.0));
  for (std::size_t i = 0; i < n; ++i)
    for (std::size_t j = 0; j < n; ++j) a[i][j] = transition[j][i] - (i == j ? 1.0 : 0.0);
  std::fill(a[n - 1].begin(), a[n - 1].end(), 1.0);
  for (std::size_t c = 0; c < n; ++c) {
    std::size_t pivot = c;
    for (std::size_t r = c + 1; r < n; ++r)
      if (std::abs(a[r][c]) > std::abs(a[pivot][c])) pivot = r;
    std::swap(a[c], a[pivot]);
    for (std::size_t r = 0; r < n; ++r) {
      if (r == c || a[c][c] == 0.0) continue;
      const double f = a[r][c] / a[c][c];
      for (std::size_t k = c; k <= n; ++k) a[r][k] -= f * a[c][k];
    }
  }
  std::vector<double> law(n);
  for (std::size_t i = 0; i < n; ++i) law[i] = a[i][n] / a[i][i];
  return law;
}

// Goes on after a problem, so that all of them are reported at once.
class Reader {
 public:
  Reader(const sim::Scenario& scenario, sim::Problems& problems) : scenario_(scenario), problems_(problems) {}

  Regimes read() {
    const auto ids = scenario_.ids("economy.regime");
    regimes_.names.assign(ids.begin(), ids.end());
    for (const std::string& name : regimes_.names) {
      regimes_.transition.push_back(row(name));
      regimes_.factors.push_back(multipliers(name));
    }
    regimes_.start = start_regime();
    if (scenario_.given("economy.path")) {
      read_path();
    } else if (!regimes_.start)
      regimes_.start_law = stationary_start();
    return std::move(regimes_);
  }

 private:
  bool is_disabled(const std::string& name) const { return scenario_.has_disabled("economy.regime." + name); }

  std::string why_not(const std::string& name) const { return is_disabled(name) ? "it has enabled = false" : ""; }

  // The number of regimes when there is none of that name.
  std::size_t number_of(const std::string& name, const sim::Mark& mark, const std::string& path) {
    const auto found = std::find(regimes_.names.begin(), regimes_.names.end(), name);
    if (found == regimes_.names.end()) {
      problems_.add(mark, fmt::format("{}: {} is not a regime", path, name), why_not(name),
                    sim::did_you_mean(name, {regimes_.names.begin(), regimes_.names.end()}, "Regimes"));
      return regimes_.names.size();
    }
    return static_cast<std::size_t>(found - regimes_.names.begin());
  }

  std::vector<double> row(const std::string& name) {
    const std::string path = "economy.regime." + name;
    std::vector<double> law(regimes_.names.size(), 0.0);
    const auto self = static_cast<std::size_t>(std::find(regimes_.names.begin(), regimes_.names.end(), name) -
                                               regimes_.names.begin());
    double leaving = 0.0, written = 0.0;  // to regimes there are, and to all that it names
    for (const auto& [to, probability] : scenario_.number_map(path + ".to")) {
      written += probability;
      if (is_disabled(to)) continue;
      const std::size_t j = number_of(to, scenario_.mark(path + ".to", to), path + ".to");
      if (j == regimes_.names.size()) continue;
      if (j == self) {
        problems_.add(scenario_.mark(path + ".to", to), fmt::format("{}.to names {} itself", path, name),
                      "staying is what is left over", fmt::format("Remove {} from the table.", name));
        continue;
      }
      law[j] = probability;
      leaving += probability;
    }
    if (scenario_.given(path + ".mean_months")) {
      spread_duration(path, self, leaving, written, law);
    } else if (written > 1.0 + 1e-12) {
      problems_.add(scenario_.mark(path + ".to"), fmt::format("{}.to adds up to {}", path, written),
                    "probabilities of leaving in a month may not exceed 1",
                    "Lower them, or give mean_months and shares.");
    }
    law[self] = 0.0;
    double others = 0.0;
    for (const double p : law) others += p;
    law[self] = std::max(0.0, 1.0 - others);
    return law;
  }

  // A mean duration of m months leaves with probability 1/m; `to` then holds shares of destinations, of which the
  // regimes there are take those of disabled ones. A regime that could only lead to disabled ones stays for good.
  void spread_duration(const std::string& path, std::size_t self, double shares, double written,
                       std::vector<double>& law) {
    const double exit = 1.0 / scenario_.number(path + ".mean_months");
    if (written == 0.0 && regimes_.names.size() == 2) {
      law[1 - self] = exit;
      return;
    }
    if (regimes_.names.size() == 1) return;
    if (written == 0.0 || std::abs(written - 1.0) > 1e-9) {
      problems_.add(scenario_.mark(path + ".mean_months"),
                    fmt::format("{}: shares of destinations add up to {}", path, written),
                    "with mean_months, `to` says where it leads and must add up to 1",
                    fmt::format("Write to = {{ {} = 1 }}.", regimes_.names[self == 0 ? 1 : 0]));
      return;
    }
    for (double& p : law) p *= shares > 0.0 ? exit * (written / shares) : 0.0;
  }

  std::vector<double> multipliers(const std::string& name) {
    std::vector<double> result(kRegimeQuantities.size(), 1.0);
    const std::string path = "economy.regime." + name + ".multiply";
    for (const auto& [key, factor] : scenario_.number_map(path)) {
      const auto found = std::find(kRegimeQuantities.begin(), kRegimeQuantities.end(), key);
      if (found != kRegimeQuantities.end()) {
        result[static_cast<std::size_t>(found - kRegimeQuantities.begin())] = factor;
        continue;
      }
      problems_.add(scenario_.mark(path, key), fmt::format("{}: {} is not a quantity a regime multiplies", path, key),
                    {}, sim::did_you_mean(key, {kRegimeQuantities.begin(), kRegimeQuantities.end()}, "Quantities"));
    }
    return result;
  }

  std::vector<double> stationary_start() {
    std::vector<double> law = stationary_law(regimes_.transition);
    if (std::all_of(law.begin(), law.end(), [](double p) { return p >= 0.0 && p <= 1.0; })) return law;
    problems_.add(scenario_.mark("economy.start"), "economy.start: the regimes have no single stationary law",
                  "from some regimes others are never reached",
                  fmt::format("Write start = \"{}\".", regimes_.names.front()));
    return std::vector<double>(regimes_.names.size(), 0.0);
  }

  void read_path() {
    const sim::Node& node = scenario_.tree("economy.path");
    const auto months = static_cast<std::size_t>(scenario_.integer("scenario.months"));
    if (const auto* names = std::get_if<sim::ArrayNode>(&node.value); names != nullptr && !names->empty()) {
      for (const sim::Node& name : *names) {
        const auto* text = std::get_if<std::string>(&name.value);
        regimes_.path.push_back(text == nullptr ? regimes_.names.size() : number_of(*text, name.mark, "economy.path"));
        if (text == nullptr)
          problems_.add(name.mark, "economy.path holds something that is not text", "regimes by month are expected",
                        fmt::format("For example: path = [\"{0}\", \"{0}\"]", regimes_.names.front()));
      }
      regimes_.path.resize(months, regimes_.path.back());
    } else if (node.table() != nullptr && regimes_.start) {
      regimes_.path.assign(months, *regimes_.start);
      for (const sim::Member& member : *node.table()) read_months(member);
    } else {
      problems_.add(node.mark, "economy.path is not a path",
                    node.table() != nullptr ? "months given for some regimes need a named economy.start for the others"
                                            : "regimes by month are expected",
                    fmt::format("For example: path = [\"{0}\", \"{0}\"]", regimes_.names.front()));
    }
    if (!regimes_.path.empty()) regimes_.calm = regimes_.start.value_or(regimes_.path.front());
    regimes_.start = std::nullopt;
  }

  void read_months(const sim::Member& member) {
    const std::size_t regime = number_of(member.key, member.mark, "economy.path");
    const auto* list = std::get_if<sim::ArrayNode>(&member.node.value);
    for (const sim::Node& node : list == nullptr ? sim::ArrayNode{member.node} : *list) {
      const auto* month = std::get_if<std::int64_t>(&node.value);
      if (month == nullptr || *month < 1 || *month > static_cast<std::int64_t>(regimes_.path.size()))
        problems_.add(node.mark, fmt::format("economy.path.{} holds something that is not a month", member.key),
                      fmt::format("months run from 1 to {}", regimes_.path.size()),
                      fmt::format("For example: path = {{ {} = [1] }}", member.key));
      else
        regimes_.path[static_cast<std::size_t>(*month - 1)] = regime;
    }
  }

  std::optional<std::size_t> start_regime() {
    const std::string& name = scenario_.text("economy.start");
    if (name == kStationaryStart) return std::nullopt;
    const sim::Mark mark = scenario_.mark("economy.start");
    if (std::find(regimes_.names.begin(), regimes_.names.end(), name) == regimes_.names.end()) {
      std::vector<std::string_view> known(regimes_.names.begin(), regimes_.names.end());
      known.push_back(kStationaryStart);
      problems_.add(mark, fmt::format("economy.start: {} is not a regime", name), why_not(name),
                    sim::did_you_mean(name, known, "It may be"));
      return regimes_.names.size();
    }
    return number_of(name, mark, "economy.start");
  }

  const sim::Scenario& scenario_;
  sim::Problems& problems_;
  Regimes regimes_;
};

}  // namespace

Regimes read_regimes(const sim::Scenario& scenario, sim::Problems& problems) {
  return Reader(scenario, problems).read();
}

}  // namespace partnersim
