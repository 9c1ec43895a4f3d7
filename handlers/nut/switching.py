"""port_up and port_down on a NUT server: find the outlet, write once, then look for the wanted
state.
"""

from __future__ import annotations

from collections.abc import Mapping

from common.logger import get_logger
from pdu_common.helper import EnumPowerStatus

from ..shared.errors import NamedSetting, NoSuchOutlet, SettingsError, Unsupported
from ..shared.settings import Settings
from ..shared.switching import switch
from ..shared.unknown_states import reason_sentences, some
from . import devices, mirrors, requests, states
from .client import NutClient
from .model import NutOutlet, SwitchCommand
from .numbers import parse_number
from .settings import PASSWORD, USERNAME

LOGGER = get_logger(__name__)

# Seconds between two readings of all variables unless `pollfreq` is set: DEFAULT_POLLFREQ of
# snmp-ups.h and usbhid-ups.h, NUT 2.8.0 to 2.8.5. mge-shut is built from usbhid-ups.c.
_POLLFREQ_S: Mapping[str, float] = {"snmp-ups": 30.0, "usbhid-ups": 30.0, "mge-shut": 30.0}

STATES = {True: EnumPowerStatus.UP, False: EnumPowerStatus.DOWN, None: EnumPowerStatus.UNKNOWN}


def switch_outlet(
    client: NutClient, settings: Settings, identity: str, *, on: bool, deadline: float, pause: float
) -> EnumPowerStatus:
    """Switch one outlet, and return the wanted state, or UNKNOWN if not proven within `deadline`
    seconds.

    After the reading: 1 round trip for the command, then 1 for each look at its report, with the
    state, and 1 for each further look at the state. Raises NoSuchOutlet, Unsupported, SettingsError
    and reading errors before anything is written, then the errors of `switch`.
    """
    listed_device, outlet = _find(client, settings, identity)
    command = _switch_command(outlet, on=on, refusal=listed_device.refusal)
    _require_login(settings)
    target_word = "on" if on else "off"
    # UNKNOWN at once, if the outlet has no state to read, or the target's word is no proof of it
    can_prove = outlet.state_variables and target_word not in outlet.unproven_words
    outlet_switch = _OutletSwitch(client, listed_device.name, outlet, command, on=on)
    state = switch(
        outlet_switch.write,
        outlet_switch.read_state,
        STATES[on],
        deadline=deadline if can_prove else 0.0,
        pause=pause,
    )
    if state is EnumPowerStatus.UNKNOWN:
        causes = [outlet_switch.reason]
        if can_prove:
            causes.append(late_reading(listed_device.device.whole_device.variables, deadline))
        for sentence in reason_sentences([(identity, cause) for cause in causes]):
            LOGGER.warning(client.quoted(sentence))
    return state


def late_reading(variables: Mapping[str, str], waited_s: float) -> str:
    """Why a driver may still show an old state `waited_s` seconds after a command, and when to read
    again; "" if it read its device since.
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
    """Raises SettingsError without a user and a password."""
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


class _OutletSwitch:
    """One command to an outlet, and the readings of its state after it."""

    def __init__(
        self, client: NutClient, ups: str, outlet: NutOutlet, command: SwitchCommand, *, on: bool
    ) -> None:
        self._client = client
        self._ups = ups
        self._outlet = outlet
        self._command = command
        self._on = on
        # whether the driver has reported success
        self._is_reported = False
        # whether all values came with that report
        self._is_fresh = False
        # of the last reading
        self._values: Mapping[str, str] = {}
        self._variables = (*outlet.state_variables, *outlet.meter_variables)

    def write(self) -> None:
        """Send the command, and ask for the variables with each look at the driver's report."""
        queries = {name: requests.get_var(self._ups, name) for name in self._variables}
        command = self._command.request(self._ups)
        answers = self._client.write(self._ups, command, *queries.values())
        if answers is None:
            return
        values: dict[str, str] = {}
        for name, query in queries.items():
            if answers.failure(query) is None:
                values[name] = answers[query]
        self._values = values
        self._is_reported = True
        self._is_fresh = len(self._values) == len(queries)

    def read_state(self) -> EnumPowerStatus:
        """The outlet's state now, the first time by the values that came with the report."""
        if not self._is_fresh:
            self._values = self._client.values(self._ups, self._variables)
        self._is_fresh = False
        is_on = self._state_of_values().is_on
        # The driver caches the state. If it was the wanted one before the write, only the report on
        # the command is proof.
        was_target_before = self._outlet.state is self._on
        if is_on is self._on and was_target_before and not self._is_reported:
            return EnumPowerStatus.UNKNOWN
        return STATES[is_on]

    @property
    def reason(self) -> str:
        """Why the values of the last reading, else those before the command, are no state; "" if
        they are one.
        """
        return self._state_of_values().reason if self._values else self._outlet.reason

    def _state_of_values(self) -> states.OutletState:
        """The state by the values of the last reading."""
        outlet = self._outlet
        return states.state_of(self._values, outlet.unproven_words, outlet.table)


def _find(
    client: NutClient, settings: Settings, identity: str
) -> tuple[devices.ListedDevice, NutOutlet]:
    """The outlet's device, and the outlet. Raises NoSuchOutlet."""
    device_name, slash, _ = identity.rpartition("/")
    prefix = device_name + slash
    names = devices.read_names(client, settings)
    if prefix not in names:
        examples = "'N'"
        if "" not in names:
            examples = some([f"'{client.redact(listed_prefix)}N'" for listed_prefix in names])
        raise NoSuchOutlet(
            f"no outlet {identity[:60]!r}: the PDU's outlets are now called {examples} (N: an"
            " outlet's number); poll the PDU and assign the servers again"
        )
    names_to_read = {prefix: names[prefix]}
    (listed_device,) = devices.read_devices(client, settings, names_to_read, writable=True)
    if len(names) > 1 and mirrors.is_mirror(listed_device.device.whole_device.variables):
        _raise_if_shown_once_more(client, listed_device.name, list(names.values()))
    for listed_identity, outlet in listed_device.ports():
        if listed_identity == identity:
            return listed_device, outlet
    raise NoSuchOutlet(
        f"the device {client.redact(listed_device.name)!r} has no outlet {identity[:60]!r}: poll"
        " the PDU and look at its ports"
    )


def _raise_if_shown_once_more(client: NutClient, mirror: str, names: list[str]) -> None:
    """Raise NoSuchOutlet if the device `mirror` shows another one of the server's. Decided as by a
    poll, by what every device shows: 1 round trip.
    """
    snapshots = client.snapshots(names, writable=False)
    variables_by_name = {name: snapshot.variables for name, snapshot in snapshots.items()}
    original_by_mirror = mirrors.originals(variables_by_name, client.host)
    original = original_by_mirror.get(mirror)
    if original is not None:
        raise NoSuchOutlet(
            f"the device {client.redact(mirror)!r} only shows {client.redact(original)!r} once"
            " more: poll the PDU, and switch the outlet of that device"
        )


def _switch_command(outlet: NutOutlet, *, on: bool, refusal: str) -> SwitchCommand:
    """How to switch the outlet. Raises Unsupported. `refusal`: as in `ListedDevice`."""
    if outlet.is_locked:
        raise Unsupported(
            f"outlet {outlet.identity} was not switched: it is locked on the device; unlock it"
            " there"
        )
    command = outlet.on if on else outlet.off
    if command is not None:
        return command
    if refusal:
        raise Unsupported(
            f"outlet {outlet.identity} was not switched: the NUT server refuses {refusal}, so it"
            " lists no way to switch it"
        )
    word = "on" if on else "off"
    raise Unsupported(
        f"the NUT server lists no way to switch outlet {outlet.identity} {word}: neither "
        f"a command load.{word} nor a writable variable 'switch' (on, off, 1 or 0) for it; "
        "see whether another driver or MIB of NUT offers one"
    )
