"""What the first page and the page of figures show, for whom, and in how few queries."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.contrib.auth.models import AbstractUser, AnonymousUser, User

from config.health import worker_state
from config.morning.failing import failing
from config.morning.figures import all_charts, main_charts
from config.morning.lines import LINES
from config.morning.pools import short_pools
from config.morning.waiting import found
from config.morning.words import duration, number, percent
from config.staff import approvals
from config.staff.models import Approval
from config.staff.views.told_deeds import Told, told
from licensing.console.heard import ago
from recovery.figures.read import PERIODS, Counted, Figures, counted, figures_of
from recovery.models import Figure


@dataclass(frozen=True)
class Tile:
    """One number, said large."""

    title: str
    value: str
    note: str = ""


def first_page(user: AbstractUser | AnonymousUser, *, days: int, now: datetime) -> dict[str, Any]:
    """What waits, as far as this person may see it, and the main figures."""
    lines = found([line for line in LINES if user.has_perm(line.permission)], now=now)
    pools = short_pools(now=now) if user.has_perm("licensing.view_edition") else []
    mails = failing(now=now) if user.has_perm("recovery.view_message") else []
    stopped = worker_state() == "stopped"
    answers = answered(user)
    figures = figures_of(days, now=now)
    return {
        "answers": answers,
        "lines": lines,
        "pools": pools,
        "failing": mails,
        "stopped": stopped,
        "calm": not (lines or pools or stopped or answers),
        "tiles": tiles(figures),
        "charts": main_charts(figures),
        **periods(days, counted(now=now)),
    }


def answered(user: AbstractUser | AnonymousUser) -> list[tuple[Approval, Told]]:
    """What this person asked a second one for, and may do now, or was declined."""
    if not settings.SECOND_PERSON or not isinstance(user, User):
        return []
    found = list(approvals.answers_to(user))
    return list(zip(found, told(found), strict=True))


def figures_page(*, days: int, now: datetime) -> dict[str, Any]:
    figures = figures_of(days, now=now)
    return {"charts": all_charts(figures), "tiles": tiles(figures), **periods(days, counted(now=now))}


def periods(days: int, state: Counted) -> dict[str, Any]:
    age = ago(state.at, now=state.now) if state.at else ""
    return {"days": days, "periods": PERIODS, "counted": state, "age": age}


def asked_days(said: str | None) -> int:
    """The period that an address asks for; the first for anything else."""
    return next((days for days in PERIODS if str(days) == said), PERIODS[0])


def tiles(found: Figures) -> list[Tile]:
    slowest = f"95 of 100 within {duration(found.wait(0.95))}"
    return [
        Tile("requests", number(found.total(Figure.REQUESTS))),
        Tile("served without support", percent(found.alone())),
        Tile("half of the mails accepted within", duration(found.wait(0.5)), slowest),
        Tile("moves done", number(found.total(Figure.MOVES))),
        Tile("purchases", number(found.total(Figure.ORDERS, Figure.ORDERS_LATELY))),
        Tile("refusals", number(found.total(Figure.REFUSALS))),
    ]
