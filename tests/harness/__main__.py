"""One call of a handler, shown to a person or as JSON; exit codes say which kind of error it was."""
from __future__ import annotations

import argparse
import json
import sys
import time
from typing import Any, Dict, List, Optional, Type, Union

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from handlers import ending
from handlers.errors import PduHandlerError, SettingsError, Unreachable
from pdu_common.base_snmp_pdu import SnmpError
from pdu_common.connection import PduData, PduSnmpData
from pdu_common.helper import EnumPowerStatus, PduPortView

from . import connection
from .loading import load
from .record import record

EXIT_CODES = """exit codes: 0 done; 1 a defect; 2 wrong arguments or settings; 3 unreachable; 4 login or rights; 5 an answer that
is not the protocol; 6 refused by the device; 7 no such outlet; 8 not supported by this device; 9 answered, but the outlet
is not (or not known to be) in the wanted state; 130 interrupted"""

NOT_AS_ASKED, INTERRUPTED = 9, 130


def main(arguments: Optional[List[str]] = None) -> int:
    """The command line; the exit codes are EXIT_CODES."""
    options = _parser().parse_args(arguments)
    try:
        return _run(options)
    except KeyboardInterrupt:
        print("interrupted" if options.call not in ("up", "down") else "interrupted: a command that was sent may still be done",
              file=sys.stderr)
        return INTERRUPTED


def _run(options: argparse.Namespace) -> int:
    try:
        if (options.call in ("up", "down")) != bool(options.outlet):
            raise ValueError("up and down take an outlet's identity, the other calls take none")
        handler = load(options.handler)
        data = connection.pdu_data(handler, options.host, options)
        if options.call == "record":
            return _record(data)
    except ValueError as error:
        print(error, file=sys.stderr)
        return 2
    pdu = handler.make(data)
    begin = time.monotonic()
    try:
        answer = _CALLS[options.call](pdu, options.outlet)
    except Exception as error:
        kind = getattr(error, "kind", None)
        if kind is None:
            raise               # a defect: its traceback is what we need
        if options.json:
            print(json.dumps({"call": options.call, "error": {
                "kind": kind, "host": getattr(error, "host", ""), "operation": getattr(error, "operation", ""),
                "reason": getattr(error, "reason", str(error))}}, indent=1))
        else:
            print(f"{kind}: {error}", file=sys.stderr)
        return int(getattr(error, "exit_code", 1))
    answer = {"call": options.call, "handler": handler.name, "host": options.host, **answer,
              "seconds": round(time.monotonic() - begin, 3)}
    if options.json:
        print(json.dumps(answer, indent=1))
    else:
        _show(answer)
    wanted = {"up": "UP", "down": "DOWN"}.get(options.call)
    return 0 if wanted in (None, answer.get("state")) else NOT_AS_ASKED


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.harness", epilog=EXIT_CODES,
                                     description="Calls a handler as DCImanager does and shows what DCImanager would see.")
    parser.add_argument("call", choices=("status", "up", "down", "statistic", "record"),
                        help="record (snmp only) prints what the device answers, to have its family added: > FILE.snmprec")
    parser.add_argument("handler", help="raritan, snmp, nut, or the path of a built archive")
    parser.add_argument("host", help="the PDU's address, as on DCImanager's form")
    parser.add_argument("outlet", nargs="?", help="for up and down: the identity that status shows")
    parser.add_argument("--json", action="store_true", help="print JSON")
    connection.add_arguments(parser)
    return parser


def _record(data: Union[PduData, PduSnmpData]) -> int:
    """Prints a recording of a SNMP device. Raises ValueError for any other."""
    if not isinstance(data, PduSnmpData):
        raise ValueError("record takes the handler snmp: the others have nothing that could be walked")
    try:
        lines = record(data)
    except SnmpError as error:
        kind: Type[PduHandlerError] = SettingsError if str(error).startswith("snmp_params") else Unreachable
        print(f"{kind.kind}: {error}", file=sys.stderr)
        return kind.exit_code
    print("\n".join(lines))
    print(f"{len(lines)} objects. Contact, name, location, addresses and what looks like a serial number are scrubbed; "
          f"look through the file for other names before you give it away.", file=sys.stderr)
    return 0


def _status(pdu: Any, _: Optional[str]) -> Dict[str, Any]:
    ports = pdu.status().ports
    labels = {label.identity: label for label in pdu.labels()}
    return {"outlets": [{
        "identity": port.identity, "state": port.power_status.name,
        "number": labels[port.identity].number if port.identity in labels else "",
        "name": labels[port.identity].name if port.identity in labels else ""} for port in ports]}


def _statistic(pdu: Any, _: Optional[str]) -> Dict[str, Any]:
    view = pdu.statistic()
    return {"load_a": view.load, "total_consumption_kwh": view.total_consumption, "outlets": [
        {"identity": port.identity, "consumption_kwh": port.consumption} for port in view.ports]}


def _up(pdu: Any, outlet: Optional[str]) -> Dict[str, Any]:
    return _switched(pdu.port_up(PduPortView(identity=outlet or "")))


def _down(pdu: Any, outlet: Optional[str]) -> Dict[str, Any]:
    return _switched(pdu.port_down(PduPortView(identity=outlet or "")))


def _switched(port: PduPortView) -> Dict[str, Any]:
    return {"identity": port.identity, "state": port.power_status.name}


_CALLS = {"status": _status, "up": _up, "down": _down, "statistic": _statistic}
_COLOURS = {EnumPowerStatus.UP.name: "green", EnumPowerStatus.DOWN.name: "red", EnumPowerStatus.UNKNOWN.name: "yellow"}


class _Shown(Console):
    """rich ends a program whose reader has gone with 1, which says here that there is a defect."""

    def on_broken_pipe(self) -> None:
        raise BrokenPipeError


def _show(answer: Dict[str, Any]) -> None:
    console = _Shown(highlight=False)
    title = f"{answer['call']} of {answer['host']} by {answer['handler']}, {answer['seconds']} s"
    if "outlets" not in answer:
        console.print(f"{title}: outlet {answer['identity']} is {answer['state']}", markup=False, soft_wrap=True)
        return
    if "load_a" in answer:
        title += f": load {answer['load_a']:g} A, energy {answer['total_consumption_kwh']:g} kWh"
    console.print(title, markup=False, soft_wrap=True)
    columns = list(answer["outlets"][0]) if answer["outlets"] else ["identity"]
    table = Table()
    for column in columns:
        table.add_column(column)
    for outlet in answer["outlets"]:
        table.add_row(*(_plain(outlet[c]) for c in columns), style=_COLOURS.get(outlet.get("state", ""), ""))
    console.print(table)


def _plain(value: object) -> str:
    """A device's text without control characters or markup: a name may hold what a terminal would obey."""
    return escape("".join(c if c.isprintable() else "?" for c in str(value)))


if __name__ == "__main__":
    sys.exit(ending.run(main))
