"""Which unit it is that a tool reads. In no archive.

pdu/inspection/<name>/nameplate.py reads it for the handler of that name (`adapters`).
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from handlers.http.dialogue import HttpSession, ReadRequest
from handlers.http.strict_json import loads
from handlers.shared.errors import printable

_LONGEST = 200


class Nameplate(NamedTuple):
    """What a unit says about itself; "" and None for what it does not say.

    Of a chain of units, each has its part, in the order of their identities:
    `Nameplate(family="apc-rpdu2", serial="ZA1, ZA2", model="AP8659, AP8659")`.
    """

    #: the SNMP family, or another name of what its registers are like
    family: str = ""
    serial: str = ""
    firmware: str = ""
    manufacturer: str = ""
    model: str = ""
    #: what the unit says about itself in its own words, such as sysDescr
    description: str = ""


def read_members(session: HttpSession, path: str) -> Mapping[str, Any]:
    """The JSON object that a unit answers for a path; {} for another answer, such as a login page.
    Raises the errors of a request.

        > GET /rpc/Shelly.GetDeviceInfo
        < {"mac": "A8032ABE54DC", "ver": "1.4.4"}    {"mac": "A8032ABE54DC", "ver": "1.4.4"}
        < <html>login</html>                         {}
    """
    body = session.exchange_once(ReadRequest(path))
    with contextlib.suppress(ValueError, TypeError):
        document: Any = loads(body)
        return dict(document)
    return {}


def join_words(parts: Iterable[object]) -> str:
    """The texts of the units of a chain with commas between them, and nothing in the place of a
    unit without a text; "" if none has one.

    >>> join_words(["ZA1", None, "ZA3"]), join_words([None, ""])
    ('ZA1, , ZA3', '')
    """
    texts: list[str] = []
    for part in parts:
        texts.append(printable(str(part), _LONGEST) if part else "")
    return ", ".join(texts) if any(texts) else ""
