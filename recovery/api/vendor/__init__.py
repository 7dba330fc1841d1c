"""The calls of the vendor's own systems, below /api/v1/vendor/: each shows an API key."""
