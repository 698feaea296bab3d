/*
 * Runs transcripts through the C interface and compares what it answers as bytes.
 *
 * A transcript is lines of UTF-8. Blank lines and lines that begin with # are passed over; "system"
 * begins with an empty system; any other line is a verb and what it is asked with, and the line
 * after it what is expected: "= " and the answer, or "! " and the refusal.
 *
 * Beside the calls that take JSON ("give JSON" is one) there are "admit ORGANIZATION NUMBER
 * [DIALED]", answered by the permit's number, "release PERMIT", answered by "released", and
 * "occupancy NUMBER", answered by "IN_USE PEAK ADMITTED REFUSED EMERGENCY". "traffic FORMULA
 * ARGUMENTS" is answered by the bits of a figure in hexadecimal digits, or by a number of lines.
 */

#define _POSIX_C_SOURCE 200809L

#include "phone_system.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>

struct reader {
  const char *name;
  FILE *file;
  size_t line;
  char *text;
  size_t size;
};

static void fail(const struct reader *reader, const char *problem) {
  fprintf(stderr, "%s:%zu: %s\n", reader->name, reader->line, problem);
  exit(EXIT_FAILURE);
}

/* Reads the next line that is neither blank nor a comment; answers its length, or -1 at the end. */
static ssize_t next(struct reader *reader) {
  ssize_t length;
  errno = 0;
  while ((length = getline(&reader->text, &reader->size, reader->file)) >= 0) {
    reader->line++;
    if (length > 0 && reader->text[length - 1] == '\n') {
      reader->text[--length] = '\0';
    }
    if (length > 0 && reader->text[0] != '#') {
      return length;
    }
  }
  if (errno != 0) {
    fail(reader, strerror(errno));
  }
  return -1;
}

static uint64_t number(const struct reader *reader, const char **text) {
  char *end;
  uintmax_t value;
  errno = 0;
  value = strtoumax(*text, &end, 10);
  if (end == *text || errno != 0 || (*end != '\0' && *end != ' ') || value > UINT64_MAX) {
    fail(reader, "a number was expected");
  }
  *text = *end == ' ' ? end + 1 : end;
  return value;
}

static int digit(const struct reader *reader, char letter) {
  static const char digits[] = "0123456789abcdef";
  const char *found = letter == '\0' ? NULL : strchr(digits, letter);
  if (found == NULL) {
    fail(reader, "lower-case hexadecimal digits were expected");
  }
  return (int)(found - digits);
}

static char *unhex(const struct reader *reader, const char *hex, size_t *length) {
  size_t digits = strlen(hex);
  char *bytes = malloc(digits / 2 + 1);
  if (bytes == NULL || digits % 2 != 0) {
    fail(reader, "an even number of hexadecimal digits was expected");
  }
  for (*length = 0; *length < digits / 2; ++*length) {
    const char *pair = hex + 2 * *length;
    bytes[*length] = (char)(digit(reader, pair[0]) * 16 + digit(reader, pair[1]));
  }
  return bytes;
}

/* A text of our own in the place of an answer. */
static char *text_of(const char *text) {
  char *copy = malloc(strlen(text) + 1);
  if (copy == NULL) {
    abort();
  }
  return strcpy(copy, text);
}

static phs_status parse(const struct reader *reader, const char *payload, size_t length,
                        char **told) {
  char country[3] = "";
  const char *text = memchr(payload, ' ', length);
  size_t letters = text == NULL ? length : (size_t)(text - payload);
  size_t text_length = text == NULL ? 0 : length - letters - 1;
  phs_number parsed;
  phs_status status;

  if (letters == 2) {
    memcpy(country, payload, 2);
  } else if (letters != 1 || payload[0] != '-') {
    fail(reader, "a country of two letters or - was expected");
  }
  status = phs_number_parse(text == NULL ? "" : text + 1, text_length,
                            country[0] == '\0' ? NULL : country, &parsed);
  if (status == PHS_OK) {
    char written[PHS_NUMBER_SIZE], line[128];
    status = phs_number_format(parsed.digits, written, sizeof written, NULL);
    snprintf(line, sizeof line, "%s %s %s %s", written, phs_line_name(parsed.line),
             parsed.country[0] == '\0' ? "-" : parsed.country,
             parsed.extension[0] == '\0' ? "-" : parsed.extension);
    *told = status == PHS_OK ? text_of(line) : NULL;
  }
  return status;
}

/* A telephone number in E.164 as its digits; strtoumax() takes the plus. */
static uint64_t digits_of(const struct reader *reader, const char **text) {
  if (**text != '+') {
    fail(reader, "a number in E.164 was expected");
  }
  return number(reader, text);
}

static phs_status admit(const struct reader *reader, const phs_system *phones, const char *payload,
                        char **told) {
  const phs_organization *organization;
  const char *rest = strchr(payload, ' ');
  uint64_t digits, permit = 0;
  char line[32];
  phs_status status;

  if (rest == NULL) {
    fail(reader, "an organization and a number were expected");
  }
  status = phs_system_organization(phones, payload, (size_t)(rest - payload), &organization);
  if (status != PHS_OK) {
    return status;
  }
  rest++;
  digits = digits_of(reader, &rest);
  status = phs_organization_admit(organization, digits, *rest == '\0' ? NULL : rest, &permit);
  snprintf(line, sizeof line, "%" PRIu64, permit);
  *told = status == PHS_OK ? text_of(line) : NULL;
  return status;
}

static phs_status occupancy(const phs_system *phones, uint64_t digits, char **told) {
  phs_occupancy known;
  char line[128];
  phs_status status = phs_system_occupancy(phones, digits, &known);

  if (status == PHS_OK) {
    snprintf(line, sizeof line,
             "%" PRIu32 " %" PRIu32 " %" PRIu64 " %" PRIu64 " %" PRIu64, known.in_use, known.peak,
             known.admitted, known.refused, known.emergency);
    *told = text_of(line);
  }
  return status;
}

/* What a formula takes: blanks between them. */
static double real(const struct reader *reader, const char **text) {
  char *end;
  const double value = strtod(*text, &end);
  if (end == *text || (*end != '\0' && *end != ' ')) {
    fail(reader, "a figure was expected");
  }
  *text = *end == ' ' ? end + 1 : end;
  return value;
}

/* The bits of what a formula of traffic tells, or a number of lines or agents. */
static phs_status traffic(const struct reader *reader, const char *payload, char **told) {
  const char *blank = strchr(payload, ' ');
  double figures[4];
  uint32_t counts[4];
  double figure = 0;
  uint32_t lines = 0;
  int is_figure = 1, given = 0;
  uint64_t bits;
  char line[32];
  phs_status status = PHS_OK;
  const struct {
    const char *name;
    int which;
  } names[] = {
      {"erlang_b", 0},
      {"erlang_b_recall", 1},
      {"erlang_c", 2},
      {"service_level", 3},
      {"speed_of_answer", 4},
      {"engset", 5},
      {"lines_for_erlang_b", 6},
      {"lines_for_erlang_b_recall", 7},
      {"lines_for_engset", 8},
      {"agents_for_service_level", 9},
      {"agents_for_speed_of_answer", 10},
      {"traffic_for_erlang_b", 11},
      {"traffic_for_erlang_b_recall", 12},
      {"traffic_for_engset", 13},
      {"traffic_for_service_level", 14},
      {"traffic_for_speed_of_answer", 15},
  };
  int which = -1;

  if (blank == NULL) {
    fail(reader, "a formula and its arguments were expected");
  }
  for (size_t at = 0; at < sizeof names / sizeof names[0]; at++) {
    if (strlen(names[at].name) == (size_t)(blank - payload) &&
        strncmp(names[at].name, payload, (size_t)(blank - payload)) == 0) {
      which = names[at].which;
    }
  }
  for (payload = blank + 1; *payload != '\0' && given < 4; given++) {
    figures[given] = real(reader, &payload);
    counts[given] = figures[given] >= 0 && figures[given] <= UINT32_MAX ? (uint32_t)figures[given] : 0;
  }
  switch (which) {
  case 0:
    status = phs_erlang_b(figures[0], counts[1], &figure);
    break;
  case 1:
    status = phs_erlang_b_recall(figures[0], counts[1], figures[2], &figure);
    break;
  case 2:
    status = phs_erlang_c(figures[0], counts[1], &figure);
    break;
  case 3:
    status = phs_service_level(figures[0], counts[1], figures[2], figures[3], &figure);
    break;
  case 4:
    status = phs_speed_of_answer(figures[0], counts[1], figures[2], &figure);
    break;
  case 5:
    status = phs_engset(figures[0], counts[1], counts[2], &figure);
    break;
  case 6:
    is_figure = 0;
    status = phs_lines_for_erlang_b(figures[0], figures[1], &lines);
    break;
  case 7:
    is_figure = 0;
    status = phs_lines_for_erlang_b_recall(figures[0], figures[1], figures[2], &lines);
    break;
  case 8:
    is_figure = 0;
    status = phs_lines_for_engset(figures[0], counts[1], figures[2], &lines);
    break;
  case 9:
    is_figure = 0;
    status = phs_agents_for_service_level(figures[0], figures[1], figures[2], figures[3], &lines);
    break;
  case 10:
    is_figure = 0;
    status = phs_agents_for_speed_of_answer(figures[0], figures[1], figures[2], &lines);
    break;
  case 11:
    status = phs_traffic_for_erlang_b(counts[0], figures[1], &figure);
    break;
  case 12:
    status = phs_traffic_for_erlang_b_recall(counts[0], figures[1], figures[2], &figure);
    break;
  case 13:
    status = phs_traffic_for_engset(counts[0], counts[1], figures[2], &figure);
    break;
  case 14:
    status = phs_traffic_for_service_level(counts[0], figures[1], figures[2], figures[3], &figure);
    break;
  case 15:
    status = phs_traffic_for_speed_of_answer(counts[0], figures[1], figures[2], &figure);
    break;
  default:
    fail(reader, "no such formula");
  }
  memcpy(&bits, &figure, sizeof bits);
  if (is_figure) {
    snprintf(line, sizeof line, "%016" PRIx64, bits);
  } else {
    snprintf(line, sizeof line, "%" PRIu32, lines);
  }
  *told = status == PHS_OK ? text_of(line) : NULL;
  return status;
}

typedef phs_status call(const phs_system *, const char *, size_t, char **, size_t *);

static const struct {
  const char *verb;
  call *call;
  int hex;
} calls[] = {
    {"execute", phs_execute, 0},     {"dry_run", phs_dry_run, 0},
    {"query", phs_query, 0},         {"batch", phs_execute_batch, 0},
    {"execute_hex", phs_execute, 1}, {"query_hex", phs_query, 1},
    {"give", phs_give, 0},           {"gate", phs_gate, 0},
};

/* Runs one step. Its answer is freed with phs_string_free() if `owned` says so, else free(). */
static phs_status step(const struct reader *reader, const phs_system *phones, const char *verb,
                       const char *payload, size_t length, char **told, int *owned) {
  phs_status status;

  *told = NULL;
  *owned = 1;
  for (size_t at = 0; at < sizeof calls / sizeof calls[0]; at++) {
    if (strcmp(verb, calls[at].verb) == 0) {
      size_t answer_length = 0;
      char *bytes = calls[at].hex ? unhex(reader, payload, &length) : NULL;
      status = calls[at].call(phones, bytes ? bytes : payload, length, told, &answer_length);
      free(bytes);
      if (status == PHS_OK && strlen(*told) != answer_length) {
        fail(reader, "the answer's length is not where its NUL is");
      }
      return status;
    }
  }
  if (strcmp(verb, "wait") == 0) {
    return phs_wait(phones, number(reader, &payload), told, NULL);
  }
  if (strcmp(verb, "events") == 0) {
    uint64_t position = number(reader, &payload);
    return phs_events_after(phones, position, (size_t)number(reader, &payload), told, NULL);
  }
  *owned = 0;
  if (strcmp(verb, "submit") == 0) {
    uint64_t ticket = 0;
    char digits[32];
    status = phs_submit(phones, payload, length, &ticket);
    snprintf(digits, sizeof digits, "%" PRIu64, ticket);
    *told = status == PHS_OK ? text_of(digits) : NULL;
    return status;
  }
  if (strcmp(verb, "parse") == 0) {
    return parse(reader, payload, length, told);
  }
  if (strcmp(verb, "admit") == 0) {
    return admit(reader, phones, payload, told);
  }
  if (strcmp(verb, "begin") == 0) {
    const char *json = payload;
    const uint64_t digits = digits_of(reader, &json);

    json += *json == ' ';
    return phs_begin_call(phones, digits, json, length - (size_t)(json - payload), told, NULL);
  }
  if (strcmp(verb, "release") == 0) {
    status = phs_release(phones, number(reader, &payload));
    *told = status == PHS_OK ? text_of("released") : NULL;
    return status;
  }
  if (strcmp(verb, "occupancy") == 0) {
    return occupancy(phones, digits_of(reader, &payload), told);
  }
  if (strcmp(verb, "traffic") == 0) {
    return traffic(reader, payload, told);
  }
  fail(reader, "no such verb");
  return PHS_OK;
}

static void compare(const struct reader *reader, size_t line, phs_status status, const char *told) {
  const char *got = status == PHS_OK ? told : phs_last_error_json();
  char mark = status == PHS_OK ? '=' : '!';
  const char *wanted = reader->text;

  if (wanted[0] != mark || (wanted[1] != ' ' && wanted[1] != '\0') ||
      strcmp(wanted[1] == '\0' ? wanted + 1 : wanted + 2, got) != 0) {
    fprintf(stderr, "%s:%zu\n  wanted %s\n  got    %c %s\n", reader->name, line, wanted, mark, got);
    exit(EXIT_FAILURE);
  }
  if (status != PHS_OK) {
    char code[128];
    snprintf(code, sizeof code, "{\"code\":\"%s\",", phs_status_name(status));
    if (strncmp(got, code, strlen(code)) != 0 || phs_last_error_code() != status) {
      fail(reader, "the status is not the code of the refusal");
    }
  }
}

static phs_system *fresh(const struct reader *reader, phs_system *old) {
  phs_system *phones;
  if (phs_system_close(old) != PHS_OK || phs_system_open(&phones) != PHS_OK) {
    fail(reader, phs_last_error_message());
  }
  return phones;
}

static size_t run(const char *name) {
  struct reader reader = {name, fopen(name, "r"), 0, NULL, 0};
  phs_system *phones;
  size_t steps = 0;
  ssize_t length;

  if (reader.file == NULL) {
    fail(&reader, strerror(errno));
  }
  phones = fresh(&reader, NULL);
  while ((length = next(&reader)) >= 0) {
    char *verb = reader.text, *told;
    char *blank = strchr(verb, ' ');
    const char *payload = blank == NULL ? verb + length : blank + 1;
    size_t line = reader.line;
    phs_status status;
    int owned;

    if (strcmp(verb, "system") == 0) {
      phones = fresh(&reader, phones);
      continue;
    }
    if (blank != NULL) {
      *blank = '\0';
    }
    status = step(&reader, phones, verb, payload, (size_t)(verb + length - payload), &told, &owned);
    if (next(&reader) < 0) {
      fail(&reader, "a step has nothing expected after it");
    }
    compare(&reader, line, status, told);
    if (owned) {
      phs_string_free(told);
    } else {
      free(told);
    }
    steps++;
  }
  if (steps == 0) {
    fail(&reader, "there is no step in it");
  }
  phs_system_close(phones);
  free(reader.text);
  fclose(reader.file);
  return steps;
}

int main(int count, char **names) {
  size_t steps = 0;
  if (count < 2) {
    fprintf(stderr, "usage: %s TRANSCRIPT...\n", names[0]);
    return EXIT_FAILURE;
  }
  for (int at = 1; at < count; at++) {
    steps += run(names[at]);
  }
  printf("vectors: %zu steps passed\n", steps);
  return EXIT_SUCCESS;
}
