"""`pdu raritan` on a simulated unit: tables, sensors, and the requests that commands
cost.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Optional

import pytest

from handlers.raritan.rpc.sensors import Sensor
from pdu import root
from pdu.xerus import show
from tests.simulators.xerus import CircuitModel, MeterModel, Model, XerusPdu
from tests.simulators.xerus.jsonrpc import RpcError
from tests.simulators.xerus.sensors import NumericSensor

from .results import Run, done, facts


def test_the_state_of_an_outlet_with_a_failed_relay_is_shown_as_unknown(
    run: Run, unit: XerusPdu
) -> None:
    unit.units[0].relays.all[0].stuck = True
    done(run("call", "/model/pdu/0/outlet/0", "setPowerState", '{"pstate": 0}', "--yes"))
    # The simulator names the failed component "outlet 1". This may be number 1 or index 1 (from 0),
    # so outlet 2 is unknown too.
    states = [row["state"] for row in facts(run, "outlets")["outlets"]]
    assert states == ["unknown", "unknown", "on", "on"]


def test_a_figure_that_the_unit_meters_but_does_not_have_now_is_not_known(
    run: Run, unit: XerusPdu, monkeypatch: pytest.MonkeyPatch
) -> None:
    def decline() -> None:
        raise RpcError(7, "not now")

    fitted: Any = unit.units[0].outlets[1].sensors.fitted
    usual = fitted["current"].getReading
    monkeypatch.setattr(fitted["current"], "getReading", lambda: {**usual(), "valid": False})
    for name in ("activePower", "activeEnergy"):
        monkeypatch.setattr(fitted[name], "getReading", decline)
    assert done(run("outlets")).splitlines()[2].split()[4:] == [*"not known".split() * 3, "yes"]
    row = facts(run, "outlets")["outlets"][1]
    assert (row["current_a"], row["power_w"], row["energy_kwh"]) == (None, None, None)


@pytest.mark.parametrize(
    "words, requests",
    [
        (["info"], 1),
        (["outlets"], 3),
        (["sensors"], 5),
        (["firmware"], 2),
        (["cert"], 1),
    ],
)
def test_a_command_costs_the_requests_that_its_docstring_states(
    run: Run, unit: XerusPdu, words: list[str], requests: int
) -> None:
    before = unit.books().requests
    done(run(*words))
    assert unit.books().requests - before == requests


def test_a_status_warns_of_a_link_id_without_a_unit(
    unit: XerusPdu, run: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    where = f"{unit.host}:{unit.port}"
    assert (
        root.run(
            ["status", "raritan", where, "--fingerprint", unit.fingerprint, "-s", "link_units=3,7"]
        )
        == 0
    )
    assert (
        capsys.readouterr().err
        == f"warning: {where}: ignoring link ids that the PDU does not have: 7 (see link_units)\n"
    )


def test_a_unit_that_is_not_linked_is_named(run: Run) -> None:
    code, _, err = run("outlets", "--link", "7")
    assert code == 2 and "unit 7 is not linked to this one; linked units: 3" in err


@pytest.mark.parametrize("valid, value, alarm", [(True, -5.5, ""), (False, None, "not valid")])
def test_a_sensor_may_read_below_zero_and_has_no_value_without_a_valid_reading(
    run: Run, monkeypatch: pytest.MonkeyPatch, valid: bool, value: Optional[float], alarm: str
) -> None:
    monkeypatch.setattr(
        NumericSensor,
        "getReading",
        lambda _: {"timestamp": 1, "available": True, "valid": valid, "status": {}, "value": -5.5},
    )
    row = next(
        row for row in facts(run, "sensors")["sensors"] if row["sensor"].startswith("slot/1")
    )
    assert (row["value"], row["alarm"], row["unit"]) == (value, alarm, "°C")
    outlet = facts(run, "outlets")["outlets"][0]
    # only power can be negative
    assert (outlet["power_w"], outlet["current_a"], outlet["energy_kwh"]) == (value, None, None)


def test_a_sensor_of_a_kind_that_only_newer_firmware_has_is_listed(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        show, "_sensors_in_slots", lambda context: [("slot/1", Sensor("/model/new", context.agent))]
    )
    row = facts(run, "sensors")["sensors"][-1]
    assert (row["sensor"], row["value"], row["alarm"], row["id"]) == (
        "slot/1",
        None,
        "unknown kind of sensor",
        "/model/new",
    )


@pytest.mark.parametrize("name", ["current", "outletState"])
def test_a_removed_sensor_does_not_hide_the_others(run: Run, unit: XerusPdu, name: str) -> None:
    unit.units[0].remove(unit.units[0].outlets[0].sensors.fitted[name])
    rows = {row["sensor"]: row for row in facts(run, "sensors")["sensors"]}
    assert (
        rows[f"outlet/1/{name}"]["alarm"] == "not there" and rows[f"outlet/2/{name}"]["alarm"] == ""
    )


@pytest.mark.parametrize("name, method", [("current", "getReading"), ("outletState", "getState")])
def test_a_sensor_that_cannot_be_read_is_not_reported_as_absent(
    run: Run, unit: XerusPdu, name: str, method: str
) -> None:
    def broken() -> None:
        raise RuntimeError("simulated")

    setattr(unit.units[0].outlets[0].sensors.fitted[name], method, broken)
    rows = {row["sensor"]: row for row in facts(run, "sensors")["sensors"]}
    assert (rows[f"outlet/1/{name}"]["value"], rows[f"outlet/1/{name}"]["alarm"]) == (
        None,
        "cannot be read",
    )


def test_sensors_of_the_same_name_keep_their_own_readings(run: Run, unit: XerusPdu) -> None:
    unit.units[0].outlets[0].current = 7.5
    before = {row["id"]: row["value"] for row in facts(run, "sensors")["sensors"]}
    inlet = unit.units[0].inlets[0]
    inlet.poles = [pole._replace(line=2) for pole in inlet.poles]
    rows = facts(run, "sensors")["sensors"]
    assert len({row["sensor"] for row in rows}) < len(rows)
    currents = [row for row in rows if row["sensor"] == "inlet/1/L3/current"]
    assert len(currents) == 4 and [row["value"] for row in currents] == [
        before[row["id"]] for row in currents
    ]


def test_the_sensors_of_power_meters_and_branch_circuits_are_shown(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    panel = MeterModel(1, circuits=(CircuitModel(0, name="rack 1"), CircuitModel(9, metered=False)))
    with XerusPdu(
        Model(
            outlets=0,
            meters=(panel, MeterModel(4)),
            inlets=0,
            metering="none",
            peripherals=0,
            actuators=0,
        )
    ) as pdu:
        monkeypatch.setenv("PDU_PASSWORD", pdu.password)

        def shown(*words: str) -> str:
            before = pdu.books().requests
            assert (
                root.run(
                    ["raritan", f"{pdu.host}:{pdu.port}", *words, "--fingerprint", pdu.fingerprint]
                )
                == 0
            )
            assert pdu.books().requests - before <= 6, "more requests than the docstrings state"
            return capsys.readouterr().out

        rows = {line.split()[0]: line.split()[1:3] for line in shown("sensors").splitlines()[1:]}
        assert rows["circuit/p1.1/current"] == ["1.5", "A"] and rows["meter/1/L1/current"][1] == "A"
        assert "meter/4/current" in rows and not [
            name for name in rows if name.startswith("circuit/p1.10/")
        ]


def test_branch_circuits_are_listed_for_a_power_meter_controller_which_has_no_outlets(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def lines(meters: Optional[tuple[MeterModel, ...]], **more: Any) -> tuple[int, str, str]:
        with XerusPdu(Model(outlets=0, meters=meters, **more)) as pdu:
            monkeypatch.setenv("PDU_PASSWORD", pdu.password)
            code = root.run(
                ["raritan", f"{pdu.host}:{pdu.port}", "outlets", "--fingerprint", pdu.fingerprint]
            )
            assert pdu.books().requests <= 7, "more requests than the docstring of `outlets` states"
        return (code, *capsys.readouterr())

    circuits = (CircuitModel(0, name="rack 1"), CircuitModel(9, metered=False))
    code, out, _ = lines((MeterModel(1, circuits=circuits),), inlets=0, metering="none")
    assert code == 0 and [line.split() for line in out.splitlines()] == [
        ["identity", "label", "name", "A", "kWh"],
        ["p1.1", "1", "rack", "1", "1.5", "1"],
        ["p1.10", "10", *"not metered".split() * 2],
    ]
    assert (
        "the controller has no branch circuits"
        in lines((MeterModel(4, circuits=()),), inlets=0, metering="none")[1]
    )
    assert "the unit meters its inlets and has no outlets" in lines(None, metering="inlet")[1]
    code, out, err = lines(None, inlets=0, metering="none")
    assert (
        code == 8
        and not out
        and "lists no outlets and is not known to be of a type without outlets" in err
    )
