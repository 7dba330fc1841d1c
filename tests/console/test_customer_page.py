"""The customer page tells the whole story, masked and bounded, and everything is done from it by who may."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from config.staff.roles import Role, give_role, make_roles
from licensing.audit.looked import concerned
from licensing.models import (
    AuditEntry,
    Case,
    CodeReveal,
    Customer,
    CustomerNote,
    License,
    Purchase,
    RefundMark,
)
from licensing.models.base import uuid7
from recovery.limits import SUPPORT_MAILS, address_digest
from recovery.models import (
    DomainPause,
    Message,
    MessageKind,
    Mute,
    Origin,
    OwnerChange,
    RecoveryRequest,
    Suppression,
)
from recovery.story.timeline import Kind
from recovery.templatetags.story import mail_state
from tests import factories
from tests.console.conftest import CODE, EMAIL, NAME, ORDER, TRANSACTION, Filed
from tests.console.test_pages import RECORDED as FOR_THE_TRAIL
from tests.console.test_pages import page_address

QUERIES = 25 + FOR_THE_TRAIL
HOSTILE = "<script>alert(1)</script>\u202e=cmd|' /C calc'!A0"


def deed_of(customer: Customer, name: str) -> str:
    return reverse("console:customer_deed", args=[customer.pk, name])


def press(client: Client, customer: Customer, name: str, **said: Any) -> Any:
    return client.post(deed_of(customer, name), {"press": str(uuid7()), **said}, follow=True)


def reveal_address(filed: Filed) -> str:
    return reverse("console:customer_reveal", args=[filed.customer.pk, filed.license.pk, filed.key.pk])


def text_of(client: Client, customer: Customer) -> str:
    return client.get(page_address(customer)).content.decode()


def said_by(page: Any) -> str:
    return " ".join(str(each) for each in page.context["messages"])


def unblock() -> None:
    Mute.objects.all().delete()
    Suppression.objects.all().delete()
    DomainPause.objects.all().delete()


def as_role(role: Role) -> Client:
    make_roles()
    user = User.objects.create_user(f"a-{role}")
    give_role(user, role)
    client = Client()
    client.force_login(user)
    return client


def test_tells_who_it_is_what_they_own_and_what_the_server_said(support: Client, filed: Filed) -> None:
    text = text_of(support, filed.customer)

    for told in (
        NAME,
        EMAIL,
        ORDER,
        TRANSACTION,
        filed.key.tail,
        "450 come back later",
        "Prefers to be called",
    ):
        assert told in text
    assert "an order contradicts what is on file" in text
    assert "support decides" in text


def test_no_code_stands_in_it_in_any_spelling(support: Client, filed: Filed) -> None:
    text = text_of(support, filed.customer)

    assert CODE not in text
    assert CODE.replace("-", "") not in re.sub(r"[-\s]", "", text)


def test_the_blocks_in_force_stand_beside_the_address_with_the_way_to_lift_them(
    support: Client, filed: Filed
) -> None:
    text = text_of(support, filed.customer)

    for told in ("dead mailbox", "stopped until", "domain paused"):
        assert told in text
    assert f"{deed_of(filed.customer, 'lift-mute')}?row=" in text


def grown(filed: Filed) -> None:
    """Much more of everything than the page shows."""
    for number in range(40):
        line = factories.line(of=factories.purchase(buyer=filed.customer))
        factories.license(owner=filed.customer, edition=filed.key.edition, line=line)
        Message.objects.create(kind=MessageKind.KEYS, request=filed.request)
        Case.objects.create(kind="address", customer=filed.customer, digest=bytes([number]))
        CustomerNote.objects.create(customer=filed.customer, by="ada", text=f"Note {number}")


def test_costs_the_same_few_queries_whatever_there_is(support: Client, filed: Filed) -> None:
    support.get(page_address(filed.customer))
    with CaptureQueriesContext(connection) as few:
        support.get(page_address(filed.customer))
    grown(filed)

    with CaptureQueriesContext(connection) as many:
        support.get(page_address(filed.customer))

    assert len(many) == len(few)
    assert len(many) <= QUERIES


def test_ten_thousand_notes_leave_the_page_short(support: Client, filed: Filed) -> None:
    before = len(text_of(support, filed.customer))
    notes = [
        CustomerNote(customer=filed.customer, by="ada", text=f"Note {number}") for number in range(10_000)
    ]
    CustomerNote.objects.bulk_create(notes)

    text = text_of(support, filed.customer)

    assert len(text) < before + 8_000
    assert f"{reverse('console:customer_timeline', args=[filed.customer.pk])}?kind=notes" in text


@pytest.mark.parametrize("name", [HOSTILE, "مريم العلي", "", "\u0000ok"[1:]])
def test_whatever_people_are_called_is_shown_as_text(name: str, support: Client, filed: Filed) -> None:
    Customer.objects.filter(pk=filed.customer.pk).update(full_name=name, company=name)
    CustomerNote.objects.create(customer=filed.customer, by="ada", text=name or "x")

    text = text_of(support, filed.customer)

    assert "<script>alert" not in text
    assert "<style" not in text
    assert " style=" not in text


def test_says_so_of_a_customer_of_whom_hardly_anything_is_on_file(support: Client) -> None:
    text = text_of(support, Customer.objects.create())

    assert "no current address" in text
    assert "Nothing was mailed" in text


def test_the_look_is_filed_under_the_customer(support: Client, filed: Filed) -> None:
    page = support.get(page_address(filed.customer))

    assert concerned(page.wsgi_request) == filed.customer.pk


def test_the_timeline_goes_on_to_the_first_entry_without_gap_or_repetition(
    support: Client, filed: Filed
) -> None:
    moment = timezone.now()
    for number in range(120):  # of one moment, so that only their ids order them
        CustomerNote.objects.create(
            customer=filed.customer, by="ada", text=f"Note {number:03}", written_at=moment
        )
    address = reverse("console:customer_timeline", args=[filed.customer.pk])
    seen: list[str] = []
    before = ""
    while True:
        page = support.get(address, {"kind": "notes", "before": before})
        seen += [entry.two for entry in page.context["timeline"].entries]
        before = page.context["timeline"].older
        if not before:
            break

    assert len(seen) == len(set(seen)) == 121
    assert {*seen} == {*(f"Note {number:03}" for number in range(120)), "Prefers to be called"}


def test_the_timeline_is_filtered_by_kind_and_holds_everything(support: Client, filed: Filed) -> None:
    OwnerChange.objects.update(customer=filed.customer)
    address = reverse("console:customer_timeline", args=[filed.customer.pk])

    kinds = {entry.source.kind for entry in support.get(address).context["timeline"].entries}
    mails = support.get(address, {"kind": "mails"}).context["timeline"].entries

    assert kinds == {*Kind}
    assert {entry.what for entry in mails} == {"mail"}


def test_a_place_that_is_none_begins_at_the_newest(support: Client, filed: Filed) -> None:
    address = reverse("console:customer_timeline", args=[filed.customer.pk])

    for nonsense in ("x", "2026-01-01~", "\0~\0", "2026-01-01T00:00:00~" + str(uuid7())):
        assert support.get(address, {"before": nonsense, "kind": "x"}).context["timeline"].entries


# Deed, what is said with it, and what must be so afterwards.
DEEDS: dict[str, tuple[dict[str, Any], Any]] = {
    "send-keys": ({}, lambda: Message.objects.filter(request__origin="support", kind="keys").count() == 1),
    "send-link": (
        {},
        lambda: Message.objects.filter(request__origin="support", kind="challenge").count() == 1,
    ),
    "mute": ({"row": "address"}, lambda: Mute.objects.filter(by__gt="", lifted_at=None).count() == 1),
    "refund": (
        {"row": "order", "what": "all"},
        lambda: RefundMark.objects.filter(withdrawn_at=None).count() == 1,
    ),
    "revoke": ({"row": "license"}, lambda: License.objects.filter(revoked_at__isnull=False).count() == 1),
    "note": ({"text": "Calls back"}, lambda: CustomerNote.objects.filter(text="Calls back").count() == 1),
    "add-purchase": (
        {"reference": "BOX-9", "ordered_at": "2026-01-31", "quantity": "1", "edition": "edition"},
        lambda: Purchase.objects.filter(reference="BOX-9", buyer__addresses__canonical=EMAIL).count() == 1,
    ),
}
RECORDED = {
    "send-keys": "keys.sent",
    "send-link": "link.sent",
    "mute": "mute.set",
    "refund": "purchase.marked_refunded",
    "revoke": "license.revoked",
    "note": "note.written",
    "add-purchase": "purchase.added",
}
MAY = {
    Role.AGENT: {*DEEDS} - {"add-purchase"},
    Role.LEAD: {*DEEDS},
    Role.ADMINISTRATOR: {*DEEDS},
    Role.AUDITOR: set(),
}


def said_with(name: str, filed: Filed) -> dict[str, Any]:
    address = str(filed.customer.addresses.get().pk)
    values = {
        "address": address,
        "order": str(filed.line.purchase_id),
        "license": str(filed.license.pk),
        "edition": str(filed.key.edition_id),
    }
    said = {key: values.get(value, value) for key, value in DEEDS[name][0].items()}
    return {"words": "asked on the phone", "address": address, "press": str(uuid7()), **said}


@pytest.mark.parametrize("name", DEEDS)
def test_pressed_twice_it_is_done_once_recorded_and_told(name: str, support: Client, filed: Filed) -> None:
    unblock()
    said = said_with(name, filed)
    pages = [support.post(deed_of(filed.customer, name), said, follow=True) for _ in range(2)]

    assert DEEDS[name][1]()
    told = AuditEntry.objects.filter(customer=filed.customer.pk, action=RECORDED[name])
    assert [each.by for each in told] == ["support"]
    assert all(said_by(page) for page in pages)
    assert all(page.redirect_chain[0][0] == page_address(filed.customer) for page in pages)


@pytest.mark.parametrize("role", MAY)
def test_every_role_may_do_its_own_and_sees_no_other_button(role: Role, filed: Filed) -> None:
    unblock()
    client = as_role(role)
    text = text_of(client, filed.customer)

    for name in DEEDS:
        said = said_with(name, filed)
        page = client.post(deed_of(filed.customer, name), said)
        assert (page.status_code == 302) == (name in MAY[role]), name
        assert bool(DEEDS[name][1]()) == (name in MAY[role]), name
        assert (deed_of(filed.customer, name) in text) == (name in MAY[role]), name
    assert (client.get(reveal_address(filed)).status_code == 200) == (role != Role.AUDITOR)
    assert (
        client.post(reveal_address(filed), {"press": str(uuid7()), "reason": "phone"}).status_code == 403
    ) == (role == Role.AUDITOR)
    assert (reveal_address(filed) in text) == (role != Role.AUDITOR)


@pytest.mark.parametrize(("role", "may"), [(Role.AGENT, False), (Role.LEAD, True)])
def test_more_licenses_by_hand_than_twenty_a_day_are_for_leads(role: Role, may: bool, filed: Filed) -> None:
    """An agent of a vendor that lets agents add purchases hands out no more than the page says."""
    client = as_role(role)
    user = User.objects.get(pk=client.session["_auth_user_id"])
    user.user_permissions.add(Permission.objects.get(codename="add_purchase"))
    address = deed_of(filed.customer, "add-purchase")
    assert "one person adds 20 licenses at most" in client.get(address).content.decode()

    page = client.post(address, said_with("add-purchase", filed) | {"quantity": "21"}, follow=True)

    assert Purchase.objects.filter(reference="BOX-9").exists() is may
    assert ("Only 20 of the 20 licenses" in page.content.decode()) is not may


@pytest.mark.parametrize("name", DEEDS)
def test_opening_its_page_does_nothing(name: str, support: Client, filed: Filed) -> None:
    unblock()
    said = said_with(name, filed)

    page = support.get(deed_of(filed.customer, name), {"row": said["row"]} if "row" in said else {})

    assert page.status_code == 200
    assert not DEEDS[name][1]()


def test_what_is_marked_can_be_taken_back_and_what_is_revoked_restored(support: Client, filed: Filed) -> None:
    order, license = str(filed.line.purchase_id), str(filed.license.pk)
    press(support, filed.customer, "refund", row=order, what="all", words="sent back")
    assert "Take mark back" in text_of(support, filed.customer)
    press(support, filed.customer, "unrefund", row=order, words="came back")
    press(support, filed.customer, "revoke", row=license, words="leak")
    assert "revoked" in text_of(support, filed.customer)
    press(support, filed.customer, "restore", row=license, words="no leak")

    assert not RefundMark.objects.filter(withdrawn_at=None).exists()
    assert not License.objects.filter(revoked_at__isnull=False).exists()


@pytest.mark.parametrize(
    ("block", "words"), [(Mute, "stopped these mails"), (Suppression, "no such mailbox")]
)
def test_keys_to_a_closed_mailbox_are_not_sent_but_lifting_is_offered(
    block: type[Mute] | type[Suppression], words: str, support: Client, filed: Filed
) -> None:
    other = Suppression if block is Mute else Mute
    other._default_manager.all().delete()
    address = str(filed.customer.addresses.get().pk)

    assert words in said_by(press(support, filed.customer, "send-keys", address=address))
    lifting = "lift-mute" if block is Mute else "lift-suppression"
    press(support, filed.customer, lifting, row=address, words="the customer asked")
    press(support, filed.customer, "send-keys", address=address)

    assert Message.objects.filter(request__origin=Origin.SUPPORT).count() == 1


def test_a_paused_domain_is_named_with_its_words(support: Client, filed: Filed) -> None:
    Mute.objects.all().delete()
    Suppression.objects.all().delete()

    told = said_by(
        press(support, filed.customer, "send-keys", address=str(filed.customer.addresses.get().pk))
    )

    assert "554 blocked" in told


def test_support_sends_a_customer_only_so_many_mails_an_hour(support: Client, filed: Filed) -> None:
    unblock()
    address = str(filed.customer.addresses.get().pk)

    told = [
        said_by(press(support, filed.customer, "send-keys", address=address))
        for _ in range(SUPPORT_MAILS.uses + 1)
    ]

    assert "as many mails from support as go out in an hour" in told[-1]
    assert Message.objects.filter(request__origin=Origin.SUPPORT).count() == SUPPORT_MAILS.uses


def test_keys_never_go_to_a_former_or_a_strangers_address(support: Client, filed: Filed) -> None:
    unblock()
    stranger = factories.customer(email="mallory@evil.example").addresses.get()
    former = factories.address(of=filed.customer, email="old@lovelace.example", former_since=timezone.now())

    for address in (stranger, former):
        page = press(support, filed.customer, "send-keys", address=str(address.pk))
        assert page.status_code == 422

    assert not RecoveryRequest.objects.filter(origin=Origin.SUPPORT).exists()


@pytest.mark.parametrize("name", ["refund", "revoke", "mute", "withdraw-note"])
def test_rows_of_another_customer_are_not_there(name: str, support: Client, filed: Filed) -> None:
    other = factories.owner_of("else@example.com", codes=["ELSE-1111-2222-3333"])
    rows = {
        "refund": other.purchases.get(),
        "revoke": other.licenses.get(),
        "mute": other.addresses.get(),
        "withdraw-note": CustomerNote.objects.create(customer=other, by="ada", text="x"),
    }

    page = press(support, filed.customer, name, row=str(rows[name].pk), words="x", what="all")

    assert page.status_code == 404


def test_a_form_that_lacks_its_reason_keeps_what_was_typed(support: Client, filed: Filed) -> None:
    page = press(support, filed.customer, "refund", row=str(filed.line.purchase_id), what="all", words="")

    assert page.status_code == 422
    assert not RefundMark.objects.filter(withdrawn_at=None).exists()


def test_shows_the_code_once_with_a_reason_on_a_page_that_nobody_keeps(support: Client, filed: Filed) -> None:
    asked = support.get(reveal_address(filed))
    shown = support.post(reveal_address(filed), {"press": str(uuid7()), "reason": "phone", "words": ""})

    assert CODE not in asked.content.decode()
    assert CODE in shown.content.decode()
    assert "no-store" in shown["Cache-Control"]
    assert (
        CodeReveal.objects.filter(by="support", reason="phone", key=filed.key).count() == 2
    )  # one was on file
    assert AuditEntry.objects.filter(action="code.revealed", customer=filed.customer.pk).count() == 1


def test_a_code_is_not_shown_without_a_reason(support: Client, filed: Filed) -> None:
    for said in ({}, {"reason": "other", "words": " "}, {"reason": "curious"}):
        page = support.post(reveal_address(filed), {"press": str(uuid7()), **said})
        assert page.status_code == 422
        assert CODE not in page.content.decode()


def test_a_code_asks_for_a_fresh_second_factor(support: Client, filed: Filed, settings: Any) -> None:
    session = support.session
    who, at = session["staff_proved"]
    session["staff_proved"] = [who, at - timedelta(minutes=6).total_seconds()]
    session.save()
    settings.STAFF_NEED_SECOND_FACTOR = True

    page = support.post(reveal_address(filed), {"press": str(uuid7()), "reason": "phone"})

    assert page.status_code == 302
    assert page["Location"].startswith(reverse("staff_prove"))


def test_a_correction_of_contact_data_is_recorded(support: Client, filed: Filed) -> None:
    support.post(page_address(filed.customer), {"full_name": "Ada King"})

    assert AuditEntry.objects.filter(action="customer.corrected", customer=filed.customer.pk).count() == 1


def test_a_move_comes_back_to_the_customer(support: Client, filed: Filed) -> None:
    text = support.get(
        reverse("console:recovery_exchange_start"), {"license": str(filed.license.pk), "back": "customer"}
    ).content.decode()

    assert 'name="back" value="customer"' in text or "not possible" in text


def test_the_mailbox_is_known_by_its_digest_so_that_all_its_mails_are_found(
    support: Client, filed: Filed
) -> None:
    second = factories.address(of=filed.customer, email="second@lovelace.example")
    request = RecoveryRequest.objects.create(
        address=second.canonical,
        mailbox=address_digest(second.canonical),
        network=b"n" * 16,
        browser_digest=b"b" * 32,
    )
    Message.objects.create(kind=MessageKind.CHALLENGE, request=request, reply="250 2.0.0 queued as 4XyZ")

    assert "250 2.0.0 queued as 4XyZ" in text_of(support, filed.customer)


def test_an_order_that_somebody_else_was_given_says_who_has_it(support: Client, filed: Filed) -> None:
    friend = factories.customer(email="friend@gift.example", full_name="")
    gift = factories.line(of=factories.purchase(buyer=filed.customer), receiver=friend)
    factories.line(of=gift.purchase, position=1, receiver=filed.customer)

    text = text_of(support, filed.customer)

    assert text.count(page_address(friend)) == 1
    assert "friend@gift.example" in text


@pytest.mark.parametrize(
    ("being", "attempts", "said"),
    [
        ("sending", 1, ""),
        ("waiting", 1, "put off once"),
        ("sending", 2, "put off once"),
        ("waiting", 3, "3 times"),
    ],
)
def test_a_mail_is_put_off_once_an_attempt_is_over(being: str, attempts: int, said: str) -> None:
    words = mail_state(Message(state=being, attempts=attempts))
    assert said in words
    assert ("put off" in words) == bool(said)
