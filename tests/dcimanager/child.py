"""Runs one PDU's handler in a process of its own, started by `worker.py` by this file's path; imports nothing of ours.

Lines of JSON on standard input: first the job, then one call per line; one line of JSON on standard output answers
each. When the input ends, this process ends, also in the middle of a call: nothing outlives the stand-in.
"""
from __future__ import annotations

import importlib
import json
import logging
import math
import os
import queue
import sys
import threading
from importlib.abc import MetaPathFinder
from typing import Any, Callable, Dict, Mapping, Optional, Sequence


class _Without(MetaPathFinder):
    """Hides third-party packages that a platform may not have."""

    def __init__(self, names: Sequence[str]) -> None:
        self._names = frozenset(names)

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> None:
        if name.partition(".")[0] in self._names:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)


def main() -> None:
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)                       # what a handler prints must not stand between the answers
    lines: "queue.Queue[str]" = queue.Queue()
    threading.Thread(target=_listen, args=(lines,), daemon=True).start()
    job = json.loads(lines.get())
    sys.path[:0] = job["paths"]
    sys.meta_path.insert(0, _Without(job["without"]))
    logging.basicConfig(stream=sys.stderr, level=logging.INFO, format="%(levelname)s %(name)s: %(message)s")
    try:
        pdu = _make(job)
    except BaseException as error:      # whatever a foreign module does at its import, the answer is a sentence
        failed = {"kind": "import", "text": f"{type(error).__name__}: {error}"}
        while True:
            lines.get()
            _say(answers, failed)
    while True:
        _say(answers, _answer(pdu, json.loads(lines.get())))


def _listen(lines: "queue.Queue[str]") -> None:
    for line in sys.stdin:
        lines.put(line)
    os._exit(0)


def _say(answers: Any, answer: Mapping[str, Any]) -> None:
    answers.write(json.dumps(answer) + "\n")
    answers.flush()


def _make(job: Mapping[str, Any]) -> Any:
    connection = importlib.import_module("pdu_common.connection")
    data = getattr(connection, job["data"]["class"])(**job["data"]["fields"])
    return importlib.import_module(job["import"]).make_handler(data)


def _answer(pdu: Any, call: Mapping[str, str]) -> Dict[str, Any]:
    try:
        return {"value": _CALLS[call["method"]](pdu, call)}
    except Exception as error:
        # Every archive has error classes of its own, so only the text `kind` can be compared.
        kind = getattr(error, "kind", None)
        if isinstance(kind, str):
            return {"kind": kind, "text": str(error)}
        logging.exception("defect in %s", call["method"])
        return {"kind": "bug", "text": f"{type(error).__name__}: {error}"}


def _status(pdu: Any, call: Mapping[str, str]) -> Any:
    ports = pdu.status().ports
    identities = [_text(port.identity) for port in ports]
    if len(set(identities)) != len(identities):
        raise ValueError(f"an identity stands for two ports: {identities}")
    return {"ports": {port.identity: port.power_status.name for port in ports}}


def _statistic(pdu: Any, call: Mapping[str, str]) -> Any:
    view = pdu.statistic()
    return {"load": _figure(view.load), "total_consumption": _figure(view.total_consumption),
            "ports": {_text(port.identity): _figure(port.consumption) for port in view.ports}}


def _text(value: object) -> str:
    if not isinstance(value, str) or not value:
        raise TypeError(f"an identity is text, not {value!r}")
    return value


def _figure(value: object) -> float:
    if not isinstance(value, float) or not math.isfinite(value):
        raise TypeError(f"a figure is a finite float, not {value!r}")
    return value


def _switch(method: str) -> Callable[[Any, Mapping[str, str]], Any]:
    def switch(pdu: Any, call: Mapping[str, str]) -> Any:
        helper = importlib.import_module("pdu_common.helper")
        given = helper.PduPortView(identity=call["identity"], power_status=helper.EnumPowerStatus[call["state"]])
        port = getattr(pdu, method)(given)
        return {"identity": port.identity, "state": port.power_status.name, "same_object": port is given}
    return switch


_CALLS: Dict[str, Callable[[Any, Mapping[str, str]], Optional[Any]]] = {
    "status": _status, "statistic": _statistic, "port_up": _switch("port_up"), "port_down": _switch("port_down"),
}

if __name__ == "__main__":
    main()
