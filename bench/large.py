"""`python -m bench.large --rows 1000000`: one large file, once: COPY of its bytes, the import, the same again; memory.

One round, so its ratios are no medians; they show whether speed holds and memory stays where it is as files grow.
"""

import argparse
import resource

from bench.imports import rows_of, sales_file, seconds_again, seconds_of_copy, seconds_of_import
from bench.machine import Machine


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.large", description=__doc__)
    parser.add_argument("--rows", type=int, default=200_000)
    asked = parser.parse_args()
    with Machine() as machine:
        file = sales_file(machine.folder / "sales.csv", rows=asked.rows)
        rows = rows_of(file)
        print(f"{rows:,} rows, {file.stat().st_size / 1e6:,.0f} MB", flush=True)
        copied = told("COPY into one bare table", rows, seconds_of_copy(machine, file))
        imported = told("import_purchases", rows, seconds_of_import(machine, file))
        print(f"{imported / copied:.3f} of COPY; memory {peak():,} MB at most")
        told("import_purchases again", rows, seconds_again(machine, file))


def told(what: str, rows: int, seconds: float) -> float:
    print(f"{what}: {rows / seconds:,.0f} rows a second, {seconds:,.1f} s", flush=True)
    return rows / seconds


def peak() -> int:
    """Megabytes that the largest program run so far held, which is the import."""
    kilobytes = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    return kilobytes // 1024


if __name__ == "__main__":
    main()
