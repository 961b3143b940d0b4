#include "sim/output/file_place.h"

namespace sim::output {

namespace fs = std::filesystem;

std::string what_else(const fs::path& path) {
  std::error_code ignored;
  switch (fs::status(path, ignored).type()) {
    case fs::file_type::none:  // may not be looked at: opening it will say why
    case fs::file_type::not_found:
    case fs::file_type::regular:
      return {};
    case fs::file_type::directory:
      return "a folder";
    case fs::file_type::fifo:
      return "a named pipe";
    case fs::file_type::socket:
      return "a socket";
    default:
      return "a device";
  }
}

fs::path file_place(const fs::path& path) {
  if (const std::string kind = what_else(path); !kind.empty())
    throw NoFilePlace(path.string() + " is " + kind + ", no file. Choose another name");
  constexpr int kMostLinks = 40;  // as Linux
  std::error_code ignored;
  fs::path place = path;
  for (int links = 0; fs::is_symlink(fs::symlink_status(place, ignored)); ++links) {
    const fs::path to = fs::read_symlink(place, ignored);
    place = to.is_absolute() ? to : place.parent_path() / to;
    if (links == kMostLinks || to.empty())
      throw NoFilePlace(path.string() + " is a link that leads nowhere. Remove it, or choose another name");
  }
  const fs::path folder = place.parent_path();
  if (place != path && !folder.empty() && !fs::exists(folder, ignored))
    throw NoFilePlace(path.string() + " is a link to " + place.string() +
                      ", and there is no such folder. Make it, or choose another name");
  return place;
}

}  // namespace sim::output
