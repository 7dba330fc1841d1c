"""What an export holds: the one description that writing and reading go by.

A table's columns are those of its model, so that none can be forgotten. What is encrypted stands here in clear, as the
owner of the data needs it, and is sealed anew with the keys of wherever it is read.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.conf import settings
from django.db import models
from django.utils.module_loading import import_string

from licensing import tombstones
from licensing.everything.cells import NotThatKind, form_of, read_octets, read_text, write_octets
from licensing.intake.placing import open_codes, seal_codes
from licensing.keys.code import CodeError, normalise
from licensing.keys.sealed import vault
from licensing.keys.stored import LENGTH, adopt_key, existing_key, stored_key
from licensing.models import (
    Case,
    CodeReveal,
    ColumnMap,
    Customer,
    CustomerNote,
    Edition,
    EmailAddress,
    KeyAssignment,
    KeyOrder,
    KeyState,
    License,
    Mapping,
    MappingItem,
    Product,
    Purchase,
    PurchaseDispute,
    PurchaseLine,
    PurchaseReference,
    PurchaseRefund,
    RefundMark,
    RegistrationKey,
    Store,
    Tombstone,
)
from licensing.models.keys import key_identity

Cells = dict[str, str]  # one row of a file, by the names of its columns


class CodeForms(dict[str, str]):
    """How each edition's codes are compared, asked of the database once for each."""

    def __missing__(self, edition: str) -> str:
        form = Edition.objects.filter(pk=edition).values_list("code_form", flat=True).first()
        if form is None:
            raise NotThatKind("its edition is not among the editions")
        self[edition] = form
        return form


@dataclass(frozen=True)
class Column:
    """`write` makes the cell of the row's `needs`; `read` makes what stands in the row's `gives` of cell and row."""

    name: str
    needs: tuple[str, ...]
    gives: tuple[str, ...]
    write: Callable[..., str]
    read: Callable[[str, Cells, CodeForms], tuple[Any, ...]]
    number: bool = False


@dataclass(frozen=True)
class Late:
    """Values that only stand when every table is there, and what stands until then, in the rows they are for."""

    until_then: dict[str, Any]
    applies: Callable[[Cells], bool]


class Table:
    """One table of an export: a file or a sheet of that name.

    `instead`: columns that take the place of some of the model's, such as a code for what is sealed. `left_out`:
    columns that make no sense anywhere else; they get their defaults where they are read.
    """

    def __init__(
        self,
        name: str,
        model: type[models.Model],
        *,
        instead: Sequence[Column] = (),
        left_out: Sequence[str] = (),
        late: Late | None = None,
    ) -> None:
        self.name, self.model, self.late = name, model, late
        hidden = {*left_out, *(given for column in instead for given in column.gives)}
        fields = [field for field in model._meta.concrete_fields if field.attname not in hidden]
        self.columns = (*map(column_of, fields), *instead)
        self.header = tuple(column.name for column in self.columns)
        self.needs = tuple(dict.fromkeys(need for column in self.columns for need in column.needs))
        self.gives = tuple(given for column in self.columns for given in column.gives)
        own = [field for field in fields if field.related_model is model]
        self.names_itself = bool(own)  # its rows may name later ones


def column_of(field: models.Field[Any, Any]) -> Column:
    form, name = form_of(field), field.attname

    def read(text: str, cells: Cells, forms: CodeForms) -> tuple[Any, ...]:
        return (form.read(text),)

    return Column(name, (name,), (name,), form.write, read, form.number)


def write_code(sealed: bytes | memoryview, key_id: object, file_name: str) -> str:
    content = vault().decrypt(bytes(sealed), identity=key_identity(str(key_id)))
    return write_octets(content) if file_name else content.decode()


def read_code(text: str, cells: Cells, forms: CodeForms) -> tuple[bytes, bytes | None, bytes | None]:
    """Sealed for its row, and its fingerprints: of a file its exact bytes, of a code the edition's normal form."""
    if cells["file_name"]:
        content = read_octets(text)
        normal = content.hex()
    else:
        content = read_text(text).encode()
        normal = normal_form(text, form=forms[cells["edition_id"]])
    marks = vault().fingerprints(normal, edition=cells["edition_id"])
    sealed = vault().encrypt(content, identity=key_identity(cells["id"]))
    return sealed, marks.get("a"), marks.get("b")


def normal_form(code: str, *, form: str) -> str:
    try:
        return normalise(code, form=form)
    except CodeError as error:
        raise NotThatKind(f"it is no code ({error.code})") from None


def write_kept_codes(sealed: bytes | memoryview | None, line_id: object) -> str:
    return json.dumps(open_codes(str(line_id), bytes(sealed))) if sealed else ""


def read_kept_codes(text: str, cells: Cells, forms: CodeForms) -> tuple[bytes | None]:
    if not text:
        return (None,)
    try:
        codes = json.loads(text)
    except (ValueError, RecursionError):
        codes = None
    if not isinstance(codes, list) or not all(isinstance(code, str) for code in codes):
        raise NotThatKind('it must be a list of codes, such as ["ABCD-EFGH"]')
    return (seal_codes(cells["id"], codes),)


def write_mark(digest: bytes | memoryview) -> str:
    """With the key that it is under: in another database it would match nothing without it."""
    return f"{bytes(digest).hex()} {stored_key(tombstones.KEY).hex()}"


def read_mark(text: str, cells: Cells, forms: CodeForms) -> tuple[bytes]:
    try:
        digest, key = map(bytes.fromhex, text.split(" "))
    except ValueError:
        raise NotThatKind("it must be two numbers in hexadecimal") from None
    if (len(digest), len(key)) != (LENGTH, LENGTH):
        raise NotThatKind("it must be two numbers of 32 octets each")
    if existing_key(tombstones.KEY) != key:
        adopt_key(tombstones.KEY, key)
    return (digest,)


CODE: Final = Column(
    "code",
    ("sealed", "id", "file_name"),
    ("sealed", "fingerprint_a", "fingerprint_b"),
    write_code,
    read_code,
)
KEPT_CODES: Final = Column(
    "codes", ("sealed_code", "id"), ("sealed_code",), write_kept_codes, read_kept_codes
)
# A retired key takes no assignment, not even one that ended long ago: it retires when its history is there.
RETIRES: Final = Late(
    {"state": KeyState.SERVING.value, "retired_at": None, "retired_reason": ""},
    lambda cells: cells["state"] == KeyState.RETIRED,
)

MARK: Final = Column("digest", ("digest",), ("digest",), write_mark, read_mark)

OWNED: Final = (
    Table("stores", Store),
    Table("products", Product),
    Table("editions", Edition),
    Table("mappings", Mapping),
    Table("mapping_items", MappingItem),
    Table("column_maps", ColumnMap),
    Table("customers", Customer),
    Table("addresses", EmailAddress),
    Table("purchases", Purchase),
    Table("references", PurchaseReference),
    Table("refunds", PurchaseRefund),
    Table("disputes", PurchaseDispute),
    Table("lines", PurchaseLine, instead=(KEPT_CODES,)),
    Table("licenses", License),
    Table("keys", RegistrationKey, instead=(CODE,), late=RETIRES),
    Table("assignments", KeyAssignment),
    Table("key_orders", KeyOrder, left_out=("lease_until",)),
    Table("cases", Case),
    Table("refund_marks", RefundMark),
    Table("notes", CustomerNote),
    Table("code_reveals", CodeReveal),
    Table("erased_addresses", Tombstone, instead=(MARK,)),
)


def everything() -> tuple[Table, ...]:
    """Every table, those that others name first; those of what stands on top of this are named in the settings."""
    return (*OWNED, *(table for path in settings.FURTHER_TABLES for table in import_string(path)))
