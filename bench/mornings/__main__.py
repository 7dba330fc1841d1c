"""`python -m bench.mornings ROWS TIMES`: fills the database that the environment names, counts, asks for the pages."""

import sys
import time
from collections.abc import Callable
from datetime import timedelta
from statistics import median, quantiles

from django.contrib.auth.models import User
from django.contrib.auth.signals import user_logged_in
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from bench.mornings.rows import fill
from config.staff.signing import factor_used
from licensing.models import Product
from recovery.figures.count_days import count_day
from recovery.figures.days import DAY, today
from recovery.figures.run import count_figures
from recovery.models import DayFigure
from tests import factories

LATER = timedelta(minutes=5)
HOUR = 3600.0


def main() -> None:
    rows, times = int(sys.argv[1]), int(sys.argv[2])
    edition = factories.edition(sku="thing", stocked_at=timezone.now())
    told("filled", lambda: fill(rows, store=str(factories.store().pk), edition=str(edition.pk)))
    now = timezone.now()
    told("first count of everything", lambda: count_figures(now=now, seconds=HOUR))
    told("count five minutes later", lambda: count_figures(now=now + LATER, seconds=HOUR))
    told("one settled day", lambda: count_day(today(now) - 20 * DAY, now=now))
    print(f"figures kept: {DayFigure.objects.count():,} rows", flush=True)
    client = support()
    floor = timed(Product.objects.filter(slug="thing").exists, times)
    for name in ("index", "figures"):
        for days in (7, 30, 365):
            look(client, name, days, times=times, floor=floor)


def told(what: str, do: Callable[[], object]) -> None:
    began = time.perf_counter()
    do()
    print(f"{what}: {time.perf_counter() - began:,.2f} s", flush=True)


def support() -> Client:
    user_logged_in.connect(factor_used, dispatch_uid="bench")
    client = Client(headers={"host": "127.0.0.1:8000"})
    client.force_login(User.objects.create_superuser("bench"))
    return client


def look(client: Client, name: str, days: int, *, times: int, floor: list[float]) -> None:
    def ask() -> None:
        assert client.get(reverse(f"admin:{name}"), {"days": days}).status_code == 200

    ask()
    processor = time.process_time()
    taken = timed(ask, times)
    here = (time.process_time() - processor) / times * 1000
    middle, high = median(taken), quantiles(taken, n=20)[-1]
    print(
        f"{name}, {days} days: {middle:,.1f} ms in the middle, {high:,.1f} at 95 of 100, "
        f"{here:,.1f} of processor here; one SELECT {median(floor):,.1f}",
        flush=True,
    )


def timed(do: Callable[[], object], times: int) -> list[float]:
    """Milliseconds of each."""
    taken = []
    for _ in range(times):
        began = time.perf_counter()
        do()
        taken.append((time.perf_counter() - began) * 1000)
    return taken


if __name__ == "__main__":
    main()
