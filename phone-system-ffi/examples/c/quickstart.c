/* Loads stock, buys seats, asks how many numbers they entitle to, and lets a number make a call. */

#include "phone_system.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef phs_status call(const phs_system *, const char *, size_t, char **, size_t *);

static void ask(call *function, const phs_system *phones, const char *json) {
  char *answer;
  if (function(phones, json, strlen(json), &answer, NULL) != PHS_OK) {
    fprintf(stderr, "%s\n", phs_last_error_json());
    exit(EXIT_FAILURE);
  }
  puts(answer);
  phs_string_free(answer);
}

/* Admits a call by a number, tells how many calls the number carries, and ends the call. */
static phs_status call_by(const phs_system *phones, uint64_t digits) {
  const phs_organization *contoso;
  phs_occupancy known;
  uint64_t permit;
  phs_status status = phs_system_organization(phones, "contoso", 7, &contoso);

  if (status == PHS_OK) {
    status = phs_organization_admit(contoso, digits, "+442079460100", &permit);
  }
  if (status == PHS_OK && (status = phs_system_occupancy(phones, digits, &known)) == PHS_OK) {
    printf("calls: %u\n", (unsigned)known.in_use);
    status = phs_release(phones, permit);
  }
  return status;
}

int main(void) {
  phs_system *phones;
  if (phs_check_abi(PHS_ABI_VERSION) != PHS_OK || phs_system_open(&phones) != PHS_OK) {
    fprintf(stderr, "%s\n", phs_last_error_message());
    return EXIT_FAILURE;
  }
  ask(phs_execute, phones,
      "{\"at\": \"2018-04-01T09:00:00Z\", \"actor\": \"ada\","
      " \"command\": {\"name\": \"stock.load\", \"fields\": {\"csv\":"
      " \"TelephoneNumber,IsoCountryCode,IsoSubdivision,City,Kind\\n"
      "+14255550100-+14255550199,US,WA,Bellevue,user\\n\"}}}");
  ask(phs_execute, phones,
      "{\"organization\": \"contoso\", \"at\": \"2018-04-01T09:01:00Z\", \"actor\": \"ada\","
      " \"command\": {\"name\": \"licensing.buy_seats\","
      " \"fields\": {\"sku\": \"ENTERPRISEPREMIUM\", \"seats\": 20}}}");
  ask(phs_execute, phones,
      "{\"organization\": \"contoso\", \"at\": \"2018-04-01T09:01:00Z\", \"actor\": \"ada\","
      " \"command\": {\"name\": \"licensing.buy_seats\","
      " \"fields\": {\"sku\": \"MCOPSTN1\", \"seats\": 20}}}");
  ask(phs_query, phones,
      "{\"organization\": \"contoso\", \"at\": \"2018-04-01T09:02:00Z\","
      " \"query\": {\"name\": \"licensing.entitlement\", \"fields\": {}}}");
  ask(phs_execute, phones,
      "{\"organization\": \"contoso\", \"at\": \"2018-04-01T09:03:00Z\", \"actor\": \"ada\","
      " \"command\": {\"name\": \"inventory.import_owned\", \"fields\": {\"csv\":"
      " \"TelephoneNumber,IsoCountryCode,Capability\\n+14255550200,US,UserAssignment\\n\"}}}");
  if (call_by(phones, 14255550200) != PHS_OK) {
    fprintf(stderr, "%s\n", phs_last_error_json());
    return EXIT_FAILURE;
  }
  phs_system_close(phones);
  return EXIT_SUCCESS;
}
