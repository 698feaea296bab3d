// What the C++ interface answers to arguments that a program must not give.

#include "phone_system.hpp"

#include <cstdlib>
#include <cstring>
#include <iostream>
#include <string>
#include <thread>
#include <type_traits>
#include <vector>

using phone_system::Error;
using phone_system::Number;
using phone_system::System;

static_assert(!std::is_copy_constructible_v<System>);
static_assert(std::is_nothrow_move_constructible_v<System>);
static_assert(std::is_nothrow_copy_constructible_v<Error>);

namespace {

const std::string at = R"("at":"2018-04-01T09:00:00Z",)";
const std::string contoso = R"("organization":"contoso",)";
const std::string buy = R"("actor":"ada","command":{"name":"licensing.buy_seats","fields":)"
                        R"({"sku":"ENTERPRISEPREMIUM","seats":1}}})";
const std::string seats = R"("query":{"name":"licensing.seats","fields":{}}})";
const std::string command = "{" + contoso + at + buy;
const std::string query = "{" + contoso + at + seats;

unsigned checks = 0;

void check(bool holds, const char *what, int line) {
  ++checks;
  if (!holds) {
    std::cerr << "boundary.cpp:" << line << ": " << what << '\n';
    std::exit(EXIT_FAILURE);
  }
}

#define CHECK(condition) check((condition), #condition, __LINE__)

template <typename Call> void refuses(phs_status status, int line, Call call) {
  try {
    call();
  } catch (const Error &error) {
    const Error copy = error;
    const std::string code = std::string("{\"code\":\"") + phs_status_name(status) + "\",";
    check(copy.code() == status, error.what(), line);
    check(std::strcmp(copy.name(), phs_status_name(status)) == 0, "the name", line);
    check(copy.json().compare(0, code.size(), code) == 0, "the JSON", line);
    check(std::strlen(copy.what()) > 0, "the sentence", line);
    return;
  }
  check(false, "nothing was thrown", line);
}

#define REFUSES(status, ...) refuses((status), __LINE__, [&] { static_cast<void>(__VA_ARGS__); })

void systems() {
  System phones;
  CHECK(phones.dry_run(command).rfind("{\"position\":null,", 0) == 0);
  CHECK(phones.execute(command).rfind("{\"position\":1,", 0) == 0);
  CHECK(phones.wait(phones.submit(command)).rfind("{\"position\":2,", 0) == 0);
  CHECK(phones.execute_batch("[" + command + "]").rfind("[{\"executed\":", 0) == 0);
  CHECK(phones.query(query).find("\"bought\":3,") != std::string::npos);
  CHECK(phones.events_after(3, 10) == "[]");

  REFUSES(PHS_BOUNDARY_NOT_UTF8, phones.execute("\xff"));
  REFUSES(PHS_ENVELOPE_MALFORMED, phones.query(std::string_view()));
  REFUSES(PHS_ENVELOPE_MALFORMED, phones.execute_batch("{}"));
  REFUSES(PHS_SYSTEM_TICKET_UNKNOWN, phones.wait(99));

  System moved = std::move(phones);
  REFUSES(PHS_BOUNDARY_NULL_ARGUMENT, phones.query(query));
  CHECK(moved.query(query).find("\"bought\":3,") != std::string::npos);
  System other;
  other = std::move(moved);
  CHECK(other.query(query).find("\"bought\":3,") != std::string::npos);
  other.close();
  REFUSES(PHS_BOUNDARY_HANDLE_CLOSED, other.close());
  REFUSES(PHS_BOUNDARY_HANDLE_CLOSED, other.execute(command));
}

void organizations() {
  System phones;
  const auto organization = phones.organization("contoso");
  CHECK(organization.execute("{" + at + buy).rfind("{\"position\":1,", 0) == 0);
  CHECK(organization.query("{" + at + seats) == phones.query(query));
  CHECK(organization.handle() == phones.organization("contoso").handle());
  REFUSES(PHS_ENVELOPE_ORGANIZATION_UNEXPECTED, organization.execute(command));
  REFUSES(PHS_ENVELOPE_MALFORMED, phones.organization(""));
  phones.close();
  REFUSES(PHS_BOUNDARY_HANDLE_CLOSED, organization.query("{" + at + seats));
}

void numbers() {
  const Number number = Number::parse("(425) 555-0100 x77", "US");
  CHECK(number.digits == 14255550100 && number.text() == "+14255550100");
  CHECK(number.country == "US" && number.extension == "77");
  CHECK(std::strcmp(number.line_name(), "fixed_line_or_mobile") == 0);
  REFUSES(PHS_NUMBER_COUNTRY_UNKNOWN, Number::parse("(425) 555-0100"));
  REFUSES(PHS_NUMBER_TEXT_TOO_LONG, Number::parse(std::string(1 << 20, '4')));
  REFUSES(PHS_NUMBER_NOT_A_NUMBER, Number::parse(std::string_view()));
  REFUSES(PHS_NUMBER_TOO_SHORT, Number().text());
}

void threads() {
  const System phones;
  std::vector<std::thread> workers;
  for (int worker = 0; worker < 4; ++worker) {
    workers.emplace_back([&] {
      for (int one = 0; one < 25; ++one) {
        static_cast<void>(phones.execute(command));
      }
    });
  }
  for (auto &worker : workers) {
    worker.join();
  }
  CHECK(phones.query(query).find("\"bought\":100,") != std::string::npos);
}

} // namespace

int main() {
  CHECK(std::string(phone_system::version()) == PHS_VERSION);
  systems();
  organizations();
  numbers();
  threads();
  std::cout << "boundary: " << checks << " checks passed\n";
}
