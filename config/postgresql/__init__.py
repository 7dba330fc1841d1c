"""The database backend of the server mode (`settings.DATABASES`): Django's own, with an end to waiting."""
