/* What is due because of typed calls of money, and of what had come to its end before them. */

#include "funded.h"

#include <stdio.h>
#include <string.h>

#define YEAR (365 * DAY)

/* Tells by JSON, at an instant of April 2019, that a recharge failed. */
#define FAILED(contoso, day, number)                                                               \
  done(contoso, "{\"at\":\"2019-04-" day "T09:00:00Z\",\"actor\":\"ada\",\"command\":{\"name\":"    \
                "\"billing.report_recharge\",\"fields\":{\"recharge\":" number                      \
                ",\"outcome\":\"failed\"}}}")

static int asks_for(const char *recharge) {
  char wanted[64];
  const char *due = phs_last_due_json();
  snprintf(wanted, sizeof wanted, "{\"requested\":{\"recharge\":%s,", recharge);
  return due != NULL && strncmp(due, wanted, strlen(wanted)) == 0;
}

/* The first lot ends after a year, which leaves less than the trigger; a recharge that fails is asked
   for again a day later. Each typed call comes first once. */
static void each_call_tells(void) {
  phs_system *phones = opened();
  const phs_organization *contoso = funded(phones, COMMAND("billing.add_funds", "\"amount\":\"10.00\""));
  phs_context context = at(YEAR - MINUTE);
  phs_call call = call_of("one");
  const phs_extension longer = {"one", 2 * MINUTE};
  phs_settlement settlement = {"three", MINUTE};
  phs_authorization told;
  phs_charge charge;
  phs_status status;

  done(contoso, "{\"at\":\"2018-06-01T09:00:00Z\",\"actor\":\"ada\",\"command\":{\"name\":"
                "\"billing.add_funds\",\"fields\":{\"amount\":\"4.20\"}}}");
  done(contoso, "{\"at\":\"2018-06-01T09:00:00Z\",\"actor\":\"ada\",\"command\":{\"name\":"
                "\"billing.set_auto_recharge\",\"fields\":{\"recharge_with\":\"1.00\",\"when_below\":\"5.00\"}}}");
  CHECK(phs_last_due_json() == NULL);
  call.wanted = MINUTE;
  SUCCEEDS(phs_organization_authorize(contoso, &call, &context, &told));
  CHECK(phs_last_due_json() == NULL);

  context = at(YEAR);
  SUCCEEDS(phs_organization_extend_batch(contoso, &longer, 1, &context, &told, &status));
  CHECK(status == PHS_OK && asks_for("1"));
  SUCCEEDS(phs_organization_cancel(contoso, "one", &context));
  CHECK(phs_last_due_json() == NULL);

  FAILED(contoso, "02", "1");
  context = at(YEAR + DAY);
  call.id = "two";
  SUCCEEDS(phs_organization_authorize(contoso, &call, &context, &told));
  CHECK(asks_for("2"));
  SUCCEEDS(phs_organization_extend(contoso, "two", 2 * MINUTE, &context, &told));
  CHECK(phs_last_due_json() == NULL);
  FAILED(contoso, "03", "2");
  context = at(YEAR + 2 * DAY);
  call.id = "three";
  SUCCEEDS(phs_organization_authorize_batch(contoso, &call, 1, &context, &told, &status));
  CHECK(status == PHS_OK && asks_for("3"));
  FAILED(contoso, "04", "3");
  /* All that is left is spent, and what the call lasted longer is not paid. */
  settlement.duration = 7 * MINUTE;
  SUCCEEDS(phs_organization_settle(contoso, &settlement, &context, &charge));
  CHECK(charge.drawn == 420 * CENT && strstr(phs_last_due_json(), "\"balance_zero\""));

  done(contoso, "{\"at\":\"2019-04-04T09:00:00Z\",\"actor\":\"ada\",\"command\":{\"name\":"
                "\"billing.add_funds\",\"fields\":{\"amount\":\"0.60\"}}}");
  context = at(YEAR + 3 * DAY);
  call.id = settlement.id = "four";
  settlement.duration = MINUTE;
  SUCCEEDS(phs_organization_begin_call(contoso, owned, &call, &context, &told));
  CHECK(asks_for("4"));
  SUCCEEDS(phs_organization_settle_batch(contoso, &settlement, 1, &context, &charge, &status));
  CHECK(status == PHS_OK && strstr(phs_last_due_json(), "{\"requested\":null,"));
  CHECK(strstr(phs_last_due_json(), "\"balance_zero\"") != NULL);

  /* An emergency call is no command, and nothing is due because of it. */
  call.called = "911";
  SUCCEEDS(phs_organization_begin_call(contoso, owned, &call, &context, &told));
  CHECK(told.emergency && phs_last_due_json() == NULL);
  SUCCEEDS(phs_system_close(phones));
}

int main(void) {
  CHECK(phs_last_due_json() == NULL);
  each_call_tells();
  printf("due: %u checks passed\n", atomic_load(&checks));
  return EXIT_SUCCESS;
}
