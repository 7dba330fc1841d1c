"""Files of no known kind: the vendor says which column is what, once."""
