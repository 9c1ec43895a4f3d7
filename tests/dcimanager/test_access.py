"""Who may use the page: logins, sessions, forms of other sites, unknown hosts."""

from __future__ import annotations

import json
import re

import pytest

from .client import Client
from .manager import DciManager
from .visiting import Visitor


def test_a_session_has_a_cookie_for_this_site_alone_and_ends_with_the_logout(
    site: DciManager,
) -> None:
    visitor = Visitor(site)
    answer = visitor.log_in()
    cookie = answer.headers["set-cookie"].lower()
    assert (answer.status, answer.headers["location"]) == (303, "/")
    assert "httponly" in cookie
    assert "samesite=strict" in cookie
    assert visitor.get("/").status == 200
    assert visitor.post("/logout", {}).status == 303
    assert visitor.get("/").status == 303


def test_pages_have_a_content_policy_and_nothing_inline_or_from_outside(
    visitor: Visitor, site: DciManager, small: bytes
) -> None:
    Client(site).install(small)
    site.poll([site.add_pdu("rack", "pdu_small", "127.0.0.1")])
    ask = "/pdus/1/switch?outlet=1&to=off"
    for path in ("/", "/pdus/add", "/pdus/1", ask, "/handlers", "/log", "/login", "/nothing"):
        answer = visitor.get(path)
        policy = answer.headers["content-security-policy"]
        assert "default-src 'none'" in policy, path
        assert "unsafe" not in policy, path
        body = answer.body
        assert "<html" in body, path
        assert not re.search(r"<style|\sstyle=|\son[a-z]+=|<script>", body), path
        assert not re.findall(r'(?:src|href|action)="(?!/(?!/)|#)[^"]*"', body), path


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example"])
def test_a_name_that_resolves_to_this_machine_is_refused(
    visitor: Visitor, site: DciManager, host: str
) -> None:
    """DNS rebinding: a foreign page lets its own name resolve to 127.0.0.1."""
    login = json.dumps({"email": site.email, "password": site.password}).encode()
    path = "/api/auth/v4/public/token"
    headers = {"isp_box_instance": "true"}
    assert visitor.get("/", host=host).status == 400
    assert visitor.request("POST", path, login, host=host, **headers).status == 400
    assert visitor.request("POST", path, login, **headers).status == 201
