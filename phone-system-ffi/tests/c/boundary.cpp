// What the C++ interface answers to arguments that a program must not give.

#include "phone_system.hpp"

#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <iostream>
#include <optional>
#include <random>
#include <string>
#include <thread>
#include <type_traits>
#include <vector>

using phone_system::Error;
using phone_system::Lines;
using phone_system::Number;
using phone_system::Permit;
using phone_system::System;

static_assert(!std::is_copy_constructible_v<System>);
static_assert(std::is_nothrow_move_constructible_v<System>);
static_assert(std::is_nothrow_copy_constructible_v<Error>);
static_assert(!std::is_default_constructible_v<Permit> && !std::is_copy_constructible_v<Permit>);
static_assert(!std::is_copy_assignable_v<Permit> && std::is_nothrow_move_assignable_v<Permit>);
static_assert(std::is_nothrow_move_constructible_v<Permit>);
static_assert(!std::is_copy_constructible_v<Lines> && !std::is_copy_assignable_v<Lines>);
static_assert(std::is_nothrow_move_constructible_v<Lines>);

namespace {

const std::string at = R"("at":"2018-04-01T09:00:00Z",)";
const std::string contoso = R"("organization":"contoso",)";
const std::string buy = R"("actor":"ada","command":{"name":"licensing.buy_seats","fields":)"
                        R"({"sku":"ENTERPRISEPREMIUM","seats":1}}})";
const std::string seats = R"("query":{"name":"licensing.seats","fields":{}}})";
const std::string command = "{" + contoso + at + buy;
const std::string query = "{" + contoso + at + seats;

const std::string import = "{" + contoso + at + R"("actor":"ada","command":{"name":)"
                           R"("inventory.import_owned","fields":{"csv":)"
                           R"("TelephoneNumber,IsoCountryCode,Capability\n)"
                           R"(+14255550100,US,UserAssignment\n"}}})";
constexpr std::uint64_t owned = 14255550100;
constexpr unsigned limit = 4;

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

void reference_data() {
  const System phones;
  const std::string given = phones.give(R"({"tariff":{"name":"Retail","currency":"USD","csv":)"
                                        R"("Direction,Prefix,RatePerMinute\noutbound,44,1\n"}})");
  CHECK(given.rfind(R"({"tariff":{"name":"Retail",)", 0) == 0);
  REFUSES(PHS_ENVELOPE_MALFORMED, phones.give("{}"));
  REFUSES(PHS_TARIFF_EMPTY, phones.give(R"({"tariff":{"name":"Retail","currency":"USD","csv":)"
                                        R"("Direction,Prefix,RatePerMinute\n"}})"));
}

void stores() {
  const auto name = std::filesystem::temp_directory_path() /
                    ("phone-system-" + std::to_string(std::random_device{}()));
  const std::string path = R"({"path":")" + name.string() + '"';
  REFUSES(PHS_STORE_MISSING, System::open_store(path + "}"));
  REFUSES(PHS_ENVELOPE_MALFORMED, System::open_store(std::string_view()));
  {
    const System phones = System::open_store(path + R"(,"create":true})");
    CHECK(phones.execute(command).rfind("{\"position\":1,", 0) == 0);
    CHECK(phones.maintain(R"({"checkpoint":{}})") == R"({"position":1})");
    REFUSES(PHS_ENVELOPE_MALFORMED, phones.maintain("{}"));
    REFUSES(PHS_STORE_IN_USE, System::open_store(path + "}"));
  }
  // Whoever goes without closing closes all the same.
  System phones = System::open_store(path + "}");
  CHECK(phones.query(query).find("\"bought\":1,") != std::string::npos);
  CHECK(phones.stream_after("organization:contoso", 0, 9) == phones.events_after(0, 9));
  CHECK(phones.stream_after(std::string_view(), 0, 9) == "[]");
  phones.close();
  REFUSES(PHS_BOUNDARY_HANDLE_CLOSED, phones.maintain(R"({"verify":{}})"));
  CHECK(std::filesystem::remove(name));
}

std::uint32_t in_use(const System &phones) { return phones.occupancy(owned).in_use; }

void permits() {
  System phones;
  const auto organization = phones.organization("contoso");
  phones.execute(import);
  {
    const Permit first = organization.admit(owned);
    Permit second = organization.admit(owned, "+442079460100");
    CHECK(first.held() && first.number() != second.number() && in_use(phones) == 2);
    // What moves is held once.
    Permit moved = std::move(second);
    CHECK(moved.held() && !second.held() && in_use(phones) == 2);
    REFUSES(PHS_BOUNDARY_NULL_ARGUMENT, second.release());
    // What is assigned to gives its own back.
    moved = organization.admit(owned);
    CHECK(in_use(phones) == 2);
    Permit &same = moved;
    moved = std::move(same);
    CHECK(moved.held() && in_use(phones) == 2);
    moved.release();
    CHECK(!moved.held() && in_use(phones) == 1);
    REFUSES(PHS_CAPACITY_PERMIT_UNKNOWN, moved.release());
    second = organization.admit(owned);
    CHECK(second.held() && in_use(phones) == 2);
  }
  CHECK(in_use(phones) == 0);

  // An exception gives back what was held on its way.
  REFUSES(PHS_CAPACITY_LIMIT_REACHED, [&] {
    std::vector<Permit> held;
    for (unsigned call = 0; call <= limit; ++call) {
      held.push_back(organization.admit(owned));
    }
  }());
  const phs_occupancy known = phones.occupancy(owned);
  CHECK(known.in_use == 0 && known.peak == limit && known.refused == 1 && known.emergency == 0);
  REFUSES(PHS_INVENTORY_NUMBER_UNKNOWN, organization.admit(owned + 1));
  REFUSES(PHS_NUMBER_TOO_SHORT, organization.admit(1));
  REFUSES(PHS_NUMBER_TOO_SHORT, phones.occupancy(1));
  CHECK(organization.admit(owned + 1, "911").held());

  // It may outlive its system, closed or gone.
  std::optional<Permit> late = organization.admit(owned);
  phones.close();
  REFUSES(PHS_BOUNDARY_HANDLE_CLOSED, late->release());
  std::optional<Permit> later;
  {
    const System brief;
    later = brief.organization("contoso").admit(owned, "911");
    CHECK(in_use(brief) == 1);
  }
  CHECK(later->held());
}

void lines() {
  System phones;
  const auto organization = phones.organization("contoso");
  phones.execute(import);
  REFUSES(PHS_INVENTORY_NUMBER_UNKNOWN, organization.lines({owned, owned + 1}));
  CHECK(organization.lines({}).admit_batch({}, PHS_WAY_INBOUND).empty());
  Lines found = organization.lines({owned});
  {
    const Permit first = found.admit(0, PHS_WAY_INBOUND);
    CHECK(first.held() && in_use(phones) == 1);
    REFUSES(PHS_ENVELOPE_MALFORMED, found.admit(1, PHS_WAY_INBOUND));
    REFUSES(PHS_ENVELOPE_MALFORMED, found.admit(0, 0));
    const auto told = found.admit_batch({0, 0, 1, 0, 0}, PHS_WAY_OUTBOUND);
    CHECK(told.size() == 5 && told[1].status == PHS_OK && told[1].answer != 0);
    CHECK(told[2].status == PHS_ENVELOPE_MALFORMED && told[2].answer == 0);
    CHECK(told[4].status == PHS_CAPACITY_LIMIT_REACHED && in_use(phones) == limit);
    REFUSES(PHS_CAPACITY_LIMIT_REACHED, found.admit(0, PHS_WAY_INBOUND));
    std::vector<std::uint64_t> permits;
    for (const auto &each : told) {
      permits.push_back(each.answer);
    }
    CHECK(phones.release_batch(permits) == 3 && phones.release_batch(permits) == 0);
    CHECK(phones.release_batch({}) == 0 && in_use(phones) == 1);
  }
  CHECK(in_use(phones) == 0);
  // What moves is ended once, and what is assigned to ends its own.
  Lines moved = std::move(found);
  REFUSES(PHS_BOUNDARY_NULL_ARGUMENT, found.admit(0, PHS_WAY_INBOUND));
  found = organization.lines({owned});
  found = std::move(moved);
  CHECK(found.admit(0, PHS_WAY_INBOUND).held() && found.handle() != nullptr);
  // They may outlive their system.
  phones.close();
  REFUSES(PHS_BOUNDARY_HANDLE_CLOSED, found.admit(0, PHS_WAY_INBOUND));
}

void gates() {
  const System phones;
  CHECK(phones.gate(R"({"sample":{"at":"2018-04-01T09:00:00Z"}})") == R"({"done":true})");
  REFUSES(PHS_ENVELOPE_MALFORMED, phones.gate("{}"));
  REFUSES(PHS_ENVELOPE_MALFORMED, phones.begin_call(owned, "{}"));
}

void simulations() {
  const System phones;
  phones.execute(import);
  std::string arrivals = "\"60\"";
  for (unsigned hour = 1; hour < 24; ++hour) {
    arrivals += ",\"60\"";
  }
  const std::string simulate = "{" + contoso + at +
                               R"("query":{"name":"capacity.simulate","fields":{"duration":"PT3M",)"
                               R"("days":2,"numbers":[{"number":"+14255550100","arrivals":[)" +
                               arrivals + "]}]}}}";
  std::uint64_t hours = 0;
  const auto watched = phones.simulate(simulate, [&](std::uint64_t done, std::uint64_t total) {
    hours = done;
    return done <= total;
  });
  CHECK(hours > 0 && watched == phones.query(simulate));
  REFUSES(PHS_CAPACITY_SIMULATION_STOPPED,
          phones.simulate(simulate, [](std::uint64_t, std::uint64_t) { return false; }));
  // What the program throws is what it catches.
  try {
    phones.simulate(simulate, [](std::uint64_t, std::uint64_t) -> bool { throw 7; });
    CHECK(!"nothing was thrown");
  } catch (int thrown) {
    CHECK(thrown == 7);
  }
  REFUSES(PHS_ENVELOPE_UNKNOWN_QUERY,
          phones.simulate(query, [](std::uint64_t, std::uint64_t) { return true; }));
}

void charges() {
  System phones;
  const auto organization = phones.organization("contoso");
  const auto done = [&](const std::string &name, const std::string &fields) {
    return organization.execute("{" + at + R"("actor":"ada","command":{"name":")" + name +
                                R"(","fields":{)" + fields + "}}}");
  };
  phones.execute(import);
  phones.give(R"({"tariff":{"name":"Retail","currency":"USD","csv":)"
              R"("Direction,Prefix,RatePerMinute\noutbound,44,1\n"}})");
  done("billing.set_up_credits", R"("currency":"USD")");
  done("billing.choose_tariff", R"("tariff":"Retail")");
  done("billing.add_funds", R"("amount":"10.00")");
  constexpr std::int64_t minute = 60000000, dollar = 1000000;
  const phs_context context = {1522573200 * dollar, "ada", nullptr};

  phone_system::Call call(PHS_CALL_KIND_UCAP_OUT, "first", "US");
  call.called = "+442079460123";
  call.wanted = minute;
  {
    const auto begun = organization.begin_call(owned, call, context);
    CHECK(begun.authorization.duration == minute && in_use(phones) == 1);
    REFUSES(PHS_BILLING_ALREADY_AUTHORIZED, organization.authorize(call, context));
    REFUSES(PHS_BILLING_ALREADY_AUTHORIZED, organization.begin_call(owned, call, context));
    CHECK(organization.extend("first", 2 * minute, context).cost == 2 * dollar);
    CHECK(organization.settle({"first", 1}, context).drawn == dollar);
    REFUSES(PHS_BILLING_ALREADY_CHARGED, organization.settle({"first", 1}, context));
  }
  CHECK(in_use(phones) == 0 && phone_system::last_due().empty());
  call.id = "second";
  CHECK(organization.authorize(call, context).permit == 0);
  organization.cancel("second", context);
  REFUSES(PHS_BILLING_NOT_AUTHORIZED, organization.cancel("second", context));
  call.id = "third";
  CHECK(organization.authorize(call, context).cost == dollar);
  call.id = "fourth";
  const auto together = organization.authorize_batch({call, call}, context);
  CHECK(together.size() == 2 && together[0].answer.cost == dollar);
  CHECK(together[1].status == PHS_BILLING_ALREADY_AUTHORIZED);
  const auto longer = organization.extend_batch({{"none", 1}, {"fourth", 2 * minute}}, context);
  CHECK(longer.size() == 2 && longer[0].status == PHS_BILLING_NOT_AUTHORIZED);
  CHECK(longer[1].status == PHS_OK && longer[1].answer.cost == 2 * dollar);
  organization.cancel("fourth", context);
  const auto settled = organization.settle_batch({{"none", 1}, {"third", minute}}, context);
  CHECK(settled.size() == 2 && settled[0].status == PHS_BILLING_NOT_AUTHORIZED);
  CHECK(settled[1].status == PHS_OK && settled[1].answer.drawn == dollar);
  CHECK(organization.settle_batch({}, context).empty());

  CHECK(organization.rate("+442079460123", PHS_DIRECTION_OUTBOUND, 0, 1).amount == dollar);
  REFUSES(PHS_TARIFF_NO_RATE, organization.rate("+33142685300", PHS_DIRECTION_OUTBOUND, 0, 1));
  const auto rated = organization.rate_batch({{442079460123, 0, minute + 1, 1, 0}, {0, 0, 0, 1, 0}});
  CHECK(rated.size() == 2 && rated[0].status == PHS_OK && rated[0].answer.amount == 2 * dollar);
  CHECK(rated[1].status == PHS_NUMBER_TOO_SHORT && rated[1].answer.amount == 0);
  CHECK(organization.rate_batch({}).empty());

  // What is too long is seen to be no country.
  REFUSES(PHS_ENVELOPE_MALFORMED,
          organization.authorize(phone_system::Call(PHS_CALL_KIND_UCAP_OUT, "4", "United States"),
                                 context));
  phones.close();
  REFUSES(PHS_BOUNDARY_HANDLE_CLOSED, organization.authorize(call, context));
  call.called = "911";
  CHECK(organization.begin_call(owned, call, context).authorization.emergency == 1);
}

void threads_that_call() {
  const System phones;
  const auto organization = phones.organization("contoso");
  phones.execute(import);
  std::vector<std::thread> workers;
  for (int worker = 0; worker < 6; ++worker) {
    workers.emplace_back([&] {
      for (int one = 0; one < 50; ++one) {
        try {
          const Permit permit = organization.admit(owned);
        } catch (const Error &error) {
          if (error.code() != PHS_CAPACITY_LIMIT_REACHED) {
            throw;
          }
        }
      }
    });
  }
  for (auto &worker : workers) {
    worker.join();
  }
  const phs_occupancy known = phones.occupancy(owned);
  CHECK(known.in_use == 0 && known.peak <= limit && known.admitted + known.refused == 300);
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
  reference_data();
  stores();
  permits();
  lines();
  gates();
  simulations();
  charges();
  threads();
  threads_that_call();
  std::cout << "boundary: " << checks << " checks passed\n";
}
