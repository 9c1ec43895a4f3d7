"""DMTF's validator checks the simulated units against DMTF's schemas.

Each fault must match a row below, and each row of a unit must match at least one fault. MOST limits
the number of a unit's faults.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from tests import foreign_files
from tests.processes.worker import Worker

from ..redfish import UNITS, Model, Pdu, RedfishService

SECONDS = 110.0
MOST = 8


class Accepted(NamedTuple):
    """Faults that may remain, and why.

    `what` is a pattern for the text "resource property message" of a fault.
    """

    what: str
    why: str


NO_SESSIONS = Accepted(
    "(Links/Sessions|SessionService|Session) ", "this service has no sessions, like some real units"
)

# The faults that may remain, of the units that have any.
SERVICE: dict[str, list[Accepted]] = {
    "basic-only": [NO_SESSIONS],
}


# The fields of Pdu that name outlets of a special kind.
_KINDS = ("four_wire", "no_state", "locked", "stuck", "off")


@pytest.fixture(scope="module")
def judges() -> Iterator[Worker]:
    """One process for all tests, because reading the schemas takes a long time."""
    with Worker(Path(), "tests.simulators.dmtf.judges") as worker:
        yield worker


def _small(model: Model) -> Model:
    """A copy of the model in which each PDU keeps one outlet of each combination of _KINDS."""
    pdus = tuple(_with_few_outlets(pdu) for pdu in model.pdus)
    return dataclasses.replace(model, pdus=pdus)


def _with_few_outlets(pdu: Pdu) -> Pdu:
    """A copy of the PDU that keeps the first outlet of each combination of _KINDS."""
    combinations = set()
    kept = []
    for id in pdu.outlets:
        combination = tuple(id in getattr(pdu, kind) for kind in _KINDS)
        if combination not in combinations:
            combinations.add(combination)
            kept.append(id)
    outlets_of_kinds: dict[str, Any] = {}
    for kind in _KINDS:
        outlets_of_kinds[kind] = tuple(id for id in getattr(pdu, kind) if id in kept)
    return dataclasses.replace(pdu, outlets=tuple(kept), **outlets_of_kinds)


def _judged(worker: Worker, name: str) -> list[str]:
    with RedfishService(_small(UNITS[name]()), tls=False) as unit:
        login = "Basic" if unit.model.login == "basic" else "Session"
        passed, failed = worker.order(
            str(foreign_files.path("redfish/csdl")),
            unit.url,
            unit.user,
            unit.password,
            login,
            seconds=SECONDS,
        )
        assert not unit.has_sessions
        assert unit.truth().writes == []
    assert passed > 300
    return [" ".join(failure) for failure in failed]


@pytest.mark.sample(3)
@pytest.mark.against("DMTF's service validator")
# HPE's lists are none of DMTF's
@pytest.mark.parametrize("name", sorted(set(UNITS) - {"hpe"}))
def test_each_fault_found_with_the_schemas_is_explained(judges: Worker, name: str) -> None:
    faults = _judged(judges, name)
    rows = SERVICE.get(name, [])

    unexplained = set(faults)
    superfluous = []
    for row in rows:
        explained = [fault for fault in faults if re.search(row.what, fault)]
        unexplained.difference_update(explained)
        if not explained:
            superfluous.append(row.why)

    assert unexplained == set()
    assert superfluous == []
    assert len(faults) <= MOST
