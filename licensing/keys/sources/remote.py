"""Keys from the vendor's own generator: an order for each license, asked for by a worker, never in a transaction."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from time import monotonic
from typing import Final
from uuid import UUID

import structlog

from licensing.keys.sources import orders
from licensing.keys.sources.answers import Made, Refused, made
from licensing.keys.sources.asking import BadOptions, CannotAsk, Wanted, options_of, request
from licensing.keys.sources.fetch import BadAnswer, NoAnswer, post
from licensing.keys.sources.hosts import NotAllowed
from licensing.keys.sources.names import registered_name
from licensing.models import Edition, KeyOrder, KeyState, License, OrderState, RegistrationKey

RUN_SECONDS: Final = 60  # a run begins no question later than this: the worker has mail to send, too

log = structlog.get_logger(__name__)


def supply(edition: Edition, licenses: Sequence[License], *, now: datetime) -> dict[UUID, RegistrationKey]:
    """The keys that were made for these licenses; for those without, an order is opened, once.

    A license whose order was refused waits for a person (`orders.ask_again`).
    """
    unused = KeyOrder.objects.filter(edition=edition, license__in=licenses).exclude(state=OrderState.USED)
    made_ones = unused.filter(state=OrderState.ANSWERED).select_related("key").order_by("id")
    done = list(made_ones.select_for_update(of=("self",)))
    KeyOrder.objects.filter(pk__in=[order.pk for order in done]).update(state=OrderState.USED)
    ready = {
        order.license_id: order.key for order in done if order.key and order.key.state == KeyState.SERVING
    }
    asked = set(unused.values_list("license", flat=True)) | set(ready)
    new = [license for license in licenses if license.id not in asked]
    KeyOrder.objects.bulk_create(
        KeyOrder(license=license, edition=edition, due_at=now, created_at=now) for license in new
    )
    return ready


def fetch_due(*, now: datetime) -> int:
    """Ask for the keys whose orders are due, one after the other; how many were made. Never call it in a transaction.

    Any number of workers may run it: each order is under a lease. A generator that cannot be reached is left alone for
    the rest of the run, so one that hangs costs a run 20 seconds.
    """
    count, silent = 0, set[UUID]()
    end = monotonic() + RUN_SECONDS
    while monotonic() < end and (order := orders.claim(now=now, apart_from=silent)):
        try:
            count += ask(order, now=now)
        except (NoAnswer, NotAllowed, BadOptions) as problem:
            silent.add(order.edition_id)
            until = orders.put_off(order, str(problem), now=now)
            orders.put_off_others(order, until=until)
            log.warning("generator_silent", order=str(order.pk), problem=str(problem))
    return count


def ask(order: KeyOrder, *, now: datetime) -> bool:
    """Whether the key was made. Raises `NoAnswer`, `NotAllowed` or `BadOptions` where the others would fare alike."""
    try:
        came = made_for(order)
    except (Refused, CannotAsk) as refusal:
        orders.refused(order, str(refusal))
        log.warning("generator_refused", order=str(order.pk))
    except BadAnswer as problem:
        orders.put_off(order, str(problem), now=now)
        log.warning("generator_answered_badly", order=str(order.pk), problem=str(problem))
    else:
        orders.hasten_others(order, now=now)
        return orders.answered(order, came, now=now)
    return False


def made_for(order: KeyOrder) -> Made:
    options = options_of(order.edition.key_source_options)
    wanted = wanted_of(order)
    body, headers = request(options, wanted)
    return made(
        options,
        post(options.url, body=body, headers=headers),
        form=order.edition.code_form,
        name=wanted.name,
    )


def wanted_of(order: KeyOrder) -> Wanted:
    edition, license = order.edition, order.license
    owner = license.owner
    mailbox = owner.addresses.current().order_by("id").first() if owner else None
    return Wanted(
        request_id=order.id,
        sku=edition.sku,
        product=edition.product.slug,
        platform=edition.platform,
        version=edition.version,
        name=registered_name(license),
        ordered_at=license.line.purchase.ordered_at,
        full_name=owner.full_name if owner else "",
        company=owner.company if owner else "",
        email=mailbox.address if mailbox else "",
    )
