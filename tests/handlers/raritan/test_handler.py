"""The handler on simulated PDUs of four firmware generations, compared with the
simulators' books.
"""

from __future__ import annotations

import time
from typing import Any, Callable

import pytest

from handlers.raritan.handler import make_handler
from handlers.raritan.link_units_setting import LINK_UNITS
from handlers.shared.errors import PduHandlerError, SettingsError
from handlers.shared.meter_figures import NOT_ASKED
from pdu_common.connection import PduData
from pdu_common.helper import EnumPowerStatus
from tests.simulators.xerus import Model, XerusPdu
from tests.simulators.xerus.metered import Sensors
from tests.simulators.xerus.outlet import Outlet

from .handling import LINKED, Handle, agrees, settings, shown, spent, states

UP, DOWN, UNKNOWN = EnumPowerStatus.UP, EnumPowerStatus.DOWN, EnumPowerStatus.UNKNOWN

# ---- status and statistic ------------------------------------------------------------------------


@pytest.mark.sample(7)
@pytest.mark.parametrize(
    "model",
    [
        Model(outlets=48, phases=3, off=(2, 47), no_relay_board=(9,), not_switchable=(1,)),
        Model(outlets=1),
        Model(outlets=200, metering="none"),
        Model(outlets=0),
    ],
    ids=["48", "1", "200", "0"],
)
def test_a_status_is_two_requests_on_one_connection_and_agrees_with_the_books(
    handle: Handle, firmware: str, model: Model
) -> None:
    with XerusPdu(model, firmware) as pdu:
        handler = handle(pdu)
        with spent(pdu) as cost:
            view = handler.status()
        assert cost == [2, 1]
        expected = states(pdu.books())
        # in the order of the unit
        assert list(shown(view).items()) == list(expected.items())


@pytest.mark.parametrize("firmware", LINKED, indirect=True)
def test_outlets_with_a_reported_relay_failure_are_unknown_without_an_extra_request(
    handle: Handle, firmware: str
) -> None:
    """The unit's "outlet.5" may count from 1 or from 0: it is outlet 5 or 6."""
    links = {2: Model(outlets=3, stuck=(3,), off=(3,))}
    with XerusPdu(Model(outlets=6, stuck=(5,), off=(5, 6)), firmware, links) as pdu:
        for unit in pdu.units.values():
            unit.health.named = "outlet.{}"
        handler = handle(pdu, link_units="2")

        with spent(pdu) as cost:
            states = shown(handler.status())

        unknown = {identity for identity, state in states.items() if state is UNKNOWN}
        assert unknown == {"5", "6", "2.3"}
        assert states["1"] is UP
        assert cost == [2, 1]


def test_a_relay_failure_that_is_listed_and_no_longer_asserted_is_over(handle: Handle) -> None:
    with XerusPdu(Model(outlets=6, stuck=(5,), off=(5, 6))) as pdu:
        unit = pdu.units[0]
        unit.health.named = "outlet.{}"
        assert shown(handle(pdu).status())["5"] is UNKNOWN

        unit.relays.all[4].stuck = False
        assert shown(handle(pdu).status())["5"] is DOWN


@pytest.mark.parametrize("looks, is_answered", [(2, True), (3, False)])
def test_a_status_without_any_state_is_read_once_more(
    handle: Handle, firmware: str, looks: int, is_answered: bool
) -> None:
    """`looks`: how many calls of getOutlets the unit needs before states are available."""
    with XerusPdu(Model(outlets=4, off=(2,)), firmware) as pdu:
        pdu.units[0].stale_looks = looks
        handler = handle(pdu)
        with spent(pdu) as cost:
            view = handler.status()
        assert cost == [4, 1]
        expected = states(pdu.books())
        if not is_answered:
            expected = dict.fromkeys(expected, UNKNOWN)
        assert shown(view) == expected


def test_a_status_without_any_state_of_one_unit_is_read_once_more(handle: Handle) -> None:
    with XerusPdu(Model(outlets=1), links={2: Model(outlets=2, off=(1,))}) as pdu:
        pdu.units[2].stale_looks = 2
        state_by_outlet = shown(handle(pdu, link_units="2").status())
        assert state_by_outlet == {"1": UP, "2.1": DOWN, "2.2": UP}


def test_a_unit_without_relays_is_read_only_once(handle: Handle, firmware: str) -> None:
    with XerusPdu(Model(outlets=4, power_control=False), firmware) as pdu:
        with spent(pdu) as cost:
            assert set(shown(handle(pdu).status()).values()) == {UNKNOWN}
        assert cost == [2, 1]


_METERED = {
    "three phases": Model(outlets=48, phases=3),
    "one phase": Model(outlets=8),
    "two inlets": Model(outlets=12, inlets=2, phases=3),
    "only the inlet": Model(outlets=8, metering="inlet"),
    "nothing": Model(outlets=8, metering="none"),
    "transfer switch": Model(outlets=12, inlets=2, transfer_switch=True, phases=3),
    "standby feed": Model(outlets=12, inlets=2, transfer_switch=True, standby_current=0.4),
    "five inlets": Model(outlets=10, inlets=5),
    "first outlet without relay": Model(outlets=4, not_switchable=(1,)),
}


@pytest.mark.sample(13)
@pytest.mark.parametrize("name", _METERED)
def test_a_statistic_agrees_with_the_books_and_its_requests_depend_on_meters_and_inlets(
    handle: Handle, firmware: str, name: str
) -> None:
    with XerusPdu(_METERED[name], firmware) as pdu:
        with spent(pdu) as cost:
            figures = handle(pdu).statistic()
        agrees(figures, pdu.books())
        assert cost == [{"five inlets": 3}.get(name, 2), 1]


@pytest.mark.parametrize(
    "well_known, power_is_listed_only, requests",
    [(True, False, 2), (True, True, 3), (False, False, 3)],
)
def test_the_power_of_each_outlet_is_read_if_it_is_asked_for(
    handle: Handle, well_known: bool, power_is_listed_only: bool, requests: int
) -> None:
    with XerusPdu(Model(outlets=4, well_known_sensors=well_known)) as pdu:
        outlets = pdu.units[0].outlets
        if power_is_listed_only:
            for number, outlet in enumerate(outlets):
                outlet.unit.withdraw(f"/model/pdu/0/outlet/{number}/activePower")
        handler = handle(pdu)

        with spent(pdu) as cost:
            figures = handler.measured(with_power=True)
        not_asked = handler.measured()

        assert cost == [requests, 1]
        expected = [outlet.watts() for outlet in outlets]
        assert any(expected)
        watts = [port.power_w for port in figures.ports.values()]
        assert watts == pytest.approx(expected, rel=0.1)
        for port in not_asked.ports.values():
            assert port.power_w == NOT_ASKED
        assert len(not_asked.ports) == len(outlets)


def test_outlets_that_meter_energy_alone_are_read_by_their_well_known_ids(
    handle: Handle, monkeypatch: pytest.MonkeyPatch
) -> None:
    numeric = Sensors.numeric

    def without_current(sensors: Sensors, readings: dict[str, Callable[[], float]]) -> None:
        read_current = readings.get("current")
        is_of_outlet = isinstance(getattr(read_current, "__self__", None), Outlet)
        kept = dict(readings)
        if is_of_outlet:
            del kept["current"]
        numeric(sensors, kept)

    monkeypatch.setattr(Sensors, "numeric", without_current)
    with XerusPdu(Model(outlets=4, phases=3)) as pdu:
        handler = handle(pdu)
        with spent(pdu) as cost:
            statistic = handler.statistic()
        expected = pdu.books().port_energy_kwh

    energies = {port.identity: port.consumption for port in statistic.ports}
    assert energies == pytest.approx(expected)
    assert len(expected) == 4
    assert cost == [2, 1]


@pytest.mark.sample(3)
@pytest.mark.parametrize("phases", [1, 3])
def test_sensors_that_are_all_invalid_are_read_once_more(
    handle: Handle, firmware: str, phases: int
) -> None:
    with XerusPdu(Model(outlets=8, phases=phases), firmware) as pdu:
        # getSensors calls needed to wake an inlet's sensors
        for inlets in (1, 2):
            pdu.fall_asleep(inlets)
            with spent(pdu) as cost:
                figures = handle(pdu).statistic()
            agrees(figures, pdu.books())
            assert cost == [4, 1]
        pdu.fall_asleep(inlets=3)
        # the inlets' readings stay invalid, so the load is not known
        unknown = "the load cannot be read now: the sensor .* is not available now; poll again"
        with spent(pdu) as cost, pytest.raises(PduHandlerError, match=unknown):
            handle(pdu).statistic()
        assert cost == [4, 1]


# ---- link units ----------------------------------------------------------------------------------


@pytest.mark.parametrize("firmware", LINKED, indirect=True)
@pytest.mark.parametrize("prefixed", [True, False])
def test_outlets_of_link_units_are_read_in_two_requests(
    handle: Handle, firmware: str, prefixed: bool
) -> None:
    links = {2: Model(outlets=3, phases=3, off=(2,)), 5: Model(outlets=2, metering="inlet")}
    with XerusPdu(Model(outlets=4), firmware, links, prefix_links=prefixed) as pdu:
        device = handle(pdu, link_units="yes")
        with spent(pdu) as cost:
            view = device.status()
        assert shown(view) == states(pdu.books())
        assert "2.3" in shown(view)
        assert "5.2" in shown(view)
        assert cost == [2, 1]
        with spent(pdu) as cost:
            figures = device.statistic()
        agrees(figures, pdu.books())
        assert cost == [2, 1]


def test_a_link_unit_of_an_unusual_id_is_read_in_one_request_more(handle: Handle) -> None:
    with XerusPdu(Model(outlets=2), links={9: Model(outlets=3)}) as pdu:
        with spent(pdu) as cost:
            figures = handle(pdu, link_units="yes").statistic()
        agrees(figures, pdu.books())
        assert len(figures.ports) == 5
        assert cost == [3, 1]


@pytest.mark.parametrize(
    "wanted, ids",
    [
        ("no", {""}),
        ("2", {"", "2"}),
        ("5, 2", {"", "2", "5"}),
        ("YES", {"", "2", "5"}),
    ],
)
def test_the_setting_selects_the_link_units(handle: Handle, wanted: str, ids: Any) -> None:
    with XerusPdu(Model(outlets=2), links={2: Model(outlets=1), 5: Model(outlets=1)}) as pdu:
        state_by_outlet = shown(handle(pdu, link_units=wanted).status())
        assert {identity.rpartition(".")[0] for identity in state_by_outlet} == ids


@pytest.mark.parametrize("method", ["status", "statistic", "labels"])
@pytest.mark.parametrize("wanted, unlinked", [("3", 3), ("2,4,7", 4)])
def test_a_link_unit_of_the_setting_that_is_not_linked_is_an_error_that_names_the_setting(
    handle: Handle, method: str, wanted: str, unlinked: int
) -> None:
    with XerusPdu(Model(outlets=1), links={2: Model(outlets=1)}) as pdu:
        handler = handle(pdu, link_units=wanted)
        sentence = f"link unit {unlinked} is not linked to the PDU.*'link_units'"
        with pytest.raises(PduHandlerError, match=sentence) as error_info:
            getattr(handler, method)()
        assert error_info.value.kind == "unreachable"

        # the unit that is linked is read
        view = handle(pdu, link_units="2").status()
        assert len(shown(view)) == 2


@pytest.mark.parametrize("method", ["status", "statistic"])
def test_an_unreachable_link_unit_is_an_error_that_names_the_setting(
    handle: Handle, method: str
) -> None:
    links = {2: Model(outlets=1), 3: Model(outlets=1)}
    with XerusPdu(Model(outlets=2), links=links) as pdu:
        pdu.units[3].reachable = False
        handler = handle(pdu, link_units="yes")
        with pytest.raises(
            PduHandlerError, match="link unit 3 is unreachable.*'link_units'"
        ) as error_info:
            getattr(handler, method)()
        assert error_info.value.kind == "unreachable"

        # the setting leaves it out
        view = handle(pdu, link_units="2").status()
        assert len(shown(view)) == 3


# ---- settings, labels, log -----------------------------------------------------------------------

_BAD: list[tuple[dict[str, str], str]] = [
    ({"usrename": "x"}, "unknown"),
    ({"username": ""}, "'username' and 'password' are needed"),
    ({"token": "abc"}, "not both"),
    ({"scheme": "ftp"}, "https or http"),
    ({"link_units": "1"}, "link_units"),
    ({"link_units": "2-4"}, "link_units"),
    ({"link_units": "300"}, "link_units"),
    ({"link_units": "٣"}, "link_units"),
    ({"scheme": "http"}, "scheme=https"),
    ({"host": "a b"}, "'host'.*not allowed"),
    ({"host": "a/b"}, "not an address"),
]


@pytest.mark.parametrize("wrong, words", _BAD, ids=[str(setting) for setting, _ in _BAD])
def test_a_bad_setting_is_reported_by_the_first_call_and_not_before(
    wrong: dict[str, str], words: str
) -> None:
    with XerusPdu(Model(outlets=1)) as pdu:
        handler = make_handler(PduData(pdu.host, settings(pdu, **wrong)))
        with pytest.raises(PduHandlerError, match=words) as error_info:
            handler.status()
        assert error_info.value.kind == "settings"
        assert pdu.books().connections == 0


def test_a_bad_list_of_link_ids_with_many_blanks_is_refused_in_less_than_a_second() -> None:
    words = (" " * 20).join("2345678x")
    began = time.process_time()
    with pytest.raises(SettingsError, match="link_units"):
        LINK_UNITS.value(words)
    assert time.process_time() - began < 1


def test_labels_hold_identity_printed_number_and_name(handle: Handle) -> None:
    with XerusPdu(Model(outlets=2, names={2: "web server"}), links={2: Model(outlets=1)}) as pdu:
        assert handle(pdu, link_units="yes").labels() == [
            ("1", "1", ""),
            ("2", "2", "web server"),
            ("2.1", "1", ""),
        ]
