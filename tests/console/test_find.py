"""One box finds whatever a customer can say, says why, and goes there when it is one customer."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import Group, User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from time_machine import travel

from config.staff.roles import make_roles
from licensing.audit.sealing import opened
from licensing.models import AuditEntry, Customer, KeyState, PurchaseReference, RegistrationKey
from licensing.tombstones import bury
from recovery.limits import address_digest
from recovery.mail.render import message_id
from recovery.models import DomainPause, RecoveryRequest
from tests import factories
from tests.console.conftest import CODE, EMAIL, NAME, ORDER, TRANSACTION, Filed
from tests.console.finding import address_after, answer, groups, listed, names, people, said
from tests.console.test_pages import page_address

EXACT = {
    "address": EMAIL,
    "address in capitals": EMAIL.upper(),
    "link of an address": f" mailto:{EMAIL}?subject=keys ",
    "address with a name": f'"Lovelace, Ada" <{EMAIL}>',
    "order reference": ORDER,
    "order in other words": f"Order #{ORDER.lower()}",
    "transaction of the shop": TRANSACTION,
    "code": CODE,
    "code in another spelling": CODE.lower().replace("-", " "),
    "code with what nobody sees": f"\u200b“{CODE}”\u00a0",
}
LOOSE = {
    "middle of an address": "lovelace.ex",
    "local part": "ada@",
    "family name": "lovelace",
    "words in another order": "Lovelace, Ada",
    "two letters that a name begins with": "ad",
    "last characters of the code": CODE[-4:].lower(),
    "with a NUL and a mark of direction": "\u202eada\0@love",
    "as the console shows it": f"code ending ••••-{CODE[-4:]}",
    "last groups of the code": CODE[-9:],
}


@pytest.mark.parametrize("term", EXACT.values(), ids=EXACT.keys())
def test_goes_to_the_one_customer_whom_an_exact_term_means(term: str, support: Client, filed: Filed) -> None:
    found = answer(support, term)

    assert found["Location"] == page_address(filed.customer)
    assert "Found by" in said(found)


@pytest.mark.parametrize("term", LOOSE.values(), ids=LOOSE.keys())
def test_lists_whom_a_part_of_something_may_mean(term: str, support: Client, filed: Filed) -> None:
    assert names(listed(support, term)) == [NAME]


def test_a_part_that_one_customer_has_leads_straight_there(support: Client, filed: Filed) -> None:
    found = answer(support, "lovelace")

    assert found["Location"] == page_address(filed.customer)
    assert "All that was found" in said(found)


def test_a_part_that_two_have_leads_to_neither(support: Client, filed: Filed) -> None:
    factories.customer(email="augusta@lovelace.example")

    assert len(people(answer(support, "lovelace"))) == 2


def test_of_an_address_that_nobody_has_the_same_name_elsewhere_is_shown(
    support: Client, filed: Filed
) -> None:
    page = answer(support, "ada@other.example")

    assert names(page) == [NAME]
    assert "at another domain" in page.content.decode()


def test_an_address_whose_owner_was_erased_is_said_to_be(support: Client, filed: Filed) -> None:
    bury(["gone@erased.example"], now=timezone.now())

    page = answer(support, "Gone@erased.example").content.decode()

    assert "was erased on" in page
    assert "was erased on" not in answer(support, "other@erased.example").content.decode()


def test_the_way_back_leads_to_all_that_was_found(support: Client, filed: Filed) -> None:
    way_back = said(answer(support, EMAIL)).partition('href="')[2].partition('"')[0]

    assert names(support.get(way_back.replace("&amp;", "&"))) == [NAME]


@pytest.mark.parametrize(
    "row", ["customer", "line", "license", "key", "assignment", "case", "request", "message", "mute"]
)
def test_the_id_of_whatever_is_a_customers_leads_to_them(row: str, support: Client, filed: Filed) -> None:
    if row == "line":
        filed.line.receiver = filed.customer
        filed.line.save()

    assert answer(support, str(getattr(filed, row).pk))["Location"] == page_address(filed.customer)


@pytest.mark.parametrize("bracketed", [True, False])
def test_the_id_of_a_mail_leads_to_its_reader(bracketed: bool, support: Client, filed: Filed) -> None:
    name = message_id(filed.message) if bracketed else message_id(filed.message).strip("<>")

    assert answer(support, name)["Location"] == page_address(filed.customer)


def test_the_id_of_what_is_nobodys_leads_to_it(support: Client, filed: Filed) -> None:
    edition = filed.key.edition

    assert answer(support, str(edition.pk))["Location"] == page_address(edition)
    assert DomainPause.objects.exists()


def test_says_why_each_customer_was_found(support: Client, filed: Filed) -> None:
    whys = people(listed(support, ORDER))[0].whys
    assert whys == [f"order {ORDER}, Gumroad"]

    assert people(listed(support, TRANSACTION))[0].whys == [
        f"transaction {TRANSACTION} of order {ORDER}, Gumroad"
    ]
    assert people(listed(support, CODE))[0].whys == [f"code ••••-{CODE[-4:]}, {filed.key.edition.sku}"]


def test_an_order_of_two_shops_is_two_customers(support: Client, filed: Filed) -> None:
    other = factories.customer(full_name="Grace Hopper")
    factories.purchase(buyer=other, reference=ORDER, store=factories.store(name="second", title="FastSpring"))

    assert sorted(names(answer(support, ORDER))) == [NAME, "Grace Hopper"]


def test_the_one_who_received_a_gift_is_found_by_its_order(support: Client, db: None) -> None:
    friend = factories.customer(full_name="Friend")
    order = factories.purchase(reference="GIFT-1")
    factories.line(of=order, receiver=friend)

    assert answer(support, "gift-1")["Location"] == page_address(friend)


def test_a_purchase_without_a_buyer_is_found_by_itself(support: Client, db: None) -> None:
    box = factories.purchase(reference="BOX-1")

    assert answer(support, "BOX-1")["Location"] == page_address(box)
    assert groups(listed(support, "BOX-1")) == {"Purchases without a buyer": ["order BOX-1, Gumroad"]}


def test_a_code_that_waits_in_the_pool_is_nobodys(support: Client, db: None) -> None:
    key = factories.key(code="POOL-AAAA-BBBB-7C21")
    assert key.state == KeyState.POOL

    assert answer(support, "pool aaaa bbbb 7c21")["Location"] == page_address(key)
    assert groups(answer(support, "7C21")) == {"Keys that nobody has": [f"code ••••-7C21, {key.edition.sku}"]}


def test_whoever_had_a_code_before_is_found_by_it(support: Client, filed: Filed) -> None:
    filed.assignment.ends_at = timezone.now()
    filed.assignment.save()

    assert answer(support, CODE)["Location"] == page_address(filed.customer)


@pytest.mark.parametrize("term", ["typo@lovelace.exmaple", "lovelace.exma"])
def test_a_request_from_an_address_that_nobody_has_is_shown(term: str, support: Client, filed: Filed) -> None:
    typo = "typo@lovelace.exmaple"
    RecoveryRequest.objects.create(
        address=typo, mailbox=address_digest(typo), network=b"n" * 16, browser_digest=b"b" * 32
    )

    found = groups(answer(support, term))["Requests from addresses that nobody has"]
    assert [each.partition(",")[0] for each in found] == [typo]


def test_parts_of_addresses_are_looked_for_in_the_newest_requests_only(
    support: Client, filed: Filed, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("recovery.admin.hits.NEWEST", 3)
    addresses = ("first@typo.exmaple", "b@typo.exmaple", "c@typo.exmaple", "last@typo.exmaple")
    for minutes, address in enumerate(addresses, start=1):
        with travel(timezone.now() + timedelta(minutes=minutes)):  # ids of one millisecond are in any order
            RecoveryRequest.objects.create(
                address=address, mailbox=address_digest(address), network=b"n" * 16, browser_digest=b"b" * 32
            )

    found = groups(answer(support, "typo.exm"))["Requests from addresses that nobody has"]
    assert [each.partition("@")[0] for each in found] == ["last", "c", "b"]


def test_a_former_address_leads_to_who_had_it(support: Client, filed: Filed) -> None:
    factories.address(of=filed.customer, email="ada@byron.example", former_since=timezone.now())

    found = people(listed(support, "ada@byron.example"))[0]

    assert found.whys == ["former address ada@byron.example"]
    assert [each.address for each in found.addresses] == [EMAIL, "ada@byron.example"]


@pytest.mark.parametrize("name", ["محمد الفارسی", "דוד כהן", "نرگس‌علی رضایی", "王芳", "Zoë Ångström-Müller"])
def test_names_of_every_script_are_found_by_a_word(name: str, support: Client, filed: Filed) -> None:
    factories.customer(full_name=name)

    assert names(listed(support, name.rpartition(" ")[2])) == [name]
    assert f"<bdi>{name}</bdi>" in listed(support, name).content.decode()


def test_a_part_of_a_foreign_domain_is_found_as_it_is_written(support: Client, filed: Filed) -> None:
    factories.customer(email="anna@bücher.example")

    assert len(people(listed(support, "anna@bücher"))) == 1
    assert len(people(listed(support, "Bücher.exam"))) == 1


@pytest.mark.parametrize("code", [CODE, CODE.replace("-", "").lower(), f" {CODE}. "])
def test_a_code_stands_in_no_address_no_page_and_no_record(code: str, support: Client, filed: Filed) -> None:
    address = address_after(support, code)
    pages = [address, *(support.get(f"{address}{more}").content.decode() for more in ("", "&all=1"))]
    records = [str(opened(entry)) for entry in AuditEntry.objects.all()]

    bare = CODE.replace("-", "").lower()
    assert records
    assert not [each for each in pages + records if bare in each.replace("-", "").lower()]


def test_a_code_that_is_not_on_file_is_not_recorded_either(support: Client, filed: Filed) -> None:
    answer(support, "ABCD-1234-EFGH-5678")

    assert "ABCD" not in str(opened(AuditEntry.objects.get(action="search.made")))


def test_a_search_is_recorded_with_who_was_found(support: Client, filed: Filed) -> None:
    answer(support, ORDER)

    entry = AuditEntry.objects.get(action="search.made")
    assert (entry.action, entry.by, entry.customer) == ("search.made", "support", filed.customer.pk)
    assert opened(entry)["details"] == {"term": ORDER, "found": 1}  # type: ignore[index]  # its key is there


def test_a_sealed_term_opens_in_no_other_session(support: Client, filed: Filed) -> None:
    address = address_after(support, EMAIL)
    other = Client()
    other.force_login(User.objects.create_superuser("another"))

    page = other.get(address)

    assert page.status_code == 410
    assert b"Type it again" in page.content


@pytest.mark.parametrize("token", ["", "x", "%00", "A" * 5000, "ä", "AAAA==", "_-" * 30])
def test_a_forged_term_opens_nothing(token: str, support: Client, db: None) -> None:
    assert support.get(f"{reverse('admin:find')}?t={token}").status_code == 410


def test_a_link_with_a_plain_term_goes_on_sealed(support: Client, filed: Filed) -> None:
    gone_on = support.get(reverse("admin:find"), {"q": ORDER})["Location"]

    assert ORDER not in gone_on
    assert support.get(gone_on)["Location"] == page_address(filed.customer)


HOSTILE = {
    "NUL": "\0\0",
    "half a surrogate pair": "ad\ud800a",
    "signs of LIKE": "%_\\%%",
    "SQL": "'; DROP TABLE licensing_customer; --",
    "HTML": "<script>alert(1)</script>",
    "nothing": "",
    "blanks": " \u00a0\u200b ",
    "signs": "()[]{}...---",
    "many words": "ab " * 1200,
    "many marks": "\u0301" * 1500,
    "the longest": "a" * 4000,
}


@pytest.mark.parametrize("term", HOSTILE.values(), ids=HOSTILE.keys())
def test_a_hostile_term_finds_nothing_and_breaks_nothing(term: str, support: Client, filed: Filed) -> None:
    page = support.get(address_after(support, term.encode(errors="surrogatepass").decode(errors="replace")))

    assert page.status_code == 200
    assert page.context.get("result") is None or page.context["result"].people == []
    assert b"<script>alert" not in page.content
    assert Customer.objects.count() == 2


def test_what_is_too_long_is_said_to_be(support: Client, db: None) -> None:
    page = support.post(reverse("admin:find"), {"q": "a" * 10_000})

    assert page.status_code == 422
    assert b"too long" in page.content


def test_names_cannot_be_more_than_text(support: Client, db: None) -> None:
    factories.customer(full_name="<img src=x onerror=alert(1)> Smith", company="<b>Acme</b>")

    text = listed(support, "smith").content.decode()

    assert "&lt;img" in text
    assert "<img src=x" not in text
    assert "<b>Acme" not in text


def test_says_what_was_tried_and_what_to_try_next_when_nothing_is_found(
    support: Client, filed: Filed
) -> None:
    text = answer(support, "nobody@nowhere.test").content.decode()

    assert "Nothing found" in text
    assert "a code in any spelling" in text
    assert "receipt" in text


def test_costs_the_same_however_much_it_finds(support: Client, filed: Filed) -> None:
    factories.owner_of("augusta@lovelace.example", codes=["CODE-LOVE-LACE-0000"])
    address = f"{address_after(support, 'lovelace')}&all=1"
    support.get(address)
    with CaptureQueriesContext(connection) as few:
        support.get(address)
    for number in range(12):
        factories.owner_of(f"ada{number}@lovelace.example", codes=[f"CODE-{number:04}-LOVE"])

    with CaptureQueriesContext(connection) as many:
        page = support.get(address)

    assert len(people(page)) == 14
    assert len(many) == len(few)


def test_counts_licenses_up_to_a_bound(support: Client, filed: Filed) -> None:
    for _ in range(25):
        factories.license(owner=filed.customer)

    assert people(listed(support, EMAIL))[0].licenses == "20+"


def test_shows_a_page_of_customers_and_says_that_there_are_more(support: Client, db: None) -> None:
    Customer.objects.bulk_create(Customer(full_name=f"Many {number}") for number in range(60))

    page = answer(support, "many")

    assert len(people(page)) == 25
    assert b"There are more" in page.content


def test_an_auditor_finds_the_same_and_sees_no_code(client: Client, filed: Filed) -> None:
    make_roles()
    auditor = User.objects.create_user("auditor", is_staff=True)
    auditor.groups.add(Group.objects.get(name="auditor"))
    client.force_login(auditor)

    page = listed(client, CODE)

    assert names(page) == [NAME]
    assert CODE not in page.content.decode()


def test_nothing_is_shown_of_what_somebody_may_not_look_at(client: Client, filed: Filed) -> None:
    client.force_login(User.objects.create_user("nobody", is_staff=True))

    for term in (EMAIL, ORDER, CODE, NAME, str(filed.key.pk)):
        page = answer(client, term)
        assert page.status_code == 200
        assert page.context["result"].hits == []


def test_every_page_has_the_box(support: Client, filed: Filed) -> None:
    box = f'action="{reverse("admin:find")}"'

    for page in (reverse("admin:index"), page_address(filed.customer), reverse("admin:find")):
        assert box in support.get(page).content.decode()


def test_references_of_every_kind_are_found(support: Client, filed: Filed) -> None:
    PurchaseReference.objects.create(purchase=filed.line.purchase, kind="invoice", value="2024/0815")

    assert answer(support, "Invoice no. 2024/0815")["Location"] == page_address(filed.customer)
    assert RegistrationKey.objects.exists()


def test_what_is_written_as_a_code_is_looked_for_in_no_name(support: Client, filed: Filed) -> None:
    """Each of the trigrams of `AAAA-1234-BBBB` stands in many addresses: that search takes all the time it may."""
    for typed, as_part in (
        ("AAAA-1234-BBBB", False),
        ("aaaa-1234-bbbb", True),
        ("AAAA-BBBB-CCCC", True),
        ("3M GERMANY", True),
    ):
        tried = listed(support, typed).context["result"].tried
        assert ("a part of a name or company" in tried) is as_part, typed


@pytest.mark.parametrize("code", ["open sesame", "K7Q-21"], ids=["words", "short"])
def test_a_code_on_file_that_looks_like_none_is_not_recorded(
    code: str, support: Client, filed: Filed
) -> None:
    factories.key(edition=filed.key.edition, code=code)
    answer(support, code)

    assert code not in str(opened(AuditEntry.objects.get(action="search.made")))
