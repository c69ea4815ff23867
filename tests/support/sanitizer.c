/* What the sanitizers shall not report, because it happens inside other people's libraries:
 * fontconfig keeps its caches until the program ends, and pango loads fonts in a thread whose locks
 * the thread sanitizer cannot see. Without a sanitizer nobody calls these. */
const char *__lsan_default_suppressions(void);
const char *__tsan_default_suppressions(void);

const char *__lsan_default_suppressions(void) {
    return "leak:libfontconfig\n";
}

const char *__tsan_default_suppressions(void) {
    return "race:libpango\nrace:libfontconfig\nrace:libcairo\nrace:libglib\nrace:libharfbuzz\n"
           "race:libfreetype\n";
}
