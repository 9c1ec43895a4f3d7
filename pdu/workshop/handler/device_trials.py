"""Calls a handler's four methods on a device of this machine, and on its faults.

The device is a recording, or made from the family whose objects the handler asks for.
"""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import Any, Callable, Optional, TypeVar

from handlers.dcimanager import Figures
from pdu_common.connection import PduSnmpData
from pdu_common.helper import EnumPowerStatus

from ...cli.states import DOWN, UNKNOWN, UP
from ...loading.four_methods import BrokenHandler, FourMethods, make_pdu
from ...loading.handler_loading import LoadedHandler
from ...recordings.replay_server import HOST
from .method_trials import (
    EndlessCall,
    TrialDevice,
    broken,
    error_text,
    fault_finding,
    method_findings,
    raises,
    untried_after,
)
from .rules import KEPT, RULES, UNTRIED, Finding, Rule
from .trial_units import COMMUNITY, LATE_S, Device, Fault, TrialUnit, requested_device, serving

T = TypeVar("T")
_WRONG = "wrong"
_CALL_S = 60.0  # limit for one call


class BoundedMethods:
    """The methods of a handler. Each call makes the handler's object anew, in a thread that is left
    alone if it does not end.
    """

    def __init__(self, handler: LoadedHandler, data: Callable[[], Any]) -> None:
        """`data`: gives the argument of make_handler."""
        self._handler, self._data = handler, data

    def states(self) -> list[tuple[str, EnumPowerStatus]]:
        """As FourMethods."""
        return self._call("status", FourMethods.states)

    def figures(self) -> Figures:
        """As FourMethods."""
        return self._call("statistic", FourMethods.figures)

    def switch(self, identity: str, on: bool) -> EnumPowerStatus:
        """As FourMethods."""
        return self._call("port_up" if on else "port_down", FourMethods.switch, identity, on)

    def _call(self, name: str, method: Callable[..., T], *arguments: Any) -> T:
        """Call a method of an object made anew, in a thread that is left behind if it does not end.

        Raises what it raises, and EndlessCall.
        """
        results: list[T] = []
        errors: list[BaseException] = []

        def run() -> None:
            try:
                data = self._data()
                pdu = FourMethods(make_pdu(self._handler.make, data), data)
                results.append(method(pdu, *arguments))
            except BaseException as error:  # anybody may have written it
                errors.append(error)

        thread = threading.Thread(target=run, daemon=True)
        thread.start()
        thread.join(_CALL_S)
        if errors:
            raise errors[0]
        if not results:
            raise EndlessCall(f"{name} did not end within {_CALL_S:g} s")
        return results[0]


# ---- SNMP ----------------------------------------------------------------------------------------


class SnmpTrials:
    """The trials of one handler that speaks SNMP."""

    def __init__(self, handler: LoadedHandler, settings: Mapping[str, str]) -> None:
        """`settings`: what DCImanager's form carries besides the fields of SNMP."""
        self._handler, self._settings = handler, settings

    def _methods(self, port: int, community: str = COMMUNITY) -> BoundedMethods:
        fields = {"community": community, "port": str(port), "timeout": "1", "retries": "1"}
        return BoundedMethods(
            self._handler, lambda: PduSnmpData(HOST, {**fields}, {**self._settings})
        )

    def findings(self, device: Optional[Device] = None) -> Iterator[Finding]:
        """One after the other; some wait for the device. Without one, it is made from the family
        whose objects the handler asks for.
        """
        if device is None:
            requests, mistakes = self._requests()
            device = requested_device(requests)
            if device is None:
                yield from _findings_without_device(requests, mistakes)
                return
        yield from self._device_findings(device)

    def _requests(self) -> tuple[set[str], Mapping[str, Exception]]:
        """The OIDs that are asked for, and each method's mistake that cannot come from a missing
        object, on a device that has none of them.
        """
        unit = TrialUnit.empty_unit()
        mistakes: dict[str, Exception] = {}
        with serving(unit) as port:
            methods = self._methods(port)
            for name, call in (("status", methods.states), ("statistic", methods.figures)):
                before = len(unit.requests)
                try:
                    call()
                except Exception as error:
                    is_own = isinstance(error, (BrokenHandler, EndlessCall))
                    if is_own and (
                        len(unit.requests) == before or " raised " not in error_text(error)
                    ):
                        mistakes[name] = error
        return unit.oids(), mistakes

    def _device_findings(self, device: Device) -> Iterator[Finding]:
        """Findings on a simulated device, then on others with a fault each."""

        def raised(rule: str, fault: Fault = Fault.NONE, community: str = COMMUNITY) -> Finding:
            with serving(TrialUnit(device.rows, device.key, fault)) as port:
                return raises(rule, self._methods(port, community).states)

        def delayed(rule: str, fault: Fault) -> Finding:
            return self._delay_finding(rule, TrialUnit(device.rows, device.key, fault))

        unit = TrialUnit(device.rows, device.key)
        broken_rules: list[Rule] = []
        with serving(unit) as port:
            trial_device = TrialDevice(
                self._methods(port),
                device.about,
                unit.states,
                lambda: len(unit.commands),
                unit.measured_sums(),
            )
            yield from method_findings(trial_device, broken_rules)
        silent = self._methods(_closed_port())
        for rule, method, trial in (
            ("community", "status", partial(raised, community=_WRONG)),
            ("late", "port_down", partial(delayed, fault=Fault.LATE)),
            ("stuck", "port_down", partial(delayed, fault=Fault.STUCK)),
            ("short", "status", partial(raised, fault=Fault.SHORT)),
            ("silent", "status", partial(raises, call=silent.states)),
        ):
            yield untried_after(broken_rules, method, rule) or trial(rule)

    def _delay_finding(self, rule: str, unit: TrialUnit) -> Finding:
        """Switch an outlet off on a unit that obeys late or never: `port_down` must not tell DOWN
        early.
        """
        outlet = next((name for name, state in unit.states().items() if state is UP), "")
        if not outlet:
            return Finding(RULES[rule], UNTRIED, "no outlet of the device is on")
        with serving(unit) as port:
            try:
                state = self._methods(port).switch(outlet, False)
            except BrokenHandler as error:
                return fault_finding(rule, error)
            except Exception as error:
                return Finding(RULES[rule], KEPT, f"it raised {error_text(error)}"[:200])
            real = unit.states().get(outlet, UNKNOWN)
        if state is DOWN and real is UP:
            return broken(rule, "port_down returned DOWN while the device has the outlet on")
        if rule == "late" and state is UP:
            return broken(
                rule, f"port_down returned UP; the outlet was off {LATE_S:g} s after the command"
            )
        return Finding(RULES[rule], KEPT, f"it returned {state.name}")


def _findings_without_device(
    requests: set[str], mistakes: Mapping[str, Exception]
) -> Iterator[Finding]:
    """Findings for a handler whose requests no family of this pack answers."""
    yield from (fault_finding(rule, error) for rule, error in mistakes.items())
    if "status" not in mistakes:
        names = ", ".join(sorted(requests)[:3]) or "none"
        why = f"no family of this pack has the objects that it asks for ({names})"
        yield Finding(RULES["status"], UNTRIED, f"{why}: give --replay FILE")


def _closed_port(kind: socket.SocketKind = socket.SOCK_DGRAM) -> int:
    """A port of this machine on which nothing listens."""
    with socket.socket(socket.AF_INET, kind) as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


# ---- other protocols -----------------------------------------------------------------------------


def served_findings(
    handler: LoadedHandler,
    form: Callable[[str], Any],
    address: str,
    writes: Optional[Callable[[], Sequence[str]]],
) -> Iterator[Finding]:
    """The trials of a handler without SNMP on a served recording, and without a device.

    `form`: the argument of make_handler for an address; `address`: of the served recording, ""
    without one; `writes`: what that was sent.
    """
    broken_rules: list[Rule] = []
    if address:
        methods = BoundedMethods(handler, lambda: form(address))
        count = None if writes is None else lambda: len(writes())
        trial_device = TrialDevice(methods, "the recording", commands=count)
        yield from method_findings(trial_device, broken_rules)
        for rule in ("states", "figures"):
            why = "what the device has is known of families of SNMP alone: compare it yourself"
            yield Finding(RULES[rule], UNTRIED, why)
    else:
        yield Finding(RULES["status"], UNTRIED, "give a recording of the device: --replay FILE")
    nowhere = f"{HOST}:{_closed_port(socket.SOCK_STREAM)}"
    silent = BoundedMethods(handler, lambda: form(nowhere))
    yield untried_after(broken_rules, "status", "silent") or raises("silent", silent.states)
