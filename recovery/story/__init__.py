"""The story of a customer, as support reads it: facts in a bounded number of queries. Nothing here knows of HTTP."""
