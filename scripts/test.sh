#!/usr/bin/env bash
# Installs what is missing, builds, and runs every test; ctest has the last word.
#
#   scripts/test.sh                      everything
#   scripts/test.sh -L unit              options are ctest's: here only tests labelled unit
#
# Works from any folder; never reads stdin. CI=true prints the whole build log when the build fails.
set -euo pipefail

CDPATH='' cd -- "$(dirname "${BASH_SOURCE[0]}")/.."
# shellcheck source=scripts/setup.sh
source scripts/setup.sh

partnersim_setup build python test
partnersim_build build/test.log

exec ctest --preset release --output-on-failure "$@" </dev/null
