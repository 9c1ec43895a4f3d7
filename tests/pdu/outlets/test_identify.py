"""`pdu identify`: SNMP recordings of real units (some also over the network), a unit of every
handler, an unknown device.

Also: the evidence of a figure, and which address and port are tried.
"""

from __future__ import annotations

import contextlib
import dataclasses
import shlex
import socket
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Optional, Union

import pytest

from handlers import registry
from handlers.shared.address import Address
from handlers.shared.errors import PduHandlerError, ProtocolError, Refused, Unsupported
from handlers.snmp import metering
from handlers.snmp.figures import Arcs, Figure, Total
from handlers.snmp.profile import Profile
from handlers.snmp.profiles import PROFILES
from handlers.snmp.reader import Reader
from handlers.snmp.settings import select_families
from handlers.snmp.sources import Column
from pdu import root
from pdu.cli.output import counted, figure
from pdu.outlets import identify
from pdu.pdu_list.login_options import Login
from pdu.recordings.recording_formats import HandlerFinding
from pdu.recordings.snmp.identification import device_finding, summed_figures
from pdu.supports.table import entries
from pdu_common.connection import PduData, PduSnmpData
from tests.handlers.snmp import recorded
from tests.handlers.snmp.memory import Memory, of_rows
from tests.needs import ROOT
from tests.pdu.cli.test_waiting_line import Terminal
from tests.pdu.recordings.planted_devices import UNITS, Printed, arguments, identified, replayed
from tests.pdu.recordings.recording_formats import identity, names
from tests.recordings import fixture
from tests.simulators.nut_server import NutServer, StaticDevice, SwitchedPdu
from tests.simulators.snmp_agent import BUILT_IN
from tests.simulators.xerus import CircuitModel, MeterModel, Model, XerusPdu

# An old agent, and a unit that reports no states
OVER_SNMP = ("digipower", "raritan-pdu")
Patched = pytest.MonkeyPatch


def finding_of(rows: Any, **settings: str) -> HandlerFinding:
    """What the handler snmp says of a device with these rows."""
    return device_finding(Reader(of_rows(rows)), select_families(settings, {}))


def of_recording(name: str) -> HandlerFinding:
    return finding_of(recorded.rows(name))


def of_fixture(name: str, **settings: str) -> HandlerFinding:
    return finding_of(fixture(name).device().rows(), **settings)


@pytest.mark.against("recordings of real units, in memory")
@pytest.mark.parametrize("name", recorded.NAMES)
def test_a_recorded_unit_is_identified_with_its_abilities(name: str) -> None:
    expected, finding = recorded.expected(name), of_recording(name)
    assert finding.family == expected["family"] and finding.why
    assert any(row["family"].partition(" at ")[0] == expected["family"] for row in finding.tried)
    states = [
        outlet["state"]
        for outlet in expected["outlets"].values()
        if outlet.get("state") is not None
    ]
    if states:
        on = states.count("on")
        outlets = counted(len(expected["outlets"]), "outlet")
        line = next(line for line in finding.can if line.startswith("read the states of"))
        assert line.startswith(f"read the states of {outlets} ") and (not on or f"({on} on" in line)
    else:
        assert any("states" in line for line in finding.cannot)
    assert len(finding.seen) >= 2 and (finding.evidence or not finding.can)


@pytest.mark.against("recordings of real units, over SNMP")
@pytest.mark.parametrize("name", OVER_SNMP)
def test_a_replayed_recording_is_identified_over_snmp_as_in_memory(
    name: str, capsys: Printed, monkeypatch: Patched
) -> None:
    monkeypatch.setenv("PDU_COMMUNITY", "public")
    with replayed("snmp", recorded.text(name)) as unit:
        report = identified(capsys, 0, *arguments(unit), "--handler", "snmp")
    (over_snmp,) = report["handlers"]
    # its nameplate is read by another call
    assert over_snmp.pop("unit")
    in_memory = dataclasses.asdict(of_recording(name))
    assert report["chosen"] == "snmp" and {**over_snmp, "unit": ""} == in_memory


@pytest.mark.parametrize("value, is_set", [("no", False), ("yes", True)])
def test_the_settings_metered_only_and_switch_unproven_decide_what_is_found(
    value: str, is_set: bool
) -> None:
    assert bool(of_fixture("geist-v5_inlet", metered_only=value).family) is is_set
    can = of_fixture("teltronix", switch_unproven=value).can
    assert any(line.startswith("switch") for line in can) is is_set


@pytest.mark.parametrize("profile", PROFILES, ids=lambda profile: profile.key)
def test_identify_and_supports_say_of_a_ups_alone_which_handler_reads_the_rest(
    profile: Profile,
) -> None:
    settings = {} if profile.sys_object_ids or profile.roots else {"profile": profile.key}
    cannot = of_fixture(profile.key, metered_only="yes", **settings).cannot
    assert any("the UPS itself" in line for line in cannot) is profile.ups
    (note,) = (entry.note for entry in entries() if entry.family == profile.key)
    assert note.endswith("The UPS itself is read by the handler nut.") is profile.ups


def test_a_family_with_states_but_without_commands_is_not_called_metered_only() -> None:
    finding = of_fixture("opengear-rpc")
    assert any(line.startswith("read the states") for line in finding.can)
    switch_lines = [line for line in finding.cannot if line.startswith("switch")]
    assert switch_lines == ["switch: the family 'opengear-rpc' has no commands"]


def test_outlets_without_states_cannot_be_switched() -> None:
    finding = of_fixture("schleifenbauer_channels")
    assert "read states: it reports none (4 outlets)" in finding.cannot
    reason = "switch: a command could not be confirmed, because no state is reported"
    assert reason in finding.cannot
    assert not [line for line in finding.can if line.startswith("switch")]


@pytest.mark.parametrize(
    "unit, numbers, amount",
    [(None, [0], 3), (Arcs(stop=1), [0, 1], 9)],
    ids=["one unit", "a chain"],
)
def test_a_total_rests_on_the_first_object_that_a_unit_has(
    unit: Optional[Arcs], numbers: list[int], amount: int
) -> None:
    """Unit 1 of the chain does not have the first object."""
    figures = tuple(Figure(Column(f"1.3.6.1.4.1.99999.{number}")) for number in range(3))
    rows: dict[str, Union[int, str, bytes]] = {"0.2.1": 3, "1.1.1": 6, "1.2.1": 4, "2.1.1": 7}
    reader = Reader(Memory({f"1.3.6.1.4.1.99999.{index}": value for index, value in rows.items()}))
    total = Total(figures, unit=unit)
    assert total.read_from(reader) == amount
    assert summed_figures(total, reader) == [figures[number] for number in numbers]


@pytest.mark.parametrize("error", [ProtocolError("odd"), Refused("odd"), Unsupported("odd")])
def test_a_unit_whose_figures_cannot_be_read_is_identified_by_its_states(
    error: PduHandlerError, monkeypatch: Patched
) -> None:
    def fails(*_: Any, **__: Any) -> Any:
        raise error

    rows = BUILT_IN["apc-rpdu2"]().device.rows()
    monkeypatch.setattr(metering, "read_statistic", fails)
    snmp = finding_of(rows)
    assert snmp.family == "apc-rpdu2"
    assert snmp.can[0].startswith("read the states of 24")
    assert "report figures: odd" in snmp.cannot
    redfish = HandlerFinding("redfish")
    redfish.note_figures(fails, "", "")
    assert redfish.cannot == ["report load and energy: odd"]


@pytest.mark.parametrize("handler", list(UNITS))
def test_a_unit_of_every_handler_is_identified_among_all_handlers(
    handler: str, tmp_path: Path, capsys: Printed, monkeypatch: Patched
) -> None:
    monkeypatch.chdir(tmp_path)
    with UNITS[handler]() as unit:
        secrets: dict[str, Optional[str]] = {"community": "public", "password": "any"}
        secrets.update(
            unit.data.snmp_params if isinstance(unit.data, PduSnmpData) else unit.data.custom_params
        )
        for key in ("community", "password"):
            monkeypatch.setenv(f"PDU_{key.upper()}", str(secrets[key]))
        report = identified(capsys, 0, *arguments(unit), "--timeout", "5", "-s", "retries=0")
        words = ["identify", *arguments(unit), "--timeout", "5", "--handler", handler]
        assert root.run([*words, "--verbose"]) == 0
        details = capsys.readouterr().out
        assert root.run(words) == 0
        output = capsys.readouterr().out
        # The output shows "..." in place of PEM text. The command below takes it for the name of a
        # file.
        (tmp_path / "...").write_text(secrets.get("ca_pem") or "")
        *_, step, _ = output.splitlines()
        assert root.run(shlex.split(step.removeprefix("next: pdu "))) == 0
    rows = {row["handler"]: row for row in report["handlers"]}
    assert report["chosen"] == handler and {*rows} == {*names()}
    row = rows[handler]
    assert any("states of" in line for line in row["can"])
    assert any("load (" in line for line in row["can"])
    assert any("switch" in line for line in (*row["can"], *row["cannot"])) and row["evidence"]
    # the verdict, what it cannot, and the next steps
    verdict, *_, hint, step, first_run = output.splitlines()
    unit_name = {
        "snmp": "APC AP8659, 8 outlets",
        "raritan": "Raritan PX3-5190R, 8 outlets",
        "nut": "ACME Switched-4, 4 outlets",
        "redfish": "Contoso SIM-3P, 5 outlets",
    }[handler]
    assert verdict.startswith(f"{handler}: yes: {unit_name}: reads, switches, meters ")
    assert hint == "what it rests on: --verbose"
    assert step.partition("127")[0] == f"next: pdu status {handler} "
    assert first_run == "then: docs/first-run.md, the first run on your DCImanager"
    assert details.startswith(verdict) and "\n  rests on  " in details
    assert "s3cr3t" not in details + output and "Pa55" not in details + output


def xerus(pdu: XerusPdu, *words: str) -> list[str]:
    return [f"{pdu.host}:{pdu.port}", "--fingerprint", pdu.fingerprint, *words]


def xerus_finding(
    pdu: XerusPdu, capsys: Printed, monkeypatch: pytest.MonkeyPatch, *words: str
) -> Any:
    monkeypatch.setenv("PDU_PASSWORD", pdu.password)
    return identified(capsys, 0, *xerus(pdu, "--handler", "raritan", *words))["handlers"][0]


def test_a_unit_without_meters_is_shown_without_figures(
    capsys: Printed, monkeypatch: pytest.MonkeyPatch
) -> None:
    with XerusPdu(Model(outlets=2, metering="none")) as pdu:
        row = xerus_finding(pdu, capsys, monkeypatch)
        assert root.run(["outlets", "raritan", *xerus(pdu)]) == 0
    assert {"report its load", "report its energy"} <= set(row["cannot"])
    assert not any(word in line for line in row["can"] for word in ("energy", "load"))
    # a table leaves out columns without a figure
    head = capsys.readouterr().out.splitlines()[1]
    assert head.split() == ["identity", "number", "name", "state"]


def test_load_and_energy_of_a_power_meter_controller_rest_on_mains(
    capsys: Printed, monkeypatch: pytest.MonkeyPatch
) -> None:
    parts = Model(outlets=0, inlets=0, metering="none", product="BCM2", meters=(MeterModel(1),))
    with XerusPdu(parts) as pdu:
        row = xerus_finding(pdu, capsys, monkeypatch)
        load = pdu.books().load_a
    assert load and f"report its load ({figure(load)} A)" in row["can"]
    assert all("mains of its panels" in row["evidence"][key] for key in ("load", "energy"))


def test_only_the_figures_of_a_raritan_unit_are_said_to_rest_on_recordings() -> None:
    """The recorded traffic of real units has no Outlet.getState and no Outlet.setPowerState."""
    with XerusPdu(Model(outlets=2)) as pdu:
        data = PduData(
            f"{pdu.host}:{pdu.port}",
            {"username": pdu.user, "password": pdu.password, "ca_pem": pdu.ca_pem},
        )
        evidence = identity("raritan", data).evidence
    recorded_facts = {fact for fact, basis in evidence.items() if "recorded traffic" in basis}
    assert recorded_facts == {"load", "energy"} and {"state", "switching"} <= set(evidence)


def test_branch_circuits_are_not_called_outlets(
    capsys: Printed, monkeypatch: pytest.MonkeyPatch
) -> None:
    circuits = MeterModel(1, circuits=(CircuitModel(0), CircuitModel(1)))
    panel = Model(outlets=0, inlets=0, metering="none", meters=(circuits,))
    with XerusPdu(panel) as pdu:
        row = xerus_finding(pdu, capsys, monkeypatch)
    assert "read states: all unknown (2 branch circuits)" in row["cannot"]
    assert "report the energy by branch circuit (2 branch circuits)" in row["can"]
    with XerusPdu(Model(outlets=3, off=(2,)), links={2: panel}) as pdu:
        row = xerus_finding(pdu, capsys, monkeypatch, "-s", "link_units=2")
    assert "read the states of 5 ports (2 on, 1 off, 2 unknown)" in row["can"]
    assert "report the energy by port (5 ports)" in row["can"]


def test_the_next_commands_are_named_where_no_family_fits(
    tmp_path: Path, capsys: Printed, monkeypatch: Patched
) -> None:
    monkeypatch.setenv("PDU_COMMUNITY", "public")
    unknown = (
        "1.3.6.1.2.1.1.1.0|4|Acme Strip"
        " 8\n1.3.6.1.2.1.1.2.0|6|1.3.6.1.4.1.99998.1\n1.3.6.1.4.1.99998.2.1.1.3.1|2|1\n"
    )
    monkeypatch.chdir(tmp_path)
    with replayed("snmp", unknown) as unit:
        where = arguments(unit)[0]
        report = identified(capsys, 8, where, "--handler", "snmp")
        assert root.run(["identify", where, "--handler", "snmp"]) == 8
        output = capsys.readouterr().out
        # each line runs as it is printed
        for line in report["handlers"][0]["next_steps"][:2]:
            assert root.run(shlex.split(line, comments=True)[1:]) == (0 if "record" in line else 8)
    finding = report["handlers"][0]
    assert report["chosen"] is None and finding["answers"] and not finding["family"]
    assert finding["about"]["sysDescr"] == "Acme Strip 8"
    lines = [line.partition("    #")[0] for line in finding["next_steps"]]
    assert lines == [
        f"pdu record snmp {where} -o unit.snmprec",
        "pdu draft unit.snmprec -o mine.json",
        f"python3 {shlex.quote(str(ROOT / 'packaging' / 'build.py'))} --profile mine.json",
    ]
    assert all(f"{line}\n" in output for line in finding["next_steps"])


def test_a_host_without_services_is_unreachable_and_a_missing_community_is_named(
    capsys: Printed, monkeypatch: Patched
) -> None:
    for key in ("PDU_COMMUNITY", "PDU_PASSWORD"):
        monkeypatch.delenv(key, raising=False)
    report = identified(capsys, 3, "127.0.0.1:9", "--timeout", "0.2")
    assert not any(row["answers"] for row in report["handlers"])
    reasons = {row["handler"]: row["why"] for row in report["handlers"]}
    assert "no community was given" in reasons["snmp"]
    assert "no connection to TCP port 9" in reasons["nut"]


@pytest.mark.parametrize("handlers, has_advice", [(("nut",), False), (("nut", "snmp"), True)])
def test_advice_about_snmp_is_given_only_where_snmp_was_chosen(
    handlers: Sequence[str], has_advice: bool, capsys: Printed, monkeypatch: Patched
) -> None:
    monkeypatch.delenv("PDU_COMMUNITY", raising=False)
    words = [word for name in handlers for word in ("--handler", name)]
    assert root.run(["identify", "127.0.0.1:9", *words]) == 3
    output = capsys.readouterr().out
    assert "No handler found a PDU" in output and ("For SNMP" in output) is has_advice


def test_missing_logins_for_all_open_ports_are_missing_settings_and_not_a_missing_pdu(
    capsys: Printed, monkeypatch: Patched
) -> None:
    for key in ("PDU_USERNAME", "PDU_PASSWORD"):
        monkeypatch.delenv(key, raising=False)
    with UNITS["redfish"]() as unit:
        report = identified(
            capsys,
            2,
            arguments(unit)[0],
            *("--handler", "redfish", "--handler", "raritan", "--no-verify"),
        )
    assert [(row["answers"], row["asked"]) for row in report["handlers"]] == [(False, False)] * 2


@pytest.mark.parametrize("port", ["²", "65536"], ids=["superscript", "too large"])
def test_an_impossible_port_is_refused(port: str, capsys: Printed, monkeypatch: Patched) -> None:
    monkeypatch.setenv("PDU_PASSWORD", "any")
    report = identified(capsys, 2, "127.0.0.1:9", "--handler", "raritan", "-s", f"port={port}")
    assert "port" in report["error"]["reason"]


def test_a_refused_login_is_reported_and_not_called_a_missing_pdu(
    capsys: Printed, monkeypatch: Patched
) -> None:
    monkeypatch.setenv("PDU_PASSWORD", "wrong")
    with UNITS["raritan"]() as unit:
        report = identified(capsys, 4, *arguments(unit), "--handler", "raritan")
        assert root.run(["identify", *arguments(unit), "--handler", "raritan"]) == 4
    assert report["handlers"][0]["error"]["kind"] == "denied"
    assert report["handlers"][0]["answers"] is True
    assert "No handler found a PDU" not in capsys.readouterr().out


@pytest.mark.parametrize("requests, code", [(("VER",), 0), (("VER", "LIST UPS"), 8)])
def test_an_error_of_nuts_protocol_is_the_answer_of_a_nut_server(
    requests: tuple[str, ...], code: int, capsys: pytest.CaptureFixture[str]
) -> None:
    with NutServer([SwitchedPdu("pdu", 4)]) as server:
        server.faults.rewrite = lambda line, answer: (
            b"ERR UNKNOWN-COMMAND\n" if line.startswith(requests) else answer
        )
        report = identified(
            capsys, code, f"{server.host}:9", "--handler", "nut", "-s", f"port={server.port}"
        )
    finding = report["handlers"][0]
    assert finding["answers"] and "ERR UNKNOWN-COMMAND" in finding["about"]["server"]


@pytest.mark.parametrize("port, handler", [("443", "raritan"), ("3493", "nut"), ("161", "snmp")])
def test_the_protocol_of_a_given_port_is_tried_first(port: str, handler: str) -> None:
    names = ["nut", "snmp", "raritan"]
    for host, settings in ((f"h:{port}", {}), ("h", {"port": port})):
        order = identify.order_handlers(names, Address(host), Login(settings))
        assert (order[0], {*order}) == (handler, {*names})
    # on a port of no protocol, NUT waits for an answer after those over HTTP
    assert identify.order_handlers(names, Address("h:8443"), Login())[0] == "raritan"


def test_the_setting_port_overrides_that_of_the_address(capsys: Printed) -> None:
    with NutServer([StaticDevice("pdu", {"outlet.1.status": "on"})]) as server:
        words = (f"{server.host}:9", "--handler", "nut", "-s", f"port={server.port}")
        assert identified(capsys, 0, *words)["chosen"] == "nut"


def test_the_command_that_reads_the_pdu_repeats_the_settings_of_its_handler(
    tmp_path: Path, capsys: Printed, monkeypatch: Patched
) -> None:
    secret = tmp_path / "a secret"
    secret.write_text("s3cret")
    secret.chmod(0o600)
    monkeypatch.setenv("PDU_COMMUNITY", "public")
    with NutServer([StaticDevice("rack1", {"outlet.1.status": "on"})]) as server:
        settings = f"--port {server.port} -s device=rack1"
        words = f"{server.host} {settings} -s retries=0 --timeout 0.2".split()
        assert root.run(["identify", *words, "--secret-file", f"password={secret}"]) == 0
    assert capsys.readouterr().out.splitlines()[-2] == (
        f"next: pdu status nut {server.host} {settings} --timeout 0.2"
        f" --secret-file 'password={secret}'"
    )


@pytest.mark.parametrize("scheme, port", [("http", 80), ("HTTP", 80), ("https", 443)])
def test_the_usual_port_follows_from_the_scheme(
    scheme: str, port: int, capsys: Printed, monkeypatch: Patched
) -> None:
    monkeypatch.setattr("pdu.outlets.identify._port_error", lambda host, port: f"{host} {port}")
    report = identified(capsys, 3, "192.0.2.1", "--handler", "raritan", "-s", f"scheme={scheme}")
    assert report["handlers"][0]["why"] == f"192.0.2.1 {port}"


def test_the_wait_for_a_port_that_answers_nothing_says_at_once_what_it_is_for(
    monkeypatch: Patched,
) -> None:
    """A queue of connections that is full drops more, as a firewall does. The port that two
    handlers have is waited for once.
    """
    monkeypatch.setattr("pdu.outlets.identify._CONNECT_S", 0.3)
    with contextlib.ExitStack() as stack:
        full = stack.enter_context(socket.socket())
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        where = full.getsockname()
        stack.enter_context(socket.create_connection(where))
        screen = Terminal()
        with monkeypatch.context() as patch:
            patch.setattr(sys, "stderr", screen)
            words = ["--handler", "raritan", "--handler", "redfish"]
            assert root.run(["identify", f"127.0.0.1:{where[1]}", *words]) == 3
    lines = [line.strip() for line in screen.getvalue().split("\r") if line.strip()]
    host = f"127.0.0.1:{where[1]}"
    assert lines == [f"{host}: trying TCP port {where[1]} for raritan"]


@pytest.mark.parametrize("words", [["-s", "usrname=x"], ["--secret-file", "usrname=/dev/null"]])
def test_a_setting_that_no_handler_has_is_refused(words: list[str], capsys: Printed) -> None:
    assert root.run(["identify", "127.0.0.1:9", *words]) == 2
    assert (
        f"none of {', '.join(registry.names())} has a setting 'usrname'" in capsys.readouterr().err
    )
    # although the port is closed
    assert root.run(["identify", "127.0.0.1:9", "--handler", "nut", *words]) == 2
    assert "nut has no setting 'usrname'; it takes ca_pem, device," in capsys.readouterr().err


def test_port_80_is_tried_where_443_is_closed(capsys: Printed, monkeypatch: Patched) -> None:
    monkeypatch.setattr(
        identify, "_port_error", lambda _, port: "" if port == 80 else f"closed {port}"
    )
    assert root.run(["identify", "192.0.2.1", "--handler", "netio"]) == 3
    line, step = capsys.readouterr().out.splitlines()
    assert line == (
        "netio: not asked: closed 443; port 80 is open: for a unit without HTTPS, give -s"
        " scheme=http"
    )
    assert step.startswith("next: pdu identify 192.0.2.1 --handler netio -s scheme=http ")
    # with a port given, no other one is tried
    assert root.run(["identify", "192.0.2.1:444", "--handler", "netio"]) == 3
    assert "port 80" not in capsys.readouterr().out


@pytest.mark.parametrize(
    "counts, verdict",
    [
        ({"known_outlets": 6, "switchable_outlets": 6, "metered_outlets": 6}, "reads, switches"),
        ({"known_outlets": 5, "metered_outlets": 2}, "reads 5 of 6 outlets, meters 2 of 6 outlets"),
        ({"metered": True}, "meters the unit"),
        ({}, "reads nothing"),
    ],
)
def test_the_verdict_counts_outlets_and_reads_no_phrase(
    counts: dict[str, Any], verdict: str
) -> None:
    phrases = ["report its load by unit (1 A)", "read the states", "switch the outlets"]
    found = HandlerFinding("snmp", family="f", outlets=6, can=phrases, **counts)
    (line, *_) = identify._finding_lines(found, verbose=False)
    each = ", meters each outlet" if counts.get("metered_outlets") == 6 else ""
    assert line == f"snmp: yes: f, 6 outlets: {verdict}{each}"


def test_a_unit_of_which_some_outlets_are_metered_does_not_meter_each() -> None:
    """`cyberpower-epdu2` has the figures of two of its four outlets."""
    finding = of_fixture("cyberpower-epdu2")
    assert (finding.metered_outlets, finding.outlets) == (2, 4)
    (line, *_) = identify._finding_lines(finding, verbose=False)
    assert line.endswith("meters 2 of 4 outlets")
