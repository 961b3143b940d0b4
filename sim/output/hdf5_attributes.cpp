// Attributes of groups and variables, both ways.
#include <algorithm>
#include <array>
#include <cstring>
#include <stdexcept>

#include "sim/base/problem.h"
#include "sim/output/hdf5_handle.h"

namespace sim::output {

Attributes describe(std::string units, std::string long_name, std::string definition) {
  Attributes attributes;
  if (!units.empty()) attributes.push_back({"units", std::move(units)});
  if (!long_name.empty()) attributes.push_back({"long_name", std::move(long_name)});
  if (!definition.empty()) attributes.push_back({"definition", std::move(definition)});
  return attributes;
}

Attributes flags(const std::vector<std::string>& meanings) {
  std::vector<std::int8_t> values;
  std::string joined;
  for (const std::string& meaning : meanings) {
    if (meaning.empty() || meaning.find(' ') != std::string::npos) {
      throw std::invalid_argument("flag meaning '" + meaning + "' is empty or has a blank");
    }
    values.push_back(static_cast<std::int8_t>(values.size()));
    joined.append(joined.empty() ? "" : " ").append(meaning);
  }
  if (values.size() > 128) throw std::invalid_argument("more flag meanings than an int8 has codes");
  return {{"flag_values", std::move(values)}, {"flag_meanings", std::move(joined)}};
}

Attributes boolean_flags() { return flags({"false", "true"}); }

namespace hdf5 {
namespace {

// The values of an attribute as HDF5 wants to see them.
struct Plain {
  ValueType type;
  const void* data;
  std::size_t size;
  bool scalar;
};

Plain plain(const std::string& text) { return {ValueType::kText, &text, 1, true}; }
Plain plain(const double& number) { return {ValueType::kFloat64, &number, 1, true}; }
Plain plain(const std::int64_t& number) { return {ValueType::kInt64, &number, 1, true}; }
template <class T>
Plain plain(const std::vector<T>& values) {
  return {*kValueTypeOf<T>, values.data(), values.size(), false};
}

// xarray turns variables with these units into time spans or dates, silently (its TIME_UNITS).
void refuse_time_units(const Attribute& attribute, const Context& context) {
  constexpr std::array<std::string_view, 7> kTimeUnits = {"days",         "hours",        "minutes",    "seconds",
                                                          "milliseconds", "microseconds", "nanoseconds"};
  const std::string* units = std::get_if<std::string>(&attribute.value);
  if (attribute.name != "units" || units == nullptr) return;
  if (std::find(kTimeUnits.begin(), kTimeUnits.end(), *units) != kTimeUnits.end() ||
      units->find(" since ") != std::string::npos) {
    throw std::invalid_argument(std::string(context.object) + ": units '" + *units +
                                "' would be read as times by xarray");
  }
}

void write_attribute(hid_t object, const Attribute& attribute, const Context& context) {
  refuse_time_units(attribute, context);
  const Plain value = std::visit([](const auto& held) { return plain(held); }, attribute.value);
  const Handle stored = file_type(value.type, context);
  const Handle held = memory_type(value.type, context);
  const hsize_t size = value.size;
  const Handle space(value.scalar ? H5Screate(H5S_SCALAR) : H5Screate_simple(1, &size, nullptr), H5Sclose, context);
  Handle written(H5Acreate2(object, attribute.name.c_str(), stored.get(), space.get(), H5P_DEFAULT, H5P_DEFAULT),
                 H5Aclose, context);
  if (value.type == ValueType::kText) {
    const std::vector<const char*> texts = c_strings(static_cast<const std::string*>(value.data), value.size);
    check(H5Awrite(written.get(), held.get(), texts.data()), context);
  } else if (value.size > 0) {
    check(H5Awrite(written.get(), held.get(), value.data), context);
  }
  written.close(context);
}

bool is_structural(std::string_view name) {
  constexpr std::array<std::string_view, 5> kNames = {"CLASS", "NAME", "DIMENSION_LIST", "REFERENCE_LIST", kSealMark};
  return std::find(kNames.begin(), kNames.end(), name) != kNames.end();
}

herr_t collect_name(hid_t, const char* name, const H5A_info_t*, void* names) {
  static_cast<std::vector<std::string>*>(names)->emplace_back(name);
  return 0;
}

template <class T>
AttributeValue read_values(hid_t attribute, std::size_t size, bool scalar, const Context& context) {
  std::vector<T> values(size);
  const Handle type = memory_type(*kValueTypeOf<T>, context);
  if (size > 0) check(H5Aread(attribute, type.get(), values.data()), context);
  if constexpr (std::is_same_v<T, double> || std::is_same_v<T, std::int64_t>) {
    if (scalar) return values.front();
  }
  return values;
}

AttributeValue read_texts(hid_t attribute, hid_t space, std::size_t size, bool scalar, const Context& context) {
  std::vector<char*> pointers(size, nullptr);
  const Handle type = text_type(context);
  if (size > 0) check(H5Aread(attribute, type.get(), pointers.data()), context);
  std::vector<std::string> texts;
  for (const char* pointer : pointers) texts.emplace_back(pointer == nullptr ? "" : pointer);
  if (size > 0) check(H5Dvlen_reclaim(type.get(), space, H5P_DEFAULT, pointers.data()), context);
  if (scalar) return texts.front();
  return texts;
}

AttributeValue read_attribute(hid_t object, const std::string& name, const Context& context) {
  const Handle attribute(H5Aopen(object, name.c_str(), H5P_DEFAULT), H5Aclose, context);
  const Handle space(H5Aget_space(attribute.get()), H5Sclose, context);
  const Handle stored(H5Aget_type(attribute.get()), H5Tclose, context);
  const auto size = static_cast<std::size_t>(check(H5Sget_simple_extent_npoints(space.get()), context));
  const bool scalar = H5Sget_simple_extent_type(space.get()) == H5S_SCALAR;
  switch (value_type(stored.get(), context)) {
    case ValueType::kText:
      return read_texts(attribute.get(), space.get(), size, scalar, context);
    case ValueType::kFloat32:
    case ValueType::kFloat64:
      return read_values<double>(attribute.get(), size, scalar, context);
    case ValueType::kInt8:
      if (!scalar) return read_values<std::int8_t>(attribute.get(), size, scalar, context);
      [[fallthrough]];
    default:
      return read_values<std::int64_t>(attribute.get(), size, scalar, context);
  }
}

}  // namespace

void write_attributes(hid_t object, const Attributes& attributes, const Context& context) {
  for (const Attribute& attribute : attributes) write_attribute(object, attribute, context);
}

Attributes read_attributes(hid_t object, const Context& context) {
  std::vector<std::string> names;
  hsize_t position = 0;
  check(H5Aiterate2(object, H5_INDEX_NAME, H5_ITER_INC, &position, collect_name, &names), context);
  Attributes attributes;
  for (const std::string& name : names) {
    if (!is_structural(name)) attributes.push_back({name, read_attribute(object, name, context)});
  }
  return attributes;
}

}  // namespace hdf5
}  // namespace sim::output
