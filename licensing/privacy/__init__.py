"""A person's rights: what is held of them, written out, and erased."""
