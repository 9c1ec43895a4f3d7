"""What an error or a reason advises leads on: not to the same error for good, and first to what is
likelier."""

from __future__ import annotations

import pytest

from handlers.dcimanager import snmp_errors
from handlers.shared.errors import PduHandlerError, Unsupported
from handlers.snmp import detection
from handlers.snmp.device import reasons_of_unknown
from handlers.snmp.profiles import PROFILES
from handlers.snmp.read_scope import ALL_STATES, FIGURES, VIEW_FIGURES, ReadScope
from tests.handlers.snmp.memory import Memory, Value
from tests.handlers.snmp.units import find, memory
from tests.simulators.snmp_units import fixture

SYSTEM: dict[str, Value] = {
    "1.3.6.1.2.1.1.1.0": "MPDU",
    "1.3.6.1.2.1.1.2.0": "1.3.6.1.4.1.30966",
}
CLEVER = "1.3.6.1.4.1.30966.10.2"


def netpdu() -> Memory:
    """A NetPDU of NETPDU-MIB: its device type is where an MS-PDU counts its outlets, and its states
    are one arc deeper."""
    objects = {**SYSTEM, f"{CLEVER}.1.3.0": "3", f"{CLEVER}.2.2.0": 231}
    for group in (1, 2, 3):
        objects.update({f"{CLEVER}.4.{group}.{number}.0": 3 for number in range(1, 9)})
    return Memory(objects)


@pytest.mark.parametrize("scope", [ALL_STATES, FIGURES, VIEW_FIGURES], ids=str)
def test_a_unit_of_another_generation_fits_no_family(scope: ReadScope) -> None:
    """It was told to be polled again, which never helps."""
    with pytest.raises(Unsupported, match=r"no family .* Record it"):
        detection.detect(netpdu(), PROFILES, scope)


def test_a_list_that_is_lost_is_still_polled_again() -> None:
    unit = fixture("clever-ms-pdu")
    device = memory(unit)
    states = [oid for oid in unit.rows if oid.startswith(f"{CLEVER}.4.")]
    with device.without(states), pytest.raises(PduHandlerError, match="poll it again"):
        find(unit, device)


@pytest.mark.parametrize(
    "description, advice",
    [
        ("IP Power 9258", "profile=ip9258"),
        ("AVIOSYS ip power 9258 v2", "profile=ip9258"),
        ("a printer", "the setting 'profile'"),
    ],
)
def test_the_family_that_the_description_names_is_offered(description: str, advice: str) -> None:
    """A family that cannot be detected; the sysObjectID is of nobody."""
    device = Memory({**SYSTEM, "1.3.6.1.2.1.1.1.0": description, "1.3.6.1.2.1.1.2.0": "0.0"})
    with pytest.raises(Unsupported) as caught:
        detection.detect(device, PROFILES)
    assert str(caught.value).endswith(advice)


def test_a_value_that_is_neither_on_nor_off_says_which_are() -> None:
    unit = fixture("apc-masterswitch")
    device = memory(unit)
    state = "1.3.6.1.4.1.318.1.1.4.4.2.1.3"
    with device.holding({f"{state}.1": 3}):
        reasons = dict(reasons_of_unknown(find(unit, device)))
    assert reasons["1"] == "sPDUOutletCtl reads '3', neither on (1) nor off (2)"


def test_a_unit_that_answers_late_gets_more_time_before_another_version() -> None:
    error = snmp_errors.translate(
        "timeout", "timeout", writing=False, port="161", has_answered=True
    )
    words = str(error)
    assert words.index("timeout=5") < words.index("SNMP version")
