"""All rows of a catalog, to be compared with those of another one."""

from __future__ import annotations

from pathlib import Path

from citeback.index.catalog import Catalog

TABLES = "files marks passages sentences vectors pieces projections outside".split()
# What is noted of an index, but for when it was made and how often it changed.
NOTED = ("recipe", "encoder", "format", "drive", "unswept")


def rows(index: Path) -> dict[str, list[str]]:
    """The rows of each table, sorted, and what is noted of the whole."""
    catalog = Catalog(index / "catalog.sqlite")
    try:
        held = {
            table: sorted(map(repr, catalog.database.rows(f"SELECT * FROM {table}")))
            for table in TABLES
        }
        return held | {"meta": [catalog.meta(key) for key in NOTED]}
    finally:
        catalog.database.close()
