"""The owner's files: his list of PDUs (pdus.csv) and his file of logins (logins.toml). The one
reader of these files, for every product, with one set of errors.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from typing import NamedTuple, Optional

from ..cli.error_output import Usage
from ..cli.output import report
from ..pdu_list import device_list, known_list
from ..pdu_list.device_list import DeviceList
from ..pdu_list.logins import DeviceLogin, environment_login, read_logins
from .polling import Target, targets

LOGGER = logging.getLogger(__name__)


class OwnerFiles(NamedTuple):
    """The paths of an owner's files, `OwnerFiles("pdus.csv", "logins.toml")`: the list of PDUs, the
    file with logins (`auth`), and those of --secret-file by key; None for one that is not given.
    """

    list: Optional[str] = None
    auth: Optional[str] = None
    secret_files: Mapping[str, str] = {}

    def add_known_list(self) -> OwnerFiles:
        """These files if they have a list; else a copy with the user's usual list, such as
        /etc/pdu/pdus.csv, and, if no file of logins is given, with that of PDU_AUTH or logins.toml
        beside the list. With --debug, the log says which. Raises Usage without a usual list.

        >>> OwnerFiles("pdus.csv").add_known_list().list
        'pdus.csv'
        >>> from unittest import mock
        >>> with mock.patch.object(known_list, "usual_list", lambda: "/etc/pdu/pdus.csv"):
        ...     OwnerFiles(auth="logins.toml").add_known_list()[:2]
        ('/etc/pdu/pdus.csv', 'logins.toml')
        """
        if self.list:
            return self
        path = self.require_list()
        note = f"the list of PDUs is {path}"
        auth = self.auth
        if not auth:
            auth = known_list.usual_logins(path) or None
            if auth:
                note += f", with the logins of {auth}"
        LOGGER.debug(note)
        return self._replace(list=path, auth=auth)

    def require_list(self) -> str:
        """The path of the list that is given, else of the user's usual list. Reads nothing. Raises
        Usage, which says how to give a list, if there is neither.

        >>> OwnerFiles("pdus.csv").require_list()
        'pdus.csv'
        >>> from unittest import mock
        >>> with mock.patch.object(known_list, "usual_list", lambda: ""):  # doctest: +ELLIPSIS
        ...     OwnerFiles().require_list()
        Traceback (most recent call last):
        pdu.cli.error_output.Usage: give the list of PDUs: ...
        """
        path = self.list or known_list.usual_list()
        if not path:
            raise Usage(f"give the list of PDUs: {known_list.HOW}")
        return path

    def files(self) -> DeviceList:
        """Read the files. Returns the PDUs of the list, none without one, and the logins of both
        files by name. If the list names a login that it does not have, and no file of logins is
        given, that of PDU_AUTH, or logins.toml beside the list, is read, too. Raises SettingsError.

            pdus.csv      r1-left,snmp,192.0.2.8,hall
            logins.toml   [hall]  community = "..."
            DeviceList(devices=[ListedPdu("r1-left", ...)], auths={"hall": DeviceLogin(...)})
        """
        fleet = DeviceList((), {})
        if self.list is not None:
            fleet = device_list.read_device_list(self.list)
        named_logins = {device.auth for device in fleet.devices if device.auth}
        lacks_login = not named_logins <= fleet.auths.keys()
        auth = self.auth or ""
        if not auth and self.list and lacks_login:
            auth = known_list.usual_logins(self.list)
        if auth:
            fleet = fleet._replace(auths={**fleet.auths, **read_logins(auth)})
        for warning in fleet.warnings:
            report(warning)
        return fleet

    def login(self) -> DeviceLogin:
        """The login of PDUs that name none: its secrets are those of the environment and of
        --secret-file. Raises SettingsError for a file that cannot be read.
        """
        return environment_login(self.secret_files)

    def targets(self, fleet: DeviceList) -> Sequence[Target]:
        """The PDUs of `fleet`, the files after they were read, as targets: in their order, then
        those of wrong rows, each with its error; an empty list without a list of PDUs.

        >>> OwnerFiles().targets(DeviceList((), {}))
        []
        """
        return targets(fleet.devices, fleet.auths, self.login(), fleet.wrong_rows)
