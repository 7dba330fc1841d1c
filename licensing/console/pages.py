"""Lists and detail pages that stay fast on ten million rows.

Nothing is counted and nothing sorted: rows come by primary key (version 7 UUIDs, so the newest first), one page and
one row more, and the next page begins below the last key shown instead of skipping rows it would have to read.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar, Final

from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.admin.options import IncorrectLookupParameters, ShowFacets
from django.contrib.admin.views.main import PAGE_VAR, SEARCH_VAR, ChangeList
from django.core.exceptions import BadRequest, PermissionDenied, ValidationError
from django.db.models import Model, Prefetch, QuerySet
from django.db.models.constants import LOOKUP_SEP
from django.db.models.expressions import Combinable
from django.forms import BooleanField
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from licensing.audit.looked import concerns
from licensing.console.belonging import is_of_one_row
from licensing.console.cells import LINK, Cell, page_of
from licensing.console.noted import Noted
from licensing.console.search import MOST, Finder, Some, can_be_stored, row_id
from licensing.console.second_person import ForTwo, needs_second_person
from licensing.console.terms import cleaned

if TYPE_CHECKING:
    TabularInline = admin.TabularInline[Any, Any]
else:
    TabularInline = admin.TabularInline

Way = tuple[Finder, str]
CHECKBOX: Final = (
    '<input type="checkbox" name="{}" value="{}" class="action-select" '
    'aria-label="Select this object for an action - {}">'
)
OF_FILTERS: Final = (
    "",
    "exact",
    "in",
    "isnull",
    "id__exact",
)  # what the links of Django's own filters ask for


def many_at_once(request: HttpRequest, **_: Any) -> bool:
    """An action of a list, over more than one of its rows, or over all that it has."""
    if "action" not in request.POST:
        return False
    return over_all(request) or len(request.POST.getlist(ACTION_CHECKBOX_NAME)) > 1


def over_all(request: HttpRequest) -> bool:
    """Whether an action is asked for on every row of the list, however few are chosen."""
    return any(BooleanField().to_python(each) for each in request.POST.getlist("select_across"))


def filtered_by(shown: Any) -> str:
    """The parameter of one of a list's filters, in any of the forms that Django takes them in."""
    if isinstance(shown, type):
        return str(getattr(shown, "parameter_name", ""))
    return shown if isinstance(shown, str) else str(shown[0])


def columns_of(model: type[Model]) -> set[str]:
    fields = model._meta.get_fields()
    return {"pk"} | {each for field in fields for each in (field.name, getattr(field, "attname", field.name))}


def is_link(column: str | Cell) -> bool:
    return getattr(column, "__name__", "").startswith(LINK)


class Asked(ChangeList):
    """A list that sends an address back to its unfiltered self, as Django does with a filter it does not know, where a
    filter's value is none that any column can hold: PostgreSQL takes no NUL, and Django would answer 500."""

    def get_queryset(self, request: HttpRequest, exclude_parameters: Any = None) -> QuerySet[Any]:
        asked = self.get_filters_params()
        if not all(can_be_stored(value) for values in asked.values() for value in values):
            raise IncorrectLookupParameters
        return super().get_queryset(request, exclude_parameters)

    def url_for_result(self, result: Any) -> str:
        return page_of(result)


class NewestFirst(Asked):
    """A list by descending primary key; `?p=` names the key below which the page begins."""

    by_key = True
    older: str | None = None
    newest: str | None = None

    def get_ordering(self, request: HttpRequest, queryset: QuerySet[Any]) -> list[str | Combinable]:
        return ["-pk"]  # whatever `?o=` asks for: no other order has an index

    def get_results(self, request: HttpRequest) -> None:
        cursor = request.GET.get(PAGE_VAR)
        rows = list(self.below(cursor)[: self.list_per_page + 1])
        self.result_list = rows[: self.list_per_page]
        if len(rows) > self.list_per_page:
            self.older = self.get_query_string({PAGE_VAR: self.result_list[-1].pk})
        self.newest = self.get_query_string(remove=[PAGE_VAR]) if cursor else None
        self.result_count = len(self.result_list)
        self.full_result_count = None
        self.show_full_result_count = self.multi_page = self.can_show_all = False
        self.show_admin_actions = True

    def below(self, cursor: str | None) -> QuerySet[Any]:
        rows: QuerySet[Any] = self.queryset
        if cursor is None:
            return rows
        try:
            return rows.filter(pk__lt=self.lookup_opts.pk.to_python(cursor))
        except ValidationError as error:
            raise IncorrectLookupParameters(error) from error


class Listing(Noted):
    """A model in the console. `ways` says how it is found: each a meaning of the term and the path it is matched at."""

    change_list_template = "console/change_list.html"
    change_form_template = "console/change_form.html"
    ways: Sequence[Way] = ()
    search_fields: ClassVar[Any] = ("pk",)  # only shows the box: what is searched is said by `ways`
    show_full_result_count = False
    show_facets = ShowFacets.NEVER
    list_per_page = 40  # more are not laid out in a tenth of a second
    list_select_related: ClassVar[Any] = ()
    sortable_by: ClassVar[Any] = ()
    prefetch: Sequence[str | Prefetch[str, Any, str]] = ()
    details: Sequence[str | Cell] = ()  # what the page of one row shows, in this order

    @needs_second_person(ForTwo.BULK, "An action over several rows", when=many_at_once)
    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        """A search that found one row only is a look at that one. 403 for who sends an action and has none."""
        if request.method == "POST" and not self.may_send(request):
            raise PermissionDenied
        response = super().changelist_view(request, extra_context)
        found = getattr(response, "context_data", None) or {}
        rows = list(found["cl"].result_list) if "cl" in found and request.GET.get(SEARCH_VAR) else []
        if len(rows) == 1:
            concerns(request, self.about_whom(rows[0]))
        return response

    def may_send(self, request: HttpRequest) -> bool:
        """The button beside the actions sends no action where none was chosen. No long list offers all of its rows."""
        if over_all(request) and issubclass(self.get_changelist(request), NewestFirst):
            return False
        offered, chosen = self.get_actions(request), request.POST.get("action")
        if not offered or (chosen and chosen not in offered):
            return False
        self.ensure_rows(request.POST.getlist(ACTION_CHECKBOX_NAME))
        return True

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest | None = None) -> bool:
        """By the filters that the list shows, by one row that its rows belong to, and by nothing else. Django takes
        every column of the model: most have no index, and of some nobody is to ask how they begin."""
        if is_of_one_row(self.model, lookup):
            return True
        name, _, how = lookup.partition(LOOKUP_SEP)
        if name in {filtered_by(each) for each in self.get_list_filter(request)}:  # type: ignore[arg-type]
            return how in OF_FILTERS
        return name not in columns_of(self.model) and super().lookup_allowed(lookup, value, request)  # type: ignore[arg-type]

    def ensure_rows(self, chosen: Sequence[str]) -> None:
        """Raises `BadRequest` where one is no row's key: Django would answer 500."""
        try:
            for each in chosen:
                self.opts.pk.to_python(each)
        except ValidationError as error:
            raise BadRequest("no key of a row") from error

    def action_checkbox(self, obj: Model) -> SafeString:
        """Django's own asks the template engine for each row's: a fifth of what a page of a list costs."""
        return format_html(CHECKBOX, ACTION_CHECKBOX_NAME, obj.pk, obj)

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return self.details or super().get_fields(request, obj)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).prefetch_related(*self.prefetch)

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return NewestFirst

    def get_list_display_links(self, request: HttpRequest, list_display: Any) -> list[Any]:
        """The first column that is no link itself leads to the row's own page."""
        return [next(column for column in list_display if not is_link(column))]

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        """The rows that the term means, the newest first; never duplicates. A page says so when there are more."""
        if not search_term.strip():
            return queryset, False
        term = cleaned(search_term)
        if not term or not can_be_stored(search_term):
            return queryset.none(), False
        found = self.found(term)
        if isinstance(found, Some) or len(found) >= MOST:
            messages.info(request, "There are more than these. Type more to narrow it down.")
        return queryset.filter(pk__in=found), False

    def found(self, term: str) -> set[Any]:
        """Keys of the rows that the term means, at most `MOST` for each way."""
        values = {
            finder: finder(term) for finder in dict.fromkeys((self.id_finder, *(way[0] for way in self.ways)))
        }
        found = {pk for rows in self.meant_by(values) for pk in rows}
        return Some(found) if any(isinstance(each, Some) for each in values.values()) else found

    def meant_by(self, values: Mapping[Finder, Collection[Any]]) -> Iterator[QuerySet[Any, Any]]:
        for finder, path in ((self.id_finder, "pk"), *self.ways):
            if values[finder]:
                rows = self.model._default_manager.filter(**{f"{path}__in": values[finder]})
                yield rows.order_by().values_list("pk", flat=True)[:MOST]

    @staticmethod
    def id_finder(term: str) -> Sequence[Any]:
        return row_id(term)

    def name_of(self, row: Any) -> str:
        """What the page of this row is headed with."""
        return str(row)

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        row: Model | None = kwargs.get("obj")
        if row is not None:
            context |= {"title": self.opts.verbose_name, "subtitle": self.name_of(row)}
        return super().render_change_form(request, context, *args, **kwargs)

    def _get_obj_does_not_exist_redirect(
        self, request: HttpRequest, opts: Any, object_id: str
    ) -> HttpResponse:
        """Django leads to the first page, where a line says that the row was perhaps deleted: nothing is here."""
        raise Http404

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Off: what belongs to a row is not gathered, and facts are not erased one by one."""
        return False


class ReadOnly(Listing):
    """Facts: what was sold, assigned, asked, sent. Shown, never written here."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_settle_permission(self, request: HttpRequest) -> bool:
        """Who may use the actions of a list whose rows nobody edits: whoever has the right to change them."""
        return request.user.has_perm(f"{self.opts.app_label}.change_{self.opts.model_name}")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return self.get_fields(request, obj)


class ReadOnlyRows(TabularInline):
    """A few rows that belong to the one shown, such as the lines of a purchase. Only for what is few by nature."""

    columns: Sequence[str | Cell] = ()
    extra = 0
    can_delete = False
    show_change_link = True
    select: Sequence[str] = ()
    prefetch: Sequence[str | Prefetch[str, Any, str]] = ()

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return self.columns

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        rows = super().get_queryset(request).prefetch_related(*self.prefetch)
        return rows.select_related(*self.select) if self.select else rows

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return self.get_fields(request, obj)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class SmallListing(Listing):
    """A table that a person keeps by hand: some hundreds of rows, in the order of their names, with page numbers."""

    sortable_by = None  # all of them

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return Asked
