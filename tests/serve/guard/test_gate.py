"""Who is let in as whom: by the form, by a token, by a proxy; and what is theirs."""

from __future__ import annotations

import io
from typing import Any

import pytest
from fastapi.testclient import TestClient
from guarded import PASSWORDS, OpenApp, Opened, secret_in, sign_in

from citeback.serve.guard import passwords
from citeback.serve.guard.callers import Role
from citeback.serve.guard.sessions import ABSOLUTE_SECONDS, IDLE_SECONDS, Sessions

COOKIE = "citeback-session-7860"
SECONDS = 20
HTTPS = {"proxies": "192.0.2.1"}


def added(client: TestClient, name: str, text: str) -> list[str]:
    """The documents that a caller sees after adding one."""
    files = {"file": (name, io.BytesIO(text.encode()))}
    reply = client.post("/api/v1/documents", params={"wait": SECONDS}, files=files)
    assert reply.status_code == 200, reply.text
    return listed(client)


def listed(client: TestClient) -> list[str]:
    files: list[dict[str, Any]] = client.get("/library").json()["documents"]
    return [file["path"] for file in files]


def test_what_a_reader_adds_is_read_by_them_alone(opened: Opened) -> None:
    opened.accounts.add("carl", Role.READER, passwords.hashed("x"))
    opened.token["carl"] = opened.accounts.add_token("carl", None, "")
    ben, carl, ana = opened.client("ben"), opened.client("carl"), opened.client("ana")
    assert "mine.txt" in added(ben, "mine.txt", "The red kettle is mine.")
    assert ben.get("/api/v1/documents/mine.txt").status_code == 200
    # In a browser of the same account, too.
    assert "mine.txt" in listed(opened.browser("ben"))
    for other in (carl, ana):
        assert "mine.txt" not in listed(other)
        assert other.get("/api/v1/documents/mine.txt").status_code == 404
    assert not (opened.settings.content / "mine.txt").exists()
    # An account of the same name that is made anew is somebody else's.
    opened.accounts.remove("ben")
    opened.accounts.add("ben", Role.READER, passwords.hashed("x"))
    opened.token["ben"] = opened.accounts.add_token("ben", None, "")
    assert "mine.txt" not in listed(opened.client("ben"))


def test_curators_change_what_all_share(opened: Opened) -> None:
    assert "new.txt" in added(opened.client("ana"), "new.txt", "The kettle is new.")
    assert (opened.settings.content / "new.txt").exists()
    assert "new.txt" in listed(opened.client("ben"))
    reply = opened.client("ben").delete("/api/v1/documents/new.txt")
    assert reply.status_code in (403, 404)
    assert opened.client("ana").delete("/api/v1/documents/new.txt").status_code == 200
    assert not (opened.settings.content / "new.txt").exists()
    noted = [(n["who"], n["what"], n["about"]) for n in opened.noted() if "about" in n]
    assert ("ana", "remove document", "new.txt") in noted


def test_a_session_begins_with_the_right_password_and_ends_at_the_way_out(
    opened: Opened,
) -> None:
    browser = opened.browser()
    for name, password in (("ana", "wrong"), ("nobody", PASSWORDS["ana"]), ("", "")):
        assert sign_in(browser, name, password).status_code == 401
        assert browser.get("/state").status_code == 401
    reply = sign_in(browser, " ANA ", PASSWORDS["ana"], goal="/?q=kettle")
    assert (reply.status_code, reply.headers["location"]) == (303, "/?q=kettle")
    cookie = reply.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=lax" in cookie
    assert browser.get("/state").status_code == 200
    stolen = dict(browser.cookies)
    out = browser.post("/sign-out")
    assert out.headers["clear-site-data"] == '"storage"'
    assert browser.get("/state").status_code == 401
    browser.cookies.update(stolen)
    assert browser.get("/state").status_code == 401


def test_the_secret_is_a_new_one_at_every_sign_in(opened: Opened) -> None:
    browser = opened.browser()
    browser.cookies.set(COOKIE, "chosen-by-somebody-else")
    first = secret_in(sign_in(browser, "ana", PASSWORDS["ana"]))
    assert len(first) >= 43
    second = secret_in(sign_in(browser, "ana", PASSWORDS["ana"]))
    assert first != second
    old = opened.browser()
    old.cookies.set(COOKIE, first)
    assert old.get("/state").status_code == 401


def test_two_cookies_of_that_name_are_none(opened: Opened) -> None:
    """A neighbour on the same domain can set one, of a session of their own."""
    mine = secret_in(sign_in(opened.browser(), "ana", PASSWORDS["ana"]))
    theirs = secret_in(sign_in(opened.browser(), "ben", PASSWORDS["ben"]))
    client = opened.client()
    sent = {"cookie": f"{COOKIE}={mine}"}
    assert client.get("/state", headers=sent).status_code == 200
    both = {"cookie": f"{COOKIE}={theirs}; {COOKIE}={mine}"}
    assert client.get("/state", headers=both).status_code == 401


def test_a_session_ends_with_its_account_and_its_password(opened: Opened) -> None:
    one, other = opened.browser("ana"), opened.browser("ben")
    opened.accounts.set_password("ana", passwords.hashed("another one entirely"))
    assert one.get("/state").status_code == 401
    assert other.get("/state").status_code == 200
    opened.accounts.remove("ben")
    assert other.get("/state").status_code == 401


def test_a_role_holds_at_once(opened: Opened) -> None:
    browser = opened.browser("ben")
    assert browser.post("/library/refresh").status_code == 403
    opened.accounts.set_role("ben", Role.CURATOR)
    reply = browser.post("/library/refresh", headers={"x-citeback": "page"})
    assert reply.status_code == 200
    # A token that was made for a reader stays one.
    assert opened.client("ben").post("/library/refresh").status_code == 403
    opened.accounts.set_role("ana", Role.READER)
    assert opened.client("ana").post("/library/refresh").status_code == 403


def test_sessions_end_by_themselves(opened: Opened) -> None:
    clock = [0.0]
    sessions = Sessions(lambda: clock[0])
    account = opened.accounts.named("ana")
    assert account

    def signed_in(secret: str, *, active: bool = True) -> bool:
        found = sessions.account(secret, opened.accounts.of_id, active=active)
        return found is not None

    secret = sessions.begin(account)
    clock[0] = IDLE_SECONDS - 1
    assert signed_in(secret, active=False)  # which is no sign of anybody
    clock[0] += 1
    assert not signed_in(secret)
    secret = sessions.begin(account)
    began = clock[0]
    while clock[0] < began + ABSOLUTE_SECONDS:
        assert signed_in(secret)
        clock[0] += IDLE_SECONDS / 2
    assert not signed_in(secret)


def test_an_assistant_sends_a_token(opened: Opened) -> None:
    call = {"jsonrpc": "2.0", "id": 1, "method": "tools/call"}
    call |= {"params": {"name": "read", "arguments": {"document": "kettle.txt"}}}
    accepts = {"accept": "application/json, text/event-stream"}
    stranger = opened.client()
    del stranger.headers["x-citeback"]
    refused = stranger.post("/mcp", json=call, headers=accepts)
    assert refused.status_code == 403
    assert "an assistant sends a token" in refused.json()["detail"]
    with opened.client("ben") as client:
        del client.headers["x-citeback"]
        reply = client.post("/mcp", json=call, headers=accepts)
    assert reply.status_code == 200, reply.text
    assert "The blue kettle boils" in reply.json()["result"]["content"][0]["text"]


def test_a_token_stands_in_its_header_and_nowhere_else(opened: Opened) -> None:
    token, client = opened.token["ben"], opened.client()
    assert opened.client("ben").get("/state").status_code == 200
    assert client.get("/state", params={"token": token}).status_code == 401
    assert client.get("/state", params={"authorization": token}).status_code == 401
    assert client.get("/state", headers={"cookie": f"{COOKIE}={token}"}).is_client_error
    for given in (f"Basic {token}", token, f"Bearer {token}x", f"Bearer {token[:-1]}"):
        reply = client.get("/state", headers={"authorization": given})
        assert reply.status_code == 401, given
    # A wrong token is not made good by a cookie.
    browser = opened.browser("ana")
    wrong = {"authorization": "Bearer citeback_0"}
    assert browser.get("/state", headers=wrong).status_code == 401
    opened.accounts.revoke(token.split("_")[1])
    assert opened.client("ben").get("/state").status_code == 401


def test_pages_from_elsewhere_send_nothing(opened: Opened) -> None:
    browser = opened.browser("ana")
    del browser.headers["sec-fetch-site"], browser.headers["x-citeback"]
    here, there = "http://localhost", "http://evil.example"

    def posted(**headers: str) -> int:
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        code: int = browser.post("/library/refresh", headers=sent).status_code
        return code

    ours = {"x_citeback": "page"}
    for headers in (
        {},
        {"origin": there},
        {"origin": "null"},
        {"origin": there, **ours},
        {"origin": f"{here}:8080"},
        {"origin": f"{here}.evil.example"},
        {"sec_fetch_site": "cross-site"},
        {"sec_fetch_site": "same-site", **ours},
        {"sec_fetch_site": "cross-site", "origin": here},
    ):
        assert posted(**headers) == 403, headers
    # Nor by a browser that says nothing, where the route itself would take it.
    assert browser.post("/api/v1/index").status_code == 403
    assert posted(origin=here, **ours) == 200
    # Let in, but the one before may not have ended yet.
    assert posted(sec_fetch_site="same-origin", **ours) in (200, 409)
    # Nor do they read, should a framework allow it to every origin.
    reply = browser.get("/config", headers={"origin": there})
    assert reply.status_code == 403
    assert "access-control-allow-origin" not in reply.headers
    # A link from there opens the page; a picture or a script of ours they do not get.
    for site in ("cross-site", "same-site"):
        sent = {"sec-fetch-site": site, "sec-fetch-mode": "no-cors"}
        assert browser.get("/library", headers=sent).status_code == 403
        sent["sec-fetch-mode"] = "navigate"
        assert browser.get("/", headers=sent).status_code == 200
    # And nobody is signed in, or out, by another page.
    form = {"name": "ben", "password": PASSWORDS["ben"]}
    reply = browser.post("/sign-in", data=form, headers={"origin": there})
    assert reply.status_code == 403
    assert browser.post("/sign-out", headers={"origin": there}).status_code == 403
    assert browser.get("/state").status_code == 200


@pytest.mark.parametrize(
    "goal",
    [
        *(
            "//evil.example",
            "https://evil.example",
            "/\\evil.example",
            "\\\\evil.example",
        ),
        *(
            "javascript:alert(1)",
            "evil.example",
            "/\tx",
            "///evil.example",
            "/sign-out",
        ),
    ],
)
def test_signing_in_leads_nowhere_else(opened: Opened, goal: str) -> None:
    reply = sign_in(opened.browser(), "ana", PASSWORDS["ana"], goal=goal)
    assert reply.headers["location"] == "/"


def test_a_proxy_says_who_it_is_from_its_own_address_alone(open_app: OpenApp) -> None:
    opened = open_app(
        proxies="192.0.2.0/28, 2001:db8::1",
        proxy_header="X-Remote-User",
        curators="Carla",
    )
    asked = {"x-remote-user": "Dora"}
    assert opened.client(**asked).get("/state").status_code == 200  # from 192.0.2.7
    for address in ("198.51.100.1", "192.0.2.16", "127.0.0.1", "unknown"):
        client = opened.client(address=address, **asked)
        assert client.get("/state").status_code == 401, address
    # Twice is once too often: the other may be somebody else's.
    twice = [("x-remote-user", "dora"), ("x-remote-user", "carla")]
    assert opened.client().get("/state", headers=twice).status_code == 401
    refresh = {"x-citeback": "page"}
    dora, carla = opened.client(**asked), opened.client(**{"x-remote-user": "carla"})
    assert dora.post("/library/refresh", headers=refresh).status_code == 403
    assert carla.post("/library/refresh", headers=refresh).status_code == 200


def test_what_proxies_forward_is_believed_from_them_alone(open_app: OpenApp) -> None:
    opened = open_app(**HTTPS)
    sent = {"x-forwarded-proto": "https", "x-forwarded-for": "203.0.113.9"}
    near = sign_in(opened.browser(address="192.0.2.1", **sent), "ana", "wrong")
    far = sign_in(opened.browser(address="192.0.2.2", **sent), "ana", "wrong")
    assert "strict-transport-security" in near.headers
    assert "strict-transport-security" not in far.headers
    assert [n["where"] for n in opened.noted()] == ["203.0.113.9", "192.0.2.2"]
    right = sign_in(
        opened.browser(address="192.0.2.1", **sent), "ana", PASSWORDS["ana"]
    )
    assert right.headers["set-cookie"].startswith("__Host-citeback-session")
    assert "secure" in right.headers["set-cookie"].lower()


def test_nobody_tells_the_page_that_it_lies_elsewhere(opened: Opened) -> None:
    for header in ("x-gradio-server", "x-forwarded-host"):
        sent = {header: "http://evil.example"}
        for path in ("/", "/config"):
            reply = opened.client("ben").get(path, headers=sent)
            assert reply.status_code == 200
            assert "evil.example" not in reply.text, (header, path)


def test_below_a_path_all_of_it_is_there(open_app: OpenApp) -> None:
    opened = open_app(root_path="/texts")
    client = opened.client("ana")
    assert client.get("/texts/state").status_code == 200
    assert client.get("/texts?q=x").headers["location"] == "/texts/?q=x"
    page = client.get("/texts/")
    assert page.status_code == 200
    assert '"root":"http://localhost/texts"' in page.text.replace(" ", "")
    assert client.get("/texts/theme.css").status_code == 200
    assert client.get("/texts/api/v1/health").status_code == 200
    assert client.get("/texts/api/v1/documents/kettle.txt").status_code == 200
    assert client.get("/state").status_code == 404
    assert opened.client().get("/healthz").json() == {"ok": True}
    nobody = opened.client(accept="text/html").get("/texts/?q=x")
    assert nobody.headers["location"] == "/texts/sign-in?goal=%2F%3Fq%3Dx"
    reply = opened.browser().post(
        "/texts/sign-in", data={"name": "ana", "password": PASSWORDS["ana"]}
    )
    assert reply.headers["location"] == "/texts/"
    assert "path=/texts/" in reply.headers["set-cookie"].lower()


def test_damaged_accounts_let_nobody_in(opened: Opened) -> None:
    (opened.accounts.folder / "accounts.json").write_text("{", encoding="utf-8")
    reply = opened.client("ana").get("/state")
    assert reply.status_code == 503
    assert "damaged" in reply.json()["detail"]
