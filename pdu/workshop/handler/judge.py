"""Runs the cases of a handler, which stand in groups (case_groups.py): its methods are called on
PDUs whose every answer is known (checked_call.py). A rule is kept only by calls that were seen to
their end.

On a machine that is busy, the simulated PDU itself answers late. So a problem is told only if it is
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

from ...recordings.simulated_pdu import HttpPdu, SimulatedPdu, UnitFault, port_mark
from .calls import ENDLESS, Methods, error_text
from .checked_call import (
    COMMANDS,
    METHODS,
    READINGS,
    SLOW_S,
    CheckedCall,
    Expected,
    MadeHandler,
    Problem,
    call_method,
    figures_phrase,
)
from .comparisons import TrueFigures, has_meter, named_figures, problem_of_states, true_figures_of
from .rules import BROKEN, RULES, UNTRIED, Finding, broken, kept, untried

_AT_ONCE = 24
# how often a case is repeated whose problem a busy machine may explain
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


class CalledPdu(NamedTuple):
    """A PDU, and the methods that are called on it: `pdu.methods.states()` asks `pdu.unit`."""

    unit: SimulatedPdu
    methods: Methods
    #: of a reading before the case; "" if it succeeded
    preparation_error: str = ""


class ContentsWithFigures(NamedTuple):
    """Contents with other figures than a PDU has, and what they are:

    ContentsWithFigures('{"relay": true, "ampere": 1.0}', {"load": [1.0]})
    """

    contents: Any
    true_figures: TrueFigures


class Case(NamedTuple):
    """Methods that are called in turn on one PDU. A PDU that does not switch, and one that is mute:

    Case(partial(judge.new_pdu, UnitFault.STUCK), ["port_down"], Expected("stuck"))
    Case(partial(judge.new_pdu, UnitFault.MUTE), READINGS, Expected("silent", must_raise=True))
    """

    make_pdu: Callable[[], CalledPdu]
    methods: Sequence[str]
    expected: Expected


class CaseRun(NamedTuple):
    """What was seen in a case, and the PDU, which stays open where a thread of the handler may
    write later: a third command, where `command_count` is 2.
    """

    problems: Sequence[Problem]
    unit: SimulatedPdu
    #: how many it had got when the last method had ended
    command_count: int


class CaseGroup(NamedTuple):
    """A row of the table: cases, which run beside others, and steps, which run alone.

    CaseGroup("half of each answer", ["short"], cases=_halves, ends=True)
    CaseGroup("two PDUs", ["pdus"], steps=_two_pdus)
    """

    name: str
    #: of RULES; a problem may be of another one
    rules: Sequence[str]
    cases: Callable[[Judge], Iterator[Case]] = lambda _: iter(())
    steps: Callable[[Judge], Iterator[Problem]] = lambda _: iter(())
    is_over_http: bool = False
    #: whether the PDU is well after each case, and is read and commanded then
    ends: bool = False


class Table(NamedTuple):
    """All groups, in the order in which they run: `first`, then `causes` or all others. A problem
    in one of the first ends the check: it would show in the others.
    """

    first: Sequence[CaseGroup]
    #: where a problem of the first ended the check, they may tell its cause
    causes: Sequence[CaseGroup]
    at_once: Sequence[CaseGroup]
    #: beside which nothing else may run
    alone: Sequence[CaseGroup]


class Judge:
    """Runs the cases of one handler:

    judge = Judge(make_unit, handler, stack, "the recording")
    for finding in judge.findings(TABLE):
        ...    # status kept: 8 outlets of the recording; once broken: port_down wrote 2 times
    """

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
        self._commands_in_transit: Counter[SimulatedPdu] = Counter()
        #: whether a PDU that answers was slow in the case that runs
        self._is_slow = False
        self.handler = handler
        #: whether other cases run beside this one, and ask other PDUs
        self._is_at_once = False
        self._takes_longer_tokens = self._reads_with_longer_token()
        #: a PDU that is well
        self.model = self.new_unit()
        self.is_over_http = isinstance(self.model, HttpPdu)
        self.true_figures = true_figures_of(self.model.measured_sums())
        #: with other figures, where they are known
        self._other_contents: Any = None
        #: why commands cannot be tried; "" if they can
        self.why_no_commands = self.model.reason_by_untried_rule.get("port_down", "")
        #: the rules of which a case was seen to its end, with what was seen
        self._detail_by_tried_rule: dict[str, str] = {}
        #: the rules of which some calls were left out, because an answer before them was late
        self._reason_by_interrupted_rule: dict[str, str] = {}

    def findings(self, table: Table) -> Iterator[Finding]:
        """A finding for each rule that this PDU can try, in the order of RULES: broken where a
        problem was seen, not tried where not all cases could be, else kept.
        """
        problems, unfinished_rules = self._problems(table)
        why_by_rule = dict.fromkeys(unfinished_rules, _EXPLAINED)
        if self.why_no_commands:
            why_by_rule.update(dict.fromkeys(_RULES_OF_COMMANDS, self.why_no_commands))
        why_by_rule.update(self.model.reason_by_untried_rule)
        for rule in RULES:
            problems_of_rule = [problem for problem in problems if problem.rule == rule]
            finding = self._finding(rule, problems_of_rule, why_by_rule.get(rule, ""))
            if finding is not None:
                yield finding

    def _finding(self, rule: str, problems: Sequence[Problem], why: str) -> Optional[Finding]:
        """The finding of a rule; None if it was not tried. `why`: why not all cases were tried; ""
        if they were.

            problems                       finding
            broken, late                   broken, as the first broken one says
            late                           not tried: port_down had no answer in time
            none, and a case was seen      kept: 8 outlets of the recording
            none, and one was shortened    kept: not in each case: statistic had no answer in time
            none, and no case              None
        """
        problems_seen = [problem for problem in problems if problem.result == BROKEN]
        if problems_seen:
            return broken(rule, problems_seen[0].sentence)
        if problems or why:
            return untried(rule, problems[0].sentence if problems else why)
        detail = self._detail_by_tried_rule.get(rule)
        if detail is None:
            return None
        details = [detail, self._reason_by_interrupted_rule.get(rule)]
        return kept(rule, "; ".join(filter(None, details)))

    def _problems(self, table: Table) -> tuple[list[Problem], Collection[str]]:
        """The problems in all groups, and the rules of which not all cases were tried, because of
        a problem of a PDU that is well:

            problem in a first group       groups that run after it
            broken                         those that may tell its cause
            status not tried               none
            port_down had no answer        all, without commands
            none, or of another rule       all
        """
        problems: list[Problem] = []
        for number, group in enumerate(table.first):
            problems += self._problems_of_group(group)
            if any(problem.result == BROKEN for problem in problems):
                for cause in table.causes:
                    problems += self._problems_of_group(cause)
                rows = (*table.first[number:], *table.at_once, *table.alone)
                return problems, self._unfinished_rules(rows)
            if any(problem.rule == "status" for problem in problems):
                return problems, ()
            for problem in problems:
                if problem.is_timeout and problem.rule in COMMANDS:
                    self.why_no_commands = problem.sentence
        problems += self._faults_at_once(table.at_once)
        for group in (*table.at_once, *table.alone):
            if self.is_over_http or not group.is_over_http:
                steps = group._replace(cases=lambda _: iter(()))
                problems += self._problems_of_group(steps)
        return problems, ()

    def _problems_of_group(self, group: CaseGroup) -> Sequence[Problem]:
        """The problems in a group that runs alone. Notes its rules if a late answer ended it."""
        problems = self._problems_seen_twice(partial(self._problems_alone, group))
        self._note_interrupted_rules(group, problems)
        return problems

    def _note_interrupted_rules(self, group: CaseGroup, problems: Sequence[Problem]) -> None:
        """Note the rules of a group if an answer was late: the calls after it were left out."""
        for problem in problems:
            if problem.is_timeout:
                reason = f"not in each case: {problem.sentence}"
                self._reason_by_interrupted_rule.update(dict.fromkeys(group.rules, reason))

    def _unfinished_rules(self, groups: Sequence[CaseGroup]) -> set[str]:
        """The rules of these groups, but for those of readings that were seen to their end: of the
        group "a PDU that is well", whose port_down is broken, {"port_up", "others", "once", ...},
        without status and states.
        """
        rules: set[str] = set()
        for group in groups:
            if self.is_over_http or not group.is_over_http:
                rules.update(group.rules)
        finished_rules = set(_READING_RULES).intersection(self._detail_by_tried_rule)
        return rules - finished_rules

    def problems_in(self, group: CaseGroup) -> Iterator[Problem]:
        """The problems in a group, one after another."""
        for case in group.cases(self):
            yield from self._problems_of_case(group, case, wait_s=0.0)
        yield from group.steps(self)

    def _problems_alone(self, group: CaseGroup) -> list[Problem]:
        """The problems in a group, until an answer did not come in time: what reaches the PDU
        later would be taken for what comes next. The last one is late then; no other is.
        """
        self._tell(group.name)
        problems: list[Problem] = []
        for problem in self.problems_in(group):
            problems.append(problem)
            if problem.is_timeout:
                break
        return problems

    def _problems_seen_twice(
        self, run: Callable[[], Sequence[Problem]], problems_at_once: Sequence[Problem] = ()
    ) -> Sequence[Problem]:
        """The problems of what runs alone: broken is what is seen in two of its runs. It runs again
        as long as a busy machine or chance may explain what was seen.

            first run, again, again    result
            right                      right
            broken, broken             broken, as seen last
            late, right                right
            broken, right              not tried: it was seen once; right, if the PDU was slow
            late, late, late, late     not tried, as seen last

        `run`: gives the problems of one run; `problems_at_once`: those of a run beside other cases,
        which is the first one; () if there was none.
        """
        is_alone = not problems_at_once
        self._is_slow = False
        problems = run() if is_alone else problems_at_once
        was_seen = False
        for _ in range(_REPEATS):
            if all(problem.is_certain for problem in problems):
                return problems
            is_seen = any(not problem.is_timeout for problem in problems)
            if is_seen and was_seen:
                return problems
            was_seen = was_seen or is_seen
            is_excused = self._is_slow or not is_alone
            self._is_slow = False
            problems_before, problems = problems, run()
            if not problems and is_seen and not is_excused:
                return [seen_once(problem) for problem in problems_before]
        is_seen = any(not problem.is_timeout for problem in problems)
        return problems if was_seen or not is_seen else [seen_once(problem) for problem in problems]

    def _faults_at_once(self, groups: Sequence[CaseGroup]) -> list[Problem]:
        """The problems in the cases, in the order of the cases. They run some at a time; then each
        case with a problem is repeated alone, unless it is of a rule that is broken already.

            beside others                       alone                    result
            port_down had no answer in time     right                    none
            port_down wrote 2 times             wrote 2 times            broken
            a write after the method's end      none within LATE_S       not tried: seen once
        """
        cases = [(group, case) for group in groups for case in group.cases(self)]
        self._tell(f"{len(cases)} trials, of a PDU with a fault each")
        self._is_at_once = True
        with ThreadPoolExecutor(_AT_ONCE) as pool:
            runs = list(pool.map(lambda row: self._run(*row), cases))
        self._is_at_once = False
        problems: list[Problem] = []
        for (group, case), case_run in zip(cases, runs):
            late_write = self._write_after_end(case_run)
            case_run.unit.close()
            broken_rules = {problem.rule for problem in problems if problem.result == BROKEN}
            first_problems = [*case_run.problems, *late_write]
            new_problems = [
                problem for problem in first_problems if problem.rule not in broken_rules
            ]
            if new_problems:
                wait_s = case_run.unit.LATE_S if late_write else 0.0
                run_alone = partial(self._problems_of_case, group, case, wait_s)
                problems_of_case = self._problems_seen_twice(run_alone, new_problems)
                if not case.expected.rule:  # else the problem is of this rule
                    self._note_interrupted_rules(group, problems_of_case)
                problems += problems_of_case
        return problems

    def _problems_of_case(self, group: CaseGroup, case: Case, wait_s: float) -> list[Problem]:
        """Run a case alone. Returns its problems, with a write until `wait_s` seconds after it."""
        self._tell(f"{group.name}, once more")
        case_run = self._run(group, case)
        time.sleep(wait_s)
        problems = [*case_run.problems, *self._write_after_end(case_run)]
        case_run.unit.close()
        return problems

    def _write_after_end(self, case_run: CaseRun) -> list[Problem]:
        """The problem of a handler that wrote after its methods had ended; [] for none. A command
        of a method may reach the PDU late, where the machine is busy: each call may have one.

            commands at the end    later    the last call            result
            off 3                  none     returned                 []
            none                   off 3    had no answer in time    []
            off 3                  off 3    returned                 it wrote off 3 after ...
        """
        unit = case_run.unit
        late_commands = unit.commands[case_run.command_count :]
        if len(late_commands) <= self._commands_in_transit[unit]:
            return []
        text = f"it wrote {late_commands[-1].text} after the method had ended"
        return [Problem("once", "", text, "a fault at a command")]

    def _run(self, group: CaseGroup, case: Case) -> CaseRun:
        """Call the methods of a case, until an answer did not come in time; if there is no
        problem, those of the PDU that is well after it. Of a case with status and statistic:

            status                      then
            right                       statistic, then the PDU is well: status, port_down
            returned a wrong state      statistic
            had no answer in time       nothing more
            did not end                 nothing more
        """
        pdu = case.make_pdu()
        contents = pdu.unit.contents
        problems: list[Problem] = []
        if pdu.preparation_error:
            why = f"a reading before it failed ({pdu.preparation_error[:150]})"
            rule = case.expected.rule or case.methods[0]
            problems.append(Problem(rule, "", why, "", UNTRIED, is_timeout=True))
        for method in case.methods:
            if any(problem.is_timeout for problem in problems):
                break
            problem = self.problem_of_call(group.name, pdu, case.expected, method)
            if problem is not None:
                problems.append(problem)
                if ENDLESS in problem.text:
                    break
        if group.ends and not problems:
            problems += self._problems_of_recovery(group.name, pdu, contents, case.methods[0])
        if case.methods[0] not in COMMANDS:
            pdu.unit.close()  # a server takes some of a processor
        pdu.unit.answers.clear()
        return CaseRun(problems, pdu.unit, len(pdu.unit.commands))

    def _problems_of_recovery(
        self, name: str, pdu: CalledPdu, contents: Any, method: str
    ) -> Iterator[Problem]:
        """The first problem of a PDU that is well again: of status, and of a command. After a
        reading, its outlets changed by hand; after a command, its own did once status was read. An
        outlet that is neither on nor off may be an error.

            the fault was at    then
            status              the outlets are turned over by hand; status, port_down
            port_down           status; the outlets are as before the command; port_down
        """
        is_well = pdu.unit.fault is not UnitFault.PENDING
        pdu.unit.begin(UnitFault.NONE)
        expected = Expected(rule="asked", is_well=is_well)
        is_command = method in COMMANDS
        if not is_command:
            toggle_outlets(pdu.unit)
        for next_method in ("status", method if is_command else "port_down"):
            problem = self.problem_of_call(f"well again after {name}", pdu, expected, next_method)
            if problem is not None:
                yield problem
                return
            if is_command:
                pdu.unit.contents = contents
                expected = expected._replace(is_well=True)

    # ---- PDUs ------------------------------------------------------------------------------------

    def new_unit(self, fault: UnitFault = UnitFault.NONE, contents: Any = None) -> SimulatedPdu:
        """A PDU of which one outlet is on and one is off, if it has two. `contents`: in place of
        its own, whose outlets stay as they are.

            recorded {"1": True, "2": True, "3": True}    result {"1": False, "2": True, "3": True}
        """
        unit = self._bare_unit(fault)
        if isinstance(unit, HttpPdu) and self._takes_longer_tokens:
            unit.token = port_mark(unit.port)
        if contents is not None:
            unit.contents = contents
            return unit
        states = unit.outlet_states()
        for state in (False, True):
            if len(states) > 1 and state not in states.values():
                unit.turn_outlet(next(iter(states)), on=state)
        return unit

    def _bare_unit(self, fault: UnitFault) -> SimulatedPdu:
        unit = self._make_unit(fault)
        self._stack.callback(unit.close)
        self._units.append(unit)
        return unit

    def _reads_with_longer_token(self) -> bool:
        """Whether the handler can read a PDU over HTTP whose session token is longer than the
        recorded one. The PDU's port, "p8080x", is added to it, so that a request shows of which
        PDU its token is. A handler may refuse such a token, for example for its length.
        """
        unit = self._bare_unit(UnitFault.NONE)
        if not isinstance(unit, HttpPdu):
            return False
        unit.token = port_mark(unit.port)
        with contextlib.suppress(Exception):
            return bool(self.handler.loaded_again()(unit.port).states())
        return False

    def new_pdu(self, fault: UnitFault = UnitFault.NONE, contents: Any = None) -> CalledPdu:
        """A PDU, and methods whose object is new at each call."""
        unit = self.new_unit(fault, contents)
        return CalledPdu(unit, self.handler.methods(unit.port))

    def pdu_with_reused_object(
        self, fault: UnitFault = UnitFault.NONE, contents: Any = None
    ) -> CalledPdu:
        """A PDU, and methods whose object is kept."""
        unit = self.new_unit(fault, contents)
        return CalledPdu(unit, self.handler.object_at(unit.port))

    def pdu_read_by_other_object(self, fault: UnitFault = UnitFault.NONE) -> CalledPdu:
        """A PDU that has this fault after another object of the handler has read it.
        `preparation_error`: of that reading; "" if it succeeded.
        """
        pdu = self.new_pdu()
        error = read(pdu.methods)
        pdu.unit.begin(fault)
        return pdu._replace(preparation_error=error)

    def pdu_read_by_same_object(
        self, fault: UnitFault = UnitFault.NONE, contents: Any = None
    ) -> CalledPdu:
        """A PDU that has this fault and these contents, else its own, now, and the kept object that
        read other states and figures there:

            then    {"1": False, "2": True}, 1.0 A    read by the object
            now     {"1": True, "2": False}, 2.0 A    and the fault
        """
        pdu = self.pdu_with_reused_object(contents=self._other_contents)
        toggle_outlets(pdu.unit)
        error = read(pdu.methods)
        pdu.unit.contents = self.model.contents if contents is None else contents
        pdu.unit.begin(fault)
        return pdu._replace(preparation_error=error)

    def contents_of_other_pdu(self) -> Optional[ContentsWithFigures]:
        """A PDU with fewer outlets, each in its other state, and other figures, which a handler
        that is loaded anew reads; with as many outlets, if there is none.
        """
        for contents in self.model.with_fewer_outlets():
            unit = self.new_unit(contents=contents)
            if self._is_readable(unit):
                return self.contents_with_other_figures(unit, is_toggled=True)
        return self.contents_with_other_figures(is_toggled=True)

    def _is_readable(self, unit: SimulatedPdu) -> bool:
        """Whether a handler that is loaded anew reads the states of a PDU."""
        with contextlib.suppress(Exception):
            states = self.handler.loaded_again()(unit.port).states()
            return not problem_of_states(states, unit.outlet_states(), is_well=True)
        return False

    def contents_with_other_figures(
        self, model: Optional[SimulatedPdu] = None, *, is_toggled: bool = False
    ) -> Optional[ContentsWithFigures]:
        """The contents of a PDU with other numbers in place of figures, and the figures that are
        then right; None if no numbers are found that change them:

            model     {"relay": true, "ampere": 2.0}
            result    ContentsWithFigures({"relay": true, "ampere": 1.0}, {"load": [1.0]})

        `model`: in place of the PDU that is well; `is_toggled`: each outlet is in its other
        state meanwhile. A PDU without meters keeps its contents. What the simulated PDU does not
        know, a handler reads that is loaded again and remembers nothing.
        """
        model = model or self.model
        if not has_meter(self.true_figures):
            return ContentsWithFigures(model.contents, self.true_figures)
        for contents in model.with_other_figures():
            unit = self.new_unit(contents=contents)
            if is_toggled:
                toggle_outlets(unit)  # what is off may measure nothing
            if not self._is_readable(unit):
                continue  # a number that is no figure
            true_figures = true_figures_of(unit.measured_sums())
            if true_figures == self.true_figures:
                with contextlib.suppress(Exception):
                    figures = named_figures(self.handler.loaded_again()(unit.port).figures())
                    true_figures = {name: [value] for name, value in figures.items()}
            if true_figures != self.true_figures and has_meter(true_figures):
                if model is self.model:
                    self._other_contents = contents
                return ContentsWithFigures(contents, true_figures)
        return None

    # ---- calls -----------------------------------------------------------------------------------

    @property
    def methods(self) -> Sequence[str]:
        """The methods that can be tried."""
        return READINGS if self.why_no_commands else METHODS

    def note_tried(self, rule: str, detail: str = "") -> None:
        """Note that a case of a rule was seen to its end. `detail`: what was seen."""
        self._detail_by_tried_rule[rule] = self._detail_by_tried_rule.get(rule) or detail

    def call_ignoring_errors(self, methods: Methods, unit: SimulatedPdu, method: str) -> None:
        """Call a method, whatever it raises."""
        begin = time.monotonic()
        with contextlib.suppress(Exception):
            call_method(methods, method, outlet_to_switch(unit, on=method == "port_up"))
        self._is_slow = self._is_slow or time.monotonic() - begin >= SLOW_S

    def problem_of_call(
        self, case_name: str, pdu: CalledPdu, expected: Expected, method: str
    ) -> Optional[Problem]:
        """Call a method. Returns what it does wrong; None for nothing, and for a method that cannot
        be tried. Notes the rules that a right call keeps, and commands that may still arrive.
        """
        if method not in self.methods:
            return None
        outlet = expected.outlet or outlet_to_switch(pdu.unit, on=method == "port_up")
        if method in COMMANDS and not outlet:
            return None
        call = CheckedCall(
            handler=self.handler,
            true_figures=self.true_figures,
            case_name=case_name,
            unit=pdu.unit,
            expected=expected,
            method=method,
            outlet=outlet,
            count_requests_of_others=partial(self._count_requests_of_others, pdu.unit),
        )
        problem = call.problem(pdu.methods)
        self._is_slow = self._is_slow or call.is_slow
        self._commands_in_transit[pdu.unit] += call.is_command_in_transit
        if problem is None:
            self._note_tried_call(call)
        elif problem.is_timeout:
            return problem
        elif problem.result == UNTRIED and problem.rule in COMMANDS and expected.is_well:
            self.why_no_commands = problem.sentence
            return None
        return problem

    def _count_requests_of_others(self, unit: SimulatedPdu) -> int:
        """How many requests reached the other PDUs; 0 where other cases ask them."""
        if self._is_at_once:
            return 0
        return sum(len(other.requests) for other in self._units if other is not unit)

    def _note_tried_call(self, call: CheckedCall) -> None:
        """Note the rules that a call without a problem keeps. Of a PDU that is well:

        status of 8 outlets    status: 8 outlets of the recording; states, poll
        port_down              port_down, others, once
        """
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
            if not has_meter(self.true_figures):
                self.note_tried("figures", _NO_METER)
                self.note_tried("meter", _NO_METER)


def outlet_to_switch(unit: SimulatedPdu, *, on: bool) -> str:
    """The last outlet that is in the other state and can be switched; "" if there is none. The
    last, because a handler that writes to the first, whatever it is given, is found by it.

        states {"1": True, "2": True, "3": False}    to switch off: "2", to switch on: "3"
    """
    outlets = [
        name
        for name, state in unit.outlet_states().items()
        if state is (not on) and unit.can_switch(name, on=on)
    ]
    return outlets[-1] if outlets else ""


def toggle_outlets(unit: SimulatedPdu) -> None:
    """Give each outlet its other state, as a hand at the PDU would."""
    for outlet, state in unit.outlet_states().items():
        if state is not None:
            unit.turn_outlet(outlet, on=not state)


def read(methods: Methods) -> str:
    """Call status and statistic. Returns the text of the first error, such as "TimeoutError: timed
    out"; "" if both succeed.
    """
    try:
        methods.states()
        methods.figures()
    except Exception as error:
        return error_text(error)
    return ""


def seen_once(problem: Problem) -> Problem:
    """A problem that was seen once and not again: it proves nothing. What was not tried stays so.

    >>> problem = Problem("once", "port_down", "wrote 2 times")
    >>> seen_once(problem).result, seen_once(problem).sentence
    ('not tried', 'seen once, and not again: port_down wrote 2 times')
    """
    if problem.result == UNTRIED:
        return problem
    text = f"seen once, and not again: {problem.sentence}"
    return Problem(problem.rule, "", text, "", UNTRIED)
