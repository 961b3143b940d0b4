#!/usr/bin/env bash
# From a clone to a figure: installs what is missing, builds, runs a real scenario, prints its summary, draws it.
#
#   scripts/demo.sh
#
# Works from any folder. A second call takes seconds: what is built and simulated already is not done again.
set -euo pipefail

CDPATH='' cd -- "$(dirname "${BASH_SOURCE[0]}")/.."
# shellcheck source=scripts/setup.sh
source scripts/setup.sh

scenario=configs/twelve_partners.toml
result=results/twelve_partners.h5

partnersim_setup build python
partnersim_build build/demo.log partnersim

mkdir -p results
status=0
build/release/partnersim run "$scenario" -o "$result" || status=$?
if ((status != 0)); then
  # Never --force here: the file may hold somebody's longer run.
  [[ -e "$result" ]] && echo "If $result is of an older version and no longer wanted, move it away and try again." >&2
  exit "$status"
fi
figures=$("$PARTNERSIM_PYTHON" scripts/plot_results.py "$result" 2>/dev/null)

echo
echo "scenario  $scenario"
echo "results   $result"
echo "figures"
echo "$figures" | sed "s/^/          /"
