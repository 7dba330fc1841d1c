"""Words that mean yes and words that mean no, as shops write them in five languages.

A word that is in neither list is asked about: read as a no, "ja" under "Bezahlt?" once made every order an unpaid one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Final, NamedTuple

from licensing.intake.record import RowRejected

_YES: Final = "yes, y, true, 1, x, ja, j, wahr, oui, o, vrai, sí, si, sì, s, verdadero, vero, waar"
_NO: Final = "no, n, false, 0, -, none, nein, falsch, non, faux, falso, nee, onwaar, not applicable, n/a"
_PAID: Final = (
    "paid, complete, completed, succeeded, success, captured, processed, approved, closed, fulfilled, active, "
    "bezahlt, beglichen, abgeschlossen, payé, payée, réglé, pagado, pagada, completado, pagato, pagata, saldato, "
    "betaald, voldaan"
)
_UNPAID: Final = (
    "unpaid, not paid, pending, pending payment, awaiting payment, on hold, on-hold, open, due, overdue, authorized, "
    "authorised, incomplete, draft, abandoned, failed, declined, rejected, expired, cancelled, canceled, void, voided, "
    "partially paid, partially_paid, "
    "offen, unbezahlt, nicht bezahlt, ausstehend, storniert, abgebrochen, fehlgeschlagen, "
    "impayé, impayée, non payé, en attente, annulé, annulée, échoué, "
    "pendiente, no pagado, cancelado, anulado, fallido, "
    "non pagato, in attesa, in sospeso, annullato, fallito, "
    "onbetaald, niet betaald, openstaand, in afwachting, geannuleerd, mislukt"
)
_REFUNDED: Final = (
    "refunded, fully refunded, fully_refunded, full, refund, returned, reversed, erstattet, rückerstattet, "
    "zurückerstattet, remboursé, remboursée, reembolsado, reembolsada, devuelto, rimborsato, rimborsata, terugbetaald"
)
_IN_PART: Final = (
    "partially refunded, partially_refunded, partial, teilweise erstattet, teilerstattet, partiellement remboursé, "
    "parcialmente reembolsado, parzialmente rimborsato, gedeeltelijk terugbetaald"
)
_NOT_REFUNDED: Final = (
    "not refunded, not_refunded, nicht erstattet, "
    "non remboursé, no reembolsado, non rimborsato, niet terugbetaald"
)
_DISPUTED: Final = (
    "disputed, chargeback, charged back, charged_back, lost, rückbuchung, rückbelastung, contesté, litige, "
    "disputado, contracargo, contestato, betwist, teruggeboekt"
)


class Pair(NamedTuple):
    """Both lists of one column, with commas. A word that is in both means yes."""

    yes: str
    no: str


WORDS: Final[Mapping[str, Pair]] = {
    "paid": Pair(f"{_YES}, {_PAID}, {_REFUNDED}, {_IN_PART}, {_DISPUTED}", f"{_NO}, {_UNPAID}"),
    "refunded": Pair(
        f"{_YES}, {_REFUNDED}", f"{_NO}, {_NOT_REFUNDED}, {_PAID}, {_UNPAID}, {_IN_PART}, {_DISPUTED}"
    ),
    "disputed": Pair(f"{_YES}, {_DISPUTED}", f"{_NO}, won, {_PAID}, {_UNPAID}, {_REFUNDED}, {_IN_PART}"),
    "test": Pair(
        f"{_YES}, test, sandbox, demo, essai, prueba, prova", f"{_NO}, live, production, real, {_PAID}"
    ),
    "consent": Pair(
        f"{_YES}, subscribed, opted in, opted_in, opt-in, granted, on, angemeldet, abonniert, inscrit, suscrito, "
        "iscritto, aangemeld",
        f"{_NO}, unsubscribed, not subscribed, not_subscribed, opted out, opted_out, opt-out, denied, off, abgemeldet, "
        "nicht abonniert, non inscrit, désinscrit, no suscrito, non iscritto, afgemeld",
    ),
}

_SHOWABLE: Final = re.compile(r"[^\W\d_][^\W\d_ /'’-]*(?:[ _/'’-][^\W\d_]+){0,3}|\d{1,3}")
_LONGEST: Final = 30


def words(listed: str) -> frozenset[str]:
    return frozenset(word for each in listed.split(",") if (word := each.strip().lower()))


def lists_of(field: str, columns: Mapping[str, str]) -> tuple[tuple[str, str], tuple[str, str]]:
    """The names of both of the field's options, with the words as they are said in this map, or usual."""
    yes, no = f"{field}_words", f"{field}_no_words"
    return (yes, columns.get(yes) or WORDS[field].yes), (no, columns.get(no) or WORDS[field].no)


class Answers:
    """What the words of one column mean: as the map says, else as is usual."""

    def __init__(self, field: str, columns: Mapping[str, str]) -> None:
        self.column = columns.get(field, "")
        (_, yes), (_, no) = lists_of(field, columns)
        self.yes, self.no = words(yes), words(no)

    def says(self, cell: str) -> bool:
        """Nothing at all is no. Raises `RowRejected` for a word that nobody has said the meaning of."""
        word = " ".join(cell.lower().split())
        if word in self.yes:
            return True
        if word and word not in self.no:
            raise RowRejected(
                self.column, f"{shown(cell)} is not known to mean yes, nor no: say what it means"
            )
        return False

    def meaning(self, cell: str) -> str:
        try:
            return "yes" if self.says(cell) else "no"
        except RowRejected:
            return "not known"


MOST_SHOWN: Final = 8  # words of one column


def shown(cell: str) -> str:
    """The word, if it is one: what else may stand in a column that was taken by mistake is not repeated."""
    word = " ".join(cell.split())
    return f"“{word}”" if len(word) <= _LONGEST and _SHOWABLE.fullmatch(word) else "what it says"


def seen_words(field: str, columns: Mapping[str, str], cells: Iterable[str]) -> str:
    """What stands in these cells, and what each means: `“ja” = yes, “erledigt” = not known`."""
    answers, found = Answers(field, columns), {}
    for cell in cells:
        if cell.strip():
            found[shown(cell)] = answers.meaning(cell)
    return ", ".join(f"{word} = {meaning}" for word, meaning in list(found.items())[:MOST_SHOWN])
