"""The documented Agent: one device, its login, its connection, and one call of a method."""
from __future__ import annotations

import contextlib
import functools
import itertools
import json
import time
from typing import Dict, Iterator, Mapping, Optional, Sequence, Union
from urllib.parse import quote

from ....errors import SettingsError
from ....http.client import HttpClient, Login, Reply, Stream, Transport, endpoint
from ....http.connection import StandardTransport
from ....http.strict_json import LIMIT
from ....tls import Trust
from .answer import parsed, result
from .errors import JsonRpcErrorException, JsonRpcSyntaxException

DEFAULT_TIMEOUT = 10.0                      # seconds for one wait; the vendor's binding would wait for ever
LONGEST_TIMEOUT = 86400.0                   # a system's timers hold some weeks, and an upload waits for a multiple of it
SECONDS_PER_CALL = 0.05                     # a real unit took 1 to 2 s for 300 calls in a bulk
# At least that many seconds for methods that wait: pollEvents returns after 30 s at the latest (EventService.idl 1.0.1). Keys are
# computed, and link units asked over the network; how long that takes is not documented.
MINIMUM_WAITS: Mapping[str, float] = {
    "pollEvents": 45.0,
    **dict.fromkeys(("generateUnsignedKeyPair", "generateSelfSignedKeyPair", "generateScepKey"), 120.0),
    **dict.fromkeys(("addLinkUnit", "addLinkUnit2", "addCascadeLinkUnit", "addLinkPortLinkUnit", "addSecureSerialLinkUnit",
                     "addZigbeeLinkUnit"), 60.0)}
DOWNLOAD_LIMIT = 512 << 20
_IN_QUERY = "?&=,:+%"                       # sent unchanged in the path of a file, which may be quoted already
_JSON = {"Content-Type": "application/json", "Accept": "application/json"}
_READERS = ("get", "is", "list", "lookup")  # methods that change nothing, so they may be repeated


@functools.lru_cache(maxsize=1024)
def reads_only(method: str) -> bool:
    """Whether an IDL method of this name changes nothing on the device."""
    return any(method == word or method.startswith(word) and method[len(word)].isupper() for word in _READERS)


class Agent:
    """Carries calls to one device over one kept connection. Thread-safe; calls are serialised.

    proto: "https" or "http". host: name or address, with `:port` where it is not the usual one. Without user and
    password or token, call `set_auth_basic` or `set_auth_token` before the first request. timeout: seconds for one
    answer (None: 10), grown with the size of a bulk, and never less than MINIMUM_WAITS for methods that wait.
    `trust` (a CA, a fingerprint) and `transport` are ours.
    Raises SettingsError for an address, protocol or time-out that cannot be one. Nothing is sent before the first call.
    """

    def __init__(self, proto: str, host: str, user: Optional[str] = None, passwd: Optional[str] = None,
                 token: Optional[str] = None, debug: bool = False, disable_certificate_verification: bool = False,
                 timeout: Optional[float] = None, *, port: Optional[int] = None, trust: Optional[Trust] = None,
                 transport: Optional[Transport] = None) -> None:
        trust = trust or Trust(verify=not disable_certificate_verification)
        self._client = HttpClient(endpoint(proto, host, port), transport or StandardTransport(trust))
        self._ids = itertools.count(1)
        self.debug, self.timeout = debug, timeout
        self.user, self.passwd, self.token = user, passwd, token
        self.login.headers()                # says now what cannot be sent later

    def __enter__(self) -> Agent:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"Agent({self.url})"

    @property
    def url(self) -> str:
        """Where requests go: `https://host[:port]`, after a redirect the new place."""
        return self._client.where.url

    @property
    def host(self) -> str:
        """The device's name or address."""
        return self._client.where.host

    @property
    def timeout(self) -> Optional[float]:
        """Seconds for one answer; None: 10. Setting it raises SettingsError."""
        return self._timeout

    @timeout.setter
    def timeout(self, seconds: Optional[float]) -> None:
        if seconds is not None and not (isinstance(seconds, (int, float)) and 0 < seconds <= LONGEST_TIMEOUT):
            raise SettingsError(f"the time-out is {seconds!r}; give seconds above 0, at most {LONGEST_TIMEOUT:.0f}, "
                                f"or None for {DEFAULT_TIMEOUT:.0f}")
        self._timeout = seconds

    @property
    def _wait(self) -> float:
        return self._timeout or DEFAULT_TIMEOUT

    def close(self) -> None:
        """Close the connection. A session is closed by `session.SessionManager.closeCurrentSession`, before this."""
        self._client.close()

    def set_auth_basic(self, user: str, password: str) -> None:
        """Log in with user and password in every request. SettingsError for what is no text."""
        Login(user, password).headers()
        self.user, self.passwd, self.token = user, password, None

    def set_auth_token(self, token: str) -> None:
        """Use the token of a session from here on, and no password. SettingsError for what cannot be a token."""
        Login(token=token).headers()
        self.token, self.user, self.passwd = token, None, None

    @contextlib.contextmanager
    def with_token(self, token: str) -> Iterator[None]:
        """Use that token inside, and afterwards again what was used before. SettingsError as `set_auth_token`."""
        before = self.user, self.passwd, self.token
        self.set_auth_token(token)
        try:
            yield
        finally:
            self.user, self.passwd, self.token = before

    @property
    def login(self) -> Login:
        """How requests log in now; scripts may set user, passwd and token one by one."""
        return Login(self.user, self.passwd, self.token)

    # ---- JSON-RPC ------------------------------------------------------------------------------------------

    def json_rpc(self, target: str, method: str, params: Union[Mapping[str, object], Sequence[object]] = (),
                 calls: int = 1, repeatable: Optional[bool] = None) -> object:
        """The `result` member of one call: one round trip. `calls` lets the time-out grow with a bulk.

        Raises HttpException, JsonRpcErrorException (an error object), JsonRpcSyntaxException; ValueError, before anything is
        sent, for a number that JSON does not have (NaN, infinity).
        """
        # > POST /model/pdu/0/outlet/6
        # > {"jsonrpc": "2.0", "id": 1, "method": "getState", "params": {}}
        # < 200 OK
        # < {"jsonrpc": "2.0", "id": 1, "result": {"_ret_": {"available": true, "powerState": 1, ...}}}
        number, login = next(self._ids), self.login
        body = json.dumps({"jsonrpc": "2.0", "method": method, "params": params or {}, "id": number},
                          separators=(",", ":"), allow_nan=False).encode()
        wait = max(self._wait, MINIMUM_WAITS.get(method, 0.0)) + SECONDS_PER_CALL * (calls - 1)
        started = time.monotonic()
        try:
            reply = self._client.send("POST", _path(target), _JSON, body, login, wait, 2 * wait, limit=LIMIT,
                                      repeatable=reads_only(method) if repeatable is None else repeatable)
            if self.debug:
                self._print(f"{method} {target}", number, len(body), reply, started)
            return result(parsed(reply.body, reply.headers.get("content-type", ""), login), number, login, reply.body)
        except (JsonRpcErrorException, JsonRpcSyntaxException) as error:
            if isinstance(error, JsonRpcSyntaxException):
                self._client.close()        # what comes next on this connection may be the answer to something else
            raise error.at(self.host, f"{method} {login.quoted(target)}") from None

    def _print(self, what: str, number: int, sent: int, reply: Reply, started: float) -> None:
        print(f"json-rpc {number}: {self.login.quoted(what.partition('?')[0])}, {sent} bytes sent, status {reply.status}, "
              f"{len(reply.body)} bytes received in {time.monotonic() - started:.3f} s")

    # ---- files ---------------------------------------------------------------------------------------------

    def get(self, target: str) -> bytes:
        """The body of an HTTP GET, one round trip. Raises HttpException."""
        return self._file("GET", target, {}, None, self._wait, True, DOWNLOAD_LIMIT).body

    def form_data_file(self, target: str, datas: Sequence[Mapping[str, object]]) -> Dict[str, object]:
        """POST files as a form, one round trip; they are streamed. Returns {"headers": mapping, "body": text}.

        Each of `datas` has data (bytes or an open binary file), filename, formname, mimetype, and may have progress, a
        function called with (bytes sent, size). Header names are in lower case and found in any. HttpException.
        """
        from ....http.multipart import FormFile, Headers, MultipartForm

        form = MultipartForm([FormFile.of(entry) for entry in datas])
        headers = {"Content-Type": form.content_type, "Content-Length": str(len(form))}
        reply = self._file("POST", target, headers, form, 6 * self._wait, False, LIMIT)
        return {"headers": Headers(reply.headers), "body": reply.body.decode("utf-8", "replace")}

    def _file(self, method: str, target: str, headers: Mapping[str, str], body: Optional[Stream], wait: float, repeatable: bool,
              limit: int) -> Reply:
        started = time.monotonic()
        reply = self._client.send(method, _path(target, _IN_QUERY), headers, body, self.login, wait, 60 * self._wait,
                                  repeatable=repeatable, limit=limit)
        if self.debug:
            self._print(f"{method} {target}", 0, len(body or b""), reply, started)
        return reply


def _path(target: str, also: str = "") -> str:
    try:
        return quote(target if target.startswith("/") else "/" + target, safe="/" + also)
    except UnicodeError:
        pass
    raise JsonRpcSyntaxException("a resource id holds half of a surrogate pair, which is no text")
