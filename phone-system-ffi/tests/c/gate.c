/* Live calls: numbers that are looked up once, many calls at once, what numbers share. */

#include "check.h"

#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define IMPORT                                                                                     \
  "{\"organization\":\"contoso\",\"at\":\"2018-04-01T09:00:00Z\",\"actor\":\"ada\",\"command\":{"       \
  "\"name\":\"inventory.import_owned\",\"fields\":{\"csv\":\"TelephoneNumber,IsoCountryCode,"         \
  "Capability\\n+14255550100,US,UserAssignment\\n+14255550101,US,UserAssignment\\n\"}}}"
#define RELEASE                                                                                    \
  "{\"organization\":\"contoso\",\"at\":\"2018-04-01T09:00:00Z\",\"actor\":\"ada\",\"command\":{"       \
  "\"name\":\"inventory.release\",\"fields\":{\"numbers\":[\"+14255550101\"]}}}"
#define TRUNK                                                                                      \
  "{\"set_limits\":{\"scope\":\"trunk:west\",\"limits\":{\"two_way\":6,\"outbound\":1}}}"
#define JOIN "{\"join\":{\"number\":\"+14255550100\",\"scopes\":[\"trunk:west\"]}}"
#define OCCUPANCY "{\"occupancy\":{\"scope\":\"trunk:west\",\"share\":\"two_way\"}}"

enum { THREADS = 8, ROUNDS = 400, LIMIT = 4, EACH = 6 };

static const uint64_t owned[] = {14255550100, 14255550101};

static phs_system *opened(const phs_organization **contoso) {
  phs_system *phones = NULL;
  char *answer;

  SUCCEEDS(phs_system_open(&phones));
  SUCCEEDS(phs_execute(phones, TEXT(IMPORT), &answer, NULL));
  phs_string_free(answer);
  SUCCEEDS(phs_system_organization(phones, TEXT("contoso"), contoso));
  return phones;
}

/* Asks the gate, and compares what it answers. */
static void asks(const phs_system *phones, const char *json, const char *expected) {
  char *answer = NULL;
  size_t length = 0;

  SUCCEEDS(phs_gate(phones, json, strlen(json), &answer, &length));
  if (strcmp(answer, expected) != 0) {
    fprintf(stderr, "%s\n", answer);
  }
  CHECK(strcmp(answer, expected) == 0 && length == strlen(expected));
  phs_string_free(answer);
}

static void bad_arguments(void) {
  const phs_organization *contoso = NULL;
  phs_system *phones = opened(&contoso);
  phs_lines *lines = NULL;
  uint64_t permits[2] = {7, 7};
  phs_status statuses[2] = {7, 7};
  const uint32_t which[] = {1, 2};
  const uint64_t wrong[] = {14255550100, 911};
  const uint64_t foreign[] = {14255550100, 14255550199};
  size_t released = 7;
  char *answer = stale();

  REFUSES(PHS_BOUNDARY_NULL_ARGUMENT, phs_organization_lines(NULL, owned, 2, &lines));
  REFUSES(PHS_BOUNDARY_NULL_ARGUMENT, phs_organization_lines(contoso, NULL, 2, &lines));
  REFUSES(PHS_BOUNDARY_NULL_ARGUMENT, phs_organization_lines(contoso, owned, 2, NULL));
  REFUSES(PHS_ENVELOPE_MALFORMED, phs_organization_lines(contoso, owned, SIZE_MAX, &lines));
  REFUSES(PHS_NUMBER_TOO_SHORT, phs_organization_lines(contoso, wrong, 2, &lines));
  REFUSES(PHS_INVENTORY_NUMBER_UNKNOWN, phs_organization_lines(contoso, foreign, 2, &lines));
  CHECK(has_figure("\"number\":\"+14255550199\""));
  CHECK(lines == NULL);
  SUCCEEDS(phs_organization_lines(contoso, owned, 2, &lines));

  REFUSES(PHS_BOUNDARY_NULL_ARGUMENT,
          phs_lines_admit(NULL, NULL, 2, PHS_WAY_INBOUND, INT64_MAX, permits, statuses));
  REFUSES(PHS_BOUNDARY_NULL_ARGUMENT,
          phs_lines_admit(lines, NULL, 2, PHS_WAY_INBOUND, INT64_MAX, NULL, statuses));
  REFUSES(PHS_BOUNDARY_NULL_ARGUMENT,
          phs_lines_admit(lines, NULL, 2, PHS_WAY_INBOUND, INT64_MAX, permits, NULL));
  REFUSES(PHS_ENVELOPE_MALFORMED,
          phs_lines_admit(lines, NULL, 2, 0, INT64_MAX, permits, statuses));
  REFUSES(PHS_ENVELOPE_MALFORMED,
          phs_lines_admit(lines, NULL, 2, PHS_WAY_INBOUND, INT64_MIN, permits, statuses));
  CHECK(permits[0] == 7 && statuses[1] == 7);
  /* A place that there is not is that call's alone. */
  SUCCEEDS(phs_lines_admit(lines, which, 2, PHS_WAY_INBOUND, INT64_MAX, permits, statuses));
  CHECK(permits[0] != 0 && statuses[0] == PHS_OK);
  CHECK(permits[1] == 0 && statuses[1] == PHS_ENVELOPE_MALFORMED);
  REFUSES(PHS_BOUNDARY_NULL_ARGUMENT, phs_release_batch(NULL, permits, 2, &released));
  REFUSES(PHS_BOUNDARY_NULL_ARGUMENT, phs_release_batch(phones, NULL, 2, &released));
  CHECK(released == 7);
  SUCCEEDS(phs_release_batch(phones, permits, 2, &released));
  CHECK(released == 1);
  SUCCEEDS(phs_release_batch(phones, permits, 2, NULL));
  SUCCEEDS(phs_release_batch(phones, permits, 2, &released));
  CHECK(released == 0);

  REFUSES(PHS_BOUNDARY_NULL_ARGUMENT, phs_gate(NULL, TEXT(TRUNK), &answer, NULL));
  CHECK(answer == NULL);
  REFUSES(PHS_BOUNDARY_NULL_ARGUMENT, phs_gate(phones, NULL, 0, &answer, NULL));
  REFUSES(PHS_BOUNDARY_NULL_ARGUMENT, phs_gate(phones, TEXT(TRUNK), NULL, NULL));
  REFUSES(PHS_BOUNDARY_NOT_UTF8, phs_gate(phones, TEXT("\xff"), &answer, NULL));
  REFUSES(PHS_ENVELOPE_MALFORMED, phs_gate(phones, TEXT("{\"open\":{}}"), &answer, NULL));

  SUCCEEDS(phs_system_close(phones));
  REFUSES(PHS_BOUNDARY_HANDLE_CLOSED,
          phs_lines_admit(lines, NULL, 2, PHS_WAY_INBOUND, INT64_MAX, permits, statuses));
  REFUSES(PHS_BOUNDARY_HANDLE_CLOSED, phs_release_batch(phones, permits, 2, NULL));
  REFUSES(PHS_BOUNDARY_HANDLE_CLOSED, phs_gate(phones, TEXT(TRUNK), &answer, NULL));
  phs_lines_free(lines);
  phs_lines_free(NULL);
}

static void limits(void) {
  const phs_organization *contoso = NULL;
  phs_system *phones = opened(&contoso);
  const uint32_t which[EACH] = {0, 0, 1, 0, 0, 0};
  uint64_t permits[EACH];
  phs_status statuses[EACH];
  phs_lines *lines = NULL;
  phs_occupancy known;
  size_t released;
  char *answer;

  SUCCEEDS(phs_organization_lines(contoso, owned, 2, &lines));
  asks(phones, TRUNK, "{\"done\":true}");
  asks(phones, JOIN, "{\"done\":true}");
  SUCCEEDS(phs_lines_admit(lines, which, EACH, PHS_WAY_OUTBOUND, INT64_MAX, permits, statuses));
  CHECK(statuses[0] == PHS_OK && statuses[2] == PHS_OK);
  CHECK(statuses[1] == PHS_CAPACITY_LIMIT_REACHED && permits[1] == 0);
  asks(phones, OCCUPANCY,
       "{\"occupancy\":{\"in_use\":1,\"peak\":1,\"admitted\":1,\"refused\":0,\"emergency\":0,"
       "\"bursts\":0}}");
  SUCCEEDS(phs_release_batch(phones, permits, EACH, &released));
  CHECK(released == 2);

  /* A permit that nobody releases ends by itself: 2018-04-01T10:00:00Z. */
  SUCCEEDS(phs_lines_admit(lines, NULL, 2, PHS_WAY_INBOUND, 1522576800000000, permits, statuses));
  asks(phones, "{\"expire\":{\"at\":\"2018-04-01T09:59:59Z\"}}", "{\"ended\":0}");
  asks(phones, "{\"expire\":{\"at\":\"2018-04-01T10:00:00Z\"}}", "{\"ended\":2}");
  REFUSES(PHS_CAPACITY_PERMIT_UNKNOWN, phs_release(phones, permits[0]));

  /* What is released is no longer carried, though it was looked up. */
  SUCCEEDS(phs_execute(phones, TEXT(RELEASE), &answer, NULL));
  phs_string_free(answer);
  SUCCEEDS(phs_lines_admit(lines, NULL, 2, PHS_WAY_INBOUND, INT64_MAX, permits, statuses));
  CHECK(statuses[0] == PHS_OK && statuses[1] == PHS_INVENTORY_NUMBER_UNKNOWN);
  phs_lines_free(lines);
  SUCCEEDS(phs_system_occupancy(phones, owned[0], &known));
  CHECK(known.in_use == 1);
  SUCCEEDS(phs_system_close(phones));
}

static void *call(void *argument) {
  const phs_system *phones = argument;
  const phs_organization *contoso = NULL;
  phs_lines *lines = NULL;

  SUCCEEDS(phs_system_organization(phones, TEXT("contoso"), &contoso));
  SUCCEEDS(phs_organization_lines(contoso, owned, 2, &lines));
  for (int round = 0; round < ROUNDS; round++) {
    const uint32_t which[EACH] = {0, 1, 0, 1, 0, 1};
    uint64_t permits[EACH];
    phs_status statuses[EACH];
    phs_occupancy known;
    size_t held = 0, released;

    SUCCEEDS(phs_lines_admit(lines, which, EACH, PHS_WAY_INBOUND, INT64_MAX, permits, statuses));
    for (int one = 0; one < EACH; one++) {
      CHECK(statuses[one] == PHS_OK || statuses[one] == PHS_CAPACITY_LIMIT_REACHED);
      CHECK((statuses[one] == PHS_OK) == (permits[one] != 0));
      held += permits[one] != 0;
    }
    for (int one = 0; one < 2; one++) {
      SUCCEEDS(phs_system_occupancy(phones, owned[one], &known));
      CHECK(known.in_use <= LIMIT);
    }
    SUCCEEDS(phs_release_batch(phones, permits, EACH, &released));
    CHECK(released == held);
  }
  phs_lines_free(lines);
  return NULL;
}

static void threads(void) {
  const phs_organization *contoso = NULL;
  phs_system *phones = opened(&contoso);
  pthread_t running[THREADS];
  uint64_t asked = 0;

  for (int thread = 0; thread < THREADS; thread++) {
    CHECK(pthread_create(&running[thread], NULL, call, phones) == 0);
  }
  for (int thread = 0; thread < THREADS; thread++) {
    CHECK(pthread_join(running[thread], NULL) == 0);
  }
  for (int one = 0; one < 2; one++) {
    phs_occupancy known;
    SUCCEEDS(phs_system_occupancy(phones, owned[one], &known));
    CHECK(known.in_use == 0 && known.peak <= LIMIT);
    asked += known.admitted + known.refused;
  }
  CHECK(asked == (uint64_t)THREADS * ROUNDS * EACH);
  SUCCEEDS(phs_system_close(phones));
}

int main(void) {
  bad_arguments();
  limits();
  threads();
  printf("gate: %u checks passed\n", atomic_load(&checks));
  return EXIT_SUCCESS;
}
