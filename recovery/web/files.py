"""Licence files as downloads that no browser will run or show."""

from django.http import HttpResponse
from django.utils.http import content_disposition_header

from recovery.file_names import safe_name


def attachment(content: bytes, file_name: str) -> HttpResponse:
    """Always opaque bytes to be saved: the stored type came with a file from outside and is not believed."""
    response = HttpResponse(content, content_type="application/octet-stream")
    response.headers["Content-Disposition"] = (
        content_disposition_header(True, safe_name(file_name)) or "attachment"
    )
    return response
