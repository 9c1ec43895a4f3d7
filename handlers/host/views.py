"""The line that a call logs, and the view of `status`, whose fields are not all documented."""
from __future__ import annotations

import logging
from typing import Any, Callable, Iterable, List, Mapping, Optional, Tuple, TypeVar

from pdu_common.helper import EnumPowerStatus, PduPortView, PduView

from .. import VERSION
from ..errors import ProtocolError

T = TypeVar("T")


def log_call(logger: logging.Logger, handler: str, method: str, profile: str = "") -> None:
    """Log pack version, handler, profile and method. Each call does this once, so the log shows which version runs."""
    logger.info(f"pdu handler {handler} {VERSION}{f' ({profile})' if profile else ''}: {method}")


def pdu_view(ports: Iterable[Tuple[str, EnumPowerStatus]]) -> PduView:
    """The answer of `status`: a port for each (identity, state), in order. Raises ProtocolError if a view lacks the fields."""
    view = PduView()
    target = ports_of(view)
    if target is None:
        raise ProtocolError("this platform's PduView has no list of ports (looked for 'ports' and for a single list)")
    for identity, status in ports:
        port = build(PduPortView, {"identity": identity, "power_status": status})
        if port is None:
            raise ProtocolError("this platform's PduPortView cannot be made from 'identity' and 'power_status'")
        target.append(port)
    return view


def ports_of(view: object) -> Optional[List[Any]]:
    """The list of ports of a view: `ports`, else its only list; None if it has neither."""
    ports = getattr(view, "ports", None)
    if isinstance(ports, list):
        return ports
    from .fields import only_list
    return only_list(view)


def build(cls: Callable[..., T], values: Mapping[str, object]) -> Optional[T]:
    """An object of a view class, made with keywords or else by setting attributes; None if neither works."""
    try:
        return cls(**values)
    except TypeError:
        from .fields import filled  # imported late: not needed for keywords
    return filled(cls, values)
