"""The events of a unit, one line for each as it happens."""

from __future__ import annotations

import contextlib
import datetime
import enum
import json
import os
import re
import select
import sys
from collections.abc import Mapping
from typing import Any, TextIO

import click

from handlers.raritan.events import Demand, EventGap, Listener, Outage
from handlers.raritan.rpc import Bulk, Structure, base_name
from handlers.raritan.rpc.event import UserEvent
from handlers.raritan.rpc.idl import Event
from handlers.raritan.rpc.pdumodel import Outlet, Pdu
from handlers.raritan.rpc.sensors import NumericSensor, StateSensor
from handlers.shared.errors import printable

from ..core.cli import error_output, exit_codes, output
from ..core.cli.exit_handling import UNWRITABLE
from ..core.cli.groups import Commands, HostCommand
from ..core.cli.options import Seconds, option
from ..core.cli.output import Result
from .context import HIDDEN, SECRET_FIELDS, Context, hide_secrets, plain
from .show import sensors_of_the_pdu

_USUAL: tuple[Demand, ...] = (
    (Outlet.StateChangedEvent, None),
    (NumericSensor.StateChangedEvent, None),
    (StateSensor.StateChangedEvent, None),
    (UserEvent, None),
)
_EVERY: tuple[Demand, ...] = ((Event, None),)
# an outlet's discrete sensor, whose events repeat those of the outlet
_TWICE = "/outletState"
_OF_EACH = ("source", "actUserName", "actIpAddr")
# of the JSON of each event, before its fields
_KEYS = ("time", "event", "source", "name")
_LONGEST_S = 30 * 86400.0


def events(context: Context) -> Result:
    """Print events as they happen.

    Round trips: usually 3 to 5 for the names of sensors and outlets; 3 to subscribe; 1 for each
    poll; 1 to end.
    """
    options, count = context.options, 0
    kinds = _EVERY if options.all else _USUAL
    names = _names(context)
    try:
        with Listener(
            context.agent,
            kinds,
            link=options.link or 0,
            seconds=options.for_,
            notice=_notice(context),
            before_poll=lambda: _still_read(context.out),
        ) as listener:
            for event in listener:
                name = names.get(event.source.target, "") if event.source is not None else ""
                if not options.all and name.endswith(_TWICE):
                    continue
                print(
                    format_json(event, name)
                    if context.run_options.json
                    else format_line(event, name),
                    file=context.out,
                    flush=True,
                )
                count += 1
                if count == options.count:
                    return Result(None, ())
    except KeyboardInterrupt:  # Ctrl-C is the usual end
        return Result(None, (), exit_codes.INTERRUPTED)
    is_short = options.count is not None
    note = (
        f"not-seen: {context.host}: {count} of {options.count} events came within"
        f" {options.for_:.10g} s"
        if is_short
        else ""
    )
    return Result(None, (), exit_codes.NOT_SEEN if is_short else exit_codes.DONE, note=note)


def _names(context: Context) -> dict[str, str]:
    """Resource id → `outlet/3 'web'`, `inlet/1/L2/current`."""
    name_by_sensor = {sensor.target: where for where, sensor in sensors_of_the_pdu(context)}
    outlets, bulk = context.outlets(), Bulk(context.agent)
    requests = bulk.add_each(Outlet.getSettings, outlets)
    bulk.perform()
    for number, (outlet, settings) in enumerate(zip(outlets, requests), 1):
        name = printable(settings.get().name) if settings.error is None else ""
        name_by_sensor[outlet.target] = f"outlet/{number}" + (f" {name!r}" if name else "")
    return name_by_sensor


def _notice(context: Context) -> Any:
    def say(outage: Outage) -> None:
        if outage.duration is None:
            words = (
                f"{error_output.reason(outage.error)}; listening again as soon as the unit answers"
            )
        elif outage.lost is None:
            words = (
                f"listening again after {outage.duration:.0f} s; at most the events in transit were"
                " lost"
            )
        else:
            words = (
                f"listening again after {outage.duration:.0f} s; the unit no longer had the"
                f" channel, so the events from {_time(outage.lost.since)} to"
                f" {_time(outage.lost.until)} are missing"
            )
            gap = _gap_json(outage.lost) if context.run_options.json else _gap(outage.lost)
            print(gap, file=context.out, flush=True)
        with contextlib.suppress(*UNWRITABLE):
            print(f"{context.host}: {words}", file=sys.stderr, flush=True)

    return say


# ---- one event -----------------------------------------------------------------------------------


def _now() -> str:
    return _time(datetime.datetime.now(datetime.timezone.utc))


def _time(moment: datetime.datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def _gap(gap: EventGap) -> str:
    """A line among the events, at the place of those that are missing."""
    return f"{_now()}  events from {_time(gap.since)} to {_time(gap.until)} are missing"


def _gap_json(gap: EventGap) -> str:
    """An object with the `_KEYS`, without an event, and with the time whose events are missing."""
    return json.dumps(
        {
            "time": _now(),
            "event": None,
            "source": None,
            "name": "",
            "missing": {"from": _time(gap.since), "to": _time(gap.until)},
        }
    )


def format_json(event: Event, name: str) -> str:
    """One object: `_KEYS`, then the event's fields except `source`.

    A field named like a key gets an underscore: `event_`.
    """
    data = hide_secrets(plain(event))
    fields = {
        f"{field}_" if field in _KEYS else field: value
        for field, value in data.items()
        if field != "source"
    }
    source = event.source.target if event.source is not None else None
    return json.dumps(
        {
            "time": _now(),
            "event": base_name(event.wire_type),
            "source": source,
            "name": name,
            **fields,
        }
    )


def format_line(event: Event, name: str) -> str:
    """`2026-11-20T19:40:02Z  outlet/3 'web'  state changed: powerState on → off`"""
    kind = base_name(event.wire_type).rpartition(".")[2].removesuffix("Event")
    words = re.sub("(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", " ", printable(kind)).lower()
    changes = _changes(event)
    by = f", by {event.actUserName}" if isinstance(event, UserEvent) and event.actUserName else ""
    by += (
        f" from {event.actIpAddr}"
        if by and isinstance(event, UserEvent) and event.actIpAddr
        else ""
    )
    source = name or (
        "unit" if isinstance(event.source, (Pdu, type(None))) else event.source.target
    )
    text = f"{words}: {', '.join(changes)}" if changes else words
    return f"{_now()}  {printable(source)}  {text}{printable(by)}"


def _changes(event: Event) -> list[str]:
    """The changes: `field old → new` where the event has both values, else `field value`. A
    `new...` that is not a structure (`newRole`) is shown without its name: the event's name
    usually says what changed."""
    fields = {name: getattr(event, name) for name in event.listElements() if name not in _OF_EACH}
    olds = {
        name: next(
            (old for old in (f"old{name[3:]}", f"{name[3:4].lower()}{name[4:]}") if old in fields),
            "",
        )
        # `newUsername` of AccountRenamed: `username`
        for name in fields
        if name.startswith("new")
    }
    changes: list[str] = []
    for name, value in fields.items():
        if name in olds:
            old_values, new_values = _flat(fields.get(olds[name])), _flat(value)
            for key, new in new_values.items():
                if key not in old_values or old_values[key] != new:
                    old = (
                        f"{_field_text(key or name, old_values[key])} → "
                        if key in old_values
                        else ""
                    )
                    changes.append(f"{key} {old}{_field_text(key or name, new)}".strip())
        elif not name.startswith("old") and name not in olds.values():
            changes += [
                f"{key} {_field_text(key, changed_value)}".strip()
                for key, changed_value in _flat(value, name).items()
            ]
    return changes


def _flat(value: object, name: str = "") -> Mapping[str, object]:
    """The fields of a structure by dotted path (`status.aboveUpperCritical`), below `name` if that
    is given, without `timestamp` and `lastPowerStateChange`. Another value is the only entry,
    under `name`; None without a name gives no entry."""
    if not isinstance(value, Structure):
        return {name: value} if name or value is not None else {}
    flat_values: dict[str, object] = {}
    for field in value.listElements() if isinstance(value, Event) else value.elements:
        if field not in ("timestamp", "lastPowerStateChange"):
            flat_values.update(_flat(getattr(value, field), f"{name}.{field}" if name else field))
    return flat_values


def _field_text(field: str, value: object) -> str:
    return HIDDEN if value and field.rpartition(".")[2] in SECRET_FIELDS else format_value(value)


def format_value(value: object) -> str:
    """A value as in tables; a list or map as JSON. A member of an enumeration is shown without its
    type's prefix: PS_ON is `on`."""
    if isinstance(value, (list, dict)):
        return output.text(json.dumps(hide_secrets(plain(value)), ensure_ascii=False))
    if not isinstance(value, enum.Enum):
        return output.text(value)
    prefix, underscore, _ = os.path.commonprefix(
        [member.name for member in type(value)]
    ).rpartition("_")
    return value.name.removeprefix(prefix + underscore).lower().replace("_", " ")


def _still_read(out: TextIO) -> None:
    """Raise BrokenPipeError if the reader of the output has gone, which otherwise shows only when
    an event is printed.
    """
    try:
        number = out.fileno()
    except (OSError, ValueError):  # the output is not a file, as in a test
        return
    if not hasattr(select, "poll"):  # as on Windows
        return
    poller = select.poll()
    poller.register(number, 0)
    if any(event_mask & select.POLLERR for _, event_mask in poller.poll(0)):
        raise BrokenPipeError


_COUNT = click.IntRange(1)
COMMANDS: Commands = {
    "events": HostCommand(
        events,
        [
            *option("--count", "end after this many events", "N", _COUNT),
            *option(
                "--for for_",
                "end after this time; with --count, the exit code is 9 if there were fewer events",
                "SECONDS",
                Seconds(0.1, _LONGEST_S),
            ),
            *option("--all", "all events of the unit, including one for each new reading"),
        ],
        prints=True,
        examples=("events --count 10", "events --for 60 --all --json"),
    )
}
