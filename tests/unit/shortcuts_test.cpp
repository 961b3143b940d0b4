#include "sim/engine/shortcuts.h"

#include <doctest/doctest.h>

TEST_CASE("a shortcut is taken when some model has a use for it and none refuses") {
  sim::Shortcuts shortcuts;
  CHECK_FALSE(shortcuts.taken("sums"));
  shortcuts.offer("sums");
  CHECK(shortcuts.taken("sums"));
  REQUIRE(shortcuts.notes().size() == 1);
  CHECK(shortcuts.notes()[0].what == "sums");
  CHECK(shortcuts.notes()[0].refused.empty());
  shortcuts.refuse("sums", "terms matter");
  shortcuts.refuse("sums", "one law has no table");
  shortcuts.offer("sums");
  CHECK_FALSE(shortcuts.taken("sums"));
  CHECK(shortcuts.notes()[0].refused == "one law has no table");
}

TEST_CASE("a shortcut refused where nobody has a use for it is not worth a note") {
  sim::Shortcuts shortcuts;
  shortcuts.refuse("sums", "terms matter");
  CHECK_FALSE(shortcuts.taken("sums"));
  CHECK(shortcuts.notes().empty());
}

TEST_CASE("more points keep the shortcuts of those before unless one of them refuses") {
  sim::Shortcuts before, after, refusing;
  before.offer("sums");
  before.refuse("others", "of nothing");
  for (sim::Shortcuts* each : {&after, &refusing}) each->offer("sums");
  after.offer("more");
  refusing.refuse("sums", "terms matter");
  CHECK(after.takes_all_of(before));
  CHECK_FALSE(refusing.takes_all_of(before));
  CHECK(before.takes_all_of(refusing));
}
