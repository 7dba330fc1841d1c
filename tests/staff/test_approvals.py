"""What needs a second person is done only once somebody else has agreed to exactly it, and then once."""

from datetime import timedelta
from typing import Any

import pytest
from django.conf import LazySettings
from django.db import IntegrityError, connections, transaction
from django.db.models import F
from django.utils import timezone
from time_machine import travel

from config.staff import approvals
from config.staff.approvals import NotYours, TooLate
from config.staff.models import Approval, ApprovalState
from config.staff.roles import Role
from licensing.models import Case, CaseKind, ImportRun, Mapping, Product
from tests import factories
from tests.kit.race import released_together
from tests.staff.people import Person, person

pytestmark = pytest.mark.django_db

EXPORT = "/console/licensing/customer/everything/zip/"
CASES = "/console/licensing/case/"


@pytest.fixture(autouse=True)
def _all_deeds_need_two(settings: LazySettings) -> None:
    settings.SECOND_PERSON = {"exports", "bulk", "policy"}


def signed_in(name: str, role: Role) -> Person:
    return person(name, role=role).sign_in()


def kept_on(page: Any) -> str:
    """What the page that asks for a reason sends along."""
    return str(page.context["kept"])


def ask(
    asker: Person, address: str, form: dict[str, Any] | None = None, *, reason: str = "Moving"
) -> Approval:
    held = asker.client.post(address, form or {})
    assert held.status_code == 409
    asker.client.post("/console/approvals/ask/", {"kept": kept_on(held), "reason": reason})
    return Approval.objects.latest("pk")


def decide(decider: Person, approval: Approval, deed: str = "approve", note: str = "") -> Any:
    return decider.client.post(f"/console/approvals/{approval.pk}/{deed}/", {"note": note}, follow=True)


def state_of(approval: Approval) -> str:
    approval.refresh_from_db()
    return approval.state


def hours_pass(hours: int) -> None:
    Approval.objects.update(expires_at=F("expires_at") - timedelta(hours=hours))


def test_an_approved_export_is_made_once(grace: Person) -> None:
    grace.sign_in()
    lead = signed_in("lead", Role.LEAD)
    approval = ask(grace, EXPORT)
    assert "waits for somebody" in grace.client.get("/console/approvals/").content.decode()

    decide(lead, approval)

    page = grace.client.get(f"/console/approvals/{approval.pk}/").content.decode()
    assert f'action="{EXPORT}"' in page
    assert grace.client.post(EXPORT).status_code == 200
    assert state_of(approval) == ApprovalState.USED
    assert grace.client.post(EXPORT).status_code == 409


def test_nothing_is_held_where_the_settings_name_nothing(grace: Person, settings: LazySettings) -> None:
    settings.SECOND_PERSON = set()

    assert grace.sign_in().client.post(EXPORT).status_code == 200


def test_a_changed_field_is_another_deed(grace: Person) -> None:
    product = factories.product(slug="tool", name="Tool")
    address = f"/console/licensing/product/{product.pk}/change/"
    form = {"name": "Tool", "slug": "tool", "exchange_allowed": "on", "exchanges_per_period": "2"}
    form |= {"exchange_period_days": "365", "exchange_cooldown_days": "30", "exchange_grace_days": "14"}
    grace.sign_in()
    lead = signed_in("lead", Role.LEAD)
    approval = ask(grace, address, form)
    decide(lead, approval)

    assert grace.client.post(address, form | {"exchanges_per_period": "9"}).status_code == 409
    assert Product.objects.get().exchanges_per_period == product.exchanges_per_period
    assert grace.client.post(address, form | {"csrfmiddlewaretoken": "another"}).status_code == 302
    assert state_of(approval) == ApprovalState.USED


def test_one_row_of_a_list_needs_nobody_else_and_two_do(grace: Person) -> None:
    rows = [
        str(
            Case.objects.create(
                kind=CaseKind.CONTRADICTION, purchase=factories.purchase(reference=f"{n}"), digest=b"%d" % n
            ).pk
        )
        for n in range(3)
    ]
    grace.sign_in()
    lead = signed_in("lead", Role.LEAD)

    grace.client.post(CASES, {"action": "close", "_selected_action": rows[:1]})
    assert Case.objects.filter(closed_at=None).count() == 2

    form = {"action": "close", "_selected_action": rows[1:]}
    approval = ask(grace, CASES, form)
    assert Case.objects.filter(closed_at=None).count() == 2
    decide(lead, approval)
    grace.client.post(CASES, form)
    assert not Case.objects.filter(closed_at=None).exists()


def test_nobody_approves_their_own_deed(grace: Person) -> None:
    grace.sign_in()
    approval = ask(grace, EXPORT)

    assert "It is your own" in decide(grace, approval).content.decode()
    assert state_of(approval) == ApprovalState.WAITING


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("grace@vendor.example", "Grace@Vendor.example"),
        ("grace@vendor.example", "grace+approves@vendor.example"),
        ("grace.hopper@gmail.com", "gracehopper+2@googlemail.com"),
    ],
)
def test_nor_under_a_second_account_of_the_same_mailbox(grace: Person, one: str, other: str) -> None:
    grace.user.email = one
    grace.user.save()
    grace.sign_in()
    second = person("second")
    second.user.email = other
    second.user.save()
    approval = ask(grace, EXPORT)

    assert "It is your own" in decide(second.sign_in(), approval).content.decode()
    assert state_of(approval) == ApprovalState.WAITING


def test_the_database_refuses_an_approval_of_ones_own(grace: Person) -> None:
    approval = ask(grace.sign_in(), EXPORT)

    with pytest.raises(IntegrityError, match="somebody_else_decides"), transaction.atomic():
        Approval.objects.update(decided_by=grace.user)

    assert state_of(approval) == ApprovalState.WAITING


@pytest.mark.parametrize("role", [Role.AGENT, Role.AUDITOR])
def test_agents_and_auditors_decide_nothing(role: Role, grace: Person) -> None:
    approval = ask(grace.sign_in(), EXPORT)
    other = signed_in("other", role)

    assert other.client.post(f"/console/approvals/{approval.pk}/approve/").status_code == 403
    assert other.client.get(f"/console/approvals/{approval.pk}/").status_code == (
        200 if role is Role.AUDITOR else 404
    )


def test_somebody_elses_approval_is_worth_nothing(grace: Person) -> None:
    lead = signed_in("lead", Role.LEAD)
    other = signed_in("other", Role.ADMINISTRATOR)
    decide(lead, ask(grace.sign_in(), EXPORT))

    assert other.client.post(EXPORT).status_code == 409


def test_a_declined_deed_is_not_done_and_says_why(grace: Person) -> None:
    lead = signed_in("lead", Role.LEAD)
    approval = ask(grace.sign_in(), EXPORT)

    decide(lead, approval, "decline", note="Not on a Friday.")

    assert "Not on a Friday." in grace.client.get(f"/console/approvals/{approval.pk}/").content.decode()
    assert grace.client.post(EXPORT).status_code == 409


@pytest.mark.parametrize("decided", [False, True], ids=["undecided", "approved"])
def test_after_a_day_it_lapses(decided: bool, grace: Person) -> None:
    lead = signed_in("lead", Role.LEAD)
    approval = ask(grace.sign_in(), EXPORT)
    if decided:
        decide(lead, approval)
    hours_pass(24)

    assert "lapsed" in grace.client.get(f"/console/approvals/{approval.pk}/").content.decode()
    assert decided or "older than a day" in decide(lead, approval).content.decode()
    assert grace.client.post(EXPORT).status_code == 409


def test_what_the_view_refuses_uses_no_approval_up(grace: Person) -> None:
    lead = signed_in("lead", Role.LEAD)
    approval = ask(grace.sign_in(), "/console/licensing/customer/everything/nonsense/")
    decide(lead, approval)

    assert grace.client.post("/console/licensing/customer/everything/nonsense/").status_code == 404
    assert state_of(approval) == ApprovalState.GIVEN


def test_a_question_is_not_asked_for_somebody_else_nor_without_a_reason(grace: Person) -> None:
    held = grace.sign_in().client.post(EXPORT)
    other = signed_in("other", Role.ADMINISTRATOR)

    other.client.post("/console/approvals/ask/", {"kept": kept_on(held), "reason": "Mine"})
    grace.client.post("/console/approvals/ask/", {"kept": kept_on(held), "reason": "  "})
    grace.client.post("/console/approvals/ask/", {"kept": kept_on(held)[:-1] + "x", "reason": "Forged"})

    assert not Approval.objects.exists()


def test_asked_twice_it_is_one_question(grace: Person) -> None:
    grace.sign_in()

    assert ask(grace, EXPORT) == ask(grace, EXPORT)


def test_deciding_asks_for_the_factor_again(grace: Person) -> None:
    lead = signed_in("lead", Role.LEAD)
    approval = ask(grace.sign_in(), EXPORT)

    with travel(timezone.now() + timedelta(minutes=6)):
        answer = lead.client.post(f"/console/approvals/{approval.pk}/approve/")

    assert answer["Location"].startswith("/console/prove/")
    assert state_of(approval) == ApprovalState.WAITING


@pytest.mark.django_db(transaction=True)
def test_of_two_who_decide_at_once_one_wins_and_it_is_done_once() -> None:
    grace = person().sign_in()
    leads = [person(name, role=Role.LEAD).user for name in ("lead", "other")]
    approval = ask(grace, EXPORT)

    race = released_together(
        [
            lambda: approvals.approve(approval.pk, by=leads[0]),
            lambda: approvals.decline(approval.pk, by=leads[1]),
        ],
        after=connections.close_all,
    )
    assert [type(error) for error in race.errors] == [TooLate]

    Approval.objects.update(state=ApprovalState.GIVEN)
    asked = approvals.Asked("exports", approval.title, "POST", EXPORT, [])
    uses = released_together(4, lambda _: approvals.use(asked, by=grace.user), after=connections.close_all)
    assert [bool(each) for each in uses.results].count(True) == 1


def test_uploads_are_not_held_since_they_only_try_but_putting_them_on_file_is(grace: Person) -> None:
    """A file cannot be kept with a question."""
    run = ImportRun.objects.create(store=factories.store(), kind="gumroad", file_name="sales.csv")
    address = f"/console/licensing/importrun/{run.pk}/run/"
    grace.sign_in()

    assert grace.client.post("/console/licensing/importrun/upload/", {}).status_code == 200
    assert grace.client.post(address, {"do": "pause"}).status_code == 302
    assert grace.client.post(address, {"do": "keep"}).status_code == 409


def test_the_domain_refuses_ones_own_too(grace: Person) -> None:
    approval = ask(grace.sign_in(), EXPORT)

    with pytest.raises(NotYours):
        approvals.decline(approval.pk, by=grace.user)


def test_all_rows_at_once_are_many_however_few_are_chosen(grace: Person) -> None:
    store = factories.store()
    for name in "ab":
        Mapping.objects.create(store=store, product_ref=name)
    form = {"action": "delete_selected", "select_across": "1", "post": "yes"}
    grace.sign_in()

    for chosen in ([], [str(Mapping.objects.all()[0].pk)]):
        answer = grace.client.post("/console/licensing/mapping/", {**form, "_selected_action": chosen})
        assert answer.status_code == 409

    assert Mapping.objects.count() == 2


def test_no_long_list_takes_an_action_on_all_of_its_rows(grace: Person) -> None:
    Case.objects.create(kind=CaseKind.CONTRADICTION, purchase=factories.purchase(), digest=b"1")
    grace.sign_in()

    answer = grace.client.post(CASES, {"action": "close", "select_across": "1"})

    assert answer.status_code in (403, 409)
    assert Case.objects.filter(closed_at=None).exists()


def test_whoever_opens_an_account_alone_is_not_two_people(grace: Person, settings: LazySettings) -> None:
    """The link of an account begun anew lets its holder approve in that person's name."""
    settings.SECOND_PERSON = {"exports"}
    lead = person("lead", role=Role.LEAD)
    new = {"name": "grace2", "email": "grace@home.example", "role": "lead"}
    grace.sign_in()

    assert grace.client.post("/console/people/add/", new).status_code == 409
    for deed in ("renew", "enable", "role"):
        assert grace.client.post(f"/console/people/{lead.user.pk}/{deed}/").status_code == 409
    assert grace.client.post(f"/console/people/{lead.user.pk}/end-sessions/").status_code == 302


def test_a_character_that_no_column_takes_is_refused_and_breaks_nothing(grace: Person) -> None:
    lead = signed_in("lead", Role.LEAD)
    approval = ask(grace.sign_in(), EXPORT, reason="Mo\0ving")

    assert grace.client.post(EXPORT, {"name": "\0"}).status_code == 400
    assert decide(lead, approval, note="y\0es").status_code == 200
    assert state_of(approval) == ApprovalState.GIVEN
