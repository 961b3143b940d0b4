#!/usr/bin/env bash
# Fails when a C++ file is not formatted as .clang-format says, and names the places. Versions of clang-format differ in
# details: another than Debian 12's is a skipped test (exit code 77).
set -euo pipefail

CDPATH='' cd -- "$(dirname "${BASH_SOURCE[0]}")/.."
readonly VERSION=14

if ! clang-format --version 2>/dev/null | grep -q "version $VERSION\."; then
  echo "check_format.sh: there is no clang-format $VERSION: skipped"
  exit 77
fi
find sim models tests -name '*.h' -o -name '*.cpp' | sort | xargs clang-format --dry-run -Werror
