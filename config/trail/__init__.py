"""The audit trail as the console shows it."""
