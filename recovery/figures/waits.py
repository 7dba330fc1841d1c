"""How long mails took, from the request to the server's acceptance, as a histogram made by the database."""

from __future__ import annotations

from datetime import date
from math import log
from typing import Any

from django.db.models import Case, Count, F, FloatField, Func, IntegerField, Value, When
from django.db.models.functions import Floor, Ln

from recovery.figures.buckets import RATIO, SHORTEST
from recovery.figures.days import made_on
from recovery.models import Message, MessageKind, MessageState


class Seconds(Func):
    """From the second moment to the first, as a float: Django has no such function that works on both databases."""

    output_field = FloatField()
    template = "CAST(EXTRACT(EPOCH FROM (%(expressions)s)) AS double precision)"
    arg_joiner = " - "

    def as_sqlite(self, compiler: Any, connection: Any, **context: Any) -> Any:
        template = "(django_timestamp_diff(%(expressions)s) / 1000000.0)"
        return self.as_sql(compiler, connection, template=template, arg_joiner=", ", **context)


def waits_of(day: date) -> dict[str, int]:
    """Bucket -> mails for requests of that day."""
    accepted = Message.objects.filter(kind=MessageKind.CHALLENGE, state=MessageState.ACCEPTED)
    took = Seconds(F("accepted_at"), F("created_at"))
    above = Floor(Ln(took / SHORTEST) / log(RATIO)) + 1
    bucket = Case(When(took__lte=SHORTEST, then=Value(0)), default=above, output_field=IntegerField())
    rows = made_on(accepted, day).annotate(took=took, bucket=bucket)
    return {str(bucket): count for bucket, count in rows.values_list("bucket").annotate(Count("pk"))}
