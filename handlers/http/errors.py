"""The errors of HTTP exchanges. Pure. A Reason is a text, or a tuple of texts and NamedSetting,
which each caller's message spells in its own way."""

from __future__ import annotations

import http.client
import socket
import ssl
from collections.abc import Mapping, Sequence
from typing import Optional, TypeVar, Union

from ..shared import login_texts
from ..shared.errors import (
    Denied,
    NamedSetting,
    Part,
    PduHandlerError,
    ProtocolError,
    Reason,
    Refused,
    Unreachable,
    Unsupported,
    printable,
)
from ..shared.tls_handshake import handshake_failure_reason, is_not_tls
from .login import Login

H = TypeVar("H", bound="HttpException")
CLOSED = (ConnectionError, ssl.SSLEOFError, ssl.SSLZeroReturnError)
# RFC 9110, 15.4; not 303, which may follow a request that was carried out
REDIRECTS = (301, 302, 307, 308)
# from this status on, the body only explains it (RFC 9110, 15.4 to 15.6)
FIRST_WITHOUT_RESULT = 300
_LONGEST_SCHEME = 30


class HttpException(PduHandlerError):
    """Base of the HTTP errors.

    `args[1]`, if there is one, is a copy of the OSError that caused it, as in Raritan's SDK.

    >>> refused = ConnectionRefusedError(111, "Connection refused")
    >>> HttpUnreachable("no connection").caused_by(refused).args
    ('no connection', ConnectionRefusedError(111, 'Connection refused'))
    """

    def caused_by(self: H, error: BaseException) -> H:
        """Keep a copy of `error`, without its traceback, if it is an OSError. Returns self.

        >>> HttpUnreachable("no answer").caused_by(ValueError("no number")).args
        ('no answer',)
        """
        if not isinstance(error, OSError):
            return self
        cause = type(error)(*error.args)
        if isinstance(error, ssl.SSLError) and isinstance(cause, ssl.SSLError):
            cause.reason = getattr(error, "reason", "")  # one that we raised has none
        self.args = (self.args[0], cause)
        return self

    def __reduce__(self) -> tuple[object, ...]:
        return _unpickled_error, (type(self), self.args, self.__dict__)


def _unpickled_error(kind: type[H], args: tuple[str, ...], state: dict[str, object]) -> H:
    """The error of the class `kind` that pickle rebuilds, for example in another process, from its
    `args` and its attributes, `state`.

    >>> import pickle
    >>> error = HttpUnreachable("no answer").at("192.0.2.7", "GET /relay/0")
    >>> str(pickle.loads(pickle.dumps(error)))
    '192.0.2.7: GET /relay/0: no answer'
    """
    error = kind(args[0])
    error.args = args
    error.__dict__.update(state)
    return error


class HttpUnreachable(HttpException, Unreachable):
    """No usable answer: network, TLS, deadline, a malformed body, 408, 503."""

    #: whether the request met the closing of a persistent connection
    reused = False


class HttpBusy(HttpUnreachable):
    """503: the device, or only what the request asked for, is not available now."""


class HttpDenied(HttpException, Denied):
    """401, 403 or 451: the login was refused, or the account may not do this."""


class HttpLoginRefused(HttpDenied):
    """401: a wrong login, an expired token or a blocked account."""


class HttpOtherLogin(HttpException, Unsupported):
    """401 to a request without a login in its headers, from a device that wants another login than
    the handler has: it looked at no password, so none was refused.

        < 401, WWW-Authenticate: Digest ...       to a request that begins a session
    """


class HttpRefused(HttpException, Refused):
    """Any other status that the caller does not accept; `code` is the status.

    A write may have been carried out unless the status is 4xx, with which the device declines (RFC
    9110, 15). 5xx is a fault of the device or a proxy, and an unexpected 1xx, 2xx or 3xx is no
    result of a write, also before a 307 or 308, which should mean that it was not.

    >>> HttpRefused("no such resource", code="404").may_have_executed
    False
    >>> HttpRefused("a fault", code="500").may_have_executed
    True
    """

    def __init__(self, reason: Reason, code: str = "", host: str = "", operation: str = "") -> None:
        super().__init__(reason, code=code, host=host, operation=operation)
        is_declined = len(code) == 3 and code.startswith("4")
        self.may_have_executed = not is_declined


class HttpSyntax(HttpException, ProtocolError):
    """The answer is not HTTP, or is larger than the limit."""


def no_tls_answered(error: HttpException) -> bool:
    """Whether the port of https is closed, or something else than TLS answers there.

    >>> refused = ConnectionRefusedError(111, "Connection refused")
    >>> no_tls_answered(HttpUnreachable("no connection").caused_by(refused))
    True
    >>> no_tls_answered(HttpUnreachable("no answer in time"))
    False
    """
    cause = error.args[1] if len(error.args) > 1 else None
    if isinstance(cause, ssl.SSLError):
        return is_not_tls(cause)
    return isinstance(cause, ConnectionRefusedError)


#: the class of the error for a status, and its text; `{words}` names the status
STATUSES: Mapping[int, tuple[type[HttpException], str]] = {
    401: (HttpLoginRefused, login_texts.LOGIN_REFUSED),
    403: (HttpDenied, login_texts.NO_PRIVILEGE),
    404: (
        HttpRefused,
        (
            "the device has no such resource ({words}): its firmware or model does not offer this,"
            " or its web service is on another port"
        ),
    ),
    405: (
        HttpRefused,
        (
            "the device does not take this request there ({words}): check what the account may do,"
            " and the device's log"
        ),
    ),
    408: (HttpUnreachable, "the device stopped waiting for the request ({words}); try again"),
    429: (
        HttpRefused,
        (
            "the device takes no request or login now ({words}): its table of Digest nonces is"
            " full, logins were refused, or there are too many requests: try again in a minute, and"
            " see what else asks it, and with which password"
        ),
    ),
    451: (HttpDenied, login_texts.CHANGE_DUE),
    503: (HttpBusy, "the device is starting, updating or busy ({words}); try again in a minute"),
    **{
        status: (
            HttpRefused,
            "this redirect is not followed ({words}); give the device's final address",
        )
        for status in REDIRECTS
    },
}
# < 400
_NO_ANSWER = (
    HttpRefused,
    "the device answered {words}, which is not the result of a call: is this the PDU's web"
    " service?",
)
_FAILED = (
    HttpRefused,
    "the device answered {words}: check its log, and any proxy between it and this host",
)


def error_of_status(
    status: int, login: Optional[Login] = None, headers: Mapping[str, str] = {}
) -> HttpException:
    """The error for a status that the caller does not accept: of the class in STATUSES, else
    HttpRefused with the status as `code`. Its text holds `HTTP Error <status>`, as in Raritan's
    SDK. `login`: what was sent, if known, to explain a 401; errors hide it. `headers`: of the
    reply, for the login that it wants, its Location and Retry-After.

    >>> type(error_of_status(403)).__name__, error_of_status(404).code
    ('HttpDenied', '404')
    >>> "a pause of 9 s" in error_of_status(503, None, {"retry-after": "9"}).reason
    True
    """
    quote = printable if login is None else login.quoted
    words = f"HTTP Error {status}"
    if status == 401:
        error_class, text = _login_refusal(login, headers)
        has_login = login is None or login.token or login.password
        if text == login_texts.LOGIN_REFUSED and not has_login:
            parts = [_filled(part, words=words) for part in login_texts.LOGIN_WANTED]
            return HttpLoginRefused(parts)
    else:
        error_class, text = STATUSES.get(status, _NO_ANSWER if status < 400 else _FAILED)
    # the first word of a challenge is its scheme (RFC 9110, 11.6.1)
    challenge, _, _ = headers.get("www-authenticate", "").partition(" ")
    scheme = quote(challenge[:_LONGEST_SCHEME]) or "none"
    reason = text.format(words=words, scheme=scheme)
    location = quote(headers.get("location", ""))
    if 300 <= status < 400 and login is not None and location:
        reason += f"; it leads to {location}"
    if status in (429, 503):
        reason += _pause_hint(headers.get("retry-after", ""))
    if issubclass(error_class, HttpRefused):
        return HttpRefused(reason, code=str(status))
    return error_class(reason)


def _pause_hint(retry_after: str) -> str:
    """The end of an error's text, by the header Retry-After: "" unless that is a number of seconds
    (RFC 9110, 10.2.3), below 12 days.

    >>> _pause_hint("9"), _pause_hint("Tue, 01 Dec 2026 10:00:00 GMT")
    ('; it asks for a pause of 9 s', '')
    """
    is_seconds = retry_after.isascii() and retry_after.isdigit() and len(retry_after) < 7
    return f"; it asks for a pause of {retry_after} s" if is_seconds else ""


def _login_refusal(
    login: Optional[Login], headers: Mapping[str, str]
) -> tuple[type[HttpException], str]:
    """The class and the text of the error for a 401. `login`: what was sent, None if that is not
    known; `headers`: of the 401, which name the login that the device wants.

    >>> _login_refusal(Login("admin", "x"), {"www-authenticate": "Basic"})[0].__name__
    'HttpLoginRefused'
    >>> _login_refusal(Login(token="4f2a"), {"www-authenticate": "Digest nonce=7f"})[0].__name__
    'HttpOtherLogin'
    """
    if login is None:
        is_basic = not offers_no_basic(headers)
        return HttpLoginRefused, login_texts.LOGIN_REFUSED if is_basic else login_texts.OTHER_SCHEME
    is_other_service = _offers_digest_alone(headers) and not login.is_beside_digest
    if login.token is not None and is_other_service:
        # a device with sessions or tokens asks for none of them so: another web service answers
        return HttpOtherLogin, login_texts.OTHER_SCHEME
    if login.token is not None:
        return HttpLoginRefused, _token_refusal(login)
    return _password_refusal(login, headers)


def _password_refusal(login: Login, headers: Mapping[str, str]) -> tuple[type[HttpException], str]:
    """The class and the text of the error for a 401 to user and password:

    sent                       the device wants     error
    basic login                Basic                HttpLoginRefused: the password is wrong
    basic login                Digest               HttpLoginRefused: it takes another login
    digest login               Digest               HttpLoginRefused: the password is wrong
    digest login, unanswered   anything else        HttpOtherLogin
    a request for a session    Digest               HttpOtherLogin: it has no sessions

    >>> _password_refusal(Login("admin", "x"), {"www-authenticate": "Basic"})[0].__name__
    'HttpLoginRefused'
    >>> challenge = {"www-authenticate": "Digest nonce=7f"}
    >>> _password_refusal(Login("admin", "x", is_sent=False), challenge)[0].__name__
    'HttpOtherLogin'
    """
    if login.digest is not None:
        is_unsent = login.password is not None and not login.digest.has_answered
        if is_unsent:
            return HttpOtherLogin, login_texts.OTHER_THAN_DIGEST
        return HttpLoginRefused, login_texts.LOGIN_REFUSED
    if login.is_sent and offers_no_basic(headers):
        return HttpLoginRefused, login_texts.OTHER_SCHEME
    if not login.is_sent and _offers_digest_alone(headers):
        # the request that begins a session, to a device without sessions
        return HttpOtherLogin, login_texts.OTHER_SCHEME
    password = login.password or ""
    advice = login_texts.BLANKS_AROUND if password != password.strip() else ""
    return HttpLoginRefused, login_texts.LOGIN_REFUSED + advice


def _token_refusal(login: Login) -> str:
    """The text for a token that is refused: one that a person made, or that of a session."""
    return login_texts.REVOKED if login.is_personal else login_texts.SESSION_ENDED


def refused_in_body(login: Login) -> HttpLoginRefused:
    """The error for an answer whose body, not its status, says that the login is refused.

    >>> error = refused_in_body(Login("admin", "x"))
    >>> type(error).__name__, "its answer says so" in error.reason
    ('HttpLoginRefused', True)
    """
    is_password = login.token is None
    text = login_texts.LOGIN_REFUSED if is_password else _token_refusal(login)
    return HttpLoginRefused(text.format(words="its answer says so"))


def offers_no_basic(headers: Mapping[str, str]) -> bool:
    """Whether an answer names schemes of a login without Basic (RFC 9110, 11.6.1).

    >>> offers_no_basic({"www-authenticate": "Digest nonce=7f"}), offers_no_basic({})
    (True, False)
    """
    challenges = headers.get("www-authenticate", "").lower()
    return bool(challenges) and "basic" not in challenges


def _offers_digest_alone(headers: Mapping[str, str]) -> bool:
    """Whether an answer names Digest first, and no Basic, as the login that it wants."""
    challenges = headers.get("www-authenticate", "").lower()
    return challenges.startswith("digest") and "basic" not in challenges


def no_connection(reason: Reason) -> HttpUnreachable:
    """The error if nothing was sent: no connection came about, or the time of the call is over."""
    error = HttpUnreachable(reason)
    error.may_have_executed = False
    return error


# ---- exceptions of the transport -----------------------------------------------------------------

#: an exception of the transport's, our class, and the sentence: `{at}` is host and port, `{words}`
#: says what the exception is
ErrorTypes = Union[type[BaseException], tuple[type[BaseException], ...]]
ErrorRow = tuple[ErrorTypes, type[HttpException], Reason]
BROKEN_OFF = "the answer broke off or is malformed; try again"
#: before the headers were read
BEFORE_ANSWER: Sequence[ErrorRow] = (
    (
        socket.timeout,
        HttpUnreachable,
        (
            "no answer from {at} in time: check address, port and the network, or raise ",
            NamedSetting("timeout"),
        ),
    ),
    (
        ConnectionRefusedError,
        HttpUnreachable,
        "{at} refuses the connection: check address and port, and that the PDU's web service is on",
    ),
    (
        CLOSED,
        HttpUnreachable,
        "the connection was closed before an answer came: check that this is the PDU's HTTP(S) "
        "port, and try again",
    ),
    (
        http.client.HTTPException,
        HttpSyntax,
        "the answer is not HTTP ({words}); is this the PDU's HTTP(S) port?",
    ),
    (ssl.SSLError, HttpUnreachable, "{words}"),
    (
        # ValueError: the host name cannot be encoded
        (socket.gaierror, ValueError),
        HttpUnreachable,
        "the host name in {at} cannot be resolved: check the address, and that the name server"
        " answers",
    ),
    (
        Exception,
        HttpUnreachable,
        "{at} cannot be reached ({words}): check address, port and the network",
    ),
)
#: the same after a handshake of TLS: the end of the connection may overtake the alert of TLS 1.3
AFTER_HANDSHAKE: Sequence[ErrorRow] = (
    (
        CLOSED,
        HttpUnreachable,
        "the connection was closed before an answer came: try again; if it stays so, the device may"
        " demand a client certificate, which is not supported",
    ),
    *BEFORE_ANSWER,
)
#: while the body was read
IN_ANSWER: Sequence[ErrorRow] = (
    (
        socket.timeout,
        HttpUnreachable,
        ("the answer was not complete in time; try again, or raise ", NamedSetting("timeout")),
    ),
    (Exception, HttpUnreachable, BROKEN_OFF),
)


def error_of(error: Exception, rows: Sequence[ErrorRow], at: str) -> HttpException:
    """The error for an exception of the transport: that of the first row whose exceptions it is
    one of. `at`: host and port, for the text.

    >>> rows = [(ValueError, HttpUnreachable, "{at}: the answer is broken ({words})")]
    >>> error_of(ValueError("no number"), rows, "192.0.2.7").reason
    '192.0.2.7: the answer is broken (ValueError)'
    """
    words = getattr(error, "strerror", None) or type(error).__name__
    if isinstance(error, ssl.SSLError):
        words = handshake_failure_reason(error)
    for error_types, error_class, reason in rows:
        if not isinstance(error, error_types):
            continue
        if isinstance(reason, str):
            return error_class(reason.format(at=at, words=words))
        parts = [_filled(part, at=at, words=words) for part in reason]
        return error_class(parts)
    raise AssertionError(f"no row is of {type(error).__name__}")


def _filled(part: Part, *, words: str, at: str = "") -> Part:
    """A part of a reason; a text with `at` and `words` in its places.

    >>> _filled("no answer from {at} ({words})", at="192.0.2.7", words="timed out")
    'no answer from 192.0.2.7 (timed out)'
    """
    if isinstance(part, NamedSetting):
        return part
    return part.format(at=at, words=words)
