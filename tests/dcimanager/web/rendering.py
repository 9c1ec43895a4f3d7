"""Pages from templates; figures, times, states and foreign text as they are shown.

Jinja escapes all results but `moment`'s.
"""

from __future__ import annotations

import functools
import time
from datetime import datetime, timezone
from pathlib import Path
from typing import Any, NamedTuple, Optional
from urllib.parse import quote

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from handlers.shared.address import Address, host_with_port
from handlers.shared.errors import printable

from ..database import storable
from ..records import NOT_SWITCHED, Pdu
from .forms import is_logged_in

_HEADERS = {
    "content-security-policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self';"
        " connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
    ),
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",
    "cache-control": "no-store",
}
_RESULT_SECONDS = 600.0  # how long a row shows the result of its last command
# kind of a failed call → its words, if they differ
FAILURES = {"time-out": "hung, stopped", "died": "crashed"}
STATES = {"UP": "on", "DOWN": "off", "UNKNOWN": "unknown"}


def show(request: Request, template: str, status: int = 200, **values: Any) -> Response:
    """A page."""
    page = environment().get_template(template)
    words = page.render(path=request.url.path, logged_in=is_logged_in(request), **values)
    return HTMLResponse(storable(words), status, _HEADERS)


def plain(text: object, limit: int = 120) -> str:
    """Text of a device, a person or an archive: control and bidirectional characters as escapes,
    cut at `limit`.
    """
    return printable(str(text), limit)


def quote_all(text: str) -> str:
    """`text` with percent-escapes, for a part of a URL; lone surrogates are escaped too."""
    return quote(text.encode("utf-8", "surrogatepass"), safe="")


def where(pdu: Pdu) -> str:
    """The address of a PDU, with a port that is on its form: several may be behind one address."""
    address = Address(pdu.address)
    port = address.port or pdu.snmp.get("port") or pdu.settings.get("port")
    return host_with_port(address.host, port, 0)


def load(pdu: Pdu, identity: Optional[str] = None) -> str:
    """The load of a PDU, or the current of one of its ports."""
    if identity is None:
        return _figure(pdu, _total(pdu, pdu.load_a), "A")
    return _figure(pdu, pdu.port_load_a.get(identity), "A")


def energy(pdu: Pdu, identity: Optional[str] = None) -> str:
    """The energy counter of a PDU, or of one of its ports."""
    if identity is None:
        return _figure(pdu, _total(pdu, pdu.energy_kwh), "kWh")
    return _figure(pdu, pdu.port_energy_kwh.get(identity), "kWh")


def _total(pdu: Pdu, value: float) -> Optional[float]:
    """A total of the last good `statistic`, None before there was one."""
    return value if pdu.measured_at else None


def _figure(pdu: Pdu, value: Optional[float], unit: str) -> str:
    if value is None:
        # a dash: no good `statistic` since the PDU was added or changed
        return "not metered" if pdu.measured_at else "–"
    # adding 0.0 turns -0 into 0
    return f"{round(value, 3) + 0.0:,.3f}\u00a0{unit}"


def seconds(value: float) -> str:
    return f"{value * 1000:.0f}\u00a0ms" if value < 1 else f"{value:.1f}\u00a0s"


def moment(at: float) -> Markup:
    """A time in UTC, which the page's script shows in the browser's zone; "never" for 0."""
    if not at:
        return Markup("never")
    when = datetime.fromtimestamp(at, timezone.utc)
    exact, text = when.isoformat(timespec="seconds"), when.strftime("%Y-%m-%d %H:%M:%S UTC")
    return Markup('<time datetime="{}">{}</time>').format(exact, text)


def state(pdu: Pdu, identity: str) -> str:
    """A port's state: "unknown" if the handler reported UNKNOWN, or if the port's last switching is
    not certain; "on" or "off" if the last poll succeeded; else "stale".
    """
    if identity in pdu.doubts:
        return "unknown"
    state = STATES.get(pdu.ports.get(identity, ""), "unknown")
    is_stale = pdu.last_poll is None or failing(pdu)
    return "stale" if is_stale and state != "unknown" else state


def offered(pdu: Pdu, identity: str) -> tuple[str, ...]:
    """The commands beside an outlet: the one that changes its state; both if that is not certain."""
    outlet_state = state(pdu, identity)
    if outlet_state == "on":
        return ("off",)
    if outlet_state == "off":
        return ("on",)
    return ("on", "off")


def counts(pdu: Pdu) -> dict[str, int]:
    """The number of ports in each state."""
    states = [state(pdu, identity) for identity in pdu.ports]
    return {name: states.count(name) for name in ("on", "off", "unknown", "stale")}


def failing(pdu: Pdu) -> bool:
    return pdu.last_poll is not None and not pdu.last_poll.ok


def unmeasured(pdu: Pdu) -> bool:
    """Whether the figures shown are from before the last poll."""
    last = pdu.last("statistic")
    return failing(pdu) or last is None or not last.ok


class Result(NamedTuple):
    """How the last command on an outlet ended. `head` is "Done", "Not done" (nothing was switched)
    or "Not certain". `at` is in seconds since 1970."""

    head: str
    text: str
    at: float


def result(pdu: Pdu, identity: str) -> Optional[Result]:
    """The result of an outlet's last command; None without a command in the last ten minutes."""
    commands = [call for call in pdu.calls if call.switches and call.identity == identity]
    if not commands or time.time() - commands[-1].at > _RESULT_SECONDS:
        return None
    call = commands[-1]
    to = "on" if call.method == "port_up" else "off"
    if call.kind in NOT_SWITCHED:
        return Result("Not done", f"switching {to} failed: {call.text}", call.at)
    if not call.ok:
        sentence = f"switching {to} failed, and it may or may not have switched: {call.text}"
        return Result("Not certain", sentence, call.at)
    state = STATES[str(call.value["state"])]
    if state != to:
        return Result("Not certain", f"it took the command {to}, but is {state}.", call.at)
    return Result("Done", f"the PDU reports {to}.", call.at)


@functools.cache
def environment() -> Environment:
    """The templates of this package, with functions of this module as filters and globals."""
    env = Environment(
        loader=FileSystemLoader(Path(__file__).with_name("templates")),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    filters: dict[str, Any] = {
        "load": load,
        "energy": energy,
        "seconds": seconds,
        "plain": plain,
        "moment": moment,
        "where": where,
        "quoted": quote_all,
    }
    env.filters.update(filters)
    env.globals.update(
        FAILURES=FAILURES,
        state=state,
        offered=offered,
        counts=counts,
        failing=failing,
        unmeasured=unmeasured,
        result=result,
    )
    return env
