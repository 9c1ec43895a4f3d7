"""What a handler finds at an address, for `pdu identify` and `pdu find`.

A `HandlerFinding` is filled in step by step: each method `note_...` adds a phrase to `can` or
`cannot`, which the command prints, and what that rests on (its *basis*) to `evidence`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any, Callable

from handlers.dcimanager import Figures
from handlers.shared.errors import ProtocolError, Refused, Unsupported, printable
from handlers.shared.meter_figures import Figure, measured, reason_without
from pdu_common.helper import EnumPowerStatus

from ..cli.output import counted, figure
from ..cli.states import DOWN, SPELLED, UP, word

LONGEST = 120  # limit for a value that a device reports, in characters


@dataclass
class HandlerFinding:
    """What one handler finds at an address. Of an APC unit over SNMP it has the family "apc-rpdu2",
    8 outlets, `can` `["read the states of 8 outlets (7 on, 1 off)", ...]`.
    """

    handler: str
    #: always true, for the JSON output: of a device that does not answer, nothing is found
    answers: bool = True
    #: the family that fits, "" for none
    family: str = ""
    #: why it fits, or why none does
    why: str = ""
    #: which devices that are no PDUs have its number, if no family fits; "" for none
    other_device: str = ""
    #: its manufacturer and model, "" if it does not say
    unit: str = ""
    #: how many outlets it has
    outlets: int = 0
    #: of how many the state is known
    known_outlets: int = 0
    #: how many have commands
    switchable_outlets: int = 0
    #: how many have a figure of their own
    metered_outlets: int = 0
    #: whether a total of the unit was read
    metered: bool = False
    #: what the device reports about itself, by name
    about: dict[str, str] = field(default_factory=dict)
    #: candidates (NUT: devices), each a `family` and its `result`
    tried: list[dict[str, str]] = field(default_factory=list)
    #: objects of the device, each an `object` and what it `holds`
    seen: list[dict[str, Any]] = field(default_factory=list)
    #: what the handler can do, a phrase each
    can: list[str] = field(default_factory=list)
    #: what it cannot do, a phrase each
    cannot: list[str] = field(default_factory=list)
    #: capability -> what it rests on
    evidence: dict[str, str] = field(default_factory=dict)
    #: advice
    next_steps: list[str] = field(default_factory=list)

    def note_about(self, facts: Mapping[str, object]) -> None:
        """Note in `about` what the device reports about itself, by name. Empty facts are left out.

        >>> finding = HandlerFinding("raritan")
        >>> finding.note_about({"model": "PX3-5190R", "firmware": ""})
        >>> finding.about
        {'model': 'PX3-5190R'}
        """
        for name, value in facts.items():
            if value:
                self.about[name] = printable(str(value), LONGEST)

    def note_states(
        self, states: Collection[EnumPowerStatus], basis: str, noun: str = "outlet"
    ) -> None:
        """Note at the head of `can` how many outlets are in each state, or at the head of `cannot`
        that all are unknown. Sets `outlets` to their number, and adds to `known_outlets`. `basis`:
        what the states rest on. `noun`: what the output calls an outlet, such as "branch circuit".

        >>> finding = HandlerFinding("raritan")
        >>> finding.note_states([UP, UP, DOWN], "Outlet.getState")
        >>> finding.can, finding.known_outlets
        (['read the states of 3 outlets (2 on, 1 off)'], 3)
        >>> finding.note_states([EnumPowerStatus.UNKNOWN], "Outlet.getState")
        >>> finding.cannot
        ['read states: all unknown (1 outlet)']
        """
        count_by_state = Counter(states)
        known_count = count_by_state[UP] + count_by_state[DOWN]
        self.outlets = len(states)
        self.known_outlets += known_count
        outlets = counted(len(states), noun)
        if not known_count:
            self.cannot.insert(0, f"read states: all unknown ({outlets})")
            return
        counts: list[str] = []
        for state in SPELLED:
            if count_by_state[state]:
                counts.append(f"{count_by_state[state]} {word(state)}")
        self.can.insert(0, f"read the states of {outlets} ({', '.join(counts)})")
        self.evidence["state"] = basis

    def note_switched(self, number: int, outlets: int, basis: str) -> None:
        """Note in `can` and `switchable_outlets` that this `number` of the `outlets` can be
        switched, and in `evidence` on what basis.

        >>> finding = HandlerFinding("raritan")
        >>> finding.note_switched(2, 8, "Outlet.setPowerState")
        >>> finding.can
        ['switch 2 of 8 outlets (not tried here; the account needs the right to switch)']
        """
        total = counted(outlets, "outlet")
        self.switchable_outlets = number
        self.can.append(
            f"switch {number} of {total} (not tried here; the account needs the right to switch)"
        )
        self.evidence["switching"] = basis

    def note_total(
        self, name: str, value: Figure, unit_symbol: str, basis: str, device: str = ""
    ) -> None:
        """Note in `can` a total of the unit with its value, and in `evidence` its basis; in
        `cannot` that it is not measured or not known. `name`: load, power or energy. `device`: a
        name with which the phrase begins, of one of several.

        >>> from handlers.shared.meter_figures import NotKnown
        >>> finding = HandlerFinding("nut")
        >>> finding.note_total("load", 3.6, "A", "input.current", "rack1")
        >>> finding.note_total("energy", NotKnown("the value is stale"), "kWh", "")
        >>> finding.can, finding.cannot
        (['rack1: report its load (3.6 A)'], ['report its energy (the value is stale)'])
        """
        prefix = f"{device}: " if device else ""
        phrase = f"{prefix}report its {name}"
        number = measured(value)
        if number is not None:
            self.metered = True
            self.can.append(f"{phrase} ({figure(number, unit_symbol)})")
            self.evidence[f"{prefix}{name}"] = basis
            return
        reason = reason_without(value)
        if reason:
            phrase += f" ({printable(reason)})"
        self.cannot.append(phrase)

    def note_figures(
        self, read_figures: Callable[[], Figures], load: str, energy: str, noun: str = "outlet"
    ) -> None:
        """Note load and energy of the unit, and how many outlets report an energy. `read_figures`:
        reads them; an error of the device is noted in `cannot`. `load`, `energy`: the basis of each
        total. `noun`: what the output calls an outlet.

        >>> finding = HandlerFinding("raritan")
        >>> figures = Figures(load_a=3.6, energy_kwh=None)
        >>> finding.note_figures(lambda: figures, load="the inlets", energy="the unit's counter")
        >>> finding.can, finding.evidence
        (['report its load (3.6 A)'], {'load': 'the inlets'})
        >>> finding.cannot
        ['report its energy', 'report the energy by outlet']
        """
        try:
            figures = read_figures()
        except (ProtocolError, Refused, Unsupported) as error:
            self.cannot.append(f"report load and energy: {error.reason}")
            return
        self.note_total("load", figures.load_a, "A", load)
        self.note_total("energy", figures.energy_kwh, "kWh", energy)
        ports = figures.ports.values()
        metered_ports = [port for port in ports if measured(port.energy_kwh) is not None]
        self.metered_outlets = len(metered_ports)
        phrase = f"report the energy by {noun}"
        if metered_ports:
            self.can.append(f"{phrase} ({counted(len(metered_ports), noun)})")
        else:
            self.cannot.append(phrase)
