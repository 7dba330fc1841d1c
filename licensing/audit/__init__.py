"""The audit trail: written with what it tells of, chained after the commit, read and proved here."""
