"""Support's side of the one road by which keys change hands: who may what, what fits, and no way round it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from config.staff.proof import PROVED
from config.staff.roles import Role, give_role, make_roles
from licensing.models import AuditEntry, Case, Customer, EmailAddress, License, Purchase
from recovery.journeys.effect_owner_changes import take_effect_of_due
from recovery.journeys.stop_owner_change import object_to
from recovery.journeys.verify import prove_by_link
from recovery.models import ChangeKind, ChangeState, Message, MessageKind, MessageState, OwnerChange
from recovery.tokens import make_token
from tests.factories import customer, owner_of
from tests.recovery.owning import NEW, OLD, REASON, approved, begun_merge, let_the_wait_pass, proved
from tests.recovery.test_owner_changes import keys_link

pytestmark = pytest.mark.django_db
SAYS = {"words": REASON}


@pytest.fixture
def anna() -> Customer:
    return owner_of(OLD, codes=["AAAA-BBBB-1234"], reference="GR-77")


def signed_in(role: Role) -> Client:
    make_roles()
    user = User.objects.create_user(f"the-{role.value}")
    give_role(user, role)
    client = Client()
    client.force_login(user)
    return client


def page(change: OwnerChange) -> str:
    return reverse("admin:recovery_ownerchange_change", args=[change.pk])


def button(name: str, change: OwnerChange) -> str:
    return reverse(f"admin:owner_change_{name}", args=[change.pk])


def state_of(change: OwnerChange) -> str:
    return OwnerChange.objects.values_list("state", flat=True).get(pk=change.pk)


def done(change: OwnerChange) -> OwnerChange:
    let_the_wait_pass(change)
    assert take_effect_of_due() == 1
    change.refresh_from_db()
    return change


class TestClaimPage:
    def test_shows_what_fits_beside_what_was_typed_without_a_code(
        self, anna: Customer, support: Client
    ) -> None:
        change = proved(old_address=OLD, order="GR-77", name="Example, A.", code="AAAA-BBBB-1234")
        text = support.get(page(change)).content.decode()
        assert text.count('state-good">fits<') == 3
        assert text.count('state-wait">fits in part<') == 1
        assert "AAAA-BBBB" not in text

    def test_the_last_characters_fit_in_part_only(self, anna: Customer, support: Client) -> None:
        text = support.get(page(proved(code="1234"))).content.decode()
        assert 'state-wait">fits in part<' in text

    def test_texts_stay_texts(self, anna: Customer, support: Client) -> None:
        change = proved(old_address=OLD, text="<script>alert(1)</script>", name="=1+1")
        text = support.get(page(change)).content.decode()
        assert "<script>alert(1)" not in text
        assert "&lt;script&gt;alert(1)" in text

    def test_another_customers_address_is_offered_as_a_merge_and_not_approved(
        self, anna: Customer, support: Client
    ) -> None:
        other = owner_of(NEW, codes=["CCCC-1111"])
        text = support.get(page(proved(old_address=OLD))).content.decode()
        assert reverse("admin:owner_change_merge") in text
        assert str(other.pk) in text
        assert "Approve for" not in text

    def test_approves_for_the_customer_that_was_chosen(self, anna: Customer, support: Client) -> None:
        change = proved(old_address=OLD)
        form = {"customer": str(anna.pk), "retired": str(anna.addresses.get().pk), **SAYS}
        said = support.post(button("approve", change), form, follow=True).content.decode()
        assert state_of(change) == ChangeState.WAITING
        assert "Approved." in said
        assert AuditEntry.objects.filter(action="owner_change.approved", by="support").exists()

    @pytest.mark.parametrize("typed", [OLD, "GR-77", "aaaa bbbb 1234", "Anna Example"])
    def test_a_claim_with_a_typing_error_is_compared_with_whom_support_finds(
        self, anna: Customer, support: Client, typed: str
    ) -> None:
        change = proved(old_address="ana@gone.example", order="GR-78", name="Anna Example")
        button_for_her = f'name="customer" value="{anna.pk}"'
        assert button_for_her not in support.get(page(change)).content.decode()
        found = support.post(button("compare", change), {"whom": typed}, follow=True)
        text = found.content.decode()
        assert typed not in found.redirect_chain[0][0]
        assert button_for_her in text
        assert AuditEntry.objects.filter(action="owner_change.compared", by="support").exists()
        assert 'state-bad">does not fit<' in text
        form = {"customer": str(anna.pk), "retired": str(anna.addresses.get().pk), **SAYS}
        support.post(button("approve", change), form)
        assert state_of(change) == ChangeState.WAITING

    def test_nobody_is_found_by_what_is_nowhere_on_file(self, anna: Customer, support: Client) -> None:
        said = support.post(button("compare", proved()), {"whom": "x@nowhere.example"}, follow=True)
        assert "Nobody is found by that." in said.content.decode()

    def test_the_second_of_two_is_told(self, anna: Customer, support: Client) -> None:
        change = proved(old_address=OLD)
        support.post(button("decline", change), SAYS)
        said = support.post(button("approve", change), {"customer": str(anna.pk), **SAYS}, follow=True)
        assert "decided meanwhile" in said.content.decode()
        assert state_of(change) == ChangeState.DECLINED

    def test_nothing_without_a_reason(self, anna: Customer, support: Client) -> None:
        change = proved(old_address=OLD)
        for name in ("approve", "decline"):
            support.post(button(name, change), {"customer": str(anna.pk), "words": " "})
        assert state_of(change) == ChangeState.OPEN


class TestRights:
    @pytest.mark.parametrize(("role", "may"), [(Role.AGENT, True), (Role.AUDITOR, False)])
    def test_agents_decide_and_auditors_look(self, anna: Customer, role: Role, may: bool) -> None:
        change, client = proved(old_address=OLD), signed_in(role)
        shown = client.get(page(change)).content.decode()
        answer = client.post(button("decline", change), SAYS)
        assert (answer.status_code == 302, "Approve for" in shown) == (may, may)
        assert (state_of(change) == ChangeState.DECLINED) is may

    @pytest.mark.parametrize(("role", "may"), [(Role.AGENT, False), (Role.LEAD, True), (Role.AUDITOR, False)])
    def test_only_leads_shorten_and_undo(self, anna: Customer, role: Role, may: bool) -> None:
        client, change = signed_in(role), approved(anna)
        before = change.effective_at
        client.post(button("shorten", change), SAYS)
        change.refresh_from_db()
        assert (change.effective_at != before) is may
        done(change)
        client.post(button("undo", change), SAYS)
        assert (state_of(change) == ChangeState.UNDONE) is may

    @pytest.mark.parametrize("name", ["address", "merge", "split"])
    def test_auditors_begin_nothing(self, anna: Customer, name: str) -> None:
        client = signed_in(Role.AUDITOR)
        address = reverse(f"admin:owner_change_{name}") + f"?customer={anna.pk}"
        assert [client.get(address).status_code, client.post(address, SAYS).status_code] == [403, 403]

    def test_merging_and_shortening_ask_for_the_second_factor_again(
        self, anna: Customer, support: Client
    ) -> None:
        change = approved(anna)
        session = support.session
        session[PROVED] = [session[PROVED][0], session[PROVED][1] - 301]
        session.save()
        answers = [
            support.get(reverse("admin:owner_change_merge") + f"?customer={anna.pk}"),
            support.post(button("shorten", change), SAYS),
        ]
        assert [each.status_code for each in answers] == [302, 302]
        assert OwnerChange.objects.get(pk=change.pk).shortened_by == ""


class TestBegin:
    def test_a_merge_shows_both_sides_and_waits(self, anna: Customer, support: Client) -> None:
        other = owner_of("bob@example.com", codes=["CCCC-1111"], reference="GR-88")
        address = f"{reverse('admin:owner_change_merge')}?customer={anna.pk}&other={other.pk}"
        text = support.get(address).content.decode()
        assert ("GR-77" in text, "GR-88" in text) == (True, True)
        support.post(address, SAYS)
        change = OwnerChange.objects.get()
        assert (change.kind, change.state, change.other_id) == ("merge", "waiting", other.pk)

    def test_a_merge_with_oneself_is_refused(self, anna: Customer, support: Client) -> None:
        address = f"{reverse('admin:owner_change_merge')}?customer={anna.pk}&other={anna.pk}"
        answer = support.post(address, SAYS)
        assert "one and the same customer" in answer.content.decode()
        assert not OwnerChange.objects.exists()

    def test_a_mistyped_address_is_put_right_after_proof_and_wait(
        self, anna: Customer, support: Client
    ) -> None:
        address = f"{reverse('admin:owner_change_address')}?customer={anna.pk}"
        support.post(address, {"new": NEW, "retired": str(anna.addresses.get().pk), **SAYS})
        assert OwnerChange.objects.get().state == ChangeState.UNPROVEN

    def test_a_split_and_a_license_handed_on_wait(self, anna: Customer, support: Client) -> None:
        EmailAddress.objects.create(customer=anna, address="w@firm.example", canonical="w@firm.example")
        split = f"{reverse('admin:owner_change_split')}?customer={anna.pk}"
        leaving = EmailAddress.objects.get(canonical="w@firm.example")
        support.post(split, {"addresses": str(leaving.pk), "purchases": str(anna.purchases.get().pk), **SAYS})
        bob = owner_of("bob@example.com", codes=["CCCC-1111"])
        hand_on = f"{reverse('admin:owner_change_reassign')}?license={bob.licenses.get().pk}"
        support.post(hand_on, {"to": OLD, **SAYS})
        assert set(OwnerChange.objects.values_list("kind", "state")) == {("split", "waiting")}
        support.post(button("stop", OwnerChange.objects.get()), SAYS)
        support.post(hand_on, {"to": OLD, **SAYS})
        assert OwnerChange.objects.filter(kind=ChangeKind.REASSIGN, state=ChangeState.WAITING).exists()

    def test_of_one_address_what_is_ticked_goes_to_a_new_one(self, anna: Customer, support: Client) -> None:
        address = f"{reverse('admin:owner_change_split')}?customer={anna.pk}"
        text = support.get(address).content.decode()
        assert "Addresses that leave" not in text
        assert "order GR-77, key" in text
        support.post(address, {"new": NEW, "licenses": str(anna.licenses.get().pk), **SAYS})
        change = OwnerChange.objects.get()
        assert (change.kind, change.state, change.new_address) == ("split", "unproven", NEW)

    def test_an_objection_is_seen_and_settled(self, anna: Customer, support: Client) -> None:
        change = done(begun_merge(anna, customer(email="bob@example.com")))
        object_to(make_token("stop-change", change.pk))
        assert "objected to" in support.get(page(change)).content.decode()
        support.post(button("stand", change), SAYS)
        change.refresh_from_db()
        assert change.frozen_at is None


def who_receives() -> object:
    """Everything that says who is sent keys."""
    return (
        sorted(EmailAddress.objects.values_list("pk", "customer", "canonical", "former_since"), key=str),
        sorted(License.objects.values_list("pk", "owner"), key=str),
        sorted(Purchase.objects.values_list("pk", "buyer"), key=str),
    )


Way = Callable[[Customer, Customer], tuple[str, dict[str, str]]]
WAYS: dict[str, Way] = {
    "correcting a customer": lambda anna, bob: (
        reverse("admin:licensing_customer_change", args=[anna.pk]),
        {
            "full_name": "Anna",
            "addresses-TOTAL_FORMS": "1",
            "addresses-INITIAL_FORMS": "1",
            "addresses-0-id": str(anna.addresses.get().pk),
            "addresses-0-customer": str(bob.pk),
            "addresses-0-canonical": "thief@evil.example",
            "addresses-0-former_since_0": "2020-01-01",
        },
    ),
    "an address": lambda anna, bob: (
        reverse("admin:licensing_emailaddress_change", args=[anna.addresses.get().pk]),
        {"customer": str(bob.pk), "address": "thief@evil.example", "canonical": "thief@evil.example"},
    ),
    "a new address": lambda anna, bob: (
        reverse("admin:licensing_emailaddress_add"),
        {"customer": str(anna.pk), "address": "thief@evil.example", "canonical": "thief@evil.example"},
    ),
    "a license": lambda anna, bob: (
        reverse("admin:licensing_license_change", args=[anna.licenses.get().pk]),
        {"owner": str(bob.pk)},
    ),
    "an order": lambda anna, bob: (
        reverse("admin:licensing_purchase_change", args=[anna.purchases.get().pk]),
        {"buyer": str(bob.pk)},
    ),
    "a change of owner": lambda anna, bob: (
        reverse("admin:recovery_ownerchange_add"),
        {"kind": "merge", "state": "done", "customer": str(anna.pk), "other": str(bob.pk)},
    ),
}


@pytest.mark.parametrize("way", WAYS)
def test_the_console_has_no_way_round_the_waiting_period(anna: Customer, support: Client, way: str) -> None:
    """threats.md row 54: each way tried, by somebody with every right."""
    bob = owner_of("bob@example.com")
    before = who_receives()
    address, form = WAYS[way](anna, bob)
    support.post(address, form)
    assert who_receives() == before


class TestNobodyTold:
    @pytest.fixture
    def change(self, anna: Customer) -> OwnerChange:
        change = approved(anna)
        let_the_wait_pass(change)
        change.mails.filter(kind=MessageKind.NOTICE).update(state=MessageState.REFUSED, accepted_at=None)
        return change

    @pytest.mark.parametrize(("role", "may"), [(Role.AGENT, False), (Role.LEAD, True)])
    def test_its_page_says_so_and_who_may_confirm_it(
        self, change: OwnerChange, role: Role, may: bool
    ) -> None:
        client = signed_in(role)
        text = client.get(page(change)).content.decode()
        assert ("nobody could be told" in text, button("confirm", change) in text) == (True, may)
        client.post(button("confirm", change), SAYS)
        change.refresh_from_db()
        assert bool(change.confirmed_by) is may

    def test_it_stands_on_the_first_page_and_in_its_list(self, change: OwnerChange, support: Client) -> None:
        listed = reverse("admin:recovery_ownerchange_changelist") + "?told=nobody"
        assert listed in support.get(reverse("admin:index")).content.decode()
        assert page(change) in support.get(listed).content.decode()


class TestWords:
    def test_mails_are_told_in_words(self, anna: Customer, support: Client) -> None:
        text = support.get(page(approved(anna))).content.decode()
        assert "notice of what is to happen, to who had it" in text
        assert "notice gives" not in text
        mail = OwnerChange.objects.get().mails.get(kind=MessageKind.NOTICE)
        alone = support.get(reverse("admin:recovery_message_change", args=[mail.pk])).content.decode()
        assert "notice of what is to happen, to who had it" in alone

    def test_the_addresses_that_give_way_are_shown(self, anna: Customer, support: Client) -> None:
        text = support.get(page(approved(anna))).content.decode()
        assert text.index("Addresses that give way") < text.index(f">{OLD}</a>")

    def test_what_has_ended_takes_effect_at_no_time(self, anna: Customer, support: Client) -> None:
        change = approved(anna)
        assert "Takes effect" in support.get(page(change)).content.decode()
        support.post(button("stop", change), SAYS)
        assert "Takes effect" not in support.get(page(change)).content.decode()

    def test_waiving_the_wait_says_that_it_is_over(self, anna: Customer, support: Client) -> None:
        said = support.post(button("shorten", approved(anna)), SAYS, follow=True).content.decode()
        assert "within a minute" in said
        assert "when the waiting period is over" not in said

    def test_an_agent_reads_who_can_shorten(self, anna: Customer) -> None:
        change = approved(anna)
        hint = "a lead or an administrator can waive"
        shown = {role: signed_in(role).get(page(change)).content.decode() for role in (Role.AGENT, Role.LEAD)}
        assert [hint in text for text in shown.values()] == [True, False]


class TestStopped:
    @pytest.fixture
    def case(self, anna: Customer) -> Case:
        object_to(make_token("stop-change", approved(anna).pk))
        return Case.objects.get(closed_at=None)

    def test_stands_on_the_first_page_once(self, case: Case, support: Client) -> None:
        text = support.get(reverse("admin:index")).content.decode()
        assert text.count("change=ended") == 1
        assert "to decide" not in text

    def test_its_case_leads_to_it_and_is_closed_there(self, case: Case, support: Client) -> None:
        address = reverse("admin:licensing_case_change", args=[case.pk])
        text = support.get(address).content.decode()
        close = reverse("admin:licensing_case_close", args=[case.pk])
        assert (page(OwnerChange.objects.get()) in text, close in text) == (True, True)
        assert (">Look</a>" in text, ">Decide</a>" in text) == (True, False)
        assert "Closed." in support.post(close, follow=True).content.decode()
        text = support.get(address).content.decode()
        assert (close in text, ">Look</a>" in text) == (False, False)
        assert AuditEntry.objects.filter(action="case.closed").count() == 1
        assert "closed already" in support.post(close, follow=True).content.decode()

    def test_the_change_says_what_happened_and_leads_back_to_the_case(
        self, case: Case, support: Client
    ) -> None:
        text = support.get(page(OwnerChange.objects.get())).content.decode()
        assert "Somebody concerned stopped a change of owner" in text
        assert reverse("admin:licensing_case_change", args=[case.pk]) in text


class TestMistyped:
    @pytest.mark.parametrize(("role", "may"), [(Role.AGENT, False), (Role.LEAD, True)])
    def test_of_a_mailbox_that_was_proved_before_is_said_by_leads_only(
        self, anna: Customer, role: Role, may: bool
    ) -> None:
        prove_by_link(keys_link(OLD))
        change, ids = proved(old_address=OLD), str(anna.addresses.get().pk)
        form = {"customer": str(anna.pk), "retired": ids, "mistyped": ids, **SAYS}
        said = signed_in(role).post(button("approve", change), form, follow=True).content.decode()
        assert ("it may be no typing error" in said) is not may
        assert (state_of(change) == ChangeState.WAITING) is may

    def test_that_somebody_reads_stands_on_the_first_page_until_a_lead_confirms(
        self, anna: Customer, support: Client
    ) -> None:
        change, ids = proved(old_address=OLD), str(anna.addresses.get().pk)
        form = {"customer": str(anna.pk), "retired": ids, "mistyped": ids, **SAYS}
        support.post(button("approve", change), form)
        prove_by_link(keys_link(OLD))
        OwnerChange.objects.get().mails.update(state=MessageState.ACCEPTED)
        assert "told=nobody" in support.get(reverse("admin:index")).content.decode()
        text = support.get(page(change)).content.decode()
        assert "somebody reads the mistyped address" in text
        assert button("confirm", change) in text


class TestProvedMeanwhile:
    """An approved change that ended because somebody read the old mailbox: perhaps a stranger, of a mistyped one."""

    @pytest.fixture
    def case(self, anna: Customer) -> Case:
        approved(anna)
        prove_by_link(keys_link(OLD))
        return Case.objects.get(closed_at=None)

    def test_stands_on_the_first_page_and_with_the_customer(
        self, case: Case, anna: Customer, support: Client
    ) -> None:
        assert "change=ended" in support.get(reverse("admin:index")).content.decode()
        text = support.get(reverse("admin:licensing_customer_change", args=[anna.pk])).content.decode()
        assert "stopped: the old mailbox was proved after it had been approved" in text
        assert reverse("admin:licensing_case_change", args=[case.pk]) in text

    @pytest.mark.parametrize(
        ("sent", "words"),
        [
            (MessageState.ACCEPTED, "A mail with keys went there"),
            (MessageState.WITHHELD, "No mail with keys went there"),
        ],
    )
    def test_says_at_which_address_and_whether_keys_were_mailed_there(
        self, case: Case, support: Client, sent: str, words: str
    ) -> None:
        Message.objects.filter(kind=MessageKind.KEYS).update(state=sent)
        address = reverse("admin:licensing_case_change", args=[case.pk])
        for where in (address, page(OwnerChange.objects.get())):
            text = support.get(where).content.decode()
            assert f"It was proved at <bdi>{OLD}</bdi>" in text
            assert words in text
