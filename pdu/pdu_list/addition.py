"""Adds a PDU to the owner's list, and its login to the file of logins."""

from __future__ import annotations

import contextlib
import csv
import io
import json
import os
from collections.abc import Mapping, Sequence
from typing import NamedTuple, Optional

from handlers import registry
from handlers.shared.address import Address
from handlers.shared.errors import SettingsError, printable

from ..files import csv_in, secret_files
from ..files.locks import locked
from ..files.whole_files import PRIVATE, signals_as_ctrl_c, write_whole
from ..loading.handler_loading import LoadedHandler
from . import device_list, form, logins as auth, names
from .listed_pdu import ListedPdu
from .login_options import Login
from .logins import DeviceLogin

_LOGIN_KEYS = ("username", "snmp_version", "auth_protocol", "priv_protocol")
_NEW_HEAD = ("name", "handler", "address", "auth", "settings")


class NewPdu(NamedTuple):
    """A PDU that is to be added, and the list and the file of logins, which may not exist yet."""

    name: str
    list_path: str
    login_path: str
    #: the options that let another command use these files
    words: Sequence[str]


class _File(NamedTuple):
    """A file as it is; `data` None: it does not exist."""

    path: str
    data: Optional[bytes]
    #: user and group by number
    owner: Optional[tuple[int, int]]

    @property
    def text(self) -> str:
        """Raises SettingsError for another encoding than UTF-8."""
        with contextlib.suppress(UnicodeDecodeError):
            return (self.data or b"").decode("utf-8-sig")
        raise SettingsError(f"{self.path}: save it as UTF-8, then a PDU can be added")

    def write(self, data: bytes) -> None:
        """Replace it. Raises SettingsError."""
        try:
            write_whole(self.path, data, PRIVATE, owner=self.owner)
        except OSError as error:
            raise SettingsError(f"{self.path} cannot be written ({error.strerror})") from None

    def restore(self) -> None:
        """Undo `write`."""
        if self.data is not None:
            self.write(self.data)
        else:
            with contextlib.suppress(FileNotFoundError):
                os.unlink(self.path)


def new_pdu(name: str, list_file: str, auth_file: str) -> NewPdu:
    """A PDU for the files of these options, else of the environment, else the usual ones. Raises
    SettingsError if the environment says that there is no list.
    """
    path = list_file or names.usual_list()
    if not path:
        if "PDU_LIST" in os.environ:
            raise SettingsError("PDU_LIST is empty: give the list as --list FILE")
        path = names.own_list()
    login_path = auth_file or names.usual_logins(path)
    if not login_path:
        login_path = os.path.join(os.path.dirname(path), names.LOGINS)
    return NewPdu(
        name=name,
        list_path=os.path.realpath(path),
        login_path=os.path.realpath(login_path),
        words=names.list_words(list_file, auth_file),
    )


def check_addition(pdu: NewPdu, host: str) -> None:
    """Raises SettingsError if its name cannot be added, or if `host` is a name of the list."""
    name, list_path = pdu.name, pdu.list_path
    # another command would take a name in this form for an option
    if not name or name != name.strip() or name.startswith("-"):
        raise SettingsError(f"{name!r} is no name: give one such as r1-left")
    if registry.is_handler(name):
        raise SettingsError(f"{name!r} is the name of a handler: give the PDU another name")
    list_file = _read(list_path, secret_files.LIST)
    known_names = [device.name for device in _fleet(list_file).devices]
    if name in known_names:
        raise SettingsError(f"{printable(name, 60)!r} is already in {list_path}")
    if host in known_names:
        raise SettingsError(f"{printable(host, 60)!r} is already the name of a PDU of {list_path}")
    login_file = _read(pdu.login_path, secret_files.SECRET)
    _logins(login_file)  # raises for a file to which no login can be added


def add(pdu: NewPdu, handler: LoadedHandler, host: Address, login: Login) -> ListedPdu:
    """Write the PDU that was read with this login under its name, and the login; both or none.
    Secrets of --secret-file are written as references to these files, others as they are. Returns
    the PDU as it is listed; a login that the file has already is used.

    Raises SettingsError: then both files are as they were.
    """
    settings, device_login = _settings_and_login(pdu.name, handler, host, login)
    listed_pdu = ListedPdu(
        name=pdu.name, handler=handler.name, address=host, settings=tuple(settings.items())
    )
    return _write(pdu, listed_pdu, device_login, login.secret_files)


def listed_pdus(files: NewPdu) -> Sequence[ListedPdu]:
    """The PDUs of the list, none if it does not exist. Raises SettingsError, also for a list or a
    file of logins to which nothing can be added.
    """
    list_file = _read(files.list_path, secret_files.LIST)
    _logins(_read(files.login_path, secret_files.SECRET))
    return _fleet(list_file).devices if list_file.text.strip() else ()


def add_listed(
    files: NewPdu, pdu: ListedPdu, login: DeviceLogin, secret_paths: Mapping[str, str]
) -> ListedPdu:
    """As `add`, for a PDU as it is listed, with its login if that says anything. The login has the
    PDU's name if another one has its own.
    """
    known_login = _logins(_read(files.login_path, secret_files.SECRET)).get(login.name)
    if known_login is not None and known_login != login:
        login = login._replace(name=pdu.name)
    return _write(files, pdu, login, secret_paths)


def _settings_and_login(
    name: str, handler: LoadedHandler, host: Address, login: Login
) -> tuple[dict[str, str], DeviceLogin]:
    """What the list gets of a login, and what the file of logins gets."""
    _, secrets = form.form_fields(handler, host, login)
    given_settings = login.all_settings(form.setting_keys(handler), host)
    settings = {key: text.strip() for key, text in given_settings.items()}
    if handler.snmp and not form.is_v3(settings):
        settings.pop("username", None)  # from the environment, for other handlers
    ca_pem = settings.get("ca_pem", "")
    if ca_pem and "BEGIN CERTIFICATE" not in ca_pem:
        settings["ca_pem"] = os.path.abspath(ca_pem)
    login_settings: dict[str, str] = {}
    for key in _LOGIN_KEYS:
        if key in settings:
            login_settings[key] = settings.pop(key)
    return settings, DeviceLogin(name, login_settings, secrets)


def _write(
    files: NewPdu, pdu: ListedPdu, login: DeviceLogin, secret_paths: Mapping[str, str]
) -> ListedPdu:
    """Write both, or none. Raises SettingsError."""
    folder = os.path.dirname(files.list_path)
    if files.list_path == os.path.realpath(names.own_list()):
        try:
            os.makedirs(folder, 0o700, exist_ok=True)
        except OSError as error:
            raise SettingsError(f"{folder} cannot be created ({error.strerror})") from None
    # the file of logins may belong to several lists
    folders = [folder, os.path.dirname(files.login_path)]
    with locked(folders), signals_as_ctrl_c():
        list_file = _read(files.list_path, secret_files.LIST)
        login_file = _read(files.login_path, secret_files.SECRET)
        known_name = ""
        has_login = bool(login.settings or login.secrets)
        if has_login:
            known_name = _equal_login(_logins(login_file), login)
            pdu = pdu._replace(auth=known_name or login.name)
        if not has_login or known_name:
            list_file.write(_with_pdu(list_file, pdu))
            return pdu
        login_data = _with_login(login_file, login, secret_paths)
        list_data = _with_pdu(list_file, pdu)
        try:
            login_file.write(login_data)
            list_file.write(list_data)
        except BaseException:
            login_file.restore()
            raise
    return pdu


def _read(path: str, rule: secret_files.FilePermission) -> _File:
    """A file with its owner; one that does not exist has neither data nor an owner."""
    if not os.path.lexists(path):
        return _File(path, None, None)
    data = secret_files.read_bytes(path, rule)
    status = os.stat(path)
    return _File(path, data, (status.st_uid, status.st_gid))


def _fleet(file: _File) -> device_list.DeviceList:
    """The PDUs of a list, none if it is empty. Raises SettingsError."""
    try:
        return device_list.parse_device_list(file.data or b"", file.path)
    except device_list.EmptyList:
        return device_list.DeviceList((), {})


def _logins(file: _File) -> Mapping[str, DeviceLogin]:
    """The logins of a file, none if it is empty. Raises SettingsError."""
    return auth.parse_login_file(file.text, file.path) if file.text.strip() else {}


def _equal_login(logins: Mapping[str, DeviceLogin], login: DeviceLogin) -> str:
    """The name of a login with the same values, "" if there is none. Raises SettingsError if the
    name of this one is taken.
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


def _with_login(file: _File, login: DeviceLogin, secret_paths: Mapping[str, str]) -> bytes:
    """The file with this login at its end. Raises SettingsError if its form does not allow that."""
    values = dict(login.settings)
    for key, text in login.secrets.items():
        if key not in secret_paths:
            values[key] = text
    for key, path in secret_paths.items():
        if key in login.secrets:
            values[f"{key}_file"] = os.path.abspath(path)
    data = _appended(file, _toml_table(f"[auth.{_quoted(login.name)}]", values))
    with contextlib.suppress(SettingsError):
        logins = {**_logins(file), login.name: login}
        if auth.parse_login_file(data.decode("utf-8-sig"), file.path) == logins:
            return data
    raise SettingsError(f"{file.path}: the login cannot be written as a table at its end")


def _with_pdu(file: _File, pdu: ListedPdu) -> bytes:
    """The list with this PDU at its end."""
    is_toml = file.path.endswith(".toml")
    entry = _toml_entry(pdu) if is_toml else _csv_row(file, pdu)
    data = _appended(file, entry)
    list_before = _fleet(file)
    new_list = device_list.parse_device_list(data, file.path)
    for repeated_name, counted_name in new_list.repeated.items():
        if repeated_name in list_before.repeated:
            continue
        listed_name = counted_name if repeated_name == pdu.name else repeated_name
        raise SettingsError(
            f"{pdu.address} is already in {file.path}, as {printable(listed_name, 60)!r}"
        )
    if list(new_list.devices) != [*list_before.devices, pdu]:
        raise SettingsError(f"{file.path}: the PDU cannot be written at its end, as the list is")
    return data


def _toml_entry(pdu: ListedPdu) -> str:
    """The table of a PDU."""
    cells = {"name": pdu.name, "handler": pdu.handler, "address": str(pdu.address)}
    if pdu.auth:
        cells["auth"] = pdu.auth
    table = _toml_table("[[pdu]]", cells)
    if not pdu.settings:
        return table
    pairs = [f"{_quoted(key)} = {_quoted(text)}" for key, text in pdu.settings]
    return f"{table}settings = {{ {', '.join(pairs)} }}\n"


def _csv_row(file: _File, pdu: ListedPdu) -> str:
    """The line of a PDU; before it the head, in a new list. Raises SettingsError if the list lacks
    a column that the PDU needs.
    """
    pairs = [f"{key}={text}" for key, text in pdu.settings]
    cells = {
        "name": pdu.name,
        "handler": pdu.handler,
        "address": str(pdu.address),
        "auth": pdu.auth,
        "settings": "; ".join(pairs),
    }
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=csv_in.delimiter_of(file.text), lineterminator="\n")
    head = csv_in.head_of(file.text, file.path)
    if not head:
        head = _NEW_HEAD
        writer.writerow(head)
    for column, text in cells.items():
        if text and column not in head:
            raise SettingsError(
                f"{file.path}: add the column {column!r}, which this PDU needs, to its head"
            )
    writer.writerow([cells.get(column, "") for column in head])
    return out.getvalue()


def _toml_table(head: str, values: Mapping[str, str]) -> str:
    """A table of TOML: its head, and a line for each value."""
    lines = [f"{key} = {_quoted(text)}" for key, text in values.items()]
    return "\n".join([head, *lines, ""])


def _quoted(text: str) -> str:
    """A basic string of TOML, whose escapes are those of JSON."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def _appended(file: _File, text: str) -> bytes:
    """The content with this text at its end. Raises SettingsError for what is no text."""
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
