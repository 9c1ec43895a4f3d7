"""What a call hands to the platform: its line in the log, and the view of `status`, whose fields are uncertain."""
from __future__ import annotations

import logging
from typing import Any, Callable, Iterable, List, Mapping, Optional, Tuple, TypeVar

from pdu_common.helper import EnumPowerStatus, PduPortView, PduView

from .. import VERSION
from ..errors import ProtocolError

T = TypeVar("T")


def log_call(logger: logging.Logger, handler: str, method: str, profile: str = "") -> None:
    """Log pack version, handler, profile and method, once per call: after an upload it shows an owner which version runs."""
    logger.info(f"pdu handler {handler} {VERSION}{f' ({profile})' if profile else ''}: {method}")


def pdu_view(ports: Iterable[Tuple[str, EnumPowerStatus]]) -> PduView:
    """The answer of `status`: one port per (identity, state), in that order."""
    view = PduView()
    target = ports_of(view)
    if target is None:
        raise ProtocolError("this platform's PduView has no list of ports (looked for 'ports' and for any one list)")
    for identity, status in ports:
        port = build(PduPortView, {"identity": identity, "power_status": status})
        if port is None:
            raise ProtocolError("this platform's PduPortView takes no 'identity' and 'power_status'")
        target.append(port)
    return view


def ports_of(view: object) -> Optional[List[Any]]:
    """The list of ports of a view: `ports`, else the only list that it has; None if there is neither."""
    ports = getattr(view, "ports", None)
    if isinstance(ports, list):
        return ports
    from .fields import only_list
    return only_list(view)


def build(cls: Callable[..., T], values: Mapping[str, object]) -> Optional[T]:
    """An object of a view class, by keywords of its constructor or else by its attributes; None if neither fits."""
    try:
        return cls(**values)
    except TypeError:
        from .fields import filled  # another constructor
    return filled(cls, values)
