"""Licence files as downloads that no browser will run or show."""

import re
import unicodedata
from typing import Final

from django.http import HttpResponse
from django.utils.http import content_disposition_header

LONGEST: Final = 120
# Separators of every system, and what Windows refuses.
UNSAFE: Final = re.compile(r'[\\/:*?"<>|]')


def attachment(content: bytes, file_name: str) -> HttpResponse:
    """Always opaque bytes to be saved: the stored type came with a file from outside and is not believed."""
    response = HttpResponse(content, content_type="application/octet-stream")
    response.headers["Content-Disposition"] = (
        content_disposition_header(True, safe_name(file_name)) or "attachment"
    )
    return response


def safe_name(file_name: str) -> str:
    """A name that stays in its folder and its header, and hides no ending by turning the writing round."""
    seen = "".join(c for c in file_name if unicodedata.category(c)[0] != "C")
    return UNSAFE.sub("_", seen).strip(" .")[-LONGEST:] or "license"
