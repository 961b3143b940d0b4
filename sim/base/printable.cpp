#include "sim/base/printable.h"

#include <algorithm>
#include <array>
#include <cstdint>

namespace sim {
namespace {

std::uint32_t code_point(std::string_view sequence) {
  const auto byte = [&](std::size_t i) { return static_cast<std::uint32_t>(static_cast<unsigned char>(sequence[i])); };
  constexpr std::array<std::uint32_t, 5> kFirstBits{0, 0x7F, 0x1F, 0x0F, 0x07};
  std::uint32_t point = byte(0) & kFirstBits[sequence.size()];
  for (std::size_t i = 1; i < sequence.size(); ++i) point = point << 6U | (byte(i) & 0x3FU);
  return point;
}

// Controls (C0, DEL, C1), bidirectional marks, zero-width and separator characters that could fake a message.
bool is_harmful(std::uint32_t point) {
  return point < 0x20 || (point >= 0x7F && point < 0xA0) || point == 0x061C || (point >= 0x200B && point <= 0x200F) ||
         (point >= 0x2028 && point <= 0x202E) || (point >= 0x2060 && point <= 0x206F) || point == 0xFEFF;
}

// Those of them that no name is written with.
bool is_control(std::uint32_t point) {
  return point < 0x20 || (point >= 0x7F && point < 0xA0) || (point >= 0x2028 && point <= 0x202E) ||
         (point >= 0x2066 && point <= 0x2069);
}

std::string hexadecimal(std::uint32_t value, int digits) {
  std::string text;
  for (int shift = 4 * (digits - 1); shift >= 0; shift -= 4)
    text += "0123456789ABCDEF"[value >> static_cast<unsigned>(shift) & 0xFU];
  return text;
}

}  // namespace

std::size_t utf8_length(std::string_view text) {
  const auto byte = [&](std::size_t i) { return i < text.size() ? static_cast<unsigned char>(text[i]) : 0U; };
  const auto follows = [&](std::size_t i, unsigned low = 0x80U, unsigned high = 0xBFU) {
    return byte(i) >= low && byte(i) <= high;
  };
  const unsigned first = byte(0);
  if (text.empty()) return 0;
  if (first < 0x80U) return 1;
  if (first >= 0xC2U && first <= 0xDFU) return follows(1) ? 2 : 0;
  if (first >= 0xE0U && first <= 0xEFU) {
    const unsigned low = first == 0xE0U ? 0xA0U : 0x80U;   // no overlong forms
    const unsigned high = first == 0xEDU ? 0x9FU : 0xBFU;  // no surrogates
    return follows(1, low, high) && follows(2) ? 3 : 0;
  }
  if (first >= 0xF0U && first <= 0xF4U) {
    const unsigned low = first == 0xF0U ? 0x90U : 0x80U;
    const unsigned high = first == 0xF4U ? 0x8FU : 0xBFU;  // nothing above U+10FFFF
    return follows(1, low, high) && follows(2) && follows(3) ? 4 : 0;
  }
  return 0;
}

namespace {

// A malformed byte is a character of its own.
std::string_view first_character(std::string_view text) {
  return text.substr(0, std::max<std::size_t>(utf8_length(text), 1));
}

}  // namespace

std::string printable(std::string_view text, std::size_t longest) {
  std::string out;
  while (!text.empty()) {
    if (out.size() >= longest) return out + "…";
    const std::string_view sequence = first_character(text);
    text.remove_prefix(sequence.size());
    if (utf8_length(sequence) == 0) {
      out += "\\x" + hexadecimal(static_cast<unsigned char>(sequence[0]), 2);
      continue;
    }
    const std::uint32_t point = code_point(sequence);
    out += is_harmful(point) ? "\\u" + hexadecimal(point, 4) : std::string(sequence);
  }
  return out;
}

std::string printable_lines(std::string_view text) {
  std::string out;
  for (std::size_t from = 0; from < text.size();) {
    const std::size_t end = std::min(text.find('\n', from), text.size());
    const std::string_view line = text.substr(from, end - from);
    const bool plain = std::all_of(line.begin(), line.end(), [](char c) { return c >= 0x20 && c < 0x7F; });
    out += plain ? std::string(line) : printable(line, std::string::npos);
    if (end < text.size()) out += '\n';
    from = end + 1;
  }
  return out;
}

std::string first_control(std::string_view text) {
  while (!text.empty()) {
    const std::string_view sequence = first_character(text);
    text.remove_prefix(sequence.size());
    if (utf8_length(sequence) == 0) continue;
    if (const std::uint32_t point = code_point(sequence); is_control(point)) return "U+" + hexadecimal(point, 4);
  }
  return {};
}

std::size_t character_count(std::string_view text) {
  std::size_t count = 0;
  for (; !text.empty(); text.remove_prefix(first_character(text).size())) ++count;
  return count;
}

}  // namespace sim
