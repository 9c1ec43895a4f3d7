"""The client on a simulated server: readings, writes with their reports, and states of drivers."""

from __future__ import annotations

import threading
from typing import Callable

import pytest

from handlers.nut import requests
from handlers.nut.client import NutClient
from handlers.nut.errors import DriverNotConnected, WriteUnconfirmed
from handlers.shared.errors import Denied, PduHandlerError, Refused, SettingsError
from tests.handlers.nut.clients import MON, VIEWER, client, listen
from tests.simulators.nut_server import ADMIN, Cut, Driver, NutServer, User
from tests.waiting import PATIENCE_S, finished


def test_readings_send_no_login_and_writes_send_it_once(server: NutServer) -> None:
    received_lines = listen(server)
    with client(server) as nut:
        nut.answer(requests.list_ups())
        nut.snapshots(["pdu"], writable=True)
        nut.answer(requests.get_var("pdu", "ups.status"))
        for line in received_lines:
            assert not line.startswith(("USERNAME", "PASSWORD"))

        nut.set("pdu", "outlet.1.desc", "x")
        nut.set("pdu", "outlet.1.desc", "y")
    commands = [line.split()[0] for line in received_lines]
    assert commands.count("PASSWORD") == 1
    assert received_lines.count("SET TRACKING ON") == 1


def test_login_and_tracking_are_sent_again_on_a_new_connection(server: NutServer) -> None:
    received_lines = listen(server)
    with client(server) as nut:
        for _ in range(2):
            assert nut.set("pdu", "outlet.1.desc", "x") is True
            nut.close()
    for line in (f"USERNAME {ADMIN.name}", f"PASSWORD {ADMIN.password}", "SET TRACKING ON"):
        assert received_lines.count(line) == 2


def test_a_command_that_is_asked_like_a_reading_is_sent_once(server: NutServer) -> None:
    received_lines = listen(server)
    with client(server) as nut:
        nut.answer(requests.instcmd("pdu", "outlet.1.load.off"))
    assert received_lines[2:] == ["INSTCMD pdu outlet.1.load.off"]


@pytest.mark.parametrize("no_protver", [False, True])
def test_the_protocol_version_is_read_with_the_request_protver_or_netver(
    server: NutServer, no_protver: bool
) -> None:
    server.faults.no_protver = no_protver
    with client(server) as nut:
        assert nut.answer(requests.protver()) == "1.3"


def test_words_after_an_error_code_do_not_hide_the_code(server: NutServer) -> None:
    """RFC 9271, 4.1: `ERR code extra`."""
    odd = {
        "PRIMARY pdu": b"ERR UNKNOWN-COMMAND use MASTER\n",
        "LOGIN pdu": b"ERR UNKNOWN-COMMAND use ATTACH\n",
        "INSTCMD nosuch load.off": b"ERR UNKNOWN-UPS nosuch\n",
        "ATTACH pdu": b"OK\n",
    }
    server.faults.rewrite = lambda line, answer: odd.get(line, answer)
    with client(server, MON) as nut:
        nut.answer(requests.primary("pdu"))
        nut.answer(requests.login("pdu"))
    with client(server) as nut, pytest.raises(SettingsError, match="it has pdu, ups"):
        nut.run("nosuch", "load.off")


def test_a_login_is_sent_once_to_a_server_that_demands_it_for_readings(server: NutServer) -> None:
    received_lines = listen(server)
    server.faults.login_to_read = True
    readings: list[Callable[[NutClient], object]] = [
        lambda nut: nut.answer(requests.list_ups()),
        lambda nut: nut.snapshots(["pdu"], writable=True),
        lambda nut: nut.answer(requests.get_var("pdu", "outlet.1.status")),
        lambda nut: nut.answer(requests.list_var("pdu")),
        lambda nut: nut.values("pdu", ["outlet.1.status"]),
        lambda nut: nut.answer(requests.list_client("pdu")),
        lambda nut: nut.answer(requests.get_numlogins("pdu")),
    ]
    for reading in readings:
        received_lines.clear()
        with client(server, VIEWER) as nut:
            assert reading(nut) == reading(nut)
        assert [line.split()[0] for line in received_lines].count("PASSWORD") == 1
    nut_client = NutClient(server.host, server.port, timeout=PATIENCE_S)
    with nut_client as nut, pytest.raises(Denied, match="give 'username' and 'password'"):
        nut.answer(requests.list_ups())
    wrong = User(VIEWER.name, "wr0ngsecret")
    with client(server, wrong) as nut:
        received_lines.clear()
        for _ in range(2):
            with pytest.raises(Denied, match="upsd.users") as error_info:
                nut.answer(requests.list_ups())
            assert wrong.password not in str(error_info.value)
        assert [line.split()[0] for line in received_lines].count("PASSWORD") == 1


@pytest.mark.parametrize(
    "verb, lacks",
    [
        ("USERNAME", "USERNAME-REQUIRED"),
        ("PASSWORD", "PASSWORD-REQUIRED"),
        ("PASSWORD", "ACCESS-DENIED"),
    ],
)
def test_a_login_that_the_server_refuses_at_once_is_the_reason_for_what_it_refuses_next(
    server: NutServer, verb: str, lacks: str
) -> None:
    """RFC 9271 has INVALID-USERNAME and INVALID-PASSWORD, which upsd does not send."""

    def answer(line: str, usual_answer: bytes) -> bytes:
        if line.startswith(verb):
            return f"ERR INVALID-{verb}\n".encode()
        is_login = line.startswith(("USERNAME", "PASSWORD"))
        return usual_answer if is_login else f"ERR {lacks}\n".encode()

    server.faults.rewrite = answer
    calls: list[Callable[[NutClient], object]] = [
        lambda nut: nut.snapshots(["pdu"]),
        lambda nut: nut.run("pdu", "outlet.1.load.off"),
    ]
    for call in calls:
        with client(server) as nut, pytest.raises(Denied, match=f"rejected .*INVALID-{verb}"):
            call(nut)


@pytest.mark.parametrize("only_rfc", [False, True])
def test_clients_are_counted_with_the_request_names_of_nut_and_of_rfc_9271(
    server: NutServer, only_rfc: bool
) -> None:
    server.faults.rfc_names = only_rfc
    with client(server, MON) as nut:
        assert nut.answer(requests.get_numlogins("pdu")) == 0
        nut.answer(requests.login("pdu"))
        assert nut.answer(requests.get_numlogins("pdu")) == 1
        assert nut.answer(requests.list_client("pdu")) == ["127.0.0.1"]
        nut.logout()
        assert not nut.is_open
        assert nut.answer(requests.get_numlogins("pdu")) == 0
    with client(server, VIEWER) as nut, pytest.raises(Denied):
        nut.answer(requests.login("pdu"))


@pytest.mark.parametrize("name", ["nosuch", "pdu@127.0.0.1", "[pdu]", "PDU1"])
def test_an_unknown_device_is_an_error_that_lists_the_known_ones(
    server: NutServer, name: str
) -> None:
    readings: list[Callable[[NutClient], object]] = [
        lambda nut: nut.snapshots([name]),
        lambda nut: nut.answer(requests.list_var(name)),
        lambda nut: nut.answer(requests.get_var(name, "ups.status")),
        lambda nut: nut.answer(requests.list_cmd(name)),
    ]
    for read in readings:
        with (
            client(server) as nut,
            pytest.raises(SettingsError, match="'device'; it has pdu, ups") as error_info,
        ):
            read(nut)
        assert error_info.value.keys == ("device",)


# ---- writes and their reports --------------------------------------------------------------------


def test_without_tracking_an_accepted_write_returns_false(server: NutServer) -> None:
    server.faults.no_tracking = True
    with client(server) as nut:
        assert nut.run("pdu", "outlet.1.load.off") is False
        assert nut.set("pdu", "outlet.1.desc", "x") is False


def test_an_unknown_error_code_leaves_open_whether_a_write_was_carried_out(
    server: NutServer,
) -> None:
    server.faults.rewrite = lambda line, answer: (
        b"ERR SOMETHING-NEW\n" if line.startswith("INSTCMD") else answer
    )
    with client(server) as nut, pytest.raises(WriteUnconfirmed, match="may or may not"):
        nut.run("pdu", "outlet.1.load.off")


# ---- drivers -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "read",
    [
        lambda nut: nut.snapshots(["pdu"], writable=True),
        lambda nut: nut.answer(requests.list_var("pdu"))["outlet.1.status"],
        lambda nut: nut.answer(requests.get_var("pdu", "outlet.1.status")),
        lambda nut: nut.answer(requests.list_cmd("pdu")),
        lambda nut: nut.answer(requests.list_rw("pdu"))["outlet.1.desc"],
        lambda nut: nut.answer(requests.get_type("pdu", "outlet.1.desc")).writable,
        lambda nut: nut.answer(requests.list_enum("pdu", "outlet.1.desc")),
        lambda nut: nut.answer(requests.list_range("pdu", "outlet.1.desc")),
    ],
)
def test_a_reading_during_wait_returns_the_values_that_follow(
    server: NutServer, read: Callable[[NutClient], object]
) -> None:
    with client(server) as nut:
        expected = read(nut)
        server.faults.drivers["pdu"] = Driver.WAITED_FOR
        ends = threading.Timer(0.2, server.faults.drivers.clear)
        ends.start()
        assert read(nut) == expected
        finished(ends)
        requests_before = server.books().requests
        read(nut)
        assert server.books().requests == requests_before + 1


def test_the_error_for_a_write_during_wait_names_the_driver_and_not_a_missing_capability(
    server: NutServer,
) -> None:
    server.faults.drivers["pdu"] = Driver.WAITED_FOR
    with client(server) as nut:
        writes: list[Callable[[], object]] = [
            lambda: nut.run("pdu", "outlet.1.load.off"),
            lambda: nut.set("pdu", "outlet.1.desc", "x"),
        ]
        for write in writes:
            with pytest.raises(DriverNotConnected, match="still waiting for the driver of pdu"):
                write()
    assert not server.books().writes


@pytest.mark.parametrize(
    "device, command, look, kind",
    [("pdu", "no.such", "GET VAR", Refused), ("nosuch", "load.off", "LIST UPS", SettingsError)],
)
def test_a_refused_write_keeps_its_error_even_if_the_reason_cannot_be_looked_up(
    device: str, command: str, look: str, kind: type[PduHandlerError], server: NutServer
) -> None:
    server.faults.rewrite = lambda line, answer: Cut() if line.startswith(look) else answer
    with (
        client(server) as nut,
        pytest.raises(kind, match="no such command|no device of this name"),
    ):
        nut.run(device, command)
