#!/usr/bin/env bash
# Runs every suite and adds them up. A suite prints one line a test: "ok NAME", "not ok NAME: why" or
# "skip NAME: why". Called by `./dev test`, which has installed and built what the suites need.
set -uo pipefail
cd "$(dirname "$0")/.."
word=${1:-}
log=$(mktemp)
trap 'rm -f "$log"' EXIT

# suite NAME COMMAND...: a suite that dies without a word is a failed test.
suite() {
  local name=$1 before after
  shift
  printf '\n== %s\n' "$name"
  before=$(grep -c '^not ok ' "$log")
  "$@" 2>&1 | tee -a "$log"
  local status=${PIPESTATUS[0]}
  after=$(grep -c '^not ok ' "$log")
  if [ "$status" -ne 0 ] && [ "$before" = "$after" ]; then
    echo "not ok $name: ended with status $status" | tee -a "$log"
  fi
}

# build PRESET [TARGET...]
build() {
  local preset=$1 folder=build
  shift
  [ "$preset" = native ] || folder=build-$preset
  [ -f "$folder/build.ninja" ] || cmake --preset "$preset" >/dev/null || return 1
  cmake --build "$folder" ${1:+--target "$@"} >"$log.build" 2>&1 || { tail -40 "$log.build"; return 1; }
}

build native engram engram-tests || { echo "not ok build: native" | tee -a "$log"; }
suite "C, native" build/engram-tests "$word"
if build asan engram engram-tests; then
  suite "C, address and undefined behaviour sanitizers" build-asan/engram-tests "$word"
else
  echo "not ok build: asan" | tee -a "$log"
fi
# Each further suite is one executable script beside this one.
for script in tests/suites/*; do
  [ -x "$script" ] || continue
  suite "$(basename "$script")" "$script" "$word"
done

passed=$(grep -c '^ok ' "$log")
failed=$(grep -c '^not ok ' "$log")
skipped=$(grep -c '^skip ' "$log")
if [ "$failed" -gt 0 ]; then
  printf '\nFailed:\n'
  grep '^not ok ' "$log"
fi
rm -f "$log.build"
printf '\n%d passed, %d failed, %d skipped\n' "$passed" "$failed" "$skipped"
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
