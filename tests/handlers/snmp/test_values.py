"""Sources of bits, numbers of outlets and chains; and of what may be written side by side."""

from __future__ import annotations

from decimal import Decimal
from typing import Optional

import pytest

from handlers.snmp.frozen_value import parts_of
from handlers.snmp.profiles import PROFILES
from handlers.snmp.sources import (
    Arc,
    Bits,
    Column,
    Complete,
    Merged,
    Prefixed,
    Scalar,
)
from handlers.snmp.sources.filters import lacks_first_row
from handlers.snmp.states import Doubt, State
from pdu_common.helper import EnumPowerStatus
from tests.handlers.snmp.memory import filled, reader, table

A, B = Column("1.3.1"), Column("1.3.2")


def test_a_bit_that_was_lost_in_decoding_is_none() -> None:
    # "é" is C3 A9 in UTF-8, and E9 in Latin-1: they differ in bit 2, and agree in bits 0 and 1
    for bit, value in ((0, "1"), (1, "1"), (2, "")):
        assert Bits(A, bit).rows(reader(table("1.3.1", {"7": "é"}))) == {"7": value}
    assert Bits(A, 0).rows(reader(table("1.3.1", {"7": "\ufffd"}))) == {"7": ""}


def test_a_table_that_may_have_any_identity_is_written_alone() -> None:
    assert len(Merged((A,)).written_places()) == 1
    for parts in ((A, Prefixed("1", B)), (Prefixed("1", B), A), (Arc(A, 0, ("1",)), B)):
        with pytest.raises(ValueError, match="may have the same identity"):
            Merged(parts).written_places()
    assert Merged((Prefixed("1", A), Prefixed("2", B))).identity_starts() == frozenset("12")
    assert Merged((Prefixed("1", A), B)).identity_starts() is None


@pytest.mark.parametrize(
    "rows, lacks",
    [
        (("1", "2", "3"), False),
        (("1", "3", "4"), True),
        (("2", "3", "4"), True),
        # what is not numbered from 1 has no first rows
        (("1", "3", "a"), False),
        (("1", "3", "\u0664"), False),
        (("0", "1", "3"), False),
        (("1", "3", "5"), False),
    ],
)
def test_a_table_that_lacks_a_row_up_to_its_count_is_not_complete(
    rows: tuple[str, ...], lacks: bool
) -> None:
    """The count is 3, and the table has as many rows: one beyond the count may hide a gap."""
    assert lacks_first_row([f"1.{row}" for row in rows], Decimal(3)) is lacks
    if all(row.isascii() and row.isdigit() for row in rows):
        objects = {**table("1.3.1", dict.fromkeys(rows, 5)), "1.3.9.0": 3}
        found = filled(Complete(A, count=Scalar("1.3.9.0")), objects)
        assert (len(found) > len(rows)) is lacks


# family -> the object without which a state is not believed, and what its absence would hide; all
# other doubts tell of a command under way, or older units lack them
DEMANDED = {
    "apnl-modular": {"nodeType": "a node that cannot switch"},
    "infrapower": {"outletState": "a socket that is missing"},
    "bachmann-bluenet2": {
        "blueNet2DeviceStatus": "a device that is lost",
        "blueNet2SocketStatus": "the sockets of that device",
    },
    "ict-pdu": {"outputFuseStatus": "a fuse that is open"},
    "powertek-pwt2": {
        "pduDevMgmtOutletXPortValid": "an outlet that is offline",
        "pduDevMonOutletXPortSize": "the units that have outlets",
    },
    "riedo-updu": {"upduRelayCondition": "a relay that failed"},
    "rittal-cmc3": {"cmcIIIVarQuality of ...Relay": "a value that is not one"},
    "sentry4": {"st4OutletStatus": "an outlet that is lost or in fault"},
    "geist-v5": {"pduOutletSwitchRelayFailure": "a relay that failed"},
    "vertiv-dcs-mpdu": {
        "mpduMpscom51CommunicateStatus": "a unit that does not answer",
        "mpduMpscomOutletNStatus": "the outlets of that unit",
    },
}


def test_only_a_doubt_about_a_fault_needs_its_object() -> None:
    values_by_key: dict[str, set[str]] = {}
    for profile in PROFILES:
        for doubt in (part for part in parts_of(profile) if isinstance(part, Doubt)):
            if not doubt.optional:
                objects = {
                    name
                    for part in parts_of(doubt.test)
                    for name in [str(getattr(part, "object", ""))]
                    if name
                }
                values_by_key.setdefault(profile.key, set()).update(objects)
    assert {key: sorted(objects) for key, objects in values_by_key.items()} == {
        key: sorted(objects) for key, objects in DEMANDED.items()
    }


@pytest.mark.parametrize("optional", [False, True])
def test_a_doubt_of_which_the_device_has_nothing_stays_unless_it_is_optional(
    optional: bool,
) -> None:
    state = State(A, on=("1",), off=("2",), doubts=(Doubt(B, ("0",), optional),))
    expected: Optional[EnumPowerStatus] = EnumPowerStatus.UP if optional else None
    for rows, seen in (({}, expected), ({"1": 0}, EnumPowerStatus.UP), ({"2": 0}, None)):
        device = reader({**table("1.3.1", {"1": 1}), **table("1.3.2", rows)})
        status = seen or EnumPowerStatus.UNKNOWN
        assert state.state_of(device, "1") == state.read_from(device)["1"] == status
