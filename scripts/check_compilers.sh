#!/usr/bin/env bash
# One hash by every compiler, level of optimisation and instruction set.
#
#   scripts/check_compilers.sh [REPLICATIONS]        (default 5000)
#
# Builds tests/invariance/outcome_hash in build/compilers/NAME with g++ and clang++ at -O2 and -O3 (the
# release build's own is taken for g++ -O3 when it is newer than every source), runs it on the scenarios
# that ship with each instruction set of this machine, and compares the hash of every column.
# Exit code 0 when all agree.
set -euo pipefail
cd "$(dirname "$0")/.."

replications="${1:-5000}"
scenarios=(arithmetic twelve_partners everything)
isas=(baseline avx2 avx512)
# name, compiler, flags
builds=("gcc_o2 g++ -O2" "gcc_o3 g++ -O3" "clang_o2 clang++ -O2" "clang_o3 clang++ -O3")

work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT

for scenario in "${scenarios[@]}"; do
  sed -E "s/^replications = .*/replications = $replications/" "configs/$scenario.toml" > "$work/$scenario.toml"
  grep -q "^replications = $replications\$" "$work/$scenario.toml" || { echo "configs/$scenario.toml: no line of replications" >&2; exit 2; }
done

# The release build's outcome_hash, unless a source is newer.
release_is_current() {
  local binary=build/release/tests/outcome_hash
  [[ -x $binary ]] || return 1
  [[ -z $(find sim models tests/support tests/invariance/outcome_hash.cpp CMakeLists.txt \
            -type f -newer "$binary" -print -quit) ]]
}

# Prints the path of a build's outcome_hash; a log stays beside a build that fails.
build() {
  local name=$1 compiler=$2 flags=$3 dir="build/compilers/$1"
  if [[ $name == gcc_o3 ]] && release_is_current; then
    echo build/release/tests/outcome_hash
    return
  fi
  mkdir -p "$dir"
  {
    cmake -S . -B "$dir" -G Ninja -DCMAKE_BUILD_TYPE=None -DCMAKE_CXX_COMPILER="$compiler" \
      -DCMAKE_CXX_FLAGS="$flags" -DPARTNERSIM_BENCH=OFF -DCMAKE_UNITY_BUILD=ON &&
    cmake --build "$dir" --target outcome_hash
  } > "$dir/check_compilers.log" 2>&1 || return 1
  echo "$dir/tests/outcome_hash"
}

# Why an instruction set cannot be used here; nothing when it can.
refusal() {
  PARTNERSIM_ISA="$2" "$1" "$work/arithmetic.toml" 2>&1 >/dev/null | grep -m1 'PARTNERSIM_ISA' || true
}

status=0
ran=()
skipped=()
table=()
reference=

for entry in "${builds[@]}"; do
  read -r name compiler flags <<< "$entry"
  if ! command -v "$compiler" > /dev/null; then
    skipped+=("$compiler $flags: no $compiler here")
    continue
  fi
  started=$SECONDS
  echo "building with $compiler $flags ..." >&2
  if ! binary="$(build "$name" "$compiler" "$flags")"; then
    echo "build with $compiler $flags failed, the end of build/compilers/$name/check_compilers.log:" >&2
    tail -n 20 "build/compilers/$name/check_compilers.log" >&2
    table+=("$compiler|$flags|-|build failed|FAIL")
    status=1
    continue
  fi
  took=$((SECONDS - started))
  for isa in "${isas[@]}"; do
    if [[ -n $(refusal "$binary" "$isa") ]]; then
      [[ " ${skipped[*]-} " == *"instruction set $isa"* ]] || skipped+=("instruction set $isa: not on this machine")
      continue
    fi
    output="$work/$name.$isa.txt"
    verdict=same
    for scenario in "${scenarios[@]}"; do
      if ! PARTNERSIM_ISA="$isa" "$binary" "$work/$scenario.toml" | sed "s/^/$scenario  /"; then
        verdict="run failed"
      fi
    done > "$output"
    if [[ $verdict == same && -z $reference ]]; then
      reference="$output"
      reference_name="$compiler $flags $isa"
    elif [[ $verdict == same ]] && ! diff -q "$reference" "$output" > /dev/null; then
      verdict=differs
      echo "$compiler $flags $isa differs from $reference_name:" >&2
      diff "$reference" "$output" | grep '^[<>]' >&2 || true
    fi
    [[ $verdict == same ]] && ran+=("$isa") || status=1
    hash="$(awk '$1 == "twelve_partners" && $3 == "all" { print substr($2, 1, 16) }' "$output")"
    table+=("$compiler|$flags|$isa|${hash:-none}|$([[ $verdict == same ]] && echo "same ($took s to build)" || echo "FAIL: $verdict")")
  done
done

echo
echo "Instruction sets compared: $(printf '%s\n' "${ran[@]-}" | awk 'NF && !seen[$0]++' | paste -sd' ')"
for line in "${skipped[@]-}"; do [[ -z $line ]] || echo "Skipped: $line"; done
[[ -z $reference ]] || echo "Columns compared: $(wc -l < "$reference"), $replications replications of ${scenarios[*]}"
echo
{
  echo "compiler|flags|instruction set|hash of twelve partners|"
  printf '%s\n' "${table[@]-}"
} | awk -F'|' '{ printf "%-10s %-6s %-16s %-24s %s\n", $1, $2, $3, $4, $5 }'
echo
if [[ $status == 0 && ${#ran[@]} -ge 2 ]]; then
  echo PASS
elif [[ $status == 0 ]]; then
  echo "FAIL: nothing to compare with"
  status=1
else
  echo FAIL
fi
exit $status
