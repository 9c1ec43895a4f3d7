"""One call of a handler, with one fault at one step or with none."""

from __future__ import annotations

import contextlib
import importlib
import random
from typing import Any, NamedTuple, Optional

from pdu_common.connection import PduData, PduSnmpData
from pdu_common.helper import EnumPowerStatus, PduPortView
from tests.simulators.truth import Truth

from . import judgement
from .catalogue import AT_START, WAITS, WRITES, Fault
from .handshakes import Handshakes
from .protocols import Corruption, Device, Relay, Subject
from .wire import Exchange

PATIENT_S, BRIEF_S = "20", "0.15"
CONFIRM_S = 0.4


class Call(NamedTuple):
    """`seed`: which of the fault's random forms."""

    method: str
    step: int = 0
    seed: int = 0


class Outcome(NamedTuple):
    """`kind` of the error, or "" if none was raised; `steps`: exchanges; `problems`: defects."""

    kind: str
    steps: int
    problems: tuple[str, ...]


class Result(NamedTuple):
    """What a call returned, or the error that it raised."""

    view: Any = None
    error: Optional[BaseException] = None


def play(subject: Subject, fault: Optional[Fault], call: Call) -> Outcome:
    """Makes the call, of a device of its own, and judges the result."""
    key = fault.key if fault else ""
    on = call.method == "port_up"
    identity = subject.up if on else subject.down
    port = PduPortView(identity, EnumPowerStatus.UNKNOWN)
    with contextlib.ExitStack() as stack:
        device = stack.enter_context(subject.opened(key))
        relay, settings = _relay(subject, device, fault, call, identity, on)
        stack.callback(relay.close)
        if key in AT_START:
            device.happen(key, identity, on)
        timeout = BRIEF_S if key in WAITS else PATIENT_S
        pdu = _handler(subject.name, device, relay, settings, timeout)
        truth_before = device.truth()
        result = _result(pdu, call.method, port)
        problems = _problems(call, fault, port, result, device, truth_before)
        if isinstance(relay, Handshakes):
            relay.close()
            if relay.has_request:
                problems.append("sent a request to a server that is not the device")
        kind = ""
        if result.error is not None:
            kind = str(getattr(result.error, "kind", type(result.error).__name__))
        return Outcome(kind, relay.steps, tuple(f"{call}: {problem}" for problem in problems))


def _result(pdu: Any, method: str, port: PduPortView) -> Result:
    """The call's result. Every exception is one, to be judged."""
    try:
        if method in WRITES:
            return Result(view=getattr(pdu, method)(port, deadline=CONFIRM_S))
        return Result(view=getattr(pdu, method)())
    except BaseException as error:
        return Result(error=error)


def _problems(
    call: Call,
    fault: Optional[Fault],
    port: PduPortView,
    result: Result,
    device: Device,
    before: Truth,
) -> list[str]:
    """What is wrong with the result. `before`: the device's true state before the call."""
    after = device.truth()
    commands = after.writes[len(before.writes) :]
    writes = call.method in WRITES
    if result.error is not None:
        problems = [*judgement.error_problems(result.error, fault, device.secrets)]
    elif fault is not None and fault.seeds:
        # a random answer may be a valid one: its form alone is judged
        problems = [] if writes else [*judgement.form_problems(result.view)]
        return [*problems, *judgement.command_count_problems(commands, writes)]
    elif writes:
        on = call.method == "port_up"
        problems = [*judgement.switch_problems(result.view, port, on, after, fault)]
    else:
        problems = [*judgement.view_problems(result.view, call.method, before, after)]
    return [*problems, *judgement.write_problems(result.error, port, writes, commands)]


def _handler(
    name: str, device: Device, relay: Relay, settings: dict[str, str], timeout: str
) -> Any:
    """The handler of the device behind the relay."""
    make = importlib.import_module(f"handlers.{name}.handler").make_handler
    port = {"port": str(relay.port), "timeout": timeout}
    if device.snmp:
        form = {**device.snmp, **port, "retries": "2"}
        return make(PduSnmpData("127.0.0.1", form, settings))
    return make(PduData("127.0.0.1", {**settings, **port}))


def _relay(
    subject: Subject, device: Device, fault: Optional[Fault], call: Call, identity: str, on: bool
) -> tuple[Relay, dict[str, str]]:
    """The relay, or a server of TLS faults in its place, and the handler's settings."""
    settings = dict(device.settings)
    if fault is not None and fault.place == "tls":
        handshakes = Handshakes(fault.key, subject.tls)
        settings.pop("scheme", None)
        settings.update(handshakes.settings)
        if subject.tls == "STARTTLS":
            settings["tls"] = "yes"
        return handshakes, settings
    if fault is None or fault.key in AT_START:
        return subject.relay(device.port, None, 0, None), settings
    if fault.place == "answer":
        return subject.relay(
            device.port, fault, call.step, _corruption(subject, fault, call)
        ), settings
    if fault.place == "device":
        corruption = _playing_once(device, fault.key, identity, on)
        fault = fault._replace(place="answer")
        return subject.relay(device.port, fault, call.step, corruption), settings
    return subject.relay(device.port, fault, call.step, None), settings


def _playing_once(device: Device, key: str, identity: str, on: bool) -> Corruption:
    """A function that plays the fault of a device at the first exchange, and changes no answer."""
    is_played = False

    def corruption(_: Exchange) -> Optional[bytes]:
        nonlocal is_played
        if not is_played:
            is_played = True
            device.happen(key, identity, on)
        return None

    return corruption


def _corruption(subject: Subject, fault: Fault, call: Call) -> Corruption:
    """What makes the wrong answer of a fault whose place is the answer."""
    if fault.key == "random":
        chance = random.Random(f"{subject.name} {call}")
        return lambda exchange: subject.mutated(chance, exchange.answer)
    return subject.corruptions["broken" if fault.key == "hiccup" else fault.key]
