"""The true state of a simulated device, to compare a handler's answers with."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Optional


@dataclass
class Truth:
    """A snapshot: the true state of the PDUs behind one address, and what was sent to it."""

    # identity as DCImanager shows it → on, off, or unknown
    states: dict[str, Optional[bool]]
    load_a: Optional[float] = None
    energy_kwh: Optional[float] = None
    port_energy_kwh: dict[str, float] = field(default_factory=dict)
    requests: int = 0  # since the start; over NUT, round trips
    connections: int = 0  # TCP connections since the start; 0 for UDP
    # (what, value), in the order of arrival
    writes: list[tuple[str, str]] = field(default_factory=list)
