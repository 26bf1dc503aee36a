"""Addresses that name any document: a file's name may have several lines.

The pattern of the framework's own `{path:path}` ends at the end of a line.
"""

from __future__ import annotations

import re

from starlette.convertors import Convertor, register_url_convertor
from starlette.routing import Mount
from starlette.types import ASGIApp


class WholePath(Convertor[str]):
    """`{path:whole}`: everything that is left of an address."""

    regex = "(?s:.*)"

    def convert(self, value: str) -> str:
        """As it is."""
        return value

    def to_string(self, value: str) -> str:
        """As it is."""
        return value


register_url_convertor("whole", WholePath())


class WholeMount(Mount):
    """Everything below an address."""

    def __init__(self, path: str, app: ASGIApp) -> None:
        """Hand it to an application."""
        super().__init__(path, app=app)
        self.path_regex = re.compile(f"{re.escape(path)}/(?P<path>{WholePath.regex})$")
