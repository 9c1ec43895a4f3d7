"""Which list of PDUs and which file of logins a command has.

The list is that of --list, else of the variable PDU_LIST (empty: none), else the first of the usual
files. Logins are in the file of --auth, else of PDU_AUTH, else in logins.toml beside the list.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from typing import NamedTuple, Optional

from handlers.shared.errors import SettingsError

from . import device_list
from .listed_pdu import ListedPdu
from .logins import DeviceLogin, read_logins

_LIST, _AUTH = "PDU_LIST", "PDU_AUTH"
LOGINS = "logins.toml"
# the lists that are read if none is given: the user's, else that of all users
_OWN_LIST = "~/.config/pdu/pdus.csv"
_LIST_OF_ALL = "/etc/pdu/pdus.csv"
#: how a list becomes known, for errors
HOW = f"--list FILE, {_LIST} or {_OWN_LIST}"
#: each place of a list, in the order in which they are looked at, for helps
PLACES = f"--list FILE, {_LIST}, {_OWN_LIST}, {_LIST_OF_ALL}"


class KnownList(NamedTuple):
    """A list of PDUs whose names stand for their handlers, addresses and logins."""

    path: str
    #: the path of the file with logins, "" if none is known
    auth: str
    #: the options that let another command use the same files, such as ["--list", "hall.csv"]
    words: Sequence[str]
    #: by name, those whose rows are right
    pdus: Mapping[str, ListedPdu]
    #: by name, the logins in the list itself
    logins: Mapping[str, DeviceLogin]
    #: what is wrong with a row, by the name that stands in it
    faults: Mapping[str, str]

    def pdu(self, name: str) -> Optional[ListedPdu]:
        """The PDU of this name, None if there is none. Raises SettingsError if a row with it is
        wrong: that one may be meant.

        >>> faults = {"r2": "line 3: there is no address"}
        >>> known_list = KnownList("pdus.csv", "", (), {}, {}, faults)
        >>> known_list.pdu("r1") is None
        True
        >>> known_list.pdu("r2")
        Traceback (most recent call last):
        handlers.shared.errors.SettingsError: pdus.csv: line 3: there is no address
        """
        if name in self.faults:
            raise SettingsError(f"{self.path}: {self.faults[name]}")
        return self.pdus.get(name)

    def login(self, pdu: ListedPdu) -> Optional[DeviceLogin]:
        """The login of this PDU, None if the list names none. The file of logins is read only for a
        PDU that has a login.

        >>> hall = DeviceLogin("hall", {"username": "reader"}, {})
        >>> known_list = KnownList("pdus.toml", "", (), {}, {"hall": hall}, {})
        >>> from handlers.shared.address import Address
        >>> known_list.login(ListedPdu("r1", "netio", Address("192.0.2.7"), "hall")).settings
        {'username': 'reader'}
        >>> known_list.login(ListedPdu("r2", "netio", Address("192.0.2.8"))) is None
        True

        Raises SettingsError, which names the PDU, for a login that neither the list nor the file of
        logins has.
        """
        logins = dict(self.logins)
        if pdu.auth and self.auth:
            logins.update(read_logins(self.auth))
        try:
            return pdu.login(logins)
        except SettingsError as error:
            raise SettingsError(f"{pdu.name}: {error.reason}") from None


def read_known_list(list_file: str, auth_file: str) -> Optional[KnownList]:
    """The list by the options --list and --auth ("" for what was not given), by the environment or
    in its usual place; None if there is none, or if that of the usual place has no PDU yet.

    --list hall.csv               hall.csv, with logins.toml beside it
    PDU_LIST=hall.csv             the same
    PDU_LIST=                     None
    ~/.config/pdu/pdus.csv        this list, if the two above are not given and it is there

    Raises SettingsError for a file that cannot be read, and a mistake of the whole list.
    """
    path = list_file or usual_list()
    if not path:
        return None
    try:
        fleet = device_list.read_device_list(path)
    except device_list.EmptyList:
        if list_file or _LIST in os.environ:
            raise
        return None
    return KnownList(
        path=path,
        auth=auth_file or usual_logins(path),
        words=list_words(list_file, auth_file),
        pdus={device.name: device for device in fleet.devices},
        logins=fleet.auths,
        faults={row.typed_name: row.fault for row in fleet.wrong_rows},
    )


def list_words(list_file: str, auth_file: str) -> list[str]:
    """The options that let another command use the same files; "" for a file that was not given.

    >>> list_words("hall.csv", "")
    ['--list', 'hall.csv']
    """
    words: list[str] = []
    if list_file:
        words += ["--list", list_file]
    if auth_file:
        words += ["--auth", auth_file]
    return words


def usual_list() -> str:
    """The path of the list that is taken without --list, "" for none: that of PDU_LIST if this
    variable is set, even to nothing; else the user's or that of all users, if it exists.

    >>> from unittest import mock
    >>> with mock.patch.dict(os.environ, {"PDU_LIST": "hall.csv"}):
    ...     usual_list()
    'hall.csv'
    """
    if _LIST in os.environ:
        return os.environ[_LIST]
    for path in (own_list(), _LIST_OF_ALL):
        if os.path.exists(path):
            return path
    return ""


def own_list() -> str:
    """The path of this user's list, which may not exist: $XDG_CONFIG_HOME/pdu/pdus.csv, else
    ~/.config/pdu/pdus.csv. A variable with a relative path is ignored, as the XDG Base Directory
    Specification asks.

    >>> from unittest import mock
    >>> with mock.patch.dict(os.environ, {"XDG_CONFIG_HOME": "/etc/xdg"}):
    ...     own_list()
    '/etc/xdg/pdu/pdus.csv'
    >>> with mock.patch.dict(os.environ, {"XDG_CONFIG_HOME": "xdg", "HOME": "/home/x"}):
    ...     own_list()
    '/home/x/.config/pdu/pdus.csv'
    """
    config_folder = os.environ.get("XDG_CONFIG_HOME", "")
    if os.path.isabs(config_folder):
        return f"{config_folder}/pdu/pdus.csv"
    return os.path.expanduser(_OWN_LIST)


def usual_logins(list_file: str) -> str:
    """The path of the file with logins that is taken for this list without --auth, "" for none:
    that of PDU_AUTH, else logins.toml beside the list, if it exists.

    >>> from unittest import mock
    >>> with mock.patch.dict(os.environ, {"PDU_AUTH": "hall.toml"}):
    ...     usual_logins("pdus.csv")
    'hall.toml'
    """
    variable = os.environ.get(_AUTH, "")
    if variable:
        return variable
    path = os.path.join(os.path.dirname(list_file), LOGINS)
    return path if os.path.exists(path) else ""
