/* What the boundary answers to arguments that a program must not give. */

#include "phone_system.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define AT "\"at\":\"2018-04-01T09:00:00Z\""
#define BUY                                                                                        \
  "\"actor\":\"ada\",\"command\":{\"name\":\"licensing.buy_seats\","                               \
  "\"fields\":{\"sku\":\"ENTERPRISEPREMIUM\",\"seats\":1}}}"
#define SEATS "\"query\":{\"name\":\"licensing.seats\",\"fields\":{}}}"
#define COMMAND "{\"organization\":\"contoso\"," AT "," BUY
#define QUERY "{\"organization\":\"contoso\"," AT "," SEATS
#define TEXT(text) (text), sizeof(text) - 1

enum { THREADS = 4, COMMANDS = 50, MEGABYTE = 1 << 20 };

static atomic_uint checks;

static void check(int holds, const char *what, int line) {
  atomic_fetch_add(&checks, 1);
  if (!holds) {
    const char *json = phs_last_error_json();
    fprintf(stderr, "boundary.c:%d: %s\n  last error: %s\n", line, what, json ? json : "none");
    exit(EXIT_FAILURE);
  }
}

#define CHECK(condition) check((condition) != 0, #condition, __LINE__)
#define SUCCEEDS(call) check((call) == PHS_OK, #call, __LINE__)
#define REFUSES(status, call) check(is_refused((status), (call)), #call " is " #status, __LINE__)

/* Whether a call was refused with this status, and the last error says the same. */
static int is_refused(phs_status wanted, phs_status got) {
  char code[128];
  snprintf(code, sizeof code, "{\"code\":\"%s\",", phs_status_name(wanted));
  return got == wanted && phs_last_error_code() == wanted && phs_last_error_message() != NULL &&
         phs_last_error_message()[0] != '\0' &&
         strncmp(phs_last_error_json(), code, strlen(code)) == 0;
}

static int has_figure(const char *figure) { return strstr(phs_last_error_json(), figure) != NULL; }

/* A pointer that a failing call has to replace by NULL. */
static char *stale(void) {
  static char text[] = "stale";
  return text;
}

static phs_system *opened(void) {
  phs_system *phones = NULL;
  SUCCEEDS(phs_system_open(&phones));
  CHECK(phones != NULL);
  return phones;
}

static void versions(void) {
  CHECK(phs_abi_version() == PHS_ABI_VERSION);
  CHECK(strcmp(phs_version(), PHS_VERSION) == 0);
  SUCCEEDS(phs_check_abi(PHS_ABI_VERSION));
  REFUSES(PHS_BOUNDARY_ABI_MISMATCH, phs_check_abi(PHS_ABI_VERSION + 1));
  REFUSES(PHS_BOUNDARY_ABI_MISMATCH, phs_check_abi(UINT32_MAX));
  SUCCEEDS(phs_check_abi(PHS_ABI_VERSION));
  CHECK(phs_last_error_code() == PHS_BOUNDARY_ABI_MISMATCH);

  CHECK(strcmp(phs_status_name(PHS_OK), "ok") == 0);
  CHECK(strcmp(phs_status_name(PHS_LICENSING_NO_SEATS_LEFT), "licensing.no_seats_left") == 0);
  CHECK(strcmp(phs_status_name(UINT32_MAX), "unknown") == 0);
  CHECK(strlen(phs_status_meaning(PHS_STORE_FAILED)) > 0);
  CHECK(strlen(phs_status_meaning(UINT32_MAX)) > 0);
}

static void nulls(void) {
  phs_system *phones = opened();
  const phs_organization *contoso = NULL;
  const phs_organization *no_organization = (const phs_organization *)(const void *)stale();
  char *answer = stale();
  size_t length = 7;
  uint64_t ticket = 7;
  phs_number number;

  SUCCEEDS(phs_system_organization(phones, TEXT("contoso"), &contoso));
  SUCCEEDS(phs_system_close(NULL));
  phs_string_free(NULL);
  REFUSES(PHS_BOUNDARY_NULL_ARGUMENT, phs_system_open(NULL));
  CHECK(has_figure("\"figures\":{\"argument\":\"out\"}"));

  REFUSES(PHS_BOUNDARY_NULL_ARGUMENT, phs_execute(NULL, TEXT(COMMAND), &answer, &length));
  CHECK(has_figure("\"system\"") && answer == NULL && length == 7);
  answer = stale();
  REFUSES(PHS_BOUNDARY_NULL_ARGUMENT, phs_execute(phones, NULL, 3, &answer, &length));
  CHECK(has_figure("\"json\"") && answer == NULL && length == 7);
  REFUSES(PHS_BOUNDARY_NULL_ARGUMENT, phs_execute(phones, NULL, 0, &answer, &length));
  REFUSES(PHS_BOUNDARY_NULL_ARGUMENT, phs_execute(phones, TEXT(COMMAND), NULL, &length));
  CHECK(has_figure("\"answer\"") && length == 7);
  REFUSES(PHS_BOUNDARY_NULL_ARGUMENT, phs_dry_run(NULL, NULL, 0, NULL, NULL));
  REFUSES(PHS_BOUNDARY_NULL_ARGUMENT, phs_dry_run(phones, NULL, 0, &answer, NULL));
  REFUSES(PHS_BOUNDARY_NULL_ARGUMENT, phs_query(NULL, TEXT(QUERY), &answer, NULL));
  REFUSES(PHS_BOUNDARY_NULL_ARGUMENT, phs_query(phones, TEXT(QUERY), NULL, NULL));
  REFUSES(PHS_BOUNDARY_NULL_ARGUMENT, phs_execute_batch(phones, NULL, 0, &answer, NULL));
  REFUSES(PHS_BOUNDARY_NULL_ARGUMENT, phs_submit(NULL, TEXT(COMMAND), &ticket));
  REFUSES(PHS_BOUNDARY_NULL_ARGUMENT, phs_submit(phones, NULL, 0, &ticket));
  CHECK(ticket == 7);
  REFUSES(PHS_BOUNDARY_NULL_ARGUMENT, phs_submit(phones, TEXT(COMMAND), NULL));
  REFUSES(PHS_BOUNDARY_NULL_ARGUMENT, phs_wait(NULL, 1, &answer, NULL));
  REFUSES(PHS_BOUNDARY_NULL_ARGUMENT, phs_wait(phones, 1, NULL, NULL));
  REFUSES(PHS_BOUNDARY_NULL_ARGUMENT, phs_events_after(NULL, 0, 1, &answer, NULL));
  REFUSES(PHS_BOUNDARY_NULL_ARGUMENT, phs_events_after(phones, 0, 1, NULL, NULL));

  REFUSES(PHS_BOUNDARY_NULL_ARGUMENT,
          phs_system_organization(NULL, TEXT("contoso"), &no_organization));
  CHECK(no_organization == NULL);
  REFUSES(PHS_BOUNDARY_NULL_ARGUMENT, phs_system_organization(phones, NULL, 0, &no_organization));
  REFUSES(PHS_BOUNDARY_NULL_ARGUMENT, phs_system_organization(phones, TEXT("contoso"), NULL));
  REFUSES(PHS_BOUNDARY_NULL_ARGUMENT,
          phs_organization_execute(NULL, TEXT("{" AT "," BUY), &answer, NULL));
  REFUSES(PHS_BOUNDARY_NULL_ARGUMENT, phs_organization_execute(contoso, NULL, 0, &answer, NULL));
  REFUSES(PHS_BOUNDARY_NULL_ARGUMENT,
          phs_organization_query(contoso, TEXT("{" AT "," SEATS), NULL, NULL));

  REFUSES(PHS_BOUNDARY_NULL_ARGUMENT, phs_number_parse(NULL, 0, "US", &number));
  REFUSES(PHS_BOUNDARY_NULL_ARGUMENT, phs_number_parse(TEXT("+14255550100"), NULL, NULL));
  REFUSES(PHS_BOUNDARY_NULL_ARGUMENT, phs_number_format(14255550100, NULL, 17, &length));

  /* None of them did anything. */
  SUCCEEDS(phs_events_after(phones, 0, 10, &answer, &length));
  CHECK(strcmp(answer, "[]") == 0 && length == 2);
  phs_string_free(answer);
  SUCCEEDS(phs_system_close(phones));
}

static void texts(void) {
  static char megabyte[MEGABYTE];
  phs_system *phones = opened();
  const phs_organization *found;
  char *answer = stale();
  size_t length = 7;
  phs_number number;

  REFUSES(PHS_BOUNDARY_NOT_UTF8, phs_execute(phones, TEXT("{\"a\xff"), &answer, &length));
  CHECK(answer == NULL && length == 7 && has_figure("\"figures\":{\"valid_up_to\":3}"));
  REFUSES(PHS_BOUNDARY_NOT_UTF8, phs_query(phones, TEXT("\xc0\x80"), &answer, NULL));
  REFUSES(PHS_BOUNDARY_NOT_UTF8, phs_execute_batch(phones, TEXT("[\xed\xa0\x80]"), &answer, NULL));
  REFUSES(PHS_BOUNDARY_NOT_UTF8, phs_number_parse(TEXT("+1\xff"), NULL, &number));
  REFUSES(PHS_BOUNDARY_NOT_UTF8, phs_number_parse(TEXT("1"), "\xff\xfe", &number));
  REFUSES(PHS_BOUNDARY_NOT_UTF8, phs_system_organization(phones, TEXT("\xff"), &found));

  REFUSES(PHS_ENVELOPE_MALFORMED, phs_execute(phones, "", 0, &answer, NULL));
  REFUSES(PHS_ENVELOPE_MALFORMED, phs_execute(phones, TEXT("{\0}"), &answer, NULL));
  REFUSES(PHS_ENVELOPE_MALFORMED, phs_execute(phones, COMMAND, (size_t)-1, &answer, NULL));
  REFUSES(PHS_ENVELOPE_MALFORMED, phs_execute(phones, COMMAND, sizeof COMMAND - 2, &answer, NULL));
  memset(megabyte, '[', sizeof megabyte);
  REFUSES(PHS_ENVELOPE_MALFORMED, phs_execute(phones, megabyte, sizeof megabyte, &answer, NULL));
  REFUSES(PHS_ENVELOPE_MALFORMED, phs_execute_batch(phones, megabyte, MEGABYTE, &answer, NULL));
  REFUSES(PHS_ENVELOPE_MALFORMED, phs_system_organization(phones, "", 0, &found));
  REFUSES(PHS_ENVELOPE_MALFORMED, phs_system_organization(phones, megabyte, MEGABYTE, &found));
  REFUSES(PHS_ENVELOPE_MALFORMED, phs_system_organization(phones, TEXT("a\0b"), &found));
  CHECK(found == NULL);

  memset(megabyte, '4', sizeof megabyte);
  REFUSES(PHS_NUMBER_TEXT_TOO_LONG, phs_number_parse(megabyte, sizeof megabyte, "US", &number));
  REFUSES(PHS_NUMBER_NOT_A_NUMBER, phs_number_parse("", 0, "US", &number));
  REFUSES(PHS_NUMBER_NOT_A_NUMBER, phs_number_parse(TEXT("a\0b"), "US", &number));
  CHECK(strstr(phs_last_error_message(), "a\xef\xbf\xbd"
                                         "b") != NULL &&
        has_figure("a\\u0000b"));
  REFUSES(PHS_NUMBER_COUNTRY_UNKNOWN, phs_number_parse(TEXT("4255550100"), NULL, &number));
  REFUSES(PHS_NUMBER_COUNTRY_UNKNOWN, phs_number_parse(TEXT("4255550100"), "", &number));
  REFUSES(PHS_NUMBER_COUNTRY_UNKNOWN, phs_number_parse(TEXT("4255550100"), "USA", &number));
  SUCCEEDS(phs_system_close(phones));
}

static void numbers(void) {
  phs_number number;
  char buffer[PHS_NUMBER_SIZE + 1];
  size_t needed = 0;

  SUCCEEDS(phs_number_parse(TEXT("tel:+1-800-555-0199;ext=12345678901234567890"), NULL, &number));
  CHECK(number.digits == 18005550199 && number.line == PHS_LINE_TOLL_FREE);
  CHECK(strcmp(number.country, "US") == 0);
  CHECK(strcmp(number.extension, "12345678901234567890") == 0);
  SUCCEEDS(phs_number_parse(TEXT("+80012345678"), "US", &number));
  CHECK(number.country[0] == '\0' && number.extension[0] == '\0');
  CHECK(strcmp(phs_line_name(PHS_LINE_TOLL_FREE), "toll_free") == 0);
  CHECK(strcmp(phs_line_name(UINT32_MAX), "unknown") == 0);

  memset(buffer, 'x', sizeof buffer);
  REFUSES(PHS_BOUNDARY_BUFFER_TOO_SMALL, phs_number_format(14255550100, NULL, 0, &needed));
  CHECK(needed == 13 && has_figure("\"figures\":{\"size\":0,\"needed\":13}"));
  REFUSES(PHS_BOUNDARY_BUFFER_TOO_SMALL, phs_number_format(14255550100, buffer, 12, NULL));
  CHECK(buffer[0] == 'x');
  SUCCEEDS(phs_number_format(14255550100, buffer, 13, NULL));
  CHECK(strcmp(buffer, "+14255550100") == 0 && buffer[13] == 'x');
  SUCCEEDS(phs_number_format(999999999999999, buffer, PHS_NUMBER_SIZE, &needed));
  CHECK(needed == PHS_NUMBER_SIZE && buffer[PHS_NUMBER_SIZE] == 'x');
  REFUSES(PHS_NUMBER_TOO_SHORT, phs_number_format(0, buffer, sizeof buffer, NULL));
  REFUSES(PHS_NUMBER_TOO_SHORT, phs_number_format(999, buffer, sizeof buffer, NULL));
  REFUSES(PHS_NUMBER_TOO_MANY_DIGITS, phs_number_format(1000000000000000, buffer, 17, NULL));
  REFUSES(PHS_NUMBER_TOO_MANY_DIGITS, phs_number_format(UINT64_MAX, buffer, 17, NULL));
}

static void tickets(void) {
  phs_system *phones = opened();
  uint64_t ticket = 0;
  char *answer = stale();

  REFUSES(PHS_SYSTEM_TICKET_UNKNOWN, phs_wait(phones, 0, &answer, NULL));
  REFUSES(PHS_SYSTEM_TICKET_UNKNOWN, phs_wait(phones, UINT64_MAX, &answer, NULL));
  CHECK(answer == NULL);
  SUCCEEDS(phs_submit(phones, TEXT(COMMAND), &ticket));
  SUCCEEDS(phs_wait(phones, ticket, &answer, NULL));
  CHECK(strncmp(answer, "{\"position\":1,", 14) == 0);
  phs_string_free(answer);
  REFUSES(PHS_SYSTEM_TICKET_UNKNOWN, phs_wait(phones, ticket, &answer, NULL));
  /* One that nobody waits for goes with the system. */
  SUCCEEDS(phs_submit(phones, TEXT(COMMAND), &ticket));
  SUCCEEDS(phs_events_after(phones, 1, SIZE_MAX, &answer, NULL));
  CHECK(strlen(answer) > 2);
  phs_string_free(answer);
  SUCCEEDS(phs_events_after(phones, UINT64_MAX, 1, &answer, NULL));
  CHECK(strcmp(answer, "[]") == 0);
  phs_string_free(answer);
  SUCCEEDS(phs_system_close(phones));
}

static void answers(void) {
  phs_system *phones = opened();
  char *answer;
  size_t length;

  SUCCEEDS(phs_dry_run(phones, TEXT(COMMAND), &answer, &length));
  CHECK(strncmp(answer, "{\"position\":null,", 17) == 0 && strlen(answer) == length);
  /* The answer is the program's: what it writes into it does not matter to what frees it. */
  memset(answer, 0, length + 1);
  phs_string_free(answer);
  SUCCEEDS(phs_execute_batch(phones, TEXT("[" COMMAND ",{}]"), &answer, NULL));
  CHECK(strstr(answer, "{\"refusal\":{\"code\":\"envelope.malformed\"") != NULL);
  phs_string_free(answer);
  SUCCEEDS(phs_system_close(phones));
}

static void organizations(void) {
  phs_system *phones = opened(), *others = opened();
  const phs_organization *contoso, *again, *elsewhere;
  char *answer, *same;

  SUCCEEDS(phs_system_organization(phones, TEXT("contoso"), &contoso));
  SUCCEEDS(phs_system_organization(phones, TEXT("contoso"), &again));
  SUCCEEDS(phs_system_organization(others, TEXT("contoso"), &elsewhere));
  CHECK(contoso == again && contoso != elsewhere);
  SUCCEEDS(phs_organization_execute(contoso, TEXT("{" AT "," BUY), &answer, NULL));
  phs_string_free(answer);
  SUCCEEDS(phs_organization_query(contoso, TEXT("{" AT "," SEATS), &answer, NULL));
  SUCCEEDS(phs_query(phones, TEXT(QUERY), &same, NULL));
  CHECK(strcmp(answer, same) == 0 && strstr(answer, "ENTERPRISEPREMIUM") != NULL);
  phs_string_free(answer);
  phs_string_free(same);
  answer = stale();
  REFUSES(PHS_ENVELOPE_ORGANIZATION_UNEXPECTED,
          phs_organization_execute(contoso, TEXT(COMMAND), &answer, NULL));
  CHECK(answer == NULL);
  REFUSES(PHS_ENVELOPE_ORGANIZATION_UNEXPECTED,
          phs_organization_query(contoso, TEXT(QUERY), &answer, NULL));
  SUCCEEDS(phs_system_close(phones));
  SUCCEEDS(phs_system_close(others));
}

static void closed(void) {
  phs_system *phones = opened(), *new_one;
  const phs_organization *contoso, *found = NULL;
  char *answer = stale();
  uint64_t ticket = 7;

  SUCCEEDS(phs_system_organization(phones, TEXT("contoso"), &contoso));
  SUCCEEDS(phs_system_close(phones));
  REFUSES(PHS_BOUNDARY_HANDLE_CLOSED, phs_system_close(phones));
  REFUSES(PHS_BOUNDARY_HANDLE_CLOSED, phs_system_close(phones));
  REFUSES(PHS_BOUNDARY_HANDLE_CLOSED, phs_execute(phones, TEXT(COMMAND), &answer, NULL));
  CHECK(answer == NULL);
  REFUSES(PHS_BOUNDARY_HANDLE_CLOSED, phs_dry_run(phones, TEXT(COMMAND), &answer, NULL));
  REFUSES(PHS_BOUNDARY_HANDLE_CLOSED, phs_query(phones, TEXT(QUERY), &answer, NULL));
  REFUSES(PHS_BOUNDARY_HANDLE_CLOSED, phs_execute_batch(phones, TEXT("[]"), &answer, NULL));
  REFUSES(PHS_BOUNDARY_HANDLE_CLOSED, phs_submit(phones, TEXT(COMMAND), &ticket));
  CHECK(ticket == 7);
  REFUSES(PHS_BOUNDARY_HANDLE_CLOSED, phs_wait(phones, 1, &answer, NULL));
  REFUSES(PHS_BOUNDARY_HANDLE_CLOSED, phs_events_after(phones, 0, 1, &answer, NULL));
  REFUSES(PHS_BOUNDARY_HANDLE_CLOSED, phs_system_organization(phones, TEXT("contoso"), &found));
  REFUSES(PHS_BOUNDARY_HANDLE_CLOSED,
          phs_organization_execute(contoso, TEXT("{" AT "," BUY), &answer, NULL));
  REFUSES(PHS_BOUNDARY_HANDLE_CLOSED,
          phs_organization_query(contoso, TEXT("{" AT "," SEATS), &answer, NULL));
  /* No later system gets the closed one's handle. */
  new_one = opened();
  CHECK(new_one != phones);
  REFUSES(PHS_BOUNDARY_HANDLE_CLOSED, phs_system_close(phones));
  SUCCEEDS(phs_system_close(new_one));
}

static void *buy(void *argument) {
  const phs_system *phones = argument;
  char *answer = NULL;

  /* The last error is this thread's own. */
  CHECK(phs_last_error_code() == PHS_OK && phs_last_error_json() == NULL);
  CHECK(phs_last_error_message() == NULL);
  for (int command = 0; command < COMMANDS; command++) {
    SUCCEEDS(phs_execute(phones, TEXT(COMMAND), &answer, NULL));
    phs_string_free(answer);
    SUCCEEDS(phs_query(phones, TEXT(QUERY), &answer, NULL));
    phs_string_free(answer);
  }
  REFUSES(PHS_BOUNDARY_NULL_ARGUMENT, phs_system_open(NULL));
  return NULL;
}

static void *buy_until_closed(void *argument) {
  const phs_system *phones = argument;
  phs_status status = PHS_OK;

  while (status == PHS_OK) {
    char *answer = NULL;
    status = phs_execute(phones, TEXT(COMMAND), &answer, NULL);
    phs_string_free(answer);
  }
  REFUSES(PHS_BOUNDARY_HANDLE_CLOSED, status);
  return NULL;
}

static void run(void *(*work)(void *), phs_system *phones, int closes) {
  pthread_t threads[THREADS];

  for (int thread = 0; thread < THREADS; thread++) {
    CHECK(pthread_create(&threads[thread], NULL, work, phones) == 0);
  }
  if (closes) {
    char *answer;
    /* All the same whether they are under way by now; every answer is one of two. */
    SUCCEEDS(phs_execute(phones, TEXT(COMMAND), &answer, NULL));
    phs_string_free(answer);
    SUCCEEDS(phs_system_close(phones));
  }
  for (int thread = 0; thread < THREADS; thread++) {
    CHECK(pthread_join(threads[thread], NULL) == 0);
  }
}

static void threads(void) {
  phs_system *phones = opened();
  char *answer, seats[64];

  REFUSES(PHS_BOUNDARY_NULL_ARGUMENT, phs_system_open(NULL));
  run(buy, phones, 0);
  SUCCEEDS(phs_query(phones, TEXT(QUERY), &answer, NULL));
  snprintf(seats, sizeof seats, "\"bought\":%d,", THREADS * COMMANDS);
  CHECK(strstr(answer, seats) != NULL);
  phs_string_free(answer);
  SUCCEEDS(phs_system_close(phones));

  run(buy_until_closed, opened(), 1);
}

int main(void) {
  CHECK(phs_last_error_code() == PHS_OK && phs_last_error_json() == NULL);
  versions();
  nulls();
  texts();
  numbers();
  tickets();
  answers();
  organizations();
  closed();
  threads();
  printf("boundary: %u checks passed\n", atomic_load(&checks));
  return EXIT_SUCCESS;
}
