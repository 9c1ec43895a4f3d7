"""Readings for meters that read no device."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Optional

from handlers.shared.meter_figures import MeterFigures
from pdu.energy.journal.clocks import Instant
from pdu.energy.meter.journal_writer import PollResult
from pdu.pdus.adapters.nameplate import Nameplate
from pdu.pdus.adapters.topology import BREAKER, MeteredPart
from pdu.pdus.reading import CallError, PolledOutlet, Reading
from pdu.pdus.states import UP

NOON = 1_795_435_200.0  # 2026-11-23 12:00:00 UTC
MIDNIGHT = NOON + 43_200.0


def reading(
    kwh: float = 1.0, outlets: int = 2, serial: str = "A1", uptime: Optional[float] = 100.0
) -> Reading:
    identities = [str(number + 1) for number in range(outlets)]
    return Reading(
        [
            PolledOutlet(one, UP, one, f"server {one}", MeterFigures(1.25, 287.5, kwh + int(one)))
            for one in identities
        ],
        2.5,
        kwh,
        answered=True,
        labelled=True,
        meters=[MeteredPart(BREAKER, "B1", 2.5004, 16.0)],
        plate=Nameplate("acme", serial, "1.0", uptime),
    )


def taken(found: Reading, utc: float = NOON, mono: float = 1000.0) -> PollResult:
    return PollResult(Instant(utc, mono), Instant(utc + 0.5, mono + 0.5), found)


def silent(reason: str = "no answer") -> Reading:
    return Reading(failure=CallError("unreachable", reason))


def numbers(count: int) -> Sequence[dict[str, int]]:
    """Records for a journal."""
    return [{"number": number} for number in range(count)]
