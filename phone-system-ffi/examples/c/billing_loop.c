/* A prepaid billing loop over a file that is named as the argument: each call is begun, extended
   once, settled and released. Run again, after a crash say, it tells what it did and charges nothing
   twice, because everything it asks for has a key; what was refused is asked for again. */

#include "phone_system.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SECOND INT64_C(1000000)
#define LENGTH(array) (sizeof(array) / sizeof *(array))

#define COMMAND(key, name, fields)                                                                 \
  "{\"at\": \"2018-04-02T08:00:00Z\", \"actor\": \"ada\", \"key\": \"" key "\","                   \
  " \"command\": {\"name\": \"" name "\", \"fields\": {" fields "}}}"

static const char price_list[] =
    "{\"tariff\": {\"name\": \"Retail\", \"currency\": \"USD\", \"csv\":"
    " \"Direction,Prefix,RatePerMinute,ConnectionFee,MinimumSeconds,IncrementSeconds\\n"
    "outbound,44,0.60,,,\\noutbound,33,0.90,0.10,30,6\\noutbound,1,0.60,,1,1\\n\"}}";

static const char *const set_up[] = {
    COMMAND("number", "inventory.import_owned",
            "\"csv\": \"TelephoneNumber,IsoCountryCode,Capability\\n"
            "+14255550100,US,UserAssignment\\n\""),
    COMMAND("credits", "billing.set_up_credits", "\"currency\": \"USD\""),
    COMMAND("prices", "billing.choose_tariff", "\"tariff\": \"Retail\""),
    COMMAND("funds", "billing.add_funds", "\"amount\": \"10.00\""),
};

/* What happened on the line. */
static const struct {
  const char *id, *called;
  int64_t lasted;
} lines[] = {
    {"call-1", "+442079460123", 150 * SECOND},
    {"call-2", "+33142685300", 61 * SECOND},
    {"call-3", "+442079460123", 0},
    {"call-4", "+33142685300", 480 * SECOND},
    {"call-5", "911", 90 * SECOND},
    {"call-6", "+12065550123", 20 * SECOND},
    {"call-7", "+442079460123", 20 * SECOND},
};

static const uint64_t own = 14255550100;

/* The context of a step of a call; its key stays in `key`. */
static phs_context asked(int64_t at, const char *id, const char *step, char key[64]) {
  phs_context context = {at, "switch-1", key};
  snprintf(key, 64, "%s %s", id, step);
  return context;
}

static void print_money(int64_t millionths) {
  printf("%" PRId64 ".%02" PRId64 " USD", millionths / SECOND, millionths % SECOND / 10000);
}

/* One call of the organization's attendant, from its beginning to its end. */
static phs_status carry(const phs_system *phones, const phs_organization *contoso, size_t line) {
  /* 2018-04-02T09:00:00Z, and then a call in every ten minutes. */
  const int64_t begins = (INT64_C(1522659600) + 600 * (int64_t)line) * SECOND;
  phs_settlement end = {lines[line].id, lines[line].lasted};
  phs_authorization begun, longer;
  phs_charge charge;
  phs_context context;
  phs_call call;
  phs_status status, released;
  char key[64];

  memset(&call, 0, sizeof call);
  call.size = sizeof call;
  call.kind = PHS_CALL_KIND_UCAP_OUT;
  strcpy(call.location, "US");
  call.id = lines[line].id;
  call.called = lines[line].called;
  call.wanted = 60 * SECOND;
  context = asked(begins, call.id, "begins", key);
  status = phs_organization_begin_call(contoso, own, &call, &context, &begun);
  if (status == PHS_BILLING_FUNDS_TOO_LOW) {
    printf("%s: refused, the funds are too low\n", call.id);
    return PHS_OK;
  }
  if (status != PHS_OK) {
    return status;
  }
  /* Nothing is held for an emergency call, and nothing is to be paid. */
  if (begun.emergency) {
    printf("%s: an emergency call\n", call.id);
    return phs_release(phones, begun.permit);
  }

  /* Before the first minute is over, for as long as there are funds, up to ten minutes. */
  context = asked(begins + 50 * SECOND, call.id, "goes on", key);
  if (phs_organization_extend(contoso, call.id, 600 * SECOND, &context, &longer) != PHS_OK) {
    /* Whatever was refused, it may last as long as before. */
    longer = begun;
  }
  /* Whoever carries the call ends it when its time is over. */
  end.duration = end.duration < longer.duration ? end.duration : longer.duration;
  context = asked(begins + 50 * SECOND + end.duration, call.id, "ends", key);
  status = phs_organization_settle(contoso, &end, &context, &charge);
  released = phs_release(phones, begun.permit);
  if (status == PHS_OK) {
    printf("%s: %" PRId64 " s, ", call.id, end.duration / SECOND);
    print_money(charge.amount);
    puts(end.duration < lines[line].lasted ? ", cut off" : "");
    status = released;
  }
  return status;
}

static phs_status work(const phs_system *phones) {
  static const char account[] = "{\"at\": \"2018-04-02T12:00:00Z\","
                                " \"query\": {\"name\": \"billing.account\", \"fields\": {}}}";
  const phs_organization *contoso;
  char *answer;
  phs_status status = phs_system_organization(phones, "contoso", 7, &contoso);

  /* Price lists are not in the file. */
  if (status == PHS_OK) {
    status = phs_give(phones, price_list, strlen(price_list), &answer, NULL);
  }
  for (size_t step = 0; status == PHS_OK && step < LENGTH(set_up); step++) {
    phs_string_free(answer);
    status = phs_organization_execute(contoso, set_up[step], strlen(set_up[step]), &answer, NULL);
  }
  if (status == PHS_OK) {
    phs_string_free(answer);
  }
  for (size_t line = 0; status == PHS_OK && line < LENGTH(lines); line++) {
    status = carry(phones, contoso, line);
  }
  if (status == PHS_OK) {
    status = phs_organization_query(contoso, account, strlen(account), &answer, NULL);
  }
  if (status == PHS_OK) {
    const char *balance = strstr(answer, "\"balance\":\"");
    const char *begin = balance ? balance + strlen("\"balance\":\"") : "";
    printf("balance: %.*s USD\n", (int)strcspn(begin, "\""), begin);
    phs_string_free(answer);
  }
  return status;
}

int main(int count, char **words) {
  phs_system *phones;
  phs_status status, closed;
  char json[4096];

  /* A path with quotes or backslashes would have to be escaped here. */
  int length = snprintf(json, sizeof json, "{\"path\": \"%s\", \"create\": true}",
                        count == 2 ? words[1] : "calls.phs");
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
    closed = phs_system_close(phones);
    status = status == PHS_OK ? closed : status;
  }
  if (status != PHS_OK) {
    fprintf(stderr, "%s\n", phs_last_error_json());
    return EXIT_FAILURE;
  }
  return EXIT_SUCCESS;
}
