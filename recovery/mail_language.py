"""Which language a visitor's mails are asked for in: the best of those that the vendor mails in."""

from __future__ import annotations

from collections.abc import Iterator

from django.conf import settings
from django.conf.locale import LANG_INFO
from django.http import HttpRequest
from django.utils.translation.trans_real import parse_accept_lang_header


def mail_language(request: HttpRequest) -> str:
    """The most wanted of the browser's languages that there is (RFC 9110, 12.5.4); else the vendor's own."""
    wanted = parse_accept_lang_header(request.headers.get("Accept-Language", ""))
    return next(
        (found for code, quality in wanted if quality > 0 for found in matching(code)),
        settings.MAIL_LANGUAGES[0],
    )


def named_language(tag: str, request: HttpRequest) -> str:
    """What there is of the language that an application names by its BCP 47 tag; else as the request's headers say."""
    return next(matching(tag.lower()), "") or mail_language(request)


def matching(code: str) -> Iterator[str]:
    """The language itself, then what it is a kind of, then its other kinds."""
    offered: list[str] = settings.MAIL_LANGUAGES
    main = code.partition("-")[0]
    near = [code, *LANG_INFO.get(code, {}).get("fallback", ()), main]
    yield from (each for each in near if each in offered)
    yield from (each for each in offered if each.partition("-")[0] == main)
