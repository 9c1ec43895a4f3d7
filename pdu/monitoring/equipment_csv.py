"""The file from which DCImanager 6 imports PDUs: a line `#pdu`, then a line of fields for each PDU.

Source: "Importing equipment from a CSV file" in the vendor's documentation: at most 16 MB, empty
fields are left empty, and none at the end of a line has a comma. Which fields a PDU has, and in
which order, was not to be found by us: an owner copies that line from his version of the page.
"""

from __future__ import annotations

import csv
import io
import os
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import NamedTuple, Optional

from handlers.shared.errors import PduHandlerError, SettingsError, printable

from ..cli.output import counted
from ..files.whole_files import write_whole
from ..pdu_list.listed_pdu import handler_name, place_of, usual_ports
from ..reading.polling import Target
from .check_result import PduRow

_MOST_BYTES = 16_000_000
_SECRET_MODE = 0o600
_SHOWN = 5  # ports in the sentence about what is not written
_COMMUNITY = "community"
#: a field of the page, in lower case and without _ and spaces -> what is known of a PDU
_MEANINGS: Mapping[str, str] = {
    "name": "name",
    "handler": "handler",
    "ip": "ip",
    "ipaddress": "ip",
    "ipaddr": "ip",
    "address": "ip",
    "host": "ip",
    "ports": "ports",
    "portscount": "ports",
    "portcount": "ports",
    "portsnumber": "ports",
    "version": "version",
    "snmpversion": "version",
    "community": _COMMUNITY,
    "snmpcommunity": _COMMUNITY,
    "snmpport": "port",
    "user": "user",
    "snmpuser": "user",
    "username": "user",
    "snmpusername": "user",
}


class EquipmentFile(NamedTuple):
    """What is written, and where."""

    path: str
    #: the fields of a PDU in their order, as the vendor's page names them
    fields: Sequence[str]


def equipment_file(path: Optional[str], columns: Optional[str]) -> Optional[EquipmentFile]:
    """The file to write; None for none. Raises SettingsError if there is one already, or the fields
    cannot be those of a PDU.
    """
    if path is None or columns is None:
        return None
    if os.path.lexists(path):
        raise SettingsError(f"{path} exists, and is not replaced: give another name, or remove it")
    folder = os.path.dirname(path) or "."
    if not os.path.isdir(folder):
        raise SettingsError(f"{path} cannot be written: there is no folder {folder}")
    fields = [field.strip() for field in columns.strip().split(",")]
    if any(field.startswith("#") for field in fields):
        raise SettingsError("--columns is the line of fields below #pdu, without #pdu itself")
    if "" in fields:
        raise SettingsError(
            "--columns: a name is missing between two commas; copy the line under PDU from the"
            " vendor's page"
        )
    duplicates = [field for field in fields if fields.count(field) > 1]
    if duplicates:
        raise SettingsError(f"--columns names {printable(duplicates[0], 60)!r} twice")
    if not any(_meaning(field) in ("name", "ip") for field in fields):
        raise SettingsError(
            "--columns names neither the name nor the address of a PDU: copy the line under PDU"
            " from the vendor's page, such as name,handler,ip"
        )
    return EquipmentFile(path, fields)


def write(file: EquipmentFile, targets: Sequence[Target], rows: Sequence[PduRow]) -> str:
    """Write the new file, and return what it has and what it lacks, for its owner.

    Raises SettingsError.
    """
    values = [_values(target, row) for target, row in zip(targets, rows)]
    written = set(map(_meaning, file.fields))
    out = io.StringIO()
    out.write("#pdu\n")
    writer = csv.writer(out, lineterminator="\n")
    for facts in values:
        cells = [facts.get(_meaning(field), "") for field in file.fields]
        while cells and not cells[-1]:
            cells.pop()
        writer.writerow(cells)
    content = out.getvalue().encode("utf-8")
    if len(content) > _MOST_BYTES:
        raise SettingsError(f"{file.path} would be larger than 16 MB, the most that is imported")
    has_secret = _COMMUNITY in written and any(facts.get(_COMMUNITY) for facts in values)
    try:
        write_whole(file.path, content, _SECRET_MODE if has_secret else None, replaces=False)
    except FileExistsError:
        raise SettingsError(f"{file.path} exists, and is not replaced") from None
    except OSError as error:
        raise SettingsError(f"{file.path} cannot be written ({error.strerror})") from None
    ports = list(_ports_without_field(targets, values, written))
    unwritten = ports[:_SHOWN]
    if len(ports) > _SHOWN:
        unwritten.append(counted(len(ports) - _SHOWN, "more port"))
    for key in ("version", _COMMUNITY, "user"):
        if key not in written and any(facts.get(key) for facts in values):
            unwritten.append(key)
    return _summary(file, values, unwritten, has_secret)


def _meaning(field: str) -> str:
    """What the field is of a PDU, "" for none that is known here."""
    return _MEANINGS.get(field.lower().replace("_", "").replace(" ", ""), "")


def _values(target: Target, row: PduRow) -> dict[str, str]:
    """What is known of one PDU. Its outlets are counted by the poll."""
    device = target.device
    facts = {
        "name": device.name,
        "handler": f"pdu_{handler_name(device.handler)}",
        "ip": device.address.host,
    }
    if row.on is not None:
        facts["ports"] = str(row.on + (row.off or 0) + (row.unknown or 0))
    try:
        parameters: Mapping[str, str] = getattr(target.data(), "snmp_params", {})
    except PduHandlerError:  # the poll reports it
        parameters = {}
    for key in ("version", _COMMUNITY, "user", "port"):
        if parameters.get(key):
            facts[key] = parameters[key]
    return facts


def _ports_without_field(
    targets: Sequence[Target], values: Sequence[Mapping[str, str]], written: Collection[str]
) -> Iterator[str]:
    """Ports that are not the protocol's usual ones and that no field of the file has. The page's
    field is SNMP's; that of another handler is a handler setting.
    """
    for target, facts in zip(targets, values):
        device = target.device
        usual = {str(port) for port in usual_ports(device.handler) or ()}
        port = facts.get("port") or place_of(device).port
        if port and port not in usual and not (facts.get("port") and "port" in written):
            yield f"port {printable(port, 20)} of {printable(device.name, 60)}"


def _summary(
    file: EquipmentFile,
    values: Sequence[Mapping[str, str]],
    unwritten: Sequence[str],
    has_secret: bool,
) -> str:
    """A line for the owner: what the file has, what it leaves empty, and what stays to be typed."""
    empty = [
        field for field in file.fields if not any(facts.get(_meaning(field)) for facts in values)
    ]
    sentences = [f"{file.path}: {counted(len(values), 'PDU')}"]
    if empty:
        sentences.append(f"empty: {', '.join(printable(field, 60) for field in empty)}")
    if unwritten:
        sentences.append(f"known, but without a field in the file: {', '.join(unwritten)}")
    if has_secret:
        sentences.append("it has communities: only you can read it; delete it after the import")
    sentences.append("passwords and handler settings are typed on the form of each PDU")
    return "; ".join(sentences)
