"""Replayed devices: how they are read, which commands they follow, and which files are refused."""

from __future__ import annotations

import socket
from dataclasses import replace
from pathlib import Path

import pytest

from handlers import VERSION
from handlers.nut import requests
from handlers.nut.client import NutClient
from handlers.shared.errors import SettingsError
from handlers.snmp import schema
from handlers.snmp.profiles import PROFILE_BY_KEY
from pdu.loading.handler_loading import load
from pdu_common.connection import PduData, PduSnmpData
from pdu_common.helper import EnumPowerStatus, PduPortView
from tests.handlers.redfish import tree as redfish
from tests.needs import program
from tests.pdu.recordings.planted_devices import (
    HANDLERS,
    Unit,
    read,
    recorded_answers,
    recording_of,
    replayed,
)
from tests.pdu.recordings.recording_formats import kind, kind_of
from tests.servers.upsd import Upsd, dummy_file
from tests.simulators.snmp_agent import write_snmprec
from tests.simulators.snmp_units import fixture


def test_a_replayed_redfish_outlet_that_its_list_includes_follows_its_action() -> None:
    resources = redfish.unit()
    members = []
    for number in (1, 2):
        outlet = resources[f"{redfish.OUTLETS}/{number}"]
        members.append(dict(outlet))
    resources[redfish.OUTLETS]["Members"] = members

    with replayed("redfish", recorded_answers("redfish", resources)) as replay:
        pdu = load("redfish").make(replay.data)
        port = pdu.port_down(PduPortView("1"))
        view = pdu.status()

    assert port.power_status is EnumPowerStatus.DOWN
    states = [port.power_status for port in view.ports]
    assert states == [EnumPowerStatus.DOWN, EnumPowerStatus.UP]


def test_a_replay_as_a_chosen_family_names_the_command_that_reads_it(tmp_path: Path) -> None:
    text = write_snmprec(fixture("ip9258").rows)
    serve_as = kind("snmp").serve_as
    assert serve_as is not None
    family = PROFILE_BY_KEY.get("ip9258")
    assert family is not None
    file = tmp_path / "own.json"
    file.write_text(schema.dumps(replace(family, key="my-strip")), "utf-8")

    served = serve_as(text, 0, "ip9258")
    served.close()
    assert served.poll == f"snmp {served.host}:{served.port} -s profile=ip9258"

    served = serve_as(text, 0, str(file))
    served.close()
    assert served.poll == f"dist/pdu_my_strip-{VERSION}.tar.gz {served.host}:{served.port}"


UNREAD = """
geist-v5_inlet | | family geist-v5, no outlets; the handler reads it only with -s metered_only=yes
geist-v5_inlet | geist-v5 | family geist-v5, no outlets
ip9258 | | the handler cannot read this device (no family is detected: choose one with --profile
ip9258 | apc-rpdu | the device has no outlets or meters of the family 'apc-rpdu' (leave out
"""


@pytest.mark.parametrize("line", UNREAD.strip().splitlines())
def test_a_replay_that_the_handler_does_not_read_says_what_helps(line: str) -> None:
    name, chosen, about = (cell.strip() for cell in line.split("|"))
    serve_as = kind("snmp").serve_as
    assert serve_as is not None
    served = serve_as(write_snmprec(fixture(name).rows), 0, chosen)
    served.close()
    assert served.about.startswith(about)
    assert ("-s metered_only=yes" in served.poll) is (name == "geist-v5_inlet")


@HANDLERS
def test_outlets_of_a_replayed_unit_follow_their_commands(handler: str) -> None:
    _, recording = recording_of(handler)
    with replayed(handler, recording.text) as replay:
        before = dict(read(replay).states)
        identity = next(outlet for outlet, state in before.items() if state == "UP")
        pdu = load(handler).make(replay.data)

        port = pdu.port_down(PduPortView(identity=identity))
        assert port.power_status is EnumPowerStatus.DOWN
        states = dict(read(replay).states)
        assert states == {**before, identity: "DOWN"}

        port = pdu.port_up(PduPortView(identity=identity))
        assert port.power_status is EnumPowerStatus.UP
        states = dict(read(replay).states)
        assert states == before


@HANDLERS
def test_the_kind_of_a_recording_is_read_from_its_content(handler: str) -> None:
    _, recording = recording_of(handler)
    assert kind_of(recording.text, "any") == handler


def test_a_text_that_is_no_recording_is_refused() -> None:
    with pytest.raises(SettingsError, match="is not a recording"):
        kind_of("<html>nothing</html>", "any")


_SWITCHED_UPS = """device.type: ups
ups.status: {status}
# command load.off
# command load.on
"""


@pytest.mark.parametrize(
    "text, end",
    [
        (
            "ACME-MIB::acme.1.0 = INTEGER: 1\n",
            "no usable object with a numeric OID: walk with snmpwalk -On",
        ),
        (
            ".1.3.6.1.4.1.5 = No Such Object available on this agent at this OID\n",
            "no usable object",
        ),
    ],
)
def test_an_empty_walk_is_refused_with_advice_only_where_it_helps(text: str, end: str) -> None:
    with pytest.raises(SettingsError, match=f"the recording has {end}$"):
        kind("snmp").serve(text, 0)


@pytest.mark.parametrize(
    "status, status_when_off, status_when_on",
    [
        pytest.param("OL CHRG", "OFF CHRG", "OL CHRG", id="on line"),
        pytest.param("OB DISCHRG", "OFF OB DISCHRG", "OB DISCHRG", id="on battery"),
    ],
)
def test_a_replayed_ups_whose_load_is_switched_stays_on_line_or_on_battery(
    status: str, status_when_off: str, status_when_on: str
) -> None:
    status_request = requests.get_var("pdu", "ups.status")
    with replayed("nut", _SWITCHED_UPS.format(status=status)) as unit:
        port = int(unit.data.custom_params["port"])
        with NutClient(unit.data.ip, port, username="any", password="any") as nut:
            nut.run("pdu", "load.off")
            assert nut.answer(status_request) == status_when_off

            nut.run("pdu", "load.on")
            assert nut.answer(status_request) == status_when_on


@pytest.mark.against("NUT upsd with dummy-ups")
def test_nuts_dummy_ups_serves_a_recording_as_this_project_does() -> None:
    program("dummy-ups")
    _, recording = recording_of("nut")
    served_by_nut = Upsd([dummy_file("pdu", recording.text)])
    with replayed("nut", recording.text) as replay, served_by_nut as server:
        dummy_ups = Unit("nut", PduData(server.host, {"port": str(server.port)}))
        assert read(dummy_ups) == read(replay)


def test_a_replay_answers_a_getbulk_that_asks_for_no_rows() -> None:
    """RFC 3416, 4.2.3: max-repetitions may be 0."""
    request = bytes.fromhex(
        "302502010104067075626c6963a518020101020100020100300d300b06072b0601020101010500"
    )
    with (
        replayed("snmp", write_snmprec(fixture("ip9258").rows)) as unit,
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client,
    ):
        client.settimeout(300)
        assert isinstance(unit.data, PduSnmpData)
        client.sendto(request, ("127.0.0.1", int(unit.data.snmp_params["port"])))
        answer = client.recv(2000)
    # a response to request 1 with error-status 0 and no varbind
    assert answer.endswith(bytes.fromhex("a20b0201010201000201003000"))
