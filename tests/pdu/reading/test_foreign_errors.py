"""What a handler of anybody raises for one PDU is that PDU's failure, in every command that reads
several: the others are read, and the failed one is named.
"""

from __future__ import annotations

import contextlib
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from pdu import root
from pdu.loading.handler_loading import LoadedHandler
from pdu.monitoring import find
from pdu.outlets import survey
from pdu.reading import identification, open_handler
from pdu.reading.open_handler import OpenHandler
from tests.simulators import netio
from tests.simulators.unit_servers import PASSWORD, USER, HttpServer

WORDS = "injected words"
SETTINGS = ("-s", "scheme=http", "-s", "timeout=20")


class Wordless(Exception):
    """An error without a text."""

    def __str__(self) -> str:
        raise ValueError(WORDS)


ERRORS = [
    UnicodeDecodeError("utf-8", b"\xff", 0, 1, WORDS),
    KeyError(WORDS),
    RecursionError(WORDS),
    SystemExit(WORDS),
    Wordless(),
]


def name_of(error: BaseException) -> str:
    return type(error).__name__


@pytest.fixture(params=ERRORS, ids=name_of)
def error(request: pytest.FixtureRequest) -> BaseException:
    raised: BaseException = request.param
    return raised


@pytest.fixture
def hosts(error: BaseException, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """Three units that each have an outlet `web-7`; the unit in the middle raises when read."""
    monkeypatch.setenv("PDU_USERNAME", USER)
    monkeypatch.setenv("PDU_PASSWORD", PASSWORD)
    opened = open_handler.opened
    with contextlib.ExitStack() as stack:
        ports = []
        for _ in range(3):
            unit = netio.SimulatedPdu()
            unit.names[1] = "web-7"
            ports.append(stack.enter_context(HttpServer(unit)).port)
        _, raising_port, _ = ports

        @contextlib.contextmanager
        def raising(handler: Any, data: Any, **words: Any) -> Iterator[OpenHandler]:
            if str(raising_port) in f"{data.ip} {data.custom_params}":
                raise error
            with opened(handler, data, **words) as session:
                yield session

        monkeypatch.setattr(open_handler, "opened", raising)
        yield [f"127.0.0.1:{port}" for port in ports]


@pytest.fixture
def fleet(hosts: list[str], tmp_path: Path) -> Path:
    """The three in a list, as p0 to p2."""
    text = "name,handler,address,settings\n"
    for place, host in enumerate(hosts):
        text += f"p{place},netio,{host},scheme=http;timeout=20\n"
    path = tmp_path / "pdus.csv"
    path.write_text(text)
    return path


def call(capsys: pytest.CaptureFixture[str], *words: object) -> tuple[int, str, str]:
    """The exit code, output and errors of a command."""
    code = root.run([str(word) for word in words])
    output = capsys.readouterr()
    return code, output.out, output.err


READING_COMMANDS = pytest.mark.parametrize("command", ["status", "statistic", "outlets"])


@READING_COMMANDS
def test_commands_of_several_hosts_read_the_others(
    command: str, hosts: list[str], error: BaseException, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, err = call(capsys, command, "netio", *hosts, *SETTINGS)
    assert code == 1
    read_hosts = re.findall(rf"^{command} of (\S+) by", out, re.MULTILINE)
    assert read_hosts == [hosts[0], hosts[2]]
    assert name_of(error) in err


@READING_COMMANDS
def test_json_of_several_hosts_has_the_others_and_the_error(
    command: str, hosts: list[str], error: BaseException, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, _ = call(capsys, command, "netio", *hosts, *SETTINGS, "--json")
    assert code == 1
    first, failed, last = map(json.loads, out.splitlines())
    assert [first["host"], failed["host"], last["host"]] == hosts
    assert "error" not in first
    assert name_of(error) in failed["error"]["reason"]
    assert "error" not in last


def test_check_reads_the_others(
    fleet: Path, error: BaseException, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, _ = call(capsys, "check", fleet, "--json")
    assert code == 2
    pdus = json.loads(out)["pdus"]
    assert [pdu["result"] for pdu in pdus] == ["well", "defect", "well"]
    assert name_of(error) in pdus[1]["error"]["reason"]


@pytest.mark.parametrize("form", [[], ["--csv"], ["--nagios"]], ids=["table", "csv", "nagios"])
def test_each_form_of_a_check_names_the_failed_pdu(
    form: list[str], fleet: Path, error: BaseException, capsys: pytest.CaptureFixture[str]
) -> None:
    _, out, _ = call(capsys, "check", fleet, *form)
    assert name_of(error) in out
    assert "p1" in out


def test_where_reads_the_others(
    fleet: Path, error: BaseException, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, _ = call(capsys, "where", "web-7", "--list", fleet, "--json")
    assert code == 1
    document = json.loads(out)
    assert [outlet["pdu"] for outlet in document["outlets"]] == ["p0", "p2"]
    (unread_pdu,) = document["unread"]
    assert unread_pdu["pdu"] == "p1"
    assert unread_pdu["kind"] == "defect"
    assert name_of(error) in unread_pdu["reason"]


def test_a_search_reads_the_others(error: BaseException, monkeypatch: pytest.MonkeyPatch) -> None:
    class Finding:
        family = "apc-rpdu2"

    def identify_device(_: Any, data: Any) -> Any:
        if "192.0.2.8" in str(data.ip):
            raise error
        return Finding

    monkeypatch.setattr(find, "identify_device", identify_device)
    devices = []
    for host in ("192.0.2.7", "192.0.2.8", "192.0.2.9"):
        devices.append(find.FoundDevice(host, "snmp", 161, "", "x"))

    pdus, (other,) = find.identify_by_rows(devices, "public")

    assert [pdu.address for pdu in pdus] == ["192.0.2.7", "192.0.2.9"]
    assert other.address == "192.0.2.8"
    assert name_of(error) in other.what


def test_identify_asks_the_other_handlers(
    error: BaseException, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PDU_USERNAME", USER)
    monkeypatch.setenv("PDU_PASSWORD", PASSWORD)

    def identify_device(handler: LoadedHandler, data: Any) -> Any:
        if handler.name == "jaws":
            raise error
        return identification.identify(handler, data)

    monkeypatch.setattr(survey, "identify_device", identify_device)
    handlers = ("--handler", "jaws", "--handler", "netio")
    with HttpServer(netio.SimulatedPdu()) as unit:
        words = ("identify", f"127.0.0.1:{unit.port}", *handlers, *SETTINGS, "--json")
        code, out, _ = call(capsys, *words)

    assert code == 0
    document = json.loads(out)
    assert document["chosen"] == "netio"
    (jaws,) = [row for row in document["handlers"] if row["handler"] == "jaws"]
    assert jaws["error"]["kind"] == "defect"
    assert name_of(error) in jaws["error"]["reason"]
