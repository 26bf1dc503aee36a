"""The page to sign in, as HTML that needs no script and nothing from elsewhere. Pure."""

from __future__ import annotations

import base64
import hashlib
from functools import cache
from html import escape
from pathlib import Path
from string import Template

from citeback.serve.guard.callers import Caller
from citeback.serve.strings import RIGHT_TO_LEFT, Words

_ASSETS = Path(__file__).parents[1] / "assets"


def sign_in_html(
    words: Words, *, action: str, goal: str, name: str = "", problem: str = ""
) -> str:
    """The form; `goal` is where to go on, `problem` the key of what went wrong.

    `action` is the path that it is sent to.
    """
    told = f'<p class="problem" role="alert">{escape(problem)}</p>' if problem else ""
    # Whoever has to type again begins where the mistake is likely.
    first, second = ("", " autofocus") if name else (" autofocus", "")
    form = (
        f"<p>{escape(words('sign_in_lead'))}</p>{told}"
        f'<form method="post" action="{escape(action)}">'
        f'<input type="hidden" name="goal" value="{escape(goal)}">'
        f'<label for="name">{escape(words("sign_in_name"))}</label>'
        f'<input id="name" name="name" value="{escape(name)}" autocomplete="username"'
        f' autocapitalize="none" spellcheck="false" dir="ltr" required{first}>'
        f'<label for="password">{escape(words("sign_in_password"))}</label>'
        '<input id="password" name="password" type="password" dir="ltr"'
        f' autocomplete="current-password" required{second}>'
        f'<button type="submit">{escape(words("sign_in"))}</button></form>'
        f'<p class="help">{escape(words("sign_in_help"))}</p>'
    )
    return _page(words, words("sign_in"), form)


def signed_in_html(words: Words, caller: Caller, *, action: str, home: str) -> str:
    """For whoever is signed in already: go on, or sign out."""
    role = words("role_curator") if caller.role.rank else words("role_reader")
    told = words("signed_in_as", name=caller.name, role=role)
    form = (
        f"<p>{escape(told)}</p>"
        f'<p><a class="go" href="{escape(home)}">{escape(words("sign_in_go_on"))}</a></p>'
        f'<form method="post" action="{escape(action)}">'
        f'<button class="second" type="submit">{escape(words("sign_out"))}</button></form>'
    )
    return _page(words, words("sign_in"), form)


def policy() -> str:
    """What this page may do: show its one style, and send its form here."""
    digest = hashlib.sha256(_asset("sign_in.css").encode()).digest()
    style = base64.b64encode(digest).decode("ascii")
    return (
        f"default-src 'none'; style-src 'sha256-{style}'; img-src data:; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    )


def _page(words: Words, title: str, body: str) -> str:
    icon = base64.b64encode(_asset("icon.svg").encode()).decode("ascii")
    return Template(_asset("sign_in.html")).substitute(
        language=words.language,
        direction="rtl" if words.language in RIGHT_TO_LEFT else "ltr",
        title=escape(title),
        style=_asset("sign_in.css"),
        icon=f"data:image/svg+xml;base64,{icon}",
        body=body,
    )


@cache
def _asset(name: str) -> str:
    return (_ASSETS / name).read_text(encoding="utf-8")
