"""Steps take turns on a license, but each looked at the clock before it waited: the later one may carry the earlier
moment (and hosts' clocks differ)."""

from datetime import timedelta

import pytest

from recovery.journeys.exchange import move, undo_move
from recovery.journeys.exchange_support import move_for, replace_leaked
from recovery.models import ExchangeState
from tests import factories
from tests.recovery.exchanging import NOW, owned, proved, seen, served_by, shop
from tests.recovery.soundness import assert_sound

pytestmark = pytest.mark.django_db

EARLIER = NOW - timedelta(seconds=1)


def test_a_leaked_code_is_replaced_that_began_to_serve_a_moment_later() -> None:
    sold = shop(mac_codes=["MAC-0001-ABCD-EFGH", "MAC-0002-ABCD-EFGH"])
    unit = owned(sold.windows)
    move(proved(unit), chosen=seen(unit), platform="macos", now=NOW)
    leaked = served_by(unit)

    replace_leaked(unit.pk, by="support", reason="Seen in a forum", now=EARLIER)

    leaked.refresh_from_db()
    assert (leaked.ends_at, served_by(unit).starts_at) == (NOW, NOW)
    assert_sound(now=NOW)


def test_a_move_without_grace_ends_a_key_that_began_to_serve_a_moment_later() -> None:
    sold = shop(mac_codes=["MAC-0001-ABCD-EFGH"], exchange_grace_days=0)
    unit = owned(sold.windows)
    factories.key(edition=sold.windows)
    replace_leaked(unit.pk, by="support", reason="Seen in a forum", now=NOW)

    exchange = move_for(unit.pk, platform="macos", by="support", reason="", now=EARLIER)

    assert (exchange.state, exchange.completed_at) == (ExchangeState.DONE, NOW)
    assert_sound(now=NOW)


def test_a_move_is_undone_by_a_host_whose_clock_is_behind() -> None:
    unit = owned(shop(mac_codes=["MAC-0001-ABCD-EFGH"]).windows)
    (exchange,) = move(proved(unit), chosen=seen(unit), platform="macos", now=NOW)

    undone = undo_move(proved(unit), exchange_id=exchange.pk, now=EARLIER)

    assert (undone.state, undone.undone_at) == (ExchangeState.UNDONE, NOW)
    assert_sound(now=NOW)
