"""Who may use the page: logins, sessions, cross-site forms, unknown hosts, malformed requests."""

from __future__ import annotations

import json
import re
import socket
from urllib.parse import urlencode

import pytest

from tests.waiting import PATIENCE_S

from .client import Client
from .manager import DciManager
from .visiting import Visitor


def test_without_a_login_every_page_leads_to_the_login(site: DciManager) -> None:
    visitor = Visitor(site)
    for path in ("/", "/pdus/1", "/handlers", "/log?failed=1", "/nothing"):
        answer = visitor.get(path)
        assert (answer.status, answer.headers["location"].partition("=")[0]) == (303, "/login?next")
    assert (
        visitor.get("/", x_part="1").status == 401
        and visitor.get("/static/style.css").status == 200
    )
    assert visitor.post("/pdus/simulate", {"kind": "nut"}).status == 303 and site.pdus() == []
    assert visitor.log_in("wrong").status == 401 and visitor.get("/").status == 303


def test_the_cookie_is_for_this_site_and_not_for_scripts(site: DciManager) -> None:
    cookie = Visitor(site).log_in().headers["set-cookie"].lower()
    assert "httponly" in cookie and "samesite=strict" in cookie


@pytest.mark.parametrize(
    "back, to",
    [("//evil.example/", "/"), ("https://evil.example/", "/"), ("/\\evil", "/"), ("/log", "/log")],
)
def test_a_login_leads_only_to_pages_of_this_site(site: DciManager, back: str, to: str) -> None:
    fields = {"email": site.email, "password": site.password, "next": back}
    assert Visitor(site).post("/login", fields).headers["location"] == to


def test_every_answer_has_the_content_policy(visitor: Visitor) -> None:
    for path in ("/", "/login", "/nothing", "/static/page.js", "/static/nothing", "/handlers"):
        headers = visitor.get(path).headers
        policy = headers["content-security-policy"]
        assert (
            "default-src 'none'" in policy
            and "unsafe" not in policy
            and "frame-ancestors 'none'" in policy
        )
        assert headers["x-content-type-options"] == "nosniff"


def test_pages_contain_nothing_inline_and_nothing_from_outside(
    visitor: Visitor, site: DciManager, small: bytes
) -> None:
    Client(site).install(small)
    site.poll([site.add_pdu("rack", "pdu_small", "127.0.0.1")])
    for path in (
        "/",
        "/pdus/add",
        "/pdus/1",
        "/pdus/1/switch?outlet=1&to=off",
        "/servers",
        "/handlers",
        "/log",
        "/login",
    ):
        body = visitor.get(path).body
        assert "<html" in body and not re.search(r"<style|\sstyle=|\son[a-z]+=|<script>", body), (
            path
        )
        assert not re.findall(r'(?:src|href|action)="(?!/(?!/)|#)[^"]*"', body), path


@pytest.mark.parametrize(
    "headers",
    [{"origin": "http://evil.example"}, {"origin": "null"}, {"sec_fetch_site": "cross-site"}],
)
def test_a_form_from_another_site_changes_nothing(
    visitor: Visitor, site: DciManager, headers: dict[str, str]
) -> None:
    answer = visitor.post("/servers/add", {"name": "web"}, **headers)
    assert answer.status == 403 and site.servers.all() == []


@pytest.mark.parametrize("csrf", ["", "0" * 64, "é"])
def test_a_form_without_the_sessions_own_token_changes_nothing(
    visitor: Visitor, site: DciManager, csrf: str
) -> None:
    assert (
        visitor.post("/servers/add", {"name": "web", "csrf": csrf}).status == 403
        and site.servers.all() == []
    )


@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "evil.example:80",
        "127.0.0.1.evil.example",
        "",
        "[::1",
        "127.0.0.1:99999",
        "127.0.0.1:x",
    ],
)
def test_an_unknown_or_malformed_host_is_refused(
    visitor: Visitor, site: DciManager, host: str
) -> None:
    answer = visitor.get("/", host=host)
    assert (
        answer.status == 421
        and f"at the server's own address, for example {site.page_url}" in answer.body
    )


_PART = b'--x\r\nContent-Disposition: form-data; name="a"\r\n\r\n'


@pytest.mark.parametrize(
    "boundary, body",
    [
        ("", b"x"),
        ("; boundary=", b"x"),
        ("; boundary=x", 600 * (_PART + b"1\r\n") + b"--x--\r\n"),
        ("; boundary=x", _PART + b"1" * 2_000_000 + b"\r\n--x--\r\n"),
    ],
    ids=["no boundary", "an empty boundary", "too many fields", "a large field"],
)
def test_a_malformed_or_too_large_form_is_an_error_page(
    site: DciManager, boundary: str, body: bytes
) -> None:
    answer = Visitor(site).sent("/login", body, content_type=f"multipart/form-data{boundary}")
    assert answer.status == 400 and "This form cannot be read: " in answer.body


def test_no_exception_is_logged_for_a_client_that_leaves_in_the_middle_of_a_form(
    site: DciManager, caplog: pytest.LogCaptureFixture
) -> None:
    host, port = site.page_url[len("http://") :].strip("/").split(":")
    for _ in range(20):
        with socket.create_connection((host, int(port)), timeout=PATIENCE_S) as client:
            client.sendall(
                f"POST /login HTTP/1.1\r\nHost: {host}\r\nContent-Length: 9\r\n"
                "Content-Type: application/x-www-form-urlencoded\r\n\r\na".encode()
            )
    assert Visitor(site).get("/login").status == 200
    site.stop()  # ends every request
    assert "Exception in ASGI application" not in caplog.text


def test_logging_out_ends_the_session(visitor: Visitor) -> None:
    assert visitor.post("/logout", {}).status == 303 and visitor.get("/").status == 303


@pytest.mark.parametrize(
    "path, more", [("/api/auth/v4/public/token", {}), ("/anything", {"isp_box_instance": "true"})]
)
def test_the_api_on_the_pages_port_refuses_an_unknown_host(
    site: DciManager, path: str, more: dict[str, str]
) -> None:
    """A name that a foreign page lets resolve to this machine (DNS rebinding)."""
    visitor = Visitor(site)
    login = json.dumps({"email": site.email, "password": site.password}).encode()
    assert visitor.request("POST", path, login, host="evil.example", **more).status == 421
    assert (
        visitor.request("POST", "/api/auth/v4/public/token", login, isp_box_instance="true").status
        == 201
    )


def test_wrong_passwords_on_the_page_and_in_the_api_count_together(site: DciManager) -> None:
    visitor = Visitor(site)
    wrong = json.dumps({"email": site.email, "password": "wrong"}).encode()

    def log_in(body: bytes) -> int:
        return visitor.request(
            "POST", "/api/auth/v4/public/token", body, isp_box_instance="true"
        ).status

    assert [visitor.log_in("wrong").status for _ in range(4)] == [401] * 4
    assert [log_in(wrong) for _ in range(20)] == [401] * 6 + [429] * 14
    right = json.dumps({"email": site.email, "password": site.password}).encode()
    assert log_in(right) == 429 and visitor.log_in().status == 429


def test_a_refused_form_ends_on_a_page_that_only_its_session_sees(
    site: DciManager, visitor: Visitor, small: bytes
) -> None:
    Client(site).install(small)
    fields = {
        "csrf": visitor.csrf,
        "handler": "pdu_small",
        "name": " ",
        "address": "192.0.2.8",
        "key_0": "password",
        "value_0": "hidden-4711",
    }
    posted = visitor.request(
        "POST", "/pdus/add", urlencode(fields).encode(),
        content_type="application/x-www-form-urlencoded",
    )  # fmt: skip
    page, words = posted.headers["location"], "A PDU needs a name and an address."
    assert posted.status == 303 and site.pdus() == []
    for answer in (visitor.get(page), visitor.get(page)):
        assert answer.status == 400 and words in answer.body
        assert 'value="192.0.2.8"' in answer.body and "hidden-4711" not in answer.body
    other = Visitor(site)
    other.log_in()
    answer = other.get(page)
    assert answer.status == 200 and words not in answer.body and "192.0.2.8" not in answer.body
    assert other.get("/refused?refused=unknown").headers["location"] == "/"
