"""The vendor's colour is readable, whatever it is."""

from pathlib import Path

import pytest
from django.conf import LazySettings
from hypothesis import given
from hypothesis import strategies as st

from recovery.colours import contrast, readable
from recovery.web.theme import DARK_GROUNDS, LIGHT_GROUNDS, style_sheet
from tests.recovery.web.visitor import Visitor, html_of

BASE_CSS = Path(__file__).parents[3] / "recovery/static/recovery/base.css"
COLOURS = st.integers(0, 0xFFFFFF).map(lambda number: f"#{number:06x}")


@given(colour=COLOURS, grounds=st.sampled_from([LIGHT_GROUNDS, DARK_GROUNDS]))
def test_reads_on_every_ground(colour: str, grounds: tuple[str, ...]) -> None:
    assert all(contrast(readable(colour, grounds), ground) >= 4.5 for ground in grounds)


def test_stays_as_it_is_where_it_reads_already() -> None:
    assert readable("#1f5fbf", LIGHT_GROUNDS) == "#1f5fbf"


@pytest.mark.parametrize("colour", ["#ffffff", "#000000", "#ffe600", "#00ff88"])
def test_text_on_the_accent_reads_too(colour: str) -> None:
    for part, text in zip(style_sheet(colour).split("@media"), ("#ffffff", "#12151b"), strict=True):
        accent = part.partition("--accent:")[2][:7]
        strong = part.partition("--accent-strong:")[2][:7]
        assert contrast(accent, text) >= 4.5
        assert contrast(strong, text) >= 4.5


def test_contrast_is_what_wcag_says() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


def test_the_grounds_are_those_that_the_pages_paint() -> None:
    css = BASE_CSS.read_text()
    for ground in ("#f5f6f8", "#fff", "#12151b", "#1b1f27"):
        assert f": {ground};" in css


def test_every_text_colour_of_the_pages_reads_on_its_grounds() -> None:
    light, dark = BASE_CSS.read_text().split("@media (prefers-color-scheme: dark)", 1)
    for part, grounds in ((light, LIGHT_GROUNDS), (dark, DARK_GROUNDS)):
        colours = {name: part.partition(f"--{name}: ")[2][:7] for name in ("text", "quiet", "error")}
        error_ground = part.partition("--error-ground: ")[2][:7]
        assert all(contrast(colour, ground) >= 4.5 for colour in colours.values() for ground in grounds)
        assert contrast(colours["error"], error_ground) >= 4.5


@pytest.mark.django_db
def test_is_kept_by_browsers_until_it_changes(browser: Visitor, settings: LazySettings) -> None:
    assert "immutable" in browser.get("/theme.css")["Cache-Control"]
    first = html_of(browser.get("/"))
    settings.VENDOR_COLOR = "#aa3300"
    assert "--accent:#aa3300" in html_of(browser.get("/theme.css"))
    assert (
        html_of(browser.get("/")).partition("theme.css?v=")[2][:12] != first.partition("theme.css?v=")[2][:12]
    )


@pytest.mark.django_db
def test_serves_the_logo_from_our_own_origin(
    browser: Visitor, settings: LazySettings, tmp_path: Path
) -> None:
    assert 'src="/logo"' not in html_of(browser.get("/"))
    settings.VENDOR_LOGO = str(tmp_path / "logo.svg")
    (tmp_path / "logo.svg").write_text("<svg/>")
    assert 'src="/logo"' in html_of(browser.get("/"))
    response = browser.get("/logo")
    assert response["Content-Type"] == "image/svg+xml"
    assert b"".join(response.streaming_content) == b"<svg/>"  # type: ignore[attr-defined]
