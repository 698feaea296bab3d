"""What all tests begin with."""

import keyword
from datetime import UTC, datetime

import pytest

import phone_system

NOW = datetime(2018, 4, 1, 9, tzinfo=UTC)

STOCK = """\
TelephoneNumber,IsoCountryCode,IsoSubdivision,City,Kind
+14255550100-+14255550199,US,WA,Bellevue,user
+18005550100-+18005550119,US,,,service_toll_free
"""


def path_to(name: str) -> tuple[str, str]:
    """The area and the method of a dotted name; a keyword of Python has an underscore behind it."""
    area, _, method = name.partition(".")
    return area, f"{method}_" if keyword.iskeyword(method) else method


@pytest.fixture
def system() -> phone_system.System:
    return phone_system.System()


@pytest.fixture
def contoso(system: phone_system.System) -> phone_system.Organization:
    return system.organization("contoso", actor="ada", clock=lambda: NOW)


@pytest.fixture
def provider(system: phone_system.System) -> phone_system.Provider:
    return system.provider(actor="grace", clock=lambda: NOW)


@pytest.fixture
def stocked(
    contoso: phone_system.Organization, provider: phone_system.Provider
) -> phone_system.Organization:
    """An organization with licences, and a stock to buy from."""
    provider.stock.load(csv=STOCK)
    contoso.licensing.buy_seats(sku="ENTERPRISEPREMIUM", seats=20)
    contoso.licensing.buy_seats(sku="MCOPSTN1", seats=20)
    return contoso
