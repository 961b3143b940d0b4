// What a message must say.
#pragma once

#include <doctest/doctest.h>

#include <string>
#include <string_view>

namespace partnersim::testing {

// Shows the text when the part is not in it.
[[nodiscard]] inline bool says(const std::string& text, std::string_view part) {
  const bool found = text.find(part) != std::string::npos;
  if (!found) MESSAGE("\"", std::string(part), "\" is not in: ", text);
  return found;
}

}  // namespace partnersim::testing
