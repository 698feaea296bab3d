"""Fails if a dependency's licence is not one of those that may be linked into any program.

Reads `cargo metadata` from standard input.
"""

import json
import re
import sys

ALLOWED = {
    "0BSD", "Apache-2.0", "Apache-2.0 WITH LLVM-exception", "BSD-2-Clause", "BSD-3-Clause", "BSL-1.0",
    "CC0-1.0", "ISC", "MIT", "MIT-0", "Unicode-3.0", "Unlicense", "Zlib",
}


# Used to build or to compare, never linked into what is shipped.
BUILD_ONLY = {"cbindgen": "MPL-2.0"}


def allowed(expression):
    """Every part of an `AND`, one part of an `OR`; parentheses bind."""
    text = expression.replace("/", " OR ")
    inner = re.search(r"\(([^()]*)\)", text)
    while inner:
        text = text[: inner.start()] + ("MIT" if allowed(inner[1]) else "refused") + text[inner.end() :]
        inner = re.search(r"\(([^()]*)\)", text)
    return all(
        any(choice.strip() in ALLOWED for choice in part.split(" OR ")) for part in text.split(" AND ")
    )


packages = json.load(sys.stdin)["packages"]
refused = [
    f"{package['name']} {package['version']}: {package['license']}"
    for package in packages
    if not allowed(package["license"] or "none") and BUILD_ONLY.get(package["name"]) != package["license"]
]
if refused:
    sys.exit("licences that may not be linked:\n  " + "\n  ".join(refused))
print(f"licences: {len(packages)} packages, all allowed")
