"""The requests that a codec yields. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Callable, NamedTuple, Optional, Union
from urllib.parse import urlencode

from ..shared.errors import PduHandlerError

JSON = "application/json"
#: fields as a web page sends them
FORM = "application/x-www-form-urlencoded"


class ReadRequest(NamedTuple):
    """A request that changes nothing, and may be sent again: a GET, or a POST of a body.

    >>> ReadRequest("/relay/0").method, ReadRequest("/rpc", b'{"method": "GetStatus"}').method
    ('GET', 'POST')
    """

    path: str
    body: bytes = b""
    #: of the body
    content_type: str = JSON
    #: further headers; an `Accept` among them replaces that of JSON
    headers: tuple[tuple[str, str], ...] = ()
    #: the statuses of an answer with a result
    answers: Union[range, tuple[int, ...]] = (200,)
    #: the name of a member of each outlet, for an answer that lists it by place: its `Link` headers
    #: prove that those are the outlets 0, 1, 2 and on
    member: str = ""

    @property
    def method(self) -> str:
        return "POST" if self.body else "GET"


class WriteRequest(NamedTuple):
    """A request that switches. With any method, it is sent once, and follows no redirect.

    >>> request = WriteRequest("/relay/1", form({"turn": "off"}), content_type=FORM)
    >>> request.method, request.body, 204 in request.answers
    ('POST', b'turn=off', True)
    """

    path: str
    body: bytes = b""
    method: str = "POST"
    #: of the body
    content_type: str = JSON
    #: further headers
    headers: tuple[tuple[str, str], ...] = ()
    #: the statuses of success: each 2xx, also "accepted", for the reading after it proves the rest
    answers: Union[range, tuple[int, ...]] = range(200, 300)
    #: the error that the body of a 400 or 500 has; None if it has none: then the status tells it
    fault_of: Callable[[bytes], Optional[PduHandlerError]] = lambda body: None


Request = Union[ReadRequest, WriteRequest]


def listed_outlets(links: str, member: str) -> list[int]:
    """The numbers, from 0, of the outlets in a list of their `member`, such as "name". The answer
    names them in its Link headers, `links` (RFC 8288); [] without them.

    >>> listed_outlets('</relay/outlets/0/name/>; rel=item, </>; rel=up', "name")
    [0]
    """
    number_of = re.compile(rf"(?:^|/)([0-9]{{1,4}})/{member}/?$", re.IGNORECASE)
    numbers: list[int] = []
    for link in links.split("<")[1:]:
        target, _, parameters = link.partition(">")
        match = number_of.search(target)
        if match and "item" in _relations(parameters):
            numbers.append(int(match[1]))
    return numbers


def _relations(parameters: str) -> list[str]:
    """The relation types of a link, in small letters: `rel` may list several (RFC 8288, 3.3).

    >>> _relations('; rel="item next"; title="a"')
    ['item', 'next']
    """
    relations: list[str] = []
    for parameter in re.split("[;,]", parameters):
        name, _, value = parameter.partition("=")
        if name.strip().lower() == "rel":
            relations += value.strip().strip('"').lower().split()
    return relations


def form(fields: Mapping[str, str]) -> bytes:
    """The body of a request whose content type is FORM.

    >>> form({"user": "admin", "pw": "a b"})
    b'user=admin&pw=a+b'
    """
    return urlencode(fields).encode("ascii")
