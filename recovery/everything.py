"""What an export of everything holds besides what customers own: the moves of their licenses, which the rules count."""

from typing import Final

from licensing.everything.tables import Table
from recovery.models import Exchange, ExchangeNote

TABLES: Final = (
    Table("moves", Exchange, left_out=("request_id",)),  # requests are forgotten after some days anyway
    Table("move_notes", ExchangeNote),
)
