"""Requests to a device that a line plays, with all that is sent: exchanges.txt.

    at URL                       the device, https://pdu.example without it
    login NAME                   of LOGINS; `unknown`: only the error of the first answer is asked
    read GET /api                a request, or one that is sent once: `write PUT /api`
    401 NAME=VALUE               an answer, with a header; `cut` for none, `closed` for none on a
                                 connection that was kept. The last one is repeated; `answer`
                                 stands before several
    location VALUE               this header of the first answer

On the right stand the requests, with the login that each has (of Digest the realm, the nonce, the
algorithm and the count), then what came of them: a status, or kind, code and reason of an error,
with `?` if a write may have been carried out, and where it was if that is unusual. Where a client
that follows redirects does something else, that stands after FOLLOWING.
`python -m tests.tables tests.handlers.http.test_exchanges` writes right sides.
"""

from __future__ import annotations

import base64
import re
from pathlib import Path
from typing import Callable, Optional, Union
from urllib.parse import urlsplit

import pytest

from handlers.http.client import HttpClient, endpoint
from handlers.http.digest import Digest
from handlers.http.errors import HttpUnreachable, error_of_status
from handlers.http.login import Login
from handlers.http.message import Endpoint, Request, Response
from handlers.http.redirects import RedirectedClient
from handlers.shared.errors import PduHandlerError, Refused
from tests.chains import kept
from tests.tables import Case, Table
from tests.waiting import PATIENCE_S

TABLE = Table(Path(__file__).with_name("exchanges.txt"))
USER, PASSWORD = "operator", "secret-word"
BASIC = "Basic " + base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()
LOGINS: dict[str, Callable[[], Optional[Login]]] = {
    "basic": lambda: Login(USER, PASSWORD),
    "with blanks": lambda: Login(USER, f" {PASSWORD}"),
    "empty": Login,
    "unknown": lambda: None,
    "beginning": lambda: Login(USER, PASSWORD, is_sent=False),
    "session": lambda: Login(token=PASSWORD),
    "personal": lambda: Login(token=PASSWORD, is_personal=True),
    "digest": lambda: Login(USER, PASSWORD, digest=Digest(USER, PASSWORD)),
    "digest without user": lambda: Login(digest=Digest(None, None)),
    "digest or basic": lambda: Login(
        USER, PASSWORD, digest=Digest(USER, PASSWORD, basic_over_tls=True)
    ),
}
_ANSWER = re.compile("(?:answer )?([0-9]{3})(?: ([a-z-]+)=(.*))?")


class PlayedDevice:
    """A transport with the answers of a line, which keeps the requests."""

    def __init__(self, answers: list[Union[Response, HttpUnreachable]], here: Endpoint) -> None:
        self._answers = answers
        self._here = here
        self.requests: list[str] = []

    def exchange(self, where: Endpoint, request: Request) -> Response:
        place = "" if where == self._here else where.url
        login = _login(request)
        self.requests.append(f"{request.method} {place}{request.target}{login}")
        answer = self._answers[0]
        if len(self._answers) > 1:
            del self._answers[0]
        if isinstance(answer, HttpUnreachable):
            raise answer
        return answer

    def close(self) -> None:
        """Nothing is open."""


def _login(request: Request) -> str:
    """The login that a request has, in short."""
    header = request.headers.get("Authorization", "")
    if header == BASIC:
        return " Basic"
    if header.startswith("Digest "):
        fields = dict(re.findall(r'(\w+)="?([^",]*)', header))
        return (
            " Digest "
            + "/".join(fields[name] for name in ("realm", "nonce", "algorithm"))
            + f" {int(fields['nc'], 16)}"
        )
    token = request.headers.get("X-SessionToken")
    return f"{header and ' other'}{token and ' token' or ''}"


def shown(case: Case) -> str:
    """The right side of a case, as the code gives it now with each client."""
    plain, following = (_shown(case, client) for client in (HttpClient, RedirectedClient))
    return plain if plain == following else f"{plain} FOLLOWING {following}"


def _shown(case: Case, client_class: type[HttpClient]) -> str:
    here = endpoint("https", "pdu.example")
    login = LOGINS["basic"]()
    requests: list[Request] = []
    answers: list[Union[Response, HttpUnreachable]] = []
    for change in case.left.split(TABLE.separator):
        word, _, rest = change.partition(" ")
        answer = _ANSWER.fullmatch(change)
        if word in ("read", "write"):
            method, _, target = rest.partition(" ")
            requests.append(
                Request(
                    method=method,
                    target=target,
                    headers={},
                    body=None,
                    timeout=PATIENCE_S,
                    total=PATIENCE_S,
                    limit=1000,
                    once=word == "write",
                )
            )
        elif answer is not None:
            headers = {answer[2]: answer[3]} if answer[2] else {}
            answers.append(Response(int(answer[1]), headers, b""))
        elif word in ("cut", "closed"):
            error = HttpUnreachable("gone")
            error.reused = word == "closed"
            answers.append(error)
        elif word == "location":
            first = answers[0]
            assert isinstance(first, Response)
            answers[0] = first._replace(headers={"location": rest})
        elif word == "login":
            login = LOGINS[rest]()
        else:
            assert word == "at", change
            url = urlsplit(rest)
            here = endpoint(url.scheme, url.netloc)
    if login is None:
        assert isinstance(answers[0], Response)
        return _error(error_of_status(answers[0].status, None, answers[0].headers), ("", ""))
    device = PlayedDevice(answers, here)
    client = client_class(here, device)
    ends = [_end(client, request, login) for request in requests]
    return f"{', '.join(device.requests)}; {'; '.join(ends)}"


def _end(client: HttpClient, request: Request, login: Login) -> str:
    """What comes of a request."""
    usual_place = (client.where.netloc, f"{request.method} {request.target.partition('?')[0]}")
    try:
        return str(client.send(request, login).status)
    except PduHandlerError as error:
        return _error(error, usual_place)


def _error(error: PduHandlerError, usual_place: tuple[str, str]) -> str:
    code = f"[{error.code}]" if isinstance(error, Refused) else ""
    maybe = "?" if error.may_have_executed else ""
    place = (error.host, error.operation)
    shown_place = "" if place == usual_place else f" (at {': '.join(place)})"
    secret = " SHOWS A SECRET" if PASSWORD in kept(error) else ""
    return f"{maybe}{type(error).__name__}{code} {error.reason}{shown_place}{secret}"


@pytest.mark.parametrize("case", TABLE.cases(), ids=str)
def test_requests_and_their_ends_are_those_of_the_lines(case: Case) -> None:
    case.check(shown(case))
