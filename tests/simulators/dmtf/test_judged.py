"""DMTF's validators check the simulated units against DMTF's schemas and against OCP's profile of a
rack PDU.

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
from tests.servers.worker import Worker

from ..redfish import UNITS, Model, Pdu, RedfishService

SECONDS = 110.0
MOST = {"service": 8, "interop": 29}


class Accepted(NamedTuple):
    """Faults that may remain, and why.

    `what` is a pattern for the text "resource property message" of a fault.
    """

    what: str
    why: str


NOT_A_CONTROLLER = Accepted(
    "(CertificateService|EventService|UpdateService|NetworkProtocol|EthernetInterfaces?|LogServices?|"
    "Certificate|LogEntry|SoftwareInventory)['; ]",
    "the controller's network, logs, firmware, certificates and events are not simulated",
)
BRANCHES = Accepted(
    "Circuit Required Resource Error",
    "the validator never matches a use case that compares with AnyOf, so it finds no branches",
)
NO_SESSIONS = Accepted(
    "(Links/Sessions|SessionService|Session) ", "this service has no sessions, like some real units"
)
NO_EXPAND = Accepted("ExpandQuery", "this service offers no $expand, like some real units")
NO_STATES = Accepted(
    "/Outlets/.* /Power(State|RestorePolicy) ", "the outlets of a metered unit have no switch"
)
IN_SENSORS = Accepted("/Reading ", "this unit shows figures at its sensors only")
OWN_WORDS = Accepted(
    "Unknown Property Error.*Outlet.v1_4_4", "the vendor's own names for its outlet control"
)
OWN_ROOT = Accepted(
    "Unknown Property Error: The property 'PowerDistribution'|PowerEquipment (Required|Read)",
    "the vendor's own link in the root",
)

# The faults that may remain, by validator and unit. SERVICE lists only the units with faults,
# INTEROP the units with rack PDUs. Neither validator checks "hall": its twelve PDUs are alike, and
# "several" already has three.
SERVICE: dict[str, list[Accepted]] = {
    "basic-only": [NO_SESSIONS],
    "xerus": [NO_SESSIONS],
    "hpe": [NO_SESSIONS, OWN_WORDS],
    "panduit": [OWN_ROOT],
}
INTEROP: dict[str, list[Accepted]] = {
    "rack": [],
    "plain": [NO_EXPAND],
    "paged": [],
    "sessions-only": [],
    "basic-only": [NO_SESSIONS],
    "panduit": [OWN_ROOT, NO_EXPAND],
    "xerus": [NO_SESSIONS],
    "hpe": [NO_SESSIONS, NO_EXPAND],
    "rittal": [NO_EXPAND],
    "apc": [IN_SENSORS],
    "four-wire": [],
    "metered": [NO_STATES],
    "several": [],
    "delayed": [],
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

    def few(pdu: Pdu) -> Pdu:
        kinds = {
            tuple(id in getattr(pdu, name) for name in _KINDS): id for id in reversed(pdu.outlets)
        }
        kept = tuple(id for id in pdu.outlets if id in kinds.values())
        rest: dict[str, Any] = {
            name: tuple(id for id in getattr(pdu, name) if id in kept) for name in _KINDS
        }
        return dataclasses.replace(pdu, outlets=kept, **rest)

    return dataclasses.replace(model, pdus=tuple(few(pdu) for pdu in model.pdus))


def _judged(worker: Worker, what: str, by: Path, name: str) -> list[str]:
    with RedfishService(_small(UNITS[name]()), tls=False) as unit:
        login = "Basic" if unit.model.login == "basic" else "Session"
        passed, failed = worker.order(
            what, str(by), unit.url, unit.user, unit.password, login, seconds=SECONDS
        )
        assert unit.sessions == [] and unit.books().writes == []
    assert passed > 300
    return [" ".join(one) for one in failed]


def assert_explained(faults: list[str], rows: list[Accepted], most: int) -> None:
    assert [fault for fault in faults if not any(re.search(row.what, fault) for row in rows)] == []
    assert [
        row.why for row in rows if not any(re.search(row.what, fault) for fault in faults)
    ] == []
    assert len(faults) <= most


@pytest.mark.sample(5)
@pytest.mark.against("DMTF's service validator")
@pytest.mark.parametrize("name", sorted(set(UNITS) - {"hall"}))
def test_each_fault_found_with_the_schemas_is_explained(judges: Worker, name: str) -> None:
    faults = _judged(judges, "service", foreign_files.path("redfish/csdl"), name)
    assert_explained(faults, SERVICE.get(name, []), MOST["service"])


@pytest.mark.sample(5)
@pytest.mark.against("DMTF's interop validator, OCP's rack PDU profile")
@pytest.mark.parametrize("name", sorted(INTEROP))
def test_each_fault_found_with_ocps_profile_is_explained(judges: Worker, name: str) -> None:
    profile = foreign_files.path("redfish/profiles", "OCPRackPDU.v1_0_0.json")
    faults = _judged(judges, "interop", profile, name)
    assert_explained(faults, [NOT_A_CONTROLLER, BRANCHES, *INTEROP[name]], MOST["interop"])
