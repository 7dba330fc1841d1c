"""What is on file, as the vendor's systems read it: a few filters with an index each, newest first, in pages by key."""
