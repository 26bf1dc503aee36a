"""A cell's value and its format → what a person sees in the cell."""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta
from math import isfinite

# What a general cell shows of a number with many figures.
_FIGURES = 11
# Formats ask for no more decimals.
_MOST_DECIMALS = 30
# The first sign of those that no format holds: they stand in for words in quotes.
_STAND_IN = 0xF0000
_HOUR, _MINUTE = 3600, 60

_LITERAL = re.compile(r'"([^"]*)"|\\(.)|[_*].|\[\$([^\]-]*)[^\]]*\]|\[[^\]]*\]')
_DIGITS = re.compile(r"[0#?](?:[0#?,]*[0#?])?(?:\.[0#?]*)?|\.[0#?]+")
_MOMENT = re.compile(
    r'"(?P<quoted>[^"]*)"|\\(?P<escaped>.)|_.|\*.|(?P<elapsed>\[(?:h+|m+|s+)\])|\[[^\]]*\]'
    r"|(?P<half>AM/PM|A/P)|(?P<fraction>\.0+)|(?P<part>y+|m+|d+|h+|s+)|(?P<sign>.)",
    re.IGNORECASE,
)
_DAYS = "Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split()
_MONTHS = (
    "January February March April May June July August September October November "
    "December"
).split()
# What Excel shows in the manner of the country it runs in; this one is clear in all.
_BY_COUNTRY = frozenset({"mm-dd-yy", "general", "m/d/yy", "m/d/yyyy"})


def shown(value: object, form: str) -> str:
    """What stands in a cell of that format, "" for nothing."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, float) and not isfinite(value):
        return str(value)
    if isinstance(value, int | float):
        return _number(float(value) if isinstance(value, float) else value, form)
    if isinstance(value, timedelta):
        return _elapsed(value)
    if isinstance(value, datetime | date | time):
        return _moment(value, form)
    return str(value)


def _number(value: float, form: str) -> str:
    section, value = _section(value, form)
    if section.strip().lower() in ("general", "", "@"):
        return _general(value)
    # Words in quotes must not pass for places of figures.
    kept: list[str] = []

    def keep(found: re.Match[str]) -> str:
        kept.append(found[1] or found[2] or found[3] or "")
        return chr(_STAND_IN + len(kept) - 1)

    plain = _LITERAL.sub(keep, section)
    places = _DIGITS.search(plain)
    if places is None and not kept and not plain.strip():
        return _general(value)
    if places is None:
        words = plain if "general" not in plain.lower() else plain.lower()
        filled = words.replace("general", _general(value))
    else:
        figures = _figures(value, plain, places)
        tail = _DIGITS.sub("", plain[places.end() :])
        tail = re.sub(r"^,+|E[+-]", "", tail)
        filled = plain[: places.start()] + figures + tail
    for at, words in enumerate(kept):
        filled = filled.replace(chr(_STAND_IN + at), words)
    return filled.strip()


def _section(value: float, form: str) -> tuple[str, float]:
    """The part of the format for a number of that sign, and the number to show."""
    sections = re.split(r';(?=(?:[^"]*"[^"]*")*[^"]*\Z)', form)
    if value < 0 and len(sections) > 1:
        return sections[1], -value
    if value == 0 and len(sections) > 2:
        return sections[2], value
    return sections[0], value


def _figures(value: float, plain: str, places: re.Match[str]) -> str:
    pattern = places[0]
    rest = plain[places.end() :]
    if "/" in rest:  # fractions: as the cell's own line shows them
        return _general(value)
    value *= 100 ** plain.count("%")
    value /= 1000 ** (len(rest) - len(rest.lstrip(",")))
    whole, _, decimals = pattern.partition(".")
    least, most = decimals.count("0"), min(len(decimals), _MOST_DECIMALS)
    if re.match(r"E[+-]", rest, re.IGNORECASE):
        mantissa, _, power = f"{value:.{most}e}".partition("e")
        return f"{mantissa}E{int(power):+03}"
    grouped = "," if "," in whole else ""
    # Halves go up, as a person expects, and not to the even figure.
    text = f"{_rounded(value, most):{grouped}.{most}f}"
    if least < most:
        begin, _, end = text.partition(".")
        end = end[:least] + end[least:].rstrip("0")
        text = f"{begin}.{end}" if end else begin
    zeros = whole.replace(",", "").count("0")
    sign, digits = ("-", text[1:]) if text.startswith("-") else ("", text)
    begin, point, end = digits.partition(".")
    return sign + begin.zfill(zeros) + point + end


def _rounded(value: float, decimals: int) -> float:
    exact = round(value, decimals)
    nudged = round(value * (1 + 1e-12), decimals)
    return nudged if abs(nudged) > abs(exact) else exact


def _general(value: float) -> str:
    if isinstance(value, int) or (value.is_integer() and abs(value) < 10**_FIGURES):
        return str(int(value))
    return f"{value:.{_FIGURES - 1}g}".replace("e", "E")


def _elapsed(value: timedelta) -> str:
    seconds = int(value.total_seconds())
    sign, seconds = ("-", -seconds) if seconds < 0 else ("", seconds)
    minutes = seconds // _MINUTE % _MINUTE
    return f"{sign}{seconds // _HOUR}:{minutes:02}:{seconds % _MINUTE:02}"


def _moment(value: datetime | date | time, form: str) -> str:
    section = form.split(";")[0]
    if section.strip().lower() in _BY_COUNTRY or not re.search(
        "[ymdhs]", section, re.IGNORECASE
    ):
        return _plain(value)
    tokens = list(_MOMENT.finditer(section))
    twelve = any(token["half"] for token in tokens)
    moment = _complete(value)
    words = ""
    for at, token in enumerate(tokens):
        if token["part"] or token["elapsed"]:
            part = (token["part"] or token["elapsed"]).strip("[]").lower()
            if part[0] == "m" and _counts_minutes(tokens, at):
                words += f"{moment.minute:0{min(len(part), 2)}}"
            else:
                words += _part(moment, part, twelve=twelve)
        elif token["half"]:
            half = "PM" if moment.hour >= 12 else "AM"
            words += half if len(token["half"]) > 3 else half[0]
        elif token["fraction"]:
            size = len(token["fraction"]) - 1
            words += f".{moment.microsecond:06}"[: size + 1]
        else:
            words += token["quoted"] or token["escaped"] or token["sign"] or ""
    return words.strip() if section != "@" else _plain(value)


def _plain(value: datetime | date | time) -> str:
    if isinstance(value, datetime) and value.time() == time():
        return value.date().isoformat()
    if isinstance(value, datetime):
        return value.isoformat(sep=" ", timespec="seconds")
    return value.isoformat()


def _complete(value: datetime | date | time) -> datetime:
    if isinstance(value, datetime):
        return value
    if isinstance(value, time):
        return datetime.combine(date(1900, 1, 1), value)
    return datetime.combine(value, time())


def _counts_minutes(tokens: list[re.Match[str]], at: int) -> bool:
    """Whether "m" means minutes: after hours or before seconds."""

    def near(others: list[re.Match[str]]) -> str:
        parts = (t["part"] or t["elapsed"] for t in others if t["part"] or t["elapsed"])
        return next(parts, "-").strip("[]")[0].lower()

    return near(tokens[:at][::-1]) == "h" or near(tokens[at + 1 :]) == "s"


def _part(moment: datetime, part: str, *, twelve: bool) -> str:
    unit, size = part[0], len(part)
    if unit == "y":
        return f"{moment.year:04}" if size > 2 else f"{moment.year % 100:02}"
    if unit == "m" and size > 2:
        name = _MONTHS[moment.month - 1]
        return {3: name[:3], 5: name[:1]}.get(size, name)
    if unit == "d" and size > 2:
        name = _DAYS[moment.weekday()]
        return name[:3] if size == 3 else name
    hour = (moment.hour % 12 or 12) if twelve else moment.hour
    number = {"m": moment.month, "d": moment.day, "h": hour, "s": moment.second}[unit]
    return f"{number:0{min(size, 2)}}"
