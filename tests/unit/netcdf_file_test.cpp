// Claims about sim/output/netcdf_file.h: what is written is read back, files are complete or absent, bytes repeat.
#include "sim/output/netcdf_file.h"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cmath>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <iterator>
#include <limits>
#include <numeric>
#include <stdexcept>

#include "sim/base/problem.h"
#include "sim/output/sealed_file.h"
#include "tests/support/files.h"
#include "tests/support/sanitized.h"
#include "tests/support/text.h"

namespace {

using namespace partnersim::testing;
using sim::InputOutputError;
using namespace sim::output;
using Box = std::vector<std::uint64_t>;

template <class Action>
std::string error_of(Action action) {
  try {
    action();
  } catch (const InputOutputError& error) {
    return error.what();
  }
  return "no InputOutputError";
}

// A bit of everything; `seed` only so that different calls can be told apart.
void write_sample(const std::filesystem::path& path, float seed = 0) {
  NetcdfWriter writer(path);
  writer.attributes("/", {{"Conventions", "CF-1.8"}, {"draws_contract", 1}});
  writer.group("/outcomes", {{"definition", "one column an outcome"}});
  writer.dimension("outcomes", "point", std::vector<std::string>{"low", "hïgh"}, describe("", "point of the sweep"));
  writer.dimension("outcomes", "replication", 1000);
  const Variable revenue = writer.define({.group = "outcomes",
                                          .name = "revenue",
                                          .type = ValueType::kFloat32,
                                          .dimensions = {"point", "replication"},
                                          .attributes = describe("currency", "revenue", "sum of won deals"),
                                          .chunk = {1, 256}});
  std::vector<float> values(2000);
  std::iota(values.begin(), values.end(), seed);
  for (std::uint64_t point = 0; point < 2; ++point) {
    for (std::uint64_t row = 0; row < 1000; row += 256) {
      const std::uint64_t rows = std::min<std::uint64_t>(256, 1000 - row);
      writer.write_slab(revenue, Box{point, row}, Box{1, rows}, std::span(values).subspan(point * 1000 + row, rows));
    }
  }
  writer.add({.group = "outcomes",
              .name = "out_of_cash",
              .dimensions = {"replication"},
              .attributes = boolean_flags(),
              .chunk = {100}},
             std::vector<std::int8_t>(1000, 1));
  writer.group("provenance/deep");
  writer.add({.group = "provenance", .name = "scenario"}, std::string("seed = 7\nname = \"Ünïcode\""));
  writer.add({.group = "provenance", .name = "seed"}, std::uint64_t{0xffffffffffffffff});
  writer.commit();
}

template <class T>
void round_trip(const TemporaryFolder& folder, const std::vector<T>& values) {
  const std::filesystem::path path = folder / "round.h5";
  {
    NetcdfWriter writer(path);
    writer.dimension("/", "coordinate", values);
    writer.dimension("/", "row", values.size());
    for (const bool chunked : {false, true}) {
      const Variable whole = writer.add({.group = "/",
                                         .name = chunked ? "chunked" : "whole",
                                         .dimensions = {"row"},
                                         .chunk = chunked ? Box{2} : Box{}},
                                        values);
      static_cast<void>(whole);
    }
    const Variable slabs = writer.define({"/", "slabs", *kValueTypeOf<T>, {"coordinate"}});
    for (std::uint64_t i = 0; i < values.size(); ++i) writer.write_slab(slabs, Box{i}, Box{1}, values[i]);
    writer.add({.group = "/", .name = "scalar"}, values.front());
    writer.commit();
  }
  const NetcdfReader reader(path);
  for (const char* name : {"coordinate", "whole", "chunked", "slabs"}) {
    CAPTURE(name);
    CHECK(reader.info(name).type == *kValueTypeOf<T>);
    CHECK(reader.info(name).shape == Box{values.size()});
    CHECK(reader.read<T>(name) == values);
    CHECK(reader.read_slab<T>(name, Box{1}, Box{2}) == std::vector<T>(values.begin() + 1, values.begin() + 3));
  }
  CHECK(reader.dimensions("slabs") == std::vector<std::string>{"coordinate"});
  CHECK(reader.dimensions("whole") == std::vector<std::string>{"row"});
  CHECK(reader.dimensions("coordinate") == std::vector<std::string>{"coordinate"});
  CHECK(reader.info("scalar").shape.empty());
  CHECK(reader.read_scalar<T>("scalar") == values.front());
  CHECK(reader.variables() == std::vector<std::string>{"coordinate", "whole", "chunked", "slabs", "scalar"});
}

template <class T>
std::vector<T> extremes() {
  return {std::numeric_limits<T>::lowest(), std::numeric_limits<T>::max(), T{0}, T{1}, T{42}};
}

// Runs `action` in a child process and returns its wait status, so that limits and kills do not reach the tests.
template <class Action>
int in_child(Action action) {
  std::cout.flush();
  std::fflush(nullptr);
  const pid_t child = ::fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    int code = 100;
    try {
      code = action();
    } catch (...) {
      code = 101;
    }
    std::exit(code);  // not _exit: the exit handlers must get through, too
  }
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  return status;
}

}  // namespace

TEST_CASE("every type comes back as it was written") {
  const TemporaryFolder folder;
  round_trip<float>(folder, extremes<float>());
  round_trip<double>(folder, extremes<double>());
  round_trip<std::int8_t>(folder, extremes<std::int8_t>());
  round_trip<std::int32_t>(folder, extremes<std::int32_t>());
  round_trip<std::int64_t>(folder, extremes<std::int64_t>());
  round_trip<std::uint32_t>(folder, extremes<std::uint32_t>());
  round_trip<std::uint64_t>(folder, extremes<std::uint64_t>());
  round_trip<std::string>(folder, {"Ünïcode", "", "two\nlines", "x", std::string(100'000, 'y')});
}

TEST_CASE("groups, dimensions and attributes come back") {
  const TemporaryFolder folder;
  write_sample(folder / "sample.h5");
  const NetcdfReader reader(folder / "sample.h5");
  CHECK(reader.groups() == std::vector<std::string>{"outcomes", "provenance"});
  CHECK(reader.groups("provenance") == std::vector<std::string>{"deep"});
  CHECK(reader.variables("/outcomes") == std::vector<std::string>{"point", "revenue", "out_of_cash"});
  CHECK(reader.exists("outcomes/revenue"));
  CHECK_FALSE(reader.exists("outcomes/revenue/nothing"));
  CHECK_FALSE(reader.exists("nothing/at/all"));
  const VariableInfo revenue = reader.info("outcomes/revenue");
  CHECK(reader.dimensions("outcomes/revenue") == std::vector<std::string>{"point", "replication"});
  CHECK(revenue.shape == Box{2, 1000});
  CHECK(revenue.cells() == 2000);
  CHECK(reader.read_slab<double>("outcomes/revenue", Box{1, 998}, Box{1, 2}) == std::vector<double>{1998, 1999});
  CHECK(reader.read_slab<float>("outcomes/revenue", Box{0, 5}, Box{2, 1}) == std::vector<float>{5, 1005});
  CHECK(reader.text_attribute("outcomes/revenue", "units") == "currency");
  CHECK(reader.text_attribute("outcomes/revenue", "definition") == "sum of won deals");
  CHECK(reader.text_attribute("outcomes/revenue", "colour") == std::nullopt);
  CHECK(reader.text_attribute("/", "Conventions") == "CF-1.8");
  CHECK(reader.text_attribute("/outcomes/out_of_cash", "flag_meanings") == "false true");
  const Attributes flag_attributes = reader.attributes("/outcomes/out_of_cash");
  REQUIRE(flag_attributes.size() == 2);
  CHECK(flag_attributes[1].name == "flag_values");
  CHECK(std::get<std::vector<std::int8_t>>(flag_attributes[1].value) == std::vector<std::int8_t>{0, 1});
  CHECK(reader.read<std::string>("outcomes/point") == std::vector<std::string>{"low", "hïgh"});
  CHECK(reader.read_scalar<std::string>("provenance/scenario") == "seed = 7\nname = \"Ünïcode\"");
  CHECK(reader.read_scalar<std::uint64_t>("provenance/seed") == 0xffffffffffffffff);
}

TEST_CASE("every kind of attribute comes back") {
  const TemporaryFolder folder;
  const std::vector<AttributeValue> values = {std::string("tëxt"),
                                              -1.5,
                                              std::int64_t{-3},
                                              std::vector<std::string>{"a", "", "c"},
                                              std::vector<double>{1.5, 2.5},
                                              std::vector<std::int64_t>{1, 2},
                                              std::vector<std::int8_t>{7}};
  {
    NetcdfWriter writer(folder / "attributes.h5");
    for (std::size_t i = 0; i < values.size(); ++i)
      writer.attributes("/", {{std::string(1, char('a' + i)), values[i]}});
    writer.commit();
  }
  const NetcdfReader reader(folder / "attributes.h5");
  const Attributes attributes = reader.attributes("/");
  REQUIRE(attributes.size() == values.size());
  for (std::size_t i = 0; i < values.size(); ++i) CHECK(attributes[i].value == values[i]);
  CHECK(says(error_of([&] { reader.text_attribute("/", "b"); }), "b is not a text"));
}

TEST_CASE("identical calls give identical bytes, and a later file replaces the earlier") {
  const TemporaryFolder folder;
  write_sample(folder / "a.h5");
  write_sample(folder / "b.h5", 1);
  CHECK(bytes_of(folder / "a.h5") != bytes_of(folder / "b.h5"));
  ::sleep(1);  // a time stamp in the file would have to change
  write_sample(folder / "b.h5");
  CHECK(bytes_of(folder / "a.h5") == bytes_of(folder / "b.h5"));
  CHECK_FALSE(std::filesystem::exists(folder / "a.h5.partial"));
}

TEST_CASE("cells never written are NaN where that was foreseen, and an error elsewhere") {
  const TemporaryFolder folder;
  {
    NetcdfWriter writer(folder / "gaps.h5");
    writer.dimension("/", "row", 10);
    for (const char* name : {"contiguous", "chunked"}) {
      const Variable gaps = writer.define({.group = "/",
                                           .name = name,
                                           .type = ValueType::kFloat64,
                                           .dimensions = {"row"},
                                           .chunk = name == std::string("chunked") ? Box{4} : Box{},
                                           .may_stay_unwritten = true});
      writer.write_slab(gaps, Box{1}, Box{2}, std::vector<double>{1, 2});
    }
    writer.define({.group = "/", .name = "untouched", .dimensions = {"row"}, .may_stay_unwritten = true});
    writer.commit();
  }
  const NetcdfReader reader(folder / "gaps.h5");
  for (const char* name : {"contiguous", "chunked"}) {
    const std::vector<double> values = reader.read<double>(name);
    for (std::size_t i = 0; i < 10; ++i) {
      CHECK(std::isnan(values[i]) == (i != 1 && i != 2));
    }
  }
  for (const float value : reader.read<float>("untouched")) CHECK(std::isnan(value));

  NetcdfWriter writer(folder / "incomplete.h5");
  writer.dimension("/", "row", 10);
  const Variable part = writer.define({"/", "part", ValueType::kInt32, {"row"}});
  writer.write_slab(part, Box{0}, Box{9}, std::vector<std::int32_t>(9));
  CHECK_THROWS_WITH_AS(writer.commit(), "/part: only 9 of 10 cells were written", std::logic_error);
  CHECK_FALSE(std::filesystem::exists(folder / "incomplete.h5"));
  CHECK_FALSE(std::filesystem::exists(folder / "incomplete.h5.partial"));
}

TEST_CASE("misuse is refused") {
  const TemporaryFolder folder;
  const auto refused = [&](auto action) {
    {
      NetcdfWriter writer(folder / "misuse.h5");
      writer.dimension("/", "row", 10);
      CHECK_THROWS_AS(action(writer), std::logic_error);
      CHECK_THROWS_AS(writer.commit(), std::logic_error);
    }
    CHECK(folder.empty());
  };
  const std::vector<float> ten(10);
  refused([](NetcdfWriter& w) { w.define({.group = "/nowhere", .name = "x"}); });
  refused([](NetcdfWriter& w) { w.define({.group = "/", .name = "x", .dimensions = {"column"}}); });
  refused([](NetcdfWriter& w) { w.define({.group = "/", .name = "a/b"}); });
  refused([&](NetcdfWriter& w) { w.add({.group = "/", .name = "x", .dimensions = {"row"}, .chunk = {2, 2}}, ten); });
  refused([&](NetcdfWriter& w) { w.add({.group = "/", .name = "x", .dimensions = {"row"}}, std::vector<float>(9)); });
  refused([&](NetcdfWriter& w) { w.add({.group = "/", .name = "x"}, std::string("a\0b", 3)); });
  refused([](NetcdfWriter& w) { w.attributes("/", {{"units", "days"}}); });
  refused([](NetcdfWriter& w) { w.attributes("/", {{"units", "months since 2026-01-01"}}); });
  refused([&](NetcdfWriter& w) { w.write(w.define({"/", "x", ValueType::kFloat64, {"row"}}), ten); });
  refused([&](NetcdfWriter& w) { w.write(w.add({.group = "/", .name = "x", .dimensions = {"row"}}, ten), ten); });
  refused([&](NetcdfWriter& w) {
    w.write_slab(w.define({"/", "x", ValueType::kFloat32, {"row"}}), Box{5}, Box{6}, std::vector<float>(6));
  });
}

TEST_CASE("reading says what is wrong with a file") {
  const TemporaryFolder folder;
  const auto opening = [&](const std::string& name) { return error_of([&] { NetcdfReader reader(folder / name); }); };
  const std::string good = (folder / "good.h5").string();
  write_sample(good);
  const std::string bytes = bytes_of(good);
  std::ofstream(folder / "text.h5") << "revenue;wins\n1;2\n";
  std::ofstream(folder / "empty.h5");
  std::ofstream(folder / "waiting.h5.partial") << "x";

  CHECK(opening("absent.h5") == (folder / "absent.h5").string() + ": cannot open the file (no such file).");
  CHECK(says(opening("waiting.h5"), "only an unfinished waiting.h5.partial"));
  CHECK(says(opening("."), "it is a folder"));
  CHECK(says(opening("empty.h5"), "it is empty"));
  CHECK(says(opening("text.h5"), "it is not an HDF5 file"));
  for (const std::size_t length : {std::size_t{20}, std::size_t{100}, bytes.size() / 2}) {
    std::ofstream(folder / "short.h5", std::ios::binary) << bytes.substr(0, length);
    CAPTURE(opening("short.h5"));
    CHECK(says(opening("short.h5"), "short.h5: cannot open the file ("));
    CHECK(says(opening("short.h5"), "truncated"));
  }

  const NetcdfReader reader(good);
  CHECK(error_of([&] { reader.read<float>("outcomes/profit"); }) ==
        good + ": cannot read /outcomes/profit (the file has no such variable).");
  CHECK(error_of([&] { reader.read<std::int64_t>("outcomes/revenue"); }) ==
        good + ": cannot read /outcomes/revenue (it holds float32, which cannot be read as int64).");
  CHECK(says(error_of([&] { reader.read<std::int64_t>("provenance/seed"); }), "uint64"));
  CHECK(says(error_of([&] { reader.info("outcomes"); }), "cannot read /outcomes (HDF5: "));
  CHECK(says(error_of([&] { reader.variables("inputs"); }), "no such group"));
  CHECK(says(error_of([&] { reader.read_scalar<float>("outcomes/revenue"); }), "not a single value"));
  CHECK(says(error_of([&] {
               reader.read_slab<float>("outcomes/revenue", Box{0, 999}, Box{1, 2});
             }),
             "cannot read /outcomes/revenue (it is smaller than the rest of the file says)"));
}

// Everything that a reader can be asked, as one text; what it throws of damage in place of what comes after.
std::string all_of(const std::filesystem::path& path, Trust trust = Trust::checked) {
  std::string all;
  try {
    const NetcdfReader reader(path, trust);
    for (const std::string group : {"/", "/outcomes", "/provenance"}) {
      for (const std::string& name : reader.groups(group)) all += name + ";";
      for (const Attribute& attribute : reader.attributes(group)) all += attribute.name + ";";
      for (const std::string& name : reader.variables(group)) {
        const std::string variable = group + "/" + name;
        all += name + ";" + reader.text_attribute(variable, "units").value_or("") + ";";
        for (const std::string& dimension : reader.dimensions(variable)) all += dimension + ";";
        if (reader.info(variable).type == ValueType::kText)
          for (const std::string& text : reader.read<std::string>(variable)) all += text + ";";
        else if (name != "seed")
          for (const double number : reader.read<double>(variable)) all += std::to_string(number) + ";";
      }
    }
  } catch (const FileDamaged& damage) {
    return "damaged: " + damage.reason();
  } catch (const InputOutputError& error) {
    return error.what();
  }
  return all;
}

TEST_CASE("a reader meets damage anywhere as an error, and never as another value") {
  const TemporaryFolder folder;
  const std::filesystem::path path = folder / "x.h5";
  write_sample(path);
  const std::string whole = bytes_of(path), right = all_of(path);
  CHECK(right.size() > 10'000);
  std::size_t refused = 0;
  for (std::size_t at = 0; at < whole.size(); at += 37) {
    std::string bytes = whole;
    bytes[at] = static_cast<char>(bytes[at] ^ 0x10);
    std::ofstream(path, std::ios::binary) << bytes;
    const std::string found = all_of(path);
    CAPTURE(at);
    CHECK((found == right || found.starts_with("damaged: ")));
    if (found != right) ++refused;
  }
  CHECK(refused == (whole.size() + 36) / 37);  // it is one block
}

TEST_CASE("only blocks that are asked for are read, and the whole file when it is to be verified") {
  const TemporaryFolder folder;
  const std::filesystem::path path = folder / "x.h5";
  {
    NetcdfWriter writer(path);
    writer.dimension("/", "row", 1'000'000);
    writer.add({.group = "/", .name = "a", .dimensions = {"row"}}, std::vector<float>(1'000'000, 1.5F));
    writer.add({.group = "/", .name = "b", .dimensions = {"row"}}, std::vector<float>(1'000'000, 2.5F));
    writer.commit();
  }
  std::string bytes = bytes_of(path);
  bytes[6'000'000] = 'x';  // in b
  std::ofstream(path, std::ios::binary) << bytes;
  const NetcdfReader reader(path);
  CHECK(reader.read<float>("a") == std::vector<float>(1'000'000, 1.5F));
  CHECK(error_of([&] { reader.read<float>("b"); }) ==
        path.string() +
            ": cannot read /b (it is damaged: bytes 5963776 to 6029311 do not match their checksum). Run its scenario "
            "again, or take a copy that is whole; what another program has changed on purpose is read as it is with "
            "--trust");
  CHECK(says(error_of([&] { reader.verify(); }), "bytes 5963776 to 6029311 do not match"));
  CHECK(NetcdfReader(path, Trust::as_is).read<float>("b").size() == 1'000'000);
}

TEST_CASE("a file that was cut behind the data of HDF5 is refused, or read as it is when asked to") {
  const TemporaryFolder folder;
  const std::filesystem::path path = folder / "x.h5";
  write_sample(path);
  const std::string whole = bytes_of(path), right = all_of(path);
  for (const std::size_t cut : {1U, 8U, 31U, 32U, 33U, 40U}) {
    std::ofstream(path, std::ios::binary) << whole.substr(0, whole.size() - cut);
    CAPTURE(cut);
    CHECK(all_of(path) == "damaged: its checksums are gone: it was cut short, or another program wrote it");
    CHECK(all_of(path, Trust::as_is) == right);
  }
  std::ofstream(path, std::ios::binary) << whole << "\n";
  CHECK(says(all_of(path), "its checksums are gone"));
}

TEST_CASE("without checksums, texts that crash HDF5 or hold it for ever do not do so to the reader") {
  if (kSanitized) return;  // the child would show what it looks for
  const TemporaryFolder folder;
  const std::filesystem::path path = folder / "x.h5";
  write_sample(path);
  const std::string whole = bytes_of(path);
  std::size_t crashes = 0;
  for (std::size_t heap = whole.find("GCOL"); heap != std::string::npos; heap = whole.find("GCOL", heap + 1))
    for (std::size_t at = heap + 8; at < heap + 400; at += 13) {
      std::string bytes = whole;
      bytes[at] = '\xff';
      std::ofstream(path, std::ios::binary) << bytes;
      CAPTURE(at);
      if (all_of(path, Trust::as_is).find("HDF5 crashes on it") != std::string::npos) ++crashes;
    }
  CHECK(crashes > 0);
}

TEST_CASE("a file that cannot be created is explained") {
  const TemporaryFolder folder;
  CHECK(error_of([&] { NetcdfWriter writer(folder / "no/such.h5"); }) ==
        (folder / "no/such.h5").string() + ": cannot create the file (No such file or directory). Create the folder " +
            (folder / "no").string() + " first.");
  CHECK(says(error_of([&] { NetcdfWriter writer("/proc/x.h5"); }), "/proc/x.h5: cannot create the file ("));
  CHECK(says(error_of([&] { NetcdfWriter writer(folder / "."); }), "is a folder, no file"));
  CHECK(says(error_of([&] { NetcdfWriter writer(folder / ""); }), "is a folder, no file"));
  NetcdfWriter first(folder / "x.h5");
  CHECK(says(error_of([&] { NetcdfWriter second(folder / "x.h5"); }), "another process is writing"));
  first.commit();
  CHECK(NetcdfReader(folder / "x.h5").groups().empty());
}

TEST_CASE("giving up leaves nothing behind") {
  const TemporaryFolder folder;
  {
    NetcdfWriter writer(folder / "x.h5");
    writer.dimension("/", "row", 10);
    writer.define({"/", "x", ValueType::kFloat32, {"row"}});
    CHECK(std::filesystem::exists(folder / "x.h5.partial"));
  }
  CHECK(folder.empty());
}

TEST_CASE("a kill before commit leaves the older file as it was, and the next writer takes over") {
  const TemporaryFolder folder;
  const std::filesystem::path path = folder / "x.h5";
  write_sample(path);
  const std::string before = bytes_of(path);
  const int status = in_child([&]() -> int {
    NetcdfWriter writer(path);
    writer.dimension("/", "row", 100'000);
    writer.add({.group = "/", .name = "x", .dimensions = {"row"}}, std::vector<double>(100'000));
    return ::raise(SIGKILL);
  });
  CHECK(WIFSIGNALED(status));
  CHECK(bytes_of(path) == before);
  CHECK(std::filesystem::file_size(path.string() + ".partial") > 0);
  write_sample(path);
  CHECK(bytes_of(path) == before);
  CHECK_FALSE(std::filesystem::exists(path.string() + ".partial"));
}

constexpr rlim_t kCoarser = kSanitized ? 8 : 1;  // a process is dear to copy under a sanitizer

TEST_CASE("a disk that fills up, at any moment, is reported and leaves nothing behind") {
  const TemporaryFolder folder;
  const std::filesystem::path path = folder / "x.h5";
  write_sample(path);
  const auto size = std::filesystem::file_size(path);
  std::filesystem::remove(path);
  // A limit on file sizes stands in for the disk: writing beyond it fails. Each limit in a process of its own, which
  // also must write a good file afterwards, elsewhere, and leave in peace.
  for (rlim_t limit = 0; limit < size; limit += (limit < 8192 ? 64 : 1024) * kCoarser) {
    CAPTURE(limit);
    const int status = in_child([&] {
      std::signal(SIGXFSZ, SIG_IGN);
      rlimit limits{};
      ::getrlimit(RLIMIT_FSIZE, &limits);
      const rlimit tight = {limit, limits.rlim_max};
      ::setrlimit(RLIMIT_FSIZE, &tight);
      const std::string message = error_of([&] { write_sample(path); });
      ::setrlimit(RLIMIT_FSIZE, &limits);
      if (!message.starts_with(path.string() + ": cannot ")) return 1;
      if (!says(message, limit == 0 ? "(File too large)" : "(File too large; HDF5: file write failed)")) return 2;
      if (!folder.empty()) return 3;
      write_sample(path);
      if (NetcdfReader(path).read<float>("outcomes/revenue").size() != 2000) return 4;
      std::filesystem::remove(path);
      return 0;
    });
    CHECK(WIFEXITED(status));
    CHECK(WEXITSTATUS(status) == 0);
  }
  CHECK(folder.empty());
}

TEST_CASE("twenty thousand small variables cost little") {
  const TemporaryFolder folder;
  constexpr int kVariables = 20'000;
  {
    NetcdfWriter writer(folder / "many.h5");
    writer.dimension("/", "row", std::vector<double>{1, 2, 3});
    for (int i = 0; i < kVariables; ++i) {
      writer.add({.group = "/", .name = "v" + std::to_string(i), .dimensions = {"row"}}, std::vector<float>{1, 2, 3});
    }
    writer.commit();
  }
  CHECK(std::filesystem::file_size(folder / "many.h5") < kVariables * 600);
  const NetcdfReader reader(folder / "many.h5");
  CHECK(reader.variables().size() == kVariables + 1);
  CHECK(reader.dimensions("v19999") == std::vector<std::string>{"row"});
}

TEST_CASE("dimensions of length zero and single cells work") {
  const TemporaryFolder folder;
  {
    NetcdfWriter writer(folder / "zero.h5");
    writer.dimension("/", "none", 0);
    writer.dimension("/", "nobody", std::vector<std::string>{});
    writer.add({.group = "/", .name = "x", .dimensions = {"none"}, .chunk = {5}}, std::vector<float>{});
    writer.define({"/", "y", ValueType::kText, {"nobody"}});
    writer.commit();
  }
  const NetcdfReader reader(folder / "zero.h5");
  CHECK(reader.read<float>("x").empty());
  CHECK(reader.read<std::string>("y").empty());
}
