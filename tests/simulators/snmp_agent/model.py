"""A simulated device, and the objects from which its true state is read: each outlet's relay, and
the figures.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Optional

from tests.simulators.truth import Truth

from .device import Device

# The OID of an object, and its unit in A or kWh ("0.1").
Figure = tuple[str, str]


@dataclass(frozen=True)
class Relay:
    """The object with one outlet's state, and its values for on and off.

    `place`: position in comma-separated text, from 0.
    """

    oid: str
    on: tuple[str, ...]
    off: tuple[str, ...]
    place: Optional[int] = None

    def state(self, text: Optional[str]) -> Optional[bool]:
        """On, off or None (uncertain), from the text of the object's value."""
        if text is not None and self.place is not None:
            text = next((part.strip() for part in text.split(",")[self.place :]), None)
        if text in self.on:
            return True
        return False if text in self.off else None


@dataclass(frozen=True)
class Model:
    """`relays` has the identities that DCImanager shows, in the device's order. `load`, `energy`
    and `port_energy` are empty where the device has no such figure."""

    name: str
    device: Device
    relays: Mapping[str, Relay]
    load: Sequence[Figure] = ()
    energy: Sequence[Figure] = ()
    port_energy: Mapping[str, Figure] = field(default_factory=dict)

    def truth(self) -> Truth:
        """The true state at this moment; None for an outlet whose state is uncertain."""
        return Truth(
            states={
                identity: relay.state(self.device.text(relay.oid))
                for identity, relay in self.relays.items()
            },
            load_a=self._sum(self.load),
            energy_kwh=self._sum(self.energy),
            port_energy_kwh={
                identity: float(self._worth(figure))
                for identity, figure in self.port_energy.items()
            },
        )

    def _sum(self, figures: Sequence[Figure]) -> Optional[float]:
        return float(sum(self._worth(figure) for figure in figures)) if figures else None

    def _worth(self, figure: Figure) -> Decimal:
        oid, unit = figure
        return Decimal(self.device.text(oid) or "nan") * Decimal(unit)
