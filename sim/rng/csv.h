// Records of a CSV text (RFC 4180), line by line, for a user's own values. Internal to sim/rng.
//
// The separator is the one of comma, semicolon and tab that the first record has most of outside quotes. A field may be
// quoted, and then hold separators, line breaks and "" for a quotation mark. Lines end in LF, CRLF or CR; blank ones,
// also of separators alone, are passed over; a byte order mark is dropped.
//
// Promise: every record has as many fields as the first, so that no number is cut at a decimal comma. What is damaged
// or no text is refused (law_arguments.h) with its line. Not here: what the fields mean.
//
// Written here, not taken from a package: those at hand (fast-cpp-csv-parser, rapidcsv, libcsv) want the separator in
// advance and say of a record that does not fit neither what was found nor what was expected.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace sim::laws {

class CsvText {
 public:
  // `name` is what messages call the text.
  CsvText(std::string name, std::string text);

  // The next record; false at the end.
  bool next();
  const std::vector<std::string>& fields() const { return fields_; }
  // "values.csv:3", where the record begins.
  std::string place() const { return name_ + ":" + std::to_string(line_); }

 private:
  std::string_view rest() const { return std::string_view(text_).substr(at_); }
  void read_record();
  void read_quoted(std::string& field);
  bool end_line();
  void check_count() const;

  std::string name_, text_;
  std::size_t at_ = 0;
  std::size_t line_ = 0;       // of the record
  std::size_t next_line_ = 1;  // of at_
  char separator_ = ',';
  std::size_t expected_ = 0;  // fields; 0 before the first record
  std::size_t first_line_ = 0;
  std::vector<std::string> fields_;
};

}  // namespace sim::laws
