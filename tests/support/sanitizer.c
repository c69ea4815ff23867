/* What the leak detector shall not report: fontconfig keeps its caches until the program ends.
 * Without a sanitizer nobody calls this. */
const char *__lsan_default_suppressions(void);

const char *__lsan_default_suppressions(void) {
    return "leak:libfontconfig\n";
}
