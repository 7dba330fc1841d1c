"""What an export holds besides what customers own: moves, changes of owner, and the mails' texts."""

from typing import Final

from licensing.everything.tables import Table
from recovery.models import Exchange, ExchangeNote, OwnerChange, Wording

TABLES: Final = (
    Table("moves", Exchange, left_out=("request_id",)),  # requests are forgotten after some days anyway
    Table("move_notes", ExchangeNote),
    Table("mail_texts", Wording, left_out=("failures", "failed_at", "told_at")),
    # What was typed about a claim is kept for some weeks, sealed under a key that stays here.
    Table("owner_changes", OwnerChange, left_out=("request_id", "claimed", "browser_digest")),
)
