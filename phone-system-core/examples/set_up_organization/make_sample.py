"""Makes the samples: an organization in two countries, and a smaller one in Great Britain.

Run it anywhere: `python3 make_sample.py` writes the folders `sample` and `sample_gb` beside this
file, `python3 make_sample.py FOLDER` in another one. It needs nothing but Python 3.11, and writes
the same bytes each time. What the samples are made of is in `sample_data.py`.

Nothing in it is real. Users are `user0001@example.com` and so on. All numbers lie in ranges that
are set aside for fiction: 555-0100 to 555-0199 in North America, Ofcom's for Great Britain
(020 7946 0xxx and the like), and those of the other countries' regulators. Prices are invented.
Addresses are those of public buildings, some of them written wrongly on purpose.
"""

import csv
import json
import random
import sys
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

from sample_calls import Calls, usage_row
from sample_data import (
    ADDRESS_COLUMNS,
    BY_THE_SECOND,
    CONNECTION_FEES,
    CONTOSO,
    FABRIKAM_UK,
    INBOUND,
    NUMBER_COLUMNS,
    OUTBOUND,
    PLACES,
    TARIFF_COLUMNS,
    USAGE_COLUMNS,
    Block,
    PortList,
    Row,
    Sample,
    Service,
    User,
    fictional,
    made_up_id,
)


def make_users(sample: Sample, rng: random.Random) -> list[User]:
    """The users, country after country, their licences in no order."""
    users: list[User] = []
    for country, counts in sample.users.items():
        licenses = [licenses for licenses, count in counts.items() for _ in range(count)]
        rng.shuffle(licenses)
        users.extend(User(n, country, held) for n, held in enumerate(licenses, len(users) + 1))
    return users


def assign_numbers(sample: Sample, users: list[User]) -> None:
    """Gives the numbers of the blocks to the first users of their country with a plan."""
    waiting = {
        country: iter([user for user in users if user.country == country and user.plan])
        for country in sample.users
    }
    for block in sample.blocks:
        for number in fictional(block.exchange)[: block.assigned]:
            next(waiting[block.country]).telephone = number


def number_row(cells: dict[str, str]) -> Row:
    """A row of the export; what is not given is what it is of every number here."""
    same = {
        "NumberType": "CallingPlan",
        "ActivationState": "Activated",
        "LocationUpdateSupported": "True",
        "PstnAssignmentStatus": "Unassigned",
        "NumberSource": "Online",
        "AssignmentBlockedState": "NotBlocked",
        "SmsActivationState": "NotActivated",
    }
    return [(same | cells).get(column, "") for column in NUMBER_COLUMNS]


def user_number_rows(block: Block, users: list[User]) -> Iterator[Row]:
    """The numbers of a block."""
    holders = {user.telephone: user.upn for user in users if user.telephone}
    for place_in_block, number in enumerate(fictional(block.exchange)[: block.count]):
        holder = holders.get(number, "")
        cells = {
            "TelephoneNumber": number,
            "Capability": "{UserAssignment}",
            "City": block.city,
            "IsoCountryCode": block.country,
            "IsoSubdivision": block.state,
            "PortInOrderStatus": "Completed" if block.ported else "",
        }
        if holder:
            cells |= {
                "AssignedPstnTargetId": holder,
                "AssignmentCategory": "Primary",
                "PstnAssignmentStatus": "UserAssigned",
            }
        # In North America an address comes with the holder, elsewhere with the number.
        if holder or block.country != "US":
            address = block.places[place_in_block % len(block.places)]
            cells["CivicAddressId"] = made_up_id(address)
            cells["LocationId"] = made_up_id(f"{address}/default")
        yield number_row(cells)


def service_number_row(service: Service) -> Row:
    """A service number."""
    return number_row(
        {
            "TelephoneNumber": service.number,
            "AssignedPstnTargetId": service.target,
            "Capability": "{ConferenceAssignment, VoiceApplicationAssignment}",
            "City": service.city,
            "IsoCountryCode": service.country,
            "IsoSubdivision": service.state,
            "PstnAssignmentStatus": service.status,
        }
    )


def told_rows(sample: Sample, users: list[User], rng: random.Random) -> list[Row]:
    """Most of those who hold a number."""
    holders = [user for user in users if user.telephone]
    untold = {user.upn for user in rng.sample(holders, sample.untold)}
    return [[user.upn] for user in holders if user.upn not in untold]


# ---------------------------------------------------------------------------------------------
# Lists of numbers to port
# ---------------------------------------------------------------------------------------------


def american(number: str, way: int) -> str:
    """A number of North America as someone may write it."""
    area, exchange, line = number[2:5], number[5:8], number[8:]
    ways = [
        f"({area}) {exchange}-{line}",
        f"1-{area}-{exchange}-{line}",
        f"{area}.{exchange}.{line}",
        f"{area} {exchange} {line}",
        f"{area}{exchange}{line}",
        number,
    ]
    return ways[way % len(ways)]


def british(number: str, way: int) -> str:
    """A number of Great Britain, with an area code of three digits, as someone may write it."""
    area, exchange, line = number[3:6], number[6:9], number[9:]
    ways = [
        f"0{area} {exchange} {line}",
        f"(0{area}) {exchange} {line}",
        f"+44 {area} {exchange} {line}",
        f"0{area}.{exchange}.{line}",
        number,
    ]
    return ways[way % len(ways)]


def port_rows(port_list: PortList, rng: random.Random) -> list[Row]:
    """The numbers, two in three of them written as in the phone system, and hopeless rows."""
    written = british if port_list.country == "GB" else american
    numbers = [number for exchange in port_list.exchanges for number in fictional(exchange)]
    numbers = numbers[: port_list.count]
    rows = [written(n, way // 3) if way % 3 == 0 else n for way, n in enumerate(numbers)]
    for hopeless in port_list.hopeless:
        # A duplicate comes after its first.
        row = hopeless.replace("{first}", written(numbers[0], 1))
        rows.insert(rng.randint(1, len(rows)), row)
    return [[row] for row in rows]


# ---------------------------------------------------------------------------------------------
# Addresses and prices
# ---------------------------------------------------------------------------------------------


def address_rows(sample: Sample) -> Iterator[Row]:
    """The civic addresses."""
    for name in sample.places:
        cells = PLACES[name] | {
            "CivicAddressId": made_up_id(name),
            "CompanyName": sample.company,
            "Description": name,
        }
        yield [cells.get(column, "") for column in ADDRESS_COLUMNS]


def tariff_rows(sample: Sample) -> Iterator[Row]:
    """The price list."""
    for direction, rates in (("outbound", OUTBOUND), ("inbound", INBOUND)):
        for prefix, country, name, per_minute in rates:
            fee = CONNECTION_FEES.get(prefix, "0") if direction == "outbound" else "0"
            by_the_second = direction == "outbound" and prefix in BY_THE_SECOND
            steps = [30, 1] if by_the_second else [0, 60]
            prices = [price(sample, per_minute), price(sample, fee)]
            yield [direction, prefix, country, name, *prices, *steps]


def price(sample: Sample, dollars: str) -> str:
    """A price of the tables in the currency of the sample."""
    return str((Decimal(dollars) * Decimal(sample.price_factor)).quantize(Decimal("0.0001")))


def settings(sample: Sample) -> dict[str, Any]:
    """What is in no table."""
    return {
        "format": 1,
        "organization": sample.organization,
        "at": "2018-05-02T09:00:00Z",
        "generation": "2018",
        "overrides": {},
        "billing_country": sample.billing_country,
        "port_lists": [
            {
                "file": f"port_{port_list.name}.csv",
                "losing_carrier": port_list.losing_carrier,
                "account": port_list.account,
                "kind": port_list.kind,
                "country": port_list.country,
            }
            for port_list in sample.port_lists
        ],
        "wanted": sample.wanted,
        "credits": sample.credits,
        "tariff": {"name": sample.tariff, "file": "tariff.csv"},
        "usage": "usage.csv",
    }


def write(folder: Path, name: str, columns: Sequence[str], rows: Iterable[Row]) -> None:
    """Writes a table."""
    with open(folder / name, "w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows(rows)


def make(sample: Sample, into: Path) -> None:
    """Writes the folder of a sample."""
    folder = into / sample.folder
    folder.mkdir(exist_ok=True)
    rng = random.Random(sample.seed)
    users = make_users(sample, rng)
    assign_numbers(sample, users)

    write(folder, "seats.csv", ["SkuPartNumber", "Seats"], sample.seats.items())
    columns = ["UserPrincipalName", "DisplayName", "UsageLocation", "Licenses"]
    licensed = [[user.upn, user.name, user.country, user.licenses] for user in users]
    write(folder, "licenses.csv", columns, licensed)
    owned = [row for block in sample.blocks for row in user_number_rows(block, users)]
    owned.extend(service_number_row(service) for service in sample.services)
    write(folder, "numbers.csv", NUMBER_COLUMNS, owned)
    write(folder, "told.csv", ["UserPrincipalName"], told_rows(sample, users, rng))
    for port_list in sample.port_lists:
        rows = port_rows(port_list, rng)
        write(folder, f"port_{port_list.name}.csv", ["PhoneNumber"], rows)
    write(folder, "addresses.csv", ADDRESS_COLUMNS, address_rows(sample))
    write(folder, "tariff.csv", TARIFF_COLUMNS, tariff_rows(sample))
    calls = Calls(sample, users, rng).all()
    currency = sample.credits["currency"]
    write(folder, "usage.csv", USAGE_COLUMNS, [usage_row(call, currency, rng) for call in calls])
    text = json.dumps(settings(sample), indent=2) + "\n"
    (folder / "settings.json").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    into = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent
    for sample in (CONTOSO, FABRIKAM_UK):
        make(sample, into)
