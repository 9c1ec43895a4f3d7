"""The handler over HTTPS, on simulated PDUs of four firmware generations, compared with the
simulators' truth. What it makes of each answer stands in the tables of unit_table.py.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import NamedTuple

import pytest

from handlers.raritan.handler import make_handler
from handlers.raritan.link_units_setting import LINK_UNITS
from handlers.shared.errors import PduHandlerError, SettingsError
from pdu_common.connection import PduData
from tests.simulators.xerus import ONE_PHASE, SPLIT_PHASE, CircuitModel, MeterModel, Model, XerusPdu

from .handling import Handle, agrees, shown, spent, states

_CIRCUITS = (
    CircuitModel(6, (0, 1, 2), 4.0, 91_500.0, "row 3"),
    CircuitModel(1, (1,), 0.0, 0.0),
    CircuitModel(41, (1, 2), 2.5),
    CircuitModel(9, metered=False),
)
_FULL_PANEL = tuple(CircuitModel(position, (position % 3,)) for position in range(42))


def _controller(*meters: MeterModel) -> Model:
    return Model(outlets=0, inlets=0, metering="none", product="BCM2-1965", meters=meters)


class Unit(NamedTuple):
    """A PDU, and the requests that reading it costs."""

    model: Model
    links: Mapping[int, Model] = {}
    status_requests: int = 2
    statistic_requests: int = 2


_UNITS = {
    "three phases": Unit(
        Model(outlets=48, phases=3, off=(2, 47), no_relay_board=(9,), not_switchable=(1,))
    ),
    "one outlet": Unit(Model(outlets=1)),
    "200 outlets": Unit(Model(outlets=200, metering="none")),
    "no outlets": Unit(Model(outlets=0)),
    "two inlets": Unit(Model(outlets=12, inlets=2, phases=3)),
    "only the inlet": Unit(Model(metering="inlet")),
    "transfer switch": Unit(Model(outlets=12, inlets=2, transfer_switch=True, phases=3)),
    "standby feed": Unit(Model(outlets=12, inlets=2, transfer_switch=True, standby_current=0.4)),
    "five inlets": Unit(Model(outlets=10, inlets=5), {}, 2, 3),
    "first outlet without relay": Unit(Model(outlets=4, not_switchable=(1,))),
    "link units": Unit(
        Model(outlets=4),
        {2: Model(outlets=3, phases=3, off=(2,)), 5: Model(outlets=2, metering="inlet")},
    ),
    "two panels": Unit(
        _controller(
            MeterModel(8, odd_even=True, circuits=_CIRCUITS), MeterModel(1, circuits=_CIRCUITS)
        ),
        {},
        3,
        5,
    ),
    "split phase": Unit(
        _controller(MeterModel(1, SPLIT_PHASE, circuits=(CircuitModel(0, (0, 1)),))), {}, 3, 5
    ),
    "one phase": Unit(_controller(MeterModel(2, ONE_PHASE, circuits=())), {}, 3, 4),
    # one more request for each further 300 calls
    "eight full panels": Unit(
        _controller(*(MeterModel(number, circuits=_FULL_PANEL) for number in range(1, 9))), {}, 3, 8
    ),
}


@pytest.mark.sample(20)
@pytest.mark.parametrize("name", _UNITS)
def test_states_and_figures_agree_with_the_truth_on_one_connection(
    handle: Handle, firmware: str, name: str
) -> None:
    unit = _UNITS[name]
    with XerusPdu(unit.model, firmware, unit.links) as pdu:
        handler = handle(pdu, link_units="yes" if unit.links else "no")
        with spent(pdu) as cost:  # requests, connections
            view = handler.status()
        assert cost == [unit.status_requests, 1]
        # in the order of the unit
        assert list(shown(view).items()) == list(states(pdu.truth()).items())

        with spent(pdu) as cost:
            statistic = handler.statistic()
        assert cost == [unit.statistic_requests, 1]
        agrees(statistic, pdu.truth())
        assert not pdu.truth().writes


# ---- settings ------------------------------------------------------------------------------------

_LOGIN = {"username": "viewer", "password": "seldom-said"}
_BAD: list[tuple[dict[str, str], str]] = [
    ({"username": ""}, "'username' and 'password' are needed"),
    ({"token": "abc"}, "not both"),
    ({"scheme": "ftp"}, "https or http"),
]


@pytest.mark.parametrize("wrong, words", _BAD, ids=[str(setting) for setting, _ in _BAD])
def test_a_bad_setting_is_reported_by_the_first_call_and_not_before(
    wrong: dict[str, str], words: str
) -> None:
    handler = make_handler(PduData("pdu.example", {**_LOGIN, **wrong}))
    with pytest.raises(PduHandlerError, match=words) as error_info:
        handler.status()
    assert error_info.value.kind == "settings"


def test_a_bad_list_of_link_ids_with_many_blanks_is_refused_in_less_than_a_second() -> None:
    words = (" " * 20).join("2345678x")
    began = time.process_time()
    with pytest.raises(SettingsError, match="link_units"):
        LINK_UNITS.value(words)
    assert time.process_time() - began < 1
