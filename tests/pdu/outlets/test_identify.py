"""`pdu identify`: a unit of every handler, an unknown device.

Also: the evidence of a figure, and which address and port are tried.
"""

from __future__ import annotations

import shlex
import socket
import sys
from pathlib import Path
from typing import Any, Optional

import pytest

from handlers.raritan import settings as raritan_settings
from handlers.shared.address import Address
from pdu import root
from pdu.cli.output import figure
from pdu.inspection.finding import HandlerFinding
from pdu.inspection.raritan import identification as raritan
from pdu.outlets import identify, survey
from pdu.pdu_list.login_options import Login
from pdu_common.connection import PduData, PduSnmpData
from tests.handlers.raritan.unit_table import changed_unit
from tests.needs import ROOT
from tests.pdu.cli.test_waiting_line import Terminal
from tests.pdu.inspection.test_identify_snmp import of_fixture
from tests.pdu.recordings.planted_devices import (
    SECRETS,
    UNITS,
    Printed,
    Unit,
    arguments,
    identified,
    replayed,
)
from tests.pdu.recordings.recording_formats import identity, names
from tests.simulators.xerus import CircuitModel, MeterModel, Model, XerusPdu

Patched = pytest.MonkeyPatch

_UNIT_NAMES = {
    "snmp": "APC AP8659, 8 outlets",
    "raritan": "Raritan PX3-5190R, 8 outlets",
    "nut": "ACME Switched-4, 4 outlets",
    "redfish": "Contoso SIM-3P, 5 outlets",
}


def _set_login(unit: Unit, monkeypatch: Patched) -> None:
    """The unit's community or password in the environment; of the other one, any."""
    login: dict[str, Optional[str]] = {"community": "public", "password": "any"}
    if isinstance(unit.data, PduSnmpData):
        login.update(unit.data.snmp_params)
    else:
        login.update(unit.data.custom_params)
    monkeypatch.setenv("PDU_COMMUNITY", str(login["community"]))
    monkeypatch.setenv("PDU_PASSWORD", str(login["password"]))


@pytest.mark.parametrize("handler", list(UNITS))
def test_a_unit_of_every_handler_is_identified_among_all_handlers(
    handler: str, capsys: Printed, monkeypatch: Patched
) -> None:
    with UNITS[handler]() as unit:
        _set_login(unit, monkeypatch)
        report = identified(capsys, 0, *arguments(unit), "-s", "timeout=5", "-s", "retries=0")

    assert report["chosen"] == handler
    rows = {row["handler"]: row for row in report["handlers"]}
    assert set(rows) == set(names())
    row = rows[handler]
    assert any("states of" in line for line in row["can"])
    assert any("load (" in line for line in row["can"])
    assert any("switch" in line for line in (*row["can"], *row["cannot"]))
    assert row["evidence"]


@pytest.mark.parametrize("handler", list(UNITS))
def test_a_unit_of_every_handler_has_a_verdict_and_steps_that_run(
    handler: str, tmp_path: Path, capsys: Printed, monkeypatch: Patched
) -> None:
    monkeypatch.chdir(tmp_path)
    with UNITS[handler]() as unit:
        _set_login(unit, monkeypatch)
        words = ["identify", *arguments(unit), "-s", "timeout=5", "--handler", handler]
        assert root.run(words) == 0
        output = capsys.readouterr().out
        # the verdict, what it rests on, and the next steps
        verdict, *_, step, first_run = output.splitlines()
        # The output shows "..." in place of PEM text. The command below takes it for the name of a
        # file.
        pem = "" if isinstance(unit.data, PduSnmpData) else unit.data.custom_params.get("ca_pem")
        (tmp_path / "...").write_text(pem or "")
        assert root.run(shlex.split(step.removeprefix("next: pdu "))) == 0

    assert verdict.startswith(f"{handler}: yes: {_UNIT_NAMES[handler]}: reads, switches, meters ")
    assert step.startswith(f"next: pdu status {handler} 127")
    assert first_run == "then: docs/first-run.md, the first run on your DCImanager"
    assert "\n  rests on  " in output
    for secret in (*SECRETS, "s3cr3t", "Pa55"):
        assert secret not in output


def xerus(pdu: XerusPdu, *words: str) -> list[str]:
    """The arguments for the unit, and more of them."""
    return [f"{pdu.host}:{pdu.port}", "-s", f"fingerprint={pdu.fingerprint}", *words]


def xerus_finding(
    pdu: XerusPdu, capsys: Printed, monkeypatch: pytest.MonkeyPatch, *words: str
) -> Any:
    """What `pdu identify --json` says of the handler raritan."""
    monkeypatch.setenv("PDU_PASSWORD", pdu.password)
    report = identified(capsys, 0, *xerus(pdu, "--handler", "raritan", *words))
    return report["handlers"][0]


def test_a_unit_without_meters_is_shown_without_figures(
    capsys: Printed, monkeypatch: pytest.MonkeyPatch
) -> None:
    with XerusPdu(Model(outlets=2, metering="none")) as pdu:
        finding = xerus_finding(pdu, capsys, monkeypatch)
        assert root.run(["outlets", "raritan", *xerus(pdu)]) == 0
        _, head, *_ = capsys.readouterr().out.splitlines()

    assert "report its load" in finding["cannot"]
    assert "report its energy" in finding["cannot"]
    abilities = " ".join(finding["can"])
    assert "energy" not in abilities
    assert "load" not in abilities
    # a table leaves out columns without a figure
    assert head.split() == ["identity", "number", "name", "state"]


@pytest.mark.parametrize("value", ["-", "null"])
def test_an_outlet_of_a_raritan_unit_may_leave_out_whether_it_can_be_switched(
    value: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with changed_unit(f"unit & outlet.1 getMetaData/isSwitchable = {value}") as unit:
        monkeypatch.setattr(raritan_settings, "agent", lambda *_: unit.agent())
        finding = raritan.identify(unit.handler().pdu_data)

    assert (finding.outlets, finding.switchable_outlets) == (2, 1)


def test_load_and_energy_of_a_power_meter_controller_rest_on_mains(
    capsys: Printed, monkeypatch: pytest.MonkeyPatch
) -> None:
    controller = Model(
        outlets=0, inlets=0, metering="none", product="BCM2", meters=(MeterModel(1),)
    )
    with XerusPdu(controller) as pdu:
        finding = xerus_finding(pdu, capsys, monkeypatch)
        load = pdu.truth().load_a

    assert load
    assert f"report its load ({figure(load)} A)" in finding["can"]
    assert "mains of its panels" in finding["evidence"]["load"]
    assert "mains of its panels" in finding["evidence"]["energy"]


def test_only_the_figures_of_a_raritan_unit_are_said_to_rest_on_recordings() -> None:
    """The recorded traffic of real units has no Outlet.getState and no Outlet.setPowerState."""
    with XerusPdu(Model(outlets=2)) as pdu:
        login = {"username": pdu.user, "password": pdu.password, "ca_pem": pdu.ca_pem}
        data = PduData(f"{pdu.host}:{pdu.port}", login)
        evidence = identity("raritan", data).evidence

    recorded_facts = [fact for fact, basis in evidence.items() if "recorded traffic" in basis]
    assert sorted(recorded_facts) == ["energy", "load"]
    assert "state" in evidence
    assert "switching" in evidence


_PANEL = Model(
    outlets=0,
    inlets=0,
    metering="none",
    meters=(MeterModel(1, circuits=(CircuitModel(0), CircuitModel(1))),),
)


def test_branch_circuits_are_not_called_outlets(
    capsys: Printed, monkeypatch: pytest.MonkeyPatch
) -> None:
    with XerusPdu(_PANEL) as pdu:
        finding = xerus_finding(pdu, capsys, monkeypatch)
    assert "read states: all unknown (2 branch circuits)" in finding["cannot"]
    assert "report the energy by branch circuit (2 branch circuits)" in finding["can"]


def test_outlets_and_branch_circuits_together_are_called_ports(
    capsys: Printed, monkeypatch: pytest.MonkeyPatch
) -> None:
    with XerusPdu(Model(outlets=3, off=(2,)), links={2: _PANEL}) as pdu:
        finding = xerus_finding(pdu, capsys, monkeypatch, "-s", "link_units=2")
    assert "read the states of 5 ports (2 on, 1 off, 2 unknown)" in finding["can"]
    assert "report the energy by port (5 ports)" in finding["can"]


_UNKNOWN_UNIT = """1.3.6.1.2.1.1.1.0|4|Acme Strip 8
1.3.6.1.2.1.1.2.0|6|1.3.6.1.4.1.99998.1
1.3.6.1.4.1.99998.2.1.1.3.1|2|1
"""


def test_the_next_commands_are_named_where_no_family_fits(
    tmp_path: Path, capsys: Printed, monkeypatch: Patched
) -> None:
    monkeypatch.setenv("PDU_COMMUNITY", "public")
    monkeypatch.chdir(tmp_path)
    with replayed("snmp", _UNKNOWN_UNIT) as unit:
        where = arguments(unit)[0]
        report = identified(capsys, 8, where, "--handler", "snmp")
        (finding,) = report["handlers"]
        assert root.run(["identify", where, "--handler", "snmp"]) == 8
        output = capsys.readouterr().out
        # each line runs as it is printed; no source names this maker
        record, supports, build = finding["next_steps"]
        assert root.run(shlex.split(record, comments=True)[1:]) == 0
        assert root.run(shlex.split(supports, comments=True)[1:]) == 8

    assert report["chosen"] is None
    assert finding["answers"]
    assert not finding["family"]
    assert finding["about"]["sysDescr"] == "Acme Strip 8"
    builder = shlex.quote(str(ROOT / "packaging" / "build.py"))
    assert record.startswith(f"pdu record snmp {where} -o unit.snmprec    #")
    assert supports.startswith("pdu supports 1.3.6.1.4.1.99998.1    # the nearest family;")
    assert build.partition("    #")[0] == f"python3 {builder} --profile mine.json"
    for line in finding["next_steps"]:
        assert f"{line}\n" in output


@pytest.mark.parametrize("port, handler", [("443", "raritan"), ("3493", "nut"), ("161", "snmp")])
def test_the_protocol_of_a_given_port_is_tried_first(port: str, handler: str) -> None:
    names = ["nut", "snmp", "raritan"]
    by_address = survey.order_handlers(names, Address(f"h:{port}"), Login({}))
    by_setting = survey.order_handlers(names, Address("h"), Login({"port": port}))
    for order in (by_address, by_setting):
        assert order[0] == handler
        assert sorted(order) == sorted(names)


def test_the_wait_for_a_port_that_answers_nothing_says_at_once_what_it_is_for(
    monkeypatch: Patched,
) -> None:
    """A queue of connections that is full drops more, as a firewall does. The port that two
    handlers have is waited for once.
    """
    monkeypatch.setattr("pdu.outlets.survey._CONNECT_S", 0.3)
    screen = Terminal()
    with socket.socket() as full:
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        port = full.getsockname()[1]
        with socket.create_connection(("127.0.0.1", port)), monkeypatch.context() as patch:
            patch.setattr(sys, "stderr", screen)
            words = ["--handler", "raritan", "--handler", "redfish"]
            assert root.run(["identify", f"127.0.0.1:{port}", *words]) == 3

    lines = [line.strip() for line in screen.getvalue().split("\r") if line.strip()]
    assert lines == [f"127.0.0.1:{port}: trying TCP port {port} for raritan"]


@pytest.mark.parametrize(
    "counts, verdict",
    [
        (
            {"known_outlets": 6, "switchable_outlets": 6, "metered_outlets": 6},
            "reads, switches, meters each outlet",
        ),
        ({"known_outlets": 5, "metered_outlets": 2}, "reads 5 of 6 outlets, meters 2 of 6 outlets"),
        ({"metered": True}, "meters the unit"),
        ({}, "reads nothing"),
    ],
)
def test_the_verdict_counts_outlets_and_reads_no_phrase(
    counts: dict[str, Any], verdict: str
) -> None:
    phrases = ["report its load by unit (1 A)", "read the states", "switch the outlets"]
    finding = HandlerFinding("snmp", family="f", outlets=6, can=phrases, **counts)
    (line, *_) = identify._finding_lines(finding)
    assert line == f"snmp: yes: f, 6 outlets: {verdict}"


def test_a_unit_of_which_some_outlets_are_metered_does_not_meter_each() -> None:
    """`cyberpower-epdu2` has the figures of two of its four outlets."""
    finding = of_fixture("cyberpower-epdu2")
    assert (finding.metered_outlets, finding.outlets) == (2, 4)
    (line, *_) = identify._finding_lines(finding)
    assert line.endswith("meters 2 of 4 outlets")
