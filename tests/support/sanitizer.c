/* What the sanitizers shall not report, because it happens inside other people's libraries. Without
 * a sanitizer nobody calls these.
 *
 * Leaks: fontconfig keeps its caches until the program ends.
 * Races: pango loads fonts in threads of its own, "[pango] FcInit" and "[pango] FcFontSetMatch",
 * and hands them over under glib's locks, which the thread sanitizer cannot see. Left out is only
 * what these libraries themselves touch (called_from_lib), never an access by our code. Jansson's
 * counts of references are atomic but for one look at the mark of its constants; left out is that
 * look alone (race_top). */
const char *__lsan_default_suppressions(void);
const char *__tsan_default_suppressions(void);

const char *__lsan_default_suppressions(void) {
    return "leak:libfontconfig\n";
}

const char *__tsan_default_suppressions(void) {
    return "called_from_lib:libpangoft2-1.0.so\n"
           "called_from_lib:libpangocairo-1.0.so\n"
           "called_from_lib:libfontconfig.so\n"
           "called_from_lib:libglib-2.0.so\n"
           "race_top:^json_incref$\n"
           "race_top:^json_decref$\n";
}
