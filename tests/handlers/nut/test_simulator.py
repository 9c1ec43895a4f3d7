"""NUT's own upsc, upscmd and upsrw on the simulated server, and its answers compared with those of
a real upsd.
"""

from __future__ import annotations

import socket
import subprocess
from collections.abc import Iterator
from typing import Union

import pytest

from tests.handlers.nut.clients import client
from tests.needs import program
from tests.servers import upsd
from tests.servers.upsd import Upsd
from tests.simulators.nut_server import ADMIN, Driver, NutServer, StaticDevice, SwitchedPdu, User
from tests.waiting import PATIENCE_S

NUTS_TOOLS = pytest.mark.against("NUT's upsc, upscmd, upsrw (drive the simulator)")
LOGIN = ("-u", ADMIN.name, "-p", ADMIN.password, "-w")


@pytest.fixture(params=[False, True], ids=["plain", "TLS"])
def server(request: pytest.FixtureRequest) -> Iterator[NutServer]:
    with NutServer([SwitchedPdu("pdu", 12)], tls=bool(request.param)) as nut_server:
        yield nut_server


def _done(*command: str) -> subprocess.CompletedProcess[str]:
    result = subprocess.run(
        [program(command[0]), *command[1:]],
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        check=False,
    )
    assert result.returncode == 0, result.stderr + result.stdout
    return result


def run(*command: str) -> str:
    return _done(*command).stdout


def report(*command: str) -> str:
    """Return the result of a write: the last line that the tool prints to standard error."""
    return _done(*command).stderr.splitlines()[-1]


def at(server: NutServer) -> str:
    return f"pdu@{server.host}:{server.port}"


def variables(server: NutServer) -> dict[str, str]:
    return dict(
        line.split(": ", 1) for line in run("upsc", at(server)).splitlines() if ": " in line
    )


@NUTS_TOOLS
def test_upsc_reads_the_values_of_the_books(server: NutServer) -> None:
    shown_variables = variables(server)
    books = server.books()

    states = {n: shown_variables[f"outlet.{n}.status"] == "on" for n in books.states}
    assert states == books.states
    assert float(shown_variables["input.current"]) == books.load_a
    assert float(shown_variables["input.energy"]) / 1000 == books.energy_kwh


@NUTS_TOOLS
def test_upsc_lists_the_devices_and_no_client(server: NutServer) -> None:
    devices = run("upsc", "-l", f"{server.host}:{server.port}").split()
    clients = run("upsc", "-c", at(server)).split()
    assert devices == ["pdu"]
    assert clients == []


@NUTS_TOOLS
def test_upscmd_lists_and_runs_commands_and_gets_their_report(server: NutServer) -> None:
    assert "outlet.12.load.off" in run("upscmd", "-l", at(server))
    assert report("upscmd", *LOGIN, at(server), "outlet.3.load.off") == "SUCCESS"
    assert server.books().states["3"] is False
    assert variables(server)["outlet.3.status"] == "off"
    assert report("upscmd", *LOGIN, at(server), "outlet.3.load.on") == "SUCCESS"
    assert server.books().states["3"] is True
    assert [what for what, _ in server.books().writes] == [
        "pdu outlet.3.load.off",
        "pdu outlet.3.load.on",
    ]


@NUTS_TOOLS
def test_upsrw_lists_and_sets_variables(server: NutServer) -> None:
    assert "[outlet.12.desc]" in run("upsrw", at(server))
    run("upsrw", "-s", "outlet.2.desc=two words", *LOGIN, at(server))
    assert variables(server)["outlet.2.desc"] == "two words"


@pytest.mark.against("NUT upsd (compared with the simulator)")
def test_a_login_that_is_not_ascii_is_accepted_as_by_a_real_upsd() -> None:
    user = User("ädmin", "päss wörd", set=True)
    real_user = upsd.User(user.name, user.password, ("actions = SET",))
    variables = {"ups.status": "OL", "ups.id": "x"}
    simulated_device = StaticDevice("small", variables, writable=["ups.id"])
    real_device = upsd.dummy("small", variables)

    with NutServer([simulated_device], [user]) as simulated, client(simulated, user) as nut:
        assert nut.set("small", "ups.id", "y") is True
    with Upsd([real_device], [real_user]) as real, client(real, user) as nut:
        assert nut.set("small", "ups.id", "y") is True


# also an empty line
ODD_REQUESTS = (
    "; # VER; STARTTLS; HELP x; VER x; NETVER x; PROTVER x; LOGOUT x; PROTVER; NETVER; "
    "ATTACH small; SET; INSTCMD; FSD; SET TRACKING ON; USERNAME {name}; SET TRACKING ON; "
    "PASSWORD {password}; SET; SET TRACKING; SET TRACKING ON; GET TRACKING none; LOGIN; "
    "LOGIN no.such; LOGIN small; GET VAR small outlet.count more; GET UPSDESC small more; "
    "GET NUMLOGINS small more; LIST ENUM small ups.id more; GET DESC small no.such; "
    'GET DESC small ups.status; GET CMDDESC small ups.status; GET DESC small "a b"; '
    'GET DESC small "a\nb"; GET DESC small a\\\nb; GET VAR small #; GET DESC small a\vb; '
    'GET DESC small "a\\#b"; GET NUMLOGINS gone; GET DESC gone x; GET CMDDESC gone x; '
    "GET UPSDESC gone; LIST CLIENT gone; LIST VAR gone; SET VAR small; "
    "SET VAR small no.such 1; SET VAR small device.count 1; INSTCMD small no.such"
)


@pytest.mark.against("NUT upsd (compared with the simulator)")
@pytest.mark.parametrize(
    "name, password", [(ADMIN.name, ADMIN.password), ("admin", "wrong"), ("viewer", "viewpw")]
)
def test_the_simulator_answers_odd_requests_as_a_real_upsd_does(
    real: Upsd, name: str, password: str
) -> None:
    lines = ODD_REQUESTS.format(name=name, password=password).split("; ")
    small = StaticDevice("small", {"outlet.count": "2", "ups.id": "x"}, writable=["ups.id"])
    gone = StaticDevice("gone", {})
    expected = _answers(real, lines)

    with NutServer([small, gone], [ADMIN, User("viewer", "viewpw")]) as nut_server:
        nut_server.faults.drivers["gone"] = Driver.GONE
        answers = _answers(nut_server, lines)

    assert answers == expected


def _answers(server: Union[NutServer, Upsd], lines: list[str]) -> dict[str, list[str]]:
    """Send the requests on one connection.

    Return the lines of each answer; the key is the request with its position.
    """
    answers: dict[str, list[str]] = {}
    with (
        socket.create_connection((server.host, server.port), 60) as connection,
        connection.makefile("rb") as stream,
    ):
        for number, line in enumerate(lines):
            connection.sendall(line.encode() + b"\n")
            last_line = stream.readline().decode()
            answer_lines = [last_line]
            is_list = last_line.startswith("BEGIN ")
            while is_list and last_line and not last_line.startswith(("END ", "ERR ")):
                last_line = stream.readline().decode()
                answer_lines.append(last_line)
            answers[f"{number} {line}"] = answer_lines
    return answers
