from __future__ import annotations

import subprocess
import sys
from typing import Dict

import pytest

from handlers.command.record import record, scrubbed
from pdu_common.connection import PduSnmpData
from tests.needs import ROOT, program
from tests.servers.snmpd import AUTH_PASSWORD, USERS, Snmpd
from tests.simulators.snmp_agent import BUILT_IN, Agent, Device, read_snmprec
from tests.simulators.snmp_agent.device import Row


def recorded(rows: Dict[str, Row], **params: str) -> Dict[str, Row]:
    """What a recording of a device with these rows holds."""
    with Agent(Device(rows)) as agent:
        lines = record(PduSnmpData(agent.host, {"port": str(agent.port), "community": "public", **params}))
    return read_snmprec("\n".join(lines))


@pytest.mark.parametrize("family", ["apc-rpdu2", "sentry3", "raritan-px2"])
@pytest.mark.parametrize("version", ["1", "2"])
def test_a_recording_is_the_device_with_every_type_and_value(family: str, version: str) -> None:
    rows = BUILT_IN[family]().device.rows()
    told = {oid: row for oid, row in rows.items() if oid not in ("1.3.6.1.2.1.1.4.0", "1.3.6.1.2.1.1.5.0", "1.3.6.1.2.1.1.6.0")}
    found = recorded(rows, version=version)
    assert {oid: row for oid, row in found.items() if oid in told} == told and set(found) == set(rows)


def test_types_of_all_kinds_come_through() -> None:
    rows = read_snmprec("\n".join((
        "1.3.6.1.4.1.9.1.0|2|-5", "1.3.6.1.4.1.9.2.0|4x|00ff0a", "1.3.6.1.4.1.9.3.0|4|a|b", "1.3.6.1.4.1.9.4.0|6|1.3.6.1.4.1.9",
        "1.3.6.1.4.1.9.5.0|65|4294967295", "1.3.6.1.4.1.9.6.0|66|7", "1.3.6.1.4.1.9.7.0|67|8",
        "1.3.6.1.4.1.9.8.0|70|18446744073709551615", "1.3.6.1.4.1.9.9.0|4|")))
    assert recorded(rows) == rows


@pytest.mark.parametrize("octets, kept", [
    (b"Outlet 7", b"Outlet 7"), (b"SN: 5A1234E00001 MN:AP8959", b"SN: XXXXXXXXXXXX MN:AP8959"), (b"192.168.1.7", b"192.0.2.1"),
    (b"SN-1234567890", b"SN-XXXXXXXXXX"), (b"0011010010", b"0011010010"), (b"20240501", b"20240501"),
    (b"v10.1.2, 3.6.10.5", b"v10.1.2, 3.6.10.5"),
    (b"00:c0:b7:12:34:56", b"02:00:00:00:00:01"), (b"1,0,1,1,0,1,0,1,1,1", b"1,0,1,1,0,1,0,1,1,1"),
    (b"my s3cret word", b"scrubbed")])
def test_what_tells_whose_device_it_is_goes_and_the_rest_stays(octets: bytes, kept: bytes) -> None:
    assert scrubbed("1.3.6.1.4.1.9.1.0", octets, [b"s3cret"]) == kept
    assert scrubbed("1.3.6.1.2.1.1.6.0", octets, []) == b"scrubbed"


@pytest.mark.against("Net-SNMP snmpd")
def test_a_real_agent_is_recorded_over_snmpv3() -> None:
    program("snmpd")
    model = BUILT_IN["apc-rpdu"]()
    user = next(user for user in USERS if user.priv == "AES")
    with Snmpd(model) as server:
        lines = record(PduSnmpData(server.host, {"port": str(server.port), **user.params()}))
    assert read_snmprec("\n".join(lines)).keys() == model.device.rows().keys()
    assert not any(AUTH_PASSWORD in line for line in lines)


def test_the_call_prints_a_recording_and_says_what_to_look_for() -> None:
    with Agent(BUILT_IN["rpcm"]()) as agent:
        done = subprocess.run(
            [sys.executable, "-m", "handlers", "snmp", "record", f"{agent.host}:{agent.port}"], cwd=ROOT,
            env={"PDU_COMMUNITY": "public"}, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0 and "look through the file" in done.stderr
    assert "1.3.6.1.2.1.1.5.0|4|scrubbed" in done.stdout and len(read_snmprec(done.stdout)) > 10
