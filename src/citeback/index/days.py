"""A document's date as its authors wrote it → its first day, to compare dates by. Pure."""

from __future__ import annotations

import re
from datetime import date
from functools import lru_cache

_ISO = re.compile(r"(\d{4})(?:-(\d{1,2})(?:-(\d{1,2}))?)?")
MONTHS = (
    "january february march april may june july august september october november"
    " december"
).split()
# "18 March 2021", "March 18th, 2021", "March 2021".
_WRITTEN_DATE = re.compile(
    r"(?:(?P<day>\d{1,2})(?:st|nd|rd|th)?\.?\s+)?(?P<month>[a-z]{3,9})\.?"
    r"(?:\s+(?P<day_after>\d{1,2})(?:st|nd|rd|th)?)?,?\s+(?P<year>\d{4})",
    re.IGNORECASE,
)


@lru_cache(maxsize=20_000)
def day_of(written: str) -> str:
    """A document's date as its first day (ISO), "" where none is understood.

    Understood are ISO dates, also with a time, years, and days or months with an
    English month's name. "03/04/2021" is not: it is two days.
    """
    text = written.strip()
    iso = _ISO.match(text)
    english = _WRITTEN_DATE.fullmatch(text)
    try:
        if iso and (iso.end() == len(text) or (iso[3] and text[iso.end()] in "T ")):
            return date(*(int(part or 1) for part in iso.groups())).isoformat()
        if english:
            day = english["day"] or english["day_after"] or 1
            return date(
                int(english["year"]), _month(english["month"]), int(day)
            ).isoformat()
    except ValueError:
        pass  # the 31st of February, a month that is none
    return ""


def _month(name: str) -> int:
    """The month's number. Raises ValueError for another word."""
    return next(
        (n for n, month in enumerate(MONTHS, 1) if month.startswith(name.lower())), 0
    )
