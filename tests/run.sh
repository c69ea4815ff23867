#!/usr/bin/env bash
# Runs every suite and adds them up. A suite prints one line a test: "ok NAME", "not ok NAME: why" or
# "skip NAME: why", those of its tests only whose name holds the word it is given; it makes its own
# temporary folders, listens on free ports and ends what it started. Called by `./dev test`, which has
# installed and built what the suites need.
set -uo pipefail
cd "$(dirname "$0")/.."
word=${1:-}
log=$(mktemp)
trap 'rm -f "$log" "$log.build"' EXIT
trap 'exit 130' INT TERM
SUITE_SECONDS_MAX=1200

# suite NAME COMMAND...: a suite that dies without a word is a failed test; one whose tests the word
# leaves out is not named at all.
suite() {
  local name=$1 before after began=$SECONDS
  shift
  before=$(grep -c '^not ok ' "$log")
  timeout -k 10 "$SUITE_SECONDS_MAX" "$@" 2>&1 | {
    IFS= read -r line || exit 0
    printf '\n== %s\n%s\n' "$name" "$line" && cat
  } | tee -a "$log"
  local status=${PIPESTATUS[0]}
  after=$(grep -c '^not ok ' "$log")
  if [ "$status" -ne 0 ] && [ "$before" = "$after" ]; then
    [ "$status" -eq 124 ] && status="$status (no end after $SUITE_SECONDS_MAX s)"
    echo "not ok $name: ended with status $status" | tee -a "$log"
  fi
  [ $((SECONDS - began)) -lt 10 ] || echo "# $name took $((SECONDS - began)) s"
}

# build PRESET [TARGET...]
build() {
  local preset=$1 folder=build
  shift
  [ "$preset" = native ] || folder=build-$preset
  [ -f "$folder/build.ninja" ] || cmake --preset "$preset" >"$log.build" 2>&1 || { tail -40 "$log.build"; return 1; }
  cmake --build "$folder" ${1:+--target "$@"} >"$log.build" 2>&1 || { tail -40 "$log.build"; return 1; }
}

build native engram engram-tests || echo "not ok build: native" | tee -a "$log"
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
[ $((passed + failed + skipped)) -gt 0 ] || printf '\nNo test has "%s" in its name.\n' "$word"
printf '\n%d passed, %d failed, %d skipped\n' "$passed" "$failed" "$skipped"
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
