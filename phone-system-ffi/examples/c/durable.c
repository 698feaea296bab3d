/* Buys seats in a file that is named as the argument; run again, it finds what it bought. */

#include "phone_system.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef phs_status call(const phs_system *, const char *, size_t, char **, size_t *);

/* Prints what a call answers. */
static phs_status ask(call *function, const phs_system *phones, const char *json) {
  char *answer;
  phs_status status = function(phones, json, strlen(json), &answer, NULL);
  if (status == PHS_OK) {
    puts(answer);
    phs_string_free(answer);
  }
  return status;
}

/* Buys seats and asks for the position of the last commit. With its key the command is carried out
   once, however often it is sent: after a crash it is simply sent again. */
static phs_status work(const phs_system *phones) {
  phs_status status = ask(phs_execute, phones,
                          "{\"organization\": \"contoso\", \"at\": \"2018-04-01T09:00:00Z\","
                          " \"actor\": \"ada\", \"key\": \"order-7\","
                          " \"command\": {\"name\": \"licensing.buy_seats\","
                          " \"fields\": {\"sku\": \"ENTERPRISEPREMIUM\", \"seats\": 20}}}");
  return status == PHS_OK ? ask(phs_maintain, phones, "{\"checkpoint\": {}}") : status;
}

int main(int count, char **words) {
  phs_system *phones;
  phs_status status, closed;
  char json[4096];

  /* A path with quotes or backslashes would have to be escaped here. */
  int length = snprintf(json, sizeof json, "{\"path\": \"%s\", \"create\": true}",
                        count == 2 ? words[1] : "numbers.phs");
  if (length < 0 || (size_t)length >= sizeof json) {
    fputs("the path is too long\n", stderr);
    return EXIT_FAILURE;
  }
  status = phs_check_abi(PHS_ABI_VERSION);
  if (status == PHS_OK) {
    status = phs_system_open_store(json, (size_t)length, &phones);
  }
  if (status == PHS_OK) {
    status = work(phones);
    /* Also after a failure; what was answered is in the file by now, whatever this says. */
    closed = phs_system_close(phones);
    status = status == PHS_OK ? closed : status;
  }
  if (status != PHS_OK) {
    fprintf(stderr, "%s\n", phs_last_error_json());
    return EXIT_FAILURE;
  }
  return EXIT_SUCCESS;
}
