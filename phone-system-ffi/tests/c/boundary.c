/* What the boundary answers to arguments that a program must not give. */

#include "check.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define AT "\"at\":\"2018-04-01T09:00:00Z\""
#define BUY                                                                                        \
  "\"actor\":\"ada\",\"command\":{\"name\":\"licensing.buy_seats\","                               \
  "\"fields\":{\"sku\":\"ENTERPRISEPREMIUM\",\"seats\":1}}}"
#define SEATS "\"query\":{\"name\":\"licensing.seats\",\"fields\":{}}}"
#define EMERGENCY                                                                                  \
  "\"actor\":\"ada\",\"command\":{\"name\":\"billing.authorize\",\"fields\":{\"call\":\"1\","              \
  "\"kind\":\"ucap_out\",\"location\":\"US\",\"called\":\"911\"}}}"
#define COMMAND "{\"organization\":\"contoso\"," AT "," BUY
#define QUERY "{\"organization\":\"contoso\"," AT "," SEATS
#define IMPORT                                                                                     \
  "{\"organization\":\"contoso\"," AT ",\"actor\":\"ada\",\"command\":{\"name\":"                    \
  "\"inventory.import_owned\",\"fields\":{\"csv\":\"TelephoneNumber,IsoCountryCode,Capability\\n"     \
  "+14255550100,US,UserAssignment\\n\"}}}"
#define TARIFF                                                                                     \
  "{\"tariff\":{\"name\":\"Retail\",\"currency\":\"USD\",\"csv\":"                                 \
  "\"Direction,Prefix,RatePerMinute\\noutbound,44,0.02\\n\"}}"

#define SIMULATE                                                                                   \
  "{\"organization\":\"contoso\"," AT ",\"query\":{\"name\":\"capacity.simulate\","               \
  "\"fields\":{\"duration\":\"PT3M\",\"days\":2,\"numbers\":[{\"number\":\"+14255550100\","         \
  "\"arrivals\":[\"60\",\"60\",\"60\",\"60\",\"60\",\"60\",\"60\",\"60\",\"60\",\"60\","              \
  "\"60\",\"60\",\"60\",\"60\",\"60\",\"60\",\"60\",\"60\",\"60\",\"60\",\"60\",\"60\",\"60\","           \
  "\"60\"]}]}}}"

enum { THREADS = 4, COMMANDS = 50, CALLS = 200, LIMIT = 4, MEGABYTE = 1 << 20 };

static const uint64_t owned = 14255550100;

static phs_system *opened(void) {
  phs_system *phones = NULL;
  SUCCEEDS(phs_system_open(&phones));
  CHECK(phones != NULL);
  return phones;
}

/* Its organization contoso, which owns a number. */
static const phs_organization *with_a_number(const phs_system *phones) {
  const phs_organization *contoso = NULL;
  char *answer;
  SUCCEEDS(phs_execute(phones, TEXT(IMPORT), &answer, NULL));
  phs_string_free(answer);
  SUCCEEDS(phs_system_organization(phones, TEXT("contoso"), &contoso));
  return contoso;
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
  phs_occupancy known;

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

  REFUSES(PHS_BOUNDARY_NULL_ARGUMENT, phs_give(NULL, TEXT(TARIFF), &answer, NULL));
  REFUSES(PHS_BOUNDARY_NULL_ARGUMENT, phs_give(phones, NULL, 0, &answer, NULL));
  REFUSES(PHS_BOUNDARY_NULL_ARGUMENT, phs_give(phones, TEXT(TARIFF), NULL, NULL));
  REFUSES(PHS_BOUNDARY_NULL_ARGUMENT, phs_organization_admit(NULL, owned, "911", &ticket));
  CHECK(has_figure("\"organization\"") && ticket == 7);
  REFUSES(PHS_BOUNDARY_NULL_ARGUMENT, phs_organization_admit(contoso, owned, "911", NULL));
  CHECK(has_figure("\"permit\""));
  REFUSES(PHS_BOUNDARY_NULL_ARGUMENT, phs_release(NULL, 1));
  REFUSES(PHS_BOUNDARY_NULL_ARGUMENT, phs_system_occupancy(NULL, owned, &known));
  REFUSES(PHS_BOUNDARY_NULL_ARGUMENT, phs_system_occupancy(phones, owned, NULL));

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

static void reference_data(void) {
  phs_system *phones = opened();
  char *answer;
  size_t length;

  SUCCEEDS(phs_give(phones, TEXT(TARIFF), &answer, &length));
  CHECK(strncmp(answer, "{\"tariff\":{\"name\":\"Retail\",", 27) == 0 && strlen(answer) == length);
  phs_string_free(answer);
  REFUSES(PHS_BOUNDARY_NOT_UTF8, phs_give(phones, TEXT("\xff"), &answer, &length));
  CHECK(answer == NULL);
  REFUSES(PHS_ENVELOPE_MALFORMED, phs_give(phones, TEXT(TARIFF "}"), &answer, NULL));
  REFUSES(PHS_ENVELOPE_MALFORMED, phs_give(phones, "", 0, &answer, NULL));
  SUCCEEDS(phs_system_close(phones));
}

/* Whether a number carries so many calls, and never carried more than `peak`. */
static int carries(const phs_system *phones, uint32_t in_use, uint32_t peak) {
  phs_occupancy known;
  SUCCEEDS(phs_system_occupancy(phones, owned, &known));
  return known.in_use == in_use && known.peak == peak;
}

static void calls(void) {
  phs_system *phones = opened(), *others = opened();
  const phs_organization *contoso = with_a_number(phones), *fabrikam, *elsewhere;
  uint64_t permits[LIMIT], emergency, permit = 7;
  phs_occupancy known;

  SUCCEEDS(phs_system_organization(phones, TEXT("fabrikam"), &fabrikam));
  memset(&known, 'x', sizeof known);
  SUCCEEDS(phs_system_occupancy(phones, 14255550199, &known));
  CHECK(known.in_use == 0 && known.peak == 0 && known.admitted == 0 && known.refused == 0);
  CHECK(known.emergency == 0);
  for (int call = 0; call < LIMIT; call++) {
    SUCCEEDS(phs_organization_admit(contoso, owned, NULL, &permits[call]));
  }
  REFUSES(PHS_CAPACITY_LIMIT_REACHED, phs_organization_admit(contoso, owned, "", &permit));
  CHECK(has_figure("\"in_use\":4,\"limit\":4") && permit == 7);
  REFUSES(PHS_INVENTORY_NUMBER_UNKNOWN, phs_organization_admit(fabrikam, owned, NULL, &permit));
  REFUSES(PHS_NUMBER_TOO_SHORT, phs_organization_admit(contoso, 0, "9111", &permit));
  /* An emergency call passes without a number too. */
  SUCCEEDS(phs_organization_admit(contoso, 0, "tel:911", &emergency));
  SUCCEEDS(phs_release(phones, emergency));
  REFUSES(PHS_NUMBER_TOO_MANY_DIGITS, phs_organization_admit(contoso, UINT64_MAX, NULL, &permit));
  REFUSES(PHS_BOUNDARY_NOT_UTF8, phs_organization_admit(contoso, owned, "911\xff", &permit));
  REFUSES(PHS_NUMBER_TOO_SHORT, phs_system_occupancy(phones, 0, &known));
  REFUSES(PHS_NUMBER_TOO_MANY_DIGITS, phs_system_occupancy(phones, UINT64_MAX, &known));
  CHECK(permit == 7);
  SUCCEEDS(phs_organization_admit(fabrikam, owned, "911", &emergency));
  SUCCEEDS(phs_system_occupancy(phones, owned, &known));
  CHECK(known.in_use == LIMIT + 1 && known.peak == LIMIT + 1 && known.admitted == LIMIT);
  CHECK(known.refused == 1 && known.emergency == 1);
  CHECK(carries(others, 0, 0));

  SUCCEEDS(phs_release(phones, 0));
  REFUSES(PHS_CAPACITY_PERMIT_UNKNOWN, phs_release(phones, UINT64_MAX));
  CHECK(has_figure("\"permit\":18446744073709551615"));
  /* The others have given out one permit, so only the first number can be theirs. */
  SUCCEEDS(phs_system_organization(others, TEXT("contoso"), &elsewhere));
  SUCCEEDS(phs_organization_admit(elsewhere, owned, "911", &permit));
  REFUSES(PHS_CAPACITY_PERMIT_UNKNOWN, phs_release(others, permits[1]));
  REFUSES(PHS_CAPACITY_PERMIT_UNKNOWN, phs_release(others, emergency));
  CHECK(carries(phones, LIMIT + 1, LIMIT + 1) && carries(others, 1, 1));
  SUCCEEDS(phs_release(others, permit));

  SUCCEEDS(phs_release(phones, permits[1]));
  REFUSES(PHS_CAPACITY_PERMIT_UNKNOWN, phs_release(phones, permits[1]));
  SUCCEEDS(phs_release(phones, emergency));
  SUCCEEDS(phs_organization_admit(contoso, owned, NULL, &permit));
  CHECK(permit != permits[1] && permit != emergency && carries(phones, LIMIT, LIMIT + 1));
  /* Permits that nobody releases go with the system. */
  SUCCEEDS(phs_system_close(phones));
  REFUSES(PHS_BOUNDARY_HANDLE_CLOSED, phs_release(phones, permit));
  REFUSES(PHS_BOUNDARY_HANDLE_CLOSED, phs_organization_admit(contoso, owned, NULL, &permit));
  /* An emergency call passes all the same, without a place. */
  SUCCEEDS(phs_organization_admit(contoso, owned, "911", &permit));
  CHECK(permit == 0);
  SUCCEEDS(phs_release(phones, permit));
  REFUSES(PHS_BOUNDARY_HANDLE_CLOSED, phs_system_occupancy(phones, owned, &known));
  SUCCEEDS(phs_system_close(others));
}

struct watched {
  uint64_t calls, done, total, stop_at;
};

static int watch(void *context, uint64_t done, uint64_t total) {
  struct watched *watched = context;

  watched->calls++;
  watched->done = done;
  watched->total = total;
  return done == watched->stop_at;
}

static void simulations(void) {
  phs_system *phones = opened();
  struct watched watched = {0, 0, 0, 0}, stopped = {0, 0, 0, 7};
  char *asked, *answer = stale();
  size_t length = 7;

  with_a_number(phones);
  SUCCEEDS(phs_query(phones, TEXT(SIMULATE), &asked, NULL));
  SUCCEEDS(phs_simulate(phones, TEXT(SIMULATE), watch, &watched, &answer, &length));
  CHECK(strcmp(asked, answer) == 0 && strlen(answer) == length);
  CHECK(watched.calls == 50 && watched.done == 50 && watched.total == 50);
  phs_string_free(answer);
  SUCCEEDS(phs_simulate(phones, TEXT(SIMULATE), NULL, NULL, &answer, NULL));
  CHECK(strcmp(asked, answer) == 0);
  phs_string_free(answer);
  phs_string_free(asked);

  answer = stale();
  REFUSES(PHS_CAPACITY_SIMULATION_STOPPED,
          phs_simulate(phones, TEXT(SIMULATE), watch, &stopped, &answer, &length));
  CHECK(has_figure("\"done\":7,\"total\":50") && answer == NULL && stopped.calls == 7);
  REFUSES(PHS_ENVELOPE_UNKNOWN_QUERY, phs_simulate(phones, TEXT(QUERY), NULL, NULL, &answer, NULL));
  REFUSES(PHS_BOUNDARY_NULL_ARGUMENT, phs_simulate(NULL, TEXT(SIMULATE), NULL, NULL, &answer, NULL));
  REFUSES(PHS_BOUNDARY_NULL_ARGUMENT, phs_simulate(phones, NULL, 0, NULL, NULL, &answer, NULL));
  REFUSES(PHS_BOUNDARY_NULL_ARGUMENT,
          phs_simulate(phones, TEXT(SIMULATE), NULL, NULL, NULL, NULL));
  /* The calls of a simulation are on no number of the system. */
  CHECK(carries(phones, 0, 0));
  SUCCEEDS(phs_system_close(phones));
  REFUSES(PHS_BOUNDARY_HANDLE_CLOSED,
          phs_simulate(phones, TEXT(SIMULATE), NULL, NULL, &answer, NULL));
}

static void closed(void) {
  phs_system *phones = opened(), *new_one;
  const phs_organization *contoso, *found = NULL;
  char *answer = stale();
  uint64_t ticket = 7;

  SUCCEEDS(phs_system_organization(phones, TEXT("contoso"), &contoso));
  SUCCEEDS(phs_system_close(phones));
  REFUSES(PHS_BOUNDARY_HANDLE_CLOSED, phs_give(phones, TEXT(TARIFF), &answer, NULL));
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
  SUCCEEDS(phs_organization_execute(contoso, TEXT("{" AT "," EMERGENCY), &answer, NULL));
  CHECK(strstr(answer, "\"emergency\":true") != NULL);
  phs_string_free(answer);
  SUCCEEDS(phs_execute(phones, TEXT("{" AT "," EMERGENCY), &answer, NULL));
  phs_string_free(answer);
  REFUSES(PHS_BOUNDARY_HANDLE_CLOSED,
          phs_organization_query(contoso, TEXT("{" AT "," EMERGENCY), &answer, NULL));
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

static void *call(void *argument) {
  const phs_system *phones = argument;
  const phs_organization *contoso = NULL;

  SUCCEEDS(phs_system_organization(phones, TEXT("contoso"), &contoso));
  for (int one = 0; one < CALLS; one++) {
    uint64_t permits[2];
    phs_occupancy known;
    int held = 0;
    /* Two at once by each of the threads: more than there are places. */
    for (int second = 0; second < 2; second++) {
      phs_status status = phs_organization_admit(contoso, owned, NULL, &permits[held]);
      CHECK(status == PHS_OK || status == PHS_CAPACITY_LIMIT_REACHED);
      held += status == PHS_OK;
    }
    SUCCEEDS(phs_system_occupancy(phones, owned, &known));
    CHECK(known.in_use >= (uint32_t)held && known.in_use <= LIMIT);
    while (held > 0) {
      SUCCEEDS(phs_release(phones, permits[--held]));
    }
  }
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

static void threads_that_call(void) {
  phs_system *phones = opened();
  phs_occupancy known;

  with_a_number(phones);
  run(call, phones, 0);
  SUCCEEDS(phs_system_occupancy(phones, owned, &known));
  CHECK(known.in_use == 0 && known.peak <= LIMIT && known.emergency == 0);
  CHECK(known.admitted + known.refused == 2 * THREADS * CALLS);
  SUCCEEDS(phs_system_close(phones));
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
  reference_data();
  calls();
  simulations();
  closed();
  threads();
  threads_that_call();
  printf("boundary: %u checks passed\n", atomic_load(&checks));
  return EXIT_SUCCESS;
}
