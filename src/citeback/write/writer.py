"""Which model writes, as the settings say, and its key, which is read when it is used."""

from __future__ import annotations

import ipaddress
from pathlib import Path
from urllib.parse import SplitResult, urlsplit

from citeback.errors import SettingsError, WriterError
from citeback.settings import Settings
from citeback.write.records import Writer

NOT_SET = (
    "No language model is set to write with, so nothing was sent anywhere. To use one, "
    "set CITEBACK_WRITER_URL and CITEBACK_WRITER_MODEL (docs/writing.md)."
)


def writer_of(settings: Settings) -> Writer | None:
    """The model that is set, None where none is. Raises SettingsError."""
    if not settings.writer_url:
        return None
    parts = _parts(settings.writer_url)
    if not settings.writer_model:
        raise SettingsError(
            "CITEBACK_WRITER_URL is set, but CITEBACK_WRITER_MODEL is not. Name the "
            "model that is to write."
        )
    local = _is_local(parts.hostname or "")
    return Writer(
        url=settings.writer_url.rstrip("/"),
        address=f"{parts.scheme}://{parts.netloc}",
        model=settings.writer_model,
        seconds=settings.writer_seconds,
        local=local,
        plain=parts.scheme == "http" and not local,
    )


def key_of(settings: Settings) -> str:
    """The key to send along, "" for none. Raises WriterError, which never shows it."""
    key = settings.writer_key
    if settings.writer_key_file:
        try:
            key = Path(settings.writer_key_file).read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError):
            raise WriterError(
                "The file that CITEBACK_WRITER_KEY_FILE names cannot be read. Check its "
                "name and its rights."
            ) from None
    key = key.strip()
    if not (key.isascii() and key.isprintable()) or " " in key:
        raise WriterError(
            "The key for the language model has signs that no key has. Check "
            "CITEBACK_WRITER_KEY or the file of CITEBACK_WRITER_KEY_FILE."
        )
    return key


def _parts(url: str) -> SplitResult:
    try:
        parts = urlsplit(url)
        sound = parts.scheme in ("http", "https") and bool(parts.hostname)
        sound = sound and parts.port != 0
    except ValueError:
        sound = False
    if not sound or parts.query or parts.fragment:
        raise SettingsError(
            "CITEBACK_WRITER_URL must be an address like http://127.0.0.1:11434/v1, "
            "where a server speaks OpenAI's protocol."
        )
    if "@" in parts.netloc:
        raise SettingsError(
            "CITEBACK_WRITER_URL has a name or a password in it. Put the key into "
            "CITEBACK_WRITER_KEY_FILE instead."
        )
    return parts


def _is_local(host: str) -> bool:
    """Whether what is sent to that host stays on this machine."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
