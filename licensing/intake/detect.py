"""Which shop wrote a file: told by the columns in its first row."""

from __future__ import annotations

from collections.abc import Sequence

from licensing.intake.encoding import FileRefused
from licensing.intake.files import Choose, Source, header_of
from licensing.intake.mapped.maps import mapped, saved_for
from licensing.intake.shop import Export
from licensing.intake.stores import KINDS
from licensing.models import ImportRun


class NotItsExport(FileRefused):
    """The file is no export of its shop; any other file needs somebody to say what its columns are."""


def detect(header: Sequence[str]) -> list[tuple[str, Export]]:
    """Every kind of shop, and export of it, whose columns are all there; the one with the most columns first."""
    columns = set(header)
    found = [
        (kind, export)
        for kind, shop in KINDS.items()
        for export in shop.exports
        if export.needed and columns.issuperset(export.needed)
    ]
    return sorted(found, key=lambda each: -len(each[1].needed))


def choice(run: ImportRun) -> Choose:
    """What says by its first row how the file of that run is read: by the map it was given, as an export of its kind
    of shop, or by a map that its store has saved, which the run then keeps."""

    def choose(header: Sequence[str]) -> Export:
        if (
            not run.columns
            and not is_native(header, kind=run.kind)
            and (saved := saved_for(run.shop, header))
        ):
            ImportRun.objects.filter(pk=run.pk).update(columns=saved)
            run.columns = saved
        if run.columns:
            return mapped(run.columns, header, name=run.file_name)
        return export_of(header, kind=run.kind, name=run.file_name)

    return choose


def is_native(header: Sequence[str], *, kind: str) -> bool:
    """Whether it is an export of that kind of shop."""
    return any(known == kind for known, _ in detect(header))


def export_of(header: Sequence[str], *, kind: str, name: str) -> Export:
    """The export of that kind of shop that has these columns.

    Raises `FileRefused`, naming the shop that the file is of, or else the columns that are missing.
    """
    found = detect(header)
    if own := [export for known, export in found if known == kind]:
        return own[0]
    title = KINDS[kind].title
    if found:
        raise NotItsExport(f"{name} is a {found[0][1].title}, not one of {title}.")
    if not KINDS[kind].exports:
        raise FileRefused(f"The columns of {title}'s files are not known here: say what each of yours is.")
    raise NotItsExport(lacking(header, KINDS[kind].exports, name=name))


def kind_of(source: Source, *, encoding: str = "") -> str:
    """The kind of shop that wrote this file; empty if none that is known here. Raises `FileRefused`."""
    found = detect(header_of(source, encoding=encoding))
    return found[0][0] if found else ""


def lacking(header: Sequence[str], exports: Sequence[Export], *, name: str) -> str:
    """What the file lacks to be the one of these exports that it resembles most."""
    nearest = min(exports, key=lambda export: len(missing(header, export)) / len(export.needed))
    absent = missing(header, nearest)
    names = ", ".join(repr(column) for column in absent[:3]) + (" and more" if absent[3:] else "")
    return f"{name} is not a {nearest.title}: its first row has no column {names}."


def missing(header: Sequence[str], export: Export) -> list[str]:
    return [column for column in export.needed if column not in header]
