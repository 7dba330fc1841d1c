"""The console: Django's admin on a site of ours. Who may reach it is decided by `staff/gate.py`."""

from __future__ import annotations

from typing import Any, Final

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import include, path, reverse
from django.utils import timezone
from django.views.decorators.http import require_GET

import licensing.admin
import recovery.admin
from config.console_pages import CasePage, CustomerPage, EditionPage, LicensePage
from config.morning.page import asked_days, figures_page, first_page
from config.staff.frame import names
from config.staff.proof import Standing, standing_of
from config.staff.views import approvals as approval_pages
from config.trail import views as trail_pages
from licensing.models import Case, Customer, Edition, License
from recovery.admin import privacy
from recovery.admin.find import find

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
        ("RecoveryRequest", "Challenge", "Message", "MailAttempt", "Wording", "WorkerPulse", "KeptAnswer"),
    ),
    ("Needs a person", ("Case", "Hold", "Mute", "Suppression", "DomainPause", "Allowance")),
    ("Shops", ("Connection", "HookEvent", "KeyAsk")),
    ("Events out", ("Endpoint", "Delivery")),
    ("Catalogue", ("Product", "Edition", "Store", "Mapping", "MappingItem")),
    ("Files in", ("ImportRun", "ColumnMap")),
    ("API", ("ApiKey",)),
    ("Signed", ("RetiredList", "RetiredCode", "SigningKey")),
)
# What support opens on most days: it stands alone on the first page, everything else is folded under it.
DAILY: Final = (
    "Customer",
    "Purchase",
    "License",
    "Case",
    "OwnerChange",
    "Exchange",
    "RecoveryRequest",
    "Message",
    "Mute",
    "Suppression",
)
# The first two are reached from their file, the others are what the first page shows.
HIDDEN: Final = ("ImportRow", "ImportPart", "DayFigure", "Tally")
BEGIN_AT: Final = {"Wording": "admin:wording_index"}  # where the list of rows is not what somebody comes for


class ConsoleSite(admin.AdminSite):
    """Django's admin under the vendor's name, its models grouped by task instead of by app."""

    index_template = "console/index.html"
    index_title = "Console"

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.menus: dict[frozenset[str], list[Any]] = {}

    def each_context(self, request: HttpRequest) -> dict[str, Any]:
        return super().each_context(request) | names()

    def has_permission(self, request: HttpRequest) -> bool:
        """The gate has asked already; a page that came round it asks again."""
        return super().has_permission(request) and standing_of(request) is Standing.PROVEN

    def get_urls(self) -> list[Any]:
        view = self.admin_view
        return [
            path("find/", view(self.find), name="find"),
            path("figures/", view(require_GET(self.figures_page)), name="figures"),
            path("trail/", view(trail_pages.trail), name="audit_trail"),
            path("trail/export/", view(trail_pages.download), name="audit_export"),
            path("approvals/", view(approval_pages.listed), name="approvals"),
            path("approvals/ask/", view(approval_pages.ask), name="approval_ask"),
            path("approvals/<uuid:pk>/", view(approval_pages.shown), name="approval"),
            path("approvals/<uuid:pk>/<slug:deed>/", view(approval_pages.decide), name="approval_decide"),
            *privacy.urls(self),
            *super().get_urls(),
        ]

    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> list[Any]:
        """The menu. It depends on somebody's rights alone, and is kept for each set of them: every page shows it, and
        to ask each of fifty models anew for its rights and its addresses takes longer than most pages' own content."""
        if app_label:
            return super().get_app_list(request, app_label)
        rights = rights_of(request.user)
        if rights not in self.menus:
            self.menus[rights] = self.sections(super().get_app_list(request))
        return self.menus[rights]

    def sections(self, apps: list[Any]) -> list[Any]:
        found = (model for app in apps for model in app["models"])
        models = {model["object_name"]: model for model in found if model["object_name"] not in HIDDEN}
        for name, page in BEGIN_AT.items():
            if name in models:
                models[name]["admin_url"] = reverse(page)
        sections = [
            section(title, [models.pop(name) for name in names if name in models])
            for title, names in SECTIONS
        ]
        return [each for each in (*sections, section("More", list(models.values()))) if each["models"]]

    def find(self, request: HttpRequest) -> HttpResponse:
        return find(request, site=self)

    def index(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> TemplateResponse:
        """What needs a person, and the main figures."""
        days, now = asked_days(request.GET.get("days")), timezone.now()
        shown = first_page(request.user, days=days, now=now)
        daily = [section("Every day", daily_of(self.get_app_list(request)))]
        return super().index(request, {**shown, "daily": daily, **(extra_context or {})})

    def figures_page(self, request: HttpRequest) -> TemplateResponse:
        shown = figures_page(days=asked_days(request.GET.get("days")), now=timezone.now())
        context = {**self.each_context(request), "title": "Figures", **shown}
        return TemplateResponse(request, "console/figures.html", context)


def rights_of(user: Any) -> frozenset[str]:
    """All rights of somebody; for whom nothing is refused, one word that stands for all."""
    return frozenset({"all"} if user.is_active and user.is_superuser else user.get_all_permissions())


def daily_of(sections: list[Any]) -> list[Any]:
    """The lists of most days, of those that this person may see."""
    models = {model["object_name"]: model for each in sections for model in each["models"]}
    return [models[name] for name in DAILY if name in models]


def section(title: str, models: list[Any]) -> dict[str, Any]:
    label = title.lower().replace(" ", "-")
    return {"name": title, "app_label": label, "app_url": "", "has_module_perms": True, "models": models}


console = ConsoleSite(name="console")
licensing.admin.register(console)
recovery.admin.register(console)
for model, page in (
    (Edition, EditionPage),
    (License, LicensePage),
    (Case, CasePage),
    (Customer, CustomerPage),
):
    console.unregister(model)
    console.register(model, page)

# Signing in comes first: its addresses take the place of the admin's own.
urlpatterns = [path("", include("config.staff.urls")), path("", console.urls)]
