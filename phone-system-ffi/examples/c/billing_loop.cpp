// A prepaid billing loop over a file that is named as the argument: each call is begun, extended
// once, settled and released. Run again, after a crash say, it tells what it did and charges nothing
// twice, because everything it asks for has a key; what was refused is asked for again.

#include "phone_system.hpp"

#include <algorithm>
#include <cstdint>
#include <iomanip>
#include <iostream>
#include <string>

namespace {

using phone_system::Call;
using phone_system::Error;

constexpr std::int64_t second = 1000000;

std::string command(const std::string &key, const std::string &name, const std::string &fields) {
  return R"({"at": "2018-04-02T08:00:00Z", "actor": "ada", "key": ")" + key +
         R"(", "command": {"name": ")" + name + R"(", "fields": {)" + fields + "}}}";
}

const std::string price_list =
    R"({"tariff": {"name": "Retail", "currency": "USD", "csv": ")"
    R"(Direction,Prefix,RatePerMinute,ConnectionFee,MinimumSeconds,IncrementSeconds\n)"
    R"(outbound,44,0.60,,,\noutbound,33,0.90,0.10,30,6\noutbound,1,0.60,,1,1\n"}})";

const std::string set_up[] = {
    command("number", "inventory.import_owned",
            R"("csv": "TelephoneNumber,IsoCountryCode,Capability\n)"
            R"(+14255550100,US,UserAssignment\n")"),
    command("credits", "billing.set_up_credits", R"("currency": "USD")"),
    command("prices", "billing.choose_tariff", R"("tariff": "Retail")"),
    command("funds", "billing.add_funds", R"("amount": "10.00")"),
};

// What happened on the line.
struct Line {
  const char *id, *called;
  std::int64_t lasted;
};

constexpr Line lines[] = {
    {"call-1", "+442079460123", 150 * second}, {"call-2", "+33142685300", 61 * second},
    {"call-3", "+442079460123", 0},            {"call-4", "+33142685300", 480 * second},
    {"call-5", "911", 90 * second},            {"call-6", "+12065550123", 20 * second},
    {"call-7", "+442079460123", 20 * second},
};

constexpr std::uint64_t own = 14255550100;

// One call of the organization's attendant, from its beginning to its end.
void carry(const phone_system::Organization &contoso, const Line &line, std::int64_t begins) {
  const std::string id = line.id;
  const std::string key_begins = id + " begins", key_goes_on = id + " goes on",
                    key_ends = id + " ends";
  Call call(PHS_CALL_KIND_UCAP_OUT, line.id, "US");
  call.called = line.called;
  call.wanted = 60 * second;
  std::cout << id << ": ";
  try {
    // The place on the number is given back when this ends.
    const auto begun = contoso.begin_call(own, call, {begins, "switch-1", key_begins.c_str()});
    // Nothing is held for an emergency call, and nothing is to be paid.
    if (begun.authorization.emergency) {
      std::cout << "an emergency call\n";
      return;
    }

    // Before the first minute is over, for as long as there are funds, up to ten minutes.
    phs_context context = {begins + 50 * second, "switch-1", key_goes_on.c_str()};
    std::int64_t may_last = begun.authorization.duration;
    try {
      may_last = contoso.extend(id, 600 * second, context).duration;
    } catch (const Error &) {
      // Whatever was refused, it may last as long as before.
    }
    // Whoever carries the call ends it when its time is over.
    const std::int64_t lasted = std::min(line.lasted, may_last);
    context.at += lasted;
    context.key = key_ends.c_str();
    const phs_charge charge = contoso.settle({line.id, lasted}, context);
    std::cout << lasted / second << " s, " << charge.amount / second << '.' << std::setfill('0')
              << std::setw(2) << charge.amount % second / 10000 << " USD"
              << (lasted < line.lasted ? ", cut off\n" : "\n");
  } catch (const Error &error) {
    if (error.code() != PHS_BILLING_FUNDS_TOO_LOW) {
      throw;
    }
    std::cout << "refused, the funds are too low\n";
  }
}

void work(const std::string &path) {
  // A path with quotes or backslashes would have to be escaped here.
  auto phones = phone_system::System::open_store(R"({"path": ")" + path + R"(", "create": true})");
  const auto contoso = phones.organization("contoso");
  // Price lists are not in the file.
  phones.give(price_list);
  for (const std::string &step : set_up) {
    contoso.execute(step);
  }
  // 2018-04-02T09:00:00Z, and then a call in every ten minutes.
  std::int64_t begins = 1522659600 * second;
  for (const Line &line : lines) {
    carry(contoso, line, begins);
    begins += 600 * second;
  }
  const std::string account = contoso.query(
      R"({"at": "2018-04-02T12:00:00Z", "query": {"name": "billing.account", "fields": {}}})");
  const std::string field = R"("balance":")";
  const auto begin = account.find(field) + field.size();
  std::cout << "balance: " << account.substr(begin, account.find('"', begin) - begin) << " USD\n";
  phones.close();
}

} // namespace

int main(int count, char **words) {
  try {
    work(count == 2 ? words[1] : "calls.phs");
  } catch (const Error &error) {
    std::cerr << error.json() << '\n';
    return 1;
  }
}
