"""The SNMP handler: turns DCImanager's four calls into readings and writes of the profile that fits the device."""
from __future__ import annotations

import re
from contextlib import contextmanager, nullcontext
from decimal import Decimal
from typing import Iterator, List, Mapping, NamedTuple, Optional, Sequence, Tuple

from common.logger import get_logger
from pdu_common.base_snmp_pdu import BaseSnmpPdu
from pdu_common.connection import PduSnmpData
from pdu_common.helper import EnumPowerStatus, PduPortView, PduStatisticView, PduView

from .. import host
from ..errors import Named, NoSuchOutlet, PduHandlerError, SettingsError, Unsupported
from ..settings import Setting, Settings, yes_no
from ..switching import CONFIRM_SECONDS, PAUSE_SECONDS, switch
from . import detect, options, reading, turns
from .controls import Control
from .figures import State
from .profile import Confidence, Profile
from .profiles import PROFILES
from .reading import Found, Readings
from .schema import ProfileError, loads

NAME = "snmp"
# Of a switching call: until then the last request before the command may start, and until then the last reading after it.
# With requests of up to 20 s each, and 25 s for a walk, a call ends within a minute.
PLAN_SECONDS, CONFIRM_UNTIL_SECONDS = 20.0, 35.0
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
METERED_ONLY: Setting[bool] = Setting("metered_only", "yes or no", yes_no, False,
                                      "yes: the unit has no outlets to list, so an empty table of outlets is no error")
SETTINGS: Sequence[Setting[object]] = (PROFILE, SWITCH_UNPROVEN, METERED_ONLY)

ONLY: Setting[Tuple[str, ...]] = Setting("only", "keys of families, comma separated", _keys, (),
                                         "the archive knows these families and no others", longest=10_000)
OWN_PROFILE: Setting[str] = Setting("own_profile", "a profile as JSON", _text, "", "the archive knows this family and no other",
                                    longest=1_000_000)
BUILD_OPTIONS: Sequence[Setting[object]] = (PROFILE, SWITCH_UNPROVEN, METERED_ONLY, ONLY, OWN_PROFILE)


class Choice(NamedTuple):
    """What settings and build options decide: the families to look for, whether unproven commands are sent, and whether
    the owner says that the unit has no outlets."""

    profiles: Tuple[Profile, ...]
    is_fixed: bool
    switch_unproven: bool
    metered_only: bool = False


def choose(settings: Mapping[str, str], build: Mapping[str, str]) -> Choice:
    """The families that are looked for; a setting of the form wins over a build option. Raises SettingsError.

    An owner's own profile counts as confirmed by its owner: it is switched, whatever its confidence says.
    """
    typed, built = Settings(settings, SETTINGS), Settings(build, BUILD_OPTIONS)
    unproven, metered_only = (typed[setting] if settings.get(setting.key, "").strip() else built[setting]
                              for setting in (SWITCH_UNPROVEN, METERED_ONLY))
    key = typed[PROFILE] or built[PROFILE]
    own = built[OWN_PROFILE]
    if own:
        profiles: Tuple[Profile, ...] = (_own(own),)
        key, unproven = key or profiles[0].key, True
    else:
        profiles = tuple(_named(only, PROFILES, ONLY) for only in built[ONLY]) or PROFILES
    chosen = (_named(key, profiles, PROFILE),) if key else profiles
    return Choice(chosen, bool(key), unproven, metered_only)


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


class Session(NamedTuple):
    """One call: the device, what was found of it, and whether unproven commands may be sent."""

    device: host.Snmp
    found: Found
    unproven: bool


class SnmpHandler(BaseSnmpPdu):
    """A PDU over SNMP. Each call detects the family anew (one GET and one walk) and keeps nothing."""

    def __init__(self, pdu_data: PduSnmpData) -> None:
        super().__init__(pdu_data)

    def status(self) -> PduView:
        """Every outlet with its state as the device reports it now. One GET, and the columns that the profile names.

        A device of a family or type without outlets gives an empty view. Raises the errors of handlers/errors.py.
        """
        with self._session("status") as session:
            return host.pdu_view(session.found.states.items())

    def port_up(self, pdu_port_data: PduPortView, *, deadline: float = CONFIRM_SECONDS,
                pause: float = PAUSE_SECONDS) -> PduPortView:
        """Switch an outlet on; see `_switch`."""
        with self._session("port_up", PLAN_SECONDS) as session:
            return _switch(session, pdu_port_data, EnumPowerStatus.UP, deadline, pause)

    def port_down(self, pdu_port_data: PduPortView, *, deadline: float = CONFIRM_SECONDS,
                  pause: float = PAUSE_SECONDS) -> PduPortView:
        """Switch an outlet off; see `_switch`."""
        with self._session("port_down", PLAN_SECONDS) as session:
            return _switch(session, pdu_port_data, EnumPowerStatus.DOWN, deadline, pause)

    def statistic(self) -> PduStatisticView:
        """Load in A and energy in kWh, of the device and of each outlet that it meters. One walk for each figure."""
        with self._session("statistic") as session:
            read = reading.meter(session.found, with_power=False)
        ports = [host.PortFigures(identity, _float(read.current_of.get(identity)), _float(read.energy_of.get(identity)))
                 for identity in session.found.states if identity in read.current_of or identity in read.energy_of]
        return host.statistic_view(_float(read.load), _float(read.energy), ports)

    def labels(self) -> List[host.Label]:
        """Identity, number printed on the unit and name of every outlet, for people; DCImanager does not call this."""
        with self._session("labels") as session:
            return reading.labels(session.found)

    def figures(self) -> Tuple[Found, Readings]:
        """What was found and everything that it meters, watts too, for tools; DCImanager does not call this."""
        with self._session("figures") as session:
            return session.found, reading.meter(session.found)

    @contextmanager
    def _session(self, method: str, seconds: Optional[float] = None) -> Iterator[Session]:
        """The device read as its family, for one call; the errors inside name the address and the method.

        No request starts later than `seconds` after the call (CALL_SECONDS if None). Logs once which code and which family run.
        """
        family = ""
        try:
            try:
                choice = choose(host.settings(self.pdu_data), options.OPTIONS)
                device = host.Snmp(self, host.CALL_SECONDS if seconds is None else seconds)
                if choice.is_fixed:
                    found = detect.read_as(device, choice.profiles[0], choice.metered_only)
                else:
                    found = detect.detect(device, choice.profiles, metered_only=choice.metered_only)
                family = found.profile.key
            finally:
                host.log_call(_LOGGER, NAME, method, family)
            yield Session(device, found, choice.switch_unproven)
        except PduHandlerError as error:
            raise error.at(_address(self.pdu_data), method)


def _switch(session: Session, port: PduPortView, wanted: EnumPowerStatus, deadline: float, pause: float) -> PduPortView:
    """Write the absolute state once, then read that outlet until it has it or `deadline` seconds are over.

    Sets `wanted` or UNKNOWN on `port` and returns `port`. Nothing is written where the outlet does not exist
    (NoSuchOutlet), is locked, metered only, or of a family whose commands are not certain (Unsupported). Where a write
    repeats the states of other outlets, one command runs at a time, and the state is UNKNOWN unless all of them read as
    written.
    """
    device, found = session.device, session.found
    identity = str(port.identity)           # a platform may hand back a number
    states, control = _switchable(found, identity, session.unproven)
    with turns.alone(device.name, device.remaining()) if control.writes_neighbours else nullcontext():
        orders = control.orders(found.reader.again(), identity, wanted is EnumPowerStatus.UP)
        device.check()                      # a command that comes too late is none: nothing was sent
        device.extend(CONFIRM_UNTIL_SECONDS)

        def write() -> None:
            for oid, value in orders:
                device.set(oid, value)

        def read() -> EnumPowerStatus:
            now = found.reader.again()
            state = states.one(now, identity)
            return state if control.kept(now, identity, orders) else EnumPowerStatus.UNKNOWN
        port.power_status = switch(write, read, wanted, deadline=deadline, pause=pause)
    return port


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
