"""The customer's roads, walked without a mock: real web process, worker, beat, PostgreSQL, Redis and SMTP."""
