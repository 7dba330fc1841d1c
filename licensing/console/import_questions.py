"""What a file is, if that cannot be told from it alone: its shop, its encoding, its columns."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Final

from django.utils.text import Truncator

from licensing.console.search import row_id
from licensing.intake.cards import scrub
from licensing.intake.detect import detect, lacking
from licensing.intake.encoding import FileRefused
from licensing.intake.files import first_rows, header_of
from licensing.intake.mapped.export import MappedExport, lacking_fields
from licensing.intake.mapped.fields import BY_NAME, DATES, FIELDS, OPTIONS, SEPARATORS, Field
from licensing.intake.mapped.guess import LOOKS, guessed
from licensing.intake.mapped.maps import Columns, saved_for
from licensing.intake.mapped.words import WORDS, lists_of, seen_words
from licensing.intake.record import PurchaseRecord, RowRejected
from licensing.intake.samples import described, masked
from licensing.intake.scrubbing import Scrubber
from licensing.intake.stores import KINDS
from licensing.intake.uploads import UploadedFile
from licensing.models import ImportRun, Store

NEW: Final = "new:"  # before a kind: a store of that kind, to be made
ANY: Final = "csv"
SHOWN: Final = 3  # rows of the preview
MOST_CHARACTERS: Final = 60  # of a cell as it stands in the file
FIRST: Final = 9  # fields that are always shown; the rest is folded away
ENCODINGS: Final = (
    ("", "Found out (UTF-8, UTF-16)"),
    ("windows-1252", "Windows, Western Europe (windows-1252)"),
    ("iso-8859-1", "Western Europe (ISO 8859-1)"),
    ("windows-1250", "Windows, Central Europe (windows-1250)"),
    ("windows-1251", "Windows, Cyrillic (windows-1251)"),
    ("mac-roman", "Older Macs (Mac Roman)"),
    ("shift_jis", "Japanese (Shift JIS)"),
    ("gb18030", "Chinese (GB 18030)"),
    ("big5", "Chinese (Big5)"),
    ("euc-kr", "Korean (EUC-KR)"),
)


@dataclass
class Question:
    """An uploaded file, and what somebody has answered so far (`said`: the form's fields)."""

    run: ImportRun
    said: Mapping[str, str] = field(default_factory=dict)
    problem: str = ""

    def __post_init__(self) -> None:
        self.said = {name: value.replace("\0", "") for name, value in self.said.items()}
        self.encoding = self.said.get("encoding", self.run.encoding)
        self.header: list[str] = []
        self.rows: list[list[str]] = []
        source = UploadedFile(self.run)
        try:
            self.header = header_of(source, encoding=self.encoding)
            self.rows = first_rows(source, encoding=self.encoding)
        except FileRefused as refusal:
            self.problem = in_the_console(str(refusal))

    @cached_property
    def kind_seen(self) -> str:
        """The kind of shop that has these columns; empty if none that is known."""
        found = detect(self.header)
        return found[0][0] if found else ""

    @property
    def title_seen(self) -> str:
        found = detect(self.header)
        return found[0][1].title if found else ""

    @cached_property
    def store(self) -> Store | None:
        """The one that was chosen, or the only one that it can be."""
        chosen = self.said.get("store", "")
        if chosen and not chosen.startswith(NEW):
            return Store.objects.filter(pk__in=row_id(chosen)).first()
        if chosen or self.run.store_id:
            return None if chosen else self.run.store
        return self.only_store()

    def only_store(self) -> Store | None:
        if self.kind_seen:
            stores = list(Store.objects.filter(kind=self.kind_seen)[:2])
        else:
            stores = [store for store in Store.objects.all()[:100] if saved_for(store, self.header)][:2]
            stores = stores or list(Store.objects.filter(kind=ANY)[:2])
        return stores[0] if len(stores) == 1 else None

    @property
    def kind_to_make(self) -> str:
        """The kind of the store that has to be made for it: none where one is there, or somebody has to choose."""
        there = self.store is not None or Store.objects.filter(kind=self.kind_seen).exists()
        return "" if there else self.kind_seen

    @property
    def new_kind(self) -> str:
        """The kind of store that is to be made for it."""
        kind = self.said.get("store", "").removeprefix(NEW)
        return kind if self.said.get("store", "").startswith(NEW) and kind in KINDS else ""

    @property
    def kind(self) -> str:
        return self.store.kind if self.store else self.new_kind

    @property
    def is_native(self) -> bool:
        """Whether the columns are those of the chosen shop's own export."""
        return bool(self.kind) and any(kind == self.kind for kind, _ in detect(self.header))

    @property
    def needs_map(self) -> bool:
        return bool(self.header) and bool(self.kind) and not self.is_native

    @cached_property
    def columns(self) -> Columns:
        """What was said of the columns; else what is saved, or guessed."""
        if any(name.startswith("col-") for name in self.said):
            return self.said_columns()
        if self.run.columns and set(MappedExport(self.run.columns).needed) <= set(self.header):
            return dict(self.run.columns)
        saved = saved_for(self.store, self.header) if self.store else {}
        return saved or guessed(self.header, self.rows)

    def said_columns(self) -> Columns:
        names = (*BY_NAME, *OPTIONS)
        found = {name: self.said.get(f"col-{name}", "").strip() for name in names}
        usual = {name: listed for field in WORDS for name, listed in lists_of(field, {})}
        without = {name for field in WORDS if not found[field] for name, _ in lists_of(field, {})}
        return {
            name: value
            for name, value in found.items()
            if value and name not in without and usual.get(name) != value and self.is_known(name, value)
        }

    def is_known(self, name: str, value: str) -> bool:
        """Whether that is a column of the file, or an option that there is."""
        choices = {"dates": DATES, "separator": SEPARATORS}.get(name)
        if choices is not None:
            return value in choices
        return name in OPTIONS or value in self.header

    @property
    def is_saved(self) -> bool:
        return bool(self.store and saved_for(self.store, self.header))

    @property
    def missing(self) -> list[str]:
        """Fields that every map needs and this one has not."""
        return lacking_fields(self.columns) if self.needs_map else []

    @property
    def is_answered(self) -> bool:
        return bool(self.header and self.kind and not self.problem and (self.is_native or not self.missing))

    @property
    def trouble(self) -> str:
        """Why the file is not simply the chosen shop's export."""
        if self.problem or self.is_native:
            return ""
        if self.title_seen and self.kind and self.kind != self.kind_seen:
            return (
                f"This is a {self.title_seen}, not one of {KINDS[self.kind].title}. Choose its shop, "
                "or, if you know better, say below what its columns are."
            )
        if self.kind and KINDS[self.kind].exports:
            return lacking(self.header, KINDS[self.kind].exports, name=self.run.file_name)
        return ""

    def fields(self) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
        """The selects of the mapper: the usual ones, and the rest. What was chosen stands among the usual ones."""
        shown = {each.name for each in FIELDS[:FIRST] if each.name != "time" or "time" in self.columns} | set(
            self.columns
        )
        first = [self.select(each) for each in FIELDS if each.name in shown]
        return first, [self.select(each) for each in FIELDS if each.name not in shown]

    def select(self, each: Field) -> dict[str, Any]:
        chosen = self.columns.get(each.name, "")
        titles = ("Words that mean yes", "Words that mean no")
        listed = lists_of(each.name, self.columns) if each.name in WORDS else ()
        return {
            "field": each,
            "chosen": chosen,
            "words": [(name, title, text) for title, (name, text) in zip(titles, listed, strict=False)],
            "seen": seen_words(each.name, self.columns, self.cells_of(chosen)) if listed and chosen else "",
        }

    def cells_of(self, column: str) -> list[str]:
        place = self.header.index(column)
        return [row[place] for row in self.rows if len(row) > place]

    def options(self) -> list[dict[str, Any]]:
        """How dates and lists of codes are written."""
        dates = (
            "dates",
            "How dates are written (UTC)",
            list(DATES.items()),
            self.columns.get("dates", "ISO"),
        )
        signs = list(SEPARATORS.items())
        separator = ("separator", "Between several codes", signs, self.columns.get("separator", ";"))
        keys = ("name", "title", "choices", "chosen")
        return [dict(zip(keys, each, strict=True)) for each in (dates, separator)]

    def preview(self) -> list[dict[str, Any]]:
        """The first rows as they would be read."""
        if not self.needs_map or self.missing:
            return []
        export = MappedExport(self.columns)
        clean, read = Scrubber(self.header, spared=export.unscrubbed), export.reader(self.header)
        return [
            self.seen(number, row, lambda cells: read(clean(cells)))
            for number, row in enumerate(self.rows[:SHOWN], start=2)
        ]

    def raw(self) -> list[list[str]]:
        """The first rows as they stand in the file, for whom the columns' names alone tell too little."""
        if self.is_native or not self.header:
            return []
        columns = self.columns
        hidden = {place for place, name in enumerate(self.header) if name and name == columns.get("codes")}
        return [
            [raw_cell(cell, is_code=place in hidden) for place, cell in enumerate(row)]
            for row in self.rows[:SHOWN]
        ]

    def seen(self, number: int, row: list[str], read: Any) -> dict[str, Any]:
        try:
            if len(row) != len(self.header):
                raise RowRejected("", f"has {len(row)} cells where the first row has {len(self.header)}")
            told: PurchaseRecord = read(row)
        except RowRejected as rejection:
            return {"row": number, "trouble": f"{rejection.column} {rejection.reason}".strip()}
        order, who, what = described(told)
        return {
            "row": number, "order": order, "who": who, "name": told.buyer.name, "what": what, "at": told.ordered_at,
            "payment": payment_words(told),
        }  # fmt: skip


def raw_cell(cell: str, *, is_code: bool) -> str:
    """The cell without what must not be shown: addresses are masked, of a code its beginning is left."""
    text = scrub(" ".join(cell.split()))[0]
    words = [masked(word) if "@" in word else word for word in text.split(" ")]
    if is_code or LOOKS["codes"](text):
        words = [f"{text[:2]}…"] if text else []
    return Truncator(" ".join(words)).chars(MOST_CHARACTERS)


def payment_words(told: PurchaseRecord) -> str:
    facts = (
        (told.payment.refunded, "refunded"),
        (bool(told.payment.refunds) and not told.payment.refunded, "refunded in part"),
        (told.payment.tells_of_a_dispute, "disputed"),
    )
    said = [word for is_so, word in facts if is_so]
    return ", ".join(said or ["paid" if told.payment.paid else "not paid"])


def in_the_console(words: str) -> str:
    """A refusal without the advice that is for the command line."""
    return words.partition(" Name the file's encoding")[0]


def store_choices(kind_seen: str = "") -> list[tuple[str, str]]:
    """Every store, and then one to be made of each kind; of both, the kind that the file shows comes first."""
    found = sorted(Store.objects.order_by("title", "name")[:500], key=lambda each: each.kind != kind_seen)
    stores = [(str(store.pk), str(store)) for store in found]
    kinds = sorted(KINDS.items(), key=lambda each: (each[0] != kind_seen, each[0] != ANY, each[1].title))
    return [*stores, *((f"{NEW}{kind}", f"A new shop: {shop.title}") for kind, shop in kinds)]


def store_made(kind: str) -> Store:
    """A store of that kind, under a name that is free."""
    name, number = kind, 2
    while Store.objects.filter(name=name).exists():
        name, number = f"{kind}-{number}", number + 1
    title = "Other files" if kind == ANY else KINDS[kind].title
    return Store.objects.create(
        name=name, kind=kind, title=title if name == kind else f"{title} {number - 1}"
    )
