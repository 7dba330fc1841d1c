"""What the mails about moves say, as their readers see them."""

from collections.abc import Callable
from uuid import UUID

import pytest
from django.utils import timezone

from licensing.keys.sealed import content_of
from licensing.models import Edition, License
from recovery.journeys.exchange import answer, ask_support, cancel, move, undo_move
from recovery.journeys.exchange_support import approve, ask_back, decline, move_for, replace_leaked
from recovery.models import Message, MessageState, Withheld
from tests import factories
from tests.kit.mails import html_of, read, text_of
from tests.kit.smtp import SmtpServer
from tests.kit.smtp_mailbox import Received
from tests.recovery.exchanging import Shop, latest, owned, proved, seen, served_by, shop

pytestmark = pytest.mark.django_db

MAC = "MAC-0001-ABCD-EFGH"
Deliver = Callable[[], int]


@pytest.fixture
def sold() -> Shop:
    made = shop(mac_codes=[MAC], name="Clip Cutter")
    Edition.objects.filter(pk=made.mac.pk).update(
        download_url="https://downloads.vendor.example/clip.dmg",
        activation_help="Open the menu, then Register.",
    )
    return made


@pytest.fixture
def unit(sold: Shop) -> License:
    return owned(sold.windows, owner=factories.customer(email="anna@example.com"), code="WIN-0001-ABCD-EFGH")


def moved(unit: License) -> None:
    move(proved(unit), chosen=seen(unit), platform="macos", now=timezone.now())


def to_customers(smtp: SmtpServer) -> list[Received]:
    return [mail for mail in smtp.messages if mail.rcpt_to != ("support@vendor.example",)]


def subject_of(mail: Received) -> str:
    return str(read(mail)["Subject"])


def words(mail: Received) -> str:
    return " ".join(text_of(mail).split())


def test_the_new_key_comes_with_everything_to_use_it(
    unit: License, smtp: SmtpServer, deliver: Deliver
) -> None:
    moved(unit)
    deliver()

    (mail,) = smtp.messages
    assert subject_of(mail) == "Your registration key for Clip Cutter for Mac"
    assert mail.rcpt_to == ("anna@example.com",)
    assert f"\n{MAC}\n" in text_of(mail)
    for said in (
        "moved from Windows to Mac",
        "How to activate: Open the menu, then Register.",
        "Download: https://downloads.vendor.example/clip.dmg",
        "Your Windows key …FGH It stays valid until",
        "1 more move is possible within 365 days, the next from",
        "https://recover.example.com/not-me/",
    ):
        assert said in words(mail)
    assert MAC in html_of(mail)


def test_a_move_that_was_undone_before_the_mail_went_hands_over_no_key(
    unit: License, smtp: SmtpServer, deliver: Deliver
) -> None:
    moved(unit)
    undo_move(proved(unit), exchange_id=latest(unit).pk, now=timezone.now())
    deliver()

    (mail,) = smtp.messages
    assert subject_of(mail) == "Undone: Clip Cutter is for Windows again"
    assert "WIN-0001-ABCD-EFGH" in text_of(mail)
    assert MAC not in text_of(mail)
    assert Message.objects.get(kind="replacement").withheld_because == Withheld.OVERTAKEN


def test_several_units_come_in_one_mail(
    sold: Shop, unit: License, smtp: SmtpServer, deliver: Deliver
) -> None:
    other = owned(sold.windows, owner=unit.owner)
    factories.key(edition=sold.mac, code="MAC-0002-ABCD-EFGH")
    move(proved(unit), chosen=seen(unit, other), platform="macos", now=timezone.now())
    deliver()

    (mail,) = smtp.messages
    assert MAC in text_of(mail)
    assert "MAC-0002-ABCD-EFGH" in text_of(mail)


def test_a_refund_before_the_mail_went_shows_the_reason_instead_of_the_key(
    unit: License, smtp: SmtpServer, deliver: Deliver
) -> None:
    moved(unit)
    unit.line.purchase.refunded_at = timezone.now()
    unit.line.purchase.save()
    deliver()

    assert MAC not in text_of(smtp.messages[0])
    assert "refunded" in text_of(smtp.messages[0])


def test_a_declined_move_gives_the_reason_as_it_was_written(
    sold: Shop, unit: License, smtp: SmtpServer, deliver: Deliver
) -> None:
    asked = asked_for(sold, unit)
    decline(asked, by="support", reason="Sold for <Windows> only.\nSorry.", now=timezone.now())
    deliver()

    (mail,) = to_customers(smtp)
    assert "Sold for <Windows> only.\nSorry." in text_of(mail)
    assert "Sold for &lt;Windows&gt; only." in html_of(mail)


def test_each_question_has_its_own_mail(
    sold: Shop, unit: License, smtp: SmtpServer, deliver: Deliver
) -> None:
    asked = asked_for(sold, unit)
    for text in ("Which Mac?", "Which macOS?"):
        ask_back(asked, by="support", text=text)
    deliver()

    assert sorted(
        ("Which Mac?" in text_of(mail), "Which macOS?" in text_of(mail)) for mail in to_customers(smtp)
    ) == [
        (False, True),
        (True, False),
    ]


def asked_for(sold: Shop, unit: License) -> UUID:
    sold.product.exchange_needs_approval = True
    sold.product.save()
    return ask_support(proved(unit), license_id=unit.pk, platform="macos", text="Hi", now=timezone.now()).pk


def test_a_replaced_key_says_that_the_earlier_one_has_ended(
    sold: Shop, unit: License, smtp: SmtpServer, deliver: Deliver
) -> None:
    factories.key(edition=sold.windows, code="WIN-0002-ABCD-EFGH")
    replace_leaked(unit.pk, by="support", reason="Seen in a forum", now=timezone.now())
    deliver()

    (mail,) = smtp.messages
    assert subject_of(mail) == "Your new registration key for Clip Cutter"
    assert "WIN-0002-ABCD-EFGH" in text_of(mail)
    assert "no longer valid since" in words(mail)
    assert "forum" not in text_of(mail)


def test_what_support_did_says_so(unit: License, smtp: SmtpServer, deliver: Deliver) -> None:
    move_for(unit.pk, platform="macos", by="support", reason="", now=timezone.now())
    deliver()

    assert "Something about a license of yours changed" in words(smtp.messages[0])
    assert "typed on our page" not in text_of(smtp.messages[0])


def test_support_learns_that_somebody_waits(smtp: SmtpServer, deliver: Deliver) -> None:
    sold = shop()
    unit = owned(sold.windows)
    moved(unit)
    deliver()

    (mail,) = smtp.messages
    assert subject_of(mail) == f"A customer waits for a key: {sold.mac.sku}"
    assert "import_keys" in text_of(mail)
    cancel(proved(unit), exchange_id=latest(unit).pk, now=timezone.now())


def test_an_address_that_was_given_up_gets_no_key(unit: License, smtp: SmtpServer, deliver: Deliver) -> None:
    moved(unit)
    assert unit.owner is not None
    unit.owner.addresses.update(former_since=timezone.now())
    deliver()

    assert smtp.messages == []
    assert Message.objects.get().state == MessageState.WITHHELD


def passed_on(unit: License) -> None:
    """The license is somebody else's from now on."""
    License.objects.filter(pk=unit.pk).update(owner=factories.customer(email="ben@example.com"))


def test_a_key_is_mailed_to_nobody_who_does_not_own_its_license_any_more(
    unit: License, smtp: SmtpServer, deliver: Deliver
) -> None:
    moved(unit)
    passed_on(unit)
    deliver()

    assert smtp.messages == []
    assert Message.objects.get().withheld_because == Withheld.OVERTAKEN


def test_a_mailbox_that_became_somebody_elses_gets_no_key(
    unit: License, smtp: SmtpServer, deliver: Deliver
) -> None:
    moved(unit)
    assert unit.owner is not None
    unit.owner.addresses.update(customer=factories.customer(email="ben@example.com"))
    deliver()

    assert smtp.messages == []


def test_of_units_that_moved_together_only_those_still_owned_are_told_of(
    sold: Shop, unit: License, smtp: SmtpServer, deliver: Deliver
) -> None:
    other = owned(sold.windows, owner=unit.owner)
    factories.key(edition=sold.mac, code="MAC-0002-ABCD-EFGH")
    move(proved(unit), chosen=seen(unit, other), platform="macos", now=timezone.now())
    kept, gone = served_by(unit).key, served_by(other).key
    passed_on(other)
    deliver()

    (mail,) = smtp.messages
    assert content_of(kept).decode() in text_of(mail)
    assert content_of(gone).decode() not in text_of(mail)


def test_what_support_wrote_reaches_nobody_who_owns_the_license_only_since(
    sold: Shop, unit: License, smtp: SmtpServer, deliver: Deliver
) -> None:
    asked = asked_for(sold, unit)
    decline(asked, by="support", reason="Anna knows why.", now=timezone.now())
    passed_on(unit)
    deliver()

    assert to_customers(smtp) == []


def test_a_new_key_that_was_replaced_before_its_mail_went_is_told_of_by_the_later_mail_alone(
    sold: Shop, unit: License, smtp: SmtpServer, deliver: Deliver
) -> None:
    moved(unit)
    factories.key(edition=sold.mac, code="MAC-0002-ABCD-EFGH")
    replace_leaked(unit.pk, by="support", reason="Seen in a forum", now=timezone.now())
    deliver()

    (mail,) = smtp.messages
    assert subject_of(mail) == "Your new registration key for Clip Cutter"
    assert "MAC-0002-ABCD-EFGH" in text_of(mail)


def test_support_learns_what_customers_ask_and_answer(
    sold: Shop, unit: License, smtp: SmtpServer, deliver: Deliver
) -> None:
    asked = asked_for(sold, unit)
    answer(proved(unit), exchange_id=asked, text="My new one", now=timezone.now())
    deliver()

    told = {subject_of(mail): text_of(mail) for mail in smtp.messages}
    assert set(told) == {"A customer asks for a move", "A customer answers about a move"}
    assert all(str(asked) in text and "anna@example.com" not in text for text in told.values())


def test_an_approved_move_says_that_support_said_yes(
    sold: Shop, unit: License, smtp: SmtpServer, deliver: Deliver
) -> None:
    approve(asked_for(sold, unit), by="support", reason="", now=timezone.now())
    deliver()

    assert "support said yes: your license of Clip Cutter moved" in words(to_customers(smtp)[0])
