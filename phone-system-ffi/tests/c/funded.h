/* What the tests of typed calls of money have in common: an organization with a number, a price list
   and funds. */

#ifndef FUNDED_H
#define FUNDED_H

#include "check.h"

#include <stdio.h>
#include <string.h>

#define JSON_AT "\"at\":\"2018-04-02T09:00:00Z\",\"actor\":\"ada\""
#define COMMAND(name, fields)                                                                      \
  "{" JSON_AT ",\"command\":{\"name\":\"" name "\",\"fields\":{" fields "}}}"
#define ACCOUNT                                                                                    \
  "{\"at\":\"2018-04-02T09:%02d:00Z\",\"query\":{\"name\":\"billing.account\",\"fields\":{}}}"
/* The first costs 0.60 for each minute that begins; the second 0.10, and 0.06 for 6 seconds. */
#define TARIFF                                                                                     \
  "{\"tariff\":{\"name\":\"Retail\",\"currency\":\"USD\",\"csv\":"                                 \
  "\"Direction,Prefix,RatePerMinute,ConnectionFee,MinimumSeconds,IncrementSeconds\\n"              \
  "outbound,44,0.60,,,\\noutbound,33,0.60,0.10,30,6\\ninbound,*,0.03,,,1\\n\"}}"

#define SECOND INT64_C(1000000)
#define MINUTE (60 * SECOND)
#define DAY (1440 * MINUTE)
#define CENT INT64_C(10000)

static const uint64_t owned = 14255550100;
/* 2018-04-02T09:00:00Z. */
static const phs_context now = {INT64_C(1522659600) * SECOND, "ada", NULL};

/* The minute of the hour in which a test asked for something last. */
static int minute;

static inline void done(const phs_organization *organization, const char *json) {
  char *answer;
  SUCCEEDS(phs_organization_execute(organization, json, strlen(json), &answer, NULL));
  phs_string_free(answer);
}

static inline phs_system *opened(void) {
  phs_system *phones = NULL;
  SUCCEEDS(phs_system_open(&phones));
  return phones;
}

static inline const phs_organization *named(const phs_system *phones, const char *id) {
  const phs_organization *organization = NULL;
  SUCCEEDS(phs_system_organization(phones, id, strlen(id), &organization));
  return organization;
}

/* Its organization contoso: it owns a number, has a price list, and funds. */
static inline const phs_organization *funded(const phs_system *phones, const char *add_funds) {
  const phs_organization *contoso = named(phones, "contoso");
  char *answer;
  minute = 0;
  SUCCEEDS(phs_give(phones, TEXT(TARIFF), &answer, NULL));
  phs_string_free(answer);
  done(contoso, COMMAND("inventory.import_owned",
                        "\"csv\":\"TelephoneNumber,IsoCountryCode,Capability\\n"
                        "+14255550100,US,UserAssignment\\n\""));
  done(contoso, COMMAND("billing.set_up_credits", "\"currency\":\"USD\""));
  done(contoso, COMMAND("billing.choose_tariff", "\"tariff\":\"Retail\""));
  done(contoso, add_funds);
  return contoso;
}

/* An amount of the account, in millionths, as it stands now: holds end by themselves. */
static inline int64_t amount(const phs_organization *organization, const char *field) {
  char *answer, query[sizeof ACCOUNT + 8], wanted[32], part[7] = "000000";
  const char *begin;
  long whole;
  int64_t millionths = 0;

  snprintf(query, sizeof query, ACCOUNT, minute);
  SUCCEEDS(phs_organization_query(organization, query, strlen(query), &answer, NULL));
  snprintf(wanted, sizeof wanted, "\"%s\":\"", field);
  begin = strstr(answer, wanted);
  CHECK(begin != NULL && sscanf(begin + strlen(wanted), "%ld.%6[0-9]", &whole, part) == 2);
  for (int digit = 0, rest = 0; digit < 6; digit++) {
    rest = rest || part[digit] == '\0';
    millionths = 10 * millionths + (rest ? 0 : part[digit] - '0');
  }
  phs_string_free(answer);
  return whole * SECOND + millionths;
}

/* A call of the organization to the United Kingdom, which its credits pay. */
static inline phs_call call_of(const char *id) {
  phs_call call;
  memset(&call, 0, sizeof call);
  call.size = sizeof call;
  call.kind = PHS_CALL_KIND_UCAP_OUT;
  strcpy(call.location, "US");
  call.id = id;
  call.called = "+442079460123";
  call.wanted = 5 * MINUTE;
  return call;
}

static inline phs_context at(int64_t later) {
  phs_context context = now;
  context.at += later;
  minute = (int)(later / MINUTE);
  return context;
}

#endif
