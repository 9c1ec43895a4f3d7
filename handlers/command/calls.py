"""The commands status, statistic, labels, up and down.

They call a handler as DCImanager does. The handler's method `labels` is an addition of this pack:
DCImanager's interface does not have it.
"""

from __future__ import annotations

import contextlib
import logging
import os
import sys
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Callable

import click

from pdu_common.helper import EnumPowerStatus, PduPortView

from .. import registry
from ..errors import NamedSetting, NoSuchOutlet, SettingsError, Unsupported, printable
from . import asking, form
from .ending import UNWRITABLE
from .exits import DONE, INTERRUPTED, NOT_SEEN
from .files import signals_as_ctrl_c
from .loading import load
from .options import (
    LOGIN,
    SNMP,
    TLS,
    SharedOptions,
    asking as asks,
    completed,
    device,
    given,
    output,
    spelled,
)
from .output import Result, columns, figure, metered, print_json, shown
from .report import Interrupted, described, failed

_COLOURS = {
    EnumPowerStatus.UP.name: "green",
    EnumPowerStatus.DOWN.name: "red",
    EnumPowerStatus.UNKNOWN.name: "yellow",
}
_NO_LABEL = {"number": "", "name": ""}
_HANDLER = click.Argument(
    ["handler"], shell_complete=completed(registry.names, or_file=True), metavar="HANDLER"
)
Outlets = list[dict[str, Any]]


# ---- results of the calls ------------------------------------------------------------------------


def _status(pdu: Any) -> dict[str, Any]:
    ports, labels = pdu.status().ports, _labels_of(pdu)
    return {
        "outlets": [
            {
                "identity": port.identity,
                "state": port.power_status.name,
                **labels.get(port.identity, _NO_LABEL),
            }
            for port in ports
        ]
    }


def _statistic(pdu: Any) -> dict[str, Any]:
    view = pdu.statistic()
    return {
        "load_a": metered(view, "load"),
        "total_consumption_kwh": metered(view, "total_consumption"),
        "outlets": [
            {"identity": port.identity, "consumption_kwh": metered(port, "consumption")}
            for port in view.ports
        ],
    }


def _labels(pdu: Any) -> dict[str, Any]:
    if not hasattr(pdu, "labels"):
        raise Unsupported("this handler has no labels: `pdu status` lists its outlets")
    return {
        "outlets": [{"identity": identity, **label} for identity, label in _labels_of(pdu).items()]
    }


def _labels_of(pdu: Any) -> Mapping[str, Mapping[str, str]]:
    """Number and name by identity; {} if the handler has no `labels`, such as one from another
    pack.
    """
    found = pdu.labels() if hasattr(pdu, "labels") else ()
    caution = getattr(found, "caution", "")
    if caution:
        logging.getLogger(__name__).warning(caution)  # `_warned` shows it
    return {label.identity: {"number": label.number, "name": label.name} for label in found}


# ---- readings ------------------------------------------------------------------------------------


def _read(
    state: SharedOptions,
    call: str,
    handler_name: str,
    hosts: Sequence[str],
    ask: Callable[[Any], dict[str, Any]],
) -> int:
    """Call `ask` once for each host, in the given order. The exit code is that of the first host
    that failed.

    With --json, Ctrl-C prints the answers that were read before, and the exit code is INTERRUPTED.
    """
    handler = load(handler_name)
    handler_data = [(host, form.pdu_data(handler, host, state)) for host in dict.fromkeys(hosts)]
    if len(handler_data) > 1 and state.settings.get("host", "").strip():
        raise SettingsError((NamedSetting("host"), " replaces HOST, so give one HOST with it"))
    codes: list[int] = []
    documents: list[dict[str, Any]] = []
    for host, data in handler_data:
        begin, about = time.monotonic(), {"call": call, "handler": handler.shown, "host": host}
        where = form.place(state, host)
        try:
            with _warned(state, where):
                answer = ask(handler.make(data))
        except KeyboardInterrupt:
            if not state.json or not documents:
                raise
            unread = Interrupted("this PDU and those after it were not read", host)
            documents.append({**about, "error": described(unread, state)})
            codes.insert(0, INTERRUPTED)
            break
        except Exception as error:
            if not state.json or len(handler_data) == 1:
                codes.append(failed(state, error))
            else:
                documents.append({**about, "error": described(error, state)})
                codes.append(documents[-1]["error"]["exit_code"])
            continue
        seconds = round(time.monotonic() - begin, 3)
        documents.append({**about, **answer, "seconds": seconds})
        codes.append(DONE)
        if not state.json:
            print("\n".join(_lines(documents[-1], where)))
    if state.json and documents:
        print_json(documents if len(handler_data) > 1 else documents[0])
    return next((code for code in codes if code), DONE)


class _Warnings(logging.Handler):
    """Prints each different warning once for a host, on standard error."""

    def __init__(self, host: str) -> None:
        super().__init__(logging.WARNING)
        self.host = host
        self.printed: set[str] = set()

    def emit(self, record: logging.LogRecord) -> None:
        words = printable(record.getMessage())
        if words not in self.printed:
            self.printed.add(words)
            # the reading is worth more than its warning
            with contextlib.suppress(*UNWRITABLE):
                print(f"warning: {self.host}: {words}", file=sys.stderr)


@contextlib.contextmanager
def _warned(state: SharedOptions, host: str) -> Iterator[None]:
    """Shows warnings during the block, except with --debug, whose log has them."""
    warnings = _Warnings(host)
    if not state.debug:
        logging.getLogger().addHandler(warnings)
    try:
        yield
    finally:
        logging.getLogger().removeHandler(warnings)


def _hint(handler: str) -> str:
    """Advice for a device that shows no outlets: the setting that may make the handler list some;
    "" if none is known.
    """
    key, value, lists = (
        registry.about(handler).may_list if registry.is_handler(handler) else ("", "", "")
    )
    return f"; {spelled(key, value)} {lists}" if key else ""


def _lines(answer: dict[str, Any], where: str) -> Iterable[str]:
    title = f"{answer['call']} of {where} by {answer['handler']}, {answer['seconds']} s"
    if "load_a" in answer:
        title += (
            f": load {figure(answer['load_a'], 'A')}, energy"
            f" {figure(answer['total_consumption_kwh'], 'kWh')}"
        )
    yield title
    outlets: Outlets = answer["outlets"]
    if "load_a" in answer and all(outlet["consumption_kwh"] is None for outlet in outlets):
        yield "no outlet's energy is metered"
        return
    if not outlets:
        yield f"no outlets{_hint(answer['handler'])}"
        return
    head = ["kWh" if name == "consumption_kwh" else name for name in outlets[0]]
    rows = [
        [figure(value) if name == "consumption_kwh" else value for name, value in outlet.items()]
        for outlet in outlets
    ]
    lines = columns(head, rows)
    yield lines[0]
    coloured = sys.stdout.isatty() and not os.environ.get("NO_COLOR")
    for outlet, line in zip(outlets, lines[1:]):
        yield (
            click.style(line, fg=_COLOURS[outlet["state"]])
            if coloured and outlet.get("state") in _COLOURS
            else line
        )


def _reading(name: str, help_: str, ask: Callable[[Any], dict[str, Any]]) -> click.Command:
    @click.pass_context
    def run(context: click.Context, handler: str, host: Sequence[str]) -> int:
        return _read(given(context), name, handler, host, ask)

    return click.Command(
        name,
        callback=run,
        help=help_,
        params=[
            _HANDLER,
            click.Argument(["host"], nargs=-1, required=True, metavar="HOST..."),
            *device(*LOGIN, *TLS, *SNMP),
            *output(),
        ],
    )


# ---- switching -----------------------------------------------------------------------------------


def _switch(
    state: SharedOptions, on: bool, handler_name: str, host: str, outlets: Sequence[str]
) -> int:
    """Switch the outlets one after the other, until the first error.

    The report includes those that were switched before.
    """
    call, wanted = ("up", EnumPowerStatus.UP) if on else ("down", EnumPowerStatus.DOWN)
    word = "on" if on else "off"
    named = list(dict.fromkeys(outlets))
    handler, where = load(handler_name), form.place(state, host)
    asking.askable(state, f"switching {_listed(named)} {word}", host)
    data = form.pdu_data(handler, host, state)
    if not state.yes:
        asking.confirm(
            state, f"switch {word} {_named(handler.make(data), host, named)} of {where}", host
        )
    state.changing = True
    begin = time.monotonic()
    done: Outlets = []
    answer = {"call": call, "handler": handler.shown, "host": host, "outlets": done}
    begun: list[str] = []
    try:
        # the switched outlets are reported after SIGTERM as well
        with signals_as_ctrl_c(), _warned(state, where):
            for identity in named:
                pdu = handler.make(data)
                begun.append(identity)
                try:
                    command = pdu.port_up if on else pdu.port_down
                    port = command(PduPortView(identity=identity))
                except Exception as error:
                    place = [
                        "the error is about"
                        f" {'; '.join([_listed([identity]), *_unsent(named[len(begun) :])])}"
                    ]
                    return _stopped(
                        state,
                        answer,
                        error,
                        [*(place if len(named) > 1 else ()), *_not_seen(done, where, word)],
                    )
                done.append(
                    {
                        "identity": identity,
                        "state": port.power_status.name,
                        "done": port.power_status is wanted,
                    }
                )
                if not state.json:
                    print(
                        f"{call} of {where} by {handler.shown}: outlet {identity} is"
                        f" {port.power_status.name}"
                    )
    except KeyboardInterrupt:
        unsure, missed = begun[len(done) :], _not_seen(done, where, word)
        done += [
            {"identity": identity, "state": EnumPowerStatus.UNKNOWN.name, "done": False}
            for identity in unsure
        ]
        reasons = [
            *(f"outlet {identity} may or may not have switched" for identity in unsure),
            *_unsent(named[len(begun) :]),
        ]
        return _stopped(
            state,
            answer,
            Interrupted("; ".join(reasons) or "every command had been answered", host),
            missed,
        )
    notes = _not_seen(done, where, word)
    return shown(
        Result(
            {**answer, "seconds": round(time.monotonic() - begin, 3)},
            (),
            NOT_SEEN if notes else DONE,
            note="\n".join(notes),
        ),
        state.json,
    )


def _not_seen(outlets: Outlets, where: str, word: str) -> list[str]:
    """A sentence about the outlets that accepted the command but did not report the wanted state,
    if there are any.
    """
    note = "; ".join(
        f"outlet {outlet['identity']} of {where} was to be switched {word}; the PDU accepted the"
        f" command, but the outlet's state is {outlet['state']}: look at the PDU before you try"
        " again"
        for outlet in outlets
        if not outlet["done"]
    )
    return [f"not-seen: {note}"] if note else []


def _unsent(identities: Sequence[str]) -> list[str]:
    return [f"no command was sent to {_listed(identities)}"] if identities else []


def _stopped(
    state: SharedOptions, answer: Mapping[str, Any], error: BaseException, notes: Sequence[str]
) -> int:
    """Report why switching stopped: with --json also the outlets in `answer`, else also the notes.
    Return the exit code.
    """
    if not answer["outlets"] or not state.json:
        code = failed(state, error)
        for note in () if state.json else notes:
            print(printable(note, 10 * len(note)), file=sys.stderr)
        return code
    about = described(error, state)
    print_json({**answer, "error": about})
    return int(about["exit_code"])


def _listed(identities: Sequence[str]) -> str:
    return f"outlet{'' if len(identities) == 1 else 's'} {', '.join(identities)}"


def _named(pdu: Any, host: str, identities: Sequence[str]) -> str:
    """The outlets with name and present state, as the question shows them. Raises NoSuchOutlet."""
    found = {str(outlet["identity"]): outlet for outlet in _status(pdu)["outlets"]}
    words = []
    for identity in identities:
        if identity not in found:
            raise NoSuchOutlet(
                f"the PDU has no outlet {identity[:60]!r}; status lists its outlets", host
            )
        outlet = found[identity]
        name = f" {outlet['name']!r}" if outlet["name"] else ""
        words.append(f"outlet {identity}{name} (now {outlet['state']})")
    return ", ".join(words)


def _switching(name: str, help_: str, on: bool) -> click.Command:
    @click.pass_context
    def run(context: click.Context, handler: str, host: str, outlet: Sequence[str]) -> int:
        return _switch(given(context), on, handler, host, outlet)

    return click.Command(
        name,
        callback=run,
        help=help_,
        params=[
            _HANDLER,
            click.Argument(["host"], metavar="HOST"),
            click.Argument(["outlet"], nargs=-1, required=True, metavar="OUTLET..."),
            *device(*LOGIN, *TLS, *SNMP),
            *asks(),
            *output(),
        ],
    )


status = _reading(
    "status",
    "The outlets: the identity that DCImanager shows, state, number on the unit (if known), name.",
    _status,
)
statistic = _reading(
    "statistic",
    "Load in A and energy in kWh of the PDU, and the energy of each outlet that it meters.",
    _statistic,
)
labels = _reading(
    "labels", "The outlets: identity, number printed on the unit (if known), name.", _labels
)
_ASKS = """ Shows the name and the present state of each OUTLET (an identity that status lists) and
asks first.

Outlets are switched one after another, until the first error. No command is sent twice. The state
in the output is the one that the PDU reported afterwards, or UNKNOWN if it did not report the
wanted state in time."""
up = _switching("up", "Switch outlets on." + _ASKS, True)
down = _switching("down", "Switch outlets off." + _ASKS, False)
