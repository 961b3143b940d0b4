// Accumulators as bytes, for the journal: exactly what merge() needs, and no more than that.
//
// All numbers are variable-length integers (LEB128; zigzag where negative), the 128-bit sums included, because most
// are small. Of a histogram only the bins that hold something are written, each as the gap from the one before and its
// count. The shape (how many months, members, series) is not written: both sides know it from the OutputPlan.
// Damage is found by the checksum of the record (journal_record.h); what remains is that a text of another shape is
// refused, and never read beyond its end.
#pragma once

#include <string>
#include <string_view>

#include "sim/engine/accumulators.h"

namespace sim::collect {

std::string encode(const Accumulators& sums);
// Replaces what `sums` holds; false when the bytes do not have its shape, and `sums` is then meaningless.
bool decode(std::string_view bytes, Accumulators& sums);

}  // namespace sim::collect
