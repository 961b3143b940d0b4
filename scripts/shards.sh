#!/usr/bin/env bash
# Simulates a scenario in N parts side by side and merges them: the same bits as one run.
#
#   scripts/shards.sh configs/twelve_partners.toml 4 results/twelve_partners.h5 [options of partnersim run]
#
# Parts run under GNU parallel where it is installed, else under xargs. JOBS says how many at a time (default: one for
# each processor, each with one thread); PARTNERSIM names another program. A part that is already there is not simulated
# again, so a call that was interrupted may be repeated. Parts are results/<scenario>.<I>of<N>.shard and are kept.
#
# Several machines: `partnersim run S --shard I/N` on each, collect the parts, and `partnersim merge` them as below.
set -euo pipefail

if (($# < 2)) || [[ ! "$2" =~ ^[1-9][0-9]*$ ]]; then
  echo "usage: scripts/shards.sh SCENARIO.toml N [RESULT.h5 [options of partnersim run]]" >&2
  exit 2
fi
root=$(CDPATH='' cd -- "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
program=${PARTNERSIM:-$root/build/release/partnersim}
scenario=$1
parts=$2
stem=$(basename "${scenario%.toml}")
result=${3:-results/$stem.h5}
shift $(($# < 3 ? $# : 3))
jobs=${JOBS:-$(nproc)}

if [[ ! -x "$program" ]]; then
  echo "shards.sh: $program is not there: build it with scripts/demo.sh" >&2
  exit 1
fi
if [[ ! -f "$scenario" ]]; then
  echo "shards.sh: no scenario $scenario" >&2
  exit 1
fi
mkdir -p results

command=("$program" run "$scenario" --quiet -t 1 "$@")
if parallel --version 2>/dev/null </dev/null | grep -q '^GNU parallel'; then
  seq "$parts" | parallel --will-cite --halt soon,fail=1 -j "$jobs" -q "${command[@]}" --shard "{}/$parts"
else
  # xargs stops handing out parts, and fails, when a part ends with 255 alone: the shell says so for any failure.
  # shellcheck disable=SC2016  # "$@" is the inner shell's
  seq "$parts" | xargs -P "$jobs" -I '{}' sh -c '"$@" || exit 255' sh "${command[@]}" --shard "{}/$parts"
fi

files=()
for ((part = 1; part <= parts; ++part)); do files+=("results/$stem.${part}of$parts.shard"); done
"$program" merge "${files[@]}" -o "$result"
