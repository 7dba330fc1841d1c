"""`python -m bench.found ROWS TIMES`: fills the database that the environment names, and measures searches in it."""

import sys
import time

from bench.found.measure import everything
from bench.found.rows import fill
from bench.found.terms import known_codes
from tests import factories


def main() -> None:
    rows, times = int(sys.argv[1]), int(sys.argv[2])
    began = time.perf_counter()
    edition = factories.edition(sku="thing")
    fill(rows, store=str(factories.store().pk), edition=str(edition.pk))
    codes = known_codes(edition)
    print(f"{rows:,} rows in each table, {time.perf_counter() - began:,.0f} s", flush=True)
    everything(rows, times=times, codes=codes)


if __name__ == "__main__":
    main()
