"""`pdu identify` for NUT servers: drivers, outlets, the evidence of totals, and devices that cannot
be read.
"""

from __future__ import annotations

from typing import Any

import pytest

from pdu import root
from tests.pdu.recordings.planted_devices import Printed, identified
from tests.simulators.nut_server import Driver, NutServer, StaticDevice


def nut_finding(capsys: Printed, server: NutServer, code: int = 0, *options: str) -> Any:
    """What `pdu identify --json` prints of a NUT server."""
    where = f"{server.host}:{server.port}"
    return identified(capsys, code, where, "--handler", "nut", *options)["handlers"][0]


@pytest.mark.parametrize("options, count", [((), "2 devices"), (("-s", "device=pdu"), "1 device")])
def test_the_reason_for_nut_counts_the_devices_that_the_handler_reads(
    options: tuple[str, ...], count: str, capsys: Printed
) -> None:
    with NutServer(
        [StaticDevice(name, {"outlet.1.status": "on"}) for name in ("pdu", "rack2")]
    ) as server:
        finding = nut_finding(capsys, server, 0, *options)
    assert finding["why"].startswith(f"the handler reads {count} of this server")


def test_a_nut_device_that_the_handler_cannot_read_is_not_counted_among_those_that_it_reads(
    capsys: Printed,
) -> None:
    pdu = StaticDevice("a$(b)", {"outlet.1.status": "on", "driver.name": "snmp-ups"})
    ups = StaticDevice("ups", {"ups.status": "OL", "driver.name": "usbhid-ups"})
    with NutServer([pdu, ups]) as server:
        finding = nut_finding(capsys, server)
    assert finding["why"].startswith("the handler reads 1 device of this server")
    assert finding["family"] == "snmp-ups"
    assert any(line.startswith("read ups: ") for line in finding["cannot"])
    step = "add -s 'device=a$(b)': a poll of all devices of this server fails at ups"
    assert finding["next_steps"] == [step]


def test_the_reason_for_nut_does_not_deny_outlets_whose_states_are_unknown(capsys: Printed) -> None:
    with NutServer([StaticDevice("pdu", {"outlet.1.status": "pending"})]) as server:
        finding = nut_finding(capsys, server, 8)
    reason = "the handler can neither read nor switch anything on 1 device of this server"
    assert finding["why"] == reason
    assert "pdu: read states: all unknown (1 outlet)" in finding["cannot"]


@pytest.mark.parametrize(
    "variables, load, energy",
    [
        (
            {"input.current": "2", "output.current": "2", "input.energy": "4"},
            "input.current, output.current",
            "input.energy",
        ),
        (
            {
                "input.phases": "2",
                "input.L1.current": "1",
                "input.L2.current": "2",
                "input.energy": "3",
            },
            "input.L1.current, input.L2.current",
            "input.energy",
        ),
        (
            {
                "device.1.outlet.1.status": "on",
                "device.2.outlet.1.status": "on",
                "device.1.input.current": "1",
                "device.2.input.current": "2",
                "input.energy": "5",
            },
            "device.N.input.current",
            "input.energy",
        ),
    ],
    ids=["equal input and output", "lines", "daisy chain"],
)
def test_the_evidence_of_a_nut_total_names_its_variables(
    variables: dict[str, str], load: str, energy: str, capsys: Printed
) -> None:
    device = StaticDevice("pdu", {"outlet.1.status": "on", **variables})
    with NutServer([device]) as server:
        evidence = nut_finding(capsys, server)["evidence"]
    assert evidence["pdu: load"] == f"{load}: what the driver reports"
    assert evidence["pdu: energy"] == f"{energy}: what the driver reports"


@pytest.mark.parametrize("driver, code", [(Driver.STALE, 10), (Driver.GONE, 11)])
def test_a_driver_without_data_has_its_own_exit_code_and_is_not_called_a_missing_pdu(
    driver: Driver, code: int, capsys: Printed
) -> None:
    with NutServer([StaticDevice("pdu", {"outlet.1.status": "on"})]) as server:
        server.faults.drivers["pdu"] = driver
        where = f"{server.host}:{server.port}"
        identified(capsys, code, where, "--handler", "nut")
        assert root.run(["identify", where, "--handler", "nut"]) == code
    assert "No handler found a PDU" not in capsys.readouterr().out
