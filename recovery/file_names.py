"""File names that come from outside, made harmless for folders, headers and eyes."""

import re
import unicodedata
from typing import Final

LONGEST: Final = 120
# Separators of every system, and what Windows refuses.
UNSAFE: Final = re.compile(r'[\\/:*?"<>|]')


def safe_name(file_name: str) -> str:
    """A name that stays in its folder and its header, and hides no ending by turning the writing round."""
    seen = "".join(c for c in file_name if unicodedata.category(c)[0] != "C")
    return UNSAFE.sub("_", seen).strip(" .")[-LONGEST:] or "license"
