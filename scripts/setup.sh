#!/usr/bin/env bash
# Installs what is missing to build, draw and test; shared by demo.sh and test.sh.
#
#   scripts/setup.sh build python        installs those sets; any of: build python test
#   source scripts/setup.sh              only defines partnersim_setup and partnersim_build
#
# As root it asks nothing; otherwise it says which packages are missing, why, and the command, and fails. When nothing
# is missing it costs one dpkg-query. PARTNERSIM_SKIP_SETUP=1 trusts what is there (packages from elsewhere).

# The system's Python: another python3 earlier on PATH may lack h5py.
# shellcheck disable=SC2034  # used by the scripts that source this file
PARTNERSIM_PYTHON=/usr/bin/python3

declare -A PARTNERSIM_PACKAGES=(
  [build]="g++ cmake ninja-build pkg-config libboost-program-options-dev libboost-math-dev libtbb-dev libhdf5-dev
           libfmt-dev doctest-dev libtomlplusplus-dev librandom123-dev libxxhash-dev"
  [python]="python3 python3-h5py python3-numpy python3-matplotlib python3-xarray python3-h5netcdf python3-pandas
            python3-xxhash"
  [test]="clang clang-format python3-netcdf4 netcdf-bin python3-scipy hdf5-tools"
)
declare -A PARTNERSIM_REASON=(
  [build]="to compile the simulator"
  [python]="to read results, draw figures and run the pieces of Python in README"
  [test]="to run all tests"
)

# partnersim_setup SET...: returns 0 when all packages of the sets are installed.
partnersim_setup() {
  [[ "${PARTNERSIM_SKIP_SETUP:-0}" == 1 ]] && return 0
  local set package state
  local -a wanted=() missing=() reasons=() lacking
  local -A installed=()
  for set in "$@"; do
    if [[ -z "${PARTNERSIM_PACKAGES[$set]:-}" ]]; then
      echo "setup.sh: no set named $set (there are: build python test)" >&2
      return 2
    fi
    for package in ${PARTNERSIM_PACKAGES[$set]}; do wanted+=("$package"); done
  done
  if ! command -v dpkg-query >/dev/null; then
    echo "setup.sh: not a Debian or Ubuntu system: going on in the hope that these are there: ${wanted[*]}" >&2
    return 0
  fi

  # dpkg-query fails when it does not know one of the names; what it does know is still listed.
  # The second letter of the state is what is, the first only what is wanted.
  while read -r state package; do
    if [[ "$state" == ?i* ]]; then installed["$package"]=1; fi
  done < <(dpkg-query -W -f '${db:Status-Abbrev} ${Package}\n' "${wanted[@]}" 2>/dev/null)
  for set in "$@"; do
    lacking=()
    for package in ${PARTNERSIM_PACKAGES[$set]}; do
      [[ -n "${installed[$package]:-}" ]] || lacking+=("$package")
    done
    if ((${#lacking[@]})); then
      missing+=("${lacking[@]}")
      reasons+=("  ${PARTNERSIM_REASON[$set]}: ${lacking[*]}")
    fi
  done
  ((${#missing[@]})) || return 0

  echo "Missing packages:" >&2
  printf '%s\n' "${reasons[@]}" >&2
  if ((EUID != 0)); then
    echo "Only root can install them. Please run:" >&2
    echo "  sudo apt-get update && sudo apt-get install --no-install-recommends ${missing[*]}" >&2
    return 1
  fi
  echo "Installing them ..." >&2
  partnersim_apt "${missing[@]}" && return 0
  echo "Trying once more in 5 s ..." >&2
  sleep 5
  partnersim_apt "${missing[@]}" && return 0
  echo "setup.sh: apt-get could not install: ${missing[*]}" >&2
  return 1
}

partnersim_apt() {
  # Other installations may hold dpkg's lock for a while on a fresh machine: wait for them.
  local -a apt=(apt-get -qq -o DPkg::Lock::Timeout=120 -o Dpkg::Use-Pty=0)
  DEBIAN_FRONTEND=noninteractive "${apt[@]}" update </dev/null >&2 &&
    DEBIAN_FRONTEND=noninteractive "${apt[@]}" install -y --no-install-recommends "$@" </dev/null >&2
}

# partnersim_build LOG [TARGET...]: from the repository's root, configures the preset `release` when needed and builds it.
# For callers with `set -o pipefail`. Shows little; everything is in LOG, whose end (with CI=true: all of it) is shown
# when something fails.
partnersim_build() {
  local log=$1 target status=0
  shift
  local -a targets=()
  for target in "$@"; do targets+=(--target "$target"); done
  mkdir -p "$(dirname "$log")"
  : >"$log"

  # Ninja itself notices changed CMakeLists, but not changed presets; a failed configuration leaves no build.ninja.
  if [[ ! -f build/release/build.ninja || CMakePresets.json -nt build/release/CMakeCache.txt ]]; then
    echo "Configuring ..." >&2
    cmake --preset release </dev/null >>"$log" 2>&1 || status=$?
  fi
  if ((status == 0)); then
    echo "Building ..." >&2
    # Errors of the whole pipe are those of cmake: the reader of the progress always succeeds.
    cmake --build --preset release "${targets[@]}" </dev/null 2>&1 | tee -a "$log" | partnersim_progress || status=$?
  fi
  ((status == 0)) && return 0
  echo "The build failed. From $log:" >&2
  if [[ "${CI:-}" == true ]]; then cat "$log" >&2; else tail -n 40 "$log" >&2; fi
  return 1
}

# Ninja's "[12/80] ..." lines as one redrawn line on a terminal, as every quarter elsewhere.
partnersim_progress() {
  local line quarter last=0
  while IFS= read -r line; do
    [[ "$line" =~ ^\[([0-9]+)/([0-9]+)\] ]] || continue
    if [[ -t 2 && "${CI:-}" != true ]]; then
      printf '\r  %s of %s ' "${BASH_REMATCH[1]}" "${BASH_REMATCH[2]}" >&2
      last=-1
    else
      quarter=$((4 * BASH_REMATCH[1] / BASH_REMATCH[2]))
      if ((quarter > last)); then
        echo "  ${BASH_REMATCH[1]} of ${BASH_REMATCH[2]}" >&2
        last=$quarter
      fi
    fi
  done
  ((last >= 0)) || echo >&2
}

if [[ "${BASH_SOURCE[0]}" == "$0" ]]; then
  if (($# == 0)); then
    echo "usage: scripts/setup.sh build|python|test ..." >&2
    exit 2
  fi
  partnersim_setup "$@"
fi
