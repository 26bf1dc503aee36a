"""Where a cluster is, and how a library is called there: `milvus://host:port/name`."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from urllib.parse import unquote, urlsplit

from citeback.errors import SettingsError

SCHEMES = {"milvus": "http", "milvus+tls": "https"}
PORT = 19530
NAME = "citeback"
# What Milvus takes as the beginning of a collection's name.
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,99}")


@dataclass(frozen=True, slots=True)
class Address:
    """A library of a cluster. `uri` is the cluster's, without who signs in."""

    uri: str
    name: str
    user: str = ""
    password: str = field(default="", repr=False)


def parse(engine: str) -> Address:
    """The parts of a setting. Raises SettingsError, which does not show a password."""
    wanted = (
        "CITEBACK_ENGINE must be like milvus://host:19530/name (or milvus+tls://), with "
        "user:password@ before the host where one signs in, and a name of letters, "
        "digits and “_”"
    )
    try:
        split = urlsplit(engine)
        port = split.port or PORT
    except ValueError:
        raise SettingsError(f"{wanted}.") from None
    name = split.path.strip("/") or NAME
    if split.scheme not in SCHEMES or not split.hostname or split.query:
        raise SettingsError(f"{wanted}.")
    if not _NAME.fullmatch(name):
        raise SettingsError(f"{wanted}, which {name!r} is not.")
    host = f"[{split.hostname}]" if ":" in split.hostname else split.hostname
    return Address(
        uri=f"{SCHEMES[split.scheme]}://{host}:{port}",
        name=name,
        user=unquote(split.username or ""),
        password=unquote(split.password or ""),
    )
