"""handlers/nut/pynut.py compared with PyNUTClient from PyPI."""

from __future__ import annotations

import contextlib
import functools
import importlib
import socket
import struct
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any, Callable, Optional

import pytest

from handlers.nut import pynut
from handlers.shared.tls import Trust
from tests.handlers.dead import DEAD, waits
from tests.ports import refusing
from tests.servers.scripted import serving
from tests.servers.upsd import ADMIN, ODD, PRIMARY, SECONDARY, VIEWER, Upsd, User
from tests.simulators.nut_server import ADMIN as SIMULATED_ADMIN, NutServer, StaticDevice
from tests.waiting import PATIENCE_S, until

theirs: Any = importlib.import_module("PyNUTClient.PyNUT")
NOBODY: Optional[User] = None


class Both:
    """One client of each kind for the same server and user."""

    def __init__(self, server: Any, user: Optional[User]) -> None:
        login, password = (user.name, user.password) if user is not None else (None, None)
        self.ours = _ours(server, user)
        self.theirs: Any = theirs.PyNUTClient(
            server.host, server.port, login, password, False, PATIENCE_S
        )

    def assert_same(self, method: str, *arguments: Any) -> None:
        """Both modules return the same, or raise their errors with the same text."""
        assert ends(lambda: getattr(self.ours, method)(*arguments), pynut.PyNUTError) == ends(
            lambda: getattr(self.theirs, method)(*arguments), theirs.PyNUTError
        )

    def __enter__(self) -> Both:
        return self

    def __exit__(self, *_: object) -> None:
        self.ours.close()
        self.theirs._PyNUTClient__srv_handler.close()


def ends(call: Callable[[], Any], error: type[Exception]) -> tuple[str, Any]:
    """Return "result" and what a call returns, or "PyNUTError" and the text of its error."""
    try:
        return "result", call()
    except error as raised:
        return "PyNUTError", str(raised)


def _ours(server: Any, user: Any = None) -> pynut.PyNUTClient[bytes]:
    login, password = (user.name, user.password) if user is not None else (None, None)
    return pynut.PyNUTClient(server.host, server.port, login, password, timeout=PATIENCE_S)


Call = tuple[str, tuple[Any, ...]]


def calls(text: str) -> list[Call]:
    """Methods and their arguments, from words between semicolons."""
    return [(words[0], tuple(words[1:])) for words in map(str.split, text.split(";"))]


READS = calls(
    "help; ver; GetUPSList; GetUPSNames; GetUPSVars pdu; GetUPSVars none; GetUPSVars gone; "
    "GetUPSVars; GetRWVars pdu; GetRWVars none; GetUPSCommands none; GetUPSCommands gone; "
    "CheckUPSAvailable pdu; CheckUPSAvailable gone; CheckUPSAvailable none; "
    "CheckUPSAvailable; ListClients; ListClients pdu; ListClients none"
)
WRITES = calls(
    "SetRWVar small ups.id word; SetRWVar small no.such word; SetRWVar none ups.id word; "
    "SetRWVar gone ups.id word; SetRWVar small driver.name word; "
    "RunUPSCommand small load.off; RunUPSCommand small no.such; RunUPSCommand none load.off; "
    "DeviceLogin small; DeviceLogin none; DeviceLogin; FSD none; FSD tripplite"
)
NOT_TEXT: list[Call] = [
    ("ListClients", (None,)),
    ("DeviceLogin", (None,)),
    ("SetRWVar", ("small", "ups.id", 60)),
    ("SetRWVar", ("small", "ups.id", 1.5)),
    ("SetRWVar", (5, "ups.id", "x")),
    ("RunUPSCommand", ("small", 5)),
    ("GetUPSVars", (5,)),
    ("GetRWVars", (5,)),
    ("GetUPSCommands", (5,)),
    ("CheckUPSAvailable", (None,)),
    ("FSD", (5,)),
]


@pytest.mark.sample(24)
@pytest.mark.against("NUT upsd, compared with PyNUTClient from PyPI")
@pytest.mark.parametrize(
    "user",
    [NOBODY, ADMIN, VIEWER, PRIMARY, SECONDARY, User("admin", "wrong")],
    ids=["nobody", "admin", "viewer", "primary", "secondary", "wrong password"],
)
@pytest.mark.parametrize("method, arguments", WRITES)
def test_a_write_has_the_same_result_as_with_pynutclient_for_every_user(
    real: Upsd, method: str, arguments: tuple[Any, ...], user: Optional[User]
) -> None:
    with Both(real, user) as clients:
        clients.assert_same(method, *arguments)


@pytest.mark.against("NUT upsd, compared with PyNUTClient from PyPI")
@pytest.mark.parametrize(
    "user, method, arguments",
    [*((NOBODY, *row) for row in READS), *((ADMIN, *row) for row in NOT_TEXT)],
)
def test_a_reading_and_arguments_that_are_no_text_have_the_same_result_as_with_pynutclient(
    real: Upsd, user: Optional[User], method: str, arguments: tuple[Any, ...]
) -> None:
    with Both(real, user) as clients:
        clients.assert_same(method, *arguments)


@pytest.mark.against("NUT upsd, compared with PyNUTClient from PyPI")
def test_a_port_that_is_text_and_a_login_of_numbers_are_taken_as_by_pynutclient(real: Upsd) -> None:
    arguments: Any = SimpleNamespace(host=real.host, port=str(real.port))
    numbers: Any = SimpleNamespace(name=5, password=12345)
    with Both(arguments, numbers) as clients:
        for nut in (clients.ours, clients.theirs):
            with pytest.raises(Exception, match="ERR ACCESS-DENIED"):
                nut.SetRWVar("small", "ups.id", "word")
            assert "small" in nut.GetUPSNames()
    arguments.port = "x"
    with pytest.raises(pynut.PyNUTError, match="'x' is not a port"):
        Both(arguments, NOBODY)


@pytest.mark.against("NUT upsd, compared with PyNUTClient from PyPI")
def test_a_logged_in_client_is_listed_as_by_pynutclient_and_cannot_log_in_again(real: Upsd) -> None:
    with Both(real, PRIMARY) as clients:
        clients.ours.DeviceLogin("small")
        assert clients.ours.ListClients() == {b"small": [b"127.0.0.1"]}
        clients.assert_same("ListClients")
        clients.assert_same("ListClients", "small")
        with pytest.raises(pynut.PyNUTError, match="^ERR ALREADY-LOGGED-IN$"):
            clients.ours.DeviceLogin("pdu")


def test_with_text_every_result_is_str(real: Upsd) -> None:
    with pynut.PyNUTClient(
        real.host, real.port, PRIMARY.name, PRIMARY.password, text=True, timeout=PATIENCE_S
    ) as nut:
        variables = nut.GetUPSVars("small")
        assert variables["outlet.1.desc"] == 'a "quoted" \\ # one'
        assert nut.ver().endswith("\n")
        assert nut.help().startswith("Commands")
        assert nut.GetUPSList()["pdu"] == "static pdu"
        assert "ups.id" in nut.GetRWVars("small")
        assert nut.GetUPSCommands("small")["load.off"]
        assert nut.DeviceLogin("small") == "OK"
        assert nut.ListClients() == {"small": ["127.0.0.1"]}
        assert "pdu" in nut.GetUPSNames()
        with pytest.raises(pynut.PyNUTError, match="UNKNOWN-UPS"):
            nut.ListClients("")


# ---- the listed differences ----------------------------------------------------------------------


def test_a_value_with_quotes_is_read_completely(real: Upsd) -> None:
    with Both(real, NOBODY) as clients:
        assert clients.ours.GetUPSVars("small")[b"outlet.1.desc"] == b'a "quoted" \\ # one'
        assert clients.theirs.GetUPSVars("small")[b"outlet.1.desc"] == b"a \\"


def test_a_description_with_quotes_is_read_completely() -> None:
    with (
        NutServer([StaticDevice("a", {"ups.status": "OL"}, description='the "big" one')]) as server,
        Both(server, NOBODY) as clients,
    ):
        assert clients.ours.GetUPSList() == {b"a": b'the "big" one'}
        with pytest.raises(ValueError):
            clients.theirs.GetUPSList()


def test_empty_arguments_are_refused_without_a_request(real: Upsd) -> None:
    with Both(real, NOBODY) as clients:
        for method in ("SetRWVar", "RunUPSCommand"):
            with pytest.raises(pynut.PyNUTError, match="^ERR INVALID-ARGUMENT$"):
                getattr(clients.ours, method)()
            with pytest.raises(theirs.PyNUTError, match="^ERR USERNAME-REQUIRED$"):
                getattr(clients.theirs, method)()


def test_bytes_are_arguments_and_none_and_truth_values_are_not() -> None:
    with NutServer([StaticDevice("ups1", {"ups.status": "OL"})]) as server:
        client = pynut.PyNUTClient("127.0.0.1", server.port)
        name: Any = b"ups1"
        assert client.GetUPSVars(name) == client.GetUPSVars("ups1") != {}
        assert client.ListClients(name) == {}
        values: tuple[Any, ...] = (None, True, False)
        for value in values:
            with pytest.raises(pynut.PyNUTError, match="ERR INVALID-ARGUMENT"):
                client.SetRWVar("ups1", "ups.delay", value)


def test_names_with_blanks_and_values_that_are_long_or_not_ascii_are_refused(real: Upsd) -> None:
    with Both(real, ADMIN) as clients:
        for value in ("é", "x" * 513):
            with pytest.raises(pynut.PyNUTError, match="^ERR INVALID-ARGUMENT$"):
                clients.ours.SetRWVar("small", "ups.id", value)
        with pytest.raises(UnicodeEncodeError):
            clients.theirs.SetRWVar("small", "ups.id", "é")
        assert (
            ends(lambda: clients.ours.RunUPSCommand("small", "load.off 1"), pynut.PyNUTError)[1]
            == "ERR INVALID-ARGUMENT"
        )


def test_a_value_with_blanks_is_written_completely(real: Upsd) -> None:
    with Both(real, ADMIN) as clients:
        for client, expected in ((clients.theirs, b"two"), (clients.ours, b"two words")):
            assert client.SetRWVar("small", "ups.id", "two words") == "OK"
            assert until(functools.partial(_shows, clients.ours, expected))


def test_a_password_with_special_characters_is_accepted(real: Upsd) -> None:
    with _ours(real, ODD) as nut:
        assert nut.SetRWVar("small", "ups.id", "odd") == "OK"


@pytest.mark.parametrize(
    "arguments",
    [
        ("small", "ups.id", "x\nINSTCMD small load.off"),
        ("small\nLIST UPS", "ups.id", "x"),
        ("small", "a b", "x"),
    ],
)
def test_no_argument_can_become_a_second_request(
    real: Upsd, arguments: tuple[str, str, str]
) -> None:
    with _ours(real, ADMIN) as nut:
        with pytest.raises(pynut.PyNUTError, match="^ERR INVALID-ARGUMENT$"):
            nut.SetRWVar(*arguments)
        assert nut.CheckUPSAvailable("small")
    with pytest.raises(pynut.PyNUTError):
        pynut.PyNUTClient(real.host, real.port, "a\nb", "c")


def _silent(connection: socket.socket) -> None:
    while connection.recv(100):
        pass


def _reset(connection: socket.socket) -> None:
    connection.recv(100)
    # close() sends RST
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


@contextlib.contextmanager
def broken_server(condition: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[str, int]]:
    """Host and port of a server that cannot be used."""
    if condition == "refused":
        with refusing() as port:
            yield "127.0.0.1", port
    elif condition == "unresolvable":
        yield "no-such-host.invalid", 3493  # RFC 6761, 6.4
    elif condition == "unanswered":
        waits(monkeypatch)
        yield DEAD[0], 3493
    else:
        with serving(_silent if condition == "silent" else _reset) as port:
            yield "127.0.0.1", port


def _failure(make: Callable[..., Any], host: str, port: int, timeout_s: float) -> OSError:
    """The error of connecting and reading."""
    clients: list[Any] = []
    with pytest.raises(OSError) as error_info:
        clients.append(make(host, port, timeout=timeout_s))
        clients[0].GetUPSList()
    for client in clients:
        getattr(client, "_PyNUTClient__srv_handler", client).close()
    return error_info.value


@pytest.mark.against("PyNUTClient from PyPI")
@pytest.mark.parametrize(
    "condition, kind",
    [
        ("refused", ConnectionRefusedError),
        ("unresolvable", socket.gaierror),
        ("unanswered", socket.timeout),
        ("silent", socket.timeout),
        ("reset", ConnectionResetError),
    ],
)
def test_a_failed_connection_is_the_same_oserror_as_with_pynutclient_and_also_a_pynuterror(
    monkeypatch: pytest.MonkeyPatch, condition: str, kind: type[OSError]
) -> None:
    timeout_s = 0.1 if condition == "silent" else PATIENCE_S
    with broken_server(condition, monkeypatch) as (host, port):
        their_error = _failure(theirs.PyNUTClient, host, port, timeout_s)
    with broken_server(condition, monkeypatch) as (host, port):
        error = _failure(pynut.PyNUTClient, host, port, timeout_s)
    assert type(their_error) is kind
    assert isinstance(error, kind)
    assert error.errno == their_error.errno
    assert isinstance(error, pynut.PyNUTConnectionError)
    assert not isinstance(their_error, theirs.PyNUTError)
    assert host in str(error)
    assert "check" in str(error)


@pytest.mark.parametrize(
    "host, port",
    [
        pytest.param("a" * 70, 3493, id="a name longer than DNS allows"),
        pytest.param("\udcff", 3493, id="no character"),
        pytest.param("127.0.0.1", 65536, id="a port too large"),
        pytest.param("127.0.0.1", -1, id="a port below zero"),
        pytest.param("", 3493, id="no name"),
    ],
)
def test_a_host_name_or_a_port_that_cannot_exist_is_a_pynuterror(host: str, port: int) -> None:
    with pytest.raises(pynut.PyNUTError):
        pynut.PyNUTClient(host, port, timeout=1.0)


def test_a_lost_connection_is_never_reopened() -> None:
    with NutServer([StaticDevice("a", {"x": "y"}, writable=["x"])]) as server:
        with _ours(server, SIMULATED_ADMIN) as nut:
            assert nut.SetRWVar("a", "x", "z") == "OK"
            server.drop_connections()
            for _ in range(2):
                with pytest.raises(pynut.PyNUTConnectionError):
                    nut.SetRWVar("a", "x", "again")
        with pytest.raises(OSError, match="make a new"):
            nut.GetUPSList()
        assert server.truth().writes == [("a x", "z")]
        assert server.truth().connections == 1


def test_an_answer_outside_the_protocol_is_a_pynuterror() -> None:
    with NutServer([StaticDevice("a", {"x": "y"})]) as server:
        server.faults.rewrite = lambda line, answer: b"HTTP/1.1 400 Bad Request\n"
        with _ours(server) as nut:
            calls: list[Callable[[], object]] = [
                nut.GetUPSList,
                lambda: nut.GetUPSVars("a"),
                lambda: nut.SetRWVar("a", "x", "z"),
            ]
            for call in calls:
                with pytest.raises(pynut.PyNUTError):
                    call()


def test_a_refused_login_closes_the_connection_at_once() -> None:
    later_lines: list[bytes] = []

    def talk(connection: socket.socket) -> None:
        connection.recv(100)
        connection.sendall(b"ERR ALREADY-SET-USERNAME\nERR ALREADY-SET-PASSWORD\n")
        later_lines.append(connection.recv(100))

    with serving(talk) as port:
        # while the error is held, the client is not collected
        with pytest.raises(pynut.PyNUTError) as error_info:
            pynut.PyNUTClient("127.0.0.1", port, "user", "password", timeout=PATIENCE_S)
        assert until(lambda: later_lines == [b""])
    assert str(error_info.value) == "ERR ALREADY-SET-USERNAME"


def test_debug_prints_the_requests_and_no_password(
    real: Upsd, capsys: pytest.CaptureFixture[str]
) -> None:
    with pynut.PyNUTClient(
        real.host, real.port, ADMIN.name, ADMIN.password, True, PATIENCE_S
    ) as nut:
        nut.SetRWVar("small", "ups.id", "s3cret")
    output = capsys.readouterr().out
    assert "SetRWVar: SET VAR small ups.id" in output
    assert ADMIN.password not in output
    assert "s3cret" not in output
    assert ADMIN.password not in repr(nut)


def test_the_client_works_over_tls_only_with_a_trusted_certificate(real_tls: Upsd) -> None:
    with pynut.PyNUTClient(
        real_tls.host, real_tls.port, tls=Trust(ca_pem=real_tls.ca_pem), timeout=PATIENCE_S
    ) as nut:
        assert b"pdu" in nut.GetUPSList()
    with pytest.raises(pynut.PyNUTConnectionError, match="is not trusted"):
        pynut.PyNUTClient(real_tls.host, real_tls.port, tls=Trust(), timeout=PATIENCE_S)


def _shows(client: pynut.PyNUTClient[bytes], value: bytes) -> bool:
    return client.GetUPSVars("small").get(b"ups.id") == value
