"""The service as it is often built: publish in the request, acknowledge early, send, then mark.

The fault tests run against this as well (`test_naive_fails.py`), to show that each of them can fail. It stands in
the tests' tree only: a settings module of its own puts it in the place of the outbox.
"""
