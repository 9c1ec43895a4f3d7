"""PyNUTClient's documented methods, with the same names and result shapes, on this package's
client.

A script written for NUT's Python module changes its import:

    from PyNUT import PyNUTClient, PyNUTError                           in the environment of a clone
    from dcimanager_pdu_handlers.pynut import PyNUTClient, PyNUTError   after `pip install .`

Results are bytes, as from PyNUTClient, or `str` with `text=True`. A test compares each
method with PyNUTClient 2.8.5 from PyPI on the same upsd. The differences, where PyNUTClient is
wrong or unsafe:

| case | here | PyNUTClient |
|---|---|---|
| `"` in a value or description | unescaped, whole | GetUPSVars cuts there, GetUPSList raises ValueError |
| `#` or backslash in a value or description | unescaped | keeps the backslash that upsd puts before it |
| GetUPSCommands | the server's descriptions; 2 round trips | "Description unavailable"; 1 round trip, and 1 for each command |
| no variables, no commands | {} | IndexError; {b"": ...} |
| SetRWVar of an empty value; of one with a blank or `=` | the whole value | INVALID-ARGUMENT; the part before it |
| quotes, `#`, backslash in user or password | sent escaped | fail |
| line break in an argument | refused, mostly INVALID-ARGUMENT; not sent | the rest is sent as a request |
| bytes in an argument | decoded | sent as `b'…'` |
| None or a truth value in an argument | refused likewise | sent as its name |
| an empty name, or one with `"`, `#`, `=` or backslash | refused likewise | sent as it is |
| a name with a blank, such as a command with its parameter | refused likewise | sent as two words |
| text that is not ASCII | refused likewise; user and password are sent as UTF-8 | UnicodeEncodeError |
| an argument of more than 512 bytes | refused likewise | the server drops the rest |
| refused, unresolvable, timed out, reset | the same OSError (kind and errno), also a PyNUTError | only the OSError |
| the text of such an error | a sentence with host, port and what to check | the system's words |
| a host name that cannot be encoded, a port outside 0 to 65535 | a PyNUTError | UnicodeError; connects to port modulo 65536 |
| a server that sends without an end, or nothing | `timeout` limits the whole answer | `timeout` limits each wait |
| a server that closes the connection | also a ConnectionResetError | reads forever |
| an answer outside the protocol | PyNUTError; the connection may be closed | perhaps ValueError, IndexError or a wrong result |
| `debug=True` | prints no password | prints it |
| TLS | `tls=Tls(...)`; only STARTTLS is sent in the clear | `use_ssl`, `ca_file`, ... |
"""

from __future__ import annotations

import socket
from typing import (
    Any,
    AnyStr,
    Callable,
    Generic,
    Literal,
    NoReturn,
    Optional,
    TypeVar,
    cast,
    overload,
)

from ..shared.errors import PduHandlerError, Unreachable, printable
from ..shared.tls import Trust as Tls
from . import requests as messages
from .answers import Answers
from .client import NutClient
from .connection import DEFAULT_PORT
from .errors import NetworkError
from .requests import NutRequest

DEFAULT_TIMEOUT = 5.0
_LONGEST_TIMEOUT = 86_400.0  # seconds; sockets refuse infinity and very large numbers
T = TypeVar("T")
_Self = TypeVar("_Self", bound="PyNUTClient[Any]")


class PyNUTError(Exception):
    """Any failure.

    The message is `ERR CODE`, with the server's text if it sent one, or a sentence.
    """


class PyNUTConnectionError(PyNUTError, OSError):
    """A failure of network or TLS, a timeout or an ended connection. Also an OSError, which scripts
    for PyNUTClient catch.

    A subclass is also the OSError that PyNUTClient raises. `errno` is the system's, None if there
    is none.

    >>> error = PyNUTRefusedError("no connection to port 3493: check address and port")
    >>> isinstance(error, ConnectionRefusedError), str(error)
    (True, 'no connection to port 3493: check address and port')
    """

    def __str__(self) -> str:
        # OSError would show errno and the system's words instead
        return str(self.args[0])


class PyNUTRefusedError(PyNUTConnectionError, ConnectionRefusedError):
    """Nothing listens at this address and port."""


class PyNUTResetError(PyNUTConnectionError, ConnectionResetError):
    """The server ended the connection."""


class PyNUTBrokenError(PyNUTConnectionError, BrokenPipeError):
    """The server had ended the connection."""


class PyNUTTimeoutError(PyNUTConnectionError, socket.timeout):
    """No connection or no whole answer in time."""


class PyNUTAddressError(PyNUTConnectionError, socket.gaierror):
    """The host name cannot be resolved."""


_KINDS: tuple[tuple[type[OSError], type[PyNUTConnectionError]], ...] = (
    (ConnectionRefusedError, PyNUTRefusedError),
    (ConnectionResetError, PyNUTResetError),
    (BrokenPipeError, PyNUTBrokenError),
    (socket.timeout, PyNUTTimeoutError),
    (TimeoutError, PyNUTTimeoutError),
    (socket.gaierror, PyNUTAddressError),
)


class PyNUTClient(Generic[AnyStr]):
    """A connection to a NUT server. The constructor opens it and sends user and password if given.
    `_client` is the NutClient that sends the requests; `_text` says whether results are `str`.

        client = PyNUTClient("192.0.2.9", login="admin", password="secret")
        client.GetUPSVars("rack1")           {b"outlet.1.status": b"on", ...}
        PyNUTClient("192.0.2.9", text=True).GetUPSVars("rack1")     {"outlet.1.status": "on", ...}
    """

    @overload
    def __init__(
        self: PyNUTClient[bytes],
        host: str = ...,
        port: int = ...,
        login: Optional[str] = ...,
        password: Optional[str] = ...,
        debug: bool = ...,
        timeout: Optional[float] = ...,
        *,
        text: Literal[False] = ...,
        tls: Optional[Tls] = ...,
    ) -> None: ...

    @overload
    def __init__(
        self: PyNUTClient[str],
        host: str = ...,
        port: int = ...,
        login: Optional[str] = ...,
        password: Optional[str] = ...,
        debug: bool = ...,
        timeout: Optional[float] = ...,
        *,
        text: Literal[True],
        tls: Optional[Tls] = ...,
    ) -> None: ...

    def __init__(
        self,
        host: str = "127.0.0.1",
        port: int = DEFAULT_PORT,
        login: Optional[str] = None,
        password: Optional[str] = None,
        debug: bool = False,
        timeout: Optional[float] = DEFAULT_TIMEOUT,
        *,
        text: bool = False,
        tls: Optional[Tls] = None,
    ) -> None:
        """Connect: TCP, 2 round trips more with `tls` (3 for TLS 1.2), 1 for user and password.
        Raises PyNUTError.

        upsd answers OK to any password. If it is wrong, the first method that needs it fails.
        `timeout`: seconds, at most a day; None or a number below 0 means DEFAULT_TIMEOUT.

            > USERNAME admin, PASSWORD secret       in one write
            < OK, OK
        """
        self._debug = debug
        self._text = text
        # scripts pass numbers too
        login_text = None if login is None else _text(login)
        password_text = None if password is None else _text(password)
        self._client = NutClient(
            host,
            _port(port),
            password=password_text or "",
            tls=tls,
            timeout=_seconds(timeout),
        )
        self._connect(login_text, password_text)

    def _connect(self, login: Optional[str], password: Optional[str]) -> None:
        """Connect, and send what is given of the login: a name, a password, or both. Raises
        PyNUTError, and has closed the connection then.

            login "admin", password None
            > USERNAME admin
            < OK
        """
        logins: list[NutRequest[object]] = []
        try:
            self._client.connect()
            if login is not None:
                logins.append(messages.username(login))
            if password is not None:
                logins.append(messages.password(password))
        except PduHandlerError as error:
            self._client.close()
            _fail(error)
        if not logins:
            return
        try:
            answers = self._ask(*logins)
            for request in logins:
                self._value(answers, request)
        except PyNUTError:
            self._client.close()
            raise

    def __repr__(self) -> str:
        return f"<PyNUTClient {self._client!r}>"

    def __enter__(self: _Self) -> _Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __del__(self) -> None:
        if hasattr(self, "_client"):
            self._client.close()

    def close(self) -> None:
        """End the connection. NUT's own module does not have this method."""
        self._client.close()

    # ---- the server itself -----------------------------------------------------------------------

    def help(self) -> AnyStr:
        """The requests that the server lists, one line with its line break."""
        return self._encode(self._answer("help", messages.server_help) + "\n")

    def ver(self) -> AnyStr:
        """The server's name and version, one line with its line break."""
        return self._encode(self._answer("ver", messages.ver) + "\n")

    # ---- reading ---------------------------------------------------------------------------------

    def GetUPSList(self) -> dict[AnyStr, AnyStr]:
        """Names of the devices and their descriptions."""
        return self._pairs(self._answer("GetUPSList", messages.list_ups))

    def GetUPSNames(self) -> list[str]:
        """Names of the devices, always `str`."""
        return list(self._answer("GetUPSNames", messages.list_ups))

    def GetUPSVars(self, ups: str = "") -> dict[AnyStr, AnyStr]:
        """All variables and their values."""
        return self._pairs(self._answer("GetUPSVars", messages.list_var, ups))

    def GetRWVars(self, ups: str = "") -> dict[AnyStr, AnyStr]:
        """The writable variables and their values."""
        return self._pairs(self._answer("GetRWVars", messages.list_rw, ups))

    def GetUPSCommands(self, ups: str = "") -> dict[AnyStr, AnyStr]:
        """The commands and the server's descriptions; the command's own name if the server refuses
        its description.

            > LIST CMD rack1
            < CMD rack1 load.off
            > GET CMDDESC rack1 load.off
            < CMDDESC rack1 load.off "Turn off the load immediately"
            {b"load.off": b"Turn off the load immediately"}
        """
        commands = self._answer("GetUPSCommands", messages.list_cmd, ups)
        requests = {command: messages.get_cmddesc(_text(ups), command) for command in commands}
        answers = self._ask(*requests.values())
        texts: dict[str, str] = {}
        for command, request in requests.items():
            if answers.failure(request):
                texts[command] = command
            else:
                texts[command] = self._value(answers, request)
        return self._pairs(texts)

    def CheckUPSAvailable(self, ups: str = "") -> bool:
        """Whether the server lists the device's commands.

        False for any error but a failed connection, which is raised.

            > LIST CMD rack1
            < CMD rack1 load.off           True
            < ERR UNKNOWN-UPS              False
        """
        try:
            self._answer("CheckUPSAvailable", messages.list_cmd, ups)
        except PyNUTConnectionError:
            raise
        except PyNUTError:
            return False
        return True

    def ListClients(self, ups: Optional[str] = None) -> dict[AnyStr, list[AnyStr]]:
        """The addresses of the logged-in clients by device, without devices that have none.

        > LIST UPS, then LIST CLIENT rack1, LIST CLIENT rack2
        < CLIENT rack1 192.0.2.7
        {b"rack1": [b"192.0.2.7"]}
        """
        names = self.GetUPSNames()
        ups = None if ups is None else _text(ups)
        if ups is not None and ups not in names:
            raise PyNUTError("ERR UNKNOWN-UPS")
        devices = names if ups is None else [ups]
        requests = {device: messages.list_client(device) for device in devices}
        answers = self._ask(*requests.values())
        clients_by_device = {}
        for device, request in requests.items():
            clients = self._value(answers, request)
            if clients:
                shown_clients = [self._encode(client) for client in clients]
                clients_by_device[self._encode(device)] = shown_clients
        return clients_by_device

    # ---- writing ---------------------------------------------------------------------------------

    def SetRWVar(self, ups: str = "", var: str = "", value: str = "") -> str:
        """Set a variable. "OK": the server passed it to the driver."""
        self._answer("SetRWVar", messages.set_var, ups, var, value)
        return "OK"

    def RunUPSCommand(self, ups: str = "", command: str = "") -> str:
        """Run a command. "OK": the server passed it to the driver."""
        self._answer("RunUPSCommand", messages.instcmd, ups, command)
        return "OK"

    def DeviceLogin(self, ups: str = "") -> str:
        """Register this connection as a client that the device powers. Returns "OK".

        > LIST UPS
        < UPS rack1 "Rack 1"
        > LOGIN rack1
        < OK
        """
        if ups is None or _text(ups) not in self.GetUPSNames():
            raise PyNUTError("ERR UNKNOWN-UPS")
        self._answer("DeviceLogin", messages.login, ups)
        return "OK"

    def FSD(self, ups: str = "") -> str:
        """Set the forced-shutdown flag, if the user may act as the primary client. Returns "OK".

        If the server refuses PRIMARY and MASTER, raises PyNUTError as PyNUTClient does, with
        "ERR ACCESS-DENIED" and the error of MASTER as cause.

            > PRIMARY rack1
            < OK PRIMARY-GRANTED           or ERR UNKNOWN-COMMAND: then MASTER rack1 is asked
            > FSD rack1
            < OK FSD-SET
        """
        denial = self._denial(messages.primary, ups)
        if denial is not None:
            # the name of PRIMARY before NUT 2.8
            denial = self._denial(messages.master, ups)
        if denial is not None:
            raise PyNUTError("ERR ACCESS-DENIED") from denial
        self._answer("FSD", messages.fsd, ups)
        return "OK"

    def _denial(
        self, request_of: Callable[[str], NutRequest[str]], ups: str
    ) -> Optional[PyNUTError]:
        """The error with which the server refuses to let this user act as the primary client of a
        device; None if it grants it. A failed connection is raised. `request_of` makes the request.

            > PRIMARY rack1
            < OK PRIMARY-GRANTED           None
            < ERR ACCESS-DENIED            PyNUTError("ERR ACCESS-DENIED")
        """
        try:
            self._answer("FSD", request_of, ups)
        except PyNUTConnectionError:
            raise
        except PyNUTError as error:
            return error
        return None

    # ---- one request -----------------------------------------------------------------------------

    def _answer(self, method: str, make: Callable[..., NutRequest[T]], *arguments: object) -> T:
        """The answer to the request that `make` builds of these arguments. `method` is for the
        lines that `debug` prints. Raises PyNUTError; for an argument that the protocol cannot
        carry, nothing is sent.

            _answer("GetUPSVars", messages.list_var, "rack1")
            > LIST VAR rack1
            < VAR rack1 outlet.1.status "on"       {"outlet.1.status": "on"}
        """
        try:
            request = make(*map(_text, arguments))
        except PduHandlerError as error:
            raise PyNUTError("ERR INVALID-ARGUMENT") from error
        if self._debug:
            print(f"[DEBUG] {method}: {request.label}")
        return self._value(self._ask(request), request)

    def _ask(self, *requests: NutRequest[object]) -> Answers:
        """Send requests in one write on the open connection, and return their answers. Raises
        PyNUTConnectionError if it has ended: a new one would lack the login.

            > USERNAME admin, PASSWORD secret
            < OK, OK
        """
        if not self._client.is_open:  # a new connection would lack the login
            raise PyNUTConnectionError("the connection has ended: make a new PyNUTClient")
        try:
            return self._client.ask(*requests)
        except PduHandlerError as error:
            _fail(error)

    def _value(self, answers: Answers, request: NutRequest[T]) -> T:
        """The value among `answers` that answers `request`. Raises PyNUTError for an ERR, with the
        server's text behind its code.

            < ERR DRIVER-NOT-CONNECTED         PyNUTError("ERR DRIVER-NOT-CONNECTED")
        """
        failure = answers.failure(request)
        if failure is not None:
            raise PyNUTError(printable(f"ERR {failure.code} {failure.extra}".rstrip()))
        return answers[request]

    def _encode(self, text: str) -> AnyStr:
        return cast(AnyStr, text if self._text else text.encode("utf-8", "surrogateescape"))

    def _pairs(self, pairs: dict[str, str]) -> dict[AnyStr, AnyStr]:
        return {self._encode(key): self._encode(value) for key, value in pairs.items()}


def _text(argument: object) -> str:
    """An argument as text: scripts also pass numbers, and the bytes that these methods return.

    >>> _text(b"rack1"), _text(30)
    ('rack1', '30')
    >>> _text(None)
    Traceback (most recent call last):
    handlers.nut.pynut.PyNUTError: ERR INVALID-ARGUMENT
    """
    if isinstance(argument, bytes):
        return argument.decode("utf-8", "surrogateescape")
    if argument is None or isinstance(argument, bool):
        raise PyNUTError("ERR INVALID-ARGUMENT")
    return str(argument)


def _seconds(timeout: object) -> float:
    """The seconds of `PyNUTClient`'s argument `timeout`: at most a day, 5.0 for None or a negative
    number.

    >>> _seconds(2.5), _seconds(None)
    (2.5, 5.0)
    """
    if isinstance(timeout, (int, float)) and timeout >= 0:
        return min(timeout, _LONGEST_TIMEOUT)
    return DEFAULT_TIMEOUT


def _port(port: object) -> int:
    """The number of a port, which scripts also pass as text.

    >>> _port(3493), _port("3493")
    (3493, 3493)
    >>> _port("nut")
    Traceback (most recent call last):
    handlers.nut.pynut.PyNUTError: 'nut' is not a port
    """
    try:
        return int(str(port))
    except ValueError:
        raise PyNUTError(f"{printable(str(port), 40)!r} is not a port") from None


def _fail(error: PduHandlerError) -> NoReturn:
    """Raise the PyNUTError for an error of this pack. If an OSError is behind it, the PyNUTError has
    its errno, and is of its class, too, if the class is one of _KINDS: ConnectionRefusedError,
    ConnectionResetError, BrokenPipeError, a time-out or socket.gaierror.

    >>> refused = NetworkError("no connection", ConnectionRefusedError(111, "refused"))
    >>> try:
    ...     _fail(refused)
    ... except ConnectionRefusedError as error:
    ...     print(type(error).__name__, error.errno)
    PyNUTRefusedError 111
    """
    if not isinstance(error, Unreachable):
        raise PyNUTError(str(error)) from error
    system = error.system if isinstance(error, NetworkError) else None
    library_error = PyNUTConnectionError(str(error))
    for base, kind in _KINDS:
        if isinstance(system, base):
            library_error = kind(str(error))
            break
    if system is not None:
        library_error.errno = system.errno
    raise library_error from error
