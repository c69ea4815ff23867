/* Assertions for programmers' errors. They are always on: a wrong number in a chart is worse than
 * a stopped program. Errors of data are values (see err.h), never assertions. */
#ifndef EG_BASE_CHECK_H
#define EG_BASE_CHECK_H

/* Called when an assertion fails. The host build prints and aborts; firmware supplies its own that
 * first drives outputs to safe. */
_Noreturn void eg_assert_failed(const char *expression, const char *file, int line);

#define EG_ASSERT(expression)                                                                      \
    ((expression) ? (void)0 : eg_assert_failed(#expression, __FILE__, __LINE__))

#define EG_STATIC_ASSERT _Static_assert

#endif
