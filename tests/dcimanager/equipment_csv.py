"""DCImanager's import of equipment, for PDUs: a file of the form that the vendor documents, read into
the stand-in. The fields of a PDU and their order are given, because they were not to be found.
"""

from __future__ import annotations

import csv
from collections.abc import Sequence
from typing import TYPE_CHECKING

from .records import Pdu

if TYPE_CHECKING:
    from .manager import DciManager

_MOST_BYTES = 16_000_000


def import_pdus(manager: DciManager, content: bytes, fields: Sequence[str]) -> list[Pdu]:
    """Add the PDUs of the file. Fields that the stand-in does not know are ignored.

    Raises ValueError for a file that is too large, is not UTF-8 or has a line without a type or a
    field that a PDU needs, and LookupError for a handler that is not registered. The PDUs before
    such a line are added.
    """
    if len(content) > _MOST_BYTES:
        raise ValueError("the file is larger than 16 MB")
    text = content.decode("utf-8")
    kind, added = "", []
    for row in csv.reader(text.splitlines()):
        if not row:
            continue
        if row[0].startswith("#"):
            kind = row[0][1:]
            continue
        if not kind:
            raise ValueError(f"a line before the first type: {row[0]}")
        if kind != "pdu":
            continue
        known = dict(zip(fields, row))
        lacking = [field for field in ("name", "handler", "ip") if not known.get(field)]
        if lacking:
            raise ValueError(f"a PDU without {lacking[0]}: {row[0]}")
        snmp = {key: known.get(f"snmp_{key}", "") for key in ("version", "community", "port")}
        added.append(
            manager.add_pdu(
                known["name"],
                known["handler"],
                known["ip"],
                snmp={key: value for key, value in snmp.items() if value},
                notes=known.get("note", ""),
            )
        )
    return added
