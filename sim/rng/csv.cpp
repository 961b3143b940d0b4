#include "sim/rng/csv.h"

#include <algorithm>
#include <array>
#include <utility>

#include "sim/base/printable.h"
#include "sim/rng/law_arguments.h"

namespace sim::laws {
namespace {

constexpr std::array<char, 3> kSeparators{',', ';', '\t'};

// The separator that the first line has most of, outside quotes.
char separator_of(std::string_view text) {
  std::array<std::size_t, kSeparators.size()> found{};
  bool quoted = false;
  for (const char c : text.substr(std::min(text.find_first_not_of("\r\n"), text.size()))) {
    if (c == '"') quoted = !quoted;
    if (quoted) continue;
    if (c == '\n' || c == '\r') break;
    for (std::size_t k = 0; k < kSeparators.size(); ++k) found[k] += c == kSeparators[k] ? 1U : 0U;
  }
  return kSeparators[static_cast<std::size_t>(std::max_element(found.begin(), found.end()) - found.begin())];
}

std::string counted(std::size_t n) { return std::to_string(n) + (n == 1 ? " field" : " fields"); }

}  // namespace

CsvText::CsvText(std::string name, std::string text) : name_(std::move(name)), text_(std::move(text)) {
  if (text_.starts_with("\xEF\xBB\xBF")) at_ = 3;
  const std::size_t zero = text_.find('\0');
  if (zero != std::string::npos) {
    const auto line = 1 + std::count(text_.begin(), text_.begin() + static_cast<std::ptrdiff_t>(zero), '\n');
    const bool wide = text_.starts_with("\xFF\xFE") || text_.starts_with("\xFE\xFF");
    refuse("empirical: " + name_ + ":" + std::to_string(line) + " holds a zero byte",
           wide ? "the file is UTF-16" : "a CSV file is text", "Save it as CSV in UTF-8.");
  }
  separator_ = separator_of(rest());
}

bool CsvText::next() {
  while (at_ < text_.size()) {
    line_ = next_line_;
    read_record();
    const auto is_blank = [](const std::string& field) { return field.find_first_not_of(" \t") == std::string::npos; };
    if (std::all_of(fields_.begin(), fields_.end(), is_blank)) continue;
    if (expected_ == 0) {
      expected_ = fields_.size();
      first_line_ = line_;
    }
    check_count();
    return true;
  }
  return false;
}

void CsvText::read_record() {
  fields_.assign(1, {});
  while (at_ < text_.size()) {
    if (end_line()) return;
    const char c = text_[at_];
    std::string& field = fields_.back();
    if (c == '"' && field.empty()) {
      read_quoted(field);
      continue;
    }
    ++at_;
    if (c == separator_)
      fields_.emplace_back();
    else
      field += c;
  }
}

// From the opening quotation mark to behind the closing one.
void CsvText::read_quoted(std::string& field) {
  const std::size_t opened = next_line_;
  for (++at_; at_ < text_.size(); ++at_) {
    const char c = text_[at_];
    if (c == '\n') ++next_line_;
    if (c != '"') {
      field += c;
      continue;
    }
    ++at_;
    if (at_ >= text_.size() || text_[at_] == separator_ || text_[at_] == '\n' || text_[at_] == '\r') return;
    if (text_[at_] == '"') {
      field += '"';
      continue;
    }
    refuse("empirical: " + place() + ": text stands behind a closing quotation mark",
           "found \"" + printable(rest().substr(0, rest().find_first_of("\r\n")), 40) + "\" there",
           "Write a quotation mark inside quotes twice.");
  }
  refuse("empirical: " + name_ + ":" + std::to_string(opened) + ": a quotation mark is not closed",
         "the file ends inside the quotes", "Close it, or leave it out.");
}

// Passes over the end of a line, if there is one.
bool CsvText::end_line() {
  if (text_[at_] != '\n' && text_[at_] != '\r') return false;
  at_ += rest().starts_with("\r\n") ? std::size_t{2} : std::size_t{1};
  ++next_line_;
  return true;
}

void CsvText::check_count() const {
  if (fields_.size() == expected_) return;
  const bool more = fields_.size() > expected_;
  const std::string separator = separator_ == ',' ? "comma" : separator_ == ';' ? "semicolon" : "tab";
  refuse("empirical: " + place() + " has " + counted(fields_.size()),
         "line " + std::to_string(first_line_) + " has " + counted(expected_) + ", separated by " + separator + "s",
         more ? "Write numbers with a decimal point and without thousands separators, and put what holds a " +
                    separator + " in quotes."
              : "Give every line the same number of fields; an empty one is nothing between two separators.");
}

}  // namespace sim::laws
