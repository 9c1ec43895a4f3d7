"""The simulated hall as the world of a run of `pdu cycle-hall`: with one fault, or a kill."""

from __future__ import annotations

import random
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, Callable, NamedTuple, Optional

from handlers.shared.errors import Refused, SettingsError, Unreachable
from pdu.hall.cycle.plan_file import Progress, advance
from pdu.hall.cycle.steps import CycleStep
from pdu.pdus.adapters.topology import LINE, MeteredPart
from pdu.pdus.reading import PolledOutlet
from pdu.pdus.saved_readings import HallReadings, MeasuredPdu
from pdu.pdus.states import DOWN, UNKNOWN, UP
from pdu.site.drawing.drawing import Cord
from pdu_common.helper import EnumPowerStatus
from tests.hall.plant import Bar, Box, Plant, Supply, rounded

_PLANT_ANSWERS_S = 0.3  # how long a reading or a command takes
_DELAY_S = 8.0  # a command that is carried out late
_STATES = {True: UP, False: DOWN}


class Killed(BaseException):
    """The run's process ended here: kill -9."""


class Command(NamedTuple):
    """A command that reached its PDU."""

    cord: Cord
    on: bool
    #: whether the relay was in the other position
    was_needed: bool


#: what may go wrong with a command
OF_COMMANDS = (
    "refused",
    "answer lost, carried out",
    "answer lost, not carried out",
    "answer lost, carried out later",
    "unknown, carried out",
    "unknown, not carried out",
    "relay stuck",
    "supply does not return",
)
#: what may happen at any moment
OF_MOMENTS = (
    "mate's supply dies",
    "mate is switched off",
    "mate's PDU fails",
    "PDU silent",
    "mate's PDU silent",
    "one reading fails",
    "state unknown",
    "mate's state unknown",
    "somebody switches it on",
    "Ctrl-C",
    "journal full",
)
FAULTS = (*OF_COMMANDS, *OF_MOMENTS)


class PlantWorld:
    """A `RunEnvironment` and a `Log`. `fault` strikes at the command or moment number `at`."""

    def __init__(self, plant: Plant, rng: random.Random, metered: float = 0.9) -> None:
        self.plant = plant
        self.time = 1_000_000.0
        self.commands: list[Command] = []
        self.records: list[dict[str, Any]] = []
        self.progress = Progress()  # of the records, as a resumed run would read them
        self.fault, self.at = "", 0
        self.kill_at: Optional[int] = None
        #: machines' currents change when the first outlet is switched
        self.drifts = False
        #: called after each change of the plant
        self.check: Callable[[], None] = lambda: None
        #: points at which a kill may come; moments at which a fault may
        self.points = self.moments = self.sent = 0
        self.struck = False
        #: what the fault itself did to the plant
        self.victim: Optional[Box] = None
        self.fallen: Optional[Cord] = None
        self.steps: Sequence[CycleStep] = ()
        #: the number of commands before the fault, and whether it came between a reading and the
        #: command that it allowed
        self.before = 0
        self.in_window = False
        self._tripping = random.Random(rng.random())
        self._steps = {name: rng.choice((0.1, 0.01, 0.001)) for name in plant.bars}
        self.metered = {name: rng.random() < metered for name in plant.bars}
        self._silent: set[str] = set()
        self._silent_once = ""
        self._unknown: set[Cord] = set()
        self.stuck: set[Cord] = set()
        self._late: list[tuple[float, Cord, bool]] = []
        self._asked = self._full = False
        # currents and loads, until the plant changes
        self._figures: Optional[tuple[dict[tuple[str, str], float], dict[str, float]]] = None

    # ---- the world of a run ----------------------------------------------------------------------

    def read_pdus(self, pdus: Collection[str]) -> HallReadings:
        """What the PDUs show now."""
        self._moment()
        self._pass(_PLANT_ANSWERS_S)
        if self._figures is None:
            self._figures = self.plant.currents(), self.plant.loads()
        currents, loads = self._figures
        once, self._silent_once = self._silent_once, ""
        found = {
            name: (
                MeasuredPdu({}, error="no answer")
                if name in self._silent or name == once
                else self._shown(self.plant.bars[name], currents, loads)
            )
            for name in pdus
        }
        return HallReadings(found, self.time)

    def _shown(
        self,
        bar: Bar,
        currents: Mapping[tuple[str, str], float],
        loads: Mapping[str, float],
    ) -> MeasuredPdu:
        step, outlets = self._steps[bar.name], {}
        for name, outlet in bar.outlets.items():
            cord = Cord(bar.name, name)
            is_on = outlet.on != (cord in self.stuck)
            state = UNKNOWN if cord in self._unknown else _STATES[is_on]
            shown = rounded(currents.get(cord, 0.0), step, False)
            outlets[name] = PolledOutlet(
                name, state, current_a=shown if self.metered[bar.name] else None
            )
        lines = {
            line: rounded(loads.get(f"{bar.name}/{line}", 0.0), step, False) for line in bar.lines
        }
        meters = [MeteredPart(LINE, line, shown) for line, shown in lines.items()]
        return MeasuredPdu(outlets, sum(lines.values()), meters=meters)

    def key(self, pdu: str) -> str:
        return f"simulated {pdu}"

    def serials(self, pdus: Collection[str]) -> Mapping[str, Optional[str]]:
        return dict.fromkeys(pdus, "")

    def switch(self, cord: Cord, on: bool) -> EnumPowerStatus:
        """One command."""
        self._point()
        number, self.sent = self.sent, self.sent + 1
        self._pass(_PLANT_ANSWERS_S)
        if cord.pdu in self._silent:
            raise Unreachable("no answer")
        fault = ""
        if number == self.at and self.fault in OF_COMMANDS and not self.struck:
            fault, self.struck = self.fault, True
        answer = self._carried_out(cord, on, fault)
        self._point()
        return answer

    def _carried_out(self, cord: Cord, on: bool, fault: str) -> EnumPowerStatus:
        if fault == "refused":
            raise Refused("no")
        if fault == "supply does not return":
            self._supply(cord)[1].dead = True
            self._figures = None
        if fault == "relay stuck":
            self.stuck.add(cord)
        elif fault == "answer lost, carried out later":
            self._late.append((self.time + _DELAY_S, cord, on))
        elif not fault.endswith("not carried out"):
            self._relay(cord, on)
        if fault.startswith("answer lost"):
            raise Unreachable("no answer")
        return UNKNOWN if fault.startswith("unknown") else _STATES[on]

    def now(self) -> float:
        return self.time

    def monotonic(self) -> float:
        return self.time

    def sleep(self, seconds: float) -> None:
        self._moment()
        self._pass(seconds)

    def is_stopping(self) -> bool:
        return self._asked

    # ---- the journal of a run --------------------------------------------------------------------

    def append(self, records: Iterable[Mapping[str, Any]]) -> None:
        """Written at once or, after a kill, not at all."""
        self._moment(is_writing=True)
        if self._full:
            raise SettingsError("the journal cannot be written (No space left on device)")
        for one in records:
            self.records.append(dict(one))
            advance(self.progress, one)
        self._point()

    # ---- the plant -------------------------------------------------------------------------------

    def pass_over(self, seconds: float) -> None:
        """The time between two runs."""
        self._pass(seconds)

    def live(self, box: Box) -> int:
        """How many supplies of a machine work."""
        return sum(self.has_power(one) and not one.dead for one in box.supplies)

    def has_power(self, supply: Supply) -> bool:
        return self.plant.outlet_lives(self.plant.bars[supply.pdu], supply.outlet)

    def relays(self) -> dict[Cord, bool]:
        """The true position of every relay."""
        return {
            Cord(bar.name, name): outlet.on
            for bar in self.plant.bars.values()
            for name, outlet in bar.outlets.items()
        }

    def _relay(self, cord: Cord, on: bool) -> None:
        outlet = self.plant.bars[cord.pdu].outlets[cord.outlet]
        self.commands.append(Command(cord, on, outlet.on != on))
        outlet.on = on
        self._changed()

    def _changed(self) -> None:
        self._figures = None
        if self.drifts:
            self.plant.touched.update(box.name for box in self.plant.boxes)
        # what is overloaded trips at once
        self.plant.fail((), self._tripping)
        self.check()

    def _supply(self, cord: Cord) -> tuple[Box, Supply]:
        for box in self.plant.boxes:
            for one in box.supplies:
                if (one.pdu, one.outlet) == cord:
                    return box, one
        raise LookupError(cord)

    # ---- time and what strikes -------------------------------------------------------------------

    def _pass(self, seconds: float) -> None:
        self.time += seconds
        for late in [one for one in self._late if one[0] <= self.time]:
            self._late.remove(late)
            self._relay(late[1], late[2])

    def _point(self) -> None:
        number, self.points = self.points, self.points + 1
        if number == self.kill_at:
            self.kill_at = None
            raise Killed

    def _moment(self, is_writing: bool = False) -> None:
        self._point()
        number, self.moments = self.moments, self.moments + 1
        if self.fault in OF_MOMENTS and number >= self.at and not self.struck:
            self._strike(is_writing)

    def _strike(self, is_writing: bool) -> None:
        """A fault of the machine of the present step, or of the next one."""
        begun = self.progress.open
        if begun is not None and begun.state_by_command:
            cord = list(begun.state_by_command)[-1][0]
        elif self.progress.steps_done < len(self.steps):
            cord = self.steps[self.progress.steps_done].cords[0]
        else:
            return
        box, mine = self._supply(cord)
        mates = [one for one in box.supplies if one is not mine and self.has_power(one)]
        works = [one for one in mates if not one.dead] or mates
        if not works and "mate" in self.fault:
            return
        self.struck, self.before, self.in_window = True, len(self.commands), is_writing
        if self.fault == "somebody switches it on":
            self.plant.bars[cord.pdu].outlets[cord.outlet].on = True
            self._changed()
        elif self.fault == "PDU silent":
            self._silent.add(cord.pdu)
        elif self.fault == "one reading fails":
            self._silent_once = cord.pdu
        elif self.fault == "state unknown":
            self._unknown.add(cord)
        elif self.fault == "Ctrl-C":
            self._asked = True
        elif self.fault == "journal full":
            self._full = True
        else:
            self._strike_mate(works[0], box)

    def _strike_mate(self, mate: Supply, box: Box) -> None:
        cord = Cord(mate.pdu, mate.outlet)
        if self.fault == "mate's PDU silent":
            self._silent.add(mate.pdu)
            return
        if self.fault == "mate's state unknown":
            self._unknown.add(cord)
            return
        self.victim, self.fallen = box, cord
        if self.fault == "mate's supply dies":
            mate.dead = True
        elif self.fault == "mate is switched off":
            self.plant.bars[mate.pdu].outlets[mate.outlet].on = False
        else:
            self.plant.gone.add(mate.pdu)
        self._figures = None
        self.check()

    def mend(self) -> None:
        """The fault is gone: what a person does before a run is resumed."""
        self._silent.clear()
        self._unknown.clear()
        self.stuck.clear()
        self._asked = self._full = False
