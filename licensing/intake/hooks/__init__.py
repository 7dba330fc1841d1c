"""Notifications: which address they come to, how they are kept, and what becomes of them."""
