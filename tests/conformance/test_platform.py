"""`python -m tests.conformance`: with --platform, on the project's own doubles and on made-up
platforms; and without it.
"""

from __future__ import annotations

import errno
import os
import re
import socket
import sys
from pathlib import Path
from types import ModuleType

import pytest

from handlers import registry
from pdu.loading.handler_archives import Archive
from pdu_common.connection import PduSnmpData
from tests import peers
from tests.needs import ROOT

from . import __main__ as conformance, baseline, trial, unknown
from .variants import VARIANTS

_HANDLERS: dict[tuple[str, str], trial.HandlerModule] = {}


@pytest.fixture(autouse=True)
def placed_once(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each archive is unpacked once, so that Python compiles it once."""
    place = trial.place

    def once(archive: Archive, where: str, _: Path) -> trial.HandlerModule:
        key = archive.top, where
        if key not in _HANDLERS:
            _HANDLERS[key] = place(archive, where, tmp_path_factory.mktemp("handler"))
        return _HANDLERS[key]

    monkeypatch.setattr(trial, "place", once)


@pytest.mark.parametrize("handler", registry.names())
def test_doubles_of_this_project_conform(handler: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert conformance.main(["--platform", str(ROOT), handler]) == 0
    output = capsys.readouterr().out
    for part in (
        "BasePdu: in pdu_common.base_pdu, not abstract",
        "BaseSnmpPdu: snmp_set(self, oid",
        "PduPortStatisticView(identity",
        "PduSnmpData(ip",
        "requirement: pysnmp",
        "get_logger: logging.Logger",
        f"agrees  pdu_{handler}",
        "1 agree, 0 differ",
    ):
        assert part in output


_CONNECTION = """
class PduSnmpData:
    def __init__(self, rack, host, snmp_params):
        self.host, self.snmp_params = host, snmp_params


class PduHttpData:
    handler_params = None

    def __init__(self, host):
        self.host = host


def wire(data):
    return data.host, data.snmp_params
"""
_OTHER = {
    "pdu_common/base_pdu.py": "",
    "pdu_common/abstractions.py": baseline.BASE_PDU,
    "pdu_common/base_snmp_pdu.py": baseline.SNMP.replace("from .base_pdu", "from .abstractions"),
    "pdu_common/connection.py": _CONNECTION,
    **baseline.helper(
        statistic=baseline.STATISTIC_VIEWS.replace("consumption=0.0", "energy=0.0").replace(
            "self.identity, self.consumption = identity, consumption",
            "self.identity, self.energy = identity, energy",
        )
    ),
}


def tree(folder: Path, files: dict[str, str]) -> str:
    baseline.write(files, folder)
    return str(folder)


def test_a_platform_with_other_names_is_supported(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    # one for each class of data
    assert conformance.main(["--platform", tree(tmp_path, _OTHER), "nut", "snmp"]) == 0
    output = capsys.readouterr().out
    assert "BasePdu: in pdu_common.abstractions" in output and "PduSnmpData(rack, host" in output
    assert "2 agree, 0 differ" in output


def test_a_platform_with_an_unknown_field_needs_an_adapter(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    strange = {"pdu_common/connection.py": _CONNECTION.replace("host", "where")}
    assert conformance.main(["--platform", tree(tmp_path, strange), "nut"]) == 1
    assert "no field for the address" in capsys.readouterr().out
    adapter = tmp_path / "mine.py"
    adapter.write_text(
        "def data(protocol, address, snmp, settings, handler):\n    from pdu_common.connection"
        " import PduHttpData\n    made = PduHttpData(address)\n    made.ip, made.handler_params ="
        " address, settings\n    return made\n"
    )
    assert conformance.main(["--platform", str(tmp_path), "--adapter", str(adapter), "nut"]) == 0


def test_a_platform_module_that_exits_does_not_end_the_survey(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    files = {
        "pdu_common/base_snmp_pdu.py": "raise SystemExit(3)\n",
        "requirements.txt": "# none\n",
    }
    conformance.main(["--platform", tree(tmp_path, files), "nut"])
    output = capsys.readouterr().out
    assert "BasePdu: no answer (SystemExit: 3)" in output
    assert "requirement: none found" in output and "get_logger: logging.Logger" in output


def test_a_survey_that_does_not_end_is_reported_and_the_archive_runs(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(conformance, "_SURVEY_SECONDS", 0.001)
    assert conformance.main(["--platform", str(ROOT), "nut"]) == 0
    output = capsys.readouterr().out
    assert "did not end within 0.001 s\n" in output and "agrees  pdu_nut" in output


# the text of pdu_common.connection, the protocol, and what the error says
_CONNECTIONS = {
    "no class for other PDUs": ("", "custom", "(found: none)"),
    "two classes for other PDUs": (
        "class PduHttpData: pass\nclass PduTelnetData: pass\n",
        "custom",
        "(found: PduHttpData, PduTelnetData)",
    ),
    "no class for SNMP": ("", "snmp", "no class PduSnmpData: "),
    "no field for SNMP": (
        "class PduSnmpData:\n    def __init__(self, ip, **settings): self.ip = ip\n",
        "snmp",
        "no field for the SNMP parameters",
    ),
}


@pytest.fixture
def connection(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """An empty pdu_common.connection."""
    module = ModuleType("pdu_common.connection")
    monkeypatch.setitem(sys.modules, "pdu_common.connection", module)
    return module


@pytest.mark.parametrize("point", _CONNECTIONS)
def test_connection_data_that_cannot_be_made_are_an_error_that_says_why(
    point: str, connection: ModuleType
) -> None:
    source, protocol, words = _CONNECTIONS[point]
    exec(source, vars(connection))
    with pytest.raises(LookupError, match=re.escape(words) + ".*--adapter"):
        unknown.data(protocol, "192.0.2.1", {}, {}, "pdu_x")


def test_a_class_of_snmp_data_that_the_platform_imports_is_used(connection: ModuleType) -> None:
    setattr(connection, "PduSnmpData", PduSnmpData)
    pdu_data = unknown.data("snmp", "192.0.2.1", {"port": "161"}, {}, "pdu_x")
    assert type(pdu_data) is PduSnmpData
    assert (pdu_data.ip, pdu_data.snmp_params) == ("192.0.2.1", {"port": "161"})


class _Loose:
    """Connection data whose constructor accepts any further keyword."""

    snmp_params: dict[str, str] = {}

    def __init__(self, ip: str, **settings: object) -> None:
        self.ip, self.more = ip, settings


def test_a_parameter_for_any_keyword_is_not_filled(connection: ModuleType) -> None:
    setattr(connection, "PduSnmpData", _Loose)
    assert unknown.data("snmp", "192.0.2.1", {"port": "161"}, {"a": "b"}, "pdu_x").more == {}


_ONLY_161 = {
    "pdu_common/connection.py": baseline.CONNECTION
    + """

_wire = wire


def wire(data):
    address, params = _wire(data)
    seconds = "0.5" if address == "127.0.0.1" else "20"         # no simulator is on port 161 of 127.0.0.1
    return address, {**params, "port": "161", "timeout": seconds, "retries": "0"}
"""
}


def refuse_port_161(monkeypatch: pytest.MonkeyPatch) -> None:
    """Makes opening port 161 fail with EACCES, as for an unprivileged user."""

    def refused(**_: object) -> None:
        raise OSError(errno.EACCES, os.strerror(errno.EACCES))

    make = peers.PEERS["snmp"]
    monkeypatch.setitem(
        peers.PEERS,
        "snmp",
        lambda **options: refused() if options.get("port") == 161 else make(**options),
    )


def test_a_platform_that_uses_only_port_161_is_tried_there_or_reported_as_not_tried(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code = conformance.main(["--platform", tree(tmp_path, _ONLY_161), "snmp"])
    output = capsys.readouterr().out
    assert code == 0 and (
        "agrees  pdu_snmp (on port 161)" in output or "not tried  pdu_snmp" in output
    )


def test_a_platform_whose_port_161_cannot_be_opened_is_reported_as_not_tried(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    refuse_port_161(monkeypatch)
    assert conformance.main(["--platform", tree(tmp_path, _ONLY_161), "snmp"]) == 0
    output = capsys.readouterr().out
    assert (
        "not tried  pdu_snmp" in output
        and "run this as root" in output
        and "0 agree, 0 differ, 1 not tried" in output
    )


def test_a_port_in_use_is_reported_in_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp_socket:
        udp_socket.bind(("127.0.0.1", 0))
        port = udp_socket.getsockname()[1]
        with pytest.raises(SystemExit) as ended:
            conformance.main(["--platform", str(ROOT), "--snmp-port", str(port), "snmp"])
    assert ended.value.code == 2
    assert (
        capsys.readouterr().err == f"cannot start: port {port} is already in use; choose another\n"
    )


def test_the_archives_run_on_the_given_interpreter_whose_path_may_be_relative(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    program = tmp_path / "python"
    program.write_text("#!/bin/sh\necho 'no such interpreter' >&2\nexit 3\n")
    program.chmod(0o755)
    monkeypatch.chdir(tmp_path)
    assert conformance.main(["--platform", str(ROOT), "--python", "./python", "nut"]) == 1
    assert "no such interpreter" in capsys.readouterr().out


@pytest.mark.parametrize(
    "arguments, words",
    [
        (["--platform", "/proc"], "no folder common"),
        (["nosuch"], ", ".join(registry.names())),
        (["--platform", str(ROOT), "--adapter", "/no/such/file"], "No such file"),
        (
            ["--platform", str(ROOT), "--adapter", str(ROOT / "docs" / "pictures" / "pdus.png")],
            "cannot be read ('utf-8' codec",
        ),
        (["--adapter", str(ROOT / "Makefile")], "need --platform"),
        (["--snmp-port", "1161"], "need --platform"),
        (["--platform", str(ROOT), "--snmp-port", "70000"], "not from 0 to 65535"),
        (["--platform", str(ROOT), "--python", "no/such/python", "nut"], "no/such/python"),
    ],
)
def test_wrong_arguments_are_refused(
    arguments: list[str], words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as stopped:
        conformance.main(arguments)
    assert stopped.value.code == 2 and words in capsys.readouterr().err


def test_the_matrix_can_be_run_for_one_handler(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(conformance, "VARIANTS", VARIANTS[:2])
    assert conformance.main(["nut"]) == 0
    output = capsys.readouterr().out
    assert (
        "agrees  BasePdu: in pdu_common.base, pdu_nut" in output and "2 agree, 0 differ" in output
    )


def test_a_platform_whose_view_of_a_port_has_other_names_fails_with_its_log(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    views = baseline.STATISTIC_VIEWS.replace("consumption", "power_consumption")
    files = baseline.helper(statistic=views.replace("total_power_consumption", "total_consumption"))
    assert conformance.main(["--platform", tree(tmp_path, files), "nut"]) == 1
    assert "energy by outlet: {} instead of" in capsys.readouterr().out
