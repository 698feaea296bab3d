/* What the C programs that test the library have in common. */

#ifndef CHECK_H
#define CHECK_H

#include "phone_system.h"

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TEXT(text) (text), sizeof(text) - 1

static atomic_uint checks;

static void check(int holds, const char *what, const char *file, int line) {
  atomic_fetch_add(&checks, 1);
  if (!holds) {
    const char *json = phs_last_error_json();
    fprintf(stderr, "%s:%d: %s\n  last error: %s\n", file, line, what, json ? json : "none");
    exit(EXIT_FAILURE);
  }
}

#define CHECK(condition) check((condition) != 0, #condition, __FILE__, __LINE__)
#define SUCCEEDS(call) check((call) == PHS_OK, #call, __FILE__, __LINE__)
#define REFUSES(status, call)                                                                      \
  check(is_refused((status), (call)), #call " is " #status, __FILE__, __LINE__)

/* Whether a call was refused with this status, and the last error says the same. */
static inline int is_refused(phs_status wanted, phs_status got) {
  char code[128];
  snprintf(code, sizeof code, "{\"code\":\"%s\",", phs_status_name(wanted));
  return got == wanted && phs_last_error_code() == wanted && phs_last_error_message() != NULL &&
         phs_last_error_message()[0] != '\0' &&
         strncmp(phs_last_error_json(), code, strlen(code)) == 0;
}

static inline int has_figure(const char *figure) { return strstr(phs_last_error_json(), figure) != NULL; }

/* A pointer that a failing call has to replace by NULL. */
static inline char *stale(void) {
  static char text[] = "stale";
  return text;
}

#endif
