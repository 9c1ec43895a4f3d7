"""Power meter controllers: branch circuits as ports without a relay, mains as load and energy."""

from __future__ import annotations

from typing import Any, Optional

import pytest

from handlers.shared.errors import PduHandlerError
from handlers.shared.meter_figures import measured
from pdu_common.helper import PduPortView
from tests.simulators.xerus import ONE_PHASE, SPLIT_PHASE, CircuitModel, MeterModel, Model, XerusPdu

from .described import L1, L2, L3, METERS, NEUTRAL, PDU, Described, Status, handler_of
from .handling import LINKED, Handle, agrees, shown, spent, states

CIRCUITS = (
    CircuitModel(6, (0, 1, 2), 4.0, 91_500.0, "row 3"),
    CircuitModel(0, name="rack 1"),
    CircuitModel(1, (1,), 0.0, 0.0),
    CircuitModel(41, (1, 2), 2.5),
    CircuitModel(9, metered=False),
)
PANEL = MeterModel(1, circuits=CIRCUITS)


def controller(*meters: MeterModel) -> Model:
    return Model(outlets=0, inlets=0, metering="none", product="BCM2-1965", meters=meters)


# ---- on simulated units --------------------------------------------------------------------------

_CONTROLLERS = {
    "one panel": (PANEL,),
    "two panels": (MeterModel(8, odd_even=True, circuits=CIRCUITS), PANEL),
    "a power meter": (MeterModel(3, wh=0.0),),
    "split phase": (
        MeterModel(1, SPLIT_PHASE, circuits=(CircuitModel(0, (0, 1)), CircuitModel(4))),
    ),
    "one phase": (
        MeterModel(2, ONE_PHASE, circuits=()),
        MeterModel(1, ONE_PHASE, circuits=(CircuitModel(0),)),
    ),
}


@pytest.mark.sample(7)
@pytest.mark.parametrize("meters", _CONTROLLERS.values(), ids=_CONTROLLERS)
def test_states_and_figures_agree_with_the_books(
    handle: Handle, firmware: str, meters: tuple[MeterModel, ...]
) -> None:
    with XerusPdu(controller(*meters), firmware) as pdu:
        handler = handle(pdu)
        with spent(pdu) as cost:
            status = handler.status()
        requests, connections = cost
        assert requests <= 3
        assert connections == 1
        expected = states(pdu.books())
        # in the order of the unit
        assert list(shown(status).items()) == list(expected.items())

        with spent(pdu) as cost:
            statistic = handler.statistic()
        requests, connections = cost
        assert requests <= 5
        assert connections == 1
        agrees(statistic, pdu.books())
        assert statistic.load > 0.0
        assert not pdu.books().writes


@pytest.mark.parametrize(
    "odd_even, numbers",
    [
        pytest.param(False, ["1", "2", "7", "10", "42"], id="sequential"),
        pytest.param(True, ["1", "3", "13", "19", "42"], id="odd and even"),
    ],
)
def test_the_labels_follow_the_panels_scheme_and_the_identities_do_not(
    handle: Handle, odd_even: bool, numbers: list[str]
) -> None:
    model = controller(MeterModel(1, odd_even=odd_even, circuits=CIRCUITS))
    with XerusPdu(model) as pdu:
        handler = handle(pdu)
        with spent(pdu) as cost:
            labels = handler.labels()
    assert cost == [4, 1]
    assert [label.identity for label in labels] == ["p1.1", "p1.2", "p1.7", "p1.10", "p1.42"]
    assert [label.number for label in labels] == numbers
    assert [label.name for label in labels] == ["rack 1", "", "row 3", "", ""]


@pytest.mark.parametrize("method", ["port_up", "port_down"])
@pytest.mark.parametrize("identity", ["p1.7", "p1.40", "2.p1.7"])
def test_a_circuit_is_never_switched_and_nothing_is_sent(
    handle: Handle, method: str, identity: str
) -> None:
    with XerusPdu(controller(PANEL)) as pdu:
        with pytest.raises(PduHandlerError, match="branch circuit.*no relay") as error_info:
            getattr(handle(pdu), method)(PduPortView(identity))
        assert error_info.value.kind == "unsupported"
        assert not pdu.books().requests


@pytest.mark.sample(3)
@pytest.mark.parametrize("firmware", LINKED, indirect=True)
@pytest.mark.parametrize("prefixed", [True, False])
@pytest.mark.parametrize("linked", ["controller", "pdu"])
def test_a_controller_may_be_a_link_unit_or_have_link_units(
    handle: Handle, firmware: str, prefixed: bool, linked: str
) -> None:
    primary = Model(outlets=3, off=(2,))
    link_unit = controller(PANEL)
    if linked == "pdu":
        primary, link_unit = link_unit, primary
    with XerusPdu(primary, firmware, {2: link_unit}, prefix_links=prefixed) as pdu:
        handler = handle(pdu, link_units="yes")

        shown_states = shown(handler.status())

        # in the order of the unit
        assert list(shown_states.items()) == list(states(pdu.books()).items())
        assert ("2.p1.7" in shown_states) is (linked == "controller")
        agrees(handler.statistic(), pdu.books())
        assert len(handler.labels()) == 8


def test_eight_full_panels_cost_one_more_request_for_each_further_300_calls(handle: Handle) -> None:
    circuits = tuple(CircuitModel(position, (position % 3,)) for position in range(42))
    panels = [MeterModel(number, circuits=circuits) for number in range(1, 9)]
    with XerusPdu(controller(*panels)) as pdu:
        handler = handle(pdu)
        with spent(pdu) as cost:
            status = handler.status()
        assert len(status.ports) == 8 * 42
        assert cost == [3, 1]

        with spent(pdu) as cost:
            statistic = handler.statistic()
        agrees(statistic, pdu.books())
        assert cost == [8, 1]


# ---- on units described call by call -------------------------------------------------------------


class Meters(Described):
    """A power meter controller."""

    def __init__(self) -> None:
        super().__init__()
        self.calls[METERS] = []

    def meter(
        self,
        number: int,
        kind: int,
        lines: dict[int, Optional[float]],
        own: Optional[float] = None,
        panel: bool = True,
    ) -> None:
        """Add a panel or a power meter.

        `kind`: 0 one phase, 1 split phase, 2 three phases (Config.type).
        """
        rid = f"/meter/{number}"
        name = "Panel" if panel else "PowerMeter"
        self.calls[METERS].append(
            {"key": number, "value": {"rid": rid, "type": f"pdumodel.{name}:2.0.4"}}
        )
        self.calls[rid, "getConfig"] = {"powerMeterId": number, "type": kind}
        self.calls[rid, "getSensors"] = {"activeEnergy": self.sensor(f"{number}E", 1000.0 * number)}
        if own is not None:
            self.calls[rid, "getSensors"]["current"] = self.sensor(f"{number}I", own)
        self.calls[rid, "getPoles"] = [
            {"line": line, "current": self.sensor(f"{number}L{line}", value)}
            for line, value in lines.items()
        ]
        self.calls[rid, "getCircuits"] = []

    def circuit(self, meter: int, position: int, **sensors: Optional[float]) -> str:
        rid = f"/meter/{meter}/{position}"
        reference = {"rid": rid, "type": "pdumodel.Circuit:2.0.4"}
        self.calls[f"/meter/{meter}", "getCircuits"].append({"key": position, "value": reference})
        self.calls[rid, "getSensors"] = {
            name: self.sensor(f"{meter}C{position}{name}", value) for name, value in sensors.items()
        }
        return rid

    def totals(self) -> tuple[float, float]:
        """Return load in A and energy in kWh; 0 for a figure that is unknown or not metered."""
        figures = handler_of(self).measured()
        return measured(figures.load_a) or 0.0, measured(figures.energy_kwh) or 0.0


@pytest.fixture
def unit() -> Meters:
    return Meters()


@pytest.mark.parametrize(
    "kind, lines, own, load",
    [
        pytest.param(
            2,
            {L1: 4.0, L2: 6.5, L3: 6.0, NEUTRAL: 2.2},
            6.5,
            16.5,
            id="three phases: the sum of the lines, without the neutral",
        ),
        pytest.param(2, {L1: 4.0, L2: 6.5}, 6.5, 0.0, id="three phases: a line is not listed"),
        pytest.param(2, {}, 6.5, 0.0, id="three phases: no line is listed"),
        pytest.param(
            2, {L1: 4.0, L2: None, L3: 6.0}, 6.0, 0.0, id="three phases: a line has no value"
        ),
        pytest.param(1, {L1: 4.0, L2: 6.5}, 6.5, 10.5, id="two phases: the sum of the lines"),
        pytest.param(1, {L1: 4.0}, 4.0, 0.0, id="two phases: a line is not listed"),
        pytest.param(0, {L1: 4.0}, 4.0, 4.0, id="one phase: its line"),
        pytest.param(0, {}, 4.0, 4.0, id="one phase without lines: the meter's own current"),
        pytest.param(9, {L1: 4.0}, 4.0, 0.0, id="an unknown type"),
    ],
)
def test_a_load_needs_the_lines_of_the_meters_type_but_a_one_phase_meter_may_list_none(
    unit: Meters, kind: int, lines: dict[int, Optional[float]], own: float, load: float
) -> None:
    unit.meter(1, kind, lines, own)
    assert unit.totals() == (load, 1.0)


def test_panels_add_up_and_an_additional_meter_makes_the_sum_unknown(unit: Meters) -> None:
    unit.meter(1, 0, {L1: 4.0})
    unit.meter(2, 0, {L1: 3.0})
    assert unit.totals() == (7.0, 3.0)
    unit.meter(3, 0, {L1: 7.0}, panel=False)
    # unknown, which the platform shows as 0: the third meter may feed the panels
    assert unit.totals() == (0.0, 0.0)


def test_the_energy_of_a_circuit_comes_from_its_own_sensor(unit: Meters) -> None:
    unit.meter(1, 0, {L1: 4.0})
    unit.circuit(1, 4, current=2.5, activeEnergy=1500.0)
    unit.circuit(1, 0, current=None, activeEnergy=None)
    circuit = unit.circuit(1, 2)
    unit.calls[circuit, "getSensors"] = Status(500)
    ports = handler_of(unit).statistic().ports
    energies = {port.identity: port.consumption for port in ports}
    assert energies == {"p1.5": 1.5}


CIRCUITS_OF_1 = ("/meter/1", "getCircuits")
_WRONG = [
    (METERS, {"rid": "/x", "type": "pdumodel.Inlet:3.0.4"}, "another type as a power meter"),
    (CIRCUITS_OF_1, {"rid": "/x", "type": "pdumodel.Outlet:3.0.4"}, "another type as a circuit"),
    (METERS, {}, "one of its power meters twice"),
    (CIRCUITS_OF_1, {}, "one of its circuits twice"),
]


@pytest.mark.parametrize("what, change, words", _WRONG)
@pytest.mark.parametrize("method", ["status", "statistic", "labels"])
def test_a_list_with_something_else_or_with_one_object_twice_is_an_error(
    unit: Meters, what: Any, change: dict[str, str], words: str, method: str
) -> None:
    """`what`: the list, `change`: how its second entry differs from the first one."""
    unit.meter(1, 0, {L1: 4.0})
    unit.circuit(1, 0, current=1.0)
    unit.calls["/meter/1", "getPanelSettings"] = {}
    (entry,) = unit.calls[what]
    second = {"key": 7, "value": {**entry["value"], **change}}
    unit.calls[what].append(second)
    handler = handler_of(unit)
    with pytest.raises(PduHandlerError, match=words) as error_info:
        getattr(handler, method)()
    assert error_info.value.kind == "protocol"


@pytest.mark.parametrize(
    "failed, kind", [(Status(403), "denied"), (Status(500), "refused"), (Status(404), "refused")]
)
@pytest.mark.parametrize("method", ["status", "statistic"])
def test_circuits_that_cannot_be_listed_are_an_error_and_not_a_shorter_list(
    unit: Meters, method: str, failed: Status, kind: str
) -> None:
    unit.meter(1, 0, {L1: 4.0})
    unit.calls["/meter/1", "getCircuits"] = failed
    with pytest.raises(PduHandlerError) as error_info:
        getattr(handler_of(unit), method)()
    assert error_info.value.kind == kind


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param({}, id="no scheme"),
        pytest.param({"labelingScheme": 7, "panelSize": 42}, id="an unknown scheme"),
        pytest.param({"labelingScheme": 1, "panelSize": 4}, id="a circuit beyond the panel"),
        pytest.param(Status(404), id="no answer"),
    ],
)
def test_the_printed_number_is_empty_where_it_does_not_follow_from_the_panels_settings(
    unit: Meters, answer: object
) -> None:
    unit.meter(1, 0, {L1: 0.0})
    circuit = unit.circuit(1, 4)
    unit.calls[circuit, "getSettings"] = Status(403)
    unit.calls["/meter/1", "getPanelSettings"] = answer
    labels = handler_of(unit).labels()
    assert labels == [("p1.5", "", "")]


# ---- a controller without the object of a PDU ----------------------------------------------------


def _without_pdu(unit: Meters) -> Meters:
    """Remove `/model/pdu/0` from the unit."""
    unit.calls = {
        (rid, method): answer for (rid, method), answer in unit.calls.items() if rid != PDU
    }
    return unit


@pytest.mark.parametrize("method", ["status", "statistic", "labels"])
def test_a_controller_without_the_object_of_a_pdu_is_read_like_any_other(
    unit: Meters, method: str
) -> None:
    unit.meter(1, 2, {L1: 4.0, L2: 6.5, L3: 6.0}, own=6.5)
    unit.circuit(1, 6, current=4.0, activeEnergy=91_500.0)
    unit.calls["/meter/1", "getPanelSettings"] = {"labelingScheme": 0, "panelSize": 42}
    usual = getattr(handler_of(unit), method)()
    usual_requests = unit.requests

    answer = getattr(handler_of(_without_pdu(unit)), method)()

    assert answer == usual
    assert unit.requests == 2 * usual_requests
    if method == "statistic":
        assert usual.load == 16.5
        assert usual.total_consumption == 1.0


@pytest.mark.parametrize("method", ["status", "statistic", "labels", "port_down"])
def test_a_unit_with_neither_a_pdu_nor_meters_is_an_error(unit: Meters, method: str) -> None:
    for code in (200, 404):
        unit.calls[METERS] = [] if code == 200 else Status(code)
        with pytest.raises(PduHandlerError, match="no such resource") as error_info:
            getattr(handler_of(_without_pdu(unit)), method)(
                *([PduPortView("3")] if method == "port_down" else [])
            )
        assert error_info.value.kind == "refused"


@pytest.mark.parametrize("status", [403, 429, 500, 503])
@pytest.mark.parametrize("method", ["status", "statistic"])
def test_a_pdu_whose_outlets_cannot_be_read_is_not_taken_for_a_controller(
    unit: Meters, method: str, status: int
) -> None:
    unit.meter(1, 2, {L1: 4.0, L2: 6.5, L3: 6.0}, own=6.5)
    unit.calls[PDU, "getOutlets"] = Status(status)
    with pytest.raises(PduHandlerError):
        getattr(handler_of(unit), method)()
