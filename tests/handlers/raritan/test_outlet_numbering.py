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

from .described import PDU, Described, handler_of
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
        assert pdu.books().states == before and not pdu.books().writes


@pytest.mark.parametrize("identity", ["3", "2.3"])
@pytest.mark.parametrize("prefixed", [True, False])
def test_an_outlet_that_is_listed_at_the_position_of_its_label_is_switched(
    handle: Handle, identity: str, prefixed: bool
) -> None:
    with XerusPdu(_mixed(), links={2: _mixed()}, prefix_links=prefixed) as pdu:
        device = handle(pdu, link_units="yes")
        with spent(pdu) as cost:
            assert device.port_down(PduPortView(identity), pause=FAST).power_status is DOWN
        assert cost == [3, 1]
        link = "2/" if identity == "2.3" else ""
        assert [name for name, _ in pdu.books().writes] == [f"{link}outlet.2.setPowerState"]
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
        ports = handle(pdu, link_units="yes").statistic().ports
        wh_by_port = {port.identity: port.consumption * 1000 for port in ports}
        for link, unit in pdu.units.items():
            for position, number in enumerate(MIXED, 1):
                identity = f"{link}.{position}" if link else str(position)
                energy = unit.outlets[number - 1].energy.stored
                assert wh_by_port[identity] == pytest.approx(energy)


def test_a_unit_that_lists_an_outlet_twice_is_neither_read_nor_switched(
    handle: Handle, monkeypatch: pytest.MonkeyPatch
) -> None:
    with XerusPdu(Model(outlets=2)) as pdu:
        first = pdu.units[0].outlets[0]
        monkeypatch.setattr(pdu.units[0].pdu, "getOutlets", lambda: [first, first])
        for method in ("status", "statistic"):
            with pytest.raises(PduHandlerError, match="one of its outlets twice") as error_info:
                getattr(handle(pdu), method)()
            assert (error_info.value.kind, error_info.value.operation) == ("protocol", "getOutlets")
        with pytest.raises(PduHandlerError, match="one of its outlets twice"):
            handle(pdu).port_down(PduPortView("1"))
        assert not pdu.books().writes


# ---- a list that lacks an outlet -----------------------------------------------------------------


def _gap(labels: list[str], well_known: bool = True, metered: bool = False) -> Described:
    """Return a unit whose list has outlets with these labels, and whose well-known ids lead to the
    labels 1 to 9.
    """
    unit = Described()
    unit.calls[PDU, "getMetaData"] = {"hasSwitchableOutlets": True, "hasMeteredOutlets": metered}
    unit.calls[PDU, "getOutlets"] = [
        {"rid": f"/opaque/{label}", "type": "pdumodel.Outlet:3.0.4"} for label in labels
    ]
    for label in labels:
        unit.calls[f"/opaque/{label}", "getMetaData"] = {"label": label, "isSwitchable": True}
        unit.calls[f"/opaque/{label}", "getState"] = {"available": True, "powerState": 1}
        unit.calls[f"/opaque/{label}", "setPowerState"] = 0
        unit.calls[f"/opaque/{label}", "getSensors"] = {}
    for index in range(9 if well_known else 0):
        unit.calls[f"{PDU}/outlet/{index}", "getMetaData"] = {"label": str(index + 1)}
    return unit


@pytest.mark.parametrize("well_known", [True, False])
def test_a_list_that_lacks_an_outlet_shows_and_switches_no_neighbour(well_known: bool) -> None:
    unit = _gap(["1", "2", "4"], well_known, metered=True)
    for method in ("status", "statistic"):
        words = "lacks one: it has 3, and the last one is labelled '4'"
        with pytest.raises(PduHandlerError, match=words) as error_info:
            getattr(handler_of(unit), method)()
        assert (error_info.value.kind, error_info.value.operation) == ("protocol", "getOutlets")
    with pytest.raises(PduHandlerError, match="outlet 3 is labelled '4'") as error_info:
        handler_of(unit).port_down(PduPortView("3"))
    assert error_info.value.kind == "unsupported" and "setPowerState" not in unit.methods


@pytest.mark.parametrize("hole", [None, {"rid": None, "type": "pdumodel.Outlet:3.0.4"}, {}])
@pytest.mark.parametrize("method", ["status", "statistic", "port_down"])
def test_a_list_with_a_null_in_it_is_an_error(hole: object, method: str) -> None:
    unit = _gap(["1", "2", "3"])
    unit.calls[PDU, "getOutlets"].insert(1, hole)
    with pytest.raises(PduHandlerError) as error_info:
        getattr(handler_of(unit), method)(*([PduPortView("2")] if method == "port_down" else []))
    assert error_info.value.kind == "protocol" and "setPowerState" not in unit.methods
