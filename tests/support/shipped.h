// The text of a scenario that ships, shortened.
#pragma once

#include <fstream>
#include <sstream>
#include <stdexcept>
#include <string>

namespace partnersim::testing {

// The first `from` becomes `to`; it must be there.
inline std::string replaced(std::string text, const std::string& from, const std::string& to) {
  const std::size_t at = text.find(from);
  if (at == std::string::npos) throw std::logic_error("no " + from + " in this text");
  return text.replace(at, from.size(), to);
}

// The scenario itself: variants are an experiment's.
inline std::string without_variants(const std::string& text) { return text.substr(0, text.find("\n[variant.")); }

inline std::string shipped(const std::string& name, int replications) {
  std::ifstream file(std::string(PARTNERSIM_SOURCE_DIR) + "/configs/" + name + ".toml");
  std::ostringstream text;
  text << file.rdbuf();
  return replaced(without_variants(text.str()), "replications = 100_000",
                  "replications = " + std::to_string(replications));
}

}  // namespace partnersim::testing
