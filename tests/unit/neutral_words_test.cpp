// The engine knows no partnership: no file of sim/ has a word of them, in code, messages or comments.
#include <doctest/doctest.h>

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>

namespace {

namespace fs = std::filesystem;

constexpr std::string_view kBeginnings[] = {"partner", "referr", "alliance", "churn", "commission", "revenue"};
constexpr std::string_view kWords[] = {"deal", "deals"};
constexpr std::string_view kProgram = "partnersim";

bool is_letter(char c) { return std::isalpha(static_cast<unsigned char>(c)) != 0; }
bool is_lower(char c) { return std::islower(static_cast<unsigned char>(c)) != 0; }

// The first word in a line, lower-cased, that speaks of partnerships; empty when there is none. kPartnerLost is three.
std::string word_of_partnerships(const std::string& line) {
  std::string word;
  for (std::size_t i = 0; i < line.size(); ++i) {
    if (is_letter(line[i])) word += static_cast<char>(std::tolower(static_cast<unsigned char>(line[i])));
    const char next = i + 1 < line.size() ? line[i + 1] : ' ';
    if (is_letter(next) && !(is_lower(line[i]) && !is_lower(next))) continue;
    if (std::any_of(std::begin(kBeginnings), std::end(kBeginnings), [&](auto b) { return word.starts_with(b); }) &&
        word != kProgram)
      return word;
    if (std::find(std::begin(kWords), std::end(kWords), word) != std::end(kWords)) return word;
    word.clear();
  }
  return {};
}

}  // namespace

TEST_CASE("no file of the engine has a word of partnerships") {
  int files = 0;
  for (const auto& entry : fs::recursive_directory_iterator(fs::path(PARTNERSIM_SOURCE_DIR) / "sim")) {
    if (!entry.is_regular_file()) continue;
    ++files;
    std::ifstream in(entry.path());
    int number = 0;
    for (std::string line; std::getline(in, line);) {
      ++number;
      if (const std::string word = word_of_partnerships(line); !word.empty())
        FAIL_CHECK(entry.path().lexically_relative(PARTNERSIM_SOURCE_DIR).generic_string()
                   << ":" << number << ": " << word);
    }
  }
  CHECK(files > 100);
}

TEST_CASE("words of partnerships are found wherever a word begins, but for the program's name") {
  CHECK(word_of_partnerships("Path path;  // \"partner.*.Churn\"") == "partner");
  CHECK(word_of_partnerships("constexpr int kDeals, max_deals = 3;") == "deals");
  CHECK(word_of_partnerships("twelve_partners.toml") == "partners");
  CHECK(word_of_partnerships("std::size_t lostPartners = 0;") == "partners");
  CHECK(
      word_of_partnerships("partnersim run, PARTNERSIM_VERSION: an ideal, dealt with, preferred; deallocate").empty());
}
