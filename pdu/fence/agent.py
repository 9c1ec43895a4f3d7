"""What the fence agent's options mean for a machine's outlets."""

from __future__ import annotations

import math
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Optional

from handlers.shared.errors import SettingsError, printable

from ..pdus.polling import Target, poll
from ..site.machines.alive import AliveCommand
from ..site.machines.evidence import EvidenceFile
from ..site.machines.machine_power import OffProof
from ..site.machines.pdu_access import NotProven
from .contract import CURRENT

_MOST_AT_ONCE = 32
#: how long a reading of `monitor` waits for one answer of a silent PDU, in s
MONITOR_S = 3.0


def proof_of(options: Mapping[str, str]) -> OffProof:
    """What proves that a machine has no power. Raises SettingsError."""
    return OffProof(
        options["confirm"] == CURRENT,
        _number(options, "threshold", 0.001, 10.0),
        _number(options, "power_timeout", 0.0, 600.0),
        AliveCommand(options["alive"], options["plug"]) if options["alive"] else None,
    )


def evidence_of(options: Mapping[str, str]) -> Optional[EvidenceFile]:
    """Where what trials have shown is; None if that is not known. Raises SettingsError."""
    if not options["verified"] and not options["drawing"]:
        return None
    return EvidenceFile.of(options["verified"], options["drawing"])


def pause_of(options: Mapping[str, str]) -> float:
    """How long `reboot` leaves a machine off, in s. Raises SettingsError."""
    return _number(options, "power_wait", 0.0, 600.0)


def _number(options: Mapping[str, str], key: str, least: float, most: float) -> float:
    try:
        number = float(options[key])
    except ValueError:
        number = math.nan
    if not least <= number <= most:
        raise SettingsError(f"{key} must be a number from {least:g} to {most:g}")
    return number


def check_pdus(targets: Mapping[str, Target]) -> None:
    """Read every PDU. Raises NotProven if one fails."""
    with ThreadPoolExecutor(min(len(targets), _MOST_AT_ONCE)) as pool:
        polls = pool.map(lambda target: poll(target, MONITOR_S), targets.values())
        readings = dict(zip(targets, polls))
    wrong = [
        f"{printable(name, 60)}: {reading.failure.reason}"
        for name, reading in readings.items()
        if reading.failure is not None
    ]
    if wrong:
        raise NotProven("; ".join(wrong))
