// Loads stock, buys seats, and asks how many numbers they entitle to.

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
  } catch (const phone_system::Error &error) {
    std::cerr << error.json() << '\n';
    return 1;
  }
}
