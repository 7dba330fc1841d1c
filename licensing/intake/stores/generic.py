"""Any shop that is not known here: its files are read by a map of their columns, and it sends no notifications."""

from licensing.intake.shop import Shop


class Generic(Shop):
    title = "Another shop (CSV files)"


SHOP = Generic()
