// The name a user probably meant: nearest by Damerau-Levenshtein distance (insertions, deletions,
// replacements and swaps of neighbours; optimal string alignment), letters compared without case.
//
// Promise: a suggestion is one of the candidates, and the same for the same candidates in the same
// order. Deliberately no knowledge of keys, ids or laws, and no guess when nothing is near.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace sim {

// The nearest candidate within about a third of the length of `name`; the first one on a tie;
// empty when none is near.
std::string nearest(std::string_view name, const std::vector<std::string_view>& candidates);

// "Did you mean close_rate?", or else `what` and every candidate: "Keys here: speed, wear";
// empty when there are no candidates.
std::string did_you_mean(std::string_view name, const std::vector<std::string_view>& candidates, std::string_view what);

// "speed, wear, type"
std::string listed(const std::vector<std::string_view>& names);

// The candidates that are not among `present`, where one of them is near: a key that is there already is hardly what a
// misspelt one beside it was meant to be. Else all of them.
std::vector<std::string_view> without_present(std::string_view name, const std::vector<std::string_view>& candidates,
                                              const std::vector<std::string_view>& present);

}  // namespace sim
