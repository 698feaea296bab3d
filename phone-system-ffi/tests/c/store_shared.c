/* A system that is kept in a file, among threads and forked processes: who has it, and when it is given
   up. */

#define _DEFAULT_SOURCE

#include "stores.h"

#include <pthread.h>

#define TARIFF                                                                                     \
  "{\"tariff\":{\"name\":\"Retail\",\"currency\":\"USD\",\"csv\":"                                 \
  "\"Direction,Prefix,RatePerMinute\\noutbound,44,0.02\\n\"}}"

enum { FORKS = 8, THREADS = 2, SECONDS = 120 };

/* The sanitizer's own allocator has locks that a fork can leave taken. */
#ifdef __SANITIZE_ADDRESS__
enum { BUSY = 0 };
#else
enum { BUSY = 1 };
#endif

static const uint64_t owned = 14255550100;

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

int main(void) {
  const char *folder = entered();
  closed_while_it_is_used();
  forked();
  inherited();
  left(folder);
  printf("store among threads and processes: %u checks passed\n", atomic_load(&checks));
  return EXIT_SUCCESS;
}
