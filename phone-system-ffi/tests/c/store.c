/* Systems that are kept in a file: what is there when it is opened again, who may open it, and what
   becomes of it in a forked process. */

#define _DEFAULT_SOURCE

#include "check.h"

#include <pthread.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#define AT "\"at\":\"2018-04-01T09:00:00Z\""
#define BUY_OF(seats)                                                                              \
  AT ",\"actor\":\"ada\",\"command\":{\"name\":\"licensing.buy_seats\","                              \
     "\"fields\":{\"sku\":\"ENTERPRISEPREMIUM\",\"seats\":" seats "}}}"
#define BUY "{\"organization\":\"contoso\"," BUY_OF("1")
#define BUY_WITH_KEY "{\"key\":\"order-7\",\"organization\":\"contoso\"," BUY_OF("20")
#define SEATS_OF AT ",\"query\":{\"name\":\"licensing.seats\",\"fields\":{}}}"
#define SEATS "{\"organization\":\"contoso\"," SEATS_OF
#define IMPORT                                                                                     \
  "{\"organization\":\"contoso\"," AT ",\"actor\":\"ada\",\"command\":{\"name\":"                    \
  "\"inventory.import_owned\",\"fields\":{\"csv\":\"TelephoneNumber,IsoCountryCode,Capability\\n"     \
  "+14255550100,US,UserAssignment\\n\"}}}"
#define OWNED                                                                                      \
  "{\"organization\":\"contoso\"," AT ",\"query\":{\"name\":\"inventory.numbers\",\"fields\":{}}}"
#define TARIFF                                                                                     \
  "{\"tariff\":{\"name\":\"Retail\",\"currency\":\"USD\",\"csv\":"                                 \
  "\"Direction,Prefix,RatePerMinute\\noutbound,44,0.02\\n\"}}"
#define STREAM "organization:contoso"

enum { FORKS = 8, THREADS = 2, SECONDS = 120 };

/* The sanitizer's own allocator has locks that a fork can leave taken. */
#ifdef __SANITIZE_ADDRESS__
enum { BUSY = 0 };
#else
enum { BUSY = 1 };
#endif

static const uint64_t owned = 14255550100;

/* How this program is run again, as another process. */
static const char *program;

/* Opens a store of the working directory, which is this test's own. */
#define OPENED(json) opened((json), sizeof(json) - 1)
static phs_system *opened(const char *json, size_t length) {
  phs_system *phones = NULL;
  SUCCEEDS(phs_system_open_store(json, length, &phones));
  CHECK(phones != NULL);
  return phones;
}

typedef phs_status call(const phs_system *, const char *, size_t, char **, size_t *);

/* What a call answers; the caller frees it. */
#define ASKED(function, phones, json) asked((function), (phones), (json), sizeof(json) - 1)
static char *asked(call *function, const phs_system *phones, const char *json, size_t size) {
  char *answer = NULL;
  size_t length = 0;
  SUCCEEDS(function(phones, json, size, &answer, &length));
  CHECK(strlen(answer) == length);
  return answer;
}

static char *events(const phs_system *phones) {
  char *answer = NULL;
  SUCCEEDS(phs_events_after(phones, 0, SIZE_MAX, &answer, NULL));
  return answer;
}

/* Whether an answer begins like this; frees it. */
static int begins(char *answer, const char *beginning) {
  int holds = strncmp(answer, beginning, strlen(beginning)) == 0;
  phs_string_free(answer);
  return holds;
}

/* Whether an answer has this in it; frees it. */
static int has(char *answer, const char *part) {
  int holds = strstr(answer, part) != NULL;
  phs_string_free(answer);
  return holds;
}

/* Whether two answers are the same, byte for byte; frees both. */
static int same(char *one, char *other) {
  int holds = strcmp(one, other) == 0;
  phs_string_free(one);
  phs_string_free(other);
  return holds;
}

static void buy(const phs_system *phones, int times) {
  while (times-- > 0) {
    phs_string_free(ASKED(phs_execute, phones, BUY));
  }
}

/* Whether so many seats were bought. */
static int bought(const phs_system *phones, unsigned seats) {
  char part[64];
  snprintf(part, sizeof part, "\"bought\":%u,", seats);
  return has(ASKED(phs_query, phones, SEATS), part);
}

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

/* What threads share that buy one seat at a time. */
struct work {
  const phs_system *phones;
  atomic_int ends;
  atomic_uint acknowledged;
};

static void *work(void *argument) {
  struct work *work = argument;
  phs_status status = PHS_OK;

  while (status == PHS_OK && !atomic_load(&work->ends)) {
    char *answer = NULL;
    uint64_t ticket;
    status = phs_execute(work->phones, TEXT(BUY), &answer, NULL);
    atomic_fetch_add(&work->acknowledged, status == PHS_OK);
    phs_string_free(answer);
    /* Other calls take other locks. */
    if (status == PHS_OK && (status = phs_submit(work->phones, TEXT(BUY), &ticket)) == PHS_OK) {
      status = phs_wait(work->phones, ticket, &answer, NULL);
      atomic_fetch_add(&work->acknowledged, status == PHS_OK);
      phs_string_free(answer);
    }
    if (status == PHS_OK) {
      status = phs_maintain(work->phones, TEXT("{\"checkpoint\":{}}"), &answer, NULL);
      phs_string_free(answer);
    }
  }
  CHECK(status == PHS_OK || status == PHS_BOUNDARY_HANDLE_CLOSED);
  return NULL;
}

static void begin(struct work *shared, pthread_t *threads) {
  for (int thread = 0; thread < THREADS; thread++) {
    CHECK(pthread_create(&threads[thread], NULL, work, shared) == 0);
  }
}

static void join(pthread_t *threads) {
  for (int thread = 0; thread < THREADS; thread++) {
    CHECK(pthread_join(threads[thread], NULL) == 0);
  }
}

/* The last of those who use a system gives its file up. */
static void closed_while_it_is_used(void) {
  phs_system *phones = OPENED("{\"path\":\"numbers\",\"create\":true}");
  struct work shared = {.phones = phones};
  pthread_t threads[THREADS];
  unsigned acknowledged;

  begin(&shared, threads);
  while (atomic_load(&shared.acknowledged) < 10) {
    buy(phones, 1);
    atomic_fetch_add(&shared.acknowledged, 1);
  }
  SUCCEEDS(phs_system_close(phones));
  join(threads);
  acknowledged = atomic_load(&shared.acknowledged);
  phones = OPENED("{\"path\":\"numbers\"}");
  /* Of what was submitted and never waited for, one by each thread may be there or not. */
  for (unsigned more = 0; !bought(phones, acknowledged + more); more++) {
    CHECK(more < THREADS);
  }
  SUCCEEDS(phs_system_close(phones));
  CHECK(unlink("numbers") == 0);
}

/* A forked process has the memory of threads that it does not have: that is no leak. */
static int is_forked;
int __lsan_is_turned_off(void);
int __lsan_is_turned_off(void) { return is_forked; }

/* What a forked process is answered. */
static void in_a_fork(phs_system *phones, const phs_organization *contoso, phs_system *copy,
                      uint64_t ticket, uint64_t permit) {
  static const char *const care[] = {
      "{\"checkpoint\":{}}",
      "{\"verify\":{}}",
      "{\"streams\":{}}",
      "{\"export\":{\"path\":\"export\",\"after\":0}}",
      "{\"archive\":{\"path\":\"export\",\"before\":2}}",
  };
  static call *const calls[] = {phs_execute, phs_dry_run,       phs_query,
                                phs_give,    phs_execute_batch, phs_maintain};
  const phs_organization *found;
  phs_system *own = (phs_system *)(void *)stale();
  phs_occupancy known;
  char *answer;
  uint64_t number = 7;

  REFUSES(PHS_STORE_FORKED, phs_execute(phones, TEXT(BUY), &answer, NULL));
  CHECK(answer == NULL && has_figure("\"figures\":{\"process\":") && has_figure("\"opened_by\":"));
  REFUSES(PHS_STORE_FORKED, phs_dry_run(phones, TEXT(BUY), &answer, NULL));
  REFUSES(PHS_STORE_FORKED, phs_query(phones, TEXT(SEATS), &answer, NULL));
  REFUSES(PHS_STORE_FORKED, phs_execute_batch(phones, TEXT("[" BUY "]"), &answer, NULL));
  REFUSES(PHS_STORE_FORKED, phs_give(phones, TEXT(TARIFF), &answer, NULL));
  REFUSES(PHS_STORE_FORKED, phs_submit(phones, TEXT(BUY), &number));
  REFUSES(PHS_STORE_FORKED, phs_wait(phones, ticket, &answer, NULL));
  for (size_t each = 0; each < sizeof care / sizeof *care; each++) {
    REFUSES(PHS_STORE_FORKED, phs_maintain(phones, care[each], strlen(care[each]), &answer, NULL));
  }
  /* Whatever is wrong beside. */
  for (size_t each = 0; each < sizeof calls / sizeof *calls; each++) {
    REFUSES(PHS_STORE_FORKED, calls[each](phones, "\xff", 1, &answer, NULL));
  }
  REFUSES(PHS_STORE_FORKED, phs_events_after(phones, 0, 1, &answer, NULL));
  REFUSES(PHS_STORE_FORKED, phs_stream_after(phones, TEXT(STREAM), 0, 1, &answer, NULL));
  REFUSES(PHS_STORE_FORKED, phs_system_organization(phones, TEXT("contoso"), &found));
  REFUSES(PHS_STORE_FORKED,
          phs_organization_execute(contoso, TEXT("{" BUY_OF("1")), &answer, NULL));
  REFUSES(PHS_STORE_FORKED, phs_organization_query(contoso, TEXT("{" SEATS_OF), &answer, NULL));
  REFUSES(PHS_STORE_FORKED, phs_organization_admit(contoso, owned, "9111", &number));
  /* An emergency call passes here too, without a place. */
  uint64_t emergency = 1;
  SUCCEEDS(phs_organization_admit(contoso, owned, "911", &emergency));
  CHECK(emergency == 0);
  SUCCEEDS(phs_release(phones, emergency));
  phs_authorization authorized;
  phs_call call = {.size = sizeof call, .kind = PHS_CALL_KIND_UCAP_OUT, .location = "US", .id = "1"};
  const phs_context now = {.at = INT64_C(1522659600000000), .actor = "ada"};
  REFUSES(PHS_STORE_FORKED, phs_organization_authorize(contoso, &call, &now, &authorized));
  REFUSES(PHS_STORE_FORKED, phs_organization_begin_call(contoso, owned, &call, &now, &authorized));
  REFUSES(PHS_STORE_FORKED, phs_organization_extend(contoso, "1", 1, &now, &authorized));
  REFUSES(PHS_STORE_FORKED, phs_organization_cancel(contoso, "1", &now));
  call.called = "911";
  SUCCEEDS(phs_organization_authorize(contoso, &call, &now, &authorized));
  CHECK(authorized.emergency == 1 && authorized.permit == 0);
  authorized.permit = 7;
  SUCCEEDS(phs_organization_begin_call(contoso, owned, &call, &now, &authorized));
  CHECK(authorized.emergency == 1 && authorized.permit == 0);
  REFUSES(PHS_STORE_FORKED, phs_release(phones, permit));
  REFUSES(PHS_STORE_FORKED, phs_system_occupancy(phones, owned, &known));
  CHECK(number == 7 && access("export", F_OK) != 0);
  REFUSES(PHS_STORE_FORKED, phs_system_close(phones));
  REFUSES(PHS_STORE_FORKED, phs_system_close(phones));
  REFUSES(PHS_STORE_FORKED, phs_query(phones, TEXT(SEATS), &answer, NULL));

  REFUSES(PHS_STORE_IN_USE, phs_system_open_store(TEXT("{\"path\":\"numbers\"}"), &own));
  CHECK(own == NULL);
  /* What the process opens by itself is its own, and so is its copy of what was in memory. */
  own = OPENED("{\"path\":\"own\",\"create\":true}");
  buy(own, 1);
  SUCCEEDS(phs_system_close(own));
  CHECK(unlink("own") == 0);
  buy(copy, 1);
  CHECK(bought(copy, 2));
  SUCCEEDS(phs_system_close(copy));
}

struct looks {
  const phs_system *copy;
  pthread_t thread;
  atomic_int ends;
};

/* Is within a system in memory nearly all the time. */
static void *look(void *argument) {
  struct looks *looks = argument;
  phs_occupancy known;
  while (!atomic_load(&looks->ends)) {
    SUCCEEDS(phs_system_occupancy(looks->copy, owned, &known));
  }
  return NULL;
}

/* The store stays the parent's, whatever its children do while its threads are at work. */
static void forked(void) {
  phs_system *phones = OPENED("{\"path\":\"numbers\",\"create\":true}"), *copy;
  struct work shared = {.phones = phones};
  struct looks looks = {.copy = NULL};
  const phs_organization *contoso;
  pthread_t threads[THREADS];
  unsigned acknowledged;
  uint64_t ticket, permit;
  char *answer, part[64];

  phs_string_free(ASKED(phs_execute, phones, IMPORT));
  SUCCEEDS(phs_system_organization(phones, TEXT("contoso"), &contoso));
  SUCCEEDS(phs_organization_admit(contoso, owned, NULL, &permit));
  SUCCEEDS(phs_submit(phones, TEXT(BUY), &ticket));
  SUCCEEDS(phs_system_open(&copy));
  buy(copy, 1);
  fflush(stdout);

  looks.copy = copy;
  if (BUSY) {
    CHECK(pthread_create(&looks.thread, NULL, look, &looks) == 0);
  }
  begin(&shared, threads);
  while (atomic_load(&shared.acknowledged) < 10) {
    usleep(1000);
  }
  if (!BUSY) {
    atomic_store(&shared.ends, 1);
    join(threads);
  }
  for (int child = 0; child < FORKS; child++) {
    int ends[2];
    char passed = 0;
    CHECK(pipe(ends) == 0);
    pid_t process = fork();
    if (process == 0) {
      is_forked = 1;
      /* One that waits for a lock that nobody gives back is ended. */
      alarm(SECONDS);
      in_a_fork(phones, contoso, copy, ticket, permit);
      /* Not told by the exit status: valgrind puts its own opinion of leaks there. */
      CHECK(write(ends[1], "y", 1) == 1);
      if (child % 2 == 0) {
        exit(EXIT_SUCCESS);
      }
      _exit(EXIT_SUCCESS);
    }
    CHECK(process > 0 && close(ends[1]) == 0);
    CHECK(read(ends[0], &passed, 1) == 1 && passed == 'y');
    CHECK(close(ends[0]) == 0 && waitpid(process, NULL, 0) == process);
  }
  if (BUSY) {
    atomic_store(&shared.ends, 1);
    join(threads);
    atomic_store(&looks.ends, 1);
    CHECK(pthread_join(looks.thread, NULL) == 0);
  }

  SUCCEEDS(phs_wait(phones, ticket, &answer, NULL));
  CHECK(begins(answer, "{\"position\":2,"));
  SUCCEEDS(phs_release(phones, permit));
  buy(phones, 1);
  acknowledged = atomic_load(&shared.acknowledged) + 2;
  CHECK(acknowledged > 2 && bought(phones, acknowledged));
  snprintf(part, sizeof part, "{\"commits\":%u,", acknowledged + 1);
  CHECK(begins(ASKED(phs_maintain, phones, "{\"verify\":{}}"), part));
  SUCCEEDS(phs_system_close(phones));
  CHECK(bought(copy, 1));
  SUCCEEDS(phs_system_close(copy));

  phones = OPENED("{\"path\":\"numbers\"}");
  CHECK(begins(ASKED(phs_maintain, phones, "{\"verify\":{}}"), part));
  CHECK(bought(phones, acknowledged));
  SUCCEEDS(phs_system_close(phones));
  CHECK(unlink("numbers") == 0);
}

/* When the parent has closed it, a child that is still there can open it. */
static void inherited(void) {
  phs_system *phones = OPENED("{\"path\":\"numbers\",\"create\":true}");
  int ends[2];
  char passed = 0;

  buy(phones, 1);
  CHECK(pipe(ends) == 0);
  pid_t process = fork();
  if (process == 0) {
    is_forked = 1;
    alarm(SECONDS);
    /* The file is not to be had before; how long that lasts is the parent's affair. */
    phs_system *own;
    while (phs_system_open_store(TEXT("{\"path\":\"numbers\"}"), &own) != PHS_OK) {
      CHECK(phs_last_error_code() == PHS_STORE_IN_USE);
      usleep(1000);
    }
    CHECK(bought(own, 2));
    buy(own, 1);
    SUCCEEDS(phs_system_close(own));
    REFUSES(PHS_STORE_FORKED, phs_system_close(phones));
    CHECK(write(ends[1], "y", 1) == 1);
    exit(EXIT_SUCCESS);
  }
  CHECK(process > 0 && close(ends[1]) == 0);
  buy(phones, 1);
  SUCCEEDS(phs_system_close(phones));
  CHECK(read(ends[0], &passed, 1) == 1 && passed == 'y');
  CHECK(close(ends[0]) == 0 && waitpid(process, NULL, 0) == process);
  phones = OPENED("{\"path\":\"numbers\"}");
  CHECK(bought(phones, 3) && unlink("numbers") == 0);
  SUCCEEDS(phs_system_close(phones));
}

int main(int count, char **words) {
  const char *temporary = getenv("TMPDIR");
  char folder[4096];

  if (count == 2) {
    return in_another_process(words[1]);
  }
  program = words[0];
  snprintf(folder, sizeof folder, "%s/phone-system-XXXXXX", temporary ? temporary : "/tmp");
  CHECK(program[0] == '/' && mkdtemp(folder) != NULL && chdir(folder) == 0);
  arguments();
  one_at_a_time();
  opened_again();
  maintained();
  closed_without_room();
  closed_while_it_is_used();
  forked();
  inherited();
  CHECK(chdir("/") == 0 && rmdir(folder) == 0);
  printf("store: %u checks passed\n", atomic_load(&checks));
  return EXIT_SUCCESS;
}
