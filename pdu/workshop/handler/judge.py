"""Judges a handler in a table of situations (situations.py): its methods are called on PDUs whose
every answer is known (laws.py). A rule is kept only by calls that were seen to their end.

On a machine that is busy, the simulated PDU itself answers late. So a fault is told only if it is
seen again when nothing runs beside it, and what had no answer in time each time is not tried.
"""

from __future__ import annotations

import contextlib
import time
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any, Callable, NamedTuple, Optional

from ...recordings.simulated_pdu import HttpPdu, SimulatedPdu, UnitFault, own_mark
from .calls import ENDLESS, Methods, error_text
from .comparisons import NamedSums, fault_of_states, has_meter, named_figures, named_sums
from .laws import (
    COMMANDS,
    METHODS,
    READINGS,
    SLOW_S,
    Expected,
    Fault,
    JudgedCall,
    MadeHandler,
    call_method,
    figures_phrase,
)
from .rules import BROKEN, RULES, UNTRIED, Finding, broken, kept, untried

_AT_ONCE = 24
# how often a trial is repeated whose fault a busy machine may explain
_REPEATS = 3
# what a call that is right shows of a PDU that is well
_RULES_OF_METHODS: Mapping[str, Sequence[str]] = {
    "status": ("status", "states", "poll"),
    "statistic": ("statistic", "figures", "poll"),
    "port_down": ("port_down", "others", "once"),
    "port_up": ("port_up", "others", "once"),
}
_RULES_OF_COMMANDS = (
    *("port_down", "port_up", "others", "once", "late", "stuck", "pending", "answer lost"),
    *("unread", "refused", "no outlet"),
)
_READING_RULES = ("status", "states", "statistic", "figures", "poll")
_EXPLAINED = "a fault of a PDU that is well explains what follows"
_NO_METER = "the device has no meter"


class Target(NamedTuple):
    """A PDU, and the methods that are called on it."""

    unit: SimulatedPdu
    methods: Methods
    #: of a reading before the case; "" if it succeeded
    error_before: str = ""


class OtherFigures(NamedTuple):
    """Contents with other figures than a PDU has, and what they are."""

    contents: Any
    sums: NamedSums


class Case(NamedTuple):
    """Methods that are called in turn on one PDU."""

    make_target: Callable[[], Target]
    methods: Sequence[str]
    expected: Expected


class CaseRun(NamedTuple):
    """What was seen in a case, and the PDU, which stays open where a thread of the handler may
    write later.
    """

    faults: Sequence[Fault]
    unit: SimulatedPdu
    #: how many it had got when the last method had ended
    command_count: int


class Situation(NamedTuple):
    """A row of the table: cases, which run beside others, and trials of several steps."""

    name: str
    #: of RULES; a law that is broken may be of another one
    rules: Sequence[str]
    cases: Callable[[Judge], Iterator[Case]] = lambda _: iter(())
    steps: Callable[[Judge], Iterator[Fault]] = lambda _: iter(())
    is_over_http: bool = False
    #: whether the PDU is well after each case, and is read and commanded then
    ends: bool = False


class Table(NamedTuple):
    """All situations. A fault in one of the first ends the trials: it would show in the others."""

    first: Sequence[Situation]
    #: where a fault of the first ended the trials, they may tell its cause
    causes: Sequence[Situation]
    at_once: Sequence[Situation]
    #: beside which nothing else may run
    alone: Sequence[Situation]


class Judge:
    """Judges one handler."""

    def __init__(
        self,
        make_unit: Callable[[UnitFault], SimulatedPdu],
        handler: MadeHandler,
        stack: contextlib.ExitStack,
        about: str,
        tell: Callable[[str], None] = lambda _: None,
    ) -> None:
        """`make_unit`: makes a PDU with a fault, which `stack` closes; `about`: what it is, for
        people; `tell`: shows what is tried.
        """
        self._tell = tell
        self._make_unit = make_unit
        self._stack = stack
        self._about = about
        self._units: list[SimulatedPdu] = []
        #: by PDU, how many commands were sent that had not reached it when their call ended
        self._missing_commands: Counter[SimulatedPdu] = Counter()
        #: whether a PDU that answers was slow in the trial that runs
        self._is_slow = False
        self.handler = handler
        #: whether other cases run beside this one, and ask other PDUs
        self._is_at_once = False
        self._takes_own_tokens = self._reads_with_own_token()
        #: a PDU that is well
        self.model = self.unit()
        self.is_over_http = isinstance(self.model, HttpPdu)
        self.sums = named_sums(self.model.measured_sums())
        #: with other figures, where they are known
        self._other_contents: Any = None
        #: why commands cannot be judged; "" if they can
        self.why_no_commands = self.model.reason_by_untried_rule.get("port_down", "")
        #: the rules of which a case was seen to its end, with what was seen
        self._detail_by_seen_rule: dict[str, str] = {}

    def findings(self, table: Table) -> Iterator[Finding]:
        """A finding for each rule that this PDU can try."""
        faults, unfinished_rules = self._faults(table)
        why_by_rule = dict.fromkeys(unfinished_rules, _EXPLAINED)
        if self.why_no_commands:
            why_by_rule.update(dict.fromkeys(_RULES_OF_COMMANDS, self.why_no_commands))
        why_by_rule.update(self.model.reason_by_untried_rule)
        for rule in RULES:
            faults_of_rule = [fault for fault in faults if fault.rule == rule]
            finding = self._finding(rule, faults_of_rule, why_by_rule.get(rule, ""))
            if finding is not None:
                yield finding

    def _finding(self, rule: str, faults: Sequence[Fault], why: str) -> Optional[Finding]:
        """The finding of a rule; None if it was not tried. `why`: why not all cases were tried; ""
        if they were.
        """
        faults_seen = [fault for fault in faults if fault.result == BROKEN]
        if faults_seen:
            return broken(rule, faults_seen[0].sentence)
        if faults or why:
            return untried(rule, faults[0].sentence if faults else why)
        detail = self._detail_by_seen_rule.get(rule)
        return None if detail is None else kept(rule, detail)

    def _faults(self, table: Table) -> tuple[list[Fault], Collection[str]]:
        """The faults in all situations, and the rules of which not all cases were tried, because of
        a fault of a PDU that is well.
        """
        faults: list[Fault] = []
        for number, situation in enumerate(table.first):
            faults += self._faults_seen_twice(partial(self._faults_alone, situation))
            if any(fault.result == BROKEN for fault in faults):
                for cause in table.causes:
                    faults += self._faults_seen_twice(partial(self._faults_alone, cause))
                rows = (*table.first[number:], *table.at_once, *table.alone)
                return faults, self._unfinished_rules(rows)
            if any(fault.rule == "status" for fault in faults):
                return faults, ()
            for fault in faults:
                if fault.is_late and fault.rule in COMMANDS:
                    self.why_no_commands = fault.sentence
        faults += self._faults_at_once(table.at_once)
        for situation in (*table.at_once, *table.alone):
            if self.is_over_http or not situation.is_over_http:
                steps = situation._replace(cases=lambda _: iter(()))
                faults += self._faults_seen_twice(partial(self._faults_alone, steps))
        return faults, ()

    def _unfinished_rules(self, situations: Sequence[Situation]) -> set[str]:
        """The rules of these situations, but for those of readings that were seen to their end."""
        rules: set[str] = set()
        for situation in situations:
            if self.is_over_http or not situation.is_over_http:
                rules.update(situation.rules)
        finished_rules = set(_READING_RULES).intersection(self._detail_by_seen_rule)
        return rules - finished_rules

    def faults_in(self, situation: Situation) -> Iterator[Fault]:
        """The faults in a situation, one after another."""
        for case in situation.cases(self):
            yield from self._faults_of_case(situation, case, wait_s=0.0)
        yield from situation.steps(self)

    def _faults_alone(self, situation: Situation) -> list[Fault]:
        """The faults in a situation, until an answer did not come in time: what reaches the PDU
        later would be taken for what comes next.
        """
        self._tell(situation.name)
        faults: list[Fault] = []
        for fault in self.faults_in(situation):
            faults.append(fault)
            if fault.is_late:
                break
        return faults

    def _faults_seen_twice(
        self, run: Callable[[], Sequence[Fault]], faults_at_once: Sequence[Fault] = ()
    ) -> Sequence[Fault]:
        """The faults of a trial that runs alone: broken is what is seen in two of its runs. It runs
        again as long as a busy machine or chance may explain what was seen.

            first run, again, again    result
            right                      right
            broken, broken             broken, as seen last
            late, right                right
            broken, right              not tried: it was seen once; right, if the PDU was slow
            late, late, late, late     not tried, as seen last

        `run`: gives the faults of one run; `faults_at_once`: those of a run beside other trials,
        which is the first one; () if there was none.
        """
        is_alone = not faults_at_once
        self._is_slow = False
        faults = run() if is_alone else faults_at_once
        was_seen = False
        for _ in range(_REPEATS):
            if all(fault.is_certain for fault in faults):
                return faults
            is_seen = any(not fault.is_late for fault in faults)
            if is_seen and was_seen:
                return faults
            was_seen = was_seen or is_seen
            is_excused = self._is_slow or not is_alone
            self._is_slow = False
            faults_before, faults = faults, run()
            if not faults and is_seen and not is_excused:
                return [seen_once(fault) for fault in faults_before]
        is_seen = any(not fault.is_late for fault in faults)
        return faults if was_seen or not is_seen else [seen_once(fault) for fault in faults]

    def _faults_at_once(self, situations: Sequence[Situation]) -> list[Fault]:
        """The faults in the cases, in the order of the cases. They run some at a time; then each
        case with a fault is repeated alone, unless it is of a rule that is broken already.
        """
        cases = [(situation, case) for situation in situations for case in situation.cases(self)]
        self._tell(f"{len(cases)} trials, of a PDU with a fault each")
        self._is_at_once = True
        with ThreadPoolExecutor(_AT_ONCE) as pool:
            runs = list(pool.map(lambda row: self._run(*row), cases))
        self._is_at_once = False
        faults: list[Fault] = []
        for (situation, case), case_run in zip(cases, runs):
            late_write = self._late_write(case_run)
            case_run.unit.close()
            broken_rules = {fault.rule for fault in faults if fault.result == BROKEN}
            first_faults = [*case_run.faults, *late_write]
            new_faults = [fault for fault in first_faults if fault.rule not in broken_rules]
            if new_faults:
                wait_s = case_run.unit.LATE_S if late_write else 0.0
                run_alone = partial(self._faults_of_case, situation, case, wait_s)
                faults += self._faults_seen_twice(run_alone, new_faults)
        return faults

    def _faults_of_case(self, situation: Situation, case: Case, wait_s: float) -> list[Fault]:
        """The faults in a case, and what is written until `wait_s` seconds after it."""
        self._tell(f"{situation.name}, once more")
        case_run = self._run(situation, case)
        time.sleep(wait_s)
        faults = [*case_run.faults, *self._late_write(case_run)]
        case_run.unit.close()
        return faults

    def _late_write(self, case_run: CaseRun) -> list[Fault]:
        """The fault of a handler that wrote after its methods had ended; [] for none. A command of
        a method may reach the PDU late, where the machine is busy: each call may have one.
        """
        unit = case_run.unit
        late_commands = unit.commands[case_run.command_count :]
        if len(late_commands) <= self._missing_commands[unit]:
            return []
        text = f"it wrote {late_commands[-1].text} after the method had ended"
        return [Fault("once", "", text, "a fault at a command")]

    def _run(self, situation: Situation, case: Case) -> CaseRun:
        """Call the methods of a case, until an answer did not come in time; if there is no fault,
        those of the PDU that is well after it.
        """
        target = case.make_target()
        contents = target.unit.contents
        faults: list[Fault] = []
        if target.error_before:
            why = f"a reading before it failed ({target.error_before[:150]})"
            rule = case.expected.rule or case.methods[0]
            faults.append(Fault(rule, "", why, "", UNTRIED, is_late=True))
        for method in case.methods:
            if any(fault.is_late for fault in faults):
                break
            fault = self.fault(situation.name, target, case.expected, method)
            if fault is not None:
                faults.append(fault)
                if ENDLESS in fault.text:
                    break
        if situation.ends and not faults:
            faults += self._faults_after(situation.name, target, contents, case.methods[0])
        if case.methods[0] not in COMMANDS:
            target.unit.close()  # a server takes some of a processor
        target.unit.answers.clear()
        return CaseRun(faults, target.unit, len(target.unit.commands))

    def _faults_after(
        self, name: str, target: Target, contents: Any, method: str
    ) -> Iterator[Fault]:
        """The first fault of a PDU that is well again: its status, and a command. After a reading,
        its outlets changed by hand; after a command, its own did once status was read. An outlet
        that is neither on nor off may be an error.
        """
        is_well = target.unit.fault is not UnitFault.PENDING
        target.unit.begin(UnitFault.NONE)
        expected = Expected(rule="asked", is_well=is_well)
        is_command = method in COMMANDS
        if not is_command:
            turn_over(target.unit)
        for next_method in ("status", method if is_command else "port_down"):
            fault = self.fault(f"well again after {name}", target, expected, next_method)
            if fault is not None:
                yield fault
                return
            if is_command:
                target.unit.contents = contents
                expected = expected._replace(is_well=True)

    # ---- PDUs ------------------------------------------------------------------------------------

    def unit(self, fault: UnitFault = UnitFault.NONE, contents: Any = None) -> SimulatedPdu:
        """A PDU of which one outlet is on and one is off, if it has two. `contents`: in place of
        its own.
        """
        unit = self._new_unit(fault)
        if isinstance(unit, HttpPdu) and self._takes_own_tokens:
            unit.token = own_mark(unit.port)
        if contents is not None:
            unit.contents = contents
            return unit
        states = unit.outlet_states()
        for state in (False, True):
            if len(states) > 1 and state not in states.values():
                unit.turn_outlet(next(iter(states)), on=state)
        return unit

    def _new_unit(self, fault: UnitFault) -> SimulatedPdu:
        unit = self._make_unit(fault)
        self._stack.callback(unit.close)
        self._units.append(unit)
        return unit

    def _reads_with_own_token(self) -> bool:
        """Whether the handler takes a token that is longer than the recorded one."""
        unit = self._new_unit(UnitFault.NONE)
        if not isinstance(unit, HttpPdu):
            return False
        unit.token = own_mark(unit.port)
        with contextlib.suppress(Exception):
            return bool(self.handler.anew()(unit.port).states())
        return False

    def target(self, fault: UnitFault = UnitFault.NONE, contents: Any = None) -> Target:
        """A PDU, and methods whose object is new at each call."""
        unit = self.unit(fault, contents)
        return Target(unit, self.handler.methods(unit.port))

    def target_of_one_object(
        self, fault: UnitFault = UnitFault.NONE, contents: Any = None
    ) -> Target:
        """A PDU, and methods whose object is kept."""
        unit = self.unit(fault, contents)
        return Target(unit, self.handler.one_object(unit.port))

    def target_read_before(self, fault: UnitFault = UnitFault.NONE) -> Target:
        """A PDU that has this fault after another object of the handler has read it."""
        target = self.target()
        error = read(target.methods)
        target.unit.begin(fault)
        return target._replace(error_before=error)

    def remembering_target(self, fault: UnitFault = UnitFault.NONE, contents: Any = None) -> Target:
        """A PDU that has this fault and these contents, else its own, now, and the kept object that
        read other states and figures there.
        """
        target = self.target_of_one_object(contents=self._other_contents)
        turn_over(target.unit)
        error = read(target.methods)
        target.unit.contents = self.model.contents if contents is None else contents
        target.unit.begin(fault)
        return target._replace(error_before=error)

    def other_pdu(self) -> Optional[OtherFigures]:
        """A PDU with fewer outlets, each in its other state, and other figures, which a handler
        that is loaded anew reads; with as many outlets, if there is none.
        """
        for contents in self.model.with_fewer_outlets():
            unit = self.unit(contents=contents)
            if self._reads_anew(unit):
                return self.other_figures(unit, is_turned_over=True)
        return self.other_figures(is_turned_over=True)

    def _reads_anew(self, unit: SimulatedPdu) -> bool:
        """Whether a handler that is loaded anew reads the states of a PDU."""
        with contextlib.suppress(Exception):
            states = self.handler.anew()(unit.port).states()
            return not fault_of_states(states, unit.outlet_states(), is_well=True)
        return False

    def other_figures(
        self, model: Optional[SimulatedPdu] = None, *, is_turned_over: bool = False
    ) -> Optional[OtherFigures]:
        """The figures as the PDU knows them, else as the handler reads them that is loaded anew and
        has read nothing before. `model`: in place of the PDU that is well; `is_turned_over`: with
        each outlet in its other state.
        """
        model = model or self.model
        if not has_meter(self.sums):
            return OtherFigures(model.contents, self.sums)
        for contents in model.with_other_figures():
            unit = self.unit(contents=contents)
            if is_turned_over:
                turn_over(unit)  # what is off may measure nothing
            if not self._reads_anew(unit):
                continue  # a number that is no figure
            sums = named_sums(unit.measured_sums())
            if sums == self.sums:
                with contextlib.suppress(Exception):
                    figures = named_figures(self.handler.anew()(unit.port).figures())
                    sums = {name: [value] for name, value in figures.items()}
            if sums != self.sums and has_meter(sums):
                if model is self.model:
                    self._other_contents = contents
                return OtherFigures(contents, sums)
        return None

    # ---- calls -----------------------------------------------------------------------------------

    @property
    def methods(self) -> Sequence[str]:
        """The methods that can be judged."""
        return READINGS if self.why_no_commands else METHODS

    def note_tried(self, rule: str, detail: str = "") -> None:
        """Note that a case of a rule was seen to its end. `detail`: what was seen."""
        self._detail_by_seen_rule[rule] = self._detail_by_seen_rule.get(rule) or detail

    def call_ignoring_errors(self, methods: Methods, unit: SimulatedPdu, method: str) -> None:
        """Call a method, whatever it raises."""
        begin = time.monotonic()
        with contextlib.suppress(Exception):
            call_method(methods, method, outlet_to_switch(unit, on=method == "port_up"))
        self._is_slow = self._is_slow or time.monotonic() - begin >= SLOW_S

    def fault(
        self, situation: str, target: Target, expected: Expected, method: str
    ) -> Optional[Fault]:
        """What a call does wrong; None for nothing, and for a method that cannot be judged."""
        if method not in self.methods:
            return None
        outlet = expected.outlet or outlet_to_switch(target.unit, on=method == "port_up")
        if method in COMMANDS and not outlet:
            return None
        call = JudgedCall(
            handler=self.handler,
            sums=self.sums,
            situation=situation,
            unit=target.unit,
            expected=expected,
            method=method,
            outlet=outlet,
            others_requests=partial(self._requests_of_others, target.unit),
        )
        fault = call.fault(target.methods)
        self._is_slow = self._is_slow or call.is_slow
        self._missing_commands[target.unit] += call.is_command_missing
        if fault is None:
            self._note_tried_call(call)
        elif fault.is_late:
            return fault
        elif fault.result == UNTRIED and fault.rule in COMMANDS and expected.is_well:
            self.why_no_commands = fault.sentence
            return None
        return fault

    def _requests_of_others(self, unit: SimulatedPdu) -> int:
        """How many requests reached the other PDUs; 0 where other cases ask them."""
        if self._is_at_once:
            return 0
        return sum(len(other.requests) for other in self._units if other is not unit)

    def _note_tried_call(self, call: JudgedCall) -> None:
        """Note the rules that a call without a fault keeps."""
        if call.expected.rule:
            self.note_tried(call.expected.rule)
        if not call.expected.is_well:
            return
        if self.is_over_http:
            self.note_tried("code")
        for rule in _RULES_OF_METHODS[call.method]:
            self.note_tried(rule)
        if call.method == "status":
            self.note_tried("status", f"{len(call.answer)} outlets of {self._about}")
        elif call.method == "statistic":
            self.note_tried("statistic", figures_phrase(call.answer))
            if not has_meter(self.sums):
                self.note_tried("figures", _NO_METER)
                self.note_tried("meter", _NO_METER)


def outlet_to_switch(unit: SimulatedPdu, *, on: bool) -> str:
    """The last outlet that is in the other state and can be switched; "" if there is none. The
    last, because a handler that writes to the first, whatever it is given, is found by it.
    """
    outlets = [
        name
        for name, state in unit.outlet_states().items()
        if state is (not on) and unit.can_switch(name, on=on)
    ]
    return outlets[-1] if outlets else ""


def turn_over(unit: SimulatedPdu) -> None:
    """Give each outlet its other state, as a hand at the PDU would."""
    for outlet, state in unit.outlet_states().items():
        if state is not None:
            unit.turn_outlet(outlet, on=not state)


def read(methods: Methods) -> str:
    """Call status and statistic. Returns the text of the first error; "" if both succeed."""
    try:
        methods.states()
        methods.figures()
    except Exception as error:
        return error_text(error)
    return ""


def seen_once(fault: Fault) -> Fault:
    """A fault that was seen once and not again: it proves nothing. What was not tried stays so.

    >>> fault = Fault("once", "port_down", "wrote 2 times")
    >>> seen_once(fault).result, seen_once(fault).sentence
    ('not tried', 'seen once, and not again: port_down wrote 2 times')
    """
    if fault.result == UNTRIED:
        return fault
    text = f"seen once, and not again: {fault.sentence}"
    return Fault(fault.rule, "", text, "", UNTRIED)
