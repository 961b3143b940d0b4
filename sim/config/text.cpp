#include "sim/config/text.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>

namespace sim {
namespace {

constexpr std::size_t kLongestShown = 60;  // assumed: a message stays readable on one line

std::string shortened(std::string_view text) {
  if (text.size() <= kLongestShown) return std::string(text);
  std::size_t end = kLongestShown;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) --end;  // not inside a UTF-8 sequence
  return std::string(text.substr(0, end)) + "…";
}

}  // namespace

std::string number_text(double value) { return fmt::format("{}", value); }

std::string quoted(std::string_view text) {
  std::string out = "\"";
  for (char c : text) {
    switch (c) {
      case '"':
        out += "\\\"";
        break;
      case '\\':
        out += "\\\\";
        break;
      case '\n':
        out += "\\n";
        break;
      case '\t':
        out += "\\t";
        break;
      case '\r':
        out += "\\r";
        break;
      default: {
        const auto byte = static_cast<unsigned char>(c);
        if (byte < 0x20U || byte == 0x7FU) {
          out += fmt::format("\\u{:04X}", static_cast<unsigned>(byte));
        } else {
          out += c;
        }
      }
    }
  }
  return out + '"';
}

bool is_bare_key(std::string_view key) {
  return !key.empty() && std::all_of(key.begin(), key.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
  });
}

std::string key_text(std::string_view key) { return is_bare_key(key) ? std::string(key) : quoted(key); }

std::string shown_key(std::string_view key) { return is_bare_key(key) ? shortened(key) : shown_text(key); }

std::string shown_text(std::string_view text) { return quoted(shortened(text)); }

std::string joined_path(std::string_view table, std::string_view key) {
  std::string path(table);
  if (!path.empty()) path += '.';
  return path.append(key);
}

std::string found_text(const Node& node) {
  struct Visitor {
    std::string operator()(double value) const { return "the number " + number_text(value); }
    std::string operator()(std::int64_t value) const { return "the number " + std::to_string(value); }
    std::string operator()(bool value) const { return value ? "true" : "false"; }
    std::string operator()(const std::string& value) const { return "the text " + shown_text(value); }
    std::string operator()(const ArrayNode& value) const { return value.empty() ? "an empty array" : "an array"; }
    std::string operator()(const TableNode& value) const { return value.empty() ? "an empty table" : "a table"; }
    std::string operator()(const DateNode& value) const { return "the date " + value.text; }
    std::string operator()(const BrokenNode&) const { return "no TOML"; }
  };
  return std::visit(Visitor{}, node.value);
}

std::string toml_text(const Node& node) {
  struct Visitor {
    std::string operator()(double value) const { return number_text(value); }
    std::string operator()(std::int64_t value) const { return std::to_string(value); }
    std::string operator()(bool value) const { return value ? "true" : "false"; }
    std::string operator()(const std::string& value) const { return quoted(value); }
    std::string operator()(const ArrayNode& value) const {
      std::string out = "[";
      for (const Node& element : value) out += (out.size() > 1 ? ", " : "") + toml_text(element);
      return out + "]";
    }
    std::string operator()(const TableNode& value) const {
      if (value.empty()) return "{}";
      std::string out = "{";
      for (const Member& member : value) {
        out += (out.size() > 1 ? ", " : " ") + key_text(member.key) + " = " + toml_text(member.node);
      }
      return out + " }";
    }
    std::string operator()(const DateNode& value) const { return value.text; }
    std::string operator()(const BrokenNode&) const { return "…"; }
  };
  return std::visit(Visitor{}, node.value);
}

}  // namespace sim
