#include "sim/report/point_labels.h"

#include <algorithm>
#include <string_view>

namespace sim::report {
namespace {

struct Part {
  std::string name, value;
};

Part part_of(std::string_view text) {
  for (const std::string_view sign : {std::string_view(" = "), std::string_view(" × ")})
    if (const std::size_t at = text.find(sign); at != std::string_view::npos)
      return {std::string(text.substr(0, at)) + (sign == " = " ? "" : " ×"),
              std::string(text.substr(at + sign.size()))};
  return {{}, std::string(text)};
}

// At commas outside of brackets and quotes: a value may be a list or a text.
std::vector<Part> parts_of(std::string_view label) {
  std::vector<Part> parts;
  int depth = 0;
  bool quoted = false;
  std::size_t begin = 0;
  for (std::size_t i = 0; i < label.size(); ++i) {
    const char c = label[i];
    if (c == '"') quoted = !quoted;
    if (quoted) continue;
    if (c == '[' || c == '{') ++depth;
    if (c == ']' || c == '}') --depth;
    if (depth != 0 || !label.substr(i).starts_with(", ")) continue;
    parts.push_back(part_of(label.substr(begin, i - begin)));
    begin = i + 2;
  }
  parts.push_back(part_of(label.substr(begin)));
  return parts;
}

std::string joined(const std::vector<std::string>& texts) {
  std::string out;
  for (const std::string& text : texts) out += (out.empty() ? "" : ", ") + text;
  return out;
}

// The last `segments` of a dotted name.
std::string ending(const std::string& name, std::size_t segments) {
  std::size_t at = name.size();
  for (; segments > 0 && at != 0 && at != std::string::npos; --segments) at = name.rfind('.', at - 1);
  return at == 0 || at == std::string::npos ? name : name.substr(at + 1);
}

}  // namespace

PointLabels taken_apart(const std::vector<std::string>& labels) {
  PointLabels apart;
  bool alike = true;
  for (const std::string& label : labels) {
    std::vector<std::string> names, values;
    for (Part& part : parts_of(label)) {
      names.push_back(std::move(part.name));
      values.push_back(std::move(part.value));
    }
    if (apart.values.empty()) apart.names = names;
    alike = alike && names == apart.names;
    apart.values.push_back(std::move(values));
  }
  if (alike) return apart;
  apart.names = {""};
  for (std::size_t p = 0; p < labels.size(); ++p) apart.values[p] = {labels[p]};
  return apart;
}

std::vector<std::string> PointLabels::short_names() const {
  std::vector<std::string> out = names;
  for (std::size_t segments = 1; segments < 10; ++segments) {  // no path has more
    for (std::size_t i = 0; i < names.size(); ++i) out[i] = ending(names[i], segments);
    std::vector<std::string> sorted = out;
    std::sort(sorted.begin(), sorted.end());
    if (std::adjacent_find(sorted.begin(), sorted.end()) == sorted.end()) break;
  }
  return out;
}

std::string PointLabels::text(std::size_t point) const { return joined(values[point]); }

std::string PointLabels::text_against(std::size_t point, std::size_t other) const {
  std::vector<std::string> different;
  for (std::size_t i = 0; i < names.size(); ++i)
    if (values[point][i] != values[other][i]) different.push_back(values[point][i]);
  return joined(different);
}

}  // namespace sim::report
