"""What an export of everything holds besides what customers own: the moves of their licenses, and the mails' texts."""

from typing import Final

from licensing.everything.tables import Table
from recovery.models import Exchange, ExchangeNote, Wording

TABLES: Final = (
    Table("moves", Exchange, left_out=("request_id",)),  # requests are forgotten after some days anyway
    Table("move_notes", ExchangeNote),
    Table("mail_texts", Wording, left_out=("failures", "failed_at", "told_at")),
)
