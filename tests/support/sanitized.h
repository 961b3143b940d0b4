// Whether this is a sanitized build: it looks for other mistakes in the same code, ten times slower, so tests that
// repeat themselves do so less often.
#pragma once

namespace partnersim::testing {

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
inline constexpr bool kSanitized = true;
#else
inline constexpr bool kSanitized = false;
#endif

}  // namespace partnersim::testing
