"""port_up and port_down on a NUT server: find the outlet, write once, then look for the wanted
state.

An identity is an outlet's name in DCImanager: "7", in a daisy chain "2.7". If the server has
several devices, the device's name precedes it: in "rack1/7", "rack1/" is the prefix, and rack1 the
name of the device on the server.
"""

from __future__ import annotations

from collections.abc import Mapping

from common.logger import get_logger
from pdu_common.helper import EnumPowerStatus

from ..shared.errors import NamedSetting, NoSuchOutlet, SettingsError, Unsupported
from ..shared.settings import Settings
from ..shared.switching import switch
from ..shared.unknown_states import reason_sentences, some
from .client import NutClient
from .devices import ListedDevice, read_device, read_names
from .numbers import parse_number
from .outlets import NutOutlet, SwitchCommand
from .settings import PASSWORD, USERNAME

LOGGER = get_logger(__name__)

# Seconds between two readings of all variables unless `pollfreq` is set: DEFAULT_POLLFREQ of
# snmp-ups.h and usbhid-ups.h, NUT 2.8.0 to 2.8.5. mge-shut is built from usbhid-ups.c.
_POLLFREQ_S: Mapping[str, float] = {"snmp-ups": 30.0, "usbhid-ups": 30.0, "mge-shut": 30.0}

STATES = {True: EnumPowerStatus.UP, False: EnumPowerStatus.DOWN, None: EnumPowerStatus.UNKNOWN}


def switch_outlet(
    client: NutClient, settings: Settings, identity: str, *, on: bool, deadline: float, pause: float
) -> EnumPowerStatus:
    """Switch one outlet on or off, and return the wanted state, UP or DOWN, or UNKNOWN if it is not
    proven within `deadline` seconds. `pause`: seconds between two looks at the state.

    A new state is proof. If the outlet had the wanted state before the command, only the driver's
    SUCCESS is. No look follows where the driver shows no state of the outlet that would be proof.

    After the reading: 1 round trip for the command, 1 for each look at its report, and 1 for each
    look at the state. Raises NoSuchOutlet, Unsupported, SettingsError and reading errors before
    anything is written; Unreachable if the outlet may or may not have switched.

        > LIST VAR rack1, LIST CMD rack1, LIST RW rack1
        > USERNAME, PASSWORD, SET TRACKING ON, INSTCMD rack1 outlet.3.load.off
        > GET TRACKING 1bd31808-...         until the driver reports SUCCESS
        > LIST VAR rack1, ...               until outlet.3.status reads "off": DOWN
    """
    device = _read_device_of(client, settings, identity)
    outlet = _outlet_of(client, device, identity)
    command = _switch_command(outlet, on=on)
    _require_login(settings)
    # The driver caches the state. If it was the wanted one before the write, only the driver's
    # report on the command is proof.
    is_proof = outlet.state is not on
    last_outlet = outlet

    def write() -> None:
        """Send the command; the driver's report on it is proof, too."""
        nonlocal is_proof
        is_reported = client.write(command.request(device.name))
        is_proof = is_proof or is_reported

    def read_state() -> EnumPowerStatus:
        """The state now; UNKNOWN for the wanted one without a proof."""
        nonlocal last_outlet
        changed_device = read_device(client, settings, device.prefix, device.name)
        last_outlet = _outlet_of(client, changed_device, identity)
        if last_outlet.state is on and not is_proof:
            return EnumPowerStatus.UNKNOWN
        return STATES[last_outlet.state]

    # UNKNOWN at once, if the outlet has no state to read, or the target's word is no proof of it
    target_word = "on" if on else "off"
    can_prove = bool(outlet.state_variables) and target_word not in outlet.unproven_words
    state = switch(
        write, read_state, STATES[on], deadline=deadline if can_prove else 0.0, pause=pause
    )
    if state is EnumPowerStatus.UNKNOWN:
        causes = [last_outlet.reason]
        if can_prove:
            causes.append(late_reading(device.device.whole_device.variables, deadline))
        for sentence in reason_sentences([(identity, cause) for cause in causes]):
            LOGGER.warning(client.quoted(sentence))
    return state


def late_reading(variables: Mapping[str, str], waited_s: float) -> str:
    """Why a driver may still show an old state `waited_s` seconds after a command, and when to read
    again; "" if it read its device since.

    >>> late_reading({"driver.name": "snmp-ups"}, 10.0)[:54]
    'the NUT driver snmp-ups reads its device only every 30'
    >>> late_reading({"driver.name": "powerman-pdu"}, 10.0)
    ''
    """
    driver = variables.get("driver.name", "")
    if driver not in _POLLFREQ_S:
        return ""
    setting = parse_number(variables.get("driver.parameter.pollfreq"))
    seconds = setting or _POLLFREQ_S[driver]
    if seconds < waited_s:
        return ""
    poll_interval = (
        f"pollfreq in ups.conf is {seconds:g}" if setting else "pollfreq in ups.conf is not set"
    )
    return (
        f"the NUT driver {driver} reads its device only every {seconds:g} s ({poll_interval}), and"
        f" shows the old state until then: read it again in {seconds:g} s; with a shorter pollfreq,"
        " commands are proven sooner"
    )


def _require_login(settings: Settings) -> None:
    """Raises SettingsError without a user and a password.

    >>> _require_login(Settings({"username": "admin", "password": "x"}, [USERNAME, PASSWORD]))
    >>> _require_login(Settings({}, [USERNAME, PASSWORD]))  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    handlers.shared.errors.SettingsError: a NUT server switches only for its users: give ...
    """
    if not settings[USERNAME] or not settings[PASSWORD]:
        raise SettingsError(
            (
                "a NUT server switches only for its users: give ",
                NamedSetting("username", noun="the handler settings "),
                " and ",
                NamedSetting("password"),
                " of a user that may switch (instcmds and actions in upsd.users)",
            )
        )


def _read_device_of(client: NutClient, settings: Settings, identity: str) -> ListedDevice:
    """Read the device that the outlet's identity names: 1 round trip, 1 more to list the devices,
    unless the setting `device` names one. Raises NoSuchOutlet, and reading errors.

        identity "rack1/3"      > LIST UPS
                                < UPS rack1 ..., UPS rack2 ...
                                > LIST VAR rack1, LIST CMD rack1, LIST RW rack1
        identity "rack9/3"      NoSuchOutlet: the outlets are now called 'rack1/N', 'rack2/N'
    """
    device_name, slash, _ = identity.rpartition("/")
    prefix = device_name + slash
    name_by_prefix = read_names(client, settings)  # {"": "rack1"} if it is the only device
    if prefix in name_by_prefix:
        return read_device(client, settings, prefix, name_by_prefix[prefix])
    examples = "'N'"
    if "" not in name_by_prefix:
        examples = some([f"'{client.redact(listed)}N'" for listed in name_by_prefix])
    raise NoSuchOutlet(
        f"no outlet {identity[:60]!r}: the PDU's outlets are now called {examples} (N: an"
        " outlet's number); poll the PDU and assign the servers again"
    )


def _outlet_of(client: NutClient, device: ListedDevice, identity: str) -> NutOutlet:
    """The outlet with this identity, of a device that was read. Raises NoSuchOutlet.

    device rack1 with the prefix "rack1/" and 8 outlets
    identity "rack1/3"                     its outlet "3"
    identity "rack1/9"                     NoSuchOutlet
    """
    for listed_identity, outlet in device.ports():
        if listed_identity == identity:
            return outlet
    raise NoSuchOutlet(
        f"the device {client.redact(device.name)!r} has no outlet {identity[:60]!r}: poll the PDU"
        " and look at its ports"
    )


def _switch_command(outlet: NutOutlet, *, on: bool) -> SwitchCommand:
    """The command or write that switches the outlet on or off. Raises Unsupported for a locked
    outlet, and if the server lists none.

    >>> from ..shared.meter_figures import MeterFigures
    >>> command = SwitchCommand("outlet.3.load.off")
    >>> outlet = NutOutlet("3", "3", None, True, "", MeterFigures(), on=None, off=command)
    >>> _switch_command(outlet, on=False).name
    'outlet.3.load.off'
    >>> _switch_command(outlet._replace(is_locked=True), on=False)  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    handlers.shared.errors.Unsupported: outlet 3 was not switched: it is locked on the device; ...
    """
    if outlet.is_locked:
        raise Unsupported(
            f"outlet {outlet.identity} was not switched: it is locked on the device; unlock it"
            " there"
        )
    command = outlet.on if on else outlet.off
    if command is not None:
        return command
    word = "on" if on else "off"
    raise Unsupported(
        f"the NUT server lists no way to switch outlet {outlet.identity} {word}: neither "
        f"a command load.{word} nor a writable variable 'switch' (on, off, 1 or 0) for it; "
        "see whether another driver or MIB of NUT offers one"
    )
