"""Where pages, slides, rows and moments begin in the catalog's documents."""

from __future__ import annotations

from citeback.index.catalog import Catalog
from citeback.records import Locator, LocatorKind, Span


def locator(catalog: Catalog, path: str, span: Span) -> Locator | None:
    """The marks that a stretch of a document stands under, None without any."""
    rows = catalog.database.rows(
        "SELECT kind, label FROM marks WHERE path = ?1 AND start < ?3 AND start >= "
        "(SELECT max(start) FROM marks WHERE path = ?1 AND start <= ?2) "
        "ORDER BY start",
        (path, span.start, span.end),
    )
    if not rows:
        return None
    return Locator(LocatorKind(rows[0][0]), rows[0][1], rows[-1][1])
