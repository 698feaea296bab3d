// Loads stock, buys seats, asks how many numbers they entitle to, and lets a number make a call.

#include "phone_system.hpp"

#include <iostream>

int main() {
  try {
    phone_system::System phones;
    std::cout << phones.execute(R"({"at": "2018-04-01T09:00:00Z", "actor": "ada",
      "command": {"name": "stock.load", "fields": {"csv": ")"
      R"(TelephoneNumber,IsoCountryCode,IsoSubdivision,City,Kind\n)"
      R"(+14255550100-+14255550199,US,WA,Bellevue,user\n"}}})")
              << '\n';
    const auto contoso = phones.organization("contoso");
    for (const std::string sku : {"ENTERPRISEPREMIUM", "MCOPSTN1"}) {
      std::cout << contoso.execute(R"({"at": "2018-04-01T09:01:00Z", "actor": "ada",
        "command": {"name": "licensing.buy_seats", "fields": {"seats": 20, "sku": ")" +
                                   sku + "\"}}}")
                << '\n';
    }
    std::cout << contoso.query(R"({"at": "2018-04-01T09:02:00Z",
      "query": {"name": "licensing.entitlement", "fields": {}}})")
              << '\n';
    std::cout << contoso.execute(R"({"at": "2018-04-01T09:03:00Z", "actor": "ada",
      "command": {"name": "inventory.import_owned", "fields": {"csv": ")"
      R"(TelephoneNumber,IsoCountryCode,Capability\n+14255550200,US,UserAssignment\n"}}})")
              << '\n';
    // The call ends with its permit.
    const auto permit = contoso.admit(14255550200, "+442079460100");
    std::cout << "calls: " << phones.occupancy(14255550200).in_use << '\n';
  } catch (const phone_system::Error &error) {
    std::cerr << error.json() << '\n';
    return 1;
  }
}
