"""However a proof ends, the outlet ends on. The whole trials are `ends` and `kills`."""

from __future__ import annotations

import pytest

from pdu.evidence.prove.document import BROKEN, KEPT
from tests.pdu.evidence.prove.ends import ENDS, End, ended

#: of the calls of a proof: the first reading, the first command, a reading while it is off, the
#: second and the last command, the guard's first reading
_STEPS = (1, 5, 6, 9, 17, 20)
_FIRST_OFF = 6


@pytest.mark.parametrize("step", _STEPS)
@pytest.mark.parametrize("end", ENDS, ids=lambda end: str(end.name))
@pytest.mark.sample(7)
def test_a_proof_that_is_ended_at_a_step_leaves_all_outlets_as_they_were(
    end: End, step: int
) -> None:
    found = ended("nut", end, step)
    assert found.is_as_it_began, (found.plant.commands, found.said)


@pytest.mark.sample(1)
@pytest.mark.parametrize("handler", ["snmp", "raritan", "redfish"])
def test_a_network_that_dies_while_the_outlet_is_off_leaves_it_on(handler: str) -> None:
    found = ended(handler, End("dead", dead_s=8.0), _FIRST_OFF)
    assert found.is_as_it_began and len(found.plant.commands) > 1
    restored = found.proof.verdict("restored") if found.proof else None
    assert restored is not None and restored.verdict == KEPT


def test_a_network_that_stays_dead_is_told_in_the_file_and_to_the_person() -> None:
    found = ended("nut", End("dead", dead_s=1e6), _FIRST_OFF)
    assert found.plant.commands == [("2", False)] and not found.is_as_it_began
    restored = found.proof.verdict("restored") if found.proof else None
    assert restored is not None and restored.verdict == BROKEN
    assert restored.finding == "outlet 2 could not be read at the end: look at it"
    # the guard has tried for ten minutes
    assert found.plant.clock.skipped > 600
    assert found.said == [
        "outlet 2 was on, and is unknown: LOOK AT IT, and switch it on with pdu up"
    ]


def test_a_network_that_comes_back_in_the_tenth_minute_gets_the_last_command() -> None:
    found = ended("nut", End("dead", dead_s=540.0), _FIRST_OFF)
    assert found.plant.commands[0] == ("2", False) and found.plant.commands[-1] == ("2", True)
    assert found.is_as_it_began and found.said == ["outlet 2 is on, as it began"]
