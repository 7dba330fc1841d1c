"""Times say how long ago, and exactly when on hover."""

from datetime import UTC, datetime, timedelta

import pytest

from licensing.console.cells import broken, distance, moment, state

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("ago", "words"),
    [
        (timedelta(0), "now"),
        (timedelta(seconds=59), "59 s ago"),
        (timedelta(minutes=59, seconds=59), "59 min ago"),
        (timedelta(hours=23), "23 h ago"),
        (timedelta(days=3), "3 d ago"),
        (timedelta(days=70), "2 mo ago"),
        (timedelta(days=800), "2 y ago"),
        (-timedelta(hours=5), "in 5 h"),
        (-timedelta(minutes=59, seconds=50), "in 1 h"),
        (-timedelta(hours=71, minutes=59, seconds=30), "in 72 h"),
        (-timedelta(hours=95), "in 95 h"),
        (-timedelta(days=4, hours=20), "in 5 d"),
        (-timedelta(days=13, hours=23, minutes=59), "in 14 d"),
    ],
)
def test_says_how_long_ago(ago: timedelta, words: str) -> None:
    assert distance(NOW - ago, now=NOW) == words


def test_gives_the_exact_time_on_hover() -> None:
    shown = moment(NOW, now=NOW + timedelta(minutes=2))

    assert 'title="2026-03-01 12:00:00 UTC"' in shown
    assert shown.endswith(">2 min ago</time>")


def test_a_state_is_a_word_and_never_markup() -> None:
    assert state("<b>", "bad") == '<span class="state state-bad">&lt;b&gt;</span>'


def test_an_address_breaks_after_its_signs_only() -> None:
    assert broken("ada.l@mail.example") == "ada.<wbr>l@<wbr>mail.<wbr>example"
    assert broken("<b>@x.example") == "&lt;b&gt;@<wbr>x.<wbr>example"
    assert broken("–") == "–"
