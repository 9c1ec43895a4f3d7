"""Which redirects are followed: those of reads, never those of writes, whatever the method."""

from __future__ import annotations

from typing import Any, Optional

import pytest

from handlers.http.client import HttpClient
from handlers.http.errors import HttpRefused, error_of_status
from handlers.http.login import Login
from handlers.http.message import Endpoint, Request, Response
from handlers.http.redirects import RedirectedClient, moved_endpoint, next_request
from tests.rows import each_row

HERE = Endpoint("https", "pdu.example", 443)
ACTION = "/redfish/v1/Outlets/A3/Outlet.PowerControl"
LOGIN = Login("operator", "secret-word")
STATUSES = [301, 302, 303, 307, 308]


def followed(method: str, status: int, location: str, body: Any = None) -> Optional[str]:
    """The path that is read next; None if the redirect is refused."""
    request = Request(method, "/api", {}, body, 10.0, 20.0, 1000)
    try:
        where, again = next_request(
            HERE, request, Response(status, {"location": location}, b""), LOGIN
        )
    except HttpRefused as error:
        assert location in error.reason
        assert error.code == str(status)
        return None
    assert where == HERE
    assert again == request._replace(target=again.target)
    return again.target


def test_a_read_is_redirected_to_another_path() -> None:
    assert followed("GET", 302, "/elsewhere") == "/elsewhere"
    assert followed("GET", 308, "https://pdu.example/api/") == "/api/"


def test_a_read_by_post_is_redirected_by_the_statuses_that_keep_its_method() -> None:
    assert followed("POST", 307, "/elsewhere", b"{}") == "/elsewhere"
    assert followed("POST", 302, "/elsewhere", b"{}") is None


@pytest.mark.parametrize(
    "location, words",
    [
        ("", "to no address"),
        ("/api", "to /api "),
        ("ftp://pdu.example/", "to ftp:"),
        ("https://[::1", "which is not followed"),
        ("https://pdu.example:0/", "which is not followed"),
        ("https://pdu.example/#part", "to itself"),
        ("https://evil.example/", "to another host (evil.example)"),
        ("//evil.example/", "to //evil.example/"),
        ("https://pdu.example.evil.example/", "to another host"),
        ("https://evilpdu.example/", "to another host"),
        ("https://pdu.exampl/", "to another host"),
        ("https://du.example/", "to another host"),
        ("https://pdu.example@evil.example/", "to another host"),
        ("http://pdu.example/", "from https to http"),
        ("https://pdu.example:8443/", "to another port (https, 8443)"),
    ],
)
def test_a_redirect_that_is_not_followed_says_why(location: str, words: str) -> None:
    request = Request("GET", "/api", {}, None, 10.0, 20.0, 1000)
    with pytest.raises(HttpRefused) as error_info:
        next_request(HERE, request, Response(302, {"location": location}, b""), LOGIN)
    assert words in error_info.value.reason
    assert error_info.value.code == "302"


def test_to_https_without_a_port_leads_only_a_redirect_from_a_usual_port() -> None:
    reply = Response(301, {"location": "https://pdu.example/"}, b"")
    assert moved_endpoint(Endpoint("http", "pdu.example", 80), reply, LOGIN) == HERE
    with pytest.raises(HttpRefused, match="another PDU"):
        moved_endpoint(Endpoint("http", "pdu.example", 8080), reply, LOGIN)


class Redirecting:
    """A device that answers each request with one redirect."""

    def __init__(self, status: int, location: str) -> None:
        self.reply = Response(status, {"location": location}, b"")
        self.requests: list[str] = []

    def exchange(self, where: Endpoint, request: Request) -> Response:
        self.requests.append(f"{request.method} {where.url}{request.target}")
        return self.reply

    def close(self) -> None:
        """Nothing is open."""


@each_row("client", [HttpClient, RedirectedClient])
@each_row("status", STATUSES)
@each_row("method", ["GET", "POST"])
@each_row(
    "location",
    [f"{ACTION}/", f"{ACTION}?p=2", f"https://pdu.example{ACTION}/", f"http://pdu.example{ACTION}"],
)
def test_a_write_is_sent_once_and_its_error_quotes_where_it_was_sent(
    client: type[HttpClient], status: int, method: str, location: str
) -> None:
    here = Endpoint("http", "pdu.example", 80)
    device = Redirecting(status, location)
    with pytest.raises(HttpRefused) as error_info:
        request = Request(method, ACTION, {}, None, 10.0, 20.0, 1000, once=True)
        client(here, device).send(request, LOGIN)
    assert device.requests == [f"{method} http://pdu.example{ACTION}"]
    assert location in error_info.value.reason
    assert error_info.value.may_have_executed, "it may have been carried out before it was answered"


def test_the_error_for_a_redirect_does_not_quote_the_login() -> None:
    assert "secret-word" not in error_of_status(308, LOGIN, {"location": "/secret-word"}).reason


@pytest.mark.parametrize("client, requests", [(HttpClient, 1), (RedirectedClient, 2)])
def test_a_codecs_handler_follows_no_redirect_and_says_where_it_leads(
    client: type[HttpClient], requests: int
) -> None:
    here = Endpoint("http", "pdu.example", 80)
    device = Redirecting(302, f"https://pdu.example{ACTION}")
    request = Request("GET", ACTION, {}, None, 10.0, 20.0, 1000)
    with pytest.raises(HttpRefused, match="final address.*https://pdu.example"):
        client(here, device).send(request, LOGIN)
    assert len(device.requests) == requests
