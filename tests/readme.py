"""Prints the code block of the README in the language given: `python3 tests/readme.py c`."""

import pathlib
import re
import sys

readme = (pathlib.Path(__file__).parent.parent / "README.md").read_text(encoding="utf-8")
blocks = re.findall(rf"^```{sys.argv[1]}\n(.*?)^```$", readme, re.DOTALL | re.MULTILINE)
if len(blocks) != 1:
    sys.exit(f"README.md has {len(blocks)} blocks of {sys.argv[1]}, not one")
print(blocks[0], end="")
