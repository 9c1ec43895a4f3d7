"""Calls a handler's four methods on a device of this machine, and on its faults.

The device is a recording, or the unit of the family whose objects the handler asks for.
"""

from __future__ import annotations

import contextlib
import select
import socket
import threading
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any, Callable, NamedTuple, Optional, Protocol

from handlers.dcimanager import Figures, MeterFigures
from handlers.shared.errors import printable
from handlers.shared.meter_figures import measured
from pdu_common.connection import PduSnmpData
from pdu_common.helper import EnumPowerStatus

from ...cli.states import DOWN, UNKNOWN, UP, word
from ...loading.four_methods import BrokenHandler, LackingDouble
from ...loading.handler_loading import LoadedHandler
from ...recordings.codec_unit import Answers, CodecUnit, HttpFault
from ...recordings.recording_formats import ReplayedDevice
from ...recordings.replay_server import HOST
from ...recordings.snmp.agent import SimulatedAgent, SnmpServer
from ...recordings.snmp.recorded_rows import Arcs
from .bounded_methods import BoundedMethods, ShownSecrets
from .http_units import HttpTrialUnit
from .method_trials import (
    OTHER_COMMUNITY,
    EndlessCall,
    JudgedAnswer,
    TrialDevice,
    broken,
    error_text,
    fault_finding,
    method_findings,
    raises,
    untried_after,
)
from .rules import ADVISED, BROKEN, KEPT, RULES, UNTRIED, Finding, Rule
from .side_effects import SideEffects
from .trial_units import (
    COMMUNITY,
    LATE_S,
    WRONG_COMMUNITY,
    Device,
    Fault,
    LostObjects,
    TrialUnit,
    requested_device,
    unit_objects,
)

# the trials of faults wait for the device most of the time
_AT_ONCE = 6


class _FaultTrial(NamedTuple):
    """One call on a device with a fault."""

    rule: str
    method: str
    call: Callable[[], Finding]


def _findings_of_trials(
    trials: Sequence[_FaultTrial], broken_rules: Sequence[Rule]
) -> Iterator[Finding]:
    """A finding for each rule: of the first method that breaks it, else of the first that was
    tried.
    """
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        findings = [
            (
                trial,
                None
                if untried_after(broken_rules, trial.method, trial.rule)
                else pool.submit(trial.call),
            )
            for trial in trials
        ]
        for rule in dict.fromkeys(trial.rule for trial in trials):
            results = [
                untried_after(broken_rules, trial.method, rule)
                if future is None
                else future.result()
                for trial, future in findings
                if trial.rule == rule
            ]
            told_results = [result for result in results if result is not None]
            order = (BROKEN, ADVISED, KEPT, UNTRIED)
            yield min(told_results, key=lambda result: order.index(result.result))


# ---- SNMP ----------------------------------------------------------------------------------------


class SnmpTrials:
    """The trials of one handler that speaks SNMP."""

    def __init__(
        self,
        handler: LoadedHandler,
        settings: Mapping[str, str],
        secrets: ShownSecrets,
        effects: SideEffects,
    ) -> None:
        """`settings`: what DCImanager's form carries besides the fields of SNMP."""
        self._handler, self._settings = handler, settings
        self._secrets, self._effects = secrets, effects

    def _methods(self, port: int, community: str, *, is_kept: bool = False) -> BoundedMethods:
        self._effects.ports.add(port)
        fields = {"community": community, "port": str(port), "timeout": "1", "retries": "1"}
        return BoundedMethods(
            self._handler,
            lambda: PduSnmpData(HOST, {**fields}, {**self._settings}),
            self._secrets,
            self._effects,
            is_kept=is_kept,
        )

    def findings(self, device: Optional[Device] = None) -> Iterator[Finding]:
        """One after the other. Without a device, it is the unit of the family whose objects the
        handler asks for.
        """
        with contextlib.closing(SnmpServer(COMMUNITY)) as server:
            fault = self._fault_of_second_pdu(server)
            if fault:
                yield broken("asked", fault)
                return
            requests, errors, is_reached = self._requests(server)
            device = device or requested_device(requests)
            if device is None:
                yield from _findings_without_device(requests, errors, is_reached=is_reached)
                return
            yield from self._device_findings(server, device)

    def _fault_of_second_pdu(self, server: SnmpServer) -> str:
        """What is wrong if make_handler is called for one PDU, and then for another one; "" for
        nothing.
        """
        agents = [server.serve(TrialUnit.empty_unit(), 0) for _ in range(2)]
        for agent in agents:
            datagrams_before = agents[0].datagrams
            with contextlib.suppress(Exception):
                self._methods(agent.port, COMMUNITY).states()
        if agents[0].datagrams > datagrams_before and not agents[1].datagrams:
            return "make_handler was called for a second PDU, and status asked the first"
        return ""

    def _requests(self, server: SnmpServer) -> tuple[frozenset[str], Mapping[str, Exception], bool]:
        """The OIDs that are asked for, and each method's error that cannot come from a missing
        object, on a device that has none of them; and whether a datagram reached it.
        """
        unit = TrialUnit.empty_unit()
        errors: dict[str, Exception] = {}
        agent = server.serve(unit, 0)
        methods = self._methods(agent.port, COMMUNITY)
        for name, call in (("status", methods.states), ("statistic", methods.figures)):
            requests_before = len(unit.requests)
            try:
                call()
            except Exception as error:
                is_own = isinstance(error, (BrokenHandler, EndlessCall))
                is_sent = len(unit.requests) > requests_before
                if not is_sent or (is_own and " raised " not in error_text(error)):
                    errors[name] = error
        return unit.requested_oids(), errors, agent.datagrams > 0

    def _device_findings(self, server: SnmpServer, device: Device) -> Iterator[Finding]:
        """Findings on a simulated device, then on others with a fault each."""
        unit = TrialUnit(device.rows, device.key)
        answers: dict[str, Any] = {}
        broken_rules: list[Rule] = []
        agent = server.serve(unit, 0)
        unit.place_of_request = partial(self._effects.place_of_request, agent.port)
        methods = self._methods(agent.port, COMMUNITY)
        trial_device = TrialDevice.of_unit(
            methods,
            device.about,
            unit,
            lambda: agent.datagrams,
            self._methods(agent.port, COMMUNITY, is_kept=True),
        )
        is_read = True
        for finding in method_findings(trial_device, broken_rules):
            is_read = is_read and (finding.rule, finding.result) != (RULES["status"], UNTRIED)
            yield finding
        if not is_read:
            return
        # on a unit that was not switched, and whose meters stand as in those with a fault
        well_agent = server.serve(TrialUnit(device.rows, device.key), 0)
        well_methods = self._methods(well_agent.port, COMMUNITY)
        for name, call in (("status", well_methods.states), ("statistic", well_methods.figures)):
            if RULES[name] not in broken_rules:
                with contextlib.suppress(Exception):
                    answers[name] = call()
        with (
            socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as silent_socket,
            contextlib.ExitStack() as stack,
        ):
            silent_socket.bind((HOST, 0))
            faults = _SnmpFaults(self._methods, self._effects, device, answers, silent_socket)
            trials = faults.trials(server, stack)
            yield from _findings_of_trials(trials, broken_rules)


class _SnmpFaults:
    """The calls on units with a fault each: those that must raise, and those that must not report
    what is not so.
    """

    def __init__(
        self,
        methods: Callable[[int, str], BoundedMethods],
        effects: SideEffects,
        device: Device,
        answers: Mapping[str, Any],
        silent_socket: socket.socket,
    ) -> None:
        """`methods`: those of the handler, for a port and a community; `answers`: what they
        returned on the device without a fault.
        """
        self._methods, self._device, self._answers = methods, device, answers
        self._effects = effects
        self._silent_socket = silent_socket
        unit = TrialUnit(device.rows, device.key)
        self._outlets = {UP: unit.switchable_outlet(DOWN), DOWN: unit.switchable_outlet(UP)}

    def trials(self, server: SnmpServer, stack: contextlib.ExitStack) -> list[_FaultTrial]:
        """All trials, on units of `server`; `stack` ends what these still have to do. A command is
        tried if an outlet can be switched by it.
        """

        def serve(
            fault: Fault = Fault.NONE,
            lost_objects: Optional[LostObjects] = None,
            missing: frozenset[Arcs] = frozenset(),
        ) -> tuple[TrialUnit, SimulatedAgent]:
            rows = {oid: row for oid, row in self._device.rows.items() if oid not in missing}
            # the family of all rows: without some, it would not be read
            unit = TrialUnit(
                self._device.rows if not missing else rows, self._device.key, fault, lost_objects
            )
            stack.callback(unit.close)
            agent = server.serve(unit, 0)
            unit.place_of_request = partial(self._effects.place_of_request, agent.port)
            return unit, agent

        commands = [
            method
            for method, state in (("port_down", UP), ("port_up", DOWN))
            if self._outlets[state]
        ]
        readings = ("status", "statistic")
        methods = (*readings, *commands)
        objects = unit_objects(self._device)
        # those that no command changes serve several trials
        stuck, refusing, plain, short = map(
            serve, (Fault.STUCK, Fault.REFUSES, Fault.NONE, Fault.SHORT)
        )
        state_trials = (
            ("late", Fault.LATE, commands[:1]),
            ("pending", Fault.PENDING, commands),
            ("answer lost", Fault.ANSWER_LOST, commands),
            ("unread", Fault.SILENT_AFTER, commands),
        )
        return [
            *(self._state_trial("stuck", method, stuck) for method in commands),
            *(
                self._state_trial(rule, method, serve(fault))
                for rule, fault, tried_methods in state_trials
                for method in tried_methods
            ),
            *(self._raising_trial("refused", method, refusing[1]) for method in commands),
            *(
                _FaultTrial("silent", method, partial(self._unanswered, method))
                for method in methods
            ),
            *(
                self._raising_trial("community", method, plain[1], community=WRONG_COMMUNITY)
                for method in methods
            ),
            *(
                self._raising_trial("short", method, short[1], self._judged_equal(method))
                for method in readings
            ),
            *(
                self._raising_trial(
                    "lost state",
                    "status",
                    serve(lost_objects=LostObjects(objects.state, in_walks=in_walks))[1],
                    self._judged_states,
                )
                for in_walks in (True, False)
                if objects.state
            ),
            *(
                self._raising_trial(
                    "meter",
                    "statistic",
                    serve(lost_objects=LostObjects(lost_row))[1],
                    self._judged_figures,
                )
                for lost_row in (objects.load_row, objects.energy_row)
                if lost_row
            ),
            *(
                self._raising_trial(
                    "empty", method, serve(missing=missing)[1], self._judged_empty(method)
                )
                for method, missing in (
                    ("statistic", objects.load),
                    ("statistic", objects.energy),
                    ("status", objects.states),
                )
                if missing
            ),
        ]

    def _state_trial(
        self, rule: str, method: str, served_unit: tuple[TrialUnit, SimulatedAgent]
    ) -> _FaultTrial:
        return _FaultTrial(rule, method, partial(self._reported_state, rule, method, *served_unit))

    def _raising_trial(
        self,
        rule: str,
        method: str,
        agent: SimulatedAgent,
        judged: JudgedAnswer = lambda _: None,
        *,
        community: str = COMMUNITY,
    ) -> _FaultTrial:
        call = partial(self._raised, rule, method, agent, judged, community)
        return _FaultTrial(rule, method, call)

    def _raised(
        self, rule: str, method: str, agent: SimulatedAgent, judged: JudgedAnswer, community: str
    ) -> Finding:
        call = _call(self._methods(agent.port, community), method, self._outlets)
        return _kept_if_reached(raises(rule, call, method, judged), is_reached=agent.datagrams > 0)

    def _judged_equal(self, method: str) -> JudgedAnswer:
        """What a method returns without what failed is right."""

        def judged(answer: Any) -> Optional[tuple[str, str]]:
            is_equal = method in self._answers and answer == self._answers[method]
            return (KEPT, "does not need what failed") if is_equal else None

        return judged

    def _judged_states(self, answer: Any) -> Optional[tuple[str, str]]:
        return judged_states(answer, self._answers.get("status"))

    def _judged_figures(self, answer: Any) -> Optional[tuple[str, str]]:
        return judged_figures(answer, self._answers.get("statistic"))

    def _judged_empty(self, method: str) -> JudgedAnswer:
        """The answer where a table is empty. DCImanager's own example takes the sum of nothing."""

        def judged(answer: Any) -> Optional[tuple[str, str]]:
            before = self._answers.get(method)
            if before is None or answer == before:
                return KEPT, "does not need the table"
            if method == "status":
                if not answer:
                    return ADVISED, "returned no outlet for an empty table, and raised nothing"
                is_unknown = all(state is UNKNOWN for _, state in answer)
                return (KEPT, "returned UNKNOWN") if is_unknown else None
            faults = [
                f"{name} {figure}"
                for name, figure, earlier in _pairs_of_figures(answer, before)
                if figure is not None and figure != earlier
            ]
            if not faults:
                return KEPT, "left out what the device does not have"
            return ADVISED, f"returned {', '.join(faults)} for an empty table, and raised nothing"

        return judged

    def _unanswered(self, method: str) -> Finding:
        port = self._silent_socket.getsockname()[1]
        call = _call(self._methods(port, COMMUNITY), method, self._outlets)
        finding = raises("silent", call, method)
        is_reached = bool(select.select([self._silent_socket], [], [], 0)[0])
        return _kept_if_reached(finding, is_reached=is_reached)

    def _reported_state(
        self, rule: str, method: str, unit: TrialUnit, agent: SimulatedAgent
    ) -> Finding:
        methods = self._methods(agent.port, COMMUNITY)
        outlet = self._outlets[UP if method == "port_down" else DOWN]
        return reported_state(rule, method, methods, outlet, unit, lambda: agent.datagrams > 0)


class CommandedUnit(Protocol):
    """A device that was sent a command."""

    place: str

    def states(self) -> Mapping[str, EnumPowerStatus]: ...

    def writes_for(self, outlet: str) -> int: ...


def reported_state(
    rule: str,
    method: str,
    methods: BoundedMethods,
    outlet: str,
    unit: CommandedUnit,
    is_reached: Callable[[], bool],
) -> Finding:
    """A command to a unit that obeys late or never, or whose answer is lost: it must not return the
    target state early. An error, or an answer that is no state, reports none.
    """
    state_before, target_state = (UP, DOWN) if method == "port_down" else (DOWN, UP)
    state: Optional[EnumPowerStatus] = None
    detail = ""
    try:
        state = methods.switch(outlet, on=target_state is UP)
    except EndlessCall as error:
        return broken(rule, error.reason)
    except LackingDouble as error:
        return fault_finding(rule, error)
    except Exception as error:
        detail = printable(error_text(error), 200)
    writes = unit.writes_for(outlet)
    place = f" ({unit.place})" if unit.place else ""
    if writes > 1:
        why = f"{method} of outlet {outlet} wrote {writes} times: a command is written once"
        return broken(rule, f"{why}{place}")
    if state is None:
        return _kept_if_reached(Finding(RULES[rule], KEPT, detail), is_reached=is_reached())
    real = unit.states().get(outlet, UNKNOWN)
    if state is target_state and real is not target_state:
        why = f"{method} returned {state.name} while the device has outlet {outlet} {word(real)}"
        return broken(rule, f"{why}{place}")
    if rule == "late" and state is state_before:
        what = f"{method} returned {state.name}; outlet {outlet} was {word(target_state)}"
        return broken(rule, f"{what} {LATE_S:g} s after the command{place}")
    if rule in ("answer lost", "pending") and state is state_before:
        what = f"{method} returned {state.name} while outlet {outlet} is {word(real)}"
        return broken(rule, f"{what}{place}")
    return Finding(RULES[rule], KEPT, f"it returned {state.name}")


def judged_states(answer: Any, before: Any) -> Optional[tuple[str, str]]:
    """The states where one cannot be read: it is UNKNOWN, and the others are as before."""
    if before is None or answer == before:
        return KEPT, "does not need what failed"
    if [name for name, _ in answer] != [name for name, _ in before]:
        return BROKEN, (
            f"returned {len(answer)} of {len(before)} outlets while the state of one cannot be read"
        )
    for (name, state), (_, earlier) in zip(answer, before):
        if state is not earlier and state is not UNKNOWN:
            return BROKEN, f"returned outlet {name} {state.name}, whose state cannot be read"
    return KEPT, "returned UNKNOWN for the outlet"


def judged_figures(answer: Any, before: Any) -> Optional[tuple[str, str]]:
    """The figures where a meter cannot be read: each is as before, or left out."""
    if before is None or answer == before:
        return KEPT, "does not need what failed"
    for name, figure, earlier in _pairs_of_figures(answer, before):
        if figure is not None and figure != earlier:
            return BROKEN, f"returned {name} {figure}, not {earlier}: a meter cannot be read"
    return KEPT, "left out what cannot be read"


def _pairs_of_figures(
    answer: Figures, before: Figures
) -> Iterator[tuple[str, Optional[float], Optional[float]]]:
    """The name of each figure of an answer, its value now, and before."""
    yield "load", measured(answer.load_a), measured(before.load_a)
    yield "total_consumption", measured(answer.energy_kwh), measured(before.energy_kwh)
    for identity, figures in answer.ports.items():
        earlier = before.ports.get(identity, MeterFigures())
        name = f"consumption of outlet {identity}"
        yield name, measured(figures.energy_kwh), measured(earlier.energy_kwh)


def _call(
    methods: BoundedMethods, method: str, outlets: Mapping[EnumPowerStatus, str]
) -> Callable[[], Any]:
    """The call of a method; a command changes the state of an outlet."""
    if method == "status":
        return methods.states
    if method == "statistic":
        return methods.figures
    if method == "port_down":
        return partial(methods.switch, outlets[UP], on=False)
    return partial(methods.switch, outlets[DOWN], on=True)


def _findings_without_device(
    requests: frozenset[str], errors: Mapping[str, Exception], *, is_reached: bool
) -> Iterator[Finding]:
    """Findings for a handler whose requests no family of this pack answers."""
    for rule, error in errors.items():
        if isinstance(error, (BrokenHandler, EndlessCall)) and " raised " not in error_text(error):
            yield fault_finding(rule, error)
        elif is_reached and not requests:
            yield broken(rule, f"{OTHER_COMMUNITY}: {error_text(error)}")
        else:
            why = f"no request reached the simulated device: {error_text(error)}"
            yield Finding(RULES[rule], UNTRIED, printable(why, 300))
    if "status" not in errors:
        names = ", ".join(sorted(requests)[:3]) or "none"
        why = f"no family of this pack has the objects that it asks for ({names})"
        yield Finding(RULES["status"], UNTRIED, f"{why}: give --replay FILE")


def _kept_if_reached(finding: Finding, *, is_reached: bool) -> Finding:
    """A rule that is kept by an error was not tried if no request reached the device."""
    if finding.result != KEPT or is_reached:
        return finding
    why = f"no request reached the simulated device ({finding.detail})"
    return Finding(finding.rule, UNTRIED, printable(why, 300))


# ---- other protocols -----------------------------------------------------------------------------


class _HttpFaults:
    """The calls on PDUs with a fault each."""

    def __init__(
        self,
        methods: Callable[[int], BoundedMethods],
        units: Callable[[int, HttpFault, Answers], CodecUnit],
        documents: Answers,
        unit: HttpTrialUnit,
        stack: contextlib.ExitStack,
    ) -> None:
        """`units`: makes a PDU with a fault, from a port and documents; `stack` closes it."""
        self._methods, self._units, self._documents = methods, units, documents
        self._stack = stack
        self._outlets = {UP: unit.switchable_outlet(DOWN), DOWN: unit.switchable_outlet(UP)}
        well = self._served(HttpFault.NONE)
        self._answers: dict[str, Any] = {}
        for name in ("status", "statistic"):
            with contextlib.suppress(Exception):
                self._answers[name] = _call(self._methods(well.port), name, self._outlets)()

    def _served(self, fault: HttpFault, documents: Optional[Answers] = None) -> CodecUnit:
        unit = self._units(0, fault, self._documents if documents is None else documents)
        self._stack.callback(unit.close)
        return unit

    def trials(self) -> list[_FaultTrial]:
        """All trials."""
        commands = [
            method
            for method, state in (("port_down", UP), ("port_up", DOWN))
            if self._outlets[state]
        ]
        trials = []
        for rule, fault in (
            ("late", HttpFault.LATE),
            ("stuck", HttpFault.STUCK),
            ("pending", HttpFault.PENDING),
            ("answer lost", HttpFault.ANSWER_LOST),
            ("unread", HttpFault.SILENT_AFTER),
        ):
            for method in commands:
                call = partial(self._reported, rule, method, self._served(fault))
                trials.append(_FaultTrial(rule, method, call))
        for method in commands:
            refusing = self._served(HttpFault.REFUSES)
            trials.append(
                _FaultTrial("refused", method, partial(self._raised, "refused", method, refusing))
            )
        for method in ("status", "statistic"):
            half, denying = self._served(HttpFault.HALF), self._served(HttpFault.DENIES)
            trials.append(
                _FaultTrial("short", method, partial(self._raised, "short", method, half))
            )
            trials.append(
                _FaultTrial("denied", method, partial(self._raised, "denied", method, denying))
            )
        return [*trials, *self._lost_trials()]

    def _lost_trials(self) -> Iterator[_FaultTrial]:
        outlet = self._outlets[DOWN] or self._outlets[UP]
        documents = self._served(HttpFault.NONE).without_state(outlet)
        if documents is not None:
            unit = self._served(HttpFault.NONE, documents)
            call = partial(self._raised, "lost state", "status", unit, self._judged_states)
            yield _FaultTrial("lost state", "status", call)
        metered = self._served(HttpFault.NONE).without_figure()
        if metered is not None:
            unit = self._served(HttpFault.NONE, metered)
            call = partial(self._raised, "meter", "statistic", unit, self._judged_figures)
            yield _FaultTrial("meter", "statistic", call)

    def _judged_states(self, answer: Any) -> Optional[tuple[str, str]]:
        return judged_states(answer, self._answers.get("status"))

    def _judged_figures(self, answer: Any) -> Optional[tuple[str, str]]:
        return judged_figures(answer, self._answers.get("statistic"))

    def _raised(
        self, rule: str, method: str, unit: CodecUnit, judged: JudgedAnswer = lambda _: None
    ) -> Finding:
        call = _call(self._methods(unit.port), method, self._outlets)
        return _kept_if_reached(raises(rule, call, method, judged), is_reached=bool(unit.requests))

    def _reported(self, rule: str, method: str, served: CodecUnit) -> Finding:
        methods = self._methods(served.port)
        outlet = self._outlets[UP if method == "port_down" else DOWN]
        unit = HttpTrialUnit(served)
        return reported_state(rule, method, methods, outlet, unit, lambda: bool(served.requests))


class ServedTrials:
    """The trials of a handler without SNMP."""

    def __init__(
        self,
        handler: LoadedHandler,
        forms: Sequence[Callable[[int], Any]],
        secrets: ShownSecrets,
        effects: SideEffects,
    ) -> None:
        """`forms`: the arguments of make_handler for a port of this machine, in the ways in which
        an owner may give it; the first that reaches the device counts.
        """
        self._handler, self._forms = handler, forms
        self._secrets, self._effects = secrets, effects

    def _methods(self, form: Callable[[int], Any], port: int) -> BoundedMethods:
        self._effects.ports.add(port)
        return BoundedMethods(self._handler, lambda: form(port), self._secrets, self._effects)

    def findings(self, recording: Optional[ReplayedDevice]) -> Iterator[Finding]:
        """Findings on the recording, then on a device that ends each connection."""
        broken_rules: list[Rule] = []
        form, is_reached = self._forms[0], False
        if recording is None:
            why = (
                "of a make that this pack reads, give a recording with --replay; for another,"
                " docs/dev/new-handler.md shows how to write its simulator and its tests"
            )
            yield Finding(RULES["status"], UNTRIED, why)
        else:
            for form in self._forms:
                with contextlib.suppress(Exception):
                    self._methods(form, recording.port).states()
                is_reached = recording.connections() > 0
                if is_reached:
                    break
            about = "the recording" if is_reached else f"the recording at port {recording.port}"
            if recording.unit is not None and is_reached:
                yield from self._unit_findings(form, recording, broken_rules)
            else:
                device = TrialDevice(
                    self._methods(form, recording.port),
                    about,
                    commands=lambda: len(recording.writes()),
                    requests=recording.connections,
                )
                yield from method_findings(device, broken_rules)
            if recording.unit is None and is_reached:
                for rule in ("states", "figures"):
                    why = "what the device has is known of families of SNMP alone: compare it"
                    yield Finding(RULES[rule], UNTRIED, f"{why} yourself")
        with _ClosingServer() as server:
            trials = [
                _FaultTrial("silent", name, partial(raises, "silent", call, name))
                for name, call in self._calls(form, server.port)
            ]
            for finding in _findings_of_trials(trials, broken_rules):
                yield _kept_if_reached(finding, is_reached=server.connections > 0)

    def _unit_findings(
        self, form: Callable[[int], Any], recording: ReplayedDevice, broken_rules: list[Rule]
    ) -> Iterator[Finding]:
        """Findings on a PDU that obeys commands, and on others with a fault each."""
        served: CodecUnit = recording.unit
        unit = HttpTrialUnit(served)
        served.requests.clear()
        names = list(unit.states())
        # one that is neither on nor off, if enough others are left
        if UNKNOWN not in unit.states().values() and len(names) > 2:
            on = [name for name, state in unit.states().items() if state is UP]
            unit.turn(on[0] if len(on) > 1 else names[0], UNKNOWN)
        documents = dict(served.documents)
        methods = self._methods(form, recording.port)
        kept_methods = BoundedMethods(
            self._handler, lambda: form(recording.port), self._secrets, self._effects, is_kept=True
        )
        device = TrialDevice.of_unit(
            methods, "the recording", unit, lambda: len(served.requests), kept_methods
        )._replace(absent_commands=lambda: len(unit.foreign_commands()))
        is_read = True
        for finding in method_findings(device, broken_rules):
            is_read = is_read and (finding.rule, finding.result) != (RULES["status"], UNTRIED)
            yield finding
        if not is_read:
            return
        with contextlib.ExitStack() as stack:
            faults = _HttpFaults(
                partial(self._methods, form), recording.units, documents, unit, stack
            )
            yield from _findings_of_trials(faults.trials(), broken_rules)

    def _calls(
        self, form: Callable[[int], Any], port: int
    ) -> Iterator[tuple[str, Callable[[], Any]]]:
        methods = self._methods(form, port)
        yield "status", methods.states
        yield "port_down", partial(methods.switch, "1", on=False)
        yield "port_up", partial(methods.switch, "1", on=True)


class _ClosingServer:
    """Accepts connections on a TCP port of this machine and closes them without an answer."""

    def __init__(self) -> None:
        self.connections = 0
        self._socket = socket.create_server((HOST, 0))
        self.port = int(self._socket.getsockname()[1])
        self._thread = threading.Thread(target=self._serve, daemon=True)

    def __enter__(self) -> _ClosingServer:
        self._thread.start()
        return self

    def _serve(self) -> None:
        with contextlib.suppress(OSError):  # the socket was shut down
            while True:
                connection, _ = self._socket.accept()
                self.connections += 1
                connection.close()

    def __exit__(self, *_: object) -> None:
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        self._thread.join()
