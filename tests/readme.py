"""Prints the code blocks of the README, or another document, in the language given.

`python3 tests/readme.py c`, `python3 tests/readme.py python docs/storage-format.md`
"""

import pathlib
import re
import sys

language = sys.argv[1]
name = sys.argv[2] if len(sys.argv) > 2 else "README.md"
text = (pathlib.Path(__file__).parent.parent / name).read_text(encoding="utf-8")
blocks = re.findall(rf"^```{language}\n(.*?)^```$", text, re.DOTALL | re.MULTILINE)
if not blocks:
    sys.exit(f"{name} has no block of {language}")
print("\n".join(blocks), end="")
