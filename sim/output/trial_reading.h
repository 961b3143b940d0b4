// For files without a seal, of earlier versions or changed on purpose: a child process opens the file first and reads
// all that HDF5 interprets in it (names, attributes, texts, lists of dimensions, small variables). If that kills or
// holds the child, this process is spared. Private to sim/output.
#pragma once

#include <filesystem>

namespace sim::output {

// Throws FileDamaged when the child dies or does not come to an end. An error that HDF5 reports is none: whoever opens
// the file next meets it too.
void try_reading(const std::filesystem::path& path);

}  // namespace sim::output
