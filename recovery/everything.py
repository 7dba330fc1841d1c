"""What an export holds besides what customers own: moves, which the rules count, and changes of owner."""

from typing import Final

from licensing.everything.tables import Table
from recovery.models import Exchange, ExchangeNote, OwnerChange

TABLES: Final = (
    Table("moves", Exchange, left_out=("request_id",)),  # requests are forgotten after some days anyway
    Table("move_notes", ExchangeNote),
    # What was typed about a claim is kept for some weeks, sealed under a key that stays here.
    Table("owner_changes", OwnerChange, left_out=("request_id", "claimed", "browser_digest")),
)
