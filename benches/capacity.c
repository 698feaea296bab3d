/* Calls admitted and released from C: one by one, and many at once on lines.
 *
 * cargo build --release -p phone-system-ffi
 * gcc -O2 -Iphone-system-ffi/include benches/capacity.c -o target/release/capacity-c \
 *     -Ltarget/release -Wl,-rpath,"$PWD/target/release" -lphone_system
 * ln -sf libphone_system.so target/release/libphone_system.so.0.1
 * target/release/capacity-c
 *
 * Each figure is the best of several rounds, for a call that is admitted and released.
 */

#include "phone_system.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { NUMBERS = 1000, CALLS = 1000000, ROUNDS = 9, AT_ONCE = 1000 };

static uint64_t digits[NUMBERS];

static double now(void) {
  struct timespec at;
  clock_gettime(CLOCK_MONOTONIC, &at);
  return (double)at.tv_sec * 1e9 + (double)at.tv_nsec;
}

static void check(phs_status status) {
  if (status != PHS_OK) {
    fprintf(stderr, "%s\n", phs_last_error_message());
    exit(EXIT_FAILURE);
  }
}

/* A system whose organization owns the numbers. */
static phs_system *opened(const phs_organization **contoso) {
  static char json[64 * NUMBERS];
  size_t length = (size_t)sprintf(
      json, "{\"organization\":\"contoso\",\"at\":\"2018-04-01T09:00:00Z\",\"actor\":\"ada\","
            "\"command\":{\"name\":\"inventory.import_owned\",\"fields\":{\"csv\":"
            "\"TelephoneNumber,IsoCountryCode,Capability\\n");
  phs_system *phones;
  char *answer;

  for (int place = 0; place < NUMBERS; place++) {
    digits[place] = 12125550000 + (uint64_t)place;
    length += (size_t)sprintf(json + length, "+%" PRIu64 ",US,VoiceApplicationAssignment\\n",
                              digits[place]);
  }
  length += (size_t)sprintf(json + length, "\"}}}");
  check(phs_system_open(&phones));
  check(phs_execute(phones, json, length, &answer, NULL));
  phs_string_free(answer);
  check(phs_system_organization(phones, "contoso", strlen("contoso"), contoso));
  return phones;
}

int main(void) {
  const phs_organization *contoso;
  phs_system *phones = opened(&contoso);
  static uint32_t which[AT_ONCE];
  static uint64_t permits[AT_ONCE];
  static phs_status statuses[AT_ONCE];
  double one_by_one = 1e9, on_lines = 1e9, together = 1e9;
  phs_lines *lines;

  check(phs_organization_lines(contoso, digits, NUMBERS, &lines));
  for (uint32_t place = 0; place < AT_ONCE; place++) {
    which[place] = place * 7919 % NUMBERS;
  }
  for (int round = 0; round < ROUNDS; round++) {
    double begin = now(), took;
    for (int call = 0; call < CALLS; call++) {
      uint64_t permit;
      check(phs_organization_admit(contoso, digits[which[call % AT_ONCE]], NULL, &permit));
      check(phs_release(phones, permit));
    }
    took = (now() - begin) / CALLS;
    one_by_one = took < one_by_one ? took : one_by_one;
    begin = now();
    for (int call = 0; call < CALLS; call++) {
      check(phs_lines_admit(lines, &which[call % AT_ONCE], 1, PHS_WAY_INBOUND, INT64_MAX, permits,
                            statuses));
      check(statuses[0]);
      check(phs_release(phones, permits[0]));
    }
    took = (now() - begin) / CALLS;
    on_lines = took < on_lines ? took : on_lines;
    begin = now();
    for (int call = 0; call < CALLS; call += AT_ONCE) {
      size_t released;
      check(phs_lines_admit(lines, which, AT_ONCE, PHS_WAY_INBOUND, INT64_MAX, permits, statuses));
      check(phs_release_batch(phones, permits, AT_ONCE, &released));
      check(released == AT_ONCE ? PHS_OK : PHS_CAPACITY_PERMIT_UNKNOWN);
    }
    took = (now() - begin) / CALLS;
    together = took < together ? took : together;
  }
  printf("by number: %.0f ns; on a line: %.0f ns; %d at once on lines: %.0f ns\n", one_by_one,
         on_lines, AT_ONCE, together);
  phs_lines_free(lines);
  check(phs_system_close(phones));
  return EXIT_SUCCESS;
}
