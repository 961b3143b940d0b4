// Who is joined with whom: firms, and links between two of them. Immutable, and shared by all that simulate a point.
//
// Firms, links and arcs are numbered from 0 with numbers of types of their own, so that none can stand for another. A
// link joins two firms; its two arcs are the directions in which one may refer customers to the other. In grids a link
// or a firm is a row.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace partnersim {

enum class Firm : std::uint32_t {};
enum class Link : std::uint32_t {};
enum class Arc : std::uint32_t {};

template <class Id>
constexpr std::size_t index(Id id) {
  return static_cast<std::size_t>(id);
}
template <class Id>
constexpr Id numbered(std::size_t index) {
  return static_cast<Id>(index);
}

// The firm whose owner asks, where there is one.
inline constexpr Firm kFocalFirm{0};

class Topology {
 public:
  Topology() : Topology(0, {}) {}
  struct Ends {
    Firm first, second;
    std::uint64_t entity;  // names the link's draws
  };
  // The focal firm and its partners, of whom there are as many as entities: link l joins partner l, firm l + 1, with
  // it.
  static Topology star(std::span<const std::uint64_t> entities);
  // Ends are firms below `firms`, and differ.
  Topology(std::size_t firms, std::vector<Ends> links);

  std::size_t firms() const { return first_.size() - 1; }
  std::size_t links() const { return ends_.size(); }
  std::size_t arcs() const { return 2 * ends_.size(); }

  const Ends& ends(Link link) const { return ends_[index(link)]; }
  // All links that meet a firm, ascending.
  std::span<const Link> links_of(Firm firm) const {
    return {at_.data() + first_[index(firm)], at_.data() + first_[index(firm) + 1]};
  }
  Firm other_end(Link link, Firm firm) const { return ends(link).first == firm ? ends(link).second : ends(link).first; }

  // Where the first end refers customers to the second, or back.
  static constexpr Arc forth(Link link) { return numbered<Arc>(2 * index(link)); }
  static constexpr Arc back(Link link) { return numbered<Arc>(2 * index(link) + 1); }
  static constexpr Link link_of(Arc arc) { return numbered<Link>(index(arc) / 2); }
  Firm giver(Arc arc) const { return index(arc) % 2 == 0 ? ends(link_of(arc)).first : ends(link_of(arc)).second; }
  Firm receiver(Arc arc) const { return other_end(link_of(arc), giver(arc)); }

 private:
  std::vector<Ends> ends_;            // [link]
  std::vector<std::uint32_t> first_;  // [firm, and one more] where its links begin in at_
  std::vector<Link> at_;              // by firm
};

}  // namespace partnersim
