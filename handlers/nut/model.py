"""One NUT device as values: its outlets, the ways to switch them, and its totals."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple, Optional

from ..shared.meter_figures import Figure, MeterFigures
from . import metering
from .daisy_chain import Member
from .requests import instcmd, set_var
from .responses import NutRequest
from .state_words import AmbiguousTable

LOAD_IDENTITY = "load"  # the identity of a UPS's whole load


class SwitchCommand(NamedTuple):
    """One way to switch."""

    #: of an instant command; with a `value`, of a writable variable
    name: str
    #: the text to write; None for an instant command
    value: Optional[str] = None

    def request(self, ups: str) -> NutRequest[str]:
        """The request that switches, to the device `ups`."""
        if self.value is None:
            return instcmd(ups, self.name)
        return set_var(ups, self.name, self.value)


class NutOutlet(NamedTuple):
    """One outlet. None stands for anything that its driver does not report."""

    #: "7", in a chain "2.7", for a whole load "load"
    identity: str
    #: printed on the unit, as its driver reports (`outlet.7.name` beside a `.desc`, or `.id`); ''
    #: if it does not
    number: str
    #: its description (`outlet.7.desc`), else its name (`outlet.7.name`)
    name: Optional[str]
    #: True: on; None if the state is missing, pending, contradictory or an unknown word
    state: Optional[bool]
    #: whether its status says that the unit refuses to switch it
    is_locked: bool
    #: the driver's word, which does not decide (see outlets.py)
    switchable: Optional[str]
    figures: MeterFigures
    #: how to switch it on; None if the server lists no way
    on: Optional[SwitchCommand]
    #: how to switch it off; None if the server lists no way
    off: Optional[SwitchCommand]
    #: the variables that hold its state
    state_variables: tuple[str, ...]
    #: the variables that may deny the state: of its meters, and the state of the driver
    meter_variables: tuple[str, ...] = ()
    #: words that are no state of this outlet
    unproven_words: frozenset[str] = frozenset()
    #: the table of its driver whose words prove no state; None if they do
    table: Optional[AmbiguousTable] = None
    #: why what its driver shows is no state, or what denies it; "" for nothing
    reason: str = ""


class NutDevice(NamedTuple):
    """One device of a NUT server: outlets and totals."""

    #: in the order of their numbers, in a chain by member
    outlets: list[NutOutlet]
    #: the variables and commands without a prefix `device.D.`
    whole_device: Member
    #: the members of a daisy chain by number; {} if none lists or counts outlets
    chain_members: Mapping[int, Member]

    @property
    def load_a(self) -> Figure:
        """The load in A."""
        return self._total(metering.load, "current_a")

    @property
    def inlet_a(self) -> Figure:
        """The current of its inlet in A; not metered for a UPS, whose input charges a battery."""
        return self._total(metering.inlet_current, "current_a")

    @property
    def power_w(self) -> Figure:
        """The active power in W, from sources in the same order as those of `load_a`."""
        return self._total(metering.power, "power_w")

    @property
    def inlet_w(self) -> Figure:
        """The active power of its inlet in W; not metered for a UPS."""
        return self._total(metering.inlet_power, "power_w")

    @property
    def energy_kwh(self) -> Figure:
        """The cumulative energy in kWh."""
        return self._total(metering.energy, "energy_kwh")

    def _total(self, figure_source: metering.FigureSource, field: str) -> Figure:
        """A figure of the device, by its variables and its outlets."""
        figure_by_outlet: dict[str, Figure] = {}
        # the whole load of a UPS is listed beside its outlets, which it feeds
        for outlet in self.outlets:
            if outlet.identity != LOAD_IDENTITY:
                figure_by_outlet[outlet.identity] = getattr(outlet.figures, field)
        return metering.total(
            figure_source, self.whole_device, self.chain_members, figure_by_outlet
        )
