from __future__ import annotations

import itertools
from decimal import Decimal

import pytest

from handlers.shared.meter_figures import NotKnown
from handlers.snmp.measurements import Measurement
from handlers.snmp.objects import Column
from handlers.snmp.parts import parts_of
from handlers.snmp.profile import Profile
from handlers.snmp.profiles import PROFILES
from handlers.snmp.states import State
from pdu_common.helper import EnumPowerStatus
from tests.handlers.snmp.memory import tables

UP, DOWN, UNKNOWN = EnumPowerStatus.UP, EnumPowerStatus.DOWN, EnumPowerStatus.UNKNOWN


def states_in_words() -> list[State]:
    """The states of the families whose MIB has words for them."""
    all_outlets = itertools.chain.from_iterable(profile.outlets for profile in PROFILES)
    all_states = [outlets.states for outlets in all_outlets if outlets.states]
    return [states for states in all_states if any(map(str.isalpha, states.on))]


@pytest.mark.parametrize("state", states_in_words())
def test_words_of_states_are_compared_without_regard_to_capitals(state: State) -> None:
    def meanings(*words: str) -> set[EnumPowerStatus]:
        return {state.reported(tables({}), word).state for word in words}

    for change_capitals in (str, str.upper, str.lower, str.capitalize):
        assert meanings(*map(change_capitals, state.on)) == {UP}
        assert meanings(*map(change_capitals, state.off)) == {DOWN}
    word_twice = f"{state.on[0]}{state.on[0]}"
    assert meanings(word_twice) == {UNKNOWN}


def test_each_source_has_the_name_of_an_object_for_the_reason_of_a_figure() -> None:
    for profile in PROFILES:
        for part in parts_of(profile):
            if isinstance(part, Measurement):
                assert part.objects.strip(), profile.key
    assert Measurement(Column("1.3.4")).objects == "1.3.4"


@pytest.mark.parametrize(
    "profile", [p for p in PROFILES if any(t.always_there for t in p.totals)], ids=lambda p: p.key
)
def test_a_demanded_figure_that_is_not_answered_is_no_figure(profile: Profile) -> None:
    for total in profile.totals:
        if total.always_there:
            # where outlets may stand in, a meter of theirs shows that the unit has meters
            outlets = {"1": Decimal(1)} if total.else_outlets else {}
            assert isinstance(total.read(tables({}), None, outlets), NotKnown)
