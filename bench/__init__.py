"""How fast the measured roads are, against floors that the same run measures: `python -m bench`."""
