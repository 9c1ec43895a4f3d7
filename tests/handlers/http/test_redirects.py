"""Which redirects to another path are followed, by 307 and 308 for a write too."""

from __future__ import annotations

from typing import Any, Optional

import pytest

from handlers.http.errors import HttpRefused, may_have_executed, of_status
from handlers.http.login import Login
from handlers.http.message import Endpoint, Request, Response
from handlers.http.redirects import next_request

HERE = Endpoint("https", "pdu.example", 443)
ACTION = "/redfish/v1/Outlets/A3/Outlet.PowerControl"
LOGIN = Login("operator", "secret-word")


def request(method: str, target: str = ACTION, once: bool = True, body: Any = b"{}") -> Request:
    return Request(method, target, {}, body, 10.0, 20.0, 1000, once=once)


def followed(asked: Request, status: int, location: str) -> Optional[str]:
    """The path that is requested next; None if the redirect is refused."""
    reply = Response(status, {"location": location}, b"")
    try:
        where, again = next_request(HERE, asked, reply, LOGIN)
    except HttpRefused as error:
        assert location in error.reason and error.code == str(status)
        return None
    assert where == HERE and again == asked._replace(target=again.target, once=again.once)
    return again.target


@pytest.mark.parametrize("status", [307, 308])
@pytest.mark.parametrize(
    "location, path",
    [
        (f"{ACTION}/", f"{ACTION}/"),
        (f"https://pdu.example{ACTION}/", f"{ACTION}/"),
        (f"/api{ACTION}?x=1", f"/api{ACTION}?x=1"),
        (ACTION.replace("A3/", "A3/Actions/"), ACTION.replace("A3/", "A3/Actions/")),
        # another outlet, or less than one outlet
        (ACTION.replace("A3", "A4"), None),
        ("/redfish/v1/Outlets/Outlet.PowerControl/A3", None),
        ("/", None),
    ],
)
def test_a_write_is_sent_again_to_a_path_that_names_all_that_its_own_names(
    status: int, location: str, path: Optional[str]
) -> None:
    assert followed(request("POST"), status, location) == path


@pytest.mark.parametrize("status", [301, 302])
def test_a_write_may_have_been_carried_out_before_another_redirect(status: int) -> None:
    assert followed(request("POST"), status, f"{ACTION}/") is None
    assert may_have_executed(of_status(status))
    assert not may_have_executed(of_status(307)) and not may_have_executed(of_status(308))


def test_a_repeatable_request_with_a_body_follows_307_and_308_to_any_path() -> None:
    assert followed(request("POST", once=False), 307, "/elsewhere") == "/elsewhere"
    assert followed(request("POST", once=False), 302, "/elsewhere") is None
    assert followed(request("GET", body=None), 302, "/elsewhere") == "/elsewhere"


def test_an_upload_that_was_read_is_not_sent_again() -> None:
    class Upload:
        def read(self, size: int = -1) -> bytes:
            return b""

        def __len__(self) -> int:
            return 0

    assert followed(request("POST", body=Upload()), 308, f"{ACTION}/") is None


def test_the_error_for_a_second_redirect_quotes_where_it_leads_but_no_login() -> None:
    reason = of_status(308, LOGIN, {"location": f"{ACTION}//"}).reason
    assert f"{ACTION}//" in reason
    assert "secret-word" not in of_status(308, LOGIN, {"location": "/secret-word"}).reason
