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
from pdu.loading import handler_recordings
from pdu.loading.handler_loading import LoadedHandler
from pdu.loading.open_handler import HandlerTools, OpenHandler
from pdu.monitoring import find, server
from pdu.monitoring.exporter import ExporterOptions, read_targets
from pdu.outlets import identify
from pdu.pdu_list.login_options import Login
from pdu.reading.owner_files import OwnerFiles
from tests.simulators import netio
from tests.simulators.unit_servers import PASSWORD, USER, HttpServer

WORDS = "injected words"
SETTINGS = ("-s", "scheme=http", "--timeout", "20")


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
    """Three units with one name each; that in the middle raises when it is read."""
    monkeypatch.setenv("PDU_USERNAME", USER)
    monkeypatch.setenv("PDU_PASSWORD", PASSWORD)
    opened = HandlerTools.opened
    with contextlib.ExitStack() as stack:
        units = [netio.SimulatedPdu() for _ in range(3)]
        for unit in units:
            unit.names[1] = "web-7"
        ports = [stack.enter_context(HttpServer(unit)).port for unit in units]

        @contextlib.contextmanager
        def raising(self: HandlerTools, data: Any, **words: Any) -> Iterator[OpenHandler]:
            if str(ports[1]) in f"{data.ip} {data.custom_params}":
                raise error
            with opened(self, data, **words) as unit:
                yield unit

        monkeypatch.setattr(HandlerTools, "opened", raising)
        yield [f"127.0.0.1:{port}" for port in ports]


@pytest.fixture
def fleet(hosts: list[str], tmp_path: Path) -> Path:
    """The three in a list, as p0 to p2."""
    path = tmp_path / "pdus.csv"
    rows = [f"p{place},netio,{host},scheme=http;timeout=20" for place, host in enumerate(hosts)]
    path.write_text("\n".join(["name,handler,address,settings", *rows, ""]))
    return path


def call(capsys: pytest.CaptureFixture[str], *words: object) -> tuple[int, str, str]:
    code = root.run([*map(str, words)])
    return (code, *capsys.readouterr())


@pytest.mark.parametrize("command", ["status", "statistic", "labels", "outlets"])
@pytest.mark.parametrize("form", [(), ("--json",)], ids=["text", "json"])
def test_commands_of_several_hosts_read_the_others(
    command: str,
    form: tuple[str, ...],
    hosts: list[str],
    error: BaseException,
    capsys: pytest.CaptureFixture[str],
) -> None:
    code, out, err = call(capsys, command, "netio", *hosts, *SETTINGS, *form)
    assert code == 1
    if not form:
        read_hosts = re.findall(rf"^{command} of (\S+) by", out, re.MULTILINE)
        assert read_hosts == [hosts[0], hosts[2]]
        assert name_of(error) in err
        return
    documents = [json.loads(line) for line in out.splitlines()]
    assert [document["host"] for document in documents] == hosts
    assert ["error" in document for document in documents] == [False, True, False]
    assert name_of(error) in documents[1]["error"]["reason"]


def test_check_reads_the_others(
    fleet: Path, error: BaseException, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, _ = call(capsys, "check", fleet, "--json")
    rows = json.loads(out)["pdus"]
    assert (code, [row["result"] for row in rows]) == (2, ["well", "defect", "well"])
    assert name_of(error) in rows[1]["error"]["reason"]
    for form in ([], ["--csv"], ["--nagios"]):
        _, out, _ = call(capsys, "check", fleet, *form)
        assert name_of(error) in out
        assert "p1" in out


def test_where_reads_the_others(
    fleet: Path, error: BaseException, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, _ = call(capsys, "where", "web-7", "--list", fleet, "--json")
    document = json.loads(out)
    assert code == 1
    assert [row["pdu"] for row in document["outlets"]] == ["p0", "p2"]
    (unread,) = document["unread"]
    assert (unread["pdu"], unread["kind"]) == ("p1", "defect")
    assert name_of(error) in unread["reason"]


def test_the_exporter_reads_the_others(fleet: Path) -> None:
    files = OwnerFiles.of_command(str(fleet), None, None, Login())
    exporter = server.Exporter(read_targets(ExporterOptions(files)), server.ServerLimits(2, 0.5))
    for name, is_up in (("p0", 1), ("p1", 0), ("p2", 1)):
        answer = exporter.probe(f"target={name}", "30", "text/plain")
        text = answer.page.body.decode()
        assert f"pdu_up {is_up}.0" in text
        assert ('pdu_probe_error{kind="defect"}' in text) is not is_up


def test_a_search_reads_the_others(error: BaseException, monkeypatch: pytest.MonkeyPatch) -> None:
    class Finding:
        family = "apc-rpdu2"

    def identify(_: Any, data: Any) -> Any:
        if "192.0.2.8" in str(data.ip):
            raise error
        return Finding

    monkeypatch.setattr(find, "identify_device", identify)
    devices = [find.FoundDevice(f"192.0.2.{n}", "snmp", 161, "", "x") for n in (7, 8, 9)]
    pdus, (other,) = find.ask_rows(devices, "public")
    assert [pdu.address for pdu in pdus] == ["192.0.2.7", "192.0.2.9"]
    assert other.address == "192.0.2.8"
    assert name_of(error) in other.what


def test_identify_asks_the_other_handlers(
    error: BaseException, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PDU_USERNAME", USER)
    monkeypatch.setenv("PDU_PASSWORD", PASSWORD)
    asked = handler_recordings.identify

    def raising(handler: LoadedHandler, data: Any) -> Any:
        if handler.name == "jaws":
            raise error
        return asked(handler, data)

    monkeypatch.setattr(identify, "identify_device", raising)
    handlers = ("--handler", "jaws", "--handler", "netio")
    with HttpServer(netio.SimulatedPdu()) as unit:
        words = ("identify", f"127.0.0.1:{unit.port}", *handlers, *SETTINGS, "--json")
        code, out, _ = call(capsys, *words)
    document = json.loads(out)
    assert (code, document["chosen"]) == (0, "netio")
    (failed,) = [row["error"] for row in document["handlers"] if row["handler"] == "jaws"]
    assert failed["kind"] == "defect"
    assert name_of(error) in failed["reason"]
