"""The console: Django's admin on a site of ours. Who may reach it is decided by `staff/gate.py`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from django.conf import settings
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import include, path, reverse
from django.utils import timezone

import licensing.admin
import recovery.admin
from config.console_pages import CasePage, EditionPage, LicensePage
from config.staff import approvals
from config.staff.frame import names
from config.staff.proof import Standing, standing_of
from config.staff.views import approvals as approval_pages
from licensing.console.cells import list_of
from licensing.console.heard import silent
from licensing.intake.hooks.events import FOR_A_PERSON
from licensing.models import Case, Edition, HookEvent, ImportRun, ImportState, License, PurchaseLine
from recovery.admin.find import find
from recovery.models import (
    ChangeState,
    DomainPause,
    Exchange,
    ExchangeState,
    Message,
    MessageState,
    OwnerChange,
)

# The models by what somebody comes for, the most used first; whatever is missing here is still listed, at the end.
SECTIONS: Final = (
    (
        "Customers",
        (
            "Customer",
            "EmailAddress",
            "Purchase",
            "PurchaseLine",
            "PurchaseReference",
            "PurchaseRefund",
            "PurchaseDispute",
            "RefundMark",
            "CustomerNote",
            "Tombstone",
        ),
    ),
    ("Keys", ("License", "RegistrationKey", "KeyAssignment", "KeyOrder", "CodeReveal")),
    ("Changes of owner", ("OwnerChange",)),
    ("Moves", ("Exchange", "ExchangeNote", "ExchangeMail")),
    (
        "Requests and mail",
        ("RecoveryRequest", "Challenge", "Message", "MailAttempt", "Wording", "WorkerPulse"),
    ),
    ("Needs a person", ("Case", "Hold", "Mute", "Suppression", "DomainPause", "Allowance")),
    ("Shops", ("Connection", "HookEvent", "KeyAsk")),
    ("Catalogue", ("Product", "Edition", "Store", "Mapping", "MappingItem")),
    ("Files in", ("ImportRun", "ColumnMap")),
    ("Signed", ("RetiredList", "RetiredCode", "SigningKey")),
)
HIDDEN: Final = ("ImportRow", "ImportPart")  # reached from their file; of no use on their own
ENOUGH: Final = 100  # a number beyond this says no more to a person, and would be counted row by row


@dataclass(frozen=True)
class Waiting:
    """One line of the first page: something that may need a person, how much of it, and where."""

    title: str
    rows: Callable[[], QuerySet[Any]]
    filters: dict[str, str]
    page: str = ""  # where it is not the list of these rows

    @property
    def count(self) -> str:
        found = self.rows()[: ENOUGH + 1].count()
        return f"{ENOUGH}+" if found > ENOUGH else str(found)

    @property
    def address(self) -> str:
        return reverse(self.page) if self.page else list_of(self.rows().model, **self.filters)


WAITING: Final = (
    Waiting(
        "moves that need a person",
        lambda: Exchange.objects.filter(state=ExchangeState.ASKED),
        {"state__exact": ExchangeState.ASKED},
    ),
    Waiting(
        "addresses that have changed",
        lambda: OwnerChange.objects.filter(state=ChangeState.OPEN),
        {"state__exact": ChangeState.OPEN},
    ),
    Waiting(
        "changes of owner objected to",
        lambda: OwnerChange.objects.exclude(frozen_at=None),
        {"objected": "yes"},
    ),
    Waiting("cases open", lambda: Case.objects.filter(closed_at=None), {"open": "yes"}),
    Waiting("lines without a mapping", lambda: PurchaseLine.objects.unplaced(), {"placed": "no"}),
    Waiting(
        "notifications that need a person",
        lambda: HookEvent.objects.filter(state__in=FOR_A_PERSON, test=False),
        {"state": "person"},
    ),
    Waiting("connections silent for a week", lambda: silent(now=timezone.now()), {"heard": "silent"}),
    Waiting(
        "mails waiting",
        lambda: Message.objects.filter(state=MessageState.WAITING),
        {"state__exact": MessageState.WAITING},
    ),
    Waiting(
        "pools running low",
        lambda: Edition.objects.exclude(low_stock_told_at=None),
        {},
        page="admin:licensing_edition_stock",
    ),
    Waiting("domains paused", lambda: DomainPause.objects.filter(until__gt=timezone.now()), {}),
    *(
        (Waiting("deeds to approve", approvals.waiting, {}, page="admin:approvals"),)
        if settings.SECOND_PERSON
        else ()
    ),
    Waiting("files that could not be read", lambda: ImportRun.objects.filter(state=ImportState.FAILED), {}),
)


class ConsoleSite(admin.AdminSite):
    """Django's admin under the vendor's name, its models grouped by task instead of by app."""

    index_template = "console/index.html"
    index_title = "Console"

    def each_context(self, request: HttpRequest) -> dict[str, Any]:
        return super().each_context(request) | names()

    def has_permission(self, request: HttpRequest) -> bool:
        """The gate has asked already; a page that came round it asks again."""
        return super().has_permission(request) and standing_of(request) is Standing.PROVEN

    def get_urls(self) -> list[Any]:
        view = self.admin_view
        return [
            path("find/", view(self.find), name="find"),
            path("approvals/", view(approval_pages.listed), name="approvals"),
            path("approvals/ask/", view(approval_pages.ask), name="approval_ask"),
            path("approvals/<uuid:pk>/", view(approval_pages.shown), name="approval"),
            path("approvals/<uuid:pk>/<slug:deed>/", view(approval_pages.decide), name="approval_decide"),
            *super().get_urls(),
        ]

    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> list[Any]:
        apps = super().get_app_list(request, app_label)
        if app_label:
            return apps
        found = (model for app in apps for model in app["models"])
        models = {model["object_name"]: model for model in found if model["object_name"] not in HIDDEN}
        sections = [
            section(title, [models.pop(name) for name in names if name in models])
            for title, names in SECTIONS
        ]
        return [each for each in (*sections, section("More", list(models.values()))) if each["models"]]

    def find(self, request: HttpRequest) -> HttpResponse:
        return find(request, site=self)

    def index(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> TemplateResponse:
        return super().index(request, {"waiting": WAITING, **(extra_context or {})})


def section(title: str, models: list[Any]) -> dict[str, Any]:
    label = title.lower().replace(" ", "-")
    return {"name": title, "app_label": label, "app_url": "", "has_module_perms": True, "models": models}


console = ConsoleSite(name="console")
licensing.admin.register(console)
recovery.admin.register(console)
for model, page in ((Edition, EditionPage), (License, LicensePage), (Case, CasePage)):
    console.unregister(model)
    console.register(model, page)

# Signing in comes first: its addresses take the place of the admin's own.
urlpatterns = [path("", include("config.staff.urls")), path("", console.urls)]
