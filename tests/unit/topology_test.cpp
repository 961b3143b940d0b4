// models/network/topology.h against the plain list of links.
#include "models/network/topology.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <random>
#include <set>
#include <vector>

using namespace partnersim;

namespace {

// Every question a plain loop over all links can answer.
void check_against_links(const Topology& network, std::size_t firms, const std::vector<Topology::Ends>& links) {
  REQUIRE(network.firms() == firms);
  REQUIRE(network.links() == links.size());
  REQUIRE(network.arcs() == 2 * links.size());
  for (std::size_t f = 0; f < firms; ++f) {
    const auto firm = numbered<Firm>(f);
    std::vector<Link> expected;
    for (std::size_t l = 0; l < links.size(); ++l)
      if (links[l].first == firm || links[l].second == firm) expected.push_back(numbered<Link>(l));
    REQUIRE(std::ranges::equal(network.links_of(firm), expected));
    for (const Link link : expected) {
      REQUIRE(network.other_end(link, firm) != firm);
      REQUIRE(network.other_end(link, network.other_end(link, firm)) == firm);
    }
  }
  for (std::size_t l = 0; l < links.size(); ++l) {
    const auto link = numbered<Link>(l);
    REQUIRE(network.ends(link).entity == links[l].entity);
    const Arc forth = Topology::forth(link), back = Topology::back(link);
    REQUIRE(Topology::link_of(forth) == link);
    REQUIRE(Topology::link_of(back) == link);
    REQUIRE(index(forth) != index(back));
    REQUIRE(network.giver(forth) == links[l].first);
    REQUIRE(network.receiver(forth) == links[l].second);
    REQUIRE(network.giver(back) == links[l].second);
    REQUIRE(network.receiver(back) == links[l].first);
  }
}

}  // namespace

TEST_CASE("links of a firm, ends and arcs are those of the plain list") {
  std::mt19937 engine(5);
  for (int trial = 0; trial < 200; ++trial) {
    const std::size_t firms = 2 + engine() % 30;
    std::set<std::pair<std::size_t, std::size_t>> pairs;
    for (std::size_t k = engine() % 60; k > 0; --k) {
      const std::size_t a = engine() % firms, b = engine() % firms;
      if (a != b) pairs.insert({a, b});
    }
    std::vector<Topology::Ends> links;
    for (const auto& [a, b] : pairs) links.push_back({numbered<Firm>(a), numbered<Firm>(b), engine()});
    std::ranges::shuffle(links, engine);
    check_against_links({firms, links}, firms, links);
  }
}

TEST_CASE("a star: link l joins firm l + 1 with the focal firm, under the entity of its partner") {
  const std::vector<std::uint64_t> entities{11, 7, 13};
  const Topology star = Topology::star(entities);
  check_against_links(star, 4, {{Firm{1}, kFocalFirm, 11}, {Firm{2}, kFocalFirm, 7}, {Firm{3}, kFocalFirm, 13}});
  CHECK(star.links_of(kFocalFirm).size() == 3);
  CHECK(Topology::star({}).firms() == 1);
}
