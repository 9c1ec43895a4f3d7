"""Adds PDUs to the owner's list, and their logins to the file of logins.

Both files are read and written under a lock, so that no other command changes them meanwhile. What
is added is appended; the lines that were there stay as they are. If the list cannot be written, the
file of logins gets back what it had.
"""

from __future__ import annotations

import contextlib
import csv
import io
import json
import os
import shlex
import socket
import stat
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple, Optional

from handlers import registry
from handlers.shared.address import Address
from handlers.shared.errors import SettingsError, printable

from ..cli.signals import signals_as_ctrl_c
from ..files import csv_in, secret_files
from ..files.locks import locked
from ..files.whole_files import PRIVATE, write_atomically
from ..loading.handler_loading import LoadedHandler
from ..network import hosts
from . import device_list, form, logins as auth
from .known_list import LOGINS, list_words, own_list, usual_list, usual_logins
from .listed_pdu import ListedPdu, place_of
from .login_options import Login
from .logins import DeviceLogin

_LOGIN_KEYS = ("username", "snmp_version", "auth_protocol", "priv_protocol")
_RESOLVERS = 32  # host names that are looked up at a time
_NEW_HEAD = ("name", "handler", "address", "auth", "settings")


class NewPdu(NamedTuple):
    """A PDU that is to be added, and the list and the file of logins, which may not exist yet."""

    name: str
    list_path: str
    #: of the file of logins
    login_path: str
    #: the options --list and --auth as they were given, "" for what was not
    list_option: str
    auth_option: str

    @property
    def words(self) -> Sequence[str]:
        """The options that let another command use these files, such as ["--list", "pdus.csv"];
        without --auth if no login was written, so that there is no file of logins.
        """
        has_logins = os.path.exists(self.login_path)
        return list_words(self.list_option, self.auth_option if has_logins else "")


class Addition(NamedTuple):
    """A PDU as it is to be listed, and its login, which may have no settings and no secrets."""

    pdu: ListedPdu
    login: DeviceLogin


_NO_LOGIN = DeviceLogin("", {}, {})


class _File(NamedTuple):
    """A file as it was when it was read; `data` is None if it did not exist."""

    path: str
    data: Optional[bytes]
    #: user and group by number, None if it did not exist
    owner: Optional[tuple[int, int]]

    @property
    def text(self) -> str:
        """The content as text, "" if the file did not exist. Raises SettingsError for another
        encoding than UTF-8.
        """
        with contextlib.suppress(UnicodeDecodeError):
            return (self.data or b"").decode("utf-8-sig")
        raise SettingsError(f"{self.path}: save it as UTF-8, then a PDU can be added")

    def refuse_unwritable(self) -> None:
        """Raises SettingsError for a file that its owner may not change (chmod u-w), and for one in
        a folder that this user may not change, because `write` puts a new file in its place.
        """
        if self.data is not None and not os.stat(self.path).st_mode & stat.S_IWUSR:
            path = shlex.quote(self.path)
            raise SettingsError(f"{self.path} is read-only: chmod u+w {path} lets it be changed")
        folder = os.path.dirname(self.path)
        if os.path.isdir(folder) and not os.access(folder, os.W_OK):
            raise SettingsError(
                f"{self.path} cannot be written: this user may not write into {folder}"
            )

    def write(self, data: bytes) -> None:
        """Writes `data` in place of the file's content, at once: another program reads the old or
        the new content. Owner and group stay. Raises SettingsError.
        """
        self.refuse_unwritable()
        try:
            write_atomically(self.path, data, PRIVATE, owner=self.owner)
        except OSError as error:
            raise SettingsError(f"{self.path} cannot be written ({error.strerror})") from None

    def restore(self) -> None:
        """Puts back what the file had when it was read, after `write`; a new file is removed."""
        if self.data is not None:
            self.write(self.data)
        else:
            with contextlib.suppress(FileNotFoundError):
                os.unlink(self.path)


def new_pdu(name: str, list_file: str, auth_file: str) -> NewPdu:
    """A PDU for the files of the options --list and --auth ("" for what was not given), else of the
    environment, else the usual ones; nothing is written.

    >>> added = new_pdu("r1", "/etc/pdus.csv", "/etc/logins.toml")
    >>> added.list_path, added.login_path, added.list_option
    ('/etc/pdus.csv', '/etc/logins.toml', '/etc/pdus.csv')

    Raises SettingsError if PDU_LIST is empty, which says that there is no list, if a folder does
    not exist, and if both files are one.
    """
    path = list_file or usual_list()
    if not path:
        if "PDU_LIST" in os.environ:
            raise SettingsError("PDU_LIST is empty: give the list as --list FILE")
        path = own_list()
    login_path = auth_file or usual_logins(path)
    if not login_path:
        login_path = os.path.join(os.path.dirname(path), LOGINS)
    for file in (path, login_path):
        folder = os.path.dirname(os.path.realpath(file))
        if not os.path.isdir(folder) and path != own_list():  # whose folder is created
            raise SettingsError(f"{file}: there is no folder {folder}: create it")
    if os.path.realpath(path) == os.path.realpath(login_path):
        raise SettingsError(f"{path} is given as the list and as the file of logins: give two")
    return NewPdu(
        name=name,
        list_path=os.path.realpath(path),
        login_path=os.path.realpath(login_path),
        list_option=list_file,
        auth_option=auth_file,
    )


def check_addition(pdu: NewPdu, host: str) -> None:
    """Raises SettingsError if the name of a new PDU cannot be added, before the device is asked:

    r1-left           no error
    -r1, " r1"        is no name: give one such as r1-left
    netio             is the name of a handler: give the PDU another name
    rack7             is already in pdus.csv, where a row has this name

    and if `host`, its address as it was typed, is already the name of another PDU.
    """
    name, list_path = pdu.name, pdu.list_path
    # another command would take a name in this form for an option
    if not name or name != name.strip() or name.startswith("-"):
        raise SettingsError(f"{name!r} is no name: give one such as r1-left")
    if registry.is_handler(name):
        raise SettingsError(f"{name!r} is the name of a handler: give the PDU another name")
    known_names = [device.name for device in _read_list(pdu).devices]
    if name in known_names:
        raise SettingsError(f"{printable(name, 60)!r} is already in {list_path}")
    if host in known_names:
        raise SettingsError(f"{printable(host, 60)!r} is already the name of a PDU of {list_path}")


def check_files(files: NewPdu) -> None:
    """Raises SettingsError for a list or a file of logins that cannot be read or changed, before
    a network is searched for PDUs to be added.
    """
    _read_list(files)


def add(pdu: NewPdu, handler: LoadedHandler, host: Address, login: Login) -> ListedPdu:
    """Writes a PDU that was read with this login to the list, and the login to the file of logins;
    both or none. Secrets of --secret-file are written as references to these files, others as they
    are. If the file has an equal login, that one is used. Returns the PDU as it is listed.

    pdus.csv      name,handler,address,auth,settings
                  r1,netio,192.0.2.7,r1,timeout=5
    logins.toml   [auth."r1"]
                  username = "reader"
                  password_file = "/etc/pdu/reader.txt"

    Raises SettingsError: then both files are as they were.
    """
    settings, device_login = _settings_and_login(pdu.name, handler, host, login)
    listed_pdu = ListedPdu(
        name=pdu.name, handler=handler.name, address=host, settings=tuple(settings.items())
    )
    addition = Addition(listed_pdu, device_login)
    with _files_under_lock(pdu) as (list_file, login_file):
        (added_pdu,) = _append(list_file, login_file, [addition], login.secret_files)
    return added_pdu


def add_missing(
    files: NewPdu,
    pdus: Sequence[ListedPdu],
    login: DeviceLogin,
    secret_paths: Mapping[str, str],
) -> Sequence[ListedPdu]:
    """Appends the found PDUs whose addresses the list lacks, in one write, and returns them as they
    are listed. Those over SNMP get `login`, by which they were found, unless they name one. A name
    that is taken gets the address behind it:

    in the list           found                     added under the name
    rack7 at 192.0.2.7    rack7 at 192.0.2.8        "rack7 192.0.2.8"
                          192.0.2.7 at 192.0.2.9    "192.0.2.7 192.0.2.9"
                          rack9 at 192.0.2.7        not added

    `secret_paths`: key of a secret -> the file that has it; the login refers to that. Raises
    SettingsError: then both files are as they were.
    """
    # before the lock: a name server may take seconds
    known_hosts = _address_book(_read_list(files))
    with _files_under_lock(files) as (list_file, login_file):
        logins = _logins(login_file)
        known_list = _known_list(list_file, login_file)
        taken_names = {pdu.name for pdu in known_list.devices}
        # a name may not be the address of another PDU, with or without its port
        taken_addresses = {hosts.one_spelling(pdu.address) for pdu in known_list.devices}
        taken_addresses.update(hosts.one_spelling(pdu.address.host) for pdu in known_list.devices)
        additions: list[Addition] = []
        for pdu in _pdus_at_other_places(pdus, known_list, known_hosts):
            name = _free_name(pdu, taken_names, taken_addresses)
            taken_names.add(name)
            new_login = _NO_LOGIN
            if pdu.handler == "snmp" and not pdu.auth:
                has_other_login = logins.get(login.name, login) != login
                new_login = login._replace(name=name) if has_other_login else login
            additions.append(Addition(pdu._replace(name=name), new_login))
        if not additions:
            return []
        return _append(list_file, login_file, additions, secret_paths)


def _free_name(
    pdu: ListedPdu, taken_names: Collection[str], taken_addresses: Collection[str]
) -> str:
    """The name of a PDU that is to be listed, with its address behind it if it is the name or the
    address of another one, or a handler's. `taken_addresses`: in one spelling (`one_spelling`).

    >>> pdu = ListedPdu("rack7", "snmp", Address("192.0.2.8"))
    >>> _free_name(pdu, {"r1"}, {"192.0.2.7"}), _free_name(pdu, {"rack7"}, {"192.0.2.7"})
    ('rack7', 'rack7 192.0.2.8')
    """
    name = pdu.name
    if hosts.one_spelling(name) in taken_addresses:
        name = f"{name} {pdu.address}"
    while name in taken_names or registry.is_handler(name):
        name = f"{name} {pdu.address}"
    return name


def _pdus_at_other_places(
    pdus: Iterable[ListedPdu],
    known_list: device_list.DeviceList,
    known_hosts: Mapping[str, Collection[str]],
) -> list[ListedPdu]:
    """The found PDUs whose host and port the list lacks; of several at one port, the first.
    `known_hosts`: host name -> its IP addresses, so that a PDU that is listed by its name is known.

    >>> listed = ListedPdu("r1", "snmp", Address("pdu7.example"))
    >>> known_list = device_list.DeviceList([listed], {})
    >>> found = [ListedPdu(host, "snmp", Address(host)) for host in ("192.0.2.7", "192.0.2.8")]
    >>> missing_pdus = _pdus_at_other_places(found, known_list, {"pdu7.example": ["192.0.2.7"]})
    >>> [pdu.name for pdu in missing_pdus]
    ['192.0.2.8']
    """
    taken_ports: set[tuple[str, str]] = set()
    for listed_pdu in known_list.devices:
        place = place_of(listed_pdu, known_list.auths)
        for host in (place.host, *known_hosts.get(place.host, ())):
            taken_ports.add((host, place.port))
    missing_pdus: list[ListedPdu] = []
    for pdu in pdus:
        place = place_of(pdu)
        if (place.host, place.port) not in taken_ports:
            taken_ports.add((place.host, place.port))
            missing_pdus.append(pdu)
    return missing_pdus


def _address_book(known_list: device_list.DeviceList) -> Mapping[str, Collection[str]]:
    """The IP addresses of each host name of a list, as far as the name server knows them; many are
    asked for at a time:

    {"pdu7.example": {"192.0.2.7", "2001:db8::7"}, "unknown.example": ()}
    """
    listed_hosts = {place_of(pdu, known_list.auths).host for pdu in known_list.devices}
    host_names = [host for host in sorted(listed_hosts) if not hosts.is_ip(host)]
    with ThreadPoolExecutor(_RESOLVERS) as pool:
        return dict(zip(host_names, pool.map(_addresses, host_names)))


def _addresses(name: str) -> Collection[str]:
    """The IP addresses of a host name, such as {"192.0.2.7", "2001:db8::7"}; none if the name
    server does not know it.

    >>> _addresses("")
    ()
    """
    try:
        answers = socket.getaddrinfo(name, None, proto=socket.IPPROTO_UDP)
    except (OSError, UnicodeError):
        return ()
    return {hosts.one_spelling(str(address[0])) for *_, address in answers}


def _settings_and_login(
    name: str, handler: LoadedHandler, host: Address, login: Login
) -> tuple[dict[str, str], DeviceLogin]:
    """The settings that the row of a new PDU gets, and the login that the file of logins gets; the
    latter is called `name`, as the PDU.

    given                        settings                   login
    timeout=5                    timeout=5
    ca_pem=hall.pem              ca_pem=/home/x/hall.pem
    username=reader, password                               username=reader, password

    Raises SettingsError for a setting that the handler does not have.
    """
    _, secrets = form.form_fields(handler, host, login)
    given_settings = login.all_settings(form.setting_keys(handler), host)
    settings = {key: text.strip() for key, text in given_settings.items()}
    if handler.snmp and not form.is_v3(settings):
        settings.pop("username", None)  # from the environment, for other handlers
    ca_pem = settings.get("ca_pem", "")
    if ca_pem and "BEGIN CERTIFICATE" not in ca_pem:
        settings["ca_pem"] = os.path.abspath(ca_pem)
    login_settings = {key: settings.pop(key) for key in _LOGIN_KEYS if key in settings}
    return settings, DeviceLogin(name, login_settings, secrets)


@contextlib.contextmanager
def _files_under_lock(files: NewPdu) -> Iterator[tuple[_File, _File]]:
    """In the block, the list and the file of logins as they are; no other command of this program
    changes them. A signal that ends the program, such as SIGTERM, raises KeyboardInterrupt in it,
    so that both files can be put back. The folder of the user's own list is created first. Raises
    SettingsError for a file that cannot be read.
    """
    folder = os.path.dirname(files.list_path)
    if files.list_path == os.path.realpath(own_list()):
        try:
            os.makedirs(folder, 0o700, exist_ok=True)
        except OSError as error:
            raise SettingsError(f"{folder} cannot be created ({error.strerror})") from None
    # the file of logins may belong to several lists
    folders = [folder, os.path.dirname(files.login_path)]
    with locked(folders), signals_as_ctrl_c():
        list_file = _read(files.list_path, secret_files.LIST)
        yield list_file, _read(files.login_path, secret_files.SECRET)


def _append(
    list_file: _File,
    login_file: _File,
    additions: Iterable[Addition],
    secret_paths: Mapping[str, str],
) -> list[ListedPdu]:
    """Writes PDUs to the end of the list, and the logins that the file of logins lacks to its end;
    both files or none. Returns the PDUs as they are listed: with the name of their login in `auth`,
    which may be an equal one that the file has.

    `secret_paths`: key of a secret -> the file that has it, such as password -> word.txt; the login
    refers to that file in place of the text. Raises SettingsError for a file that cannot be read or
    written, and a PDU that is listed already: then both files are as they were.
    """
    known_list = _known_list(list_file, login_file)
    known_logins = dict(_logins(login_file))
    new_logins: list[DeviceLogin] = []
    pdus: list[ListedPdu] = []
    for pdu, login in additions:
        if not login.settings and not login.secrets:
            pdus.append(pdu)
            continue
        known_name = _equal_login(known_logins, login)
        if not known_name:
            known_logins[login.name] = login
            new_logins.append(login)
        pdus.append(pdu._replace(auth=known_name or login.name))
    if not new_logins:
        list_file.write(_with_pdus(list_file, pdus, known_list))
        return pdus
    login_data = _with_logins(login_file, new_logins, secret_paths)
    list_data = _with_pdus(list_file, pdus, known_list)
    try:
        login_file.write(login_data)
        list_file.write(list_data)
    except BaseException:
        login_file.restore()
        raise
    return pdus


def _read(path: str, rule: secret_files.FilePermission) -> _File:
    """The content of a file, and its owner; None for both if it does not exist. `rule`: who must
    not be able to read or change it, else SettingsError is raised.
    """
    if not os.path.lexists(path):
        return _File(path, None, None)
    data = secret_files.read_bytes(path, rule)
    status = os.stat(path)
    return _File(path, data, (status.st_uid, status.st_gid))


def _read_list(files: NewPdu) -> device_list.DeviceList:
    """The list as it is now, with the logins of both files; without PDUs if the file has none or
    does not exist. Raises SettingsError for a list that cannot be read, has a wrong row, or may not
    be changed by this user.
    """
    list_file = _read(files.list_path, secret_files.LIST)
    list_file.refuse_unwritable()
    return _known_list(list_file, _read(files.login_path, secret_files.SECRET))


def _known_list(list_file: _File, login_file: _File) -> device_list.DeviceList:
    """The list with the logins of both files; without PDUs if it has none.

    >>> list_file = _File("pdus.csv", b"name,handler,address\\nr1,netio,192.0.2.7", None)
    >>> login_file = _File("logins.toml", b'[auth.hall]\\nusername = "reader"', None)
    >>> known_list = _known_list(list_file, login_file)
    >>> [pdu.name for pdu in known_list.devices], [*known_list.auths]
    (['r1'], ['hall'])

    Raises SettingsError for a row that is wrong, too: a new one may be the same PDU.
    """
    logins = _logins(login_file)
    try:
        known_list = device_list.parse_device_list(list_file.text.encode(), list_file.path)
        known_list = known_list.without_faults()
    except device_list.EmptyList:
        return device_list.DeviceList((), logins)
    return known_list._replace(auths={**known_list.auths, **logins})


def _logins(file: _File) -> Mapping[str, DeviceLogin]:
    """The logins of a file, by name; none if it is empty or does not exist. Raises SettingsError
    for a file that is not as it should be.
    """
    return auth.parse_login_file(file.text, file.path) if file.text.strip() else {}


def _equal_login(logins: Mapping[str, DeviceLogin], login: DeviceLogin) -> str:
    """The name of that one of `logins` which has the settings and the secrets of `login`; "" if
    there is none. Raises SettingsError if the name of `login` is that of another one.

    >>> hall = DeviceLogin("hall", {"username": "reader"}, {"password": "x"})
    >>> _equal_login({"hall": hall}, hall._replace(name="r1"))
    'hall'
    >>> _equal_login({"hall": hall}, DeviceLogin("r1", {"username": "admin"}, {}))
    ''
    """
    for known_login in logins.values():
        if known_login._replace(name=login.name) == login:
            return known_login.name
    if login.name in logins:
        raise SettingsError(
            f"the file of logins has another login {printable(login.name, 60)!r}: give the PDU"
            " another name, or remove that login"
        )
    return ""


def _with_logins(
    file: _File, new_logins: Iterable[DeviceLogin], secret_paths: Mapping[str, str]
) -> bytes:
    """The content of a file of logins with new ones at its end. `secret_paths`: key of a secret ->
    the file that has it: the login gets `password_file` in place of `password`.

    >>> login = DeviceLogin("r1", {"username": "reader"}, {"community": "public"})
    >>> print(_with_logins(_File("logins.toml", None, None), [login], {}).decode(), end="")
    [auth."r1"]
    username = "reader"
    community = "public"

    Raises SettingsError if it could not be read again with all logins, as after a table that is
    left open.
    """
    tables: list[str] = []
    logins = dict(_logins(file))
    for login in new_logins:
        values = dict(login.settings)
        for key, text in login.secrets.items():
            if key not in secret_paths:
                values[key] = text
        for key, path in secret_paths.items():
            if key in login.secrets:
                values[f"{key}_file"] = os.path.abspath(path)
        tables.append(_toml_table(f"[auth.{_quoted(login.name)}]", values))
        logins[login.name] = login
    data = _appended(file, "".join(tables))
    with contextlib.suppress(SettingsError):
        if auth.parse_login_file(data.decode("utf-8-sig"), file.path) == logins:
            return data
    raise SettingsError(f"{file.path}: the login cannot be written as a table at its end")


def _with_pdus(
    file: _File, pdus: Sequence[ListedPdu], list_before: device_list.DeviceList
) -> bytes:
    r"""The content of a list with new PDUs at its end. `list_before`: the list without them, with
    all known logins. Raises SettingsError if it has one of them already, also under another name or
    with all units of its port, and if it could not be read again.

    >>> list_file = _File("pdus.csv", b"name;handler;address\nr1;netio;192.0.2.7\n", None)
    >>> list_before = device_list.parse_device_list(list_file.data, list_file.path)
    >>> new_pdu = ListedPdu("r2", "netio", Address("192.0.2.8"))
    >>> _with_pdus(list_file, [new_pdu], list_before).decode().splitlines()[-1]
    'r2;netio;192.0.2.8'
    """
    is_toml = file.path.endswith(".toml")
    text = "".join(map(_toml_entry, pdus)) if is_toml else _csv_rows(file, pdus)
    data = _appended(file, text)
    new_list = device_list.parse_device_list(data, file.path).without_faults()
    new_list = new_list._replace(auths=list_before.auths)
    new_pdus = {pdu.name: pdu for pdu in pdus}
    repeated_before = list_before.repeated
    for repeated_name, counted_name in new_list.repeated.items():
        if repeated_name in repeated_before:
            continue
        new_name, listed_name = repeated_name, counted_name
        if new_name not in new_pdus:  # the new PDU reads all units of its port, also the listed one
            new_name, listed_name = counted_name, repeated_name
        raise SettingsError(
            f"{new_pdus[new_name].address} is already in {file.path}, as"
            f" {printable(listed_name, 60)!r}"
        )
    if list(new_list.devices) != [*list_before.devices, *pdus]:
        raise SettingsError(f"{file.path}: the PDU cannot be written at its end, as the list is")
    return data


def _toml_entry(pdu: ListedPdu) -> str:
    """The table of a PDU, for a list in TOML.

    >>> pdu = ListedPdu("r1", "netio", Address("192.0.2.7"), settings=(("timeout", "5"),))
    >>> print(_toml_entry(pdu), end="")
    [[pdu]]
    name = "r1"
    handler = "netio"
    address = "192.0.2.7"
    settings = { "timeout" = "5" }
    """
    cells = {"name": pdu.name, "handler": pdu.handler, "address": str(pdu.address)}
    if pdu.auth:
        cells["auth"] = pdu.auth
    table = _toml_table("[[pdu]]", cells)
    if not pdu.settings:
        return table
    pairs = [f"{_quoted(key)} = {_quoted(text)}" for key, text in pdu.settings]
    return f"{table}settings = {{ {', '.join(pairs)} }}\n"


def _csv_rows(file: _File, pdus: Iterable[ListedPdu]) -> str:
    """The lines of PDUs in the columns of a CSV list; a new list gets a head before them. Raises
    SettingsError if the list lacks a column that a PDU needs.

    >>> pdus = [ListedPdu("r1", "netio", Address("192.0.2.7"), settings=(("timeout", "5"),))]
    >>> print(_csv_rows(_File("pdus.csv", None, None), pdus), end="")
    name,handler,address,auth,settings
    r1,netio,192.0.2.7,,timeout=5
    """
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=csv_in.delimiter_of(file.text), lineterminator="\n")
    head = csv_in.head_of(file.text, file.path)
    if not head:
        head = _NEW_HEAD
        writer.writerow(head)
    for pdu in pdus:
        pairs = [f"{key}={text}" for key, text in pdu.settings]
        cells = {
            "name": pdu.name,
            "handler": pdu.handler,
            "address": str(pdu.address),
            "auth": pdu.auth,
            "settings": "; ".join(pairs),
        }
        for column, text in cells.items():
            if text and column not in head:
                raise SettingsError(
                    f"{file.path}: add the column {column!r}, which this PDU needs, to its head"
                )
        writer.writerow([cells.get(column, "") for column in head])
    return out.getvalue()


def _toml_table(head: str, values: Mapping[str, str]) -> str:
    """A table of TOML: its head, and a line for each value.

    >>> print(_toml_table("[[pdu]]", {"name": "r1"}), end="")
    [[pdu]]
    name = "r1"
    """
    lines = [f"{key} = {_quoted(text)}" for key, text in values.items()]
    return "\n".join([head, *lines, ""])


def _quoted(text: str) -> str:
    r"""The text as a basic string of TOML, whose escapes are those of JSON.

    >>> print(_quoted('rack "7"\t\x7f'))
    "rack \"7\"\t\u007f"
    """
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def _appended(file: _File, text: str) -> bytes:
    r"""The content of a file with `text` at its end, in lines of their own, whose ends are those of
    the file. Raises SettingsError for a text that UTF-8 cannot have, such as a lone surrogate.

    >>> _appended(_File("pdus.csv", b"name,handler\r\nr1,netio", None), "r2,netio\n")
    b'name,handler\r\nr1,netio\r\nr2,netio\r\n'
    """
    data = file.data or b""
    line_end = "\r\n" if b"\r\n" in data else "\n"
    has_whole_lines = not data or data.endswith(b"\n")
    new_text = text.replace("\n", line_end)
    if not has_whole_lines:
        new_text = f"{line_end}{new_text}"
    try:
        return data + new_text.encode()
    except UnicodeEncodeError:
        pass
    # raised here, because the encoder's error contains the text
    raise SettingsError(f"{file.path}: a value is not UTF-8 text")
