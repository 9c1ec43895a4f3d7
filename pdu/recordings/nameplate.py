"""Which unit it is that a tool reads, and since when it runs: to see that it was replaced or began
again. In no archive.

pdu/recordings/<name>/nameplate.py reads it for the handler of that name (`adapters`).
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple, Optional

from handlers.http.dialogue import HttpSession, ReadRequest
from handlers.http.strict_json import loads
from handlers.shared.errors import printable

_LONGEST = 200


class Nameplate(NamedTuple):
    """What a unit says about itself; "" and None for what it does not say.

    Of a chain of units, each has its part, in the order of their identities.
    """

    #: the SNMP family, or another name of what its registers are like
    family: str = ""
    serial: str = ""
    firmware: str = ""
    #: in s, since the unit or its controller started; of several, the shortest
    uptime_s: Optional[float] = None
    #: the greatest error of its power measurements, in percent
    accuracy_percent: Optional[float] = None
    manufacturer: str = ""
    model: str = ""
    #: what the unit says about itself in its own words, such as sysDescr
    description: str = ""


def read_members(session: HttpSession, path: str) -> Mapping[str, Any]:
    """The members of the JSON object that a unit answers for a path, none of another answer. Raises
    the errors of a request.
    """
    body = session.exchange_once(ReadRequest(path))
    with contextlib.suppress(ValueError, TypeError):
        document: Any = loads(body)
        return dict(document)
    return {}


def join_words(parts: Iterable[object]) -> str:
    """The texts of the units of a chain as one, with nothing for a unit without; "" if none has
    any.
    """
    texts: list[str] = []
    for part in parts:
        texts.append(printable(str(part), _LONGEST) if part else "")
    return ", ".join(texts) if any(texts) else ""


def seconds(text: object) -> Optional[float]:
    """A number of seconds as a device spells it; None for anything else."""
    try:
        value = float(str(text))
    except ValueError:
        return None
    return value if 0 <= value < float("inf") else None
