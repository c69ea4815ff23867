#!/usr/bin/env bash
# What guards a release, beyond `./dev test`: house style, clang's build and warnings, clang-tidy, the
# tests under the thread sanitizer, and every fuzz target for 60 seconds. Called by `./dev check`.
set -uo pipefail
cd "$(dirname "$0")/.."
log=$(mktemp)
trap 'rm -f "$log" "$log.step"' EXIT

say() { printf '%s\n' "$*" | tee -a "$log"; }

# A build that must be free of warnings (they are errors): build NAME PRESET TARGET...
build() {
  local name=$1 preset=$2 folder=build-$2
  shift 2
  [ -f "$folder/build.ninja" ] || cmake --preset "$preset" >"$log.step" 2>&1 || { tail -20 "$log.step"; say "not ok $name: cannot configure"; return 1; }
  if cmake --build "$folder" --target "$@" >"$log.step" 2>&1; then say "ok $name"; return 0; fi
  grep -E "error|FAILED" "$log.step" | head -20
  say "not ok $name: cannot build"
  return 1
}

printf '\n== house style\n'
tests/suites/tidy | tee -a "$log"

printf '\n== clang\n'
if build "clang: builds without warnings" clang all; then
  # One line a source file; the analyser prints its findings above it.
  list=$(git ls-files -co --exclude-standard 'core/*.c' 'io/*.c' 'clinic/*.c' 'serve/*.c' 'cli/*.c')
  if printf '%s\n' "$list" | xargs -P "$(nproc)" -n 4 clang-tidy -p build-clang --quiet >"$log.step" 2>/dev/null; then
    say "ok clang-tidy: $(printf '%s\n' "$list" | wc -l) files"
  else
    grep -E "(warning|error): " "$log.step" | sort -u | head -40
    say "not ok clang-tidy: $(grep -cE "(warning|error): " "$log.step") findings"
  fi
fi

printf '\n== thread sanitizer\n'
if build "thread sanitizer: builds" tsan engram engram-tests; then
  build-tsan/engram-tests 2>&1 | tee -a "$log"
fi

printf '\n== fuzzing\n'
if [ -x fuzz/run.sh ]; then FUZZ_SECONDS=${FUZZ_SECONDS:-60} fuzz/run.sh 2>&1 | tee -a "$log"; fi

failed=$(grep -c '^not ok ' "$log")
if [ "$failed" -gt 0 ]; then
  printf '\nFailed:\n'
  grep '^not ok ' "$log"
fi
printf '\n%d passed, %d failed, %d skipped\n' "$(grep -c '^ok ' "$log")" "$failed" "$(grep -c '^skip ' "$log")"
[ "$failed" -eq 0 ]
