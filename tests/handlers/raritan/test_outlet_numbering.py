"""Status, statistic and commands number the outlets by their position in the unit's list, even if
labels have another order.

An outlet is not switched if its reference and the well-known id of its position report different
labels.
"""

from __future__ import annotations

import pytest

from handlers.shared.errors import PduHandlerError
from pdu_common.helper import EnumPowerStatus, PduPortView
from tests.simulators.xerus import Model, XerusPdu

from .described import INTERNAL_ERROR, NO_SENSORS, PDU, Described, Status, handler_of
from .handling import FAST, Handle, shown, spent

UP, DOWN = EnumPowerStatus.UP, EnumPowerStatus.DOWN
MIXED = (5, 1, 3, 4, 2)  # labels in listed order; only 3 and 4 equal their positions


def _mixed(off: tuple[int, ...] = (5,)) -> Model:
    return Model(outlets=5, listed=MIXED, off=off)


def test_status_and_labels_follow_the_order_in_which_the_unit_lists_its_outlets(
    handle: Handle,
) -> None:
    with XerusPdu(_mixed()) as pdu:
        assert shown(handle(pdu).status()) == {"1": DOWN, "2": UP, "3": UP, "4": UP, "5": UP}
        assert [label.number for label in handle(pdu).labels()] == ["5", "1", "3", "4", "2"]


@pytest.mark.sample(7)
@pytest.mark.parametrize("identity", ["1", "2", "5", "2.1", "2.2"])
@pytest.mark.parametrize("prefixed", [True, False])
@pytest.mark.parametrize("method", ["port_up", "port_down"])
def test_an_outlet_whose_reference_and_well_known_id_have_different_labels_is_not_switched(
    handle: Handle, identity: str, prefixed: bool, method: str
) -> None:
    with XerusPdu(_mixed(), links={2: _mixed()}, prefix_links=prefixed) as pdu:
        before = pdu.books().states
        words = r"labelled '\d'.* labelled '\d'.*report its model"
        with pytest.raises(PduHandlerError, match=words) as error_info:
            getattr(handle(pdu, link_units="yes"), method)(PduPortView(identity))
        assert error_info.value.kind == "unsupported"
        assert pdu.books().states == before
        assert not pdu.books().writes


@pytest.mark.parametrize("identity", ["3", "2.3"])
@pytest.mark.parametrize("prefixed", [True, False])
def test_an_outlet_that_is_listed_at_the_position_of_its_label_is_switched(
    handle: Handle, identity: str, prefixed: bool
) -> None:
    with XerusPdu(_mixed(), links={2: _mixed()}, prefix_links=prefixed) as pdu:
        device = handle(pdu, link_units="yes")
        with spent(pdu) as cost:
            port = device.port_down(PduPortView(identity), pause=FAST)

        assert port.power_status is DOWN
        assert cost == [3, 2]
        link = "2/" if identity == "2.3" else ""
        written = [name for name, _ in pdu.books().writes]
        assert written == [f"{link}outlet.2.setPowerState"]
        assert shown(device.status())[identity] is DOWN


@pytest.mark.parametrize(
    "model",
    [_mixed(off=()), Model(outlets=5, listed=MIXED, well_known_sensors=False)],
    ids=["well-known sensors", "references only"],
)
def test_each_port_has_the_energy_of_the_outlet_at_its_position(
    handle: Handle, model: Model
) -> None:
    with XerusPdu(model, links={2: model}) as pdu:
        statistic = handle(pdu, link_units="yes").statistic()
        energies_wh = {port.identity: port.consumption * 1000 for port in statistic.ports}

        for link, unit in pdu.units.items():
            for position, number in enumerate(MIXED, 1):
                identity = f"{link}.{position}" if link else str(position)
                expected = unit.outlets[number - 1].energy.stored
                assert energies_wh[identity] == pytest.approx(expected)


@pytest.mark.parametrize("metadata", [{}, {"label": None}, {"label": ""}])
def test_of_outlets_without_a_label_the_energies_are_those_of_their_own_sensors(
    metadata: dict[str, object],
) -> None:
    """The unit lists its two outlets the other way round than its well-known ids."""
    unit = Described()
    unit.outlets([1.0, 2.0], [100.0, 200.0])
    unit.calls[PDU, "getOutlets"] = []
    for number in (2, 1):
        outlet = f"/opaque/{number}"
        energy = unit.sensor(f"E{number}", 100.0 * number)
        unit.calls[PDU, "getOutlets"].append({"rid": outlet, "type": "pdumodel.Outlet:3.0.4"})
        unit.calls[outlet, "getSensors"] = {**NO_SENSORS, "activeEnergy": energy}
        unit.calls[outlet, "getMetaData"] = metadata

    ports = handler_of(unit).statistic().ports

    energies = {port.identity: port.consumption for port in ports}
    assert energies == {"1": 0.2, "2": 0.1}


def test_a_unit_that_lists_an_outlet_twice_is_neither_read_nor_switched(
    handle: Handle, monkeypatch: pytest.MonkeyPatch
) -> None:
    with XerusPdu(Model(outlets=2)) as pdu:
        first = pdu.units[0].outlets[0]
        monkeypatch.setattr(pdu.units[0].pdu, "getOutlets", lambda: [first, first])
        for method in ("status", "statistic"):
            with pytest.raises(PduHandlerError, match="one of its outlets twice") as error_info:
                getattr(handle(pdu), method)()
            assert error_info.value.kind == "protocol"
            assert error_info.value.operation == "getOutlets"
        with pytest.raises(PduHandlerError, match="one of its outlets twice"):
            handle(pdu).port_down(PduPortView("1"))
        assert not pdu.books().writes


# ---- a list that lacks an outlet -----------------------------------------------------------------


def _gap(labels: list[str], well_known_ids: int = 3, metered: bool = False) -> Described:
    """A unit whose list has outlets with these labels, and whose well-known ids lead to the labels
    1 to `well_known_ids`.
    """
    unit = Described()
    unit.calls[PDU, "getMetaData"] = {"hasSwitchableOutlets": True, "hasMeteredOutlets": metered}
    unit.calls[PDU, "getOutlets"] = []
    for label in labels:
        outlet = f"/opaque/{label}"
        unit.calls[PDU, "getOutlets"].append({"rid": outlet, "type": "pdumodel.Outlet:3.0.4"})
        unit.calls[outlet, "getMetaData"] = {"label": label, "isSwitchable": True}
        unit.calls[outlet, "getState"] = {"available": True, "powerState": 1}
        unit.calls[outlet, "setPowerState"] = 0
        unit.calls[outlet, "getSensors"] = {}
    for index in range(well_known_ids):
        unit.calls[f"{PDU}/outlet/{index}", "getMetaData"] = {"label": str(index + 1)}
    return unit


def _raises(unit: Described, method: str, words: str, kind: str) -> None:
    """The handler's method, of outlet 3 if it is a command, raises such an error, and sends
    nothing."""
    handler = handler_of(unit)
    with pytest.raises(PduHandlerError, match=words) as error_info:
        if method == "port_down":
            handler.port_down(PduPortView("3"))
        else:
            getattr(handler, method)()
    assert error_info.value.kind == kind
    assert "setPowerState" not in unit.methods


READS = ("status", "statistic", "labels")


@pytest.mark.parametrize(
    "well_known_ids, words",
    [
        (9, "lacks one: it has 3, and the unit has another one behind them"),
        (3, "lacks one: it has 3, and the last one is labelled '4'"),
        (0, "lacks one: it has 3, and the last one is labelled '4'"),
    ],
)
@pytest.mark.parametrize("metered", [True, False])
def test_a_list_that_lacks_an_outlet_shows_and_switches_no_neighbour(
    well_known_ids: int, words: str, metered: bool
) -> None:
    unit = _gap(["1", "2", "4"], well_known_ids, metered)
    for method in READS:
        _raises(unit, method, words, "protocol")
    _raises(unit, "port_down", "outlet 3 is labelled '4'", "unsupported")


def test_a_list_without_its_last_outlets_is_an_error_in_each_reading() -> None:
    for method in READS:
        _raises(_gap(["1", "2", "3"], 9), method, "another one behind them", "protocol")


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(INTERNAL_ERROR, id="an error of the call"),
        pytest.param(Status(503), id="503"),
        pytest.param(Status(404), id="404"),
        pytest.param({}, id="no label"),
        pytest.param({"label": ""}, id="an empty label"),
    ],
)
@pytest.mark.parametrize("count", [9, 0])
@pytest.mark.parametrize("method", [*READS, "port_down"])
def test_a_label_that_cannot_be_read_proves_no_outlet(
    answer: object, count: int, method: str
) -> None:
    unit = _gap(["1", "2", "4"], count)
    unit.calls["/opaque/4", "getMetaData"] = answer
    handler = handler_of(unit)
    with pytest.raises(PduHandlerError):
        if method == "port_down":
            handler.port_down(PduPortView("3"))
        else:
            getattr(handler, method)()
    assert "setPowerState" not in unit.methods


@pytest.mark.parametrize("answer", [INTERNAL_ERROR, Status(503), Status(403)])
def test_an_outlet_after_the_list_that_cannot_be_asked_proves_no_end(answer: object) -> None:
    unit = _gap(["1", "2", "3"], 3)
    unit.calls[f"{PDU}/outlet/3", "getMetaData"] = answer
    for method in READS:
        with pytest.raises(PduHandlerError):
            getattr(handler_of(unit), method)()


@pytest.mark.parametrize(
    "labels, count",
    [(["1", "2", "3"], 3), (["1", "2", "3"], 0), (["3", "1", "2"], 3), (["A", "B", ""], 3)],
)
def test_a_list_is_whole_by_the_count_of_well_known_ids_or_its_last_number(
    labels: list[str], count: int
) -> None:
    assert len(handler_of(_gap(labels, count)).status().ports) == 3


@pytest.mark.parametrize("hole", [None, {"rid": None, "type": "pdumodel.Outlet:3.0.4"}, {}])
@pytest.mark.parametrize("method", ["status", "statistic", "port_down"])
def test_a_list_with_a_null_in_it_is_an_error(hole: object, method: str) -> None:
    unit = _gap(["1", "2", "3"])
    unit.calls[PDU, "getOutlets"].insert(1, hole)
    with pytest.raises(PduHandlerError) as error_info:
        getattr(handler_of(unit), method)(*([PduPortView("2")] if method == "port_down" else []))
    assert error_info.value.kind == "protocol"
    assert "setPowerState" not in unit.methods
