"""Formats numbers, times and states for the page, and makes foreign text harmless.

Jinja escapes all results but `moment`'s.
"""

from __future__ import annotations

import functools
from datetime import datetime, timezone
from pathlib import Path
from typing import Any, Optional

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from handlers.shared.address import Address, host_with_port
from handlers.shared.errors import printable

from ..records import LATE_S, Pdu
from .outcomes import Outcome

LONGEST = 120  # default limit of `plain`, in characters
# kind of a failed call → its words, if they differ
FAILURES = {"time-out": "hung, stopped", "died": "crashed"}
STATES = {"UP": "on", "DOWN": "off", "UNKNOWN": "unknown"}


def number(value: float, places: int = 3) -> str:
    """A figure in A or kWh, rounded to mA or Wh: always three decimals, or `places`, with a comma
    between thousands, so that the figures of a column can be compared at a glance.
    """
    # adding 0.0 turns -0 into 0
    return f"{round(value, places) + 0.0:,.{places}f}"


def where(pdu: Pdu) -> str:
    """The address of a PDU, with a port that is on its form: several may be behind one address."""
    address = Address(pdu.address)
    port = address.port or pdu.snmp.get("port") or pdu.settings.get("port")
    return host_with_port(address.host, port, 0)


def load(pdu: Pdu, identity: Optional[str] = None) -> str:
    """The load of a PDU, or the current of one of its ports; "not metered" or a dash if there is no
    figure.
    """
    own, of_port = (
        pdu.load_a if "load" in pdu.metered else None,
        pdu.port_load_a.get(identity or ""),
    )
    return _figure(pdu, own if identity is None else of_port, "A")


def energy(pdu: Pdu, identity: Optional[str] = None) -> str:
    """The energy counter of a PDU, or of one of its ports; "not metered" or a dash if there is no
    figure.
    """
    if identity is None:
        value = pdu.energy_kwh if "energy" in pdu.metered else None
    else:
        value = pdu.port_energy_kwh.get(identity) if identity in pdu.port_metered else None
    return _figure(pdu, value, "kWh")


def _figure(pdu: Pdu, value: Optional[float], unit: str) -> str:
    if value is None:
        # a dash: no good `statistic` since the PDU was added or changed
        return "not metered" if pdu.measured_at else "–"
    return f"{number(value)}\u00a0{unit}"


def seconds(value: float) -> str:
    if value < 1:
        return f"{value * 1000:.0f}\u00a0ms"
    return f"{value:.1f}".replace(".0", "") + "\u00a0s"


def size(value: int) -> str:
    return f"{value / 1000:.0f}\u00a0kB"


def plain(text: object, limit: int = LONGEST) -> str:
    """Text of a device, a person or an archive: control and bidirectional characters as escapes,
    cut at `limit`.
    """
    return printable(str(text), limit)


def moment(at: float) -> Markup:
    """A time in UTC, which the page's script shows in the browser's zone; "never" for 0."""
    if not at:
        return Markup("never")
    when = datetime.fromtimestamp(at, timezone.utc)
    exact, text = when.isoformat(timespec="seconds"), when.strftime("%Y-%m-%d %H:%M:%S UTC")
    return Markup('<time datetime="{}">{}</time>').format(exact, text)


def state(pdu: Pdu, identity: str) -> str:
    """A port's state on the page: "unknown" if the handler reported UNKNOWN, or if the port's last
    switching is in doubt; "on" or "off" if `last_poll` succeeded; else "stale", for example
    until the first poll after a restart or a change of address."""
    return _state(pdu, identity, _is_stale(pdu))


def _state(pdu: Pdu, identity: str, is_stale: bool) -> str:
    if identity in pdu.doubts:
        return "unknown"
    shown = STATES.get(pdu.ports.get(identity, ""), "unknown")
    return "stale" if is_stale and shown != "unknown" else shown


def offered(pdu: Pdu, identity: str) -> tuple[str, ...]:
    """The commands beside an outlet: the one that changes its state; both if the state is not
    certain.
    """
    return {"on": ("off",), "off": ("on",)}.get(state(pdu, identity), ("on", "off"))


def _is_stale(pdu: Pdu) -> bool:
    last = pdu.last_poll
    return last is None or not last.ok


def counts(pdu: Pdu) -> dict[str, int]:
    """The number of ports in each state."""
    is_stale = _is_stale(pdu)
    seen = [_state(pdu, identity, is_stale) for identity in pdu.ports]
    return {name: seen.count(name) for name in ("on", "off", "unknown", "stale")}


def contradicted(pdu: Pdu, identity: str, outcome: Outcome) -> bool:
    """Whether a poll after a successful command reports another state than the command's."""
    is_later = pdu.polled_at > outcome.at and not pdu.unread
    return outcome.good and is_later and pdu.port_state(identity) != outcome.wanted


def still_flows(pdu: Pdu, identity: str, outcome: Outcome) -> bool:
    """Whether the port's meter, read after a command to switch off, shows a current."""
    is_read = identity in pdu.switched and not pdu.measured_before_command(identity)
    return outcome.wanted == "DOWN" and is_read and pdu.port_load_a.get(identity, 0.0) > 0


def may_be_late(pdu: Pdu, identity: str, outcome: Outcome) -> bool:
    """Whether the current that still flows was read so soon after the command that the meter may
    not have renewed its figure.
    """
    return still_flows(pdu, identity, outcome) and pdu.measured_at - outcome.at < LATE_S


def failing(pdu: Pdu) -> bool:
    last = pdu.last_poll
    return last is not None and not last.ok


def waiting(pdu: Pdu) -> bool:
    """Whether no poll of the PDU has ended, or none since its address or settings were changed."""
    return pdu.last_poll is None and (pdu.unread or not pdu.polled_at)


def failure(pdu: Pdu) -> str:
    """The error of the last poll without the PDU's address in front, which stands beside it."""
    text = pdu.last_poll.text if pdu.last_poll else ""
    host, colon, rest = text.partition(": ")
    return rest if colon and host.startswith(pdu.address) else text


def is_old(pdu: Pdu) -> bool:
    """Whether the figures shown are from before the last poll: it failed, or nothing was read since
    a restart.
    """
    return unmeasured(pdu) or failing(pdu) or not pdu.last("statistic")


def unmeasured(pdu: Pdu) -> bool:
    """Whether the last `statistic` failed: any figures shown are from an earlier one."""
    last = pdu.last("statistic")
    return last is not None and not last.ok


@functools.cache
def environment() -> Environment:
    """The templates of this package, with the functions of this module as filters and globals."""
    env = Environment(
        loader=FileSystemLoader(Path(__file__).with_name("templates")),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    filters: Any = {
        "number": number,
        "load": load,
        "energy": energy,
        "seconds": seconds,
        "size": size,
        "plain": plain,
        "moment": moment,
        "where": where,
    }
    env.filters.update(filters)
    env.globals.update(
        failure=failure,
        FAILURES=FAILURES,
        state=state,
        offered=offered,
        counts=counts,
        failing=failing,
        unmeasured=unmeasured,
        waiting=waiting,
        contradicted=contradicted,
        still_flows=still_flows,
        may_be_late=may_be_late,
        is_old=is_old,
    )
    return env
