"""Calls a handler's four methods against a device on 127.0.0.1, and against its faults.

The device is a recording, or made from the family whose objects the handler asks for.
"""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Iterator, Mapping, Sequence
from enum import Enum
from typing import Any, Callable, NamedTuple, Optional, TypeVar

from handlers.shared.errors import SettingsError, printable
from handlers.snmp.frozen_value import parts_of
from handlers.snmp.profile import Profile
from handlers.snmp.profiles import PROFILES
from handlers.snmp.sources.objects import Column
from pdu_common.connection import PduSnmpData
from pdu_common.helper import EnumPowerStatus
from pdu_common.snmp_client.tool_api import GAUGE, INTEGER, OCTETS

from ..pdus.four_methods import BrokenHandler, FourMethods, make_pdu
from ..pdus.handler_loading import LoadedHandler
from ..pdus.states import DOWN, UNKNOWN, UP, word
from ..recordings.replay_server import HOST
from ..recordings.snmp import snmprec
from ..recordings.snmp.agent import SimulatedAgent
from ..recordings.snmp.recorded_rows import Arcs, Rows, SnmpRow, arcs, dotted
from ..recordings.snmp.recording_format import find_device
from ..recordings.snmp.unit import RecordedUnit
from .rules import BROKEN, KEPT, RULES, UNTRIED, Finding

T = TypeVar("T")
COMMUNITY, _WRONG = "check", "wrong"
_OUTLETS = 4  # of a device that is made from a family
_LATE_S = 2.0  # how late a device reports a new state
_CALL_S = 60.0  # limit for one call
_ABSENT = "99999"  # an outlet that no device has


class Fault(Enum):
    """What is wrong with a simulated device."""

    NONE = "none"
    #: it carries a command out later
    LATE = "late"
    #: it accepts a command and does nothing
    STUCK = "stuck"
    #: a walk breaks off in the middle
    SHORT = "short"


class TrialUnit(RecordedUnit):
    """A recorded unit with a fault. Notes what is asked and commanded."""

    def __init__(self, rows: Rows, key: str, fault: Fault = Fault.NONE) -> None:
        device = find_device(rows, key)[0] if key else None
        super().__init__(rows, device)
        self._key, self._fault = key, fault
        self._last = max((oid for oid in rows), default=())
        self._timers: list[threading.Timer] = []
        self._walked: set[Arcs] = set()
        self.asked: set[Arcs] = set()
        self.commands: list[tuple[Arcs, object]] = []

    def get(self, oid: Arcs) -> Optional[SnmpRow]:
        self.asked.add(oid)
        return super().get(oid)

    def next(self, oid: Arcs) -> Optional[tuple[Arcs, SnmpRow]]:
        self.asked.add(oid)
        row = super().next(oid)
        # the second row of a table and those after it
        if self._fault is Fault.SHORT and row is not None and oid in self._walked:
            from pysnmp.smi.error import GenError  # imported late: 60 ms, with the agent

            raise GenError(name=oid, idx=0)
        if row is not None:
            self._walked.add(row[0])
        return row

    def set(self, pairs: Sequence[tuple[Arcs, SnmpRow]]) -> tuple[str, int]:
        self.commands += [(oid, row.raw) for oid, row in pairs]
        if any(oid not in dict(self.rows()) for oid, _ in pairs) or self._fault is Fault.NONE:
            return super().set(pairs)
        if self._fault is Fault.LATE:
            timer = threading.Timer(_LATE_S, super().set, [pairs])
            timer.daemon = True
            timer.start()
            self._timers.append(timer)
        return "", 0

    def rows(self) -> Rows:
        """All rows as they are now."""
        rows: Rows = {}
        step = RecordedUnit.next(self, ())
        while step is not None:
            rows[step[0]] = step[1]
            step = RecordedUnit.next(self, step[0])
        return rows

    def states(self) -> Mapping[str, EnumPowerStatus]:
        """The states that the family reads now."""
        device = find_device(self.rows(), self._key)[0]
        return {} if device is None else device.states

    def close(self) -> None:
        """Drop what is still to come."""
        for timer in self._timers:
            timer.cancel()


class Device(NamedTuple):
    """What the trials run against."""

    rows: Rows
    #: the family that reads it
    key: str
    #: for people
    about: str


def recorded_device(text: str) -> Device:
    """The device of an SNMP recording. Raises SettingsError if no family reads it."""
    rows = snmprec.parse(text).rows
    device, why, _ = find_device(rows, "")
    if device is None:
        raise SettingsError(f"--replay: {why}")
    return Device(rows, device.profile.key, f"the recording, as the family {device.profile.key}")


def asked_device(handler: LoadedHandler) -> Optional[Device]:
    """A device of the family whose objects the handler asks for; None if no family has them."""
    unit = TrialUnit({arcs("1.3.6.1.2.1.1.1.0"): SnmpRow(OCTETS, b"asked")}, "")
    with _serving(unit) as port:
        for method in ("status", "statistic"):
            with contextlib.suppress(Exception):
                _call_bounded(getattr(_called(handler, port), method))
    asked = {dotted(oid) for oid in unit.asked}
    profiles = sorted(PROFILES, key=lambda profile: -_count_asked(profile, asked))
    for profile in profiles:
        if not _count_asked(profile, asked):
            return None
        rows = _made_rows(profile)
        device = find_device(rows, profile.key)[0]
        if device is not None and {*device.states.values()} >= {UP, DOWN}:
            about = (
                f"a simulated {profile.vendor} (family {profile.key}), whose objects it asks for"
            )
            return Device(rows, profile.key, about)
    return None


def _called(handler: LoadedHandler, port: int, community: str = COMMUNITY) -> Any:
    return make_pdu(handler.make, _form(port, community))


def _form(port: int, community: str) -> PduSnmpData:
    fields = {"community": community, "port": str(port), "timeout": "1", "retries": "1"}
    return PduSnmpData(HOST, fields, {})


def _columns(profile: Profile) -> Iterator[Column]:
    for part in parts_of(profile):
        if isinstance(part, Column) and not part.suffix:
            yield part


def _count_asked(profile: Profile, asked: set[str]) -> int:
    """How many of the family's state columns are asked for, then how many of its objects."""
    states = {
        column.oid
        for outlets in profile.outlets
        if outlets.states is not None
        for column in parts_of(outlets.states)
        if isinstance(column, Column)
    }
    others = {column.oid for column in _columns(profile)}
    return 100 * _hits(states, asked) + (_hits(others, asked) if _hits(states, asked) else 0)


def _hits(columns: set[str], asked: set[str]) -> int:
    return sum(any(f"{oid}.".startswith(f"{column}.") for oid in asked) for column in columns)


def _made_rows(profile: Profile) -> Rows:
    """Rows of a unit of this family with outlets that are on and off by turns."""
    rows: Rows = {arcs("1.3.6.1.2.1.1.1.0"): SnmpRow(OCTETS, profile.key.encode())}
    for outlets in profile.outlets[:1]:
        for part in parts_of(outlets):
            if isinstance(part, Column) and not part.suffix:
                for number in range(1, _OUTLETS + 1):
                    rows[arcs(f"{part.oid}.{number}")] = SnmpRow(GAUGE, number)
        if outlets.states is None:
            continue
        for part in parts_of(outlets.states):
            if isinstance(part, Column) and not part.suffix:
                for number in range(1, _OUTLETS + 1):
                    value = (outlets.states.on if number % 2 else outlets.states.off)[0]
                    row = (
                        SnmpRow(INTEGER, int(value))
                        if value.lstrip("-").isdigit()
                        else SnmpRow(OCTETS, value.encode())
                    )
                    rows[arcs(f"{part.oid}.{number}")] = row
    return rows


@contextlib.contextmanager
def _serving(unit: TrialUnit) -> Iterator[int]:
    agent = SimulatedAgent(unit, 0, COMMUNITY)
    try:
        yield agent.port
    finally:
        agent.close()
        unit.close()


class _Endless(Exception):
    """A call did not end in time."""


def _call_bounded(function: Callable[..., T], *arguments: Any) -> T:
    """What the function returns. It runs in a thread, which is left alone if it does not end."""
    results: list[T] = []
    errors: list[BaseException] = []

    def run() -> None:
        try:
            results.append(function(*arguments))
        except BaseException as error:  # anybody may have written it
            errors.append(error)

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    thread.join(_CALL_S)
    if errors:
        raise errors[0]
    if not results:
        raise _Endless(f"it did not end within {_CALL_S:g} s")
    return results[0]


# ---- the trials ----------------------------------------------------------------------------------


def _broken(rule: str, detail: str) -> Finding:
    return Finding(RULES[rule], BROKEN, printable(detail, 300))


def _text(error: BaseException) -> str:
    return str(getattr(error, "reason", None) or f"{type(error).__name__}: {error}")


class DeviceTrials:
    """The trials of one handler that speaks SNMP."""

    def __init__(self, handler: LoadedHandler, device: Device) -> None:
        self._handler, self._device = handler, device

    def findings(self) -> Iterator[Finding]:
        """One after the other; some wait for the device."""
        yield from self._reads()
        yield from self._commands()
        yield from self._delays()
        yield from self._faults()

    def _methods(self, port: int, community: str = COMMUNITY) -> FourMethods:
        data = _form(port, community)
        return FourMethods(make_pdu(self._handler.make, data), data)

    def _unit(self, fault: Fault = Fault.NONE) -> TrialUnit:
        return TrialUnit(self._device.rows, self._device.key, fault)

    def _reads(self) -> Iterator[Finding]:
        unit = self._unit()
        with _serving(unit) as port:
            try:
                states = dict(_call_bounded(self._methods(port).states))
            except Exception as error:
                yield _broken("status", _text(error))
            else:
                yield Finding(RULES["status"], KEPT, f"{len(states)} outlets")
                yield _compare_states(states, unit.states())
            try:
                figures = _call_bounded(self._methods(port).figures)
            except Exception as error:
                yield _broken("statistic", _text(error))
            else:
                shown = f"load {figures.load_a} A, energy {figures.energy_kwh} kWh"
                yield Finding(RULES["statistic"], KEPT, shown)

    def _commands(self) -> Iterator[Finding]:
        unit = self._unit()
        outlet = next((name for name, state in unit.states().items() if state is UP), "")
        if not outlet:
            yield Finding(RULES["port_down"], UNTRIED, "no outlet of the device is on")
            return
        with _serving(unit) as port:
            for rule, on in (("port_down", False), ("port_up", True)):
                before = len(unit.commands)
                wanted = UP if on else DOWN
                try:
                    state = _call_bounded(self._methods(port).switch, outlet, on)
                except Exception as error:
                    yield _broken(rule, _text(error))
                    continue
                real = unit.states().get(outlet, UNKNOWN)
                fault = (
                    f"the device has outlet {outlet} {word(real)}"
                    if real is not wanted
                    else f"it returned {state.name}"
                    if state is not wanted
                    else ""
                )
                yield _broken(rule, fault) if fault else Finding(RULES[rule], KEPT)
                number = len(unit.commands) - before
                if number != 1 and rule == "port_down":
                    yield _broken("once", f"{number} writes for one command")
                elif rule == "port_down":
                    yield Finding(RULES["once"], KEPT)

    def _delays(self) -> Iterator[Finding]:
        for rule, fault in (("late", Fault.LATE), ("stuck", Fault.STUCK)):
            unit = self._unit(fault)
            outlet = next((name for name, state in unit.states().items() if state is UP), "")
            if not outlet:
                yield Finding(RULES[rule], UNTRIED, "no outlet of the device is on")
                continue
            with _serving(unit) as port:
                try:
                    state = _call_bounded(self._methods(port).switch, outlet, False)
                except BrokenHandler as error:
                    yield _broken(rule, error.reason)
                    continue
                except Exception as error:
                    yield Finding(RULES[rule], KEPT, f"it raised {_text(error)}"[:200])
                    continue
                real = unit.states().get(outlet, UNKNOWN)
            if state is DOWN and real is UP:
                yield _broken(rule, "it returned DOWN while the device has the outlet on")
            elif rule == "late" and state is UP:
                yield _broken(
                    rule, f"it returned UP; the outlet was off {_LATE_S:g} s after the command"
                )
            else:
                yield Finding(RULES[rule], KEPT, f"it returned {state.name}")

    def _faults(self) -> Iterator[Finding]:
        unit = self._unit()
        with _serving(unit) as port:
            yield self._raises("no outlet", lambda: self._methods(port).switch(_ABSENT, False))
            yield self._raises("community", lambda: self._methods(port, _WRONG).states())
        short = self._unit(Fault.SHORT)
        with _serving(short) as port:
            yield self._raises("short", lambda: self._methods(port).states())
        yield self._raises("silent", lambda: self._methods(_closed_port()).states())

    @staticmethod
    def _raises(rule: str, call: Callable[[], Any]) -> Finding:
        return raises(rule, call)


def raises(rule: str, call: Callable[[], Any]) -> Finding:
    """Kept if the call raises an error that is no mistake of the handler's."""
    try:
        answer = _call_bounded(call)
    except _Endless as error:
        return _broken(rule, str(error))
    except BrokenHandler as error:
        # an exception of its own is what is wanted; it is shown to the user as it is
        kind = KEPT if " raised " in error.reason else BROKEN
        return Finding(RULES[rule], kind, printable(error.reason, 200))
    except Exception as error:
        return Finding(RULES[rule], KEPT, printable(_text(error), 120))
    shown = f"{len(answer)} outlets" if isinstance(answer, list) else getattr(answer, "name", "")
    return _broken(rule, f"it returned {shown} instead")


def _compare_states(
    states: Mapping[str, EnumPowerStatus], real: Mapping[str, EnumPowerStatus]
) -> Finding:
    if list(states) == list(real) and dict(states) == dict(real):
        return Finding(RULES["states"], KEPT)
    missing = [name for name in real if name not in states]
    if missing and len(states) < len(real):
        return _broken("states", f"outlets are missing: {', '.join(missing[:5])}")
    wrong = [
        f"{name} is {states[name].name} instead of {real[name].name}"
        for name in states
        if name in real and states[name] is not real[name]
    ]
    if wrong:
        return _broken("states", "; ".join(wrong[:3]))
    why = "its identities are not those of this pack's family, so states cannot be compared"
    return Finding(RULES["states"], UNTRIED if missing else KEPT, why if missing else "")


def _closed_port() -> int:
    """A UDP port of this machine on which nothing listens."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


# ---- other protocols -----------------------------------------------------------------------------


class ServedTrials:
    """The trials of a handler without SNMP against a served recording, and without a device."""

    def __init__(
        self,
        handler: LoadedHandler,
        form: Callable[[str], Any],
        address: str,
        writes: Optional[Callable[[], Sequence[str]]],
    ) -> None:
        """`form`: the argument of make_handler for an address; `address`: of the served recording,
        "" without one; `writes`: what that was sent.
        """
        self._handler, self._form = handler, form
        self._address, self._writes = address, writes

    def _methods(self, address: str) -> FourMethods:
        data = self._form(address)
        return FourMethods(make_pdu(self._handler.make, data), data)

    def findings(self) -> Iterator[Finding]:
        """One after the other."""
        if self._address:
            yield from self._device_findings()
        else:
            yield Finding(RULES["status"], UNTRIED, "give a recording of the device: --replay FILE")
        with socket.socket() as probe:
            probe.bind((HOST, 0))
            port = probe.getsockname()[1]
        yield raises("silent", lambda: self._methods(f"{HOST}:{port}").states())

    def _number_of_writes(self) -> int:
        return len(self._writes()) if self._writes else 0

    def _device_findings(self) -> Iterator[Finding]:
        pdu = self._methods(self._address)
        try:
            states = dict(_call_bounded(pdu.states))
        except Exception as error:
            yield _broken("status", _text(error))
            return
        yield Finding(RULES["status"], KEPT, f"{len(states)} outlets")
        try:
            figures = _call_bounded(pdu.figures)
            shown = f"load {figures.load_a} A, energy {figures.energy_kwh} kWh"
            yield Finding(RULES["statistic"], KEPT, shown)
        except Exception as error:
            yield _broken("statistic", _text(error))
        outlet = next((name for name, state in states.items() if state is UP), "")
        for rule, on in (("port_down", False), ("port_up", True)) if outlet else ():
            before = self._number_of_writes()
            try:
                state = _call_bounded(pdu.switch, outlet, on)
                real = dict(_call_bounded(pdu.states)).get(outlet, UNKNOWN)
            except Exception as error:
                if isinstance(error, BrokenHandler) or self._number_of_writes() != before:
                    yield _broken(rule, _text(error))
                else:
                    why = f"the served recording takes no command ({_text(error)})"
                    yield Finding(RULES[rule], UNTRIED, printable(why, 200))
                continue
            wanted = UP if on else DOWN
            is_kept = state is wanted and real is wanted
            detail = "" if is_kept else f"it returned {state.name}; status says {real.name}"
            yield Finding(RULES[rule], KEPT if is_kept else BROKEN, detail)
            if self._writes and rule == "port_down":
                number = self._number_of_writes() - before
                kept = number == 1
                detail = "" if kept else f"{number} writes for one command"
                yield Finding(RULES["once"], KEPT if kept else BROKEN, detail)
        yield raises("no outlet", lambda: pdu.switch(_ABSENT, False))
