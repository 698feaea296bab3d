/* What the tests of systems that are kept in a file have in common. */

#ifndef STORES_H
#define STORES_H

#include "check.h"

#include <sys/wait.h>
#include <unistd.h>

#define AT "\"at\":\"2018-04-01T09:00:00Z\""
#define BUY_OF(seats)                                                                              \
  AT ",\"actor\":\"ada\",\"command\":{\"name\":\"licensing.buy_seats\","                              \
     "\"fields\":{\"sku\":\"ENTERPRISEPREMIUM\",\"seats\":" seats "}}}"
#define BUY "{\"organization\":\"contoso\"," BUY_OF("1")
#define SEATS_OF AT ",\"query\":{\"name\":\"licensing.seats\",\"fields\":{}}}"
#define SEATS "{\"organization\":\"contoso\"," SEATS_OF
#define IMPORT                                                                                     \
  "{\"organization\":\"contoso\"," AT ",\"actor\":\"ada\",\"command\":{\"name\":"                    \
  "\"inventory.import_owned\",\"fields\":{\"csv\":\"TelephoneNumber,IsoCountryCode,Capability\\n"     \
  "+14255550100,US,UserAssignment\\n\"}}}"
#define STREAM "organization:contoso"

/* Opens a store of the working directory, which is this test's own. */
#define OPENED(json) opened((json), sizeof(json) - 1)
static inline phs_system *opened(const char *json, size_t length) {
  phs_system *phones = NULL;
  SUCCEEDS(phs_system_open_store(json, length, &phones));
  CHECK(phones != NULL);
  return phones;
}

typedef phs_status call(const phs_system *, const char *, size_t, char **, size_t *);

/* What a call answers; the caller frees it. */
#define ASKED(function, phones, json) asked((function), (phones), (json), sizeof(json) - 1)
static inline char *asked(call *function, const phs_system *phones, const char *json, size_t size) {
  char *answer = NULL;
  size_t length = 0;
  SUCCEEDS(function(phones, json, size, &answer, &length));
  CHECK(strlen(answer) == length);
  return answer;
}

static inline char *events(const phs_system *phones) {
  char *answer = NULL;
  SUCCEEDS(phs_events_after(phones, 0, SIZE_MAX, &answer, NULL));
  return answer;
}

/* Whether an answer begins like this; frees it. */
static inline int begins(char *answer, const char *beginning) {
  int holds = strncmp(answer, beginning, strlen(beginning)) == 0;
  phs_string_free(answer);
  return holds;
}

/* Whether an answer has this in it; frees it. */
static inline int has(char *answer, const char *part) {
  int holds = strstr(answer, part) != NULL;
  phs_string_free(answer);
  return holds;
}

/* Whether two answers are the same, byte for byte; frees both. */
static inline int same(char *one, char *other) {
  int holds = strcmp(one, other) == 0;
  phs_string_free(one);
  phs_string_free(other);
  return holds;
}

static inline void buy(const phs_system *phones, int times) {
  while (times-- > 0) {
    phs_string_free(ASKED(phs_execute, phones, BUY));
  }
}

/* Whether so many seats were bought. */
static inline int bought(const phs_system *phones, unsigned seats) {
  char part[64];
  snprintf(part, sizeof part, "\"bought\":%u,", seats);
  return has(ASKED(phs_query, phones, SEATS), part);
}

/* Goes to a folder of the test's own; answers its name, for `left`. */
static inline const char *entered(void) {
  static char folder[4096];
  const char *temporary = getenv("TMPDIR");
  snprintf(folder, sizeof folder, "%s/phone-system-XXXXXX", temporary ? temporary : "/tmp");
  CHECK(mkdtemp(folder) != NULL && chdir(folder) == 0);
  return folder;
}

/* Leaves that folder, in which nothing may be left. */
static inline void left(const char *folder) { CHECK(chdir("/") == 0 && rmdir(folder) == 0); }

#endif
