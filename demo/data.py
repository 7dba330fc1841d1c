"""What the demo's database begins with: tables, a support login, a shop's sales, some keys in a pool."""

import hashlib
import secrets
import tempfile
from collections.abc import Iterator
from io import StringIO
from itertools import islice
from pathlib import Path
from typing import TextIO

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.db.models import Count, Q
from django.utils import timezone

from licensing.holdings import Holding, Standing, holdings_of
from licensing.keys.signing import new_signing_key
from licensing.models import (
    Customer,
    Edition,
    EmailAddress,
    ImportRun,
    License,
    Platform,
    Product,
    SigningPurpose,
)

STORE = "demo-shop"
LOGIN = "support"
SPARE_KEYS = 40  # enough to judge that codes of the pool cannot be guessed, and to play with
TO_TRY = 3  # an address gets three mails an hour, and trying everything takes six
HELP = "Open the program, choose Help, then Register, and paste the key."


def prepare(*, sales: Path, password: str, said_to: TextIO) -> None:
    """Brings the database to where the demo can start. Does nothing that was done before."""
    migrate(said_to)
    make_login(password)
    digest = hashlib.sha256(sales.read_bytes()).hexdigest()
    if digest not in loaded():
        load(sales, said_to)
        call_command("figures", stdout=said_to)  # the first page shows them at once, not after five minutes
        loaded_file().write_text("\n".join([*loaded(), digest, ""]))


def migrate(said_to: TextIO) -> None:
    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        print("Making the database …", file=said_to, flush=True)
        call_command("migrate", interactive=False, verbosity=0)


def make_login(password: str) -> None:
    users = get_user_model().objects
    if not users.filter(username=LOGIN).exists():
        users.create_superuser(LOGIN, password=password)


def loaded_file() -> Path:
    return Path(settings.VAR_DIR) / "demo-loaded"


def loaded() -> list[str]:
    """Digests of the sales files that this database holds already."""
    if not ImportRun.objects.exists() or not loaded_file().exists():
        return []
    return loaded_file().read_text().split()


def load(sales: Path, said_to: TextIO) -> None:
    """Reads the sales as a vendor would, and gives one product a pool of keys for orders that came without."""
    print(f"Reading {sales} …", file=said_to, flush=True)
    call_command(
        "import_purchases",
        str(linked(sales)),
        store=STORE,
        kind="gumroad",
        create_editions=True,
        stdout=said_to,
    )
    print("Making keys …", file=said_to, flush=True)
    if edition := wanting_keys():
        fill_pool(edition)
    set_up_moves(said_to)


def linked(sales: Path) -> Path:
    """The file under a name in a folder of ours, so that the list of rejected rows is written there."""
    link = Path(settings.VAR_DIR) / "sales" / sales.name
    link.parent.mkdir(exist_ok=True)
    if link == sales:
        return sales
    if link.is_symlink():
        link.unlink()
    link.symlink_to(sales)
    return link


def wanting_keys() -> Edition | None:
    """The edition with the most licenses that wait for a key. The others stay as they are: waiting is shown too."""
    waiting = Edition.objects.filter(licenses__isnull=False, licenses__assignments=None)
    return waiting.annotate(count=Count("licenses")).order_by("-count").first()


def fill_pool(edition: Edition) -> None:
    count = edition.licenses.filter(assignments=None).count() + SPARE_KEYS
    with tempfile.NamedTemporaryFile("w", suffix=".txt") as file:
        file.write("".join(f"{new_code()}\n" for _ in range(count)))
        file.flush()
        call_command("import_keys", file.name, edition=edition.sku, stdout=StringIO())


def set_up_moves(said_to: TextIO) -> None:
    """One product moves between Windows and Mac at once, one has no keys left for it, and of one support decides."""
    at_once, empty, decided = (*both_platforms(), None, None, None)[:3]
    for product in filter(None, (at_once, decided)):
        for edition in product.editions.exclude(platform=Platform.ANY):
            fill_pool(edition)
    for purpose in SigningPurpose.values:
        new_signing_key(purpose)
    if at_once:
        at_once.editions.update(checks_retired_list=True, activation_help=HELP)
        for edition in at_once.editions.all():
            edition.download_url = f"https://downloads.vendor.example/{edition.sku}"
            edition.save(update_fields=["download_url"])
    if decided:
        Product.objects.filter(pk=decided.pk).update(exchange_needs_approval=True)
    if empty:
        print(f"{empty} has no keys in stock: a move of it waits.", file=said_to, flush=True)


def both_platforms() -> list[Product]:
    """Products for more than one platform, the most sold first."""
    products = Product.objects.annotate(
        platforms=Count("editions", filter=~Q(editions__platform=Platform.ANY), distinct=True),
        sold=Count("editions__licenses", distinct=True),
    )
    return list(products.filter(platforms__gt=1).order_by("-sold", "slug"))


def new_code() -> str:
    return "-".join(secrets.token_hex(4).upper() for _ in range(4))


def buyers_to_try() -> list[str]:
    """The addresses of a few whose mails show the most at a glance, first those with something that moves at once."""
    product = moving_at_once()
    movers = License.objects.filter(edition__product=product).exclude(edition__platform=Platform.ANY)
    found = list(islice(plain_buyers(Q(pk__in=movers.values("owner"))), TO_TRY)) if product else []
    return found or list(islice(plain_buyers(Q()), TO_TRY))


def moving_at_once() -> Product | None:
    """With keys in stock for each of its platforms, and nobody to be asked."""
    allowed = (
        each for each in both_platforms() if each.exchange_allowed and not each.exchange_needs_approval
    )
    return next((each for each in allowed if has_stock(each)), None)


def has_stock(product: Product) -> bool:
    editions = product.editions.exclude(platform=Platform.ANY)
    return all(each.keys.filter(assignments=None).exists() for each in editions)


def plain_buyers(wanted: Q) -> Iterator[str]:
    """Few licenses each, and each with a code."""
    now = timezone.now()
    owners = Customer.objects.filter(
        wanted, licenses__assignments__ends_at=None, licenses__assignments__isnull=False
    )
    for customer in owners.annotate(count=Count("licenses")).order_by("-count", "id")[:50]:
        held = holdings_of(customer, now=now)
        address = EmailAddress.objects.current().filter(customer=customer).first()
        if address and 2 <= len(held) <= 4 and all(is_plain(each) for each in held):
            yield address.address


def is_plain(holding: Holding) -> bool:
    """With a code, and a name that does not make its reader wonder: the sample has all the mess of real files."""
    name = holding.registered_name
    return holding.standing is Standing.ACTIVE and (not name or name.replace(" ", "").isalpha())
