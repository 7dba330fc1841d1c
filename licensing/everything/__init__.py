"""Everything on file, written out as tables and read in again."""
