"""What the two samples are made of: places, prices, numbers, people, and what differs."""

import csv
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

Row = Sequence[object]

# ---------------------------------------------------------------------------------------------
# What the two samples have in common
# ---------------------------------------------------------------------------------------------

MONTH = datetime(2018, 4, 1, tzinfo=UTC)
DAYS = 30

# Working hours of the month's calls, in UTC: from, to.
HOURS = {"US": (15, 23), "GB": (7, 17)}

# Where calls come from and go to: exchanges of which no number is the organization's.
OUTSIDE = {
    "US": ["+16025550", "+16175550", "+17025550", "+17135550", "+13055550"],
    "GB": ["+441174960", "+441134960", "+441144960", "+441414960"],
    "CA": ["+14165550", "+16045550", "+15145550"],
    "FR": ["+33199000"],
    "DE": ["+493023125"],
    "SE": ["+46846500"],
    "AU": ["+61255501", "+61370101"],
    "JM": ["+18765550"],
    "DO": ["+18095550"],
}

# Digits that the usage report hides at the end of callers' numbers, by country.
MASKED_DIGITS = {"DE": 3, "FR": 4, "SE": 3}

# Dial-out from conferences includes these countries (Zone A), and not the others.
CONFERENCES_INCLUDE = ["US", "GB", "CA", "AU"]
CONFERENCES_CHARGE = ["JM", "DO"]

# What a minute costs to the numbers with a prefix: invented prices in USD.
OUTBOUND = [
    ("1", "US", "United States", "0.0100"),
    ("1800", "US", "United States, toll-free", "0.0000"),
    ("1833", "US", "United States, toll-free", "0.0000"),
    ("1844", "US", "United States, toll-free", "0.0000"),
    ("1855", "US", "United States, toll-free", "0.0000"),
    ("1866", "US", "United States, toll-free", "0.0000"),
    ("1877", "US", "United States, toll-free", "0.0000"),
    ("1888", "US", "United States, toll-free", "0.0000"),
    ("1416", "CA", "Canada", "0.0120"),
    ("1514", "CA", "Canada", "0.0120"),
    ("1604", "CA", "Canada", "0.0120"),
    ("1787", "PR", "Puerto Rico", "0.0150"),
    ("1809", "DO", "Dominican Republic", "0.1500"),
    ("1876", "JM", "Jamaica", "0.2200"),
    ("44", "GB", "United Kingdom", "0.0150"),
    ("447", "GB", "United Kingdom, mobile", "0.0600"),
    ("44800", "GB", "United Kingdom, toll-free", "0.0000"),
    ("44808", "GB", "United Kingdom, toll-free", "0.0000"),
    ("33", "FR", "France", "0.0350"),
    ("336", "FR", "France, mobile", "0.1100"),
    ("337", "FR", "France, mobile", "0.1100"),
    ("49", "DE", "Germany", "0.0320"),
    ("4915", "DE", "Germany, mobile", "0.1200"),
    ("4916", "DE", "Germany, mobile", "0.1200"),
    ("4917", "DE", "Germany, mobile", "0.1200"),
    ("353", "IE", "Ireland", "0.0280"),
    ("3538", "IE", "Ireland, mobile", "0.1100"),
    ("31", "NL", "Netherlands", "0.0300"),
    ("316", "NL", "Netherlands, mobile", "0.1150"),
    ("32", "BE", "Belgium", "0.0330"),
    ("34", "ES", "Spain", "0.0300"),
    ("346", "ES", "Spain, mobile", "0.1050"),
    ("39", "IT", "Italy", "0.0300"),
    ("393", "IT", "Italy, mobile", "0.1250"),
    ("41", "CH", "Switzerland", "0.0400"),
    ("417", "CH", "Switzerland, mobile", "0.2100"),
    ("43", "AT", "Austria", "0.0380"),
    ("45", "DK", "Denmark", "0.0290"),
    ("46", "SE", "Sweden", "0.0270"),
    ("467", "SE", "Sweden, mobile", "0.0950"),
    ("47", "NO", "Norway", "0.0310"),
    ("48", "PL", "Poland", "0.0340"),
    ("351", "PT", "Portugal", "0.0360"),
    ("358", "FI", "Finland", "0.0660"),
    ("420", "CZ", "Czechia", "0.0420"),
    ("30", "GR", "Greece", "0.0370"),
    ("61", "AU", "Australia", "0.0450"),
    ("614", "AU", "Australia, mobile", "0.1300"),
    ("64", "NZ", "New Zealand", "0.0430"),
    ("81", "JP", "Japan", "0.0700"),
    ("82", "KR", "South Korea", "0.0520"),
    ("86", "CN", "China", "0.0480"),
    ("852", "HK", "Hong Kong", "0.0560"),
    ("65", "SG", "Singapore", "0.0410"),
    ("91", "IN", "India", "0.0740"),
    ("52", "MX", "Mexico", "0.0460"),
    ("55", "BR", "Brazil", "0.0580"),
    ("54", "AR", "Argentina", "0.0610"),
    ("27", "ZA", "South Africa", "0.1350"),
    ("234", "NG", "Nigeria", "0.1900"),
    ("254", "KE", "Kenya", "0.2400"),
    ("971", "AE", "United Arab Emirates", "0.2600"),
]

# What a minute costs from the callers of toll-free numbers. The one-digit prefixes stand for the
# rest of the world.
INBOUND = [
    ("1", "US", "From the United States", "0.0220"),
    ("1416", "CA", "From Canada", "0.0350"),
    ("1514", "CA", "From Canada", "0.0350"),
    ("1604", "CA", "From Canada", "0.0350"),
    ("44", "GB", "From the United Kingdom", "0.0400"),
    *[(str(digit), "", "From elsewhere", "0.1200") for digit in range(2, 10)],
]

# Prefixes with a price for being connected, and with charges by the second after half a minute.
CONNECTION_FEES = {"1809": "0.0200", "1876": "0.0500"}
BY_THE_SECOND = {"44", "447", "61"}

ADDRESS_COLUMNS = [
    "CivicAddressId",
    "CompanyName",
    "CountryOrRegion",
    "HouseNumber",
    "HouseNumberSuffix",
    "PreDirectional",
    "StreetName",
    "StreetSuffix",
    "PostDirectional",
    "City",
    "CityAlias",
    "StateOrProvince",
    "PostalCode",
    "Latitude",
    "Longitude",
    "Description",
    "CompanyTaxId",
    "Elin",
]


# The civic addresses: a name for this script, then what the columns of that name say.
PLACES_TABLE = """\
Name,CountryOrRegion,HouseNumber,PreDirectional,StreetName,StreetSuffix,PostDirectional,City,StateOrProvince,PostalCode,Latitude,Longitude
Bellevue City Hall,US,450,,110th,Ave,NE,Bellevue,WA,98004,47.6145,-122.1923
Seattle City Hall,US,600,,4th,Ave,,Seattle,WA,98104,47.6038,-122.3301
Chicago City Hall,US,121,N,LaSalle,St,,Chicago,IL,60602,41.8838,-87.6324
New York library,US,476,,5th,Ave,,New York,NY,10018,40.7532,-73.9822
London library,GB,96,,Euston Road,,,London,,NW1 2DB,51.5300,-0.1277
Edinburgh chambers,GB,253,,High Street,,,Edinburgh,,EH1 1YJ,55.9503,-3.1903
Manchester library,GB,150,,Deansgate,,,Manchester,,M3 3EH,53.4804,-2.2487
Birmingham square,GB,1,,Victoria Square,,,Birmingham,,B1 1BD,52.4797,-1.9031
Bellevue library,US,1111,,110th,Ave,NE,Bellevu,WA,98004,47.6205,-122.1930
Seattle library,US,1000,,4,Ave,,Seattle,WA,98104,47.6067,-122.3325
Chicago library,US,400,S,State,St,,Chicago,IL,6O6O5,41.8763,-87.6282
London museum,GB,183,,Euston Road,,,London,,nw12be,51.5259,-0.1339
Seattle mail,US,,,PO Box 1200,,,Seattle,WA,98111,47.6062,-122.3321
London mail,GB,,,PO Box 77,,,London,,NW1 2DB,51.5300,-0.1277
Portland City Hall,US,1221,SW,4th,Ave,,Portland,OR,10018,45.5152,-122.6784
"""
# The first eight are right. The next four can be put right: a letter lost in the city, a numeric
# street without its ending, the letter O for 0 in a ZIP code, a postcode in small letters without
# its blank. The last three are beyond repair: nobody lives in a post-office box, and the ZIP code
# is one of New York, not of Portland.
PLACES = {row["Name"]: row for row in csv.DictReader(PLACES_TABLE.splitlines())}

NUMBER_COLUMNS = [
    "TelephoneNumber",
    "OperatorId",
    "NumberType",
    "ActivationState",
    "AssignedPstnTargetId",
    "AssignmentCategory",
    "Capability",
    "City",
    "CivicAddressId",
    "IsoCountryCode",
    "IsoSubdivision",
    "LocationId",
    "LocationUpdateSupported",
    "NetworkSiteId",
    "PortInOrderStatus",
    "PstnAssignmentStatus",
    "PstnPartnerId",
    "PstnPartnerName",
    "NumberSource",
    "ReverseNumberLookup",
    "Tag",
    "AssignmentBlockedState",
    "AssignmentBlockedUntil",
    "SmsActivationState",
    "SmsProfileId",
]

TARIFF_COLUMNS = [
    "Direction",
    "Prefix",
    "Country",
    "Destination",
    "RatePerMinute",
    "ConnectionFee",
    "MinimumSeconds",
    "IncrementSeconds",
]

USAGE_COLUMNS = [
    "UsageId",
    "Call ID",
    "Conference ID",
    "User Location",
    "AAD ObjectId",
    "UPN",
    "User Display Name",
    "Caller ID",
    "Call Type",
    "Number Type",
    "Domestic/International",
    "Destination Dialed",
    "Destination Number",
    "Start Time",
    "End Time",
    "Duration Seconds",
    "Connection Fee",
    "Charge",
    "Currency",
    "Capability",
]


# ---------------------------------------------------------------------------------------------
# In what the two samples differ
# ---------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Block:
    """User numbers of one exchange that are owned: the first `assigned` of them have a holder."""

    exchange: str
    country: str
    city: str
    state: str
    count: int
    assigned: int
    places: list[str]
    ported: bool = False


@dataclass(frozen=True)
class Service:
    """A service number that is owned: `status` as in the export, `target` who answers."""

    number: str
    country: str
    status: str
    city: str = ""
    state: str = ""
    target: str = ""


@dataclass(frozen=True)
class PortList:
    """Numbers to port: `exchanges` has them all; `hopeless` are rows that no one can read."""

    name: str
    losing_carrier: str
    account: str
    kind: str
    country: str
    count: int
    exchanges: list[str]
    hopeless: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Sample:
    """One organization: all that its folder is made from."""

    folder: str
    organization: str
    company: str
    seed: int
    billing_country: str
    # How many users have which licences, by country.
    users: dict[str, dict[str, int]]
    # Seats bought, in the order of the file; some more than are assigned.
    seats: dict[str, int]
    blocks: list[Block]
    services: list[Service]
    port_lists: list[PortList]
    # Names of PLACES.
    places: list[str]
    # How many holders of a number were not told it.
    untold: int
    # How many calls there are of each sort that `Calls` can make.
    calls: dict[str, int]
    wanted: list[str]
    credits: dict[str, Any]
    tariff: str
    # Prices are those of the tables above times this.
    price_factor: str


CONTOSO = Sample(
    folder="sample",
    organization="contoso",
    company="Contoso",
    seed=2018,
    billing_country="US",
    users={
        "US": {
            "ENTERPRISEPREMIUM+MCOPSTN1": 560,
            "ENTERPRISEPREMIUM+MCOPSTN2": 180,
            "ENTERPRISEPREMIUM+MCOPSTN1+MCOPSTNPP": 60,
            "ENTERPRISEPACK+MCOEV+MCOPSTN1": 240,
            "ENTERPRISEPACK+MCOEV+MCOPSTN2": 60,
            "ENTERPRISEPACK+MCOEV+MCOMEETADV+MCOPSTN1": 30,
            "ENTERPRISEPACK+MCOEV+MCOMEETADV+MCOPSTN1+MCOPSTNPP": 20,
            "ENTERPRISEPREMIUM": 10,
            "ENTERPRISEPACK": 20,
        },
        "GB": {
            "ENTERPRISEPREMIUM+MCOPSTN1": 40,
            "ENTERPRISEPREMIUM+MCOPSTN2": 20,
            "ENTERPRISEPREMIUM+MCOPSTN1+MCOPSTNPP": 16,
            "ENTERPRISEPACK+MCOEV+MCOPSTN1": 20,
            "ENTERPRISEPACK+MCOEV+MCOPSTN2": 8,
            "ENTERPRISEPACK+MCOEV+MCOMEETADV+MCOPSTN1": 4,
            "ENTERPRISEPACK+MCOEV+MCOMEETADV+MCOPSTN1+MCOPSTNPP": 4,
            "ENTERPRISEPREMIUM": 4,
            "ENTERPRISEPACK": 4,
        },
    },
    seats={
        "ENTERPRISEPREMIUM": 900,
        "ENTERPRISEPACK": 410,
        "MCOEV": 390,
        "MCOMEETADV": 60,
        "MCOPSTN1": 1000,
        "MCOPSTN2": 275,
        "MCOPSTNPP": 100,
    },
    blocks=[
        Block(
            "+14255550", "US", "Bellevue", "WA", 24, 22, ["Bellevue City Hall", "Bellevue library"]
        ),
        Block("+12065550", "US", "Seattle", "WA", 10, 9, ["Seattle City Hall", "Seattle library"]),
        Block("+13125550", "US", "Chicago", "IL", 6, 5, ["Chicago City Hall", "Chicago library"]),
        Block(
            "+442079460",
            "GB",
            "London",
            "",
            60,
            50,
            ["London library", "London museum"],
            ported=True,
        ),
        Block("+441314960", "GB", "Edinburgh", "", 25, 21, ["Edinburgh chambers"]),
        Block("+441614960", "GB", "Manchester", "", 25, 21, ["Manchester library"]),
        Block("+441214960", "GB", "Birmingham", "", 20, 16, ["Birmingham square"]),
    ],
    services=[
        Service("+12065550190", "US", "ConferenceAssigned", "Seattle", "WA"),
        Service(
            "+14255550190",
            "US",
            "VoiceApplicationAssigned",
            "Bellevue",
            "WA",
            target="attendant.main@example.com",
        ),
        Service("+18005550100", "US", "ConferenceAssigned"),
    ],
    port_lists=[
        PortList(
            name="fabrikam",
            losing_carrier="Fabrikam Telecom",
            account="FT4471093",
            kind="user",
            country="US",
            count=1020,
            # A hundred numbers each, of the last one only twenty.
            exchanges=[
                f"+1{area}5550" for area in [202, 212, 213, 214, 215, 303, 404, 415, 503, 512, 646]
            ],
            hopeless=["202555010", "ask reception", "(2O2) 555-O1O3", "{first}"],
        ),
        PortList(
            name="northwind",
            losing_carrier="Northwind Telephone",
            account="NT20933",
            kind="user",
            country="US",
            count=130,
            exchanges=["+16195550", "+18015550"],
            hopeless=["619-555-01001"],
        ),
        PortList(
            name="toll",
            losing_carrier="Northwind Telephone",
            account="NT20933",
            kind="service_toll",
            country="US",
            count=3,
            exchanges=["+19075550"],
        ),
        PortList(
            name="toll_free",
            losing_carrier="Northwind Telephone",
            account="NT20933",
            kind="service_toll_free",
            country="US",
            count=2,
            exchanges=["+18885550"],
        ),
    ],
    places=[name for name in PLACES if name != "London mail"],
    untold=14,
    calls={
        "user_called": 1900,
        "user_calls_home": 1780,
        "user_calls_abroad_by_plan": 130,
        "user_calls_abroad_on_credits": 70,
        "user_calls_abroad_unpaid": 38,
        "user_calls_for_help": 2,
        "conference_called": 640,
        "conference_called_toll_free": 360,
        "conference_calls_included": 150,
        "conference_calls_on_credits": 22,
        "conference_calls_unpaid": 8,
        "attendant_called": 240,
        "nobody_called": 60,
    },
    wanted=[
        "calling_plans",
        "audio_conferencing",
        "call_queues",
        "attendants",
        "bridge_numbers",
        "communications_credits",
    ],
    credits={
        "currency": "USD",
        "funds": [
            {
                "at": "2018-04-01T00:00:00Z",
                "amount": "50.00",
                "agreement": "EA-1001",
                "purchase_order": "PO-77",
            }
        ],
        "auto_recharge": {"recharge_with": "100.00", "when_below": "20.00", "agreement": "EA-1001"},
        "recharges": "succeed",
        "recharge_takes": "PT5M",
    },
    tariff="contoso-2018",
    price_factor="1",
)

FABRIKAM_UK = Sample(
    folder="sample_gb",
    organization="fabrikam-uk",
    company="Fabrikam UK",
    seed=76,
    # The usage location of licences decides what is to be had, not the billing address.
    billing_country="IE",
    users={
        "GB": {
            "ENTERPRISEPREMIUM+MCOPSTN1": 20,
            "ENTERPRISEPREMIUM+MCOPSTN2": 12,
            "ENTERPRISEPREMIUM+MCOPSTN1+MCOPSTNPP": 10,
            "ENTERPRISEPACK+MCOEV+MCOPSTN1": 12,
            "ENTERPRISEPACK+MCOEV+MCOMEETADV+MCOPSTN1+MCOPSTNPP": 6,
            "ENTERPRISEPREMIUM": 5,
            "ENTERPRISEPACK": 20,
        },
    },
    seats={
        "ENTERPRISEPREMIUM": 50,
        "ENTERPRISEPACK": 38,
        "MCOEV": 20,
        "MCOMEETADV": 6,
        "MCOPSTN1": 48,
        "MCOPSTN2": 15,
        "MCOPSTNPP": 16,
    },
    blocks=[
        Block("+442079460", "GB", "London", "", 12, 10, ["London library"], ported=True),
        Block("+441614960", "GB", "Manchester", "", 6, 5, ["Manchester library"]),
    ],
    services=[
        Service("+442079460990", "GB", "ConferenceAssigned", "London"),
        Service("+448081570100", "GB", "ConferenceAssigned"),
    ],
    port_lists=[
        PortList(
            name="litware",
            losing_carrier="Litware Communications",
            account="LW88120",
            kind="user",
            country="GB",
            count=45,
            exchanges=["+441214960"],
            hopeless=["0121 496 01", "+1 425 555 0100", "{first}"],
        ),
        PortList(
            name="toll_free",
            losing_carrier="Litware Communications",
            account="LW88120",
            kind="service_toll_free",
            country="GB",
            count=1,
            exchanges=["+448081570"],
        ),
    ],
    places=[
        "London library",
        "London museum",
        "Manchester library",
        "Birmingham square",
        "London mail",
    ],
    untold=3,
    calls={
        "user_called": 340,
        "user_calls_home": 300,
        "user_calls_abroad_by_plan": 25,
        "user_calls_abroad_on_credits": 32,
        "user_calls_abroad_unpaid": 10,
        "user_calls_for_help": 1,
        "conference_called": 105,
        "conference_called_toll_free": 36,
        "conference_calls_included": 30,
        "conference_calls_on_credits": 7,
        "conference_calls_unpaid": 4,
        "nobody_called": 10,
    },
    wanted=["calling_plans", "audio_conferencing", "bridge_numbers", "communications_credits"],
    credits={
        "currency": "GBP",
        "funds": [{"at": "2018-04-01T00:00:00Z", "amount": "20.00"}],
        "auto_recharge": None,
        "recharges": "fail",
        "recharge_takes": "PT5M",
    },
    tariff="fabrikam-uk-2018",
    price_factor="0.75",
)


# ---------------------------------------------------------------------------------------------
# Numbers
# ---------------------------------------------------------------------------------------------


def fictional(exchange: str) -> list[str]:
    """The numbers set aside for fiction in an exchange: the exchange and three digits more."""
    if exchange.startswith("+1"):
        last = range(100, 200)
    elif exchange.startswith("+46"):
        last = range(400, 500)
    else:
        last = range(1000)
    return [f"{exchange}{digits:03}" for digits in last]


def destination(number: str) -> tuple[str, str]:
    """The country code and the name of the country of a number, by the longest prefix."""
    fitting = [row for row in OUTBOUND if number[1:].startswith(row[0])]
    _, country, name, _ = max(fitting, key=lambda row: len(row[0]))
    return country, name.partition(",")[0]


def masked(number: str) -> str:
    """The number as the usage report shows it of a caller."""
    hidden = MASKED_DIGITS.get(destination(number)[0], 0)
    return number[: len(number) - hidden] + "*" * hidden


def is_toll_free(number: str) -> bool:
    """Whether the caller of a number pays nothing."""
    return number.startswith(("+1800", "+1888", "+44808"))


def made_up_id(name: str) -> str:
    """An identifier that is always the same for the same name."""
    return str(uuid.uuid5(uuid.NAMESPACE_URL, f"https://example.com/{name}"))


# ---------------------------------------------------------------------------------------------
# Users, licences, and the numbers that are owned
# ---------------------------------------------------------------------------------------------


@dataclass
class User:
    """A user with licences, and a number if one is assigned."""

    number_in_list: int
    country: str
    licenses: str
    telephone: str = ""

    @property
    def upn(self) -> str:
        """The sign-in name."""
        return f"user{self.number_in_list:04}@example.com"

    @property
    def name(self) -> str:
        """The name that is shown."""
        return f"User {self.number_in_list}"

    def holds(self, *skus: str) -> bool:
        """Whether one of the licences is among the user's."""
        return not set(skus).isdisjoint(self.licenses.split("+"))

    @property
    def plan(self) -> str:
        """The calling plan, or nothing."""
        return next((sku for sku in ("MCOPSTN1", "MCOPSTN2") if self.holds(sku)), "")

    @property
    def organizes(self) -> bool:
        """Whether the user can lead meetings that people dial into."""
        return self.holds("ENTERPRISEPREMIUM", "MCOMEETADV")
