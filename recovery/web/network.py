"""Whose network a visitor's request comes from, for the limits."""

from licensing.network import NOWHERE, client_ip

__all__ = ["NOWHERE", "client_ip"]
