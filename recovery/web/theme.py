"""The vendor's colours as a style sheet of its own, because the pages allow no inline style."""

import hashlib
import mimetypes
from functools import lru_cache
from pathlib import Path
from typing import Final

from django.conf import settings
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.cache import patch_cache_control
from django.views.decorators.http import require_safe

from recovery.colours import mixed, readable

# The grounds that base.css paints; the accent must read on each of them.
LIGHT_GROUNDS: Final = ("#ffffff", "#f5f6f8")
DARK_GROUNDS: Final = ("#1b1f27", "#12151b")
A_YEAR: Final = 365 * 24 * 3600


@lru_cache(maxsize=8)
def style_sheet(colour: str) -> str:
    """Custom properties for light and dark, each accent readable on every ground, each text on its accent."""
    light, dark = readable(colour, LIGHT_GROUNDS), readable(colour, DARK_GROUNDS)
    by_day = properties(light, text="#ffffff", deeper="#000000")
    by_night = properties(dark, text="#12151b", deeper="#ffffff")
    return f":root{{{by_day}}}\n@media (prefers-color-scheme:dark){{:root{{{by_night}}}}}\n"


def properties(accent: str, *, text: str, deeper: str) -> str:
    return f"--accent:{accent};--on-accent:{text};--accent-strong:{mixed(accent, deeper, 0.14)}"


@lru_cache(maxsize=8)
def version(colour: str) -> str:
    """Changes with the style sheet, so that browsers may keep it for ever."""
    return hashlib.sha256(style_sheet(colour).encode()).hexdigest()[:12]


@require_safe
def theme_css(request: HttpRequest) -> HttpResponse:
    response = HttpResponse(style_sheet(settings.VENDOR_COLOR), content_type="text/css; charset=utf-8")
    patch_cache_control(response, public=True, max_age=A_YEAR, immutable=True)
    return response


@require_safe
def logo(request: HttpRequest) -> HttpResponseBase:
    """The image file that VENDOR_LOGO names, from our own origin. 404 where there is none."""
    path = Path(settings.VENDOR_LOGO)
    if not settings.VENDOR_LOGO or not path.is_file():
        raise Http404
    response = FileResponse(path.open("rb"), content_type=mimetypes.guess_type(path.name)[0] or "image/png")
    patch_cache_control(response, public=True, max_age=24 * 3600)
    return response
