// Patterns of names: '*' stands for any run of characters.
#pragma once

#include <string_view>

namespace partnersim {

// "b*" matches ids that start with b; without '*' the id itself.
bool matches(std::string_view pattern, std::string_view id);
// The same level by level: "partner.*.churn" matches "partner.acme.churn".
bool matches_path(std::string_view pattern, std::string_view path);
// That, or "partner.referrer.churn" for "partner.referrer_3.churn": the original of copies stands for all of them.
bool names_value(std::string_view pattern, std::string_view path);

}  // namespace partnersim
