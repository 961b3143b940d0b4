#!/usr/bin/env bash
# Builds sim, models and their unit and invariance tests with sanitizers, and runs them.
#   scripts/check_sanitizers.sh asan|tsan
# asan is address and undefined behaviour, tsan is threads (preset names of CMakePresets.json).
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
preset=${1:?asan or tsan}
log=build/$preset.log
mkdir -p build
# -O1 -g1: a quarter of the building time, and the vector loops are the same source.
if ! { cmake --preset "$preset" -DPARTNERSIM_BENCH=OFF -DCMAKE_UNITY_BUILD=ON -DCMAKE_CXX_FLAGS_RELWITHDEBINFO="-O1 -g1" &&
       cmake --build --preset "$preset" --target unit_tests invariance_tests; } >"$log" 2>&1; then
  tail -n 40 "$log"
  exit 1
fi
run=()
if [ "$preset" = tsan ]; then
  # The packaged TBB is not instrumented; its own synchronisation would be reported as races.
  export TSAN_OPTIONS="suppressions=$PWD/tests/support/tsan.supp halt_on_error=1 ${TSAN_OPTIONS:-}"
  # With more address bits at random than libtsan of gcc 12 expects, it stops at start.
  run=(setarch "$(uname -m)" -R)
else
  export ASAN_OPTIONS="detect_leaks=1 ${ASAN_OPTIONS:-}" UBSAN_OPTIONS="print_stacktrace=1 ${UBSAN_OPTIONS:-}"
fi
export PARTNERSIM_SANITIZED=$preset
# Side by side: neither keeps two cores busy all the time.
"${run[@]}" "build/$preset/tests/invariance_tests" >"build/$preset/invariance_tests.log" 2>&1 &
status=0
echo "$preset unit_tests"
"${run[@]}" "build/$preset/tests/unit_tests" || status=$?
wait $! || status=$?
echo "$preset invariance_tests"
cat "build/$preset/invariance_tests.log"
exit "$status"
