#!/usr/bin/env bash
# Runs every fuzz target, or those whose name holds the first argument, for FUZZ_SECONDS (20) each on
# its corpus, as many at once as there are processors; prints one line a target. What a run finds stays
# in build-fuzz/found/NAME; a crash becomes a file of the corpus once it is mended.
set -uo pipefail
cd "$(dirname "$0")/.."
word=${1:-}
seconds=${FUZZ_SECONDS:-20}
[ -f build-fuzz/build.ninja ] || cmake --preset fuzz >/dev/null || { echo "not ok fuzz: cannot configure"; exit 1; }
cmake --build build-fuzz --target fuzz-all >build-fuzz/build.log 2>&1 || { tail -30 build-fuzz/build.log; echo "not ok fuzz: cannot build"; exit 1; }

# One target; its line says how it went.
fuzz() {
  local name=$1 runs
  local corpus=fuzz/corpus/$name found=build-fuzz/found/$name log=build-fuzz/fuzz-$name.log
  mkdir -p "$found"
  [ -d "$corpus" ] || { echo "not ok fuzz $name: there is no $corpus"; return 1; }
  local dictionary=()
  [ -f "fuzz/$name.dict" ] && dictionary=(-dict="fuzz/$name.dict")
  if "build-fuzz/fuzz/fuzz-$name" -max_total_time="$seconds" -timeout=5 -rss_limit_mb=2048 \
    -max_len=65536 -print_final_stats=1 "${dictionary[@]}" -artifact_prefix="$found/" \
    "$found" "$corpus" >"$log" 2>&1; then
    runs=$(sed -n 's/^stat::number_of_executed_units: *//p' "$log")
    echo "ok fuzz $name: ${runs:-?} inputs in $seconds s, corpus of $(find "$corpus" -type f | wc -l)"
  else
    echo "not ok fuzz $name: $(grep -m1 -E 'ERROR|SUMMARY|runtime error|Assertion' "$log") (see $log)"
    return 1
  fi
}
export -f fuzz
export seconds

names=$(for source in fuzz/fuzz_*.c; do basename "$source" .c; done | sed 's/^fuzz_//' | grep -F -- "$word")
[ -n "$names" ] || { echo "not ok fuzz: no target holds \"$word\""; exit 1; }
printf '%s\n' "$names" | xargs -P "$(nproc)" -n 1 bash -c 'fuzz "$1"' fuzz
