"""One Redfish service during one call: login, resources, and the end of the session.

A resource is the JSON object at a path, {"@odata.id": ".../Outlets/A1", "Id": "A1", ...}. `$expand`
asks the service to include the resources that a list links to. A session is opened by a POST with
user and password, and gives a token; basic login sends user and password with each request.
"""

from __future__ import annotations

import contextlib
import json
import math
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Callable, Optional, Union
from urllib.parse import urlsplit

from common.logger import get_logger

from ..http.client import HttpClient, endpoint
from ..http.connection import StandardTransport
from ..http.errors import HttpBusy, HttpUnreachable, no_connection
from ..http.message import Request, Response, Transport
from ..http.redirects import RedirectedClient
from ..http.strict_json import LIMIT
from ..shared.errors import (
    NamedSetting,
    PduHandlerError,
    ProtocolError,
    Refused,
    Unreachable,
    Unsupported,
)
from ..shared.switching import CALL_SECONDS
from ..shared.tls import Trust
from . import links
from .parallel import read_in_parallel
from .resources import child, link, text
from .responses import Json, TooManyRequests, error_of, json_object, resource
from .settings import AUTO, BASIC, SESSION, RedfishSettings

LOGGER = get_logger(__name__)
# DSP0266: the URI of the service root; all others are found by links
ROOT = "/redfish/v1/"
LOGOUT_SECONDS = 3.0
# before a DELETE of the session is sent again; doubled each time
_FIRST_PAUSE_SECONDS = 0.05
# statuses after which it is: stopped waiting, busy
_TRY_AGAIN = (408, 429, 503)
_LONGEST_TOKEN = 4000
# one for each 3 requests, up to 4: a connection costs a handshake
_MOST_CONNECTIONS, _PER_CONNECTION = 4, 3
# The longest wait on a further connection, where some units never answer: 2 s, or 5 times the
# slowest answer if that is longer.
_SPARE_SECONDS, _SPARE_FACTOR = 2.0, 5.0
_HEADERS: Mapping[str, str] = {"Accept": "application/json", "OData-Version": "4.0"}
_ANY_STATUS = range(100, 600)  # errors too, because their bodies hold the reason
#: errors that concern one resource, so that others are read
RESOURCE_ERRORS = (Refused, ProtocolError, HttpBusy)
#: errors of a request that only saves others, which are then sent
SHORTCUT_ERRORS = (*RESOURCE_ERRORS, TooManyRequests)


class RedfishService:
    """The service that the settings describe. A context manager: its exit deletes the session and
    closes the connections. `_mode` is BASIC, SESSION, or AUTO until the service shows which of them
    it takes; `_session` is the path of the open session, None without one, and `login` has its
    token; `needs_session` tells whether one has to be opened before other requests.
    `_readable_path` is a path that was answered in this session, "" for none. `_kept_resources` has
    each resource that was read by its path, None if none is kept; `_uses_expand` is False once an
    answer to $expand could not be used; `_clients` has a client for each connection, and the first
    alone logs in.

    `transport` makes the transport of one connection. `seconds` limits the call up to the exit.
    With `keeps`, a resource is read once, for several calls that only read.
    Construction sends nothing. Raises the errors of handlers/shared/errors.py.

        with RedfishService(config) as service:
            service.get("/redfish/v1/PowerEquipment/RackPDUs/1")

        > GET /redfish/v1/, GET /redfish/v1/PowerEquipment/RackPDUs/1
        < {"RedfishVersion": "1.6.0", ...}, {"Id": "1", "Outlets": ...}
    """

    most_bytes = 16 << 20  # limit for all answers together

    def __init__(
        self,
        config: RedfishSettings,
        transport: Callable[[Trust], Transport] = StandardTransport,
        clock: Callable[[], float] = time.monotonic,
        seconds: Optional[float] = None,
        *,
        keeps: bool = False,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        where = endpoint(config.scheme, config.host, config.port)
        self._clients = [RedirectedClient(where, transport(config.trust))]
        self._transport = transport
        self._trust = config.trust
        self._clock = clock
        self._sleep = sleep
        self._timeout = config.timeout
        self._seconds = CALL_SECONDS if seconds is None else seconds
        self._end = clock() + self._seconds
        self.login = config.login
        self._mode = config.session
        self._session: Optional[str] = None
        # a path that the service answered in the present session, "" for none
        self._readable_path = ""
        self._root: Optional[Json] = None
        self._kept_resources: Optional[dict[str, Json]] = {} if keeps else None
        #: the parts of each PDU's link, for `links.same`
        self.pdu_links: Sequence[Sequence[str]] = ()
        # of all answers together
        self._bytes = 0
        # seconds that the slowest answer took
        self._slowest_seconds = 0.0
        self._uses_expand = True

    def __enter__(self) -> RedfishService:
        return self

    def __exit__(self, *_: object) -> None:
        """Delete the session and close the connections.

        > DELETE /redfish/v1/SessionService/Sessions/12         if a session is open
        < 204
        """
        try:
            if self._session is not None:
                self._log_out(self._session)
        finally:
            for client in self._clients:
                client.close()

    def renew(self) -> None:
        """Allow as much time, and as many bytes of answers, from now on as at the start.

        before    5 of 45 s are left, 12 of 16 MiB of answers were read
        after     45 s are left, 0 MiB of answers were read
        """
        self._end = self._clock() + self._seconds
        self._bytes = 0
        for client in self._clients:
            client.renew(self._seconds + LOGOUT_SECONDS)

    def forget(self) -> None:
        """Drop the resources that are kept, so that they are read anew."""
        if self._kept_resources is not None:
            self._kept_resources.clear()

    @contextlib.contextmanager
    def reading_anew(self) -> Iterator[None]:
        """Keep no resource in this block, and none from before it.

        service.get(".../Outlets/A1")           > GET .../Outlets/A1
        with service.reading_anew():
            service.get(".../Outlets/A1")       > GET .../Outlets/A1, each time
        """
        resources = self._kept_resources
        self._kept_resources = None
        try:
            yield
        finally:
            self._kept_resources = None if resources is None else {}

    @property
    def netloc(self) -> str:
        """Host and port of the service, for errors; without the port if it is the usual one."""
        return self._clients[0].where.netloc

    @property
    def expands(self) -> bool:
        """Whether the service offers to include members in its lists, and no answer with members
        was unusable so far.
        """
        return self._uses_expand and bool(links.expansion(self.root(), levels=1))

    # ---- reading ---------------------------------------------------------------------------------

    def root(self) -> Json:
        """The service root, the resource whose links lead to all others. It is read once: usually
        1 round trip, 2 with a session, which is opened here. It needs no login (DSP0266), but some
        services want one, and show here whether they take basic login.

            > GET /redfish/v1/
            < {"PowerEquipment": {"@odata.id": "/redfish/v1/PowerEquipment"}, ...}
        """
        if self._root is None:
            is_session = self._mode == SESSION
            reply = self._send("GET", ROOT, anonymous=is_session)
            if reply.status == 401 and self._switch_to_session(reply):
                reply = self._send("GET", ROOT, anonymous=True)
            if reply.status in (404, 503):
                raise self._no_service(reply)
            self._root = self._resource(reply, ROOT)
        if self.needs_session:
            self._log_in(self._root)
        return self._root

    def _no_service(self, reply: Response) -> PduHandlerError:
        """The error for the answer `reply`, 404 or 503, to the request of the service root.

        > GET /redfish/v1/
        < 404                      Unsupported: ...; if its Redfish service is off, ...
        < 503                      HttpUnreachable with the same words
        """
        error_class = Unsupported if reply.status == 404 else HttpUnreachable
        reason = error_of(reply, self.login, "GET", ROOT).reason
        return error_class(
            f"{reason}; if its Redfish service is off, switch it on in the PDU's own settings;"
            " if the PDU has none, use another handler",
            operation=f"GET {ROOT}",
        )

    def get(self, target: object, list_link: str = "") -> Json:
        """The resource behind a link: 1 round trip, none if it is kept. Its `@odata.id`, its link
        to itself, must be the path that was asked for, or `list_link`, which a page of a list may
        have: the link of the list.

            > GET /redfish/v1/PowerEquipment/RackPDUs/1/Outlets/A1
            < {"@odata.id": ".../RackPDUs/1/Outlets/A1", "Id": "A1", "PowerState": "On"}
            < {"@odata.id": ".../RackPDUs/2/Outlets/A1", ...}           raises ProtocolError
        """
        path = self.path(target)
        return self._read_once(path, lambda: self._resource(self.reply(path), path, list_link))

    def _read_once(self, path: str, fetch: Callable[[], Json]) -> Json:
        """The resource at `path`: the one that this service keeps, else what `fetch` returns, which
        is then kept if the service keeps resources at all.

            first call     > GET .../Outlets/A1
            second call    nothing is sent
        """
        if self._kept_resources is None:
            return fetch()
        if path not in self._kept_resources:
            self._kept_resources[path] = fetch()
        return self._kept_resources[path]

    def reply(self, path: str) -> Response:
        """The answer to a GET; it may be an error.

        Raises HttpRefused if a redirect is not allowed. Opens a session if needed, and once another
        one if the unit has ended the session.

            > GET .../Outlets/A1
            < 401                      without Basic in WWW-Authenticate: it wants a session
            > POST /redfish/v1/SessionService/Sessions, GET .../Outlets/A1
            < 201, 200
        """
        root = self.root()
        reply = self._send("GET", path)
        needs_login = False
        if reply.status == 401:
            needs_login = self._switch_to_session(reply) or self._session_has_ended()
        if needs_login:
            self._log_in(root)
            reply = self._send("GET", path)
        elif self._mode == AUTO:
            self._mode = BASIC
        if self.login.token is not None and reply.status == 200:
            self._readable_path = path
        return reply

    def _session_has_ended(self) -> bool:
        """Whether a 401 means that the session has ended, and not that the account lacks a right:
        1 round trip. The service is asked for a path that it answered before in this session.

            > GET .../RackPDUs/1       which was read in this session
            < 401                      True: it ended, perhaps while it was idle
            < 200                      False: a further session would give no right, either
        """
        return bool(self._readable_path) and self._send("GET", self._readable_path).status == 401

    def get_expanded(self, target: object, levels: int = 1) -> Json:
        """The resource behind a link. If the service offers $expand, the resources that this one
        links to are usually included.

        1 round trip; 2 if the expanded answer cannot be used: an error of the device, or no JSON
        (SHORTCUT_ERRORS). If the second request succeeds, $expand is not sent again. Raises the
        error of the login if the device refused it (`needs_session`), without a second request.

            > GET .../RackPDUs/1/Outlets?$expand=.($levels=1)
            < 400
            > GET .../RackPDUs/1/Outlets
            < {"Members": [{"@odata.id": ".../Outlets/A1"}, ...]}       no $expand from now on
        """
        path = self.path(target)
        query = ""
        if self._uses_expand and "?" not in path:
            query = links.expansion(self.root(), levels)
        if not query:
            return self.get(path)
        try:
            return self.get(path + query)
        except SHORTCUT_ERRORS as error:
            if self.needs_session:  # the device refused the login just now
                raise
            plain = self.get(path)  # raises where the resource itself is missing
            LOGGER.info(f"the device offers {query} but its answer cannot be used: {error}")
            self._uses_expand = False
            return plain

    def all(self, targets: Sequence[object]) -> list[Union[Json, PduHandlerError]]:
        """The resource behind each link in order, or its error, such as a 404 or a 503. Usually 1
        round trip each, on up to 4 connections.

        Raises errors that concern the whole service even for one resource: of login, rights,
        network and load (429); and ProtocolError for a link to another service.

            > GET .../Outlets/A1, GET .../Outlets/A2
            < {"Id": "A1"}, 404        [{"Id": "A1"}, HttpRefused(...)]
        """
        paths = [self.path(target) for target in targets]
        results: list[Union[Json, PduHandlerError]] = []
        logs_in = self._mode == AUTO or self.needs_session
        if logs_in and len(paths) > 1:
            # the first reading logs in, before others are sent beside it
            first_path = paths.pop(0)
            results.append(self._resource_or_error(first_path))
        if len(paths) <= _PER_CONNECTION:
            results += [self._resource_or_error(path) for path in paths]
            return results
        self._add_clients(min(_MOST_CONNECTIONS, math.ceil(len(paths) / _PER_CONNECTION)))
        results += read_in_parallel(
            paths,
            self._clients,
            read=self._read_beside_others,
            read_alone=self._resource_or_error,
        )
        return results

    def _add_clients(self, count: int) -> None:
        """Make clients up to that count, each with a connection of its own."""
        while len(self._clients) < count:
            transport = self._transport(self._trust)
            self._clients.append(RedirectedClient(self._clients[0].where, transport))

    def _read_beside_others(self, path: str, client: HttpClient) -> Union[Json, PduHandlerError]:
        """The resource or the error of reading it, while other clients read. Raises the error of a
        503: perhaps there are too many requests at once, and the path is read again by one client
        alone.

            > GET .../Outlets/A7       on the third connection
            < 404                      returns HttpRefused(...)
            < 503                      raises HttpBusy
        """
        result = self._resource_or_error(path, client)
        if isinstance(result, HttpBusy):
            raise result
        return result

    def _resource_or_error(
        self, path: str, client: Optional[HttpClient] = None
    ) -> Union[Json, PduHandlerError]:
        """The resource at `path`, from what was read before, else read by `client`, by default the
        first; its error if it alone cannot be read. Raises errors that concern the whole service.

            > GET .../Outlets/A1
            < 200 {"Id": "A1"}         the resource
            < 404                      returns HttpRefused(...)
            < 429                      raises TooManyRequests
        """
        if self._kept_resources is not None and path in self._kept_resources:
            return self._kept_resources[path]
        # the first client alone opens sessions; an error of the exchange concerns the whole service
        if client is None or client is self._clients[0]:
            reply = self.reply(path)
        else:
            reply = self._send("GET", path, client=client)
        try:
            return self._read_once(path, lambda: self._resource(reply, path))
        except RESOURCE_ERRORS as error:
            return error

    def path(self, target: object) -> str:
        """The path of a link of this service. Raises ProtocolError for any other link."""
        return links.path(target, self._clients[0].where, self.login)

    def _resource(self, reply: Response, path: str, list_link: str = "") -> Json:
        """The resource in `reply`, the answer for `path`. Raises ProtocolError if its `@odata.id`
        is neither `path` nor `list_link`, and the error of a status other than 200.

            path ".../RackPDUs/1/Outlets/A1"
            < {"@odata.id": ".../RackPDUs/1/Outlets/A1", "Id": "A1"}    the resource
            < {"@odata.id": ".../RackPDUs/2/Outlets/A1", "Id": "A1"}    ProtocolError
        """
        if reply.status == 429:  # concerns all requests
            error = error_of(reply, self.login, "GET", path)
            raise TooManyRequests(error.parts, operation=error.operation)
        if reply.status != 200:
            raise error_of(reply, self.login, "GET", path)
        try:
            content = resource(reply, self.login)
            self_link = text(content, "@odata.id")
            is_requested = links.same(self_link, path, self.pdu_links)
            if not is_requested and not links.same(self_link, list_link, self.pdu_links):
                raise ProtocolError(
                    "the service answered with a resource other than the one requested"
                )
        except ProtocolError as error:
            # a path is searched for the login only here: that costs more than to read the answer
            raise error.at("", f"GET {self.login.quoted_path(path)}") from None
        return content

    # ---- writing ---------------------------------------------------------------------------------

    def post(self, path: str, body: Mapping[str, object], etag: str = "") -> Response:
        """The answer to a POST of the JSON `body`, sent once: 1 round trip. `etag`: the version of
        the resource that the request needs (If-Match), "" for any."""
        headers = {"If-Match": etag} if etag else {}
        return self._send("POST", path, body, headers=headers, once=True)

    def created_path(self, reply: Response) -> Optional[str]:
        """The path of the session or task that a POST made: its Location, else its `@odata.id`;
        None without a usable link.

        A Location may name the service by another host, port or scheme than it is reached by, as
        behind a forwarded port. Only its path is used, so no login leaves this service.

            < 201, Location: https://10.0.0.9:8443/redfish/v1/TaskService/Tasks/7
            /redfish/v1/TaskService/Tasks/7
        """
        content = json_object(reply) or {}
        for target in (reply.headers.get("location"), content.get("@odata.id")):
            # ValueError: no URL
            with contextlib.suppress(ProtocolError, ValueError):
                target_here = _path_and_query(target)
                return self.path(target_here)
        return None

    # ---- login -----------------------------------------------------------------------------------

    @property
    def needs_session(self) -> bool:
        """Whether requests need a session, and none is open: the first is not begun yet, or the
        service refused to open one."""
        return self._mode == SESSION and self.login.token is None

    def _switch_to_session(self, reply: Response) -> bool:
        """If the setting is auto, and the 401 `reply` offers no basic login (RFC 9110, 11.6.1), use
        a session from now on (`_mode`). Returns whether it does.

            < 401, WWW-Authenticate: Redfish           True
            < 401, WWW-Authenticate: Basic             False: the password is wrong
        """
        schemes = reply.headers.get("www-authenticate", "").lower()
        if self._mode != AUTO or "basic" in schemes:
            return False
        self._mode = SESSION
        return True

    def _log_in(self, root: Json) -> None:
        """Open a session: 1 round trip. Sets `login`, which then has the token, and `_session`, the
        path at which it is deleted. `root`: the service root, whose link leads to the sessions.
        Raises Unsupported without this link, ProtocolError without a usable token, and the error of
        an answer that refuses the login.
        """
        # > POST /redfish/v1/SessionService/Sessions {"UserName": ..., "Password": ...}
        # < 201 Created, X-Auth-Token, Location  DSP0266, "Redfish session login"
        sessions = link(child(root, "Links"), "Sessions")
        if sessions is None:
            raise Unsupported(
                (
                    (
                        "the service root has no link to its sessions (Links.Sessions), so no"
                        " session can be opened: check user name and password, and try "
                    ),
                    NamedSetting("session", "basic", "the handler setting "),
                )
            )
        # Repeated if the connection was closed: a lost login may leave a session, which ends by
        # itself, with or without a second. The login has no `Context` (Session_v1) to find that
        # session by: older firmware may refuse a login with a property that it does not have, and
        # a session with the mark of this handler may be in use by another call.
        path = self.path(sessions)
        reply = self._send(
            "POST",
            path,
            {"UserName": self.login.user, "Password": self.login.password},
            anonymous=True,
        )
        if reply.status not in (200, 201, 204):
            raise error_of(reply, self.login, "POST", path)
        token = reply.headers.get("x-auth-token", "")
        has_usual_length = 0 < len(token) <= _LONGEST_TOKEN
        if not has_usual_length or not token.isascii() or not token.isprintable():
            raise ProtocolError("the service opened a session without a usable token")
        self.login = replace(self.login, token=token).hiding(self.login)
        self._readable_path = ""
        self._session = self.created_path(reply)
        if self._session is None:
            LOGGER.info("the service sent no link to delete the session, which ends by itself")

    def _log_out(self, session: str) -> None:
        """Delete the session: 1 round trip, and others until one is answered or the time is over:
        units have few sessions, and one that stays is taken from other users.

            > DELETE /redfish/v1/SessionService/Sessions/12
            < 503                                      once more after 0.05 s
            > DELETE /redfish/v1/SessionService/Sessions/12
            < 204
        """
        self._end = self._clock() + LOGOUT_SECONDS
        pause = _FIRST_PAUSE_SECONDS
        while True:
            reason: object
            try:
                reply = self._send("DELETE", session)
            except PduHandlerError as error:
                reason = error
                may_repeat = isinstance(error, Unreachable)
            else:
                # 404: a repeated request found the session gone
                if reply.status in (200, 202, 204, 404):
                    return
                reason = reply.status
                may_repeat = reply.status in _TRY_AGAIN
            if not may_repeat or self._clock() + pause >= self._end:
                LOGGER.info(f"the session was not deleted ({reason}) and ends by itself")
                return
            self._sleep(pause)
            pause *= 2

    # ---- requests --------------------------------------------------------------------------------

    def _send(
        self,
        method: str,
        path: str,
        body: Optional[Mapping[str, object]] = None,
        *,
        anonymous: bool = False,
        headers: Mapping[str, str] = {},
        client: Optional[HttpClient] = None,
        once: bool = False,
    ) -> Response:
        """One request within the time of the call. `anonymous`: without the login; `once`: never
        repeated. Raises HttpUnreachable when the time is over, ProtocolError when all answers
        together are too long.

            > GET /redfish/v1/PowerEquipment           Authorization: Basic ..., OData-Version: 4.0
            < 200 {"RackPDUs": ...}
        """
        seconds_left = self._seconds_left()
        client = client or self._clients[0]
        wait = self._wait(client, seconds_left)
        all_headers = {**_HEADERS, **headers}
        content: Optional[bytes] = None
        if body is not None:
            all_headers["Content-Type"] = "application/json"
            content = json.dumps(body).encode()
        start = self._clock()
        request = Request(
            method=method,
            target=path,
            headers=all_headers,
            body=content,
            timeout=wait,
            total=min(2 * wait, seconds_left),
            limit=LIMIT,
            once=once,
        )
        login = replace(self.login, is_sent=False) if anonymous else self.login
        reply = client.send(request, login, _ANY_STATUS)
        self._slowest_seconds = max(self._slowest_seconds, self._clock() - start)
        self._count_bytes(reply)
        return reply

    def _seconds_left(self) -> float:
        """The seconds that are left for the call. Raises HttpUnreachable if none are.

        45 s for the call, of which 12 are over    33.0
        46 s after its start                       HttpUnreachable
        """
        seconds = self._end - self._clock()
        if seconds <= 0:
            raise no_connection(
                f"the device took longer than {self._seconds:g} s for this call; try again"
            )
        return seconds

    def _wait(self, client: HttpClient, seconds_left: float) -> float:
        """The seconds in which the service must react to a request of this client: less on a
        connection beside the first. `seconds_left`: for the call.

            timeout 10, first connection                              10
            timeout 10, second connection, slowest answer 0.8 s       4: five times 0.8
        """
        wait = min(self._timeout, seconds_left)
        if client is self._clients[0]:
            return wait
        return min(wait, max(_SPARE_SECONDS, _SPARE_FACTOR * self._slowest_seconds))

    def _count_bytes(self, reply: Response) -> None:
        """Add the length of an answer's body to that of all answers. Raises ProtocolError if they
        are too long together.

            16 MiB of answers, and one more byte       ProtocolError
        """
        self._bytes += len(reply.body)
        if self._bytes > self.most_bytes:
            raise ProtocolError(
                f"the device's answers are longer than {self.most_bytes} bytes together"
            )


def _path_and_query(target: object) -> object:
    """The path and query of a URL that may name a host. Raises ValueError.

    >>> _path_and_query("https://10.0.0.9:8443/redfish/v1/Tasks/1?x=1")
    '/redfish/v1/Tasks/1?x=1'
    """
    if not isinstance(target, str):
        return target
    parts = urlsplit(target)
    if not parts.netloc:
        return target
    return f"{parts.path}?{parts.query}" if parts.query else parts.path
