"""Dates as mails write them, in the active language."""

from __future__ import annotations

from datetime import datetime

from django.utils.formats import date_format
from django.utils.translation import get_language


def is_english() -> bool:
    return (get_language() or "en").partition("-")[0] == "en"


def day(at: datetime) -> str:
    """3 February 2024, or as the language writes it."""
    return date_format(at, "j F Y" if is_english() else "DATE_FORMAT")


def minute(at: datetime) -> str:
    """3 February 2024, 14:05, or as the language writes it."""
    return date_format(at, "j F Y, H:i" if is_english() else "DATETIME_FORMAT")
