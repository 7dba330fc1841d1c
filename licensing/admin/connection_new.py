"""Making a connection: to which shop, and with what was typed."""

from __future__ import annotations

from typing import NamedTuple

from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import QueryDict

from licensing.admin.connection_forms import NewConnection
from licensing.console.connecting import kinds_that_notify
from licensing.console.search import row_id
from licensing.intake.hooks.connections import BadSecret, connect
from licensing.intake.shop import Shop
from licensing.models import Connection, Store


class Chosen(NamedTuple):
    """A kind of shop, and the store that it is on file as."""

    kind: str
    shop: Shop
    store: Store | None

    @property
    def title(self) -> str:
        return str(self.store) if self.store else self.shop.title


def chosen(query: QueryDict) -> Chosen | None:
    """What the first page was answered with; None where it was not, or with something unknown."""
    kinds = kinds_that_notify()
    store = Store.objects.filter(pk__in=row_id(query.get("store", ""))).first()
    kind = store.kind if store else query.get("kind", "")
    return Chosen(kind, kinds[kind], store) if kind in kinds else None


def make(shop: Chosen, form: NewConnection) -> Connection | None:
    """The connection, and its store where there is none yet; None, with the form saying why, where that cannot be."""
    typed = form.cleaned_data
    try:
        with transaction.atomic():
            return connect(
                store=shop.store or new_store(shop.kind, typed),
                name=typed["name"],
                test=typed["test"],
                secret=typed.get("secret", ""),
                api_key=typed.get("api_key", ""),
                allowed_networks=typed.get("allowed_networks", ""),
                keys_per_day=typed.get("keys_per_day", 100),
            )
    except (BadSecret, ValidationError) as problem:
        form.add_error(
            None, ValidationError(str(problem)) if isinstance(problem, BadSecret) else problem.messages
        )
        return None


def new_store(kind: str, typed: dict[str, str]) -> Store:
    store = Store(name=typed["store_name"], title=typed["store_title"], kind=kind)
    store.full_clean()
    store.save(force_insert=True)
    return store
