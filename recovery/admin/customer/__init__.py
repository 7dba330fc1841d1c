"""The customer page: the story above, and what may be done from it."""
