"""Programs of others that do what one of our roads does, set up as well as their manuals say."""
