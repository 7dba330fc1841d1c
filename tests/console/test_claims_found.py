"""Claims of an address are found by it, shown where support looks, and their pages say what they mean."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from licensing.keys.assign import assign
from licensing.models import Customer, License
from recovery.journeys.ask_about_claim import ask_about_claim
from recovery.journeys.begin_owner_change import reassign_license, split
from recovery.journeys.decide_owner_change import decline, shorten
from recovery.journeys.effect_owner_changes import take_effect_of_due
from recovery.models import Message, MessageKind, MessageState, OwnerChange, RecoveryRequest
from tests import factories
from tests.console.finding import answer, groups
from tests.console.test_owner_changes import page
from tests.factories import owner_of
from tests.kit.mails import text_of as mail_text
from tests.kit.smtp import SmtpServer
from tests.recovery.owning import NEW, OLD, REASON, approved, claimed, let_the_wait_pass, proved

pytestmark = pytest.mark.django_db
Deliver = Callable[[], int]
CLAIMS = "Changes of address"


@pytest.fixture
def anna() -> Customer:
    return owner_of(OLD, codes=["AAAA-BBBB-1234"], reference="GR-77")


def story_page(client: Client, customer: Customer) -> str:
    return client.get(reverse("admin:licensing_customer_change", args=[customer.pk])).content.decode()


def shared_units(units: int) -> list[License]:
    """Units of one line that one key serves."""
    owner = owner_of("firm@example.com")
    line = factories.line(of=factories.purchase(buyer=owner, reference="GR-9"), quantity=units)
    edition = factories.edition()
    made = [
        factories.license(owner=owner, edition=edition, line=line, unit=number + 1) for number in range(units)
    ]
    serving = factories.key(edition=edition, seats=units)
    for each in made:
        assign(license=each, key=serving, now=timezone.now())
    return made


class TestSearch:
    @pytest.mark.parametrize("term", [NEW, OLD.upper()])
    def test_leads_to_a_claim_by_its_new_address_and_by_the_old_one_that_was_typed(
        self, support: Client, term: str
    ) -> None:
        change = proved(old_address=OLD)
        found = answer(support, term)
        assert page(change) in found.content.decode()
        assert groups(found)[CLAIMS] == [
            f"to {NEW}, asked {timezone.localtime(change.asked_at):%-d %b %Y}: support decides"
        ]

    def test_leads_to_what_waits_and_not_to_what_is_over(self, anna: Customer, support: Client) -> None:
        change = approved(anna)
        assert page(change) in answer(support, NEW).content.decode()
        OwnerChange.objects.all().delete()
        decline(proved().pk, by="ada", reason="No")
        assert CLAIMS not in groups(answer(support, NEW))

    def test_lists_what_one_address_was_mailed_about_once(self, anna: Customer, support: Client) -> None:
        approved(anna)
        assert RecoveryRequest.objects.filter(address=NEW).count() == 2
        assert len(groups(answer(support, NEW))["Requests from addresses that nobody has"]) == 1

    def test_of_no_address_opens_no_claim(self, support: Client) -> None:
        proved(old_address=OLD, name="Anna Gone")
        assert CLAIMS not in groups(answer(support, "Anna Gone"))


class TestWhereSupportLooks:
    def test_whoever_an_address_is_on_file_of_has_the_claim_under_what_needs_attention(
        self, anna: Customer, support: Client
    ) -> None:
        other = owner_of("else@example.com")
        change = proved(old_address=f" {OLD.upper()} ")
        assert page(change) in story_page(support, anna)
        assert "claims an address of theirs" in story_page(support, anna)
        assert page(change) not in story_page(support, other)

    def test_whose_address_is_claimed_as_somebodys_new_one_reads_just_that(self, support: Client) -> None:
        text = story_page(support, owner_of(proved(old_address=OLD).new_address))
        assert "is claimed as somebody’s new address" in text
        assert "claims an address of theirs" not in text

    def test_a_claim_about_which_the_customer_was_asked_waits_for_them(
        self, anna: Customer, support: Client
    ) -> None:
        change = proved(old_address=OLD)
        ask_about_claim(change.pk, by="ada", text="When?", now=timezone.now())
        assert "</a>, the customer was asked" in story_page(support, anna)

    def test_a_proof_of_a_new_address_is_told_as_that_and_not_as_a_request_for_keys(
        self, support: Client
    ) -> None:
        text = story_page(support, owner_of(proved(old_address=OLD).new_address))
        assert f"Proof of a new address asked for, with {NEW}" in text
        assert "Keys asked for" not in text

    def test_the_request_leads_to_its_claim_also_before_it_is_proved(self, support: Client) -> None:
        request = claimed()
        address = reverse("admin:recovery_recoveryrequest_change", args=[request.pk])
        assert page(OwnerChange.objects.get()) in support.get(address).content.decode()

    def test_the_request_of_a_notice_leads_to_what_it_told_of(self, anna: Customer, support: Client) -> None:
        change = approved(anna)
        notice = change.mails.get(kind=MessageKind.NOTICE)
        address = reverse("admin:recovery_recoveryrequest_change", args=[notice.request_id])
        assert page(change) in support.get(address).content.decode()


class TestPage:
    def test_a_name_alone_is_a_hint_and_ready_to_be_compared(self, anna: Customer, support: Client) -> None:
        text = support.get(page(proved(name=anna.full_name))).content.decode()
        assert "No address, order or code that was typed leads to anybody on file." in text
        assert "The same name is also on file" in text
        assert f'value="{anna.full_name}"' in text

    def test_its_mails_begin_with_the_one_that_proved_the_new_mailbox(
        self, anna: Customer, support: Client
    ) -> None:
        change = approved(anna)
        text = support.get(page(change)).content.decode()
        kinds = [str(mail.get_kind_display()) for mail in Message.objects.filter(kind=MessageKind.CLAIM)]
        assert text.index(kinds[0]) < text.index("notice of what is to happen")

    def test_who_asked_and_was_declined_gets_nothing(self, support: Client) -> None:
        change = decline(proved().pk, by="ada", reason="No such order")
        text = support.get(page(change)).content.decode()
        assert "that it was declined, to who asked" in text
        assert "to who gets it" not in text

    def test_says_when_it_takes_effect_as_the_mails_do(self, anna: Customer, support: Client) -> None:
        change = approved(anna)
        assert change.effective_at is not None
        text = support.get(page(change)).content.decode()
        assert f"{change.effective_at:%-d %B %Y, %H:%M} UTC" in text
        assert "in 2 d" not in text

    def test_says_which_unit_of_which_order_is_handed_on(self, support: Client) -> None:
        unit = shared_units(2)[1]
        change = reassign_license(unit.pk, to=owner_of("bob@example.com").pk, by="ada", reason=REASON)
        assert "order GR-9, unit 2" in support.get(page(change)).content.decode()
        start = f"{reverse('admin:owner_change_reassign')}?license={unit.pk}"
        assert "order GR-9, unit 2" in support.get(start).content.decode()

    def test_says_what_who_gets_what_leaves_will_be_called(self, anna: Customer, support: Client) -> None:
        unit = anna.licenses.get()
        change = split(
            anna.pk, purchases=[], licenses=[unit.pk], name="Ben & Co", new=NEW, by="ada", reason=REASON
        )
        assert "Ben &amp; Co" in support.get(page(change)).content.decode()


class TestSharedCode:
    def test_a_split_says_that_the_code_stays_the_same_for_both(self, support: Client) -> None:
        owner = shared_units(2)[0].owner
        assert owner is not None
        address = f"{reverse('admin:owner_change_split')}?customer={owner.pk}"
        assert "share one code" in support.get(address).content.decode()

    def test_a_split_without_shared_codes_does_not(self, anna: Customer, support: Client) -> None:
        address = f"{reverse('admin:owner_change_split')}?customer={anna.pk}"
        assert "share one code" not in support.get(address).content.decode()


def test_units_stand_in_their_order(support: Client) -> None:
    units = shared_units(3)
    assert units[0].owner is not None
    text = story_page(support, units[0].owner)
    assert text.index(str(units[0].pk)) < text.index("unit 2</span>") < text.index("unit 3</span>")


def test_the_timeline_names_what_a_mail_told(anna: Customer, support: Client) -> None:
    approved(anna)
    text = story_page(support, anna)
    assert "Mail, notice of what is to happen, to who had it" in text
    assert "Something was completed" not in text


class TestMails:
    def test_a_question_names_its_last_day(self, deliver: Deliver, smtp: SmtpServer) -> None:
        change = proved()
        ask_about_claim(change.pk, by="ada", text="Which shop was it?", now=timezone.now())
        change.refresh_from_db()
        deliver()
        assert change.awaits_until is not None
        text = mail_text(smtp.messages[-1])
        assert f"answer by {change.awaits_until:%-d %B %Y, %H:%M} UTC" in " ".join(text.split())

    @pytest.mark.parametrize("sooner", [True, False])
    def test_after_a_waiver_it_is_said_that_the_earlier_date_does_not_count(
        self, anna: Customer, deliver: Deliver, smtp: SmtpServer, sooner: bool
    ) -> None:
        change = approved(anna)
        let_the_wait_pass(change)
        if sooner:
            OwnerChange.objects.update(effective_at=timezone.now() + timedelta(days=1))
            shorten(change.pk, by="lea", reason="Spoke on the phone")
        assert take_effect_of_due() == 1
        Message.objects.filter(change=change, kind=MessageKind.NOTICE).update(state=MessageState.ACCEPTED)
        deliver()
        done = [mail_text(each) for each in smtp.messages if "Changed: who gets" in str(each.raw)]
        assert len(done) == 2
        for text in done:
            assert ("Support has shortened the wait" in text) is sooner
        assert any("Ask for your keys here:" in text for text in done)
