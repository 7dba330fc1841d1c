"""Every problem that calls tell, by its code: made by the code that answers, for the reference to show."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, Final

from rest_framework import exceptions

from licensing.support import errors as of_support
from recovery import errors
from recovery.api import problems
from recovery.api.fields import Nothing, Sent
from recovery.api.vendor import refusals
from recovery.models import Scope
from recovery.policy import OF_STANDING, Decision, Reason, Verdict
from recovery.problem_documents import FOR_PROGRAMS, problem

Document = dict[str, Any]
SOON: Final = datetime(2026, 7, 1, 12, 3, tzinfo=UTC)
INVALID: Final = "invalid"  # whose example each body has of its own
NOBODYS: Final = (*OF_STANDING.values(), Reason.NO_COUNTERPART, Reason.RUNNING)
RULES: Final = tuple(f"rule_{each}" for each in Reason if each != Reason.WITHIN_POLICY)
NEVER: Final = tuple(each for each in RULES if each in {f"rule_{reason}" for reason in NOBODYS})
OF_JOURNEYS: Final = (
    errors.NoView(),
    errors.NoSuchLicense(),
    errors.NotOffered(),
    errors.Used(),
    errors.Expired(),
    errors.WrongCode(4),
    errors.TooManyTries(),
    errors.TooSoon(42),
    errors.TooManyMoves(),
    errors.TooManyChecks(1800),
    errors.Stale(),
    errors.CannotUndo(),
    errors.KeyReused(),
    errors.AnswerLost(),
    errors.NotRunning(),
    errors.OutOfStock(),
    errors.ReasonNeeded(),
    errors.Disputed(),
    errors.NoSuchKey(),
    errors.KeyOver(),
    errors.SecondPersonMissing(),
    errors.TooManyCalls(17),
    errors.TooManyElsewhere(3600),
)
OF_SUPPORT: Final = (
    of_support.NotOnFile(),
    of_support.NotCounting(),
    of_support.TooManyUnits(),
    of_support.ToldByShop(),
    of_support.OrderDiffers(("ordered_at", "quantity")),
    of_support.Overtaken(),
    of_support.KeysRefused("keys, row 2: this is no code."),
    of_support.NothingToGive("There is no edition with this `sku`."),
)
OF_FRAMEWORK: Final = (
    problems.NoSecret(),
    problems.WrongSecret(),
    problems.BadKey(),
    exceptions.ParseError("The body is not JSON as it should be: a name stands in it twice."),
    exceptions.UnsupportedMediaType("text/plain"),
    exceptions.NotFound(problems.NO_ROW),
    refusals.Unmatched(),
    refusals.Unconditional(),
    refusals.CountsElsewhere(),
)
OF_PAGES: Final = {"length_needed": 411, "too_large": 413, "database_away": 503, "busy": 503}


def made() -> Iterator[tuple[str, Document]]:
    for error in OF_JOURNEYS:
        yield error.code, problems.told(error).document
    for refusal in OF_SUPPORT:
        yield refusal.code, refusals.told(refusal).document
    for raised in OF_FRAMEWORK:
        document = problems.refused(raised, {}).document
        yield document["code"], document
    for code, status in OF_PAGES.items():
        yield code, problem(status, code, FOR_PROGRAMS[code])
    for reason in Reason:
        yield f"rule_{reason}", problems.told(errors.ExchangeRefused(decision(reason))).document
    for scope in Scope:
        yield lacking(scope), problems.told(errors.ScopeMissing(scope)).document


def lacking(scope: Scope) -> str:
    return f"scope_missing_{scope.replace(':', '_')}"


def decision(reason: Reason) -> Decision:
    later = SOON if reason in (Reason.COOLING_DOWN, Reason.TOO_MANY) else None
    verdict = Verdict.REFUSED if reason in NOBODYS else Verdict.NEEDS_SUPPORT
    return Decision(verdict, reason, later, 0, later, SOON)


def invalid(sent: type[Sent]) -> Document:
    """What a body without its fields is told, or one with a field too many: of its faults the first."""
    for body in ({}, {"more": 1}):
        fields = sent(data=body)
        if not fields.is_valid():
            document: Document = problems.refused(exceptions.ValidationError(fields.errors), {}).document
            return document | {"errors": document["errors"][:1]}
    raise AssertionError("a body takes no field that it does not know")


BY_NAME: Final = dict(made()) | {INVALID: invalid(Nothing)}
