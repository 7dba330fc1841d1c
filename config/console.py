"""The console: Django's admin on a site of ours. Who may reach it is decided in `urls.py`, by CONSOLE_ENABLED."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any, Final, TypeVar, cast

from django.conf import settings
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone

import licensing.admin
import recovery.admin
from config.console_pages import CasePage, EditionPage, LicensePage
from licensing.console.cells import list_of
from licensing.console.heard import silent
from licensing.intake.hooks.events import FOR_A_PERSON
from licensing.models import Case, Edition, HookEvent, ImportRun, ImportState, License, PurchaseLine
from recovery.models import DomainPause, Exchange, ExchangeState, Message, MessageState

# The models by what somebody comes for, the most used first; whatever is missing here is still listed, at the end.
SECTIONS: Final = (
    (
        "Customers",
        ("Customer", "EmailAddress", "Purchase", "PurchaseLine", "PurchaseReference", "PurchaseRefund"),
    ),
    ("Keys", ("License", "RegistrationKey", "KeyAssignment", "KeyOrder")),
    ("Moves", ("Exchange", "ExchangeNote", "ExchangeMail")),
    ("Requests and mail", ("RecoveryRequest", "Challenge", "Message", "MailAttempt", "WorkerPulse")),
    ("Needs a person", ("Case", "Mute", "Suppression", "DomainPause", "Allowance")),
    ("Shops", ("Connection", "HookEvent", "KeyAsk")),
    ("Catalogue", ("Product", "Edition", "Store", "Mapping", "MappingItem")),
    ("Files in", ("ImportRun", "ImportRow", "ColumnMap", "ImportPart")),
    ("Signed", ("RetiredList", "RetiredCode", "SigningKey")),
)
ENOUGH: Final = 100  # a number beyond this says no more to a person, and would be counted row by row

View = TypeVar("View", bound=Callable[..., HttpResponseBase])


def sends_its_origin(view: View) -> View:
    """Forms send their origin to our own pages, which the CSRF check wants and `no-referrer` would blank out."""

    @wraps(view)
    def wrapped(*args: Any, **kwargs: Any) -> HttpResponseBase:
        response = view(*args, **kwargs)
        response.headers.setdefault("Referrer-Policy", "same-origin")
        return response

    return cast(View, wrapped)


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
    Waiting("files that could not be read", lambda: ImportRun.objects.filter(state=ImportState.FAILED), {}),
)


class ConsoleSite(admin.AdminSite):
    """Django's admin under the vendor's name, its models grouped by task instead of by app."""

    index_template = "console/index.html"
    index_title = "Console"

    def each_context(self, request: HttpRequest) -> dict[str, Any]:
        names = {"site_header": settings.VENDOR_NAME, "site_title": f"{settings.VENDOR_NAME} console"}
        return super().each_context(request) | names

    def admin_view(self, view: View, cacheable: bool = False) -> View:
        return sends_its_origin(super().admin_view(view, cacheable))

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        return sends_its_origin(super().login)(request, extra_context)

    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> list[Any]:
        apps = super().get_app_list(request, app_label)
        if app_label:
            return apps
        models = {model["object_name"]: model for app in apps for model in app["models"]}
        sections = [
            section(title, [models.pop(name) for name in names if name in models])
            for title, names in SECTIONS
        ]
        return [each for each in (*sections, section("More", list(models.values()))) if each["models"]]

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

urlpatterns = [path("", console.urls)]
