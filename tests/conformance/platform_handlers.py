"""Runs the platform's own handlers of `pdu_common/handlers` beside ours, on one simulated PDU each.

DCImanager has handlers for APC, ATS, RPCM, C3 Solutions and Aten, all over SNMP (its public page on
adding a PDU). Whether the identities of their ports are ours decides whether servers keep their
ports when a PDU changes its handler: only an owner's copy of the platform can tell.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any, NamedTuple, Union

from pdu.loading.handler_source import has_entry
from tests.dcimanager.worker import Call
from tests.peers import Peer
from tests.peers.snmp import of
from tests.recordings import fixture
from tests.simulators.snmp_agent import Agent, Device, Model
from tests.simulators.snmp_agent.devices import apc, rpcm

from . import trial

#: words in a module's name -> simulated PDUs, by our family; the first that it reads is compared
_UNITS: Mapping[str, Sequence[str]] = {
    "apc": ("apc-rpdu2", "apc-masterswitch", "apc-rpdu"),
    "ats": ("apc-ats", "eaton-ats2", "cyberpower-ats"),
    "rpcm": ("rpcm",),
    "c3": ("clever-rpdu",),
    "aten": ("aten-pe2", "aten-pe"),
}


class _Answers(NamedTuple):
    """What a handler says of one PDU."""

    status: Call
    statistic: Call

    @property
    def ports(self) -> Mapping[str, str]:
        """Identity -> state."""
        ports: Mapping[str, str] = self.status.value.get("ports", {}) if self.status.ok else {}
        return ports


def modules(tree: Path) -> list[str]:
    """The modules below `pdu_common/handlers` that have make_handler."""
    return [
        ".".join(path.relative_to(tree).with_suffix("").parts)
        for path in sorted((tree / "pdu_common" / "handlers").rglob("*.py"))
        if has_entry(str(path), path.read_bytes(), [])
    ]


def lines(platform: trial.Platform, own_handler: trial.HandlerModule) -> Iterator[str]:
    """A paragraph for each handler of the platform. `own_handler`: the archive pdu_snmp."""
    names = modules(platform.tree)
    if not names:
        yield "platform handlers: pdu_common/handlers has no module with make_handler"
    for name in names:
        yield from _compare(platform, name, own_handler)


def _compare(
    platform: trial.Platform, name: str, own_handler: trial.HandlerModule
) -> Iterator[str]:
    handler = trial.HandlerModule(str(platform.tree), name)
    failures: list[str] = []
    for key in _candidates(name):
        with ExitStack() as stack:
            peer = of(stack.enter_context(Agent(_device(key))))
            answers = _ask(platform, handler, peer)
            if answers.status.kind == "import":
                yield f"platform handler {name}: cannot be loaded: {answers.status.text}"
                return
            if not answers.ports:
                failures.append(f"{key}: {answers.status.text or 'no ports'}")
                continue
            yield f"platform handler {name} reads the simulated {key}"
            yield from _differences(answers, _ask(platform, own_handler, peer))
            return
    yield f"platform handler {name}: reads none of the simulated PDUs"
    yield from (f"    {failure}" for failure in failures)


def _candidates(name: str) -> list[str]:
    """The families that its name says, else all."""
    word = name.rpartition(".")[2].lower()
    keys = [key for part, units in _UNITS.items() if part in word for key in units]
    return keys or [key for units in _UNITS.values() for key in units]


def _device(key: str) -> Union[Model, Device]:
    if key == "apc-rpdu2":
        return apc.rpdu2(outlets=8)
    return rpcm.rpcm() if key == "rpcm" else fixture(key).device()


def _ask(platform: trial.Platform, handler: trial.HandlerModule, peer: Peer) -> _Answers:
    with trial.worker_of(platform, handler, peer) as worker:
        status = worker.call("status", trial.CALL_SECONDS)
        return _Answers(status, worker.call("statistic", trial.CALL_SECONDS))


def _differences(answers: _Answers, own_answers: _Answers) -> Iterator[str]:
    yield f"    ports: {_shown(answers.ports)}"
    yield f"    figures: {_figures(answers.statistic)}"
    if not own_answers.ports:
        yield f"    ours: {own_answers.status.text or 'no ports'}"
        return
    if list(answers.ports) == list(own_answers.ports):
        yield "    identities: the same as ours: servers keep their ports"
    else:
        yield (
            f"    identities differ; ours: {_shown(own_answers.ports)}: a PDU that changes its"
            " handler must be wired anew"
        )
    states = {
        identity: f"{state} instead of {own_answers.ports[identity]}"
        for identity, state in answers.ports.items()
        if identity in own_answers.ports and own_answers.ports[identity] != state
    }
    if states:
        yield f"    states differ: {_shown(states)}"
    own_figures = _figures(own_answers.statistic)
    if own_figures != _figures(answers.statistic):
        yield f"    figures differ; ours: {own_figures}"


def _figures(call: Call) -> str:
    if not call.ok:
        return f"{call.kind}: {call.text}"
    value: Mapping[str, Any] = call.value
    load, energy, ports = value["load"], value["total_consumption"], value["ports"]
    return f"load {load} A, energy {energy} kWh, by outlet {_shown(ports)}"


def _shown(values: Mapping[str, object]) -> str:
    return ", ".join(f"{key} {value}" for key, value in values.items()) or "none"
