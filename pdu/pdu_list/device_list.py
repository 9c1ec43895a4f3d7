"""The owner's list of PDUs, as CSV or as [[pdu]] tables in TOML. It must not contain a secret.

An *entry* is a row of the file as it stands there; it becomes a `ListedPdu`, or a *wrong row* with
a reason, which costs that PDU alone. Only a mistake of the whole file, such as an unknown column,
is an error. `line 2` of CSV and `PDU 1` of TOML say where an entry is.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any, NamedTuple

from handlers import registry
from handlers.shared.address import Address
from handlers.shared.errors import SettingsError, printable
from handlers.shared.settings import yes_no

from ..cli.options import SECRETS
from ..files import csv_in, secret_files, toml
from ..files.whole_files import decode_table, decode_text
from ..network import hosts
from . import logins as auth
from .duplicates import Duplicate, find_duplicates
from .listed_pdu import ListedPdu, place_of, place_port

COLUMNS = ("name", "handler", "address", "auth", "settings", "metered")
#: columns of version 1, which no command reads any more
ENDED_COLUMNS = ("limit_kw", "pdu_limit_kw")
#: what other programs call the column of addresses
_ADDRESSES = ("ip", "ip_address", "host", "hostname")
#: columns whose values are texts, in TOML too
_NAMES = ("name", "handler", "address", "auth")
_NEEDED = ("handler", "address")
_MOST = 100_000  # limit for a list, in PDUs
_LONGEST_NAME = 100  # in characters
_SHOWN = 5  # limit of printed errors; the others are counted


class WrongRow(NamedTuple):
    """A row of a list that is no PDU: it costs that PDU alone."""

    #: what can be told of it: its name, else `line 2`, and the words for its handler and address
    device: ListedPdu
    #: the name in the row, which may be that of another PDU, too; else its address, else ""
    typed_name: str
    #: such as `line 2`
    where: str
    #: what is wrong
    reason: str

    @property
    def fault(self) -> str:
        """What is wrong, with the line: "line 2: there is no address"."""
        return f"{self.where}: {self.reason}"


class DeviceList(NamedTuple):
    """The PDUs of a list in the list's order, and the logins by name: those in the same file, and
    those of a file of logins once it was read.
    """

    devices: Sequence[ListedPdu]
    auths: Mapping[str, auth.DeviceLogin]
    #: the path of the list
    path: str = ""
    #: name of a PDU -> where it is in the file, in its order
    places: Mapping[str, str] = MappingProxyType({})
    #: sentences about the encoding and the columns of the file
    notes: Sequence[str] = ()
    wrong_rows: Sequence[WrongRow] = ()

    def without_faults(self) -> DeviceList:
        """This list, if no row is wrong. Else raises SettingsError with the first five of them:

        pdus.csv: line 3: there is no address; line 7: metered must be yes or no; and 2 more
        """
        if not self.wrong_rows:
            return self
        faults = [row.fault for row in self.wrong_rows[:_SHOWN]]
        if len(self.wrong_rows) > _SHOWN:
            faults.append(f"and {len(self.wrong_rows) - _SHOWN} more")
        raise SettingsError(f"{self.path}: {'; '.join(faults)}")

    @property
    def repeated(self) -> Mapping[str, str]:
        """The PDUs that are the same unit as another one of the list, by name, with the name of the
        one that is counted.

        >>> pdus = [ListedPdu(name, "netio", Address("192.0.2.7")) for name in ("r1", "rack1")]
        >>> DeviceList(pdus, {}).repeated
        {'rack1': 'r1'}
        """
        duplicates = find_duplicates(self.devices, self.auths)
        return {pair.repeated_pdu.name: pair.counted_pdu.name for pair in duplicates}

    @property
    def warnings(self) -> Sequence[str]:
        """The notes, then a sentence about each of the first five PDUs that are in the list under
        two names, and how many further ones there are.
        """
        duplicates = list(find_duplicates(self.devices, self.auths))
        warnings = [*self.notes]
        for duplicate in duplicates[:_SHOWN]:
            warnings.append(_warning(self.path, duplicate, self.places))
        further_count = len(duplicates) - _SHOWN
        if further_count > 0:
            warnings.append(f"{self.path}: and {further_count} more such lines")
        return warnings


class EmptyList(SettingsError):
    """There is no PDU in the list; a command that adds one takes it for an empty list."""


class Entry(NamedTuple):
    """A row of a list, as it stands there."""

    #: `line 2` of CSV, `PDU 1` of TOML
    where: str
    #: key -> value: of CSV a text, of TOML also a number, a truth value or a table
    cells: Mapping[str, Any]
    #: why it is no row, "" if it is one
    fault: str = ""


def read_device_list(path: str) -> DeviceList:
    """The list in a file: TOML if `path` ends in .toml, else CSV. A mistake of one row is among its
    `wrong_rows`. Raises SettingsError for a file that cannot be read, and for a mistake of the
    whole file, such as an unknown column.
    """
    if hosts.is_ip(path) and not os.path.exists(path):
        raise SettingsError(
            f"{path} is an address in the place of a list of PDUs, which is a file; for one PDU:"
            f" pdu identify {path}"
        )
    return parse_device_list(secret_files.read_bytes(path, secret_files.LIST), path)


def parse_device_list(data: bytes, path: str) -> DeviceList:
    r"""The list in a file of this content: TOML if `path` ends in .toml, else CSV. `path` is its
    name in errors. Raises SettingsError for a mistake of the whole file, such as an unknown column.

    >>> data = b"name,handler,address\nr1,netio,192.0.2.7\nr2,netio,\n"
    >>> parsed_list = parse_device_list(data, "pdus.csv")
    >>> [pdu.name for pdu in parsed_list.devices], [row.fault for row in parsed_list.wrong_rows]
    (['r1'], ['line 3: there is no address'])
    """
    if path.endswith(".toml"):
        return _toml_list(data, path)
    return _csv_list(data, path)


def _toml_list(data: bytes, path: str) -> DeviceList:
    """The list in the [[pdu]] tables of a TOML file, with the logins that it has itself. `path`
    names it in errors.

    [auth.hall]                        auths     {"hall": username "reader"}
    username = "reader"
    [[pdu]]                            devices   [r1: netio, 192.0.2.7, the login hall]
    name = "r1"
    handler = "netio"
    address = "192.0.2.7"
    auth = "hall"

    Raises SettingsError for another table, and for a login with the text of a secret, which only a
    file of logins may have (`inline`); EmptyList, a SettingsError, if there is no [[pdu]].
    """
    document = toml.loads(decode_text(data, path), path)
    unknown_keys = sorted(set(document) - {"pdu", "auth"})
    if unknown_keys:
        shown_key = repr(printable(unknown_keys[0], 60))
        raise SettingsError(f"{path}: {shown_key} is unknown; allowed: [[pdu]] and [auth.NAME]")
    if "auth" in document and "pdu" not in document:
        raise EmptyList(
            f"{path}: there are logins in it and no PDU: give it as --auth {path} beside the"
            " list of PDUs"
        )
    logins = auth.parse_logins(document.get("auth", {}), path, inline=False)
    device_list = _list_of(path, _tables(document.get("pdu", []), path))
    return device_list._replace(auths=logins)


def _csv_list(data: bytes, path: str) -> DeviceList:
    """The list in a CSV file, which has no logins. A note says so if its encoding was guessed.
    `path` names it in errors. Raises SettingsError for a wrong head; EmptyList if it has no row.
    """
    text, encoding_note = decode_table(data, path)
    head = [name for name in csv_in.head_of(text, path) if name]
    if head:
        _check_head(head, path)
    device_list = _list_of(path, _rows(text, path))
    if not encoding_note:
        return device_list
    return device_list._replace(notes=[encoding_note, *device_list.notes])


def _warning(path: str, duplicate: Duplicate, places: Mapping[str, str]) -> str:
    """The sentence that names both lines of one unit, and which is counted. `path`: of the list.
    `places`: name of a PDU -> its line, in the order of the list.

    pdus.csv: line 2 (r1) and line 7 (rack1) are one PDU, 192.0.2.7, port udp 1161: sums count it
    once, as r1; take one line out
    """
    names = (duplicate.counted_pdu.name, duplicate.repeated_pdu.name)
    lines: list[str] = []
    for name, place in places.items():  # in the order of the list
        if name in names:
            lines.append(f"{place} ({printable(name, 60)})")
    place_text = duplicate.place.host
    if duplicate.place.port:
        place_text += f", port {duplicate.place.port}"
    if duplicate.place.choice:
        place_text += f", {printable(duplicate.place.choice, 60)}"
    return (
        f"{path}: {' and '.join(lines)} are one PDU, {place_text}: sums count it once, as"
        f" {printable(duplicate.counted_pdu.name, 60)}; take one line out"
    )


def _tables(tables: Any, path: str) -> Iterator[Entry]:
    """An entry for each [[pdu]] table of TOML: `PDU 1`, `PDU 2` and so on.

    >>> [entry] = _tables([{"name": "r1"}], "pdus.toml")
    >>> entry.where, entry.cells
    ('PDU 1', {'name': 'r1'})

    Raises SettingsError, with the `path` of the file, for what is no list of tables.
    """
    if not isinstance(tables, list) or not all(isinstance(table, dict) for table in tables):
        raise SettingsError(f"{path}: each PDU must be a table [[pdu]]")
    for number, table in enumerate(tables, 1):
        yield Entry(f"PDU {number}", table)


def _rows(text: str, path: str) -> Iterator[Entry]:
    r"""An entry for each row of a CSV file below its head. `path` names the file in errors.

    >>> [entry] = _rows("name,handler\nr1,netio\n", "pdus.csv")
    >>> entry.where, entry.cells
    ('line 2', {'name': 'r1', 'handler': 'netio'})
    """
    for row in csv_in.rows(text, path):
        _, _, line = row.where.rpartition(": ")
        yield Entry(line, row.cells, row.fault)


def _check_head(head: Sequence[str], path: str) -> None:
    """Raises SettingsError for an unknown or a missing column, and for one with secrets. `head`:
    the names in the first line, in small letters. `path` names the list in the error:

    name,handler,address            nothing
    name,handler                    there is no column 'address'
    name,handler,host               'host' is not a column; the address of a PDU is in ...
    name,handler,address,password   'password' is a secret, which a list must not contain: ...
    r1,netio,192.0.2.7              the first line is a PDU: put the names of the columns above it
    """
    for name in head:
        if name in SECRETS:
            raise SettingsError(
                f"{path}: {name!r} is a secret, which a list must not contain: take the column"
                " out, set 'auth' to the name of a login, and put the secret into the file of"
                " logins (--auth)"
            )
    missing_columns = [name for name in _NEEDED if name not in head]
    if missing_columns and any(map(registry.is_handler, head)):
        raise SettingsError(
            f"{path}: the first line is a PDU: put the names of the columns above it, such as"
            f" {','.join(COLUMNS[: len(head)])}"
        )
    known_columns = (*COLUMNS, *ENDED_COLUMNS)
    unknown_columns = [name for name in dict.fromkeys(head) if name not in known_columns]
    if unknown_columns:
        fault = _unknown_columns_text(unknown_columns)
        if "address" not in head and not set(unknown_columns).isdisjoint(_ADDRESSES):
            fault += "; the address of a PDU is in the column 'address'"
        raise _head_error(path, fault)
    if missing_columns:
        raise _head_error(path, f"there is no column {missing_columns[0]!r}")


def _head_error(path: str, fault: str) -> SettingsError:
    """The error of a list whose head is wrong: the fault, and the columns that are allowed."""
    return SettingsError(f"{path}: {fault}; allowed columns: {', '.join(COLUMNS)}")


def _unknown_columns_text(names: Sequence[str]) -> str:
    """The error text for names that are no columns of a list: some by name, the others counted.

    >>> _unknown_columns_text(["host"])
    "'host' is not a column"
    >>> _unknown_columns_text([f"c{number}" for number in range(7)]).rpartition(", ")[2]
    "'c4' and 2 more are not columns"
    """
    text = ", ".join(repr(printable(name, 60)) for name in names[:_SHOWN])
    further_count = len(names) - _SHOWN
    if further_count > 0:
        text += f" and {further_count} more"
    return text + (" is not a column" if len(names) == 1 else " are not columns")


def _list_of(path: str, entries: Iterable[Entry]) -> DeviceList:
    """The list of these entries, without logins. A second entry of one name is a wrong row. `path`:
    of the file, whose folder relative paths begin at. Raises EmptyList if there is no entry.

    >>> cells = {"name": "r1", "handler": "netio", "address": "192.0.2.7"}
    >>> entries = [Entry("line 2", cells), Entry("line 3", cells)]
    >>> listed = _list_of("pdus.csv", entries)
    >>> listed.places, listed.wrong_rows[0].fault
    ({'r1': 'line 2'}, "line 3: the name 'r1' is already in line 2: rename one")
    """
    devices: list[ListedPdu] = []
    places: dict[str, str] = {}
    wrong_rows: list[WrongRow] = []
    columns: set[str] = set()
    for entry in entries:
        columns.update(entry.cells)
        try:
            device = _device(entry, os.path.dirname(path))
            name = device.name
            if name in places:
                raise ValueError(f"the name {name!r} is already in {places[name]}: rename one")
        except (ValueError, SettingsError) as error:
            reason = getattr(error, "reason", str(error))
            wrong_rows.append(_wrong_row(entry, reason, places))
            continue
        places[name] = entry.where
        devices.append(device)
        if len(devices) > _MOST:
            raise SettingsError(f"{path}: more than {_MOST} PDUs; split the list")
    ambiguous_rows = list(_ambiguous_names(devices, places))
    ambiguous_names = {row.typed_name for row in ambiguous_rows}
    wrong_rows += ambiguous_rows
    if not devices and not wrong_rows:
        raise EmptyList(f"{path}: there is no PDU in it; keys of a PDU: {', '.join(COLUMNS)}")
    ended_columns = " and ".join(name for name in ENDED_COLUMNS if name in columns)
    return DeviceList(
        devices=[device for device in devices if device.name not in ambiguous_names],
        auths={},
        path=path,
        places=places,
        notes=[f"{path}: no command reads {ended_columns} any more"] if ended_columns else [],
        wrong_rows=wrong_rows,
    )


def _wrong_row(entry: Entry, reason: str, places: Mapping[str, str]) -> WrongRow:
    """The wrong row of an entry that is no PDU. Its PDU is called by its name; by its line if the
    name is taken, or cannot be a name. `places`: the lines of the names that are taken.

    >>> entry = Entry("line 3", {"name": "r1", "handler": "netio"})
    >>> _wrong_row(entry, "there is no address", {}).device.name
    'r1'
    >>> _wrong_row(entry, "there is no address", {"r1": "line 2"}).device.name
    'line 3'
    """
    texts = {key: printable(str(entry.cells.get(key, "")), 60) for key in _NAMES}
    typed_name = str(entry.cells.get("name") or entry.cells.get("address") or "")
    may_be_name = typed_name == texts["name"] and not typed_name.startswith("-")
    device = ListedPdu(
        name=typed_name if may_be_name and typed_name not in places else entry.where,
        handler=texts["handler"],
        address=Address(texts["address"]),
    )
    return WrongRow(device, typed_name, entry.where, reason)


def _ambiguous_names(devices: Sequence[ListedPdu], places: Mapping[str, str]) -> Iterator[WrongRow]:
    """A wrong row for each PDU whose name is an address, and not its own one: a command with this
    address would reach this PDU in place of the one that is there. `places`: name -> line.

    >>> pdu = ListedPdu("192.0.2.8", "netio", Address("192.0.2.7"))
    >>> [row.reason for row in _ambiguous_names([pdu], {"192.0.2.8": "line 2"})]
    ["the name '192.0.2.8' is an address, and not that of this PDU, 192.0.2.7: give another name"]
    """
    device_by_address = {hosts.one_spelling(device.address): device for device in devices}
    device_by_host = {hosts.one_spelling(device.address.host): device for device in devices}
    for device in devices:
        name = hosts.one_spelling(device.name)
        # the PDU 192.0.2.7:1161 may not be named 192.0.2.7 if another one is at this address
        is_of_other_pdu = name in device_by_address and name != hosts.one_spelling(device.address)
        if _is_own_address(device) and not is_of_other_pdu:
            continue
        other_device = device_by_address.get(name) or device_by_host.get(name)
        if other_device is not None:
            fault = f"is the address of {printable(other_device.name, 60)!r}"
        elif hosts.is_ip(device.name):
            fault = f"is an address, and not that of this PDU, {printable(device.address, 60)}"
        else:
            continue  # a name that is no address
        reason = f"the name {device.name!r} {fault}: give another name"
        yield WrongRow(device, device.name, places[device.name], reason)


def _is_own_address(device: ListedPdu) -> bool:
    """Whether the name of a PDU is its own address, without a port, with the port of its address,
    or with the one at which its handler reads it, such as 443 of HTTPS.

    >>> _is_own_address(ListedPdu("192.0.2.7:443", "netio", Address("192.0.2.7")))
    True
    >>> _is_own_address(ListedPdu("192.0.2.7:8443", "netio", Address("192.0.2.7")))
    False
    """
    name_as_address = Address(device.name)
    place = place_of(device)  # its host is that of the setting `host`, if there is one
    own_hosts = (hosts.one_spelling(device.address.host), place.host)
    if hosts.one_spelling(name_as_address.host) not in own_hosts:
        return False
    if name_as_address.port in (None, device.address.port):
        return True
    return place_port(device.handler, str(name_as_address.port)) == place.port


def _device(entry: Entry, folder: str) -> ListedPdu:
    """The PDU of an entry. The path of a handler is relative to `folder`, that of the list. Without
    a name, its address is its name.

    >>> cells = {"handler": "own.py", "address": "192.0.2.7", "settings": "timeout=5"}
    >>> listed_pdu = _device(Entry("line 2", cells), "/etc/pdu")
    >>> listed_pdu.name, listed_pdu.handler, listed_pdu.settings
    ('192.0.2.7', '/etc/pdu/own.py', (('timeout', '5'),))

    Raises ValueError or SettingsError, with what is wrong with it.
    """
    if entry.fault:
        raise ValueError(entry.fault)
    cells = {key: value for key, value in entry.cells.items() if key not in ENDED_COLUMNS}
    unknown_keys = sorted(set(cells) - set(COLUMNS))
    if unknown_keys:
        shown_key = repr(printable(unknown_keys[0], 60))
        raise ValueError(f"{shown_key} is unknown; allowed: {', '.join(COLUMNS)}")
    values = {key: _cell(key, value) for key, value in cells.items() if key != "settings"}
    for key in _NEEDED:
        if not values.get(key):
            raise ValueError(f"there is no {key}")
    address = hosts.address(values["address"])
    name = values.get("name") or address
    if name.startswith("-"):
        raise ValueError(f"the name {printable(name, 60)!r} would be an option of a command")
    if len(name) > _LONGEST_NAME or not name.isprintable():
        raise ValueError(
            f"the name {printable(name, 60)!r} is longer than {_LONGEST_NAME} characters or not"
            " printable"
        )
    try:
        is_metered = yes_no(values.get("metered") or "no")
    except ValueError:
        raise ValueError("metered must be yes or no") from None
    settings = _settings(cells.get("settings", ""), folder)
    return ListedPdu(
        name=name,
        handler=_handler(values["handler"], folder),
        address=address,
        auth=values.get("auth", ""),
        settings=tuple(settings.items()),
        metered=is_metered,
    )


def _handler(word: str, folder: str) -> str:
    """The handler in a cell: its name, or the path of a file, folder or archive, which is relative
    to this folder.

    >>> _handler("snmp", "/etc/pdu"), _handler("own.py", "/etc/pdu")
    ('snmp', '/etc/pdu/own.py')
    """
    path = os.path.join(folder, word)
    if not word.isidentifier():
        return path
    is_folder = not registry.is_handler(word) and os.path.isdir(path)
    return path if is_folder else word


def _cell(key: str, value: Any) -> str:
    """The text of a cell of the column `key`, without blanks around it. In TOML, `metered` may be a
    truth value. Raises ValueError for another type.

    >>> _cell("name", " r1 "), _cell("metered", True)
    ('r1', 'yes')
    """
    text = toml.text_only(key, value) if key in _NAMES else toml.form_text(key, value)
    return text.strip()


def _settings(value: Any, folder: str) -> dict[str, str]:
    """The settings of a PDU, by key, from the text `key=value; key=value` or a TOML table. A path
    in `ca_pem` is relative to the list's folder. Raises ValueError for another form, a key that is
    given twice, and a secret.

    >>> _settings("Timeout=5; ca_pem=hall.pem", "/etc/pdu")
    {'timeout': '5', 'ca_pem': '/etc/pdu/hall.pem'}
    >>> _settings({"port": 8443}, "/etc/pdu")
    {'port': '8443'}
    """
    pairs: Iterable[tuple[str, Any]]
    if isinstance(value, dict):
        pairs = value.items()
    elif isinstance(value, str):
        pairs = [_pair(part) for part in value.split(";") if part.strip()]
    else:
        raise ValueError("settings must be a table or have the form key=value; key=value")
    settings: dict[str, str] = {}
    for typed_key, text in pairs:
        key = typed_key.strip().lower()
        if key in SECRETS:
            raise ValueError(
                f"{key} is a secret, which a list must not contain: set 'auth' to the name of a"
                " login"
            )
        if key in settings:
            raise ValueError(f"the setting {printable(key, 60)!r} is given twice")
        settings[key] = auth.setting_value(key, toml.setting_text(key, text), folder)
    return settings


def _pair(text: str) -> tuple[str, str]:
    """Key and value of one setting in a list. Raises ValueError for a text without "=" or a key.

    >>> _pair("timeout = 5")
    ('timeout', '5')
    """
    key, equals, value = text.partition("=")
    if not equals or not key.strip():
        # without the text, which may be a secret
        raise ValueError("settings must have the form key=value; key=value")
    return key.strip(), value.strip()
