"""Facts are read-only; what a person decides is an action."""

from datetime import timedelta

from django.contrib.auth.models import Permission, User
from django.db.models import Model
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from licensing.console.cells import list_of
from licensing.models import (
    Case,
    Customer,
    EmailAddress,
    KeyAssignment,
    KeyOrder,
    License,
    Mapping,
    Product,
    Purchase,
    PurchaseLine,
    RegistrationKey,
    RetiredCode,
    RetiredList,
    SigningKey,
    Store,
)
from recovery.models import (
    Allowance,
    Challenge,
    DomainPause,
    Exchange,
    ExchangeMail,
    ExchangeNote,
    KeptAnswer,
    Message,
    MessageState,
    Mute,
    OwnerChange,
    RecoveryRequest,
    Suppression,
)
from tests import factories
from tests.console.conftest import Filed
from tests.console.test_pages import list_address, page_address
from tests.kit.each import for_each

FACTS = [
    EmailAddress,
    Purchase,
    PurchaseLine,
    License,
    RegistrationKey,
    KeyAssignment,
    Case,
    RecoveryRequest,
    Challenge,
    Message,
    Mute,
    Suppression,
    DomainPause,
    Allowance,
    KeyOrder,
    SigningKey,
    RetiredCode,
    RetiredList,
    Exchange,
    ExchangeNote,
    ExchangeMail,
    OwnerChange,
    KeptAnswer,
]


def act(support: Client, action: str, row: Model) -> None:
    support.post(list_address(type(row)), {"action": action, "_selected_action": [str(row.pk)]})


@for_each("model", FACTS)
def test_refuses_to_write_facts(model: type[Model], support: Client, filed: Filed) -> None:
    row = model._default_manager.first()
    assert row is not None

    assert support.post(page_address(row), {}).status_code == 403
    assert support.get(list_address(model) + "add/").status_code == 403
    assert support.post(page_address(row).replace("/change/", "/delete/"), {"post": "yes"}).status_code == 403


def test_contact_data_of_a_customer_can_be_corrected_but_no_address(support: Client, filed: Filed) -> None:
    form = {
        "full_name": "Ada King",
        "addresses-TOTAL_FORMS": "1",
        "addresses-INITIAL_FORMS": "0",
        "addresses-0-address": "thief@evil.example",
        "addresses-0-canonical": "thief@evil.example",
    }
    support.post(page_address(filed.customer), form)

    filed.customer.refresh_from_db()
    assert filed.customer.full_name == "Ada King"
    assert not EmailAddress.objects.filter(canonical="thief@evil.example").exists()


def test_closes_a_case(support: Client, filed: Filed) -> None:
    act(support, "close", filed.case)

    filed.case.refresh_from_db()
    assert filed.case.closed_at


def test_a_case_that_is_closed_keeps_its_date(support: Client, filed: Filed) -> None:
    earlier = timezone.now() - timedelta(days=3)
    Case.objects.filter(pk=filed.case.pk).update(closed_at=earlier)

    act(support, "close", filed.case)

    filed.case.refresh_from_db()
    assert filed.case.closed_at == earlier


def test_lifts_a_mute_and_a_suppression(support: Client, filed: Filed) -> None:
    act(support, "lift", filed.mute)
    act(support, "lift", filed.suppression)

    assert not Mute.objects.filter(lifted_at=None).exists()
    assert not Suppression.objects.filter(lifted_at=None).exists()


def test_resumes_mail_to_a_domain_and_what_was_put_off_because_of_it(support: Client, filed: Filed) -> None:
    act(support, "resume", filed.pause)

    now = timezone.now()
    filed.pause.refresh_from_db()
    assert filed.pause.until <= now
    assert not Message.objects.filter(state=MessageState.WAITING, due_at__gt=now).exists()


def test_refuses_actions_of_somebody_who_may_only_look(client: Client, filed: Filed) -> None:
    looker = User.objects.create_user("looker", is_staff=True)
    looker.user_permissions.set(Permission.objects.filter(codename__in=["view_case", "view_mute"]))
    client.force_login(looker)

    act(client, "close", filed.case)
    act(client, "lift", filed.mute)

    assert Case.objects.filter(closed_at=None).exists()
    assert Mute.objects.filter(lifted_at=None).exists()


def test_makes_a_mapping_with_what_it_hands_out(support: Client, filed: Filed) -> None:
    store = Store.objects.get(pk=filed.unplaced.purchase.store_id)
    form = {
        "store": str(store.pk),
        "product_ref": "unheard-of",
        "variant": "(Mac)",
        "items-TOTAL_FORMS": "1",
        "items-INITIAL_FORMS": "0",
        "items-0-edition": str(filed.key.edition_id),
        "items-0-quantity": "2",
    }
    support.post(list_address(Mapping) + "add/", form)

    made = Mapping.objects.get(product_ref="unheard-of")
    assert [(item.edition_id, item.quantity) for item in made.items.all()] == [(filed.key.edition_id, 2)]


def test_places_lines_once_a_mapping_says_what_they_mean(support: Client, filed: Filed) -> None:
    PurchaseLine.objects.filter(pk=filed.unplaced.pk).update(sealed_code=None)
    factories.mapping(edition=filed.key.edition, product_ref="unheard-of", variant="(Mac)")

    act(support, "place_now", filed.unplaced)

    filed.unplaced.refresh_from_db()
    assert filed.unplaced.placed_at
    assert filed.unplaced.licenses.count() == 1


def test_leaves_lines_without_a_mapping_as_they_are(support: Client, filed: Filed) -> None:
    act(support, "place_now", filed.unplaced)

    filed.unplaced.refresh_from_db()
    assert filed.unplaced.placed_at is None


def test_the_way_codes_are_compared_is_fixed_once_there_are_codes(support: Client, filed: Filed) -> None:
    with_codes = support.get(page_address(filed.key.edition)).content.decode()
    without = support.get(page_address(factories.edition())).content.decode()

    assert 'name="code_form"' not in with_codes
    assert 'name="code_form"' in without


def test_customers_are_never_made_here(support: Client, filed: Filed) -> None:
    assert support.get(list_address(Customer) + "add/").status_code == 403


def test_the_menu_is_of_what_somebody_may_see_now(client: Client, filed: Filed) -> None:
    """It is kept from page to page: a right that was given or taken meanwhile shows on the next one."""
    person = User.objects.create_user("somebody", is_staff=True)
    person.user_permissions.set(Permission.objects.filter(codename__in=["view_mute", "view_case"]))
    client.force_login(person)
    mutes, cases, page = list_of(Mute), list_of(Case), reverse("console:recovery_mute_changelist")
    both = client.get(page).content.decode()

    person.user_permissions.set(Permission.objects.filter(codename="view_mute"))
    left = client.get(page).content.decode()

    assert (f'href="{mutes}"' in both, f'href="{cases}"' in both) == (True, True)
    assert (f'href="{mutes}"' in left, f'href="{cases}"' in left) == (True, False)


def test_who_may_add_or_delete_and_not_look_has_the_list_in_the_menu_without_a_link(
    client: Client, filed: Filed
) -> None:
    """Django knows no address for them: every page of theirs ended in 500."""
    person = User.objects.create_user("somebody", is_staff=True)
    rights = Permission.objects.filter(codename__in=["add_product", "delete_mapping", "view_mute"])
    person.user_permissions.set(rights)
    client.force_login(person)

    page = client.get(reverse("console:recovery_mute_changelist"))

    assert page.status_code == 200
    menu = page.content.decode()
    assert '<th scope="row">Products</th>' in menu
    assert '<th scope="row">Mappings</th>' in menu
    assert f'href="{list_address(Product)}add/"' in menu
    assert f'<a href="{list_of(Mute)}" aria-current="page">' in menu
