"""Every setting, in one frozen record, read from the environment in one place."""

from __future__ import annotations

import difflib
import ipaddress
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path

from citeback.errors import SettingsError

PREFIX = "CITEBACK_"
# What the tests are told by; no setting begins so.
NOT_SETTINGS = f"{PREFIX}TEST_"

LOOPBACK = "127.0.0.1"
LOGS = ("plain", "json")
_HEADER = re.compile(r"[A-Za-z0-9-]+")
_ROOT_PATH = re.compile(r"(/[A-Za-z0-9._~-]+)*")


@dataclass(frozen=True, slots=True)
class Settings:
    """Plain values; each is `CITEBACK_` and its name in capitals in the environment.

    `model` is a folder or a hub name of a sentence-transformers model; "" is the
    bundled one. `batch_size` counts texts of 64 word pieces, `max_file_megabytes` 10^6 bytes,
    `max_question_characters` code points; `passages_per_answer` is how many are shown.
    In `citations` lies what users have pinned, cited and filled in.
    With `ocr`, scans are given text by the system's ocrmypdf.
    Where the page is `shared`, visitors cannot change the content folder: what they add
    is a library of their own.
    The page listens on `host` and `port`, answers to the names in `hosts` and below
    `root_path`; nobody sends it more than `requests_per_minute` where people sign in.
    In `accounts` lies who may sign in. A proxy at one of `proxies` may say who sends a
    request, in `proxy_header`; of these `curators` may change what is shared. Lists have
    commas between their parts. `log` is how the log is written, one of LOGS.
    Where `writer_url` is set, the language model `writer_model` there may be asked to
    write on passages, for at most `writer_seconds`; "" sends nothing to anyone. Its key is
    `writer_key`, or stands in the file `writer_key_file`.
    `engine` is a library on a cluster, `milvus://host:port/name`, that is asked instead
    of the index folder; "" is none.
    """

    content: Path = Path("content")
    index: Path = Path("index")
    model: str = ""
    batch_size: int = 32
    max_file_megabytes: int = 32
    max_seconds_per_file: int = 120
    max_question_characters: int = 2000
    passages_per_answer: int = 5
    port: int = 7860
    judgements: Path = Path("questions.jsonl")
    citations: Path = Path("citations")
    ocr: bool = False
    shared: bool = False
    host: str = LOOPBACK
    hosts: str = ""
    root_path: str = ""
    accounts: Path = Path("accounts")
    proxies: str = ""
    proxy_header: str = ""
    curators: str = ""
    requests_per_minute: int = 600
    log: str = LOGS[0]
    writer_url: str = ""
    writer_model: str = ""
    writer_key: str = field(default="", repr=False)
    writer_key_file: str = ""
    writer_seconds: int = 120
    engine: str = field(default="", repr=False)  # a password may stand in it

    @property
    def max_file_bytes(self) -> int:
        """`max_file_megabytes` in bytes."""
        return self.max_file_megabytes * 1_000_000

    def __post_init__(self) -> None:
        """Refuse values that no part could work with."""
        for one in fields(self):
            value = getattr(self, one.name)
            if type(value) is int and value < 1:
                raise SettingsError(
                    f"{PREFIX}{one.name.upper()} is {value}, but it must be 1 or more."
                )
        if self.port > 65535:
            raise SettingsError(f"{PREFIX}PORT is {self.port}, but ports end at 65535.")
        self._check_network()
        if self.writer_key and self.writer_key_file:
            raise SettingsError(
                f"{PREFIX}WRITER_KEY and {PREFIX}WRITER_KEY_FILE are both set. Unset one."
            )
        try:
            str(self.index).encode()
        except UnicodeEncodeError:
            raise SettingsError(
                f"The name of the index folder {str(self.index)!r} is not valid text. "
                f"Set {PREFIX}INDEX to a folder with another name."
            ) from None

    def _check_network(self) -> None:
        """Refuse what no server could be reached by, or should believe."""
        if not self.host.strip():
            raise SettingsError(
                f"{PREFIX}HOST is empty. Unset it, or set it to {LOOPBACK} (this machine "
                "alone) or 0.0.0.0 (the network)."
            )
        if not _ROOT_PATH.fullmatch(self.root_path):
            raise SettingsError(
                f"{PREFIX}ROOT_PATH is {self.root_path!r}, but it must be like /citeback: "
                "a slash before each part, none at the end."
            )
        if self.log not in LOGS:
            raise SettingsError(
                f"{PREFIX}LOG is {self.log!r}, but it must be {' or '.join(LOGS)}."
            )
        for address in parts(self.proxies):
            try:
                ipaddress.ip_network(address)
            except ValueError:
                raise SettingsError(
                    f"{PREFIX}PROXIES has {address!r}, but its parts must be addresses "
                    "or ranges of them, like 127.0.0.1 or 10.0.0.0/8."
                ) from None
        if not self.proxy_header:
            return
        if not _HEADER.fullmatch(self.proxy_header):
            raise SettingsError(
                f"{PREFIX}PROXY_HEADER is {self.proxy_header!r}, but it must be the name "
                "of a header, like X-Remote-User."
            )
        if not parts(self.proxies):
            raise SettingsError(
                f"{PREFIX}PROXY_HEADER is set, but not from where it is believed. Set "
                f"{PREFIX}PROXIES to the address of your proxy, for example "
                f"{PREFIX}PROXIES=127.0.0.1."
            )


def parts(listed: str) -> tuple[str, ...]:
    """The parts of a setting that is a list with commas."""
    return tuple(part.strip() for part in listed.split(",") if part.strip())


def from_environment(environment: Mapping[str, str] = os.environ) -> Settings:
    """The settings that the environment asks for, defaults elsewhere.

    Raises SettingsError for a `CITEBACK_` name that does not exist, with one like it
    or all that do, and for a value that is not of the setting's kind.
    """
    kinds = {one.name: type(one.default) for one in fields(Settings)}
    values: dict[str, Path | str | int | bool] = {}
    for name, value in environment.items():
        if not name.startswith(PREFIX) or name.startswith(NOT_SETTINGS):
            continue
        key = name.removeprefix(PREFIX).lower()
        if key not in kinds:
            raise SettingsError(f"There is no setting {name}.{_nearest(key, kinds)}")
        values[key] = _parse(name, value, kinds[key])
    return Settings(**values)  # type: ignore[arg-type]


def _nearest(key: str, kinds: Mapping[str, type]) -> str:
    near = difflib.get_close_matches(key, kinds, n=1)
    if near:
        return f" Did you mean {PREFIX}{near[0].upper()}?"
    return f" There are: {', '.join(PREFIX + kind.upper() for kind in kinds)}."


def _parse(name: str, value: str, kind: type) -> Path | str | int | bool:
    if kind is bool:
        if value not in ("0", "1"):
            raise SettingsError(
                f"{name} is {value!r}, but it must be 1 (on) or 0 (off)."
            )
        return value == "1"
    if kind is int:
        try:
            return int(value)
        except ValueError:
            raise SettingsError(
                f"{name} is {value!r}, but it must be a whole number."
            ) from None
    if kind is str:
        return value
    if not value.strip():
        raise SettingsError(f"{name} is empty. Name a folder, or unset it.")
    return Path(value)
