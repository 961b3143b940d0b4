// Common random numbers: whatever happens to others, an untouched partner draws what it drew.
//
// Every scenario has an anchor that stays, so that shocks always have somebody to name.
#include <doctest/doctest.h>

#include <algorithm>
#include <bit>
#include <cstdint>
#include <map>
#include <random>
#include <string>
#include <vector>

#include "tests/support/harness.h"
#include "tests/support/sanitized.h"

namespace {

using partnersim::testing::kSanitized;
using partnersim::testing::Run;

constexpr int kMonths = 17;
constexpr int kFewReplications = 150;

struct PartnerText {
  std::string id;
  std::string body;  // the keys of its table
};

struct Network {
  std::string head;  // economy, shocks, firm.direct
  std::vector<PartnerText> partners;

  std::string toml(const std::string& output = {}) const {
    std::string text = "[scenario]\nmonths = " + std::to_string(kMonths) +
                       "\nreplications = " + std::to_string(kFewReplications) + "\nseed = 5\n" + output + head;
    for (const PartnerText& p : partners) text += "[partner." + p.id + "]\n" + p.body;
    return text;
  }
  const PartnerText* find(const std::string& id) const {
    for (const PartnerText& p : partners)
      if (p.id == id) return &p;
    return nullptr;
  }
};

// Everything that belongs to one partner, as bits.
using Bits = std::map<std::string, std::vector<std::uint64_t>>;

std::vector<std::uint64_t> bits_of(const std::vector<float>& values) {
  std::vector<std::uint64_t> bits;
  for (const float v : values) bits.push_back(std::bit_cast<std::uint32_t>(v));
  return bits;
}

// By partner id: inputs, totals and survival.
std::map<std::string, Bits> members_of(const Run& run) {
  std::map<std::string, Bits> all;
  const sim::OutputPlan& plan = run.outputs();
  const sim::Accumulators& sums = run.sums();
  for (std::size_t p = 0; p < plan.members.size(); ++p) {
    Bits& bits = all[plan.members[p].id];
    for (std::size_t t = 0; t < plan.member_totals.size(); ++t) {
      const sim::ExactMoments& m = sums.member_totals[t * plan.members.size() + p];
      const double resolution = plan.member_totals[t].resolutions[p];
      bits["total " + plan.member_totals[t].name] = {m.count(), std::bit_cast<std::uint64_t>(m.mean(resolution)),
                                                     std::bit_cast<std::uint64_t>(m.variance(resolution))};
    }
    if (plan.member_survival)
      for (const std::uint32_t alive : sums.survivors(p)) bits["survival"].push_back(alive);
  }
  for (const sim::Column& input : plan.inputs) {
    const std::string prefix = "partner.";
    if (!input.name.starts_with(prefix)) continue;
    const std::string id = input.name.substr(prefix.size(), input.name.rfind('.') - prefix.size());
    if (all.contains(id)) all[id][input.name] = bits_of(run.column(input.name));
  }
  return all;
}

// The bits of what both runs say of a partner; names what differs.
void check_untouched(const std::map<std::string, Bits>& before, const std::map<std::string, Bits>& after,
                     const std::string& id) {
  REQUIRE(before.contains(id));
  REQUIRE(after.contains(id));
  const Bits &old_bits = before.at(id), &new_bits = after.at(id);
  // Totals of a process are there only where somebody uses it.
  const auto optional = [](const std::string& name) { return name != "total revenue" && name.starts_with("total "); };
  for (const auto& [name, bits] : old_bits)
    if (new_bits.contains(name) || !optional(name))
      CHECK_MESSAGE((new_bits.contains(name) && new_bits.at(name) == bits), "partner ", id, ": ", name);
  for (const auto& [name, bits] : new_bits)
    if (!optional(name)) CHECK_MESSAGE(old_bits.contains(name), "partner ", id, ": ", name, " is new");
}

bool differs(const std::map<std::string, Bits>& before, const std::map<std::string, Bits>& after,
             const std::string& id) {
  return before.at(id) != after.at(id);
}

// --- random scenarios ------------------------------------------------------------------------------

class Generator {
 public:
  explicit Generator(std::uint64_t seed) : engine_(seed) {}

  Network network() {
    Network n;
    if (chance(3, 4)) n.head += economy();
    if (chance(1, 2)) n.head += direct();
    for (std::uint64_t s = below(4); s > 0; --s) n.head += shock(s);
    n.partners.push_back(
        {"anchor", "leads = 2\nclose_rate = 0.5\ndeal_value = 100_000\nchurn = 0.03\ntags = [\"red\", \"blue\"]\n"});
    for (std::uint64_t p = 1 + below(6); p > 0; --p) n.partners.push_back({"p" + std::to_string(p), partner()});
    return n;
  }

  // Permutes, and removes, renames, changes or adds others than the anchor.
  Network variant(const Network& base) {
    Network n{base.head, {}};
    for (const PartnerText& p : base.partners) {
      if (p.id == "anchor" || chance(3, 5))
        n.partners.push_back(p);
      else if (chance(1, 2))
        n.partners.push_back({p.id + "_renamed", p.body});
      else if (chance(1, 2))
        n.partners.push_back({p.id, partner()});
    }
    for (std::uint64_t k = below(4); k > 0; --k) n.partners.push_back({"new" + std::to_string(k), partner()});
    std::shuffle(n.partners.begin(), n.partners.end(), engine_);
    return n;
  }

 private:
  std::uint64_t below(std::uint64_t n) { return engine_() % n; }
  bool chance(std::uint64_t part, std::uint64_t of) { return below(of) < part; }
  std::string pick(const std::vector<std::string>& from) { return from[below(from.size())]; }

  std::string partner() {
    std::string body;
    if (chance(1, 4))
      body += "count = " + std::to_string(2 + below(2)) + "\n" + (chance(1, 3) ? "shared = true\n" : "");
    body += "leads = " +
            pick({"0.3", "4", "11", "{ gamma = { mean = 3, cv = 0.9 } }", "{ uniform = { low = 1, high = 9 } }",
                  "{ lognormal = { mean = 45, cv = 0.5 } }", "60"}) +
            "\n";
    body +=
        "close_rate = " +
        pick({"0.4", "1", "{ beta = { mean = 0.3, concentration = 12 } }", "{ observed = { wins = 4, leads = 9 } }"}) +
        "\n";
    body += "deal_value = " +
            pick({"500", "{ lognormal = { mean = 9_000, cv = 0.8 } }", "{ lognormal = { mean = 300, cv = 2 } }",
                  "{ gamma = { mean = 900, cv = 0.5 } }", "{ pareto = { mean = 700, shape = 3 } }"}) +
            "\n";
    if (chance(3, 4))
      body += "churn = " +
              pick({"0.01", "0.05", "0.2", "{ half_life = 9, frailty = 0.7 }",
                    "{ weibull = { shape = 0.7, scale = 20 }, honeymoon = 2 }",
                    "{ beta_geometric = { a = 2, b = 20 } }", "{ log_logistic = { median = 12, shape = 1.5 } }"}) +
              "\n";
    body += features();
    if (chance(1, 3)) body += "start = " + std::to_string(1 + below(kMonths + 2)) + "\n";
    return body + "tags = [" + pick({"", "\"red\"", "\"blue\"", "\"red\", \"blue\""}) + "]\n";
  }

  // What concerns the partner alone.
  std::string features() {
    std::string body;
    if (chance(1, 4)) body += "ramp = " + pick({"1", "3"}) + "\n";
    if (chance(1, 4)) body += "overlap = 0.2\n";
    if (chance(1, 4))
      body +=
          "lag = " + pick({"1", "{ geometric = { mean = 1 } }", "{ negative_binomial = { mean = 2, shape = 1.5 } }"}) +
          "\n";
    if (chance(1, 4)) body += "spread_shape = 3\n";
    if (chance(1, 4)) body += "month_shape = 2\n";
    if (chance(1, 4)) body += "event = { probability = 0.3, leads = 8 }\n";
    if (chance(1, 4)) body += "returns = { leads = 2, alpha_in = 0.3, alpha_out = 0.2 }\n";
    if (chance(1, 4)) body += "recurring = { fee = 30, retention = 0.8 }\n";
    if (chance(1, 4)) body += "commission = 0.1\ncost = 50\nhours = 2\n";
    return body;
  }

  std::string economy() {
    return "[economy]\nstart = \"" + pick({"good", "stationary"}) +
           "\"\n[economy.regime.good]\nto = { bad = " + pick({"0.05", "0.3"}) +
           " }\n[economy.regime.bad]\nto = { good = 0.2 }\nmultiply = { " +
           pick({"leads = 0.5", "churn = 3", "leads = 1.5, churn = 0.5", "leads = 0.8, close = 0.6, value = 0.9"}) +
           " }\n";
  }

  std::string direct() {
    return "[firm.direct]\nleads = " + pick({"3", "50", "{ gamma = { mean = 5, cv = 0.5 } }"}) +
           "\nclose_rate = 0.4\ndeal_value = " + pick({"700", "{ lognormal = { mean = 5_000, cv = 1 } }"}) + "\n";
  }

  std::string shock(std::uint64_t number) {
    return "[shock.s" + std::to_string(number) + "]\n" +
           pick({"kill = 0.1", "kill = 0.5", "kill = 1", "affects = \"leads\"\nseverity = 0.5\nduration = 3",
                 "affects = \"functionality\"\nseverity = { beta = { mean = 0.6, concentration = 10 } }\nrecovery = { "
                 "exponential = 0.3 }",
                 "affects = \"close\"\nseverity = { uniform = { low = 0, high = 1 } }\nseverity_per = "
                 "\"target\"\nduration = { geometric = { mean = 3 } }",
                 "affects = \"churn\"\nfactor = 4\nrecovery = { linear = 3 }\nkill = 0.1"}) +
           "\n" + pick({"rate = 0.1", "every = 3", "months = [2, 2, 9]"}) + "\ntarget = " +
           pick({"\"partners\"", "{ tag = \"red\" }", "{ tag = \"blue\" }", "{ partners = [\"anchor\"] }",
                 "{ partners = [\"*\"] }", "{ fraction = 0.4 }", "\"everyone\""}) +
           "\n";
  }

  std::mt19937_64 engine_;
};

// Copies of p are members p_1, p_2, …
std::vector<std::string> member_ids(const PartnerText& partner, const std::map<std::string, Bits>& members) {
  std::vector<std::string> ids;
  if (members.contains(partner.id)) ids.push_back(partner.id);
  for (int k = 1; members.contains(partner.id + "_" + std::to_string(k)); ++k)
    ids.push_back(partner.id + "_" + std::to_string(k));
  return ids;
}

// --- one scenario for targeted cases ---------------------------------------------------------------

const std::string kEconomy =
    "[economy]\nstart = \"good\"\n[economy.regime.good]\nto = { bad = 0.1 }\n[economy.regime.bad]\nto = { good = 0.2 "
    "}\n"
    "multiply = { leads = 0.5, close = 0.7, churn = 2 }\n";
const std::string kShock = "[shock.scandal]\nrate = 0.1\nkill = 0.5\n";
const std::string kDirectBusiness =
    "[firm.direct]\nleads = 20\nclose_rate = 0.4\ndeal_value = { lognormal = { mean = 700, cv = 1 } }\n";

Network four_partners(const std::string& head) {
  return {
      head,
      {{"anchor", "leads = 2\nclose_rate = 0.5\ndeal_value = 100_000\nchurn = 0.03\n"},
       {"acme", "leads = { gamma = { mean = 4, cv = 0.5 } }\nclose_rate = 0.4\ndeal_value = 500\nchurn = 0.05\n"},
       {"best",
        "leads = 7\nclose_rate = { beta = { mean = 0.3, concentration = 12 } }\n"
        "deal_value = { lognormal = { mean = 9_000, cv = 0.8 } }\nchurn = 0.02\n"},
       {"cole", "leads = 50\nclose_rate = 0.9\ndeal_value = { lognormal = { mean = 90, cv = 0.8 } }\nstart = 4\n"}}};
}

void check_all_untouched(const Network& before, const Network& after) {
  const auto old_members = members_of(Run(before.toml())), new_members = members_of(Run(after.toml()));
  for (const auto& [id, bits] : old_members)
    if (new_members.contains(id)) check_untouched(old_members, new_members, id);
}

}  // namespace

constexpr std::uint64_t kNetworks = kSanitized ? 30 : 200;

TEST_CASE("in 200 random networks, partners that are left alone keep every bit when others come, go, change or move") {
  int compared = 0, networks_changed = 0;
  for (std::uint64_t seed = 1; seed <= kNetworks; ++seed) {
    Generator generator(seed);
    const Network before = generator.network();
    const Network after = generator.variant(before);
    CAPTURE(seed);
    const Run first(before.toml()), second(after.toml());
    const auto old_members = members_of(first), new_members = members_of(second);
    for (const PartnerText& partner : before.partners) {
      const PartnerText* same = after.find(partner.id);
      if (same == nullptr || same->body != partner.body) continue;
      for (const std::string& id : member_ids(partner, old_members)) {
        check_untouched(old_members, new_members, id);
        ++compared;
      }
    }
    if (before.head.find("firm.direct") != std::string::npos)
      CHECK(first.column("direct_revenue") == second.column("direct_revenue"));
    networks_changed += first.hash() != second.hash() ? 1 : 0;
  }
  CHECK(compared > 2 * static_cast<int>(kNetworks));
  CHECK(networks_changed > static_cast<int>(kNetworks) * 9 / 10);
}

TEST_CASE("renaming, and renaming back, are different partners and the same one") {
  Network before = four_partners(kEconomy + kShock), renamed = before;
  renamed.partners[2].id = "test";
  const auto old_members = members_of(Run(before.toml())), new_members = members_of(Run(renamed.toml()));
  CHECK(old_members.at("best").at("survival") != new_members.at("test").at("survival"));
  CHECK(old_members.at("best").at("partner.best.close_rate") != new_members.at("test").at("partner.test.close_rate"));
  for (const char* id : {"anchor", "acme", "cole"}) check_untouched(old_members, new_members, id);
}

TEST_CASE("removing a partner from a run under shocks leaves the survival of the others as it was") {
  const Network before = four_partners(kEconomy + kShock);
  for (std::size_t removed = 1; removed < before.partners.size(); ++removed) {
    Network after = before;
    after.partners.erase(after.partners.begin() + static_cast<std::ptrdiff_t>(removed));
    check_all_untouched(before, after);
  }
}

TEST_CASE("a partner switched off is a partner removed") {
  Network before = four_partners(kEconomy + kShock), off = before;
  before.partners.erase(before.partners.begin() + 1);
  off.partners[1].body += "enabled = false\n";
  CHECK(Run(before.toml()).hash() == Run(off.toml()).hash());
}

TEST_CASE("business without partners leaves the partners as they were, and they leave it") {
  const Network without = four_partners(kEconomy + kShock);
  Network with = four_partners(kEconomy + kShock + kDirectBusiness), alone = with;
  check_all_untouched(without, with);
  alone.partners.erase(alone.partners.begin() + 1, alone.partners.end());
  CHECK(Run(with.toml()).column("direct_revenue") == Run(alone.toml()).column("direct_revenue"));
}

TEST_CASE("a copy more leaves the copies there were as they were") {
  Network before = four_partners(kShock), after = before;
  before.partners[2].body += "count = 3\n";
  after.partners[2].body += "count = 9\n";
  check_all_untouched(before, after);
}

TEST_CASE("asking for fewer outcomes leaves the columns of the others as they were") {
  const Network network = four_partners(kEconomy + kShock + kDirectBusiness);
  const Run all(network.toml());
  for (const std::string output :
       {"[output]\noutcomes = [\"revenue\"]\n", "[output]\noutcomes = [\"wins\", \"partners_lost\"]\n",
        "[output]\noutcomes = [\"leads\", \"revenue_by_year\"]\npartners = false\n",
        "[output]\ntrajectories = \"none\"\n", "[output]\ntrajectories = \"means\"\nseries = [\"active_partners\"]\n",
        "[output]\noutcomes = [\"revenue\"]\ntrajectories = \"none\"\npartners = false\n"}) {
    CAPTURE(output);
    const Run some(network.toml(output));
    const auto wanted = all.hashes();
    for (const auto& [label, digest] : some.hashes())
      if (label != "trajectories" && label != "partners") CHECK_MESSAGE(wanted.at(label) == digest, "column ", label);
    for (const auto& series : some.outputs().trajectories)
      for (int month = 1; month <= kMonths; ++month)
        CHECK(some.monthly(series.name, month).mean == all.monthly(series.name, month).mean);
    if (some.outputs().member_survival) CHECK(wanted.at("partners") == some.hashes().at("partners"));
  }
}

TEST_CASE("a change of one partner's rates leaves the others as they were") {
  const Network before = four_partners(kEconomy + kShock);
  Network after = before;
  after.partners[1].body = "leads = 9\nclose_rate = 0.9\ndeal_value = 5_000\nchurn = 0.3\nstart = 2\n";
  const auto old_members = members_of(Run(before.toml())), new_members = members_of(Run(after.toml()));
  for (const char* id : {"anchor", "best", "cole"}) check_untouched(old_members, new_members, id);
  CHECK(differs(old_members, new_members, "acme"));
}

TEST_CASE("whom a shock strikes matters to those alone whom it strikes in one case and not in the other") {
  const auto aimed = [](const std::string& target) {
    return members_of(Run(four_partners(kEconomy + kShock + "target = " + target + "\n").toml()));
  };
  const auto all = aimed("\"partners\""), two = aimed("{ partners = [\"anchor\", \"acme\"] }"),
             other = aimed("{ partners = [\"acme\", \"best\"] }");
  check_untouched(all, two, "anchor");
  check_untouched(all, two, "acme");
  check_untouched(two, other, "acme");
  check_untouched(all, other, "best");
  check_untouched(two, other, "cole");
  CHECK(differs(all, two, "best"));
  CHECK(differs(two, other, "anchor"));
}

TEST_CASE("a shock that kills nobody, or strikes others, leaves a partner as it was") {
  const Network none = four_partners(kEconomy);
  check_all_untouched(none, four_partners(kEconomy + "[shock.harmless]\nrate = 3\nkill = 0\n"));
  const auto without = members_of(Run(none.toml()));
  const auto with = members_of(Run(four_partners(kEconomy + kShock + "target = { partners = [\"acme\"] }\n").toml()));
  for (const char* id : {"anchor", "best", "cole"}) check_untouched(without, with, id);
  CHECK(differs(without, with, "acme"));
}

TEST_CASE("a second shock leaves the arrivals and coins of the first as they were") {
  const auto one = members_of(Run(four_partners(kShock + "target = { partners = [\"acme\"] }\n").toml()));
  const auto both =
      members_of(Run(four_partners("[shock.before]\nevery = 2\nkill = 1\ntarget = { partners = [\"best\"] }\n" +
                                   kShock + "target = { partners = [\"acme\"] }\n")
                         .toml()));
  for (const char* id : {"anchor", "acme", "cole"}) check_untouched(one, both, id);
  CHECK(differs(one, both, "best"));
}

TEST_CASE("an economy that never leaves a neutral regime is no economy") {
  // The other regime multiplies leads, values and churn, so that all of these are multiplied: by 1.
  const std::string neutral =
      "[economy]\nstart = \"calm\"\n[economy.regime.calm]\nto = { storm = 0 }\n[economy.regime.storm]\nto = { calm = 1 "
      "}\n"
      "multiply = { leads = 2, value = 3, churn = 4 }\n";
  const Run without(four_partners(kShock + kDirectBusiness).toml()),
      with(four_partners(neutral + kShock + kDirectBusiness).toml());
  const auto hashes = with.hashes();
  for (const auto& [label, digest] : without.hashes())
    if (label != "all") CHECK_MESSAGE(hashes.at(label) == digest, label);
  CHECK(with.column("months_in_storm") == std::vector<float>(with.replications(), 0.0f));
}

TEST_CASE("the economy does not touch what is drawn once a replication, nor arrivals of shocks") {
  const auto without = members_of(Run(four_partners(kShock).toml())),
             with = members_of(Run(four_partners(kEconomy + kShock).toml()));
  CHECK(without.at("acme").at("partner.acme.leads") == with.at("acme").at("partner.acme.leads"));
  CHECK(without.at("best").at("partner.best.close_rate") == with.at("best").at("partner.best.close_rate"));
  // A partner without churn dies of shocks alone.
  CHECK(without.at("cole").at("survival") == with.at("cole").at("survival"));
  CHECK(without.at("acme").at("survival") != with.at("acme").at("survival"));
}

TEST_CASE("a longer horizon begins with the shorter one") {
  std::string longer = four_partners(kEconomy + kShock + kDirectBusiness).toml();
  std::string shorter = longer;
  shorter.replace(shorter.find("months = 17"), 11, "months = 12");
  const Run a(longer), b(shorter);
  CHECK(a.column("revenue_by_year[1]") == b.column("revenue_by_year[1]"));
  CHECK(b.column("revenue") == b.column("revenue_by_year[1]"));
  for (int month = 1; month <= 12; ++month)
    for (const char* series : {"revenue", "wins", "active_partners"})
      CHECK(a.monthly(series, month).mean == b.monthly(series, month).mean);
}

TEST_CASE("labels, currency and calendar change no number") {
  const Network plain = four_partners(kEconomy + kShock);
  Network dressed = plain;
  dressed.partners[1].body += "label = \"The Acme Company\"\n";
  std::string text = dressed.toml();
  text.replace(text.find("seed = 5"), 8, "seed = 5\ncurrency = \"EUR\"\nstart = \"2030-02\"");
  CHECK(Run(text).hashes() == Run(plain.toml()).hashes());
}
