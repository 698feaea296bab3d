"""Makes the sample: an organization of 40 users in the United States and Great Britain.

All numbers lie in ranges set aside for fiction: 555-0100 to 555-0199 of North American area codes,
020 7946 0000 to 0999 in London. Run it in this folder: `python3 make_sample.py`.
"""

import csv
import json
import pathlib

SAMPLE = pathlib.Path(__file__).parent / "sample"
AREA_CODES = [202, 206, 212, 213, 214, 215, 303, 312, 404, 415, 425, 503, 512]
AREAS = {425: ("WA", "Bellevue"), 206: ("WA", "Seattle")}


def write(name, header, rows):
    with open(SAMPLE / name, "w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)


def fictional(count, skip=0):
    """Fictional user numbers of North America, but for Bellevue's, which are owned already."""
    numbers = [(area, last) for area in AREA_CODES if area != 425 for last in range(100, 200)]
    return [f"+1{area}5550{last}" for area, last in numbers[skip : skip + count]]


users = [f"user{n:04}@example.com" for n in range(1, 41)]
write("seats.csv", ["SkuPartNumber", "Seats"], [
    ["ENTERPRISEPREMIUM", 30], ["ENTERPRISEPACK", 10], ["MCOEV", 10], ["MCOPSTN1", 20], ["MCOPSTN2", 15],
])
write("licenses.csv", ["UserPrincipalName", "DisplayName", "UsageLocation", "Licenses"], [
    [
        user,
        f"User {n}",
        "GB" if n > 30 else "US",
        "+".join(
            (["ENTERPRISEPREMIUM"] if n <= 28 else ["ENTERPRISEPACK", "MCOEV"] if n <= 38 else ["ENTERPRISEPREMIUM"])
            + (["MCOPSTN1"] if n <= 20 else ["MCOPSTN2"] if n <= 34 else [])
        ),
    ]
    for n, user in enumerate(users, 1)
])
write(
    "numbers.csv",
    ["TelephoneNumber", "NumberType", "IsoCountryCode", "IsoSubdivision", "City", "Capability",
     "PstnAssignmentStatus", "AssignedPstnTargetId", "PortInOrderStatus"],
    [
        [f"+14255550{100 + n}", "CallingPlan", "US", "WA", "Bellevue", "{UserAssignment}",
         "UserAssigned" if n < 8 else "Unassigned", users[n] if n < 8 else "", ""]
        for n in range(12)
    ]
    + [
        [f"+44207946000{n}", "CallingPlan", "GB", "", "London", "{UserAssignment}",
         "UserAssigned", users[30 + n], "Completed"]
        for n in range(4)
    ]
    + [["+12065550190", "CallingPlan", "US", "WA", "Seattle", "{ConferenceAssignment}", "ConferenceAssigned", "", ""]],
)
written = ["({0}) {1}-{2}", "{0}-{1}-{2}", "1 {0} {1} {2}", "+1{0}{1}{2}"]


def badly(number, way):
    return written[way % 4].format(number[2:5], number[5:8], number[8:])


write("port_northwind.csv", ["PhoneNumber"], [[badly(n, way)] for way, n in enumerate(fictional(1020))])
write("port_fabrikam.csv", ["PhoneNumber"], [[n] for n in fictional(130, 1020)] + [["425555010"]])
write("port_toll.csv", ["PhoneNumber"], [["+14155550197"], ["+14155550198"], ["+14155550199"]])
write("port_toll_free.csv", ["PhoneNumber"], [["+18005550150"], ["+18885550151"]])
settings = {
    "organization": "contoso",
    "at": "2018-04-02T09:00:00Z",
    "generation": "2018",
    "port_lists": [
        {
            "file": f"port_{name}.csv",
            "losing_carrier": carrier,
            "account": account,
            "kind": kind,
            "country": "US",
        }
        for name, carrier, account, kind in [
            ("northwind", "Northwind Telephone", "0041170017", "user"),
            ("fabrikam", "Fabrikam Voice", "FV220815", "user"),
            ("toll", "Northwind Telephone", "0041170017", "service_toll"),
            ("toll_free", "Northwind Telephone", "0041170018", "service_toll_free"),
        ]
    ],
}
(SAMPLE / "settings.json").write_text(json.dumps(settings, indent=2) + "\n", encoding="utf-8")
