"""The receipts that stand in a text, read back. Pure."""

from __future__ import annotations

import re
from urllib.parse import unquote

from citeback.cite.receipt import SCHEME, WRITTEN_DIGITS, check_sum
from citeback.cite.records import ReadReceipt, WrittenReceipt
from citeback.records import Locator, LocatorKind, Span

# What a text may gain where it is wrapped, indented, quoted, hyphenated or escaped: none
# of it is ever part of a receipt.
_GAINED = re.compile(
    "[-\u2010\u2011]?[ \\t]*[\n\r\u2028](?:[\\s>|]*[\\s>|])?"
    "|[\\s\\\\\u00ad\u200b-\u200f\u2060\ufeff]+"
)

# More digits than any number needs that is counted here; Python refuses very many.
_NUMBER = "[0-9]{1,60}"
_LABEL = "[A-Za-z0-9/.%]+"
_RECEIPT = re.compile(
    f"(?P<line>(?i:{SCHEME})(?P<path>{_LABEL})#char=(?P<start>{_NUMBER}),(?P<end>{_NUMBER})"
    f";doc=(?P<doc>[0-9a-fA-F]{{{WRITTEN_DIGITS}}})"
    f";quote=(?P<quote>[0-9a-fA-F]{{{WRITTEN_DIGITS}}})"
    f"(?:;par=(?P<par>{_NUMBER}))?"
    f"(?:;(?P<kind>{'|'.join(LocatorKind)})=(?P<first>{_LABEL})(?:,(?P<last>{_LABEL}))?)?"
    f";build=(?P<build>{_NUMBER}))"
    ";check=(?P<check>[0-9a-fA-F]{8})"
)
# What only a receipt would have; where it stands outside a sound one, one was damaged.
_KEY = f"(?:doc|quote|par|{'|'.join(LocatorKind)}|build|check)"
_TRACE = re.compile(
    f"(?:(?i:{SCHEME}){_LABEL})?#char=[^;]{{0,24}}(?:;[^;=]{{1,9}}=[A-Za-z0-9/.%,]*)*"
    f"|(?i:{SCHEME})[^;]{{0,200}}?;(?:doc|quote)=(?:[A-Za-z0-9/.%,]*(?:;{_KEY}=)?)*"
    f"|;(?:doc|quote)=[0-9a-fA-F]{{8,}}(?:;{_KEY}=[A-Za-z0-9/.%,]*)*"
    "|;check=[0-9a-fA-F]{4,8}"
)

# Pieces farther apart than this were not one receipt.
LETTERS_LOST = 200

DAMAGED = (
    "This receipt is damaged: letters of it were changed or lost. Copy it again from "
    "where it came from."
)


def read_receipts(text: str) -> tuple[ReadReceipt, ...]:
    """The receipts in a text, in order, those that are damaged too.

    A receipt may be wrapped, quoted or escaped as word processors, Markdown, HTML and
    e-mail do; its letters must all be there.
    """
    squeezed, offsets = _squeezed(text)

    def span(start: int, end: int) -> Span:
        return Span(offsets[start], offsets[end - 1] + 1)

    found: list[ReadReceipt] = []
    for match in _RECEIPT.finditer(squeezed):
        written = _written(match)
        problem = "" if written else DAMAGED
        found.append(ReadReceipt(span(*match.span()), written, problem))
    rest = _RECEIPT.sub(lambda whole: "\0" * len(whole[0]), squeezed)
    found += [ReadReceipt(span(*at), None, DAMAGED) for at in _traces(rest)]
    return tuple(sorted(found, key=lambda one: one.span.start))


def _traces(text: str) -> list[tuple[int, int]]:
    """Where receipts stand that are none any more, the pieces of one put together."""
    found: list[tuple[int, int]] = []
    whole = True
    for trace in _TRACE.finditer(text):
        start, end = trace.span()
        begins = trace[0][: len(SCHEME)].lower() == SCHEME
        goes_on = not (whole or begins) and start - found[-1][1] <= LETTERS_LOST
        if goes_on and "\0" not in text[found[-1][1] : start]:
            found[-1] = found[-1][0], end
        else:
            found.append((start, end))
        whole = ";check=" in trace[0]
    return found


def _squeezed(text: str) -> tuple[str, list[int]]:
    """The text without what it may have gained, and where each letter of it stood."""
    kept: list[str] = []
    offsets: list[int] = []
    at = 0
    for gained in _GAINED.finditer(text):
        kept.append(text[at : gained.start()])
        offsets += range(at, gained.start())
        at = gained.end()
    kept.append(text[at:])
    offsets += range(at, len(text))
    return "".join(kept), offsets


def _written(match: re.Match[str]) -> WrittenReceipt | None:
    """What stands in a receipt, None where its check sum or its signs tell otherwise."""
    line = SCHEME + match["line"][len(SCHEME) :]
    for digest in (match["doc"], match["quote"]):
        line = line.replace(digest, digest.lower())
    if check_sum(line) != match["check"].lower():
        return None
    locator = None
    try:
        path = _decoded(match["path"])
        if match["kind"]:
            first = _decoded(match["first"])
            last = _decoded(match["last"]) if match["last"] else first
            locator = Locator(LocatorKind(match["kind"]), first, last)
    except UnicodeDecodeError:
        return None
    return WrittenReceipt(
        path=path,
        document=match["doc"].lower(),
        start=int(match["start"]),
        end=int(match["end"]),
        digest=match["quote"].lower(),
        paragraph=int(match["par"] or 0),
        locator=locator,
        build=int(match["build"]),
    )


def _decoded(text: str) -> str:
    """The text that is percent-encoded. Raises UnicodeDecodeError where it is none."""
    return unquote(text, errors="surrogatepass")
