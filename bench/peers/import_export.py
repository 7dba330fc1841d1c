"""`python -m bench.peers.import_export FILE ROWS MODE`: django-import-export reads a file into one table, as text.

Run by `bench.imports` with PEER_DATABASE set; prints the seconds. MODE is `bulk` (batches of 1,000, no row-by-row
comparison, as its manual advises for speed) or `default`. The table has one text column for each of the file's, and
the rows are all new: no cleaning, encrypting, customers, licenses or keys.
"""

from __future__ import annotations

import csv
import os
import sys
import time
from itertools import islice
from pathlib import Path
from typing import Any

import dj_database_url
import django
from django.conf import settings
from django.db import connection, models

BATCH = 1_000


def main() -> None:
    file, rows, mode = Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
    settings.configure(
        DATABASES={"default": dj_database_url.parse(os.environ["PEER_DATABASE"])},
        INSTALLED_APPS=["django.contrib.contenttypes", "django.contrib.auth", "import_export"],
        USE_TZ=True,
    )
    django.setup()
    print(seconds_of(file, rows, bulk=mode == "bulk"))


def seconds_of(file: Path, rows: int, *, bulk: bool) -> float:
    with file.open(newline="", encoding="utf-8-sig") as lines:
        reader = csv.reader(lines)
        columns = [f"column_{number}" for number, _ in enumerate(next(reader))]
        cells = [row for row in islice(reader, rows) if len(row) == len(columns)]
    model = table_of(columns)
    resource, dataset = resource_of(model, columns, bulk=bulk), dataset_of(columns, cells)
    began = time.perf_counter()
    result = resource.import_data(dataset, raise_errors=True, use_transactions=True)
    seconds = time.perf_counter() - began
    if result.has_errors() or model._default_manager.count() != len(cells):
        raise RuntimeError("not every row came in")
    return seconds


def table_of(columns: list[str]) -> type[models.Model]:
    fields: dict[str, Any] = {name: models.TextField() for name in columns}
    meta = type("Meta", (), {"app_label": "import_export", "db_table": "bare_sale"})
    model: type[models.Model] = type(
        "Sale", (models.Model,), {**fields, "Meta": meta, "__module__": __name__}
    )
    with connection.schema_editor() as editor:
        editor.create_model(model)
    return model


def resource_of(model: type[models.Model], columns: list[str], *, bulk: bool) -> Any:
    from import_export.resources import ModelResource  # noqa: PLC0415  it reads the settings when imported

    fast = {"use_bulk": True, "batch_size": BATCH, "skip_diff": True, "force_init_instance": True}
    options = {"model": model, "fields": tuple(columns), "import_id_fields": (columns[0],)}
    meta = type("Meta", (), options | (fast if bulk else {}))
    return type("Sales", (ModelResource,), {"Meta": meta})()


def dataset_of(columns: list[str], cells: list[list[str]]) -> Any:
    from tablib import Dataset  # noqa: PLC0415  beside the other

    dataset = Dataset(headers=columns)
    dataset.extend(cells)
    return dataset


if __name__ == "__main__":
    main()
