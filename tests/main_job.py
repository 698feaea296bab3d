"""Runs the main job on its samples, on a shuffled copy, and on files that cannot be used.

`python3 tests/main_job.py PROGRAM` with the built example; `--update` writes the expected reports.
"""

import json
import pathlib
import random
import shutil
import subprocess
import sys
import tempfile

TESTS = pathlib.Path(__file__).parent
EXAMPLE = TESTS.parent / "phone-system-core/examples/set_up_organization"
SAMPLES = {
    "sample": TESTS / "vectors/set_up_organization.json",
    "sample_gb": TESTS / "vectors/set_up_organization_gb.json",
}


def run(program, folder, *more):
    """Runs the program on a folder; answers its status, what it said and what it complained of."""
    done = subprocess.run(
        [program, "--input", folder, *more], capture_output=True, encoding="utf-8", check=False
    )
    return done.returncode, done.stdout, done.stderr


def check(holds, what):
    if not holds:
        sys.exit(f"FAILED: {what}")


def reports(program, update):
    """Each sample gives the expected report, as data and as text."""
    for name, expected in SAMPLES.items():
        status, said, complaints = run(program, EXAMPLE / name, "--json")
        check(status == 0 and not complaints, f"{name}: {complaints}")
        if update:
            expected.write_text(said, encoding="utf-8")
        check(said == expected.read_text(encoding="utf-8"), f"{name}: not the report of {expected}")
        status, text, _ = run(program, EXAMPLE / name)
        for step in json.loads(said)["steps"]:
            heading = f"Step {step['step']}: {step['title']}: {step['progress'].replace('_', ' ')}"
            check(heading in text, f"{name}: the text lacks `{heading}`")
            for part in step["parts"]:
                for block in part["blocks"]:
                    check(block["rule"]["message"] in text, f"{name}: {block['rule']['code']}")
                    check(block["unblock"] in text, f"{name}: {block['unblock']}")
            for advice in step["advice"]:
                check(advice["source"] in text, f"{name}: {advice['source']}")


def sample_is_made_by_its_script(folder):
    """The folders are what the script writes."""
    subprocess.run([sys.executable, EXAMPLE / "make_sample.py", folder], check=True)
    for name in SAMPLES:
        for file in sorted((EXAMPLE / name).iterdir()):
            made = folder / name / file.name
            check(made.read_bytes() == file.read_bytes(), f"{name}/{file.name} was changed by hand")


def without_rows(report):
    """A report without what rightly follows the order of rows: their numbers, a file's digest."""
    del report["usage"]["account"]["tariff"]["digest"]
    for file in report["port_files"]:
        for told in ("corrected", "problems"):
            file["read"][told] = len(file["read"][told])
    return report


def order_does_not_matter(program, folder):
    """A copy whose rows are shuffled gives the same report."""
    dice = random.Random(7)
    copy = folder / "shuffled"
    shutil.copytree(EXAMPLE / "sample", copy)
    for file in copy.glob("*.csv"):
        header, *rows = file.read_text(encoding="utf-8").splitlines(keepends=True)
        dice.shuffle(rows)
        file.write_text(header + "".join(rows), encoding="utf-8")
    _, said, complaints = run(program, copy, "--json")
    check(not complaints, f"shuffled: {complaints}")
    expected = json.loads(SAMPLES["sample"].read_text(encoding="utf-8"))
    check(without_rows(json.loads(said)) == without_rows(expected), "the order of rows matters")


def replaced(name, old, new):
    """Replaces a text in a file of a copy."""

    def change(folder):
        text = (folder / name).read_text(encoding="utf-8")
        assert old in text, f"{name} has no {old}"
        (folder / name).write_text(text.replace(old, new, 1), encoding="utf-8")

    return change


def without_header(name):
    def change(folder):
        text = (folder / name).read_text(encoding="utf-8")
        (folder / name).write_text(text.split("\n", 1)[1], encoding="utf-8")

    return change


def encoded(name, encoding):
    def change(folder):
        text = (folder / name).read_text(encoding="utf-8")
        (folder / name).write_bytes(text.replace("user", "üser", 1).encode(encoding))

    return change


def row(name, text):
    """Appends a row to a file of a copy."""

    def change(folder):
        with (folder / name).open("a", encoding="utf-8") as file:
            file.write(text + "\n")

    return change


# What is done to a copy of the sample, and what has to be complained of: file, row, column.
BAD = [
    ([lambda folder: (folder / "numbers.csv").unlink()], ["numbers.csv: "]),
    ([lambda folder: (folder / "usage.csv").unlink()], ["usage.csv: "]),
    ([lambda folder: (folder / "settings.json").unlink()], ["settings.json: "]),
    ([without_header("addresses.csv")], ["addresses.csv: ", "`CivicAddressId`"]),
    ([without_header("port_fabrikam.csv")], ["port_fabrikam.csv: ", "`PhoneNumber`"]),
    ([without_header("usage.csv")], ["usage.csv: ", "`UsageId`"]),
    ([encoded("licenses.csv", "latin-1")], ["licenses.csv: row 2: ", "UTF-8"]),
    ([encoded("told.csv", "utf-16")], ["told.csv: row 1: ", "UTF-8"]),
    (
        [row("licenses.csv", "x@example.com,X,US,MCOEVE")],
        ["licenses.csv: ", "row 1302", "`Licenses`", "MCOEVE"],
    ),
    ([row("seats.csv", "MCOEVE,1")], ["seats.csv: ", "row 9", "`SkuPartNumber`", "MCOEVE"]),
    ([row("seats.csv", "MCOEV,one")], ["seats.csv: ", "row 9", "`Seats`", "one"]),
    ([row("seats.csv", "MCOEV")], ["seats.csv: ", "row 9"]),
    (
        [row("told.csv", "nobody@example.com")],
        ["told.csv: ", "`UserPrincipalName`", "nobody@example.com"],
    ),
    ([row("tariff.csv", "outbound,0,,,1,,,")], ["tariff.csv: row ", "`Prefix`"]),
    ([row("tariff.csv", "outbound,44,,,1,,,")], ["tariff.csv: row ", "has a row already"]),
    ([row("usage.csv", "x,y")], ["usage.csv: row 5402"]),
    ([replaced("settings.json", '"format": 1', '"format": 2')], ["settings.json: ", "format", "2"]),
    ([replaced("settings.json", '"wanted"', '"wishes"')], ["settings.json: ", "wishes", "line "]),
    ([replaced("settings.json", '"2018"', '"1998"')], ["settings.json: ", "1998", "line "]),
    (
        [
            row("seats.csv", "MCOEVE,1"),
            row("addresses.csv", "one,two"),
            lambda folder: (folder / "usage.csv").unlink(),
        ],
        ["seats.csv: ", "addresses.csv: ", "usage.csv: "],
    ),
]


def bad_files_are_named(program, folder):
    """Every problem is named, the status is 1, and nothing is reported."""
    for place, (changes, wanted) in enumerate(BAD):
        copy = folder / f"bad{place}"
        shutil.copytree(EXAMPLE / "sample", copy)
        for change in changes:
            change(copy)
        status, said, complaints = run(program, copy)
        check(status == 1 and not said, f"bad files {wanted}: status {status}")
        for text in wanted:
            check(text in complaints, f"bad files: `{text}` is not in {complaints[:600]!r}")
        check("panicked" not in complaints, complaints)
        shutil.rmtree(copy)


def main():
    program = pathlib.Path(sys.argv[1]).resolve()
    reports(program, "--update" in sys.argv[2:])
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        sample_is_made_by_its_script(folder)
        order_does_not_matter(program, folder)
        bad_files_are_named(program, folder)
    print(f"main job: {len(SAMPLES)} samples, a shuffled copy, {len(BAD)} sorts of bad files")


main()
