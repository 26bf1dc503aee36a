"""Where passages stand, and which documents hold words outside of any."""

from __future__ import annotations

import json
from collections.abc import Sequence

from citeback.index.catalog import Catalog
from citeback.records import Span


def places_of(catalog: Catalog, ids: Sequence[int]) -> dict[int, tuple[str, Span]]:
    """For each passage (still) there its document's path and its place in the text."""
    rows = catalog.database.rows(
        'SELECT id, path, start, "end" FROM passages '
        "WHERE id IN (SELECT value FROM json_each(?))",
        (json.dumps([int(one) for one in ids]),),
    )
    return {identity: (path, Span(start, end)) for identity, path, start, end in rows}


def holding_outside(
    catalog: Catalog, stems: Sequence[str], missing: int = 0
) -> list[str]:
    """Paths of documents that hold the stems in headings or what was left out.

    At most so many may be missing; those that hold most are first.
    """
    wanted = sorted(set(stems))
    rows = catalog.database.rows(
        "SELECT path FROM outside WHERE stem IN (SELECT value FROM json_each(?)) "
        "GROUP BY path HAVING count(*) >= ? ORDER BY count(*) DESC, path",
        (json.dumps(wanted), len(wanted) - missing),
    )
    return [path for (path,) in rows]
