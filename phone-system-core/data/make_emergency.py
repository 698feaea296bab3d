"""Writes emergency.csv: the emergency numbers of each country.

Needs the package `phonenumbers` (its short-number metadata are libphonenumber's, Apache-2.0).
"""

import csv
import importlib.metadata
import itertools
import pathlib

import phonenumbers
from phonenumbers import shortnumberinfo

def numbers(region):
    metadata = phonenumbers.PhoneMetadata.short_metadata_for_region(region, None)
    if metadata is None or metadata.emergency is None:
        return []
    lengths = metadata.emergency.possible_length or metadata.general_desc.possible_length
    candidates = (
        "".join(digits)
        for length in sorted(lengths)
        for digits in itertools.product("0123456789", repeat=length)
    )
    return [text for text in candidates if shortnumberinfo.is_emergency_number(text, region)]


path = pathlib.Path(__file__).with_name("emergency.csv")
with path.open("w", newline="") as file:
    table = csv.writer(file, lineterminator="\n")
    table.writerow(["country", "numbers"])
    for region in sorted(phonenumbers.SUPPORTED_SHORT_REGIONS):
        if found := numbers(region):
            table.writerow([region, ";".join(found)])
print("phonenumbers", importlib.metadata.version("phonenumbers"))
