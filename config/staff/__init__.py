"""The people of support: how they sign in, what they may do, and how long it lasts."""
