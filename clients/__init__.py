"""Makes the clients from docs/api/schema.json: `make clients`."""
