/* Systems that are kept in a file: what is there when it is opened again, and who may open it. */

#define _DEFAULT_SOURCE

#include "stores.h"

#include <signal.h>
#include <sys/resource.h>

#define BUY_WITH_KEY "{\"key\":\"order-7\",\"organization\":\"contoso\"," BUY_OF("20")
#define OWNED                                                                                      \
  "{\"organization\":\"contoso\"," AT ",\"query\":{\"name\":\"inventory.numbers\",\"fields\":{}}}"

/* How this program is run again, as another process. */
static const char *program;

/* Whether this program as another process does what `what` says with the store `numbers`. */
static int elsewhere(const char *what) {
  int status;
  pid_t process = fork();
  if (process == 0) {
    execl(program, program, what, (char *)NULL);
    _exit(EXIT_FAILURE);
  }
  CHECK(process > 0 && waitpid(process, &status, 0) == process);
  return WIFEXITED(status) && WEXITSTATUS(status) == EXIT_SUCCESS;
}

/* What the other process does. */
static int in_another_process(const char *what) {
  phs_system *phones = (phs_system *)(void *)stale();
  if (strcmp(what, "is refused") == 0) {
    REFUSES(PHS_STORE_IN_USE, phs_system_open_store(TEXT("{\"path\":\"numbers\"}"), &phones));
    CHECK(phones == NULL);
    return EXIT_SUCCESS;
  }
  phones = OPENED("{\"path\":\"numbers\"}");
  buy(phones, 1);
  SUCCEEDS(phs_system_close(phones));
  return EXIT_SUCCESS;
}

static void arguments(void) {
  phs_system *phones = (phs_system *)(void *)stale();
  char *answer = stale();

  REFUSES(PHS_BOUNDARY_NULL_ARGUMENT, phs_system_open_store(NULL, 0, &phones));
  CHECK(has_figure("\"json\"") && phones == NULL);
  REFUSES(PHS_BOUNDARY_NULL_ARGUMENT, phs_system_open_store(TEXT("{\"path\":\"numbers\"}"), NULL));
  CHECK(has_figure("\"out\""));
  REFUSES(PHS_BOUNDARY_NOT_UTF8, phs_system_open_store(TEXT("{\"path\":\"\xff\"}"), &phones));
  REFUSES(PHS_ENVELOPE_MALFORMED, phs_system_open_store("", 0, &phones));
  REFUSES(PHS_ENVELOPE_MALFORMED, phs_system_open_store(TEXT("{\"create\":true}"), &phones));
  REFUSES(PHS_ENVELOPE_MALFORMED, phs_system_open_store(TEXT("{\"path\":\"a\",\"b\":1}"), &phones));
  REFUSES(PHS_STORE_MISSING, phs_system_open_store(TEXT("{\"path\":\"numbers\"}"), &phones));
  CHECK(has_figure("\"figures\":{\"path\":\"numbers\"}"));
  REFUSES(PHS_STORE_MISSING,
          phs_system_open_store(TEXT("{\"path\":\"none/numbers\",\"create\":true}"), &phones));
  CHECK(phones == NULL && access("numbers", F_OK) != 0);

  phones = OPENED("{\"path\":\"numbers\",\"create\":true}");
  REFUSES(PHS_BOUNDARY_NULL_ARGUMENT, phs_maintain(NULL, TEXT("{\"verify\":{}}"), &answer, NULL));
  CHECK(answer == NULL);
  REFUSES(PHS_BOUNDARY_NULL_ARGUMENT, phs_maintain(phones, NULL, 0, &answer, NULL));
  REFUSES(PHS_BOUNDARY_NULL_ARGUMENT, phs_maintain(phones, TEXT("{\"verify\":{}}"), NULL, NULL));
  REFUSES(PHS_BOUNDARY_NOT_UTF8, phs_maintain(phones, TEXT("\xff"), &answer, NULL));
  REFUSES(PHS_ENVELOPE_MALFORMED, phs_maintain(phones, TEXT("{\"compact\":{}}"), &answer, NULL));
  REFUSES(PHS_BOUNDARY_NULL_ARGUMENT,
          phs_stream_after(NULL, TEXT(STREAM), 0, 1, &answer, NULL));
  REFUSES(PHS_BOUNDARY_NULL_ARGUMENT, phs_stream_after(phones, NULL, 0, 0, 1, &answer, NULL));
  CHECK(has_figure("\"stream\""));
  REFUSES(PHS_BOUNDARY_NULL_ARGUMENT,
          phs_stream_after(phones, TEXT(STREAM), 0, 1, NULL, NULL));
  REFUSES(PHS_BOUNDARY_NOT_UTF8, phs_stream_after(phones, TEXT("\xff"), 0, 1, &answer, NULL));
  SUCCEEDS(phs_system_close(phones));
  REFUSES(PHS_BOUNDARY_HANDLE_CLOSED, phs_system_close(phones));
  REFUSES(PHS_BOUNDARY_HANDLE_CLOSED,
          phs_maintain(phones, TEXT("{\"streams\":{}}"), &answer, NULL));
  REFUSES(PHS_BOUNDARY_HANDLE_CLOSED,
          phs_stream_after(phones, TEXT(STREAM), 0, 1, &answer, NULL));
  CHECK(answer == NULL && unlink("numbers") == 0);
}

static void one_at_a_time(void) {
  phs_system *phones = OPENED("{\"path\":\"numbers\",\"create\":true}"), *second;

  REFUSES(PHS_STORE_IN_USE, phs_system_open_store(TEXT("{\"path\":\"./numbers\"}"), &second));
  CHECK(second == NULL && has_figure("\"path\":\"./numbers\""));
  CHECK(elsewhere("is refused"));
  buy(phones, 1);
  SUCCEEDS(phs_system_close(phones));
  CHECK(elsewhere("buys"));
  phones = OPENED("{\"path\":\"numbers\"}");
  CHECK(bought(phones, 2));
  SUCCEEDS(phs_system_close(phones));
  CHECK(unlink("numbers") == 0);
}

static void opened_again(void) {
  phs_system *phones = OPENED("{\"path\":\"numbers\",\"create\":true}");
  char *all, *seats, *numbers, *first;
  uint64_t tickets[3];

  phs_string_free(ASKED(phs_execute, phones, IMPORT));
  first = ASKED(phs_execute, phones, BUY_WITH_KEY);
  buy(phones, 2);
  all = events(phones);
  seats = ASKED(phs_query, phones, SEATS);
  numbers = ASKED(phs_query, phones, OWNED);
  CHECK(strstr(numbers, "+14255550100") != NULL && strstr(seats, "\"bought\":22,") != NULL);
  SUCCEEDS(phs_system_close(phones));

  phones = OPENED("{\"path\":\"numbers\",\"from_start\":true,\"checkpoint_after\":null}");
  CHECK(same(events(phones), all));
  CHECK(same(ASKED(phs_query, phones, SEATS), seats));
  CHECK(same(ASKED(phs_query, phones, OWNED), numbers));
  CHECK(same(ASKED(phs_execute, phones, BUY_WITH_KEY), first));

  for (int ticket = 0; ticket < 3; ticket++) {
    SUCCEEDS(phs_submit(phones, TEXT(BUY), &tickets[ticket]));
  }
  SUCCEEDS(phs_wait(phones, tickets[1], &all, NULL));
  CHECK(begins(all, "{\"position\":6,"));
  REFUSES(PHS_SYSTEM_TICKET_UNKNOWN, phs_wait(phones, tickets[1], &all, NULL));
  /* Nothing but the closing makes this one durable. */
  SUCCEEDS(phs_submit(phones, TEXT(BUY), &tickets[1]));
  SUCCEEDS(phs_system_close(phones));
  phones = OPENED("{\"path\":\"numbers\"}");
  CHECK(bought(phones, 26));
  REFUSES(PHS_SYSTEM_TICKET_UNKNOWN, phs_wait(phones, tickets[2], &all, NULL));
  CHECK(has(ASKED(phs_maintain, phones, "{\"verify\":{}}"), "{\"commits\":8,"));
  SUCCEEDS(phs_system_close(phones));
  CHECK(unlink("numbers") == 0);
}

static void maintained(void) {
  phs_system *phones = OPENED("{\"path\":\"numbers\",\"create\":true}"), *others;
  char *answer, *all, *last;

  buy(phones, 5);
  CHECK(begins(ASKED(phs_maintain, phones, "{\"streams\":{}}"),
               "[{\"stream\":\"" STREAM "\",\"commits\":5}]"));
  CHECK(begins(ASKED(phs_maintain, phones, "{\"checkpoint\":{}}"), "{\"position\":5}"));
  buy(phones, 1);
  answer = ASKED(phs_maintain, phones, "{\"verify\":{}}");
  CHECK(strncmp(answer, "{\"commits\":6,", 13) == 0);
  CHECK(has(answer, "\"checkpoint\":5,\"states\":true}"));

  /* All that has happened is one stream, wherever its index is. */
  all = events(phones);
  SUCCEEDS(phs_stream_after(phones, TEXT(STREAM), 0, SIZE_MAX, &answer, NULL));
  CHECK(same(answer, all));
  SUCCEEDS(phs_events_after(phones, 4, 2, &last, NULL));
  SUCCEEDS(phs_stream_after(phones, TEXT(STREAM), 4, 9, &answer, NULL));
  CHECK(same(answer, last));
  for (int nothing = 0; nothing < 3; nothing++) {
    static const char *const streams[] = {"stock", "organization:fabrikam", ""};
    const char *stream = streams[nothing];
    SUCCEEDS(phs_stream_after(phones, stream, strlen(stream), 0, 9, &answer, NULL));
    CHECK(begins(answer, "[]"));
  }

  CHECK(begins(ASKED(phs_maintain, phones, "{\"export\":{\"path\":\"export\",\"after\":0}}"),
               "{\"commits\":6,\"last\":{\"position\":6,"));
  REFUSES(PHS_STORE_EXISTS,
          phs_maintain(phones, TEXT("{\"export\":{\"path\":\"export\",\"after\":0}}"), &answer,
                       NULL));
  CHECK(answer == NULL && has_figure("\"path\":\"export\""));
  REFUSES(PHS_STORE_POSITION_UNKNOWN,
          phs_maintain(phones, TEXT("{\"archive\":{\"path\":\"archive\",\"before\":7}}"), &answer,
                       NULL));
  CHECK(access("archive", F_OK) != 0);
  CHECK(begins(ASKED(phs_maintain, phones, "{\"archive\":{\"path\":\"archive\",\"before\":3}}"),
               "{\"commits\":2,\"last\":{\"position\":2,"));
  REFUSES(PHS_STORE_ARCHIVED, phs_events_after(phones, 0, 1, &answer, NULL));
  REFUSES(PHS_STORE_ARCHIVED, phs_stream_after(phones, TEXT(STREAM), 1, 1, &answer, NULL));
  CHECK(has_figure("\"figures\":{\"position\":2,\"first\":3}") && answer == NULL);
  CHECK(has(ASKED(phs_maintain, phones, "{\"verify\":{}}"), "\"states\":false}"));
  CHECK(bought(phones, 6));

  /* The export gives the same system; the archive, the first two commits of it. */
  others = OPENED("{\"path\":\"others\",\"create\":true,\"import\":\"export\"}");
  CHECK(same(ASKED(phs_query, others, SEATS), ASKED(phs_query, phones, SEATS)));
  SUCCEEDS(phs_stream_after(others, TEXT(STREAM), 2, 9, &answer, NULL));
  SUCCEEDS(phs_events_after(phones, 2, 9, &last, NULL));
  CHECK(same(answer, last));
  CHECK(begins(ASKED(phs_maintain, others, "{\"verify\":{}}"), "{\"commits\":6,"));
  SUCCEEDS(phs_system_close(others));
  REFUSES(PHS_STORE_NOT_EMPTY,
          phs_system_open_store(TEXT("{\"path\":\"others\",\"import\":\"export\"}"), &others));
  CHECK(others == NULL && access("others", F_OK) == 0 && unlink("others") == 0);
  REFUSES(PHS_STORE_MISSING,
          phs_system_open_store(TEXT("{\"path\":\"others\",\"create\":true,\"import\":\"none\"}"),
                                &others));
  REFUSES(PHS_STORE_LINE_UNREADABLE,
          phs_system_open_store(
              TEXT("{\"path\":\"others\",\"create\":true,\"import\":\"/dev/null\"}"), &others));
  CHECK(access("others", F_OK) != 0);
  others = OPENED("{\"path\":\"others\",\"create\":true,\"import\":\"archive\"}");
  CHECK(bought(others, 2));
  SUCCEEDS(phs_system_close(others));
  SUCCEEDS(phs_system_close(phones));
  CHECK(unlink("numbers") == 0 && unlink("others") == 0);
  CHECK(unlink("export") == 0 && unlink("archive") == 0);

  /* A system in memory is taken care of alike. */
  SUCCEEDS(phs_system_open(&phones));
  buy(phones, 1);
  CHECK(begins(ASKED(phs_maintain, phones, "{\"verify\":{}}"), "{\"commits\":1,"));
  SUCCEEDS(phs_system_close(phones));
}

/* Closing that fails says so, and closes all the same. */
static void closed_without_room(void) {
  phs_system *phones = OPENED("{\"path\":\"numbers\",\"create\":true}");
  struct rlimit usual, none;
  uint64_t ticket;
  phs_status status;

  buy(phones, 2);
  SUCCEEDS(phs_submit(phones, TEXT(BUY), &ticket));
  CHECK(signal(SIGXFSZ, SIG_IGN) != SIG_ERR && getrlimit(RLIMIT_FSIZE, &usual) == 0);
  none = usual;
  none.rlim_cur = 0;
  CHECK(setrlimit(RLIMIT_FSIZE, &none) == 0);
  status = phs_system_close(phones);
  CHECK(setrlimit(RLIMIT_FSIZE, &usual) == 0);
  REFUSES(PHS_STORE_FULL, status);
  REFUSES(PHS_BOUNDARY_HANDLE_CLOSED, phs_system_close(phones));
  phones = OPENED("{\"path\":\"numbers\"}");
  CHECK(bought(phones, 2));
  SUCCEEDS(phs_system_close(phones));
  CHECK(unlink("numbers") == 0);
}

int main(int count, char **words) {
  if (count == 2) {
    return in_another_process(words[1]);
  }
  program = words[0];
  CHECK(program[0] == '/');
  const char *folder = entered();
  arguments();
  one_at_a_time();
  opened_again();
  maintained();
  closed_without_room();
  left(folder);
  printf("store: %u checks passed\n", atomic_load(&checks));
  return EXIT_SUCCESS;
}
