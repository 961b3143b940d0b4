#include "sim/config/guard.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "sim/base/printable.h"

namespace sim {
namespace {

[[noreturn]] void refuse(Mark mark, std::string problem, std::string reason, std::string hint) {
  throw ConfigurationError({{std::move(mark), std::move(problem), std::move(reason), std::move(hint)}});
}

Mark mark_at(const std::string& file, std::string_view text, std::size_t offset) {
  Mark mark{file, 1, 1};
  for (char c : text.substr(0, offset)) {
    if (c == '\n') {
      ++mark.line;
      mark.column = 1;
    } else if ((static_cast<unsigned char>(c) & 0xC0U) != 0x80U) {  // columns count characters
      ++mark.column;
    }
  }
  return mark;
}

void guard_bytes(const std::string& file, std::string_view text) {
  for (std::size_t i = 0; i < text.size();) {
    if (text[i] == '\0') {
      refuse(mark_at(file, text, i), "a NUL byte stands in the text", "a scenario is plain text", "Save it as UTF-8");
    }
    if (text[i] == '\r' && text.substr(i + 1, 1) != "\n") {
      refuse(mark_at(file, text, i), "a carriage return stands alone", "TOML knows it only before a line feed",
             "Save it with Unix line ends");
    }
    const std::size_t length = utf8_length(text.substr(i, 4));
    if (length == 0) {
      refuse(mark_at(file, text, i), fmt::format("byte 0x{:02X} is not UTF-8", static_cast<unsigned char>(text[i])),
             "a scenario is UTF-8 text", "Save it as UTF-8");
    }
    i += length;
  }
}

// Skips what is quoted or commented out at `i`, else stays.
std::size_t after_quoted(std::string_view text, std::size_t i) {
  if (text[i] == '#') return std::min(text.find('\n', i), text.size());
  const char quote = text[i];
  if (quote != '"' && quote != '\'') return i;
  const std::array<char, 3> triple{quote, quote, quote};
  const std::string_view fence(triple.data(), text.substr(i, 3) == std::string_view(triple.data(), 3) ? 3 : 1);
  for (std::size_t j = i + fence.size(); j < text.size(); ++j) {
    if (quote == '"' && text[j] == '\\') {
      ++j;
    } else if (fence.size() == 1 && text[j] == '\n') {
      return j;  // unclosed: the parser will say so
    } else if (text.substr(j, fence.size()) == fence) {
      j += fence.size();
      // A multi-line string may end in up to two quotes of its own.
      for (int extra = 0; fence.size() == 3 && extra < 2 && j < text.size() && text[j] == quote; ++extra) ++j;
      return j;
    }
  }
  return text.size();
}

void guard_dotted_keys(const std::string& file, std::string_view text) {
  int dots = 0;
  for (std::size_t i = 0; i < text.size();) {
    if (const std::size_t next = after_quoted(text, i); next != i) {
      i = next;
      continue;
    }
    const char c = text[i];
    if (c == '.') {
      if (++dots >= kDeepestNesting) {
        refuse(mark_at(file, text, i), "this key is nested too deeply",
               fmt::format("at most {} levels", kDeepestNesting), {});
      }
    } else if (c == '\n' || c == '=' || c == ',' || c == '[' || c == '{') {
      dots = 0;
    }
    ++i;
  }
}

}  // namespace

void guard_text(const std::string& file, std::string_view text) {
  if (text.size() > kLongestText) {
    refuse(Mark{file, 0, 0}, fmt::format("the text has {} bytes", text.size()),
           fmt::format("at most {} are read", kLongestText), "Is this a scenario file?");
  }
  guard_bytes(file, text);
  guard_dotted_keys(file, text);
}

}  // namespace sim
