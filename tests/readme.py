"""Prints the code blocks of the README in the language given, one after the other.

`python3 tests/readme.py c`
"""

import pathlib
import re
import sys

readme = (pathlib.Path(__file__).parent.parent / "README.md").read_text(encoding="utf-8")
blocks = re.findall(rf"^```{sys.argv[1]}\n(.*?)^```$", readme, re.DOTALL | re.MULTILINE)
if not blocks:
    sys.exit(f"README.md has no block of {sys.argv[1]}")
print("\n".join(blocks), end="")
