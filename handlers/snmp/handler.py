"""The SNMP handler: turns DCImanager's four calls into readings and writes of the profile that fits the device."""
from __future__ import annotations

import re
from decimal import Decimal
from typing import Callable, List, Mapping, NamedTuple, Optional, Sequence, Tuple, TypeVar

from common.logger import get_logger
from pdu_common.base_snmp_pdu import BaseSnmpPdu
from pdu_common.connection import PduSnmpData
from pdu_common.helper import EnumPowerStatus, PduPortView, PduStatisticView, PduView

from .. import host
from ..errors import Named, NoSuchOutlet, PduHandlerError, SettingsError, Unsupported
from ..labels import Label
from ..settings import Setting, Settings, yes_no
from ..switching import CONFIRM_SECONDS, PAUSE_SECONDS, switch
from . import detect, options, reading
from .controls import Control, Order
from .figures import State
from .profile import Confidence, Profile
from .profiles import PROFILES
from .reading import Found, Readings
from .schema import ProfileError, loads

T = TypeVar("T")
NAME = "snmp"
_LOGGER = get_logger(__name__)


def _key(text: str) -> str:
    if not re.fullmatch("[a-z0-9-]+", text.lower()):
        raise ValueError(text)
    return text.lower()


def _keys(text: str) -> Tuple[str, ...]:
    return tuple(_key(part.strip()) for part in text.split(","))


def _text(text: str) -> str:
    return text


PROFILE: Setting[str] = Setting("profile", "the key of a family in the table of supported devices", _key, "",
                                "read the PDU as this family instead of detecting it")
SWITCH_UNPROVEN: Setting[bool] = Setting("switch_unproven", "yes or no", yes_no, False,
                                         "yes: also switch families whose commands are not certain; try one idle outlet first")
SETTINGS: Sequence[Setting[object]] = (PROFILE, SWITCH_UNPROVEN)

ONLY: Setting[Tuple[str, ...]] = Setting("only", "keys of families, comma separated", _keys, (),
                                         "the archive knows these families and no others")
OWN_PROFILE: Setting[str] = Setting("own_profile", "a profile as JSON", _text, "", "the archive knows this family and no other")
BUILD_OPTIONS: Sequence[Setting[object]] = (PROFILE, SWITCH_UNPROVEN, ONLY, OWN_PROFILE)


class Choice(NamedTuple):
    """What settings and build options decide: the families to look for, and whether unproven commands are sent."""

    profiles: Tuple[Profile, ...]
    is_fixed: bool
    switch_unproven: bool


def choose(settings: Mapping[str, str], build: Mapping[str, str]) -> Choice:
    """The families that are looked for; a setting of the form wins over a build option. Raises SettingsError.

    An owner's own profile counts as confirmed by its owner: it is switched, whatever its confidence says.
    """
    typed, built = Settings(settings, SETTINGS), Settings(build, BUILD_OPTIONS)
    unproven = typed[SWITCH_UNPROVEN] if settings.get(SWITCH_UNPROVEN.key, "").strip() else built[SWITCH_UNPROVEN]
    key = typed[PROFILE] or built[PROFILE]
    own = built[OWN_PROFILE]
    if own:
        profiles: Tuple[Profile, ...] = (_own(own),)
        key, unproven = key or profiles[0].key, True
    else:
        profiles = tuple(_named(only, PROFILES, ONLY) for only in built[ONLY]) or PROFILES
    return Choice((_named(key, profiles, PROFILE),), True, unproven) if key else Choice(profiles, False, unproven)


def _own(text: str) -> Profile:
    try:
        return loads(text)
    except ProfileError as error:
        raise SettingsError(f"the profile that this archive was built with is not valid: {error}") from None


def _named(key: str, profiles: Sequence[Profile], setting: Setting[object]) -> Profile:
    for profile in profiles:
        if profile.key == key:
            return profile
    raise SettingsError((Named(setting.key), f" names the family {key[:60]!r}, which this archive does not know; "
                                             f"it knows: {', '.join(profile.key for profile in profiles)}"))


class SnmpHandler(BaseSnmpPdu):
    """A PDU over SNMP. Each call detects the family anew (one GET and one walk) and keeps nothing."""

    def __init__(self, pdu_data: PduSnmpData) -> None:
        super().__init__(pdu_data)

    def status(self) -> PduView:
        """Every outlet with its state as the device reports it now. One GET, and the columns that the profile names.

        A device of a family or type without outlets gives an empty view. Raises the errors of handlers/errors.py.
        """
        found = self._found("status")[0]
        return host.pdu_view(found.states.items())

    def port_up(self, pdu_port_data: PduPortView, *, deadline: float = CONFIRM_SECONDS,
                pause: float = PAUSE_SECONDS) -> PduPortView:
        """Switch an outlet on; see `_switch`."""
        return self._switch(pdu_port_data, EnumPowerStatus.UP, "port_up", deadline, pause)

    def port_down(self, pdu_port_data: PduPortView, *, deadline: float = CONFIRM_SECONDS,
                  pause: float = PAUSE_SECONDS) -> PduPortView:
        """Switch an outlet off; see `_switch`."""
        return self._switch(pdu_port_data, EnumPowerStatus.DOWN, "port_down", deadline, pause)

    def statistic(self) -> PduStatisticView:
        """Load in A and energy in kWh, of the device and of each outlet that it meters. One walk for each figure."""
        found = self._found("statistic")[0]
        read = self._at_device("statistic", lambda: reading.meter(found, with_power=False))
        ports = [host.PortFigures(identity, _float(read.current_of.get(identity)), _float(read.energy_of.get(identity)))
                 for identity in found.states if identity in read.current_of or identity in read.energy_of]
        return host.statistic_view(_float(read.load), _float(read.energy), ports)

    def labels(self) -> List[Label]:
        """Identity, number printed on the unit and name of every outlet, for people; DCImanager does not call this."""
        found = self._found("labels")[0]
        return self._at_device("labels", lambda: reading.labels(found))

    def figures(self) -> Tuple[Found, Readings]:
        """What was found and everything that it meters, watts too, for tools; DCImanager does not call this."""
        found = self._found("figures")[0]
        return found, self._at_device("figures", lambda: reading.meter(found))

    def _found(self, method: str) -> Tuple[Found, bool]:
        """The device as its family, and whether unproven commands may be sent."""
        choice = choose(host.settings(self.pdu_data), options.OPTIONS)
        device = host.Snmp(self)

        def look() -> Found:
            if choice.is_fixed:
                return detect.read_as(device, choice.profiles[0])
            return detect.detect(device, choice.profiles)
        try:
            found = self._at_device(method, look)
        except PduHandlerError:
            host.log_call(_LOGGER, NAME, method)
            raise
        host.log_call(_LOGGER, NAME, method, found.profile.key)
        return found, choice.switch_unproven

    def _switch(self, port: PduPortView, wanted: EnumPowerStatus, method: str, deadline: float, pause: float) -> PduPortView:
        """Write the absolute state once, then read that outlet until it has it or `deadline` seconds are over.

        Sets the state that the device said last on `port` and returns `port`. Nothing is written where the outlet does
        not exist (NoSuchOutlet), is locked, metered only, or of a family whose commands are not certain (Unsupported).
        """
        found, unproven = self._found(method)
        identity = str(port.identity)           # a platform may hand back a number

        def plan() -> Tuple[State, List[Order]]:
            states, control = _switchable(found, identity, unproven)
            return states, control.orders(found.reader.again(), identity, wanted is EnumPowerStatus.UP)
        states, orders = self._at_device(method, plan)
        device = host.Snmp(self)

        def write() -> None:
            for oid, value in orders:
                device.set(oid, value)

        def read() -> EnumPowerStatus:
            return states.one(found.reader.again(), identity)
        port.power_status = self._at_device(
            method, lambda: switch(write, read, wanted, deadline=deadline, pause=pause))
        return port

    def _at_device(self, method: str, work: Callable[[], T]) -> T:
        """`work`, with the device's address in whatever error it raises."""
        try:
            return work()
        except PduHandlerError as error:
            raise error.at(_address(self.pdu_data), method)


def _switchable(found: Found, identity: str, unproven: bool) -> Tuple[State, Control]:
    """How the outlet's state is read and how it is switched. Raises NoSuchOutlet or Unsupported; nothing is written."""
    profile = found.profile
    if identity not in found.states:
        raise NoSuchOutlet(f"the PDU has no outlet {str(identity)[:40]!r}; it has {_some(list(found.states))}")
    if found.outlets is None or found.outlets.control is None or found.outlets.states is None:
        raise Unsupported(f"this PDU is read as '{profile.key}' ({profile.mib}), which meters here and does not switch")
    if identity not in found.outlets.states.read(found.reader):             # walked already; others of the device have states
        raise Unsupported(f"outlet {identity} reports no state: it has no relay, or the device does not tell, so it is not switched")
    if profile.switching_confidence is Confidence.LOW and not unproven:
        raise Unsupported((f"the commands of the family '{profile.key}' are not certain, so it is only read: set ",
                           Named(SWITCH_UNPROVEN.key, "yes"),
                           f" (or build the archive with it) and try one idle outlet first. {profile.note}".rstrip()))
    return found.outlets.states, found.outlets.control


def _some(identities: List[str]) -> str:
    if len(identities) <= 4:
        return ", ".join(identities) or "none"
    return f"{', '.join(identities[:2])} … {identities[-1]} ({len(identities)} outlets)"


def _float(figure: Optional[Decimal]) -> Optional[float]:
    return None if figure is None else float(figure)


def _address(pdu_data: object) -> str:
    try:
        return host.address(pdu_data)
    except SettingsError:
        return ""


def make_handler(pdu_data: PduSnmpData) -> BaseSnmpPdu:
    """The handler for one PDU; does no I/O and looks at no setting."""
    return SnmpHandler(pdu_data)
