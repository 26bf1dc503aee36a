"""Books in EPUB: their chapters in reading order, each as a page of its own."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import unquote
from zipfile import ZipFile

from citeback.errors import UnreadableFileError
from citeback.ingest.formats import html, html_page, html_tree
from citeback.ingest.formats.guard import guarded
from citeback.ingest.formats.safe_xml import (
    Element,
    attribute,
    children,
    first,
    name,
    parsed,
)
from citeback.ingest.formats.unzipping import opened
from citeback.ingest.reading import Reading
from citeback.ingest.text_builder import TextBuilder, spaced
from citeback.records import BlockKind

_PAGES = frozenset({"application/xhtml+xml", "text/html", "application/x-dtbook+xml"})
# Fonts may be scrambled in a book that is free.
_SCRAMBLED = ("idpf.org/2008/embedding", "ns.adobe.com/pdf/enc")


@guarded
def read(data: bytes) -> Reading:
    """The reading of a book. Raises UnreadableFileError."""
    with opened(data, "an EPUB book") as archive:
        book = _Book(archive)
        builder = TextBuilder()
        for path in book.chapters():
            book.put_chapter(path, builder)
    return Reading(
        builder.text,
        builder.drafts,
        title=(book.said("title") or [""])[0],
        author=", ".join(book.said("creator")),
        date=(book.said("date") or [""])[0][:10],
        url=next((s for s in book.said("source") if s.startswith("http")), ""),
    )


@dataclass(frozen=True, slots=True)
class _Item:
    path: str
    media: str
    properties: str


class _Book:
    """A book's package: what it says of itself, and its parts."""

    def __init__(self, archive: ZipFile) -> None:
        """Find the package. Raises UnreadableFileError."""
        self._archive = archive
        self._names = set(archive.namelist())
        self._check_open()
        self._place = self._package_path()
        self._package = self._parsed(self._place)
        self._items = dict(self._manifest())
        self._titles = dict(self._contents())

    def said(self, about: str) -> list[str]:
        """What the package says under that name, each once."""
        metadata = first(self._package, "metadata")
        if metadata is None:
            return []
        found = (
            spaced("".join(map(str, one.itertext())))
            for one in metadata.iter()
            if name(one) == about
        )
        return list(dict.fromkeys(filter(None, found)))

    def chapters(self) -> Iterator[str]:
        """The paths of the chapters in reading order, each once, without the contents."""
        spine = first(self._package, "spine")
        left = set(self._names)
        for one in () if spine is None else children(spine):
            item = self._items.get(attribute(one, "idref"))
            if item is None or item.path not in left:
                continue
            left.remove(item.path)  # a spine may lead back to where it began
            if item.media in _PAGES and "nav" not in item.properties.split():
                yield item.path

    def put_chapter(self, path: str, builder: TextBuilder) -> None:
        """Add a chapter, under its title in the contents if it has no heading."""
        text = html.page(self._archive.read(path)).text
        found = html_tree.pieces(html_page.strict_tree_of(text))
        title = self._titles.get(path, "")
        headed = any(piece.kind is BlockKind.HEADING for piece in found)
        if found and title and not headed:
            builder.heading(title, 1)
            if spaced(found[0].words).casefold() == title.casefold():
                found = found[1:]
        html_tree.put(found, builder)

    def _parsed(self, path: str) -> Element:
        if path not in self._names:
            raise UnreadableFileError(
                "it is no EPUB book, or one that lacks its parts: get it anew."
            )
        return parsed(self._archive.read(path))

    def _check_open(self) -> None:
        if "META-INF/encryption.xml" not in self._names:
            return
        for one in self._parsed("META-INF/encryption.xml").iter():
            method = attribute(one, "Algorithm")
            if name(one) == "EncryptionMethod" and not any(
                known in method for known in _SCRAMBLED
            ):
                raise UnreadableFileError(
                    "it is locked by its seller (DRM), and no other program can read "
                    "it: get a copy without the lock."
                )

    def _package_path(self) -> str:
        for one in self._parsed("META-INF/container.xml").iter():
            if name(one) == "rootfile":
                return unquote(attribute(one, "full-path"))
        return ""

    def _beside(self, place: str, reference: str) -> str:
        """The path in the archive of what is referred to in the file at `place`."""
        path = unquote(reference.partition("#")[0])
        return posixpath.normpath(posixpath.join(posixpath.dirname(place), path))

    def _manifest(self) -> Iterator[tuple[str, _Item]]:
        manifest = first(self._package, "manifest")
        for one in () if manifest is None else children(manifest):
            path = self._beside(self._place, attribute(one, "href"))
            media, properties = (
                attribute(one, "media-type"),
                attribute(one, "properties"),
            )
            yield attribute(one, "id"), _Item(path, media, properties)

    def _contents(self) -> Iterator[tuple[str, str]]:
        """The titles of chapters that are files of their own, by path; first ones win."""
        found: dict[str, str] = {}
        for item in self._items.values():
            if item.path not in self._names:
                continue
            if "nav" in item.properties.split():
                entries = _linked(self._parsed(item.path))
            elif item.media == "application/x-dtbncx+xml":
                entries = _points(self._parsed(item.path))
            else:
                continue
            for reference, title in entries:
                if title:
                    found.setdefault(self._beside(item.path, reference), title)
        yield from found.items()


def _linked(contents: Element) -> Iterator[tuple[str, str]]:
    for one in contents.iter():
        if name(one) == "a":
            yield attribute(one, "href"), spaced("".join(map(str, one.itertext())))


def _points(contents: Element) -> Iterator[tuple[str, str]]:
    for one in contents.iter():
        if name(one) == "navPoint":
            label, content = first(one, "navLabel", "text"), first(one, "content")
            if label is not None and content is not None:
                yield attribute(content, "src"), spaced(label.text or "")
