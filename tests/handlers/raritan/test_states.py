"""What an outlet's state means, decided from JSON as devices send it."""
from __future__ import annotations

from typing import Any, Dict

import pytest

from handlers.raritan.rpc._runtime.decoding import decode_structure
from handlers.raritan.rpc.pdumodel import Outlet
from handlers.raritan.states import status
from pdu_common.helper import EnumPowerStatus

from .declared import Nowhere

ON: Dict[str, Any] = {"available": True, "powerState": 1, "switchOnInProgress": False, "cycleInProgress": False}
OFF = {**ON, "powerState": 0}


def _status(json: Dict[str, Any]) -> str:
    return status(decode_structure(Outlet.State, json, Nowhere())).name


def test_on_is_up_and_off_is_down() -> None:
    assert (_status(ON), _status(OFF)) == ("UP", "DOWN")


@pytest.mark.parametrize("missing", ["available", "powerState"])
@pytest.mark.parametrize("whole", [ON, OFF])
def test_without_one_of_the_two_fields_that_count_the_state_is_unknown(whole: Dict[str, Any], missing: str) -> None:
    assert _status({name: value for name, value in whole.items() if name != missing}) == "UNKNOWN"
    assert _status({**whole, missing: None}) == "UNKNOWN"


@pytest.mark.parametrize("json", [
    {}, {**ON, "available": False}, {**OFF, "available": False}, {**OFF, "cycleInProgress": True},
    {**ON, "cycleInProgress": True}, {**OFF, "switchOnInProgress": True}, {**ON, "powerState": 2}, {**ON, "powerState": -1},
    {**ON, "isSuspended": True}, {**ON, "isLoadShed": True}])
def test_what_is_pending_contradictory_or_of_the_future_is_unknown(json: Dict[str, Any]) -> None:
    assert _status(json) == "UNKNOWN"


@pytest.mark.parametrize("reason", ["isSuspended", "isLoadShed", "inServiceMode"])
def test_an_outlet_that_is_off_for_a_reason_is_off(reason: str) -> None:
    assert _status({**OFF, reason: True}) == "DOWN"


def test_an_outlet_that_is_on_already_stays_on_while_others_wait_for_their_turn() -> None:
    assert _status({**ON, "switchOnInProgress": True}) == "UP"


def test_every_answer_is_one_of_the_platform_s_members() -> None:
    for power in range(-2, 4):
        for flags in range(16):
            json = {"available": bool(flags & 1), "powerState": power, "switchOnInProgress": bool(flags & 2),
                    "cycleInProgress": bool(flags & 4), "isSuspended": bool(flags & 8)}
            assert _status(json) in EnumPowerStatus.__members__
