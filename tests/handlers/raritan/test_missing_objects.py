"""A unit's own code for an object that it does not have, which no document of the vendor names, is
believed as 404 is, where another object of the unit was read.
"""

from __future__ import annotations

from typing import Callable, Optional

import pytest

from handlers.shared.errors import Denied, PduHandlerError
from pdu_common.helper import PduPortView

from .described import L1, METERS, NO_SENSORS, PDU, Described, Failure, Status, handler_of

OWN_CODES = (
    Status(500),
    Status(400),
    Failure(-32602),
    Failure(-32600),
    Failure(-32000),
    Failure(1),
)


def _with_outlets() -> Described:
    """Three outlets, of a firmware without hardware failures."""
    unit = _in_line_meter()
    unit.outlets([1.0] * 3, [10.0] * 3)
    for index in range(3):
        outlet = f"{PDU}/outlet/{index}"
        metadata = {"label": str(index + 1), "isSwitchable": True}
        unit.calls[outlet, "getMetaData"] = metadata
        unit.calls[outlet, "getState"] = {"available": True, "powerState": 1}
        unit.calls[outlet, "setPowerState"] = 0
    return unit


def _with_banks() -> Described:
    """Its load is that of its banks."""
    unit = _with_outlets()
    unit.calls[f"{PDU}/inlet/0", "getSensors"] = NO_SENSORS
    unit.calls[f"{PDU}/inlet/0", "getPoles"] = []
    unit.banks([6.0, 1.0])
    return unit


def _in_line_meter() -> Described:
    unit = Described()
    unit.inlet({"current": 4.0, "activeEnergy": 100.0}, {L1: 4.0})
    return unit


def _with_a_link_unit() -> Described:
    """A firmware without a list of link units."""
    unit = _in_line_meter()
    for (rid, method), answer in list(unit.calls.items()):
        unit.calls[f"/link/2{rid}", method] = answer
        unit.calls[rid.replace(PDU, "/model/pdu/2"), method] = answer
    return unit


def _power_meter() -> Described:
    """A power meter controller without /model/pdu/0."""
    unit = Described()
    unit.calls.clear()
    unit.calls[METERS] = [{"key": 1, "value": {"rid": "/meter", "type": "pdumodel.PowerMeter:2.0"}}]
    unit.calls["/meter", "getConfig"] = {"powerMeterId": 1, "type": 0}
    unit.calls["/meter", "getSensors"] = {
        "current": unit.sensor("I", 5.0),
        "activeEnergy": unit.sensor("E", 100.0),
    }
    unit.calls["/meter", "getPoles"] = [{"line": L1, "current": unit.sensor("L1", 5.0)}]
    return unit


UNITS: dict[str, tuple[Callable[[], Described], dict[str, str]]] = {
    "outlets": (_with_outlets, {}),
    "banks": (_with_banks, {}),
    "an in-line meter": (_in_line_meter, {}),
    "a link unit": (_with_a_link_unit, {"link_units": "2"}),
    "a power meter": (_power_meter, {}),
}


def _readings(unit: Described, settings: dict[str, str]) -> dict[str, object]:
    """What the handler answers."""
    answers: dict[str, object] = {}
    for method in ("status", "statistic", "labels"):
        try:
            answers[method] = getattr(handler_of(unit, **settings), method)()
        except PduHandlerError as error:
            answers[method] = str(error)
    return answers


def test_a_unit_is_read_alike_with_any_code_for_a_missing_object() -> None:
    different: dict[tuple[str, object], object] = {}
    for name, (make_unit, settings) in UNITS.items():
        usual = _readings(make_unit(), settings)
        assert not any(isinstance(answer, str) for answer in usual.values()), (name, usual)
        for code in OWN_CODES:
            unit = make_unit()
            unit.unknown_call = code
            readings = _readings(unit, settings)
            if readings != usual:
                different[name, code] = readings
    assert different == {}


@pytest.mark.parametrize("code", OWN_CODES)
def test_a_command_of_a_unit_with_any_code_for_a_missing_object_shows_the_state(
    code: object,
) -> None:
    unit = _with_outlets()
    unit.unknown_call = code
    assert handler_of(unit).port_up(PduPortView("2")).power_status.name == "UP"


def test_a_code_that_the_unit_gives_for_what_it_has_proves_no_end_of_its_list() -> None:
    """A passing fault of all outlets, and the list without its last: it would lose a server."""
    wrong: list[tuple[str, Optional[object]]] = []
    fault = Failure(-32603)
    for name in ("all outlets", "the next outlet"):
        unit = _with_outlets()
        unit.calls[PDU, "getOutlets"].pop()
        unit.calls[f"{PDU}/outlet/2", "getMetaData"] = fault
        if name == "all outlets":
            unit.unknown_call = fault
            unit.calls[f"{PDU}/outlet/1", "getMetaData"] = fault
        for method, answer in _readings(unit, {}).items():
            if not isinstance(answer, str):
                wrong.append((f"{name}: {method}", answer))
    assert wrong == []


def test_a_code_that_the_unit_gives_for_all_well_known_ids_proves_no_end_of_its_list() -> None:
    """The outlets of the list have ids of their own, and answer."""
    unit = _with_outlets()
    unit.unknown_call = Failure(-32603)
    references = unit.calls[PDU, "getOutlets"]
    references.pop()
    for reference in references:
        well_known = reference["rid"]
        reference["rid"] = f"/own{well_known}"
        for method in ("getMetaData", "getState", "getSensors"):
            if (well_known, method) in unit.calls:
                unit.calls[reference["rid"], method] = unit.calls.pop((well_known, method))
    del unit.calls[f"{PDU}/outlet/2", "getMetaData"]
    with pytest.raises(PduHandlerError, match="-32603"):
        handler_of(unit).status()


def test_a_missing_right_is_no_missing_object() -> None:
    """It would be an empty list of ports."""
    unit = _in_line_meter()
    unit.unknown_call = Failure(-32001)
    with pytest.raises(Denied):
        handler_of(unit).status()


def test_a_list_of_link_units_that_fails_now_shortens_no_list_of_outlets() -> None:
    """Unit 2 is there, and does not answer."""
    unit = _with_outlets()
    unit.unknown_call = Failure(-32603)
    for link_units in ("yes", "2"):
        with pytest.raises(PduHandlerError, match="link unit 2"):
            handler_of(unit, link_units=link_units).status()
