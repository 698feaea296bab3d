/* Calls that are authorized, settled and priced without JSON: what they cost, and what is answered
   to arguments that a program must not give. */

#include "funded.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { THREADS = 4, CALLS = 60, BATCH = 3 };

static void nulls(void) {
  phs_system *phones = opened();
  const phs_organization *contoso = named(phones, "contoso");
  const phs_call call = call_of("1");
  const phs_settlement settlement = {"1", MINUTE}, nameless = {NULL, MINUTE};
  const phs_extension extension = {"1", 6 * MINUTE};
  const phs_rating rating = {442079460123, 0, MINUTE, PHS_DIRECTION_OUTBOUND, 0};
  phs_context context = now;
  phs_call wrong = call;
  phs_authorization authorized = {.permit = 7};
  phs_charge charge = {.amount = 7};
  phs_price price = {.amount = 7};
  phs_status status = 7;

#define NEEDS(argument, call)                                                                      \
  REFUSES(PHS_BOUNDARY_NULL_ARGUMENT, call);                                                       \
  CHECK(has_figure("\"argument\":\"" argument "\""))
  NEEDS("organization", phs_organization_authorize(NULL, &call, &now, &authorized));
  NEEDS("call", phs_organization_authorize(contoso, NULL, &now, &authorized));
  NEEDS("context", phs_organization_authorize(contoso, &call, NULL, &authorized));
  NEEDS("out", phs_organization_authorize(contoso, &call, &now, NULL));
  NEEDS("organization", phs_organization_begin_call(NULL, owned, &call, &now, &authorized));
  NEEDS("call", phs_organization_begin_call(contoso, owned, NULL, &now, &authorized));
  NEEDS("context", phs_organization_begin_call(contoso, owned, &call, NULL, &authorized));
  NEEDS("out", phs_organization_begin_call(contoso, owned, &call, &now, NULL));
  wrong.id = NULL;
  NEEDS("id", phs_organization_authorize(contoso, &wrong, &now, &authorized));
  context.actor = NULL;
  NEEDS("actor", phs_organization_authorize(contoso, &call, &context, &authorized));
  NEEDS("organization", phs_organization_extend(NULL, "1", MINUTE, &now, &authorized));
  NEEDS("id", phs_organization_extend(contoso, NULL, MINUTE, &now, &authorized));
  NEEDS("context", phs_organization_extend(contoso, "1", MINUTE, NULL, &authorized));
  NEEDS("out", phs_organization_extend(contoso, "1", MINUTE, &now, NULL));
  NEEDS("organization", phs_organization_cancel(NULL, "1", &now));
  NEEDS("id", phs_organization_cancel(contoso, NULL, &now));
  NEEDS("context", phs_organization_cancel(contoso, "1", NULL));
  NEEDS("organization", phs_organization_settle(NULL, &settlement, &now, &charge));
  NEEDS("settlement", phs_organization_settle(contoso, NULL, &now, &charge));
  NEEDS("id", phs_organization_settle(contoso, &nameless, &now, &charge));
  NEEDS("context", phs_organization_settle(contoso, &settlement, NULL, &charge));
  NEEDS("out", phs_organization_settle(contoso, &settlement, &now, NULL));
  NEEDS("organization",
        phs_organization_settle_batch(NULL, &settlement, 1, &now, &charge, &status));
  NEEDS("settlements", phs_organization_settle_batch(contoso, NULL, 0, &now, &charge, &status));
  NEEDS("context", phs_organization_settle_batch(contoso, &settlement, 1, NULL, &charge, &status));
  NEEDS("charges", phs_organization_settle_batch(contoso, &settlement, 1, &now, NULL, &status));
  NEEDS("statuses", phs_organization_settle_batch(contoso, &settlement, 1, &now, &charge, NULL));
  NEEDS("organization",
        phs_organization_authorize_batch(NULL, &call, 1, &now, &authorized, &status));
  NEEDS("calls", phs_organization_authorize_batch(contoso, NULL, 0, &now, &authorized, &status));
  NEEDS("authorizations",
        phs_organization_authorize_batch(contoso, &call, 1, &now, NULL, &status));
  NEEDS("statuses", phs_organization_authorize_batch(contoso, &call, 1, &now, &authorized, NULL));
  NEEDS("organization",
        phs_organization_extend_batch(NULL, &extension, 1, &now, &authorized, &status));
  NEEDS("extensions", phs_organization_extend_batch(contoso, NULL, 0, &now, &authorized, &status));
  NEEDS("context",
        phs_organization_extend_batch(contoso, &extension, 1, NULL, &authorized, &status));
  NEEDS("authorizations",
        phs_organization_extend_batch(contoso, &extension, 1, &now, NULL, &status));
  NEEDS("statuses", phs_organization_extend_batch(contoso, &extension, 1, &now, &authorized, NULL));
  NEEDS("organization", phs_organization_rate(NULL, "+44", 1, 0, 0, &price));
  NEEDS("number", phs_organization_rate(contoso, NULL, 1, 0, 0, &price));
  NEEDS("out", phs_organization_rate(contoso, "+44", 1, 0, 0, NULL));
  NEEDS("organization", phs_organization_rate_batch(NULL, &rating, 1, &price, &status));
  NEEDS("ratings", phs_organization_rate_batch(contoso, NULL, 0, &price, &status));
  NEEDS("prices", phs_organization_rate_batch(contoso, &rating, 1, NULL, &status));
  NEEDS("statuses", phs_organization_rate_batch(contoso, &rating, 1, &price, NULL));
  /* Sizes that no array has. */
  REFUSES(PHS_ENVELOPE_MALFORMED, phs_organization_settle_batch(contoso, &settlement, SIZE_MAX,
                                                                &now, &charge, &status));
  REFUSES(PHS_ENVELOPE_MALFORMED,
          phs_organization_rate_batch(contoso, &rating, SIZE_MAX / 16, &price, &status));
  REFUSES(PHS_ENVELOPE_MALFORMED, phs_organization_authorize_batch(contoso, &call, SIZE_MAX / 8, &now,
                                                                   &authorized, &status));
  CHECK(authorized.permit == 7 && charge.amount == 7 && price.amount == 7 && status == 7);
  SUCCEEDS(phs_system_close(phones));
}

/* What is wrong with a call, by itself. */
static void wrong_calls(void) {
  phs_system *phones = opened();
  const phs_organization *contoso = funded(phones, COMMAND("billing.add_funds", "\"amount\":\"10.00\""));
  static char long_name[130];
  phs_authorization authorized = {.permit = 7};
  phs_context context = now;
  phs_call call;

#define WRONG(status, field, value)                                                                \
  do {                                                                                             \
    call = call_of("wrong");                                                                       \
    call.field = value;                                                                            \
    REFUSES(status, phs_organization_authorize(contoso, &call, &now, &authorized));                \
    REFUSES(status, phs_organization_begin_call(contoso, owned, &call, &now, &authorized));        \
  } while (0)
  memset(long_name, 'x', sizeof long_name - 1);
  WRONG(PHS_BOUNDARY_ABI_MISMATCH, size, 0);
  WRONG(PHS_BOUNDARY_ABI_MISMATCH, size, sizeof call - 1);
  WRONG(PHS_BOUNDARY_ABI_MISMATCH, size, sizeof call + 8);
  WRONG(PHS_ENVELOPE_MALFORMED, kind, 0);
  WRONG(PHS_ENVELOPE_MALFORMED, kind, PHS_CALL_KIND_DR_OUT_BOT + 1);
  WRONG(PHS_ENVELOPE_MALFORMED, kind, UINT32_MAX);
  WRONG(PHS_ENVELOPE_MALFORMED, reach, PHS_REACH_INTERNATIONAL + 1);
  WRONG(PHS_ENVELOPE_MALFORMED, location[0], '\0');
  WRONG(PHS_ENVELOPE_MALFORMED, location[1], '1');
  WRONG(PHS_ENVELOPE_MALFORMED, location[2], 'A');
  WRONG(PHS_ENVELOPE_MALFORMED, location[0], '\xff');
  WRONG(PHS_ENVELOPE_MALFORMED, id, "");
  WRONG(PHS_ENVELOPE_MALFORMED, id, long_name);
  WRONG(PHS_ENVELOPE_MALFORMED, user, " ada");
  WRONG(PHS_BOUNDARY_NOT_UTF8, id, "\xff");
  WRONG(PHS_BOUNDARY_NOT_UTF8, user, "\xff");
  WRONG(PHS_BOUNDARY_NOT_UTF8, caller, "\xff");
  WRONG(PHS_BOUNDARY_NOT_UTF8, called, "911\xff");
  WRONG(PHS_ENVELOPE_MALFORMED, wanted, -1);
  WRONG(PHS_ENVELOPE_MALFORMED, wanted, INT64_MIN);
  WRONG(PHS_BILLING_LENGTH_OUT_OF_RANGE, wanted, 366 * DAY + 1);
  WRONG(PHS_BILLING_NO_PLAN, kind, PHS_CALL_KIND_USER_OUT);
  WRONG(PHS_BILLING_DESTINATION_UNKNOWN, called, NULL);
  WRONG(PHS_TARIFF_NO_RATE, called, "+4930123456");
  call = call_of("wrong");
  REFUSES(PHS_NUMBER_TOO_SHORT, phs_organization_begin_call(contoso, 0, &call, &now, &authorized));
  REFUSES(PHS_INVENTORY_NUMBER_UNKNOWN,
          phs_organization_begin_call(contoso, owned + 1, &call, &now, &authorized));
  context.at = INT64_MAX;
  REFUSES(PHS_ENVELOPE_MALFORMED, phs_organization_authorize(contoso, &call, &context, &authorized));
  context.at = INT64_MIN;
  REFUSES(PHS_ENVELOPE_MALFORMED, phs_organization_authorize(contoso, &call, &context, &authorized));
  context.at = 0;
  REFUSES(PHS_TIME_BEFORE_LAST, phs_organization_authorize(contoso, &call, &context, &authorized));
  context = now;
  context.actor = "\xff";
  REFUSES(PHS_BOUNDARY_NOT_UTF8, phs_organization_authorize(contoso, &call, &context, &authorized));
  context.actor = "ada";
  context.key = "";
  REFUSES(PHS_ENVELOPE_MALFORMED, phs_organization_authorize(contoso, &call, &context, &authorized));
  CHECK(authorized.permit == 7 && amount(contoso, "held") == 0);
  SUCCEEDS(phs_system_close(phones));
}

/* Whether the organization's number carries so many calls. */
static int carries(const phs_system *phones, uint32_t in_use) {
  phs_occupancy known;
  SUCCEEDS(phs_system_occupancy(phones, owned, &known));
  return known.in_use == in_use;
}

static void one_call(void) {
  phs_system *phones = opened();
  const phs_organization *contoso = funded(phones, COMMAND("billing.add_funds", "\"amount\":\"10.00\""));
  phs_call call = call_of("one");
  phs_authorization begun, extended, again = {.permit = 7};
  phs_settlement settlement = {"one", 61 * SECOND};
  phs_context context;
  phs_charge charge = {.amount = 7}, same;

  SUCCEEDS(phs_organization_begin_call(contoso, owned, &call, &now, &begun));
  CHECK(begun.duration == 5 * MINUTE && begun.cost == 300 * CENT && begun.included == 0);
  CHECK(begun.limited_by == PHS_LIMITED_BY_WANTED && begun.emergency == 0 && begun.permit != 0);
  CHECK(begun.ends_at > now.at + 5 * MINUTE && begun.ends_at < now.at + DAY);
  CHECK(amount(contoso, "held") == 300 * CENT && carries(phones, 1));
  REFUSES(PHS_BILLING_ALREADY_AUTHORIZED,
          phs_organization_authorize(contoso, &call, &now, &again));
  /* Both or neither: the second call's place is given back. */
  REFUSES(PHS_BILLING_ALREADY_AUTHORIZED,
          phs_organization_begin_call(contoso, owned, &call, &now, &again));
  CHECK(again.permit == 7 && carries(phones, 1));

  SUCCEEDS(phs_organization_extend(contoso, "one", 10 * MINUTE, &now, &extended));
  CHECK(extended.duration == 10 * MINUTE && extended.cost == 600 * CENT && extended.permit == 0);
  REFUSES(PHS_BILLING_NOT_LONGER,
          phs_organization_extend(contoso, "one", 10 * MINUTE, &now, &again));
  REFUSES(PHS_ENVELOPE_MALFORMED, phs_organization_extend(contoso, "one", -1, &now, &again));
  REFUSES(PHS_BOUNDARY_NOT_UTF8, phs_organization_extend(contoso, "\xff", MINUTE, &now, &again));
  REFUSES(PHS_BILLING_NOT_AUTHORIZED, phs_organization_extend(contoso, "two", MINUTE, &now, &again));
  /* As long as there are funds. */
  SUCCEEDS(phs_organization_extend(contoso, "one", 60 * MINUTE, &now, &extended));
  CHECK(extended.duration == 16 * MINUTE && extended.limited_by == PHS_LIMITED_BY_FUNDS);
  call.id = "two";
  REFUSES(PHS_BILLING_FUNDS_TOO_LOW,
          phs_organization_begin_call(contoso, owned, &call, &now, &again));
  CHECK(again.permit == 7 && carries(phones, 1));

  context = at(2 * MINUTE);
  context.key = "ends";
  SUCCEEDS(phs_organization_settle(contoso, &settlement, &context, &charge));
  CHECK(charge.billed == 2 * MINUTE && charge.amount == 120 * CENT && charge.drawn == charge.amount);
  CHECK(charge.included == 0 && charge.uncollected == 0 && charge.invoiced == 0);
  CHECK(charge.unpriced == 0 && amount(contoso, "held") == 0);
  CHECK(amount(contoso, "balance") == 880 * CENT && phs_last_due_json() == NULL);
  /* With its key it is answered again, and nothing is done; without it, refused. */
  memset(&same, 'x', sizeof same);
  SUCCEEDS(phs_organization_settle(contoso, &settlement, &context, &same));
  CHECK(memcmp(&same, &charge, sizeof same) == 0);
  context.key = NULL;
  REFUSES(PHS_BILLING_ALREADY_CHARGED,
          phs_organization_settle(contoso, &settlement, &context, &same));
  REFUSES(PHS_BILLING_NOT_AUTHORIZED, phs_organization_cancel(contoso, "one", &context));
  CHECK(amount(contoso, "balance") == 880 * CENT);
  SUCCEEDS(phs_release(phones, begun.permit));
  REFUSES(PHS_CAPACITY_PERMIT_UNKNOWN, phs_release(phones, begun.permit));

  settlement.id = "two";
  REFUSES(PHS_BILLING_NOT_AUTHORIZED,
          phs_organization_settle(contoso, &settlement, &context, &same));
  call.wanted = MINUTE;
  SUCCEEDS(phs_organization_authorize(contoso, &call, &context, &begun));
  CHECK(begun.permit == 0 && carries(phones, 0));
  settlement.duration = -1;
  REFUSES(PHS_ENVELOPE_MALFORMED, phs_organization_settle(contoso, &settlement, &context, &same));
  settlement.duration = INT64_MAX;
  REFUSES(PHS_BILLING_CALL_TOO_LONG,
          phs_organization_settle(contoso, &settlement, &context, &same));
  CHECK(amount(contoso, "held") == 60 * CENT);
  SUCCEEDS(phs_organization_cancel(contoso, "two", &context));
  REFUSES(PHS_BILLING_NOT_AUTHORIZED, phs_organization_cancel(contoso, "two", &context));
  REFUSES(PHS_ENVELOPE_MALFORMED, phs_organization_cancel(contoso, "", &context));
  REFUSES(PHS_BOUNDARY_NOT_UTF8, phs_organization_cancel(contoso, "\xff", &context));
  CHECK(amount(contoso, "held") == 0 && amount(contoso, "balance") == 880 * CENT);

  /* Longer than it was authorized, and than there are funds: the rest is uncollected. */
  call.id = settlement.id = "three";
  call.wanted = 14 * MINUTE;
  SUCCEEDS(phs_organization_authorize(contoso, &call, &context, &begun));
  settlement.duration = 20 * MINUTE;
  context = at(25 * MINUTE);
  SUCCEEDS(phs_organization_settle(contoso, &settlement, &context, &charge));
  CHECK(charge.amount == 1200 * CENT && charge.drawn + charge.uncollected == charge.amount);
  CHECK(charge.drawn == 880 * CENT && amount(contoso, "balance") == 0);
  /* Which is told, until another call succeeds. */
  REFUSES(PHS_BILLING_ALREADY_CHARGED,
          phs_organization_settle(contoso, &settlement, &context, &same));
  CHECK(phs_last_due_json() != NULL && strstr(phs_last_due_json(), "{\"notice\":\"balance_zero\""));
  call.called = "911";
  SUCCEEDS(phs_organization_authorize(contoso, &call, &context, &begun));
  CHECK(begun.emergency && phs_last_due_json() == NULL);
  SUCCEEDS(phs_system_close(phones));
}

static void batches(void) {
  phs_system *phones = opened();
  const phs_organization *contoso = funded(phones, COMMAND("billing.add_funds", "\"amount\":\"10.00\""));
  const phs_settlement settlements[] = {{"unknown", MINUTE}, {"a", MINUTE}, {NULL, MINUTE},
                                        {"\xff", MINUTE},    {"", MINUTE},  {"b", -1},
                                        {"a", MINUTE},       {"b", 0},      {"c", 61 * SECOND}};
  static const phs_status wanted[] = {
      PHS_BILLING_NOT_AUTHORIZED, PHS_OK,
      PHS_BOUNDARY_NULL_ARGUMENT, PHS_BOUNDARY_NOT_UTF8,
      PHS_ENVELOPE_MALFORMED,     PHS_ENVELOPE_MALFORMED,
      PHS_BILLING_ALREADY_CHARGED, PHS_OK,
      PHS_OK};
  static const int64_t cost[] = {0, 60 * CENT, 0, 0, 0, 0, 0, 0, 120 * CENT};
  static const char *const ids[] = {"a", "b", "c"};
  enum { COUNT = sizeof wanted / sizeof *wanted };
  phs_charge charges[COUNT + 1];
  phs_status statuses[COUNT + 1];
  phs_context context = at(MINUTE);
  phs_authorization authorized;
  char *events;

  for (size_t each = 0; each < sizeof ids / sizeof *ids; each++) {
    phs_call call = call_of(ids[each]);
    SUCCEEDS(phs_organization_authorize(contoso, &call, &now, &authorized));
  }
  SUCCEEDS(phs_organization_settle_batch(contoso, settlements, 0, &context, charges, statuses));
  memset(charges, 'x', sizeof charges);
  memset(statuses, 'x', sizeof statuses);
  context.key = "batch";
  /* The second time the key is known: the same answer, and nothing is done. */
  for (int time = 0; time < 2; time++) {
    SUCCEEDS(phs_organization_settle_batch(contoso, settlements, COUNT, &context, charges, statuses));
    for (int place = 0; place < COUNT; place++) {
      CHECK(statuses[place] == wanted[place] && charges[place].amount == cost[place]);
      CHECK(charges[place].drawn == cost[place] && charges[place].uncollected == 0);
    }
    CHECK(memcmp(&statuses[COUNT], "xxxx", 4) == 0 && memcmp(&charges[COUNT], "xxxx", 4) == 0);
    CHECK(amount(contoso, "balance") == 820 * CENT && amount(contoso, "held") == 0);
  }
  REFUSES(PHS_IDEMPOTENCY_KEY_REUSED,
          phs_organization_settle_batch(contoso, settlements, 1, &context, charges, statuses));
  /* Five to set up, three authorizations, and one for all of them. */
  SUCCEEDS(phs_events_after(phones, 7, SIZE_MAX, &events, NULL));
  CHECK(strstr(events, "\"billing.settle\"") != NULL);
  phs_string_free(events);
  SUCCEEDS(phs_events_after(phones, 8, SIZE_MAX, &events, NULL));
  CHECK(strcmp(events, "[]") == 0);
  phs_string_free(events);
  SUCCEEDS(phs_system_close(phones));
}

/* Whether it is the answer that every emergency call gets. */
static int passes(phs_authorization *authorized) {
  const int passed = authorized->emergency == 1 && authorized->cost == 0 &&
                     authorized->duration >= DAY && authorized->ends_at == INT64_MAX;
  memset(authorized, 0, sizeof *authorized);
  return passed;
}

/* Many calls that begin, and go on. */
static void together(void) {
  phs_system *phones = opened();
  const phs_organization *contoso = funded(phones, COMMAND("billing.add_funds", "\"amount\":\"10.00\""));
  enum { COUNT = 8 };
  phs_call calls[COUNT];
  phs_authorization told[COUNT + 1];
  phs_status statuses[COUNT + 1];
  phs_context keyed = now;
  const phs_extension extensions[] = {
      {"a", 6 * MINUTE}, {"unknown", MINUTE}, {NULL, MINUTE}, {"a", 6 * MINUTE}, {"b", 6 * MINUTE}};
  static const phs_status begun[COUNT] = {PHS_OK, PHS_BILLING_ALREADY_AUTHORIZED,
                                          PHS_OK, PHS_BOUNDARY_NULL_ARGUMENT,
                                          PHS_OK, PHS_ENVELOPE_MALFORMED,
                                          PHS_OK, PHS_BILLING_FUNDS_TOO_LOW};
  static const phs_status extended[] = {PHS_OK, PHS_BILLING_NOT_AUTHORIZED, PHS_BOUNDARY_NULL_ARGUMENT,
                                        PHS_BILLING_NOT_LONGER, PHS_OK};
  static const char *const ids[COUNT] = {"a", "a", "b", NULL, "911", "c", "d", "e"};
  enum { GO_ON = sizeof extended / sizeof *extended };

  for (int place = 0; place < COUNT; place++) {
    calls[place] = call_of(ids[place]);
  }
  /* An emergency call, of which everything else is wrong. */
  calls[4].called = "911";
  calls[4].id = NULL;
  calls[5].kind = 0;
  calls[6].wanted = 60 * MINUTE;
  memset(told, 'x', sizeof told);
  memset(statuses, 'x', sizeof statuses);
  SUCCEEDS(phs_organization_authorize_batch(contoso, calls, 0, &now, told, statuses));
  SUCCEEDS(phs_organization_authorize_batch(contoso, calls, COUNT, &now, told, statuses));
  for (int place = 0; place < COUNT; place++) {
    CHECK(statuses[place] == begun[place] && told[place].permit == 0);
    CHECK(told[place].emergency == (place == 4) && (told[place].duration == 0) == (begun[place] != PHS_OK));
  }
  CHECK(memcmp(&statuses[COUNT], "xxxx", 4) == 0 && memcmp(&told[COUNT], "xxxx", 4) == 0);
  CHECK(told[0].cost == 300 * CENT && told[2].cost == 300 * CENT && passes(&told[4]));
  CHECK(told[6].cost == 360 * CENT && told[6].duration == 6 * MINUTE);
  CHECK(told[6].limited_by == PHS_LIMITED_BY_FUNDS && amount(contoso, "held") == 960 * CENT);

  SUCCEEDS(phs_organization_cancel(contoso, "d", &now));
  SUCCEEDS(phs_organization_extend_batch(contoso, extensions, GO_ON, &now, told, statuses));
  for (int place = 0; place < GO_ON; place++) {
    CHECK(statuses[place] == extended[place]);
    CHECK(told[place].duration == (extended[place] == PHS_OK ? 6 * MINUTE : 0));
  }
  CHECK(amount(contoso, "held") == 720 * CENT);

  /* A key is for one command; emergency calls ask for none, and not for a context either. */
  keyed.key = "together";
  calls[3] = call_of("f");
  SUCCEEDS(phs_organization_authorize_batch(contoso, &calls[3], 2, &keyed, told, statuses));
  CHECK(statuses[0] == PHS_ENVELOPE_MALFORMED && statuses[1] == PHS_OK && passes(&told[1]));
  SUCCEEDS(phs_organization_authorize_batch(contoso, &calls[3], 2, NULL, told, statuses));
  CHECK(statuses[0] == PHS_BOUNDARY_NULL_ARGUMENT && statuses[1] == PHS_OK && passes(&told[1]));
  REFUSES(PHS_ENVELOPE_MALFORMED,
          phs_organization_extend_batch(contoso, extensions, 1, &keyed, told, statuses));
  /* Another header's calls are not read but for the first. */
  calls[4].size = calls[3].size = sizeof(phs_call) - 8;
  SUCCEEDS(phs_organization_authorize_batch(contoso, &calls[4], 2, &now, told, statuses));
  CHECK(statuses[0] == PHS_OK && passes(&told[0]) && statuses[1] == PHS_BOUNDARY_ABI_MISMATCH);
  SUCCEEDS(phs_organization_authorize_batch(contoso, &calls[3], 2, &now, told, statuses));
  CHECK(statuses[0] == PHS_BOUNDARY_ABI_MISMATCH && statuses[1] == PHS_BOUNDARY_ABI_MISMATCH);

  SUCCEEDS(phs_system_close(phones));
  calls[3] = call_of("f");
  SUCCEEDS(phs_organization_authorize_batch(contoso, &calls[3], 2, &now, told, statuses));
  CHECK(statuses[0] == PHS_BOUNDARY_HANDLE_CLOSED && statuses[1] == PHS_OK && passes(&told[1]));
  REFUSES(PHS_BOUNDARY_HANDLE_CLOSED,
          phs_organization_extend_batch(contoso, extensions, 1, &now, told, statuses));
}

static void prices(void) {
  phs_system *phones = opened();
  const phs_organization *contoso = funded(phones, COMMAND("billing.add_funds", "\"amount\":\"10.00\""));
  const phs_organization *fabrikam = named(phones, "fabrikam");
  const phs_rating ratings[] = {{442079460123, now.at, 61 * SECOND, PHS_DIRECTION_OUTBOUND, 0},
                                {33142685300, now.at, SECOND, PHS_DIRECTION_OUTBOUND, 0},
                                {14255550199, now.at, SECOND, PHS_DIRECTION_OUTBOUND, 0},
                                {14255550199, now.at, MINUTE, PHS_DIRECTION_INBOUND, 0},
                                {0, now.at, MINUTE, PHS_DIRECTION_INBOUND, 0},
                                {UINT64_MAX, now.at, MINUTE, PHS_DIRECTION_INBOUND, 0},
                                {442079460123, now.at, -1, PHS_DIRECTION_OUTBOUND, 0},
                                {442079460123, INT64_MAX, MINUTE, PHS_DIRECTION_OUTBOUND, 0},
                                {442079460123, now.at, 367 * DAY, PHS_DIRECTION_OUTBOUND, 0},
                                {442079460123, now.at, MINUTE, 0, 0},
                                {442079460123, now.at, MINUTE, PHS_DIRECTION_OUTBOUND, 1},
                                {442079460123, now.at, 0, PHS_DIRECTION_OUTBOUND, 0}};
  static const phs_status wanted[] = {
      PHS_OK,
      PHS_OK,
      PHS_TARIFF_NO_RATE,
      PHS_OK,
      PHS_NUMBER_TOO_SHORT,
      PHS_NUMBER_TOO_MANY_DIGITS,
      PHS_ENVELOPE_MALFORMED,
      PHS_ENVELOPE_MALFORMED,
      PHS_TARIFF_OUT_OF_RANGE,
      PHS_ENVELOPE_MALFORMED,
      PHS_ENVELOPE_MALFORMED,
      PHS_OK,
  };
  static const phs_price costs[] = {{2 * MINUTE, 120 * CENT}, {30 * SECOND, 40 * CENT}, {0, 0},
                                    {MINUTE, 3 * CENT},       {0, 0},                   {0, 0},
                                    {0, 0},                   {0, 0},                   {0, 0},
                                    {0, 0},                   {0, 0},                   {0, 0}};
  enum { COUNT = sizeof wanted / sizeof *wanted };
  phs_price found[COUNT + 1], price = {.amount = 7};
  phs_status statuses[COUNT + 1];
  char text[PHS_NUMBER_SIZE];

  memset(found, 'x', sizeof found);
  memset(statuses, 'x', sizeof statuses);
  SUCCEEDS(phs_organization_rate_batch(contoso, ratings, COUNT, found, statuses));
  for (int place = 0; place < COUNT; place++) {
    const phs_rating *each = &ratings[place];
    CHECK(statuses[place] == wanted[place]);
    CHECK(memcmp(&found[place], &costs[place], sizeof price) == 0);
    /* One by one it is the same. */
    if (each->reserved == 0 && phs_number_format(each->digits, text, sizeof text, NULL) == PHS_OK) {
      phs_status status = phs_organization_rate(contoso, text, each->direction, each->begins,
                                                each->duration, &price);
      CHECK(status == wanted[place]);
      CHECK(status != PHS_OK || memcmp(&price, &costs[place], sizeof price) == 0);
    }
  }
  CHECK(memcmp(&statuses[COUNT], "xxxx", 4) == 0 && memcmp(&found[COUNT], "xxxx", 4) == 0);
  SUCCEEDS(phs_organization_rate_batch(contoso, ratings, 0, found, statuses));
#define RATE(organization, number)                                                                 \
  phs_organization_rate(organization, number, PHS_DIRECTION_INBOUND, now.at, MINUTE, &price)
  SUCCEEDS(RATE(contoso, "withheld"));
  CHECK(price.amount == 3 * CENT);
  SUCCEEDS(RATE(contoso, "+1425*"));
  REFUSES(PHS_NUMBER_NOT_A_NUMBER, RATE(contoso, ""));
  REFUSES(PHS_NUMBER_NOT_A_NUMBER, RATE(contoso, "reception"));
  REFUSES(PHS_BOUNDARY_NOT_UTF8, RATE(contoso, "\xff"));
  REFUSES(PHS_BILLING_TARIFF_NOT_CHOSEN, RATE(fabrikam, "+442079460123"));
  statuses[0] = 7;
  REFUSES(PHS_BILLING_TARIFF_NOT_CHOSEN,
          phs_organization_rate_batch(fabrikam, ratings, COUNT, found, statuses));
  CHECK(statuses[0] == 7);
  SUCCEEDS(phs_system_close(phones));
}

static void emergencies(void) {
  phs_system *phones = opened();
  const phs_organization *contoso = funded(phones, COMMAND("billing.add_funds", "\"amount\":\"10.00\""));
  const phs_organization *fabrikam = named(phones, "fabrikam");
  phs_call call = call_of("help"), bare;
  phs_authorization authorized;
  phs_occupancy known;
  uint64_t permit;

  call.called = "911";
  SUCCEEDS(phs_organization_authorize(contoso, &call, &now, &authorized));
  CHECK(authorized.permit == 0 && passes(&authorized));
  SUCCEEDS(phs_organization_begin_call(contoso, owned, &call, &now, &authorized));
  permit = authorized.permit;
  CHECK(permit != 0 && passes(&authorized) && carries(phones, 1));
  /* Not the number's owner, and then no number that can be read. */
  SUCCEEDS(phs_organization_begin_call(fabrikam, owned, &call, &now, &authorized));
  CHECK(authorized.permit != 0 && carries(phones, 2));
  SUCCEEDS(phs_release(phones, authorized.permit));
  SUCCEEDS(phs_organization_begin_call(contoso, 0, &call, &now, &authorized));
  SUCCEEDS(phs_release(phones, authorized.permit));
  CHECK(passes(&authorized) && carries(phones, 1));
  SUCCEEDS(phs_release(phones, permit));
  REFUSES(PHS_BILLING_NOT_AUTHORIZED,
          phs_organization_extend(contoso, "help", DAY, &now, &authorized));

  /* Whatever else is wrong with it. */
  memset(&bare, 0, sizeof bare);
  bare.called = "tel:911";
  bare.id = bare.user = bare.caller = "\xff";
  bare.wanted = bare.reach = 77;
  SUCCEEDS(phs_organization_authorize(contoso, &bare, NULL, &authorized));
  CHECK(passes(&authorized));
  SUCCEEDS(phs_organization_begin_call(contoso, owned, &bare, NULL, &authorized));
  SUCCEEDS(phs_release(phones, authorized.permit));
  CHECK(passes(&authorized));
  memset(&bare, 0, sizeof bare);
  bare.kind = PHS_CALL_KIND_DR_EMERGENCY_OUT;
  SUCCEEDS(phs_organization_begin_call(contoso, owned, &bare, NULL, &authorized));
  SUCCEEDS(phs_release(phones, authorized.permit));
  CHECK(passes(&authorized));
  /* By the country of the caller, and by that of the number. */
  strcpy(call.location, "GB");
  call.called = "999";
  SUCCEEDS(phs_organization_authorize(contoso, &call, &now, &authorized));
  CHECK(passes(&authorized));
  strcpy(call.location, "NZ");
  call.called = "911";
  SUCCEEDS(phs_organization_begin_call(contoso, owned, &call, NULL, &authorized));
  SUCCEEDS(phs_release(phones, authorized.permit));
  CHECK(passes(&authorized));
  call.called = "9111";
  REFUSES(PHS_BOUNDARY_NULL_ARGUMENT,
          phs_organization_begin_call(contoso, owned, &call, NULL, &authorized));
  CHECK(carries(phones, 0) && amount(contoso, "held") == 0);
  SUCCEEDS(phs_system_occupancy(phones, owned, &known));
  CHECK(known.emergency == 5 && known.admitted == 0);

  SUCCEEDS(phs_system_close(phones));
  call.called = "911";
  SUCCEEDS(phs_organization_authorize(contoso, &call, &now, &authorized));
  CHECK(passes(&authorized));
  authorized.permit = 7;
  SUCCEEDS(phs_organization_begin_call(contoso, owned, &call, &now, &authorized));
  CHECK(authorized.permit == 0 && passes(&authorized));
}

static void closed(void) {
  phs_system *phones = opened();
  const phs_organization *contoso = named(phones, "contoso");
  const phs_call call = call_of("1");
  const phs_settlement settlement = {"1", MINUTE};
  const phs_rating rating = {442079460123, 0, MINUTE, PHS_DIRECTION_OUTBOUND, 0};
  phs_authorization authorized;
  phs_charge charge;
  phs_price price;
  phs_status status = 7;

  SUCCEEDS(phs_system_close(phones));
#define CLOSED(call) REFUSES(PHS_BOUNDARY_HANDLE_CLOSED, call)
  CLOSED(phs_organization_authorize(contoso, &call, &now, &authorized));
  CLOSED(phs_organization_begin_call(contoso, owned, &call, &now, &authorized));
  CLOSED(phs_organization_extend(contoso, "1", MINUTE, &now, &authorized));
  CLOSED(phs_organization_cancel(contoso, "1", &now));
  CLOSED(phs_organization_settle(contoso, &settlement, &now, &charge));
  CLOSED(phs_organization_settle_batch(contoso, &settlement, 1, &now, &charge, &status));
  CLOSED(phs_organization_rate(contoso, "+44", PHS_DIRECTION_OUTBOUND, 0, 0, &price));
  CLOSED(phs_organization_rate_batch(contoso, &rating, 1, &price, &status));
  CHECK(status == 7);
}

struct caller {
  const phs_system *phones;
  const phs_organization *contoso;
  pthread_t thread;
  int number;
  int64_t drawn;
};

/* Begins calls until funds are gone or it has made its own, and has each paid in one of three ways. */
static void *spend(void *argument) {
  struct caller *caller = argument;
  const phs_organization *contoso = caller->contoso;

  for (int round = 0; round < CALLS; round++) {
    phs_settlement ended[BATCH];
    phs_charge charges[BATCH];
    phs_status statuses[BATCH];
    char ids[BATCH][32];
    size_t count = 0;
    for (int one = 0; one < BATCH; one++) {
      phs_authorization begun, extended;
      snprintf(ids[count], sizeof *ids, "%d %d %d", caller->number, round, one);
      phs_call call = call_of(ids[count]);
      phs_status status = phs_organization_begin_call(contoso, owned, &call, &now, &begun);
      CHECK(status == PHS_OK || status == PHS_BILLING_FUNDS_TOO_LOW ||
            status == PHS_CAPACITY_LIMIT_REACHED);
      if (status != PHS_OK) {
        continue;
      }
      SUCCEEDS(phs_release(caller->phones, begun.permit));
      status = phs_organization_extend(contoso, call.id, 6 * MINUTE, &now, &extended);
      CHECK(status == PHS_OK || status == PHS_BILLING_FUNDS_TOO_LOW);
      if (one == 1) {
        SUCCEEDS(phs_organization_cancel(contoso, call.id, &now));
        continue;
      }
      ended[count].id = call.id;
      ended[count].duration = status == PHS_OK ? extended.duration : begun.duration;
      ended[count].duration = round % 2 ? ended[count].duration : 1;
      count++;
    }
    SUCCEEDS(phs_organization_settle_batch(contoso, ended, count, &now, charges, statuses));
    for (size_t one = 0; one < count; one++) {
      CHECK(statuses[one] == PHS_OK && charges[one].drawn == charges[one].amount);
      caller->drawn += charges[one].drawn;
      REFUSES(PHS_BILLING_ALREADY_CHARGED,
              phs_organization_settle(contoso, &ended[one], &now, charges));
    }
  }
  return NULL;
}

static void threads(void) {
  phs_system *phones = opened();
  const phs_organization *contoso = funded(phones, COMMAND("billing.add_funds", "\"amount\":\"150.00\""));
  struct caller callers[THREADS];
  int64_t drawn = 0;

  for (int each = 0; each < THREADS; each++) {
    struct caller *caller = &callers[each];
    *caller = (struct caller){.phones = phones, .contoso = contoso, .number = each};
    CHECK(pthread_create(&caller->thread, NULL, spend, caller) == 0);
  }
  for (int each = 0; each < THREADS; each++) {
    CHECK(pthread_join(callers[each].thread, NULL) == 0);
    drawn += callers[each].drawn;
  }
  /* What was drawn is what is gone: not a cent more, and no more than there was. */
  CHECK(drawn == 15000 * CENT - amount(contoso, "balance") && drawn > 0);
  CHECK(amount(contoso, "balance") >= 0 && amount(contoso, "held") == 0 && carries(phones, 0));
  SUCCEEDS(phs_system_close(phones));
}

int main(void) {
  nulls();
  wrong_calls();
  one_call();
  batches();
  together();
  prices();
  emergencies();
  closed();
  threads();
  printf("charging: %u checks passed\n", atomic_load(&checks));
  return EXIT_SUCCESS;
}
