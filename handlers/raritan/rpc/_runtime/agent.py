"""The Agent of the vendor's Python binding: the login, the connection, the JSON-RPC calls and the
files of one device.

A call is a JSON object in a POST to the resource id of an object, with an id that its answer
repeats. A bulk is one POST with many calls. `login.quoted(text)` makes a text of the device safe to
show: printable, cut, and left out if it holds the password or the token.
"""

from __future__ import annotations

import itertools
import json
import re
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Optional, Union
from urllib.parse import quote, unquote

from ....http.client import endpoint
from ....http.connection import StandardTransport
from ....http.errors import error_of_status
from ....http.login import Login
from ....http.message import Request, Response, Transport
from ....http.multipart import Headers, MultipartForm
from ....http.redirects import RedirectedClient
from ....http.strict_json import LIMIT, loads
from ....shared.errors import PduHandlerError, SettingsError
from ....shared.tls import Trust
from .errors import JsonRpcErrorException, JsonRpcSyntaxException, error_of

# How long an answer may take, in seconds.
# for each wait on the network; the vendor's binding has no limit by default
DEFAULT_TIMEOUT = 10.0
# an upload waits 6 times this; poll(), which sockets use, waits at most 24 days
LONGEST_TIMEOUT = 86400.0
SECONDS_PER_CALL = 0.05  # a real unit took 1 to 2 s for 300 calls in a bulk
# The shortest waits for methods that take long on the device. pollEvents returns after 30 s at the
# latest (EventService.idl 1.0.1). The other waits are estimates.
MINIMUM_WAITS: Mapping[str, float] = {
    "pollEvents": 45.0,
    **dict.fromkeys(
        ("generateUnsignedKeyPair", "generateSelfSignedKeyPair", "generateScepKey"), 120.0
    ),
    **dict.fromkeys(
        (
            "addLinkUnit",
            "addLinkUnit2",
            "addCascadeLinkUnit",
            "addLinkPortLinkUnit",
            "addSecureSerialLinkUnit",
            "addZigbeeLinkUnit",
        ),
        60.0,
    ),
}

DOWNLOAD_LIMIT = 512 << 20  # bytes
# not percent-encoded in a file's target: the caller has encoded its query
_IN_QUERY = "?&=,:+%"
# error statuses, RFC 9110, 15.5 and 15.6; a JSON-RPC error beside one in a bulk is reported instead
_ERRORS = range(400, 600)
# The vendor's SDK 4.4.1 sends this client type; SDK 4.0.0 sends none. Which other types a unit
# accepts is not documented.
_JSON = {
    "Content-Type": "application/json",
    "Accept": "application/json",
    "X-Client-Type": "Python RPC",
}
# a wrong PIN uses up an attempt
reads_only = re.compile(r"(?!\w+WithPin$)(get|is|list|lookup)([A-Z]\w*)?").fullmatch
"""Matches the name of an IDL method that changes nothing on the device, so that its call may be
repeated: getState, isEnabled; not setPowerState.
"""


# handler settings -> what an Agent takes in their place
_ARGUMENTS = {
    "'ca_pem'": "trust=rpc.Trust(ca_pem=...)",
    "'fingerprint'": "trust=rpc.Trust(fingerprint=...)",
    "verify=no": "disable_certificate_verification=True",
}


class Agent:
    """Carries calls to one device over one persistent connection, `_client`, with the `login` that
    each request has in its header. Thread-safe; calls are serialised.

        agent = Agent("https", "192.0.2.7", user="admin", passwd="...")
        Outlet("/model/pdu/0/outlet/6", agent).getState()
        > POST /model/pdu/0/outlet/6
        > {"jsonrpc": "2.0", "id": 1, "method": "getState", "params": {}}
        < {"jsonrpc": "2.0", "id": 1, "result": {"_ret_": {"available": true, ...}}}

    Arguments; port, trust and transport are not in the vendor's binding:

    - proto: "https" or "http".
    - host: name or address, with `:port` if it is not the usual one.
    - user, passwd, token: without them, call `set_auth_basic` or `set_auth_token` before the first
      request.
    - timeout: longest wait for the device to react, in seconds (None: 10); a whole answer may take
      twice that. Bulks, uploads and methods in MINIMUM_WAITS may take longer.
    - trust: a CA or a fingerprint; overrides disable_certificate_verification.

    Raises SettingsError for an invalid address, protocol, login or time-out. Nothing is sent before
    the first call.
    """

    #: of the next request
    login: Login

    def __init__(
        self,
        proto: str,
        host: str,
        user: Optional[str] = None,
        passwd: Optional[str] = None,
        token: Optional[str] = None,
        debug: bool = False,
        disable_certificate_verification: bool = False,
        timeout: Optional[float] = None,
        *,
        port: Optional[int] = None,
        trust: Optional[Trust] = None,
        transport: Optional[Transport] = None,
    ) -> None:
        self._has_own_trust = trust is not None
        trust = trust or Trust(verify=not disable_certificate_verification)
        where = endpoint(proto, host, port)
        self._client = RedirectedClient(where, transport or StandardTransport(trust))
        self._ids = itertools.count(1)
        self.debug = debug
        self.timeout = timeout
        self._log_in(Login(user, passwd, token))

    def renew(self, total: float) -> None:
        """Allow `total` seconds from now on, if the transport has such a limit. Not in the vendor's
        binding."""
        self._client.renew(total)

    def __enter__(self) -> Agent:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"Agent({self.url})"

    @property
    def url(self) -> str:
        """The address of requests, such as `https://pdu:8443`.

        Following a redirect from http to https changes it.
        """
        return self._client.where.url

    @property
    def netloc(self) -> str:
        """The device's name or address, with a port that is not usual, for errors.

        >>> Agent("https", "192.0.2.7").netloc, Agent("https", "192.0.2.7:8443").netloc
        ('192.0.2.7', '192.0.2.7:8443')
        """
        return self._client.where.netloc

    @property
    def timeout(self) -> Optional[float]:
        """The longest wait for the device to react, in seconds (None: 10).

        Raises SettingsError when set to an invalid value, such as 0 or "30".
        """
        return self._timeout

    @timeout.setter
    def timeout(self, seconds: Optional[float]) -> None:
        """Raises SettingsError unless it is a number above 0, up to LONGEST_TIMEOUT, or None."""
        is_valid = isinstance(seconds, (int, float)) and 0 < seconds <= LONGEST_TIMEOUT
        if seconds is not None and not is_valid:
            raise SettingsError(
                f"the time-out is {seconds!r}; give seconds above 0, at most {LONGEST_TIMEOUT:.0f},"
                f" or None for {DEFAULT_TIMEOUT:.0f}"
            )
        self._timeout = seconds

    def _wait(self) -> float:
        """The time-out of a call."""
        return self.timeout or DEFAULT_TIMEOUT

    def close(self) -> None:
        """Close the connection; the next call opens one.

        To log out, call `SessionManager.closeCurrentSession` first.
        """
        self._client.close()

    @property
    def user(self) -> Optional[str]:
        """The user of the next request. Scripts may set user, passwd and token one by one."""
        return self.login.user

    @user.setter
    def user(self, user: Optional[str]) -> None:
        self.login = replace(self.login, user=user)

    @property
    def passwd(self) -> Optional[str]:
        """The password of the next request."""
        return self.login.password

    @passwd.setter
    def passwd(self, password: Optional[str]) -> None:
        self.login = replace(self.login, password=password)

    @property
    def token(self) -> Optional[str]:
        """The token of the next request; overrides user and password."""
        return self.login.token

    @token.setter
    def token(self, token: Optional[str]) -> None:
        self.login = replace(self.login, token=token)

    def set_auth_basic(self, user: str, password: str) -> None:
        """Log in with user and password in every request.

        Raises SettingsError for a login that HTTP cannot carry.
        """
        self._log_in(Login(user, password))

    def set_auth_token(self, token: str) -> None:
        """Log in with a session's token, not a password.

        Raises SettingsError unless the token is one line of printable ASCII.
        """
        self._log_in(Login(token=token))

    def _log_in(self, login: Login) -> None:
        login.headers()  # raises SettingsError before anything is changed
        self.login = login

    def json_rpc(
        self,
        target: str,
        method: str,
        params: Union[Mapping[str, object], Sequence[object]] = (),
        calls: int = 1,
        repeatable: Optional[bool] = None,
        least: float = 0.0,
    ) -> object:
        """Make one call to the object with the resource id `target`, and return the `result`
        member.

        > POST /model/pdu/0/outlet/6
        > {"jsonrpc": "2.0", "id": 1, "method": "getState", "params": {}}
        < {"jsonrpc": "2.0", "id": 1, "result": {"_ret_": {"available": true, "powerState": 1}}}
        returned   {"_ret_": {"available": True, "powerState": 1}}

        calls: the number of calls in a bulk, which waits longer. repeatable: whether the request
        may be sent again over a new connection (None: if the method only reads). least: shortest
        wait in seconds. Raises HttpException, JsonRpcErrorException (an error object),
        JsonRpcSyntaxException, SettingsError (login or trust), and ValueError for a number that
        JSON does not have, such as NaN.
        """
        number = next(self._ids)
        login = self.login
        call = {"jsonrpc": "2.0", "method": method, "params": params or {}, "id": number}
        body = json.dumps(call, separators=(",", ":"), allow_nan=False).encode()
        wait = max(self._wait(), least, MINIMUM_WAITS.get(method, 0.0))
        wait += SECONDS_PER_CALL * (calls - 1)
        if repeatable is None:
            repeatable = bool(reads_only(method))
        try:
            request = _call_request(target, body, wait, once=not repeatable)
            reply = self._send(f"{number}: {method}", request)
            return result(parsed(reply, login), number, login)
        except (JsonRpcErrorException, JsonRpcSyntaxException) as error:
            if isinstance(error, JsonRpcSyntaxException):
                # the next answer on this connection may belong to another request
                self._client.close()
            raise error.at(self.netloc, f"{method} {login.quoted_path(target)}") from None

    def get(self, target: str) -> bytes:
        """The body of an HTTP GET, of at most DOWNLOAD_LIMIT bytes.

        > GET /cgi-bin/diag-data.cgi
        < 200, and the file

        Raises HttpException, SettingsError (login or trust), and JsonRpcSyntaxException for a
        target that is not text.
        """
        wait = self._wait()
        path = _path(target, _IN_QUERY)
        request = Request(
            method="GET",
            target=path,
            headers={},
            body=None,
            timeout=wait,
            total=60 * wait,
            limit=DOWNLOAD_LIMIT,
        )
        return self._send("0: GET", request).body

    def form_data_file(self, target: str, datas: Sequence[Mapping[str, object]]) -> dict[str, Any]:
        """POST files as a form in one round trip. Files are streamed.

            datas   [{"data": b"...", "filename": "config.txt", "formname": "config_file"}]
            > POST /cgi-bin/raw_config_update.cgi, multipart: config_file
            < 200, X-Response-Code: 0
            returned   {"headers": {"x-response-code": "0", ...}, "body": "..."}

        Each of `datas` has data (bytes or an open binary file), filename and formname. Optional:
        mimetype, and progress, a function called with (bytes sent, size). Header names are lower
        case; a look-up ignores case. Raises HttpException, SettingsError (login or trust),
        JsonRpcSyntaxException for a target that is not text, TypeError for other data, and OSError
        for a file that cannot seek.
        """
        form = MultipartForm(datas)
        wait = self._wait()
        headers = {"Content-Type": form.content_type, "Content-Length": str(len(form))}
        path = _path(target, _IN_QUERY)
        request = Request(
            method="POST",
            target=path,
            headers=headers,
            body=form,
            timeout=6 * wait,
            total=60 * wait,
            limit=LIMIT,
            once=True,
        )
        reply = self._send("0: POST", request)
        return {"headers": Headers(reply.headers), "body": reply.body.decode("utf-8", "replace")}

    def _send(self, call: str, request: Request) -> Response:
        """The answer to a request, which is sent with the agent's login. `call`: "1: getState", for
        the line that is printed if `debug` is set:

        json-rpc 1: getState /model/pdu/0/outlet/6, 61 bytes sent, status 200, 148 bytes received
        in 0.052 s

        An error that names a handler setting names the argument of Agent in its place, unless the
        caller has given a `trust`: then he is a handler.
        """
        start = time.monotonic()
        try:
            reply = self._client.send(request, self.login)
        except PduHandlerError as error:
            if self._has_own_trust:
                raise
            # a script has no handler settings
            error.set_reason([_ARGUMENTS.get(str(part), part) for part in error.parts])
            raise
        if self.debug:
            seconds = time.monotonic() - start
            path = self.login.quoted_path(unquote(request.target))
            sent_count = len(request.body or b"")
            print(
                f"json-rpc {call} {path}, {sent_count} bytes sent, status {reply.status},"
                f" {len(reply.body)} bytes received in {seconds:.3f} s"
            )
        return reply


def _call_request(target: str, body: bytes, wait: float, *, once: bool) -> Request:
    """The HTTP request of one call: POST of the JSON `body` to the resource id `target`, with
    `wait` seconds for each wait on the network. `once`: it must not be sent twice.
    """
    return Request(
        method="POST",
        target=_path(target),
        headers=_JSON,
        body=body,
        timeout=wait,
        total=2 * wait,
        limit=LIMIT,
        once=once,
    )


def _path(target: str, unquoted: str = "") -> str:
    """The path of a request. ASCII letters, digits, `_.-~/` and the characters of `unquoted` are
    not percent-encoded.

    >>> _path("/tfwopaque/pdumodel.Outlet:3.0.4/outlet.0")
    '/tfwopaque/pdumodel.Outlet%3A3.0.4/outlet.0'
    >>> _path("cgi-bin/bulk_config_save.cgi?link_ids=1", unquoted="?=")
    '/cgi-bin/bulk_config_save.cgi?link_ids=1'

    Raises JsonRpcSyntaxException for a target that is not text.
    """
    path = target if target.startswith("/") else f"/{target}"
    try:
        return quote(path, safe=f"/{unquoted}")
    except UnicodeEncodeError:
        raise JsonRpcSyntaxException(
            "the target holds half of a surrogate pair, which is not text"
        ) from None


def parsed(reply: Response, login: Login) -> object:
    """The JSON of a reply, as Python has it: a dict for an object. `login` is hidden in the error.

    < {"jsonrpc": "2.0", "id": 1, "result": {}}    returned
    < <html>..., content-type: text/html           JsonRpcSyntaxException: not JSON
    """
    try:
        return loads(reply.body)
    except (ValueError, RecursionError):
        # raised below, without Python's error, which may contain the answer
        pass
    content_type = login.quoted(reply.headers.get("content-type", "")) or "no content type"
    raise JsonRpcSyntaxException(
        f"the answer is not the JSON of a Xerus PDU ({content_type}): check that this is the"
        " address of a Xerus PDU and that no proxy answers in its place",
    )


def result(answer: object, number: int, login: Login) -> object:
    """The `result` member of the answer to the call with the id `number`. `login` is hidden in
    errors.

    >>> result({"jsonrpc": "2.0", "id": 1, "result": {"_ret_": 0}}, 1, Login())
    {'_ret_': 0}

    Raises JsonRpcErrorException for an error object, and JsonRpcSyntaxException for a malformed
    answer or one whose id is not `number`: it may belong to another call.
    """
    if not isinstance(answer, dict):
        raise JsonRpcSyntaxException("the answer is not a JSON object")
    error = answer.get("error")
    answer_id = answer.get("id")
    # `true` is an int in Python, and equals 1
    if type(answer_id) is not int or answer_id != number:
        words = "is this the address of a Xerus PDU?"
        if error is not None:
            words = error_of(error, login).reason
        raise JsonRpcSyntaxException(
            f"the answer may belong to another request (wrong id, or none): {words}",
        )
    if error is not None and answer.get("result") is not None:
        raise JsonRpcSyntaxException("the answer has a result and an error")
    if error is not None:
        raise error_of(error, login)
    if "result" not in answer:
        raise JsonRpcSyntaxException("the answer has neither result nor error")
    return answer["result"]


def responses(answer: object, count: int, login: Login) -> list[Union[object, PduHandlerError]]:
    """The result or error of each of `count` calls in a bulk, by the answer to performBulk. `login`
    is hidden in errors.

    >>> first = {"statcode": 200, "json": {"jsonrpc": "2.0", "id": 0, "result": {"_ret_": 0}}}
    >>> result, error = responses({"responses": [first, {"statcode": 404}]}, 2, Login())
    >>> result, error.code
    ({'_ret_': 0}, '404')

    Raises JsonRpcSyntaxException unless `answer` has `count` responses.
    """
    answers = answer.get("responses") if isinstance(answer, dict) else None
    if not isinstance(answers, list) or len(answers) != count:
        raise JsonRpcSyntaxException("the bulk answer does not hold one response for each call")
    results = []
    for number, response in enumerate(answers):
        results.append(_response(response, number, login))
    return results


def _response(response: object, number: int, login: Login) -> Union[object, PduHandlerError]:
    """The result or error of the call with the id `number` in a bulk. Its JSON tells it, if the
    HTTP status (`statcode`) is 200, or if it has an error object; else the status does. `login` is
    hidden in errors.

    {"statcode": 200, "json": {"id": 0, "result": {"_ret_": 0}}}        {"_ret_": 0}
    {"statcode": 500, "json": {"id": 0, "error": {"code": 42, ...}}}    error 42
    {"statcode": 404, "json": null}                                     HTTP 404
    """
    if not isinstance(response, dict) or type(response.get("statcode")) is not int:
        return JsonRpcSyntaxException("a response in the bulk is not an object with a status")
    status = response["statcode"]
    answer = response.get("json")
    has_error = isinstance(answer, dict) and answer.get("error") is not None
    may_be_read = status == 200 or (status in _ERRORS and has_error)
    if not may_be_read:
        return error_of_status(status)
    try:
        return result(answer, number, login)
    except PduHandlerError as error:
        return error
