"""A session with the server: its state, and a method for each kind of request."""

from __future__ import annotations

import builtins
import uuid
from collections.abc import Mapping, Sequence
from typing import Callable, Optional

from .devices import Device
from .faults import Driver, Faults
from .users import User
from .words import kept, quoted

VERSION = "Network UPS Tools upsd 2.8.0 - http://www.networkupstools.org/"
KNOWN = "Commands: HELP VER GET LIST SET INSTCMD LOGIN LOGOUT USERNAME PASSWORD STARTTLS"
# characters of an answer's line with its line break; the server cuts off the rest
LONGEST_LINE = 512


class Err(Exception):
    """Ends a request with the answer `ERR CODE`."""


class Site:
    """The state that all sessions share."""

    def __init__(
        self,
        devices: Sequence[Device],
        users: Sequence[User],
        faults: Faults,
        tls: bool,
    ) -> None:
        self.devices = {device.name.lower(): device for device in devices}
        if len(self.devices) < len(devices):
            raise ValueError("the names of devices must differ in more than upper and lower case")
        self.users = {kept(user.name): user for user in users}
        self.faults = faults
        self.tls = tls
        self.writes: list[tuple[str, str]] = []
        self.logins: dict[str, list[Session]] = {}
        self.forced: list[str] = []  # devices with the forced-shutdown flag


class Session:
    """The state of one connection. The server sets `secure` when it accepts STARTTLS."""

    def __init__(self, site: Site, address: str) -> None:
        self.site = site
        self.address = address
        self.secure = self.over = False
        self._user: Optional[str] = None
        self._password: Optional[str] = None
        self._logged_in: Optional[str] = None
        self._tracking = False
        self._reports: dict[str, str] = {}

    def answer(self, words: Sequence[str]) -> str:
        """The answer to one line of the client."""
        verb = words[0].upper() if words else ""
        request = _REQUESTS.get(verb)
        unknown_verbs = _NUTS if self.site.faults.rfc_names else _RFCS
        try:
            if request is None or verb in unknown_verbs:
                raise Err("UNKNOWN-COMMAND")
            if verb in _ALONE and len(words) > 1:
                raise Err("INVALID-ARGUMENT")
            if verb in _AFTER_LOGIN:
                self._require_login()
            if self.site.faults.login_to_read and verb in ("LIST", "GET"):
                self._require_user()
            lines = request(self, list(words[1:]))
        except Err as error:
            return f"ERR {error}\n"
        return "".join(f"{line}\n"[:LONGEST_LINE] for line in lines)

    def end(self) -> None:
        if self._logged_in is not None:
            self.site.logins[self._logged_in].remove(self)
            self._logged_in = None

    # ---- reading ---------------------------------------------------------------------------------

    def help(self, _: builtins.list[str]) -> builtins.list[str]:
        return [KNOWN]

    def ver(self, _: builtins.list[str]) -> builtins.list[str]:
        return [VERSION]

    def list(self, words: builtins.list[str]) -> builtins.list[str]:
        """LIST with a query: its rows between BEGIN and END."""
        what = words[0].upper() if words else ""
        if what == "UPS":
            rows = [
                f"UPS {device.name} {quoted(device.description)}"
                for device in self.site.devices.values()
            ]
            return ["BEGIN LIST UPS", *rows, "END LIST UPS"]
        # further words are ignored, as by upsd
        if what not in _LISTS or len(words) < 2:
            raise Err("INVALID-ARGUMENT")
        device = self._device(words[1], well=what != "CLIENT")
        query = f"{what} {words[1]}"
        rows = _LISTS[what](self, device)
        return [f"BEGIN LIST {query}", *(f"{query} {row}" for row in rows), f"END LIST {query}"]

    # what follows the query in each row of a list

    def var_rows(self, device: Device) -> builtins.list[str]:
        variables = sorted(self._variables(device).items())
        return [f"{variable} {quoted(value)}" for variable, value in variables]

    def rw_rows(self, device: Device) -> builtins.list[str]:
        variables = self._variables(device)
        writable = sorted(set(self._writable(device)) & set(variables))
        return [f"{variable} {quoted(variables[variable])}" for variable in writable]

    def cmd_rows(self, device: Device) -> builtins.list[str]:
        return self._commands(device)

    def client_rows(self, device: Device) -> builtins.list[str]:
        return [session.address for session in self.site.logins.get(device.name.lower(), [])]

    def get(self, words: builtins.list[str]) -> builtins.list[str]:
        """GET: the query again, and the value that was asked for."""
        what = words[0].upper() if words else ""
        if what == "TRACKING":
            return self._tracked(words[1:])
        if what not in _GETS or len(words) < 3:
            raise Err("INVALID-ARGUMENT")
        device = self._device(words[1])
        return [f"{what} {words[1]} {words[2]} {_GETS[what](self, device, words[2])}"]

    def _tracked(self, words: builtins.list[str]) -> builtins.list[str]:
        if self.site.faults.no_tracking:
            raise Err("INVALID-ARGUMENT")
        if not words:
            return ["ON" if self._tracking else "OFF"]
        if not self._tracking:
            raise Err("FEATURE-NOT-CONFIGURED")
        return [self.site.faults.tracked or self._reports.get(words[0], "ERR UNKNOWN")]

    def var(self, device: Device, name: str) -> str:
        variables = self._variables(device)
        if name not in variables:
            raise Err("VAR-NOT-SUPPORTED")
        return quoted(variables[name])

    def desc(self, device: Device, name: str) -> str:
        return quoted("UPS status" if name == "ups.status" else "Description unavailable")

    def cmddesc(self, device: Device, name: str) -> str:
        return quoted("Description unavailable")

    def _device(self, name: str, well: bool = True) -> Device:
        device = self.site.devices.get(name.lower())
        if device is None:
            raise Err("UNKNOWN-UPS")
        state = self._driver(device)
        if well and state in (Driver.STALE, Driver.GONE):
            raise Err("DATA-STALE" if state is Driver.STALE else "DRIVER-NOT-CONNECTED")
        return device

    def _driver(self, device: Device) -> Driver:
        return self.site.faults.drivers.get(device.name, Driver.WELL)

    def _variables(self, device: Device) -> dict[str, str]:
        if self._driver(device) is Driver.WAITED_FOR:
            return {"ups.status": "WAIT"}
        variables = device.variables()
        if device.name in self.site.forced:
            variables["ups.status"] = f"FSD {variables.get('ups.status', '')}".strip()
        return variables

    def _writable(self, device: Device) -> builtins.list[str]:
        return [] if self._driver(device) is Driver.WAITED_FOR else device.writable()

    def _commands(self, device: Device) -> builtins.list[str]:
        return [] if self._driver(device) is Driver.WAITED_FOR else device.commands()

    # ---- login and rights ------------------------------------------------------------------------

    def username(self, words: builtins.list[str]) -> builtins.list[str]:
        if len(words) != 1:
            raise Err("INVALID-ARGUMENT")
        if self._user is not None:
            raise Err("ALREADY-SET-USERNAME")
        self._user = words[0]
        return ["OK"]

    def password(self, words: builtins.list[str]) -> builtins.list[str]:
        if len(words) != 1:
            raise Err("INVALID-ARGUMENT")
        if self._password is not None:
            raise Err("ALREADY-SET-PASSWORD")
        self._password = words[0]  # checked in `_require_user`, for requests that need a valid user
        return ["OK"]

    def _require_login(self) -> tuple[str, str]:
        """The user name and the password that the client gave, right or wrong."""
        if self._user is None:
            raise Err("USERNAME-REQUIRED")
        if self._password is None:
            raise Err("PASSWORD-REQUIRED")
        return self._user, self._password

    def _require_user(self) -> User:
        """The user whose name and password the client gave."""
        name, password = self._require_login()
        user = self.site.users.get(name)
        if user is None or kept(user.password) != password:
            raise Err("ACCESS-DENIED")
        return user

    def _require_right(self, allowed: Callable[[User], bool]) -> None:
        if not allowed(self._require_user()):
            raise Err("ACCESS-DENIED")

    def starttls(self, _: builtins.list[str]) -> builtins.list[str]:
        if self.secure:
            raise Err("ALREADY-SSL-MODE")
        if not self.site.tls:
            raise Err("FEATURE-NOT-CONFIGURED")
        return ["OK STARTTLS"]

    def logout(self, _: builtins.list[str]) -> builtins.list[str]:
        self.over = True
        # before the answer is sent: a client that has read it must not find this session in
        # LIST CLIENT
        self.end()
        return ["OK Goodbye"]

    def login(self, words: builtins.list[str]) -> builtins.list[str]:
        name = _only(words)
        if self._logged_in is not None:
            raise Err("ALREADY-LOGGED-IN")
        device = self._device(name, well=False)
        self._require_right(lambda user: bool(user.upsmon))
        self._logged_in = device.name.lower()
        self.site.logins.setdefault(self._logged_in, []).append(self)
        return ["OK"]

    def primary(self, words: builtins.list[str], word: str = "PRIMARY") -> builtins.list[str]:
        self._device(_only(words), well=False)
        self._require_right(lambda user: user.upsmon == "primary")
        return [f"OK {word}-GRANTED"]

    def master(self, words: builtins.list[str]) -> builtins.list[str]:
        return self.primary(words, "MASTER")

    def fsd(self, words: builtins.list[str]) -> builtins.list[str]:
        device = self._device(_only(words), well=False)
        self._require_right(lambda user: user.fsd or user.upsmon == "primary")
        self.site.forced.append(device.name)
        return ["OK FSD-SET"]

    # ---- writing ---------------------------------------------------------------------------------

    def set(self, words: builtins.list[str]) -> builtins.list[str]:
        """SET TRACKING ON or OFF, and SET VAR, which is a write."""
        what = words[0].upper() if words else ""
        if what == "TRACKING" and not self.site.faults.no_tracking:
            if len(words) < 2 or words[1].upper() not in ("ON", "OFF"):
                raise Err("INVALID-ARGUMENT")
            self._tracking = words[1].upper() == "ON"
            return ["OK"]
        if what != "VAR" or len(words) < 4:
            raise Err("INVALID-ARGUMENT")
        device = self._device(words[1])
        name = words[2]
        value = words[3]
        self._require_right(lambda user: user.set)
        if name not in self._variables(device):
            raise Err("VAR-NOT-SUPPORTED")
        if name not in self._writable(device):
            raise Err("READONLY")
        if len(value) > 64:
            raise Err("TOO-LONG")
        return self._written(f"{device.name} {name}", value, lambda: device.set(name, value))

    def instcmd(self, words: builtins.list[str]) -> builtins.list[str]:
        """INSTCMD, which is a write."""
        if len(words) < 2:
            raise Err("INVALID-ARGUMENT")
        device = self._device(words[0])
        parameter = words[2] if len(words) > 2 else None
        # upsd compares names without regard to upper and lower case
        command_by_name = {command.lower(): command for command in self._commands(device)}
        command = command_by_name.get(words[1].lower())
        if command is None:
            raise Err("CMD-NOT-SUPPORTED")
        self._require_right(lambda user: user.may_run(command))
        return self._written(
            f"{device.name} {command}", parameter or "", lambda: device.run(command, parameter)
        )

    def _written(self, what: str, value: str, write: Callable[[], str]) -> builtins.list[str]:
        """The answer to a write, whose report GET TRACKING shows."""
        self.site.writes.append((what, value))
        report = "SUCCESS" if self.site.faults.ignored else write()
        if not self._tracking or self.site.faults.no_tracking:
            return ["OK"]
        identifier = str(uuid.uuid4())
        self._reports[identifier] = report
        return [f"OK TRACKING {identifier}"]


def _only(words: list[str]) -> str:
    if len(words) != 1:
        raise Err("INVALID-ARGUMENT")
    return words[0]


_LISTS: Mapping[str, Callable[[Session, Device], list[str]]] = {
    "VAR": Session.var_rows,
    "RW": Session.rw_rows,
    "CMD": Session.cmd_rows,
    "CLIENT": Session.client_rows,
}
_GETS: Mapping[str, Callable[[Session, Device, str], str]] = {
    "VAR": Session.var,
    "DESC": Session.desc,
    "CMDDESC": Session.cmddesc,
}
# take no further word
_ALONE = ("HELP", "VER", "LOGOUT", "DETACH")
# need USERNAME and PASSWORD first
_AFTER_LOGIN = ("LOGIN", "ATTACH", "PRIMARY", "MASTER", "FSD", "SET", "INSTCMD")
# the same requests under two names
_NUTS, _RFCS = ("LOGIN", "LOGOUT"), ("ATTACH", "DETACH")
_REQUESTS: Mapping[str, Callable[[Session, list[str]], list[str]]] = {
    "HELP": Session.help,
    "VER": Session.ver,
    "LIST": Session.list,
    "GET": Session.get,
    "SET": Session.set,
    "INSTCMD": Session.instcmd,
    "USERNAME": Session.username,
    "PASSWORD": Session.password,
    "STARTTLS": Session.starttls,
    "LOGIN": Session.login,
    "LOGOUT": Session.logout,
    "ATTACH": Session.login,
    "DETACH": Session.logout,
    "PRIMARY": Session.primary,
    "MASTER": Session.master,
    "FSD": Session.fsd,
}
