"""Runs the platform's own handlers of `pdu_common/handlers` beside ours, on one simulated PDU each.

DCImanager has handlers for APC, ATS, RPCM, C3 Solutions and Aten, all over SNMP (its public page on
adding a PDU). Whether the identities of their ports are ours decides whether servers keep their
ports when a PDU changes its handler: only an owner's copy of the platform can tell.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple, Optional

from ..loading.handler_source import InvalidPython, has_entry
from . import trials
from .report_lines import ReportLine, failure_line
from .units import PlatformPdu, snmp_pdu
from .worker import Call

#: words in a module's name -> simulated PDUs, by our family; the first that it reads is compared
_UNITS: Mapping[str, Sequence[str]] = {
    "apc": ("apc-rpdu2", "apc-masterswitch", "apc-rpdu"),
    "ats": ("cyberpower-ats",),
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
        """The states of the ports by identity."""
        if not self.status.ok:
            return {}
        ports: Mapping[str, str] = self.status.value.get("ports", {})
        return ports


def modules(tree: Path) -> list[str]:
    """The modules below `pdu_common/handlers` that have make_handler."""
    names: list[str] = []
    for path in sorted((tree / "pdu_common" / "handlers").rglob("*.py")):
        with contextlib.suppress(InvalidPython):
            if has_entry(str(path), path.read_bytes()):
                names.append(".".join(path.relative_to(tree).with_suffix("").parts))
    return names


class Comparison(NamedTuple):
    """What came of one of the platform's handlers."""

    module: str
    #: a sentence, and lines that say more
    words: ReportLine
    details: Sequence[ReportLine] = ()
    #: whether a PDU that gets our handler keeps its ports; None if it is not known
    keeps_ports: Optional[bool] = None

    @property
    def data(self) -> dict[str, Any]:
        """The fields for JSON."""
        return {
            "module": self.module,
            "words": self.words.shown,
            "details": [detail.shown for detail in self.details],
            "keeps_ports": self.keeps_ports,
        }


def compare_handlers(
    platform: trials.Platform, own_handler: trials.HandlerModule
) -> Iterator[Comparison]:
    """Each handler of the platform compared with `own_handler`, this pack's for SNMP."""
    for name in modules(platform.tree):
        yield _compare(platform, name, own_handler)


def _compare(platform: trials.Platform, name: str, own_handler: trials.HandlerModule) -> Comparison:
    """A handler of the platform compared with this pack's, on the first PDU that it reads."""
    handler = trials.HandlerModule(str(platform.tree), name)
    failures: list[ReportLine] = []
    for key in _candidates(name):
        with snmp_pdu(key) as pdu:
            answers = _ask(platform, handler, pdu)
            status = answers.status
            if status.kind == "import":
                return Comparison(name, failure_line("cannot be loaded: ", status))
            if answers.ports:
                own_answers = _ask(platform, own_handler, pdu)
                return _comparison(name, key, answers, own_answers)
            failures.append(_unread_line(f"{key}: ", status))
    return Comparison(name, ReportLine("reads none of the simulated PDUs"), failures)


def _unread_line(begin: str, status: Call) -> ReportLine:
    """A line of a status that showed no ports."""
    return ReportLine(f"{begin}no ports") if status.ok else failure_line(begin, status)


def _candidates(name: str) -> list[str]:
    """The families that its name says, else all."""
    word = name.rpartition(".")[2].lower()
    all_keys: list[str] = []
    keys: list[str] = []
    for part, units in _UNITS.items():
        all_keys += units
        if part in word:
            keys += units
    return keys or all_keys


def _ask(platform: trials.Platform, handler: trials.HandlerModule, pdu: PlatformPdu) -> _Answers:
    """What the handler says of this PDU, in a process of its own."""
    with trials.worker_process(platform, handler, pdu.form) as worker:
        status = worker.call("status", trials.CALL_SECONDS)
        return _Answers(status, worker.call("statistic", trials.CALL_SECONDS))


def _comparison(name: str, key: str, answers: _Answers, own_answers: _Answers) -> Comparison:
    """The answers of the platform's handler compared with those of this pack's."""
    details = [
        ReportLine(f"ports: {_enumeration(answers.ports)}"),
        _figures_line("figures: ", answers.statistic),
    ]
    words = ReportLine(f"reads the simulated {key}")
    if not own_answers.ports:
        details.append(_unread_line("ours: ", own_answers.status))
        return Comparison(name, words, details)
    keeps_ports = list(answers.ports) == list(own_answers.ports)
    if keeps_ports:
        details.append(ReportLine("identities: the same as ours: servers keep their ports"))
    else:
        own_ports = _enumeration(own_answers.ports)
        advice = "a PDU that changes its handler must be wired anew"
        details.append(ReportLine(f"identities differ; ours: {own_ports}: {advice}"))
    differences = _state_differences(answers.ports, own_answers.ports)
    if differences:
        details.append(ReportLine(f"states differ: {_enumeration(differences)}"))
    own_figures = _figures_line("figures differ; ours: ", own_answers.statistic)
    if own_figures != _figures_line("figures differ; ours: ", answers.statistic):
        details.append(own_figures)
    return Comparison(name, words, details, keeps_ports)


def _state_differences(ports: Mapping[str, str], own_ports: Mapping[str, str]) -> dict[str, str]:
    """Where both handlers list an outlet with another state each: the two states by identity."""
    differences = {}
    for identity, state in ports.items():
        own_state = own_ports.get(identity, state)
        if own_state != state:
            differences[identity] = f"{state} instead of {own_state}"
    return differences


def _figures_line(begin: str, call: Call) -> ReportLine:
    """A line with the figures of `statistic`, or with its error."""
    if not call.ok:
        return failure_line(begin, call)
    value: Mapping[str, Any] = call.value
    load, energy, ports = value["load"], value["total_consumption"], value["ports"]
    figures = f"load {load} A, energy {energy} kWh, by outlet {_enumeration(ports)}"
    return ReportLine(f"{begin}{figures}")


def _enumeration(values: Mapping[str, object]) -> str:
    """The values with their names, in words."""
    return ", ".join(f"{key} {value}" for key, value in values.items()) or "none"
