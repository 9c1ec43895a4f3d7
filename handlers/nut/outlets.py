"""Variables and commands of a NUT device -> its outlets. Pure. Source of names and units: NUT's
docs/nut-names.txt.

An outlet is a row `outlet.N.*`, in a daisy chain `device.D.outlet.N.*`. These are not outlets:
`outlet.*` without a number and usually `outlet.0.*` (the whole device), `outlet.group.N.*` (banks),
and numbers below 0, which some drivers list by mistake.

An outlet is switched only by what the server lists for it: the commands `outlet.N.load.on` and
`.off`, else the variable `outlet.N.switch` if it is writable and shows on, off, 1 or 0.
`outlet.N.switchable` does not decide: some drivers report `no` for outlets that do switch, and some
report row numbers. An outlet whose status says that it is locked is not switched.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Callable, NamedTuple, Optional

from ..shared.doubts import some
from ..shared.errors import Unsupported, printable
from ..shared.meter_figures import Figure, MeterFigures, divided
from ..shared.settings import Settings
from . import metering
from .daisy_chain import (
    Member,
    counted_members,
    members_of,
    outlet_count_error,
)
from .device_types import may_lack_outlets
from .figures import DRIVER_STATE, doubt_of_driver, figure_of, known_now
from .model import LOAD_IDENTITY, NutDevice, NutOutlet, SwitchCommand
from .numbers import BLANKS, is_number, parse_number
from .settings import WHOLE_LOAD
from .state_words import (
    OUTLET_DRIVERS,
    PROTECTION_WORDS,
    STATUS_WORDS,
    SWITCH_WORDS,
    WORDS_WITHOUT_STATE,
    AmbiguousTable,
    StatusWord,
    ambiguous_table,
    has_breakers,
    words_without_state,
)

_METERS = ("power", "realpower", "current")
_GROUP = "outlet.group."
# of an outlet; usbhid-ups shows `protect.status` beside the `status` (mge-hid.c)
_STATES = ("status", "switch", "protect.status")
# what shows that the load of a UPS is fed
_LOAD_METER = re.compile(
    r"ups\.(?:load|realpower|power)|output\.(?:L[1-3]\.)?(?:current|realpower|power)"
    r"|output\.(?:L[1-3](?:-(?:N|L[1-3]))?\.)?voltage"
)
_DEAD_VOLTS = 50.0  # below it an output is without power


def decode_outlets(
    variables: Mapping[str, str],
    commands: Sequence[str],
    writable: Mapping[str, str],
    settings: Settings,
    mask: Callable[[str], str] = str,
) -> NutDevice:
    """The device that these lists describe, with the outlets that the settings ask for. `mask`
    masks a secret in error text.

    Raises ProtocolError for a count that is no number, if an outlet's number has two spellings, if
    there are fewer outlets than `outlet.count`, or if a chain lacks one of its `device.count`
    members. Raises Unsupported without outlets, unless `may_lack_outlets` is true or all members
    count 0.
    """
    device, members = members_of(variables, commands)
    chain = _members_with_outlets(members)
    outlets: list[NutOutlet] = []
    for member in chain or [device]:
        outlets += _outlets_of(member, writable, variables)
    # in a chain the whole device may count the outlets of all members
    outlet_count = device.outlet_count or 0
    if len(outlets) < outlet_count:
        raise outlet_count_error(len(outlets), device.prefix, outlet_count)
    if settings[WHOLE_LOAD]:
        outlets += _whole_load(device)
    count_no_outlets = all(member.outlet_count == 0 for member in members.values())
    is_chain_of_meters = bool(members) and count_no_outlets
    if not outlets and not is_chain_of_meters and not may_lack_outlets(variables):
        raise _no_outlets(variables, mask)
    # a chain may also be of UPSes or transfer switches, which list no outlets
    is_chain = bool(chain) or (bool(members) and not device.rows)
    all_members: dict[int, Member] = {}
    if is_chain:
        all_members = {**counted_members(device, members), **members}
    return NutDevice(outlets, device, all_members)


def _no_outlets(variables: Mapping[str, str], mask: Callable[[str], str]) -> Unsupported:
    """The error for a device that should have outlets, and whose driver lists none."""

    def shown(name: str) -> str:
        return printable(mask(variables.get(name, "")), 60)

    driver_name = shown("driver.name")
    driver = f"NUT driver {driver_name!r}" if driver_name else "NUT driver"
    device_type = shown("device.type") or "unknown"
    return Unsupported(
        f"the {driver} lists no outlets of this device (type {device_type!r}): see whether another"
        " driver or MIB of NUT does"
    )


def outlet_groups(variables: Mapping[str, str]) -> list[str]:
    """The numbers of the groups of outlets (`outlet.group.N.*`; apc_modbus lists groups alone)."""
    numbers: list[str] = []
    for name in variables:
        match = re.match(r"outlet\.group\.([0-9]{1,4})\.", name)
        if match:
            numbers.append(match[1])
    return list(dict.fromkeys(numbers))


def _members_with_outlets(members: Mapping[int, Member]) -> list[Member]:
    """The members of a daisy chain that count or list outlets, in order of their numbers."""
    with_outlets: list[Member] = []
    for number in sorted(members):
        member = members[number]
        if member.outlet_count or member.rows:
            with_outlets.append(member)
    return with_outlets


class OutletState(NamedTuple):
    """Whether an outlet is on, or why that is not known."""

    #: None: not known
    is_on: Optional[bool]
    #: why it is not known; "" if it is
    doubt: str = ""

    @classmethod
    def unknown(cls, doubt: str) -> OutletState:
        """A state that is not known, for this reason."""
        return cls(None, doubt)


def state_of(
    values: Mapping[str, str],
    without_state: frozenset[str] = frozenset(),
    table: Optional[AmbiguousTable] = None,
) -> OutletState:
    """The state by the values of an outlet's `state_variables` and `meter_variables`.

    Unknown is also the state that a driver shows after it lost its device, a word in
    `without_state`, an off that a meter denies, and an on behind an open breaker. `table`: the
    driver's, whose words prove no state.
    """
    driver_doubt = doubt_of_driver(values)
    if driver_doubt:
        return OutletState.unknown(driver_doubt)
    if "ups.status" in values:  # the whole load of a UPS, which has no outlet's variables
        return _state_of_load(values)
    is_on = _shown_state(values, without_state)
    open_breakers = _off_groups(values)
    if is_on and open_breakers:
        return OutletState.unknown(
            f"it is on, though the breaker of its group is off: {open_breakers}"
        )
    if is_on:
        return OutletState(is_on=True)
    denial = _denial_of_outlet(values)
    if is_on is False and not denial:
        return OutletState(is_on=False)
    if table is not None:
        return OutletState.unknown(table.reason)
    if is_on is False:
        return OutletState.unknown(f"{denial}, so it is not off as its NUT driver shows")
    return OutletState.unknown(_doubt_of_words(values, without_state))


def _doubt_of_words(values: Mapping[str, str], without_state: frozenset[str]) -> str:
    """Why the words of the driver show no state."""
    texts = [text.strip(BLANKS) for text in _state_texts(values).values()]
    if not texts:
        return "its NUT driver shows no state of it"
    for text in texts:
        if text.lower() in WORDS_WITHOUT_STATE:
            return f"its NUT driver shows '{text}': {WORDS_WITHOUT_STATE[text.lower()]}"
    # the whole texts, not as Python writes them: else a password in them is not recognised
    quoted_texts = [f"'{text}'" for text in texts]
    if None in _words_of(values, without_state):
        return f"its NUT driver shows {some(quoted_texts)}: not a known state"
    return f"its NUT driver shows {' and '.join(quoted_texts)}, which contradict each other"


def _state_texts(values: Mapping[str, str]) -> dict[str, str]:
    """The variables of an outlet that hold words of its state: `.status` and `.switch`."""
    texts: dict[str, str] = {}
    for variable, text in values.items():
        is_of_group = _GROUP in variable
        if variable.endswith((".status", ".switch")) and not is_of_group:
            texts[variable] = text
    return texts


def _off_groups(values: Mapping[str, str]) -> str:
    """The variables of groups of outlets that are off, with their texts; "" if none is."""
    off_groups: list[str] = []
    for variable, text in values.items():
        if _GROUP in variable and text.strip(BLANKS).lower() == "off":
            off_groups.append(f"{variable} reads '{text}'")
    return some(off_groups)


def _shown_state(values: Mapping[str, str], without_state: frozenset[str]) -> Optional[bool]:
    """The state that all words of the driver show, whatever the meters do; None if they differ."""
    states = [word.is_on if word else None for word in _words_of(values, without_state)]
    if len(set(states)) != 1:
        return None
    return states[0]


def _denial_of_outlet(values: Mapping[str, str]) -> str:
    """Why an outlet is not off: its W or VA are above 0; its A if it meters neither; or it has
    meters, and none can be read. "" if nothing denies it. An open relay may have an offset in A:
    0.15 A at 0 W, 0 VA and 0 V in a dump of an Eaton ePDU MA 1P.
    """
    meters = [name for name in values if name.endswith(_METERS)]
    figure_by_meter: dict[str, float] = {}
    for name in meters:
        figure = parse_number(values[name])
        if figure is not None:
            figure_by_meter[name] = figure
    if meters and not figure_by_meter:
        return "none of its meters can be read"
    powers = [figure for name, figure in figure_by_meter.items() if not name.endswith("current")]
    figures = powers or figure_by_meter.values()
    return "it carries current" if any(figure > 0.0 for figure in figures) else ""


def _denial_of_load(values: Mapping[str, str]) -> str:
    """Why the load of a UPS is not off; "" if nothing denies it. Some of NUT's tables write OFF for
    units that feed their load: mge-mib.c on battery, apc-mib.c in software bypass,
    eaton-ups-pxg-mib.c on the maintenance bypass, xppc-mib.c in standby.
    """
    if "BYPASS" in values["ups.status"].upper().split():
        return "it is on bypass"
    for name, text in values.items():
        if not _LOAD_METER.fullmatch(name):
            continue
        figure = parse_number(text)
        limit = _DEAD_VOLTS if name.endswith("voltage") else 0.0
        if figure is None or figure > limit:
            return f"{name} reads '{text}'"
    return ""


def _words_of(
    values: Mapping[str, str], without_state: frozenset[str]
) -> list[Optional[StatusWord]]:
    """What each word of the status and the switch says, by the table of its variable; None for a
    word that says no state. The meters are not looked at."""
    words: list[Optional[StatusWord]] = []
    for variable, text in _state_texts(values).items():
        word = text.strip(BLANKS).lower()
        table = STATUS_WORDS
        if variable.endswith(".switch"):
            table = SWITCH_WORDS
        elif variable.endswith(".protect.status"):
            table = PROTECTION_WORDS
        words.append(None if word in without_state else table.get(word))
    return words


def _outlets_of(
    member: Member, writable: Mapping[str, str], variables: Mapping[str, str]
) -> list[NutOutlet]:
    """The outlets of a member. `writable` and `variables` are those of the whole device."""
    # number 0, where it is an outlet, is no part with which others are compared
    prefix_by_field: dict[str, str] = {}
    for number, fields in member.rows.items():
        if int(number) > 0:
            for field in fields:
                prefix_by_field.setdefault(field, _prefix(member, number))
    groups = outlet_groups(member.variables)
    numbers_by_group = _numbers_by_group(member, groups)
    off_groups = _off_groups(_group_states(member, groups))
    outlets: list[NutOutlet] = []
    for number in member.outlet_numbers():
        row = _OutletRow(
            number=number,
            prefix=_prefix(member, number),
            fields=member.rows[number],
            prefix_by_field=prefix_by_field,
            numbers_by_group=numbers_by_group,
            off_groups=off_groups,
        )
        outlets.append(_outlet(member, row, writable, variables))
    return outlets


def _prefix(member: Member, number: str) -> str:
    """What the variables of a member's outlet begin with."""
    return f"{member.prefix}outlet.{number}."


class _OutletRow(NamedTuple):
    """The variables of one outlet, beside those of the outlets like it."""

    number: str
    #: what its variables begin with: "device.2.outlet.7."
    prefix: str
    #: their texts, by what follows the prefix
    fields: Mapping[str, str]
    #: the fields that outlets have, with the prefix of the first that has it
    prefix_by_field: Mapping[str, str]
    #: see `_numbers_by_group`
    numbers_by_group: Mapping[str, Sequence[str]]
    #: as `_off_groups`, of all groups of the member
    off_groups: str

    def figure(self, field: str) -> Figure:
        """The figure of a field; not known if only other outlets have it."""
        parts = {self.prefix: self.fields}
        if field in self.prefix_by_field:
            parts.setdefault(self.prefix_by_field[field], {field: ""})
        return figure_of(parts, self.prefix, field)

    def lacks(self, field: str) -> bool:
        """Whether other outlets have the field, and this one does not."""
        return field in self.prefix_by_field and field not in self.fields


def _outlet(
    member: Member, row: _OutletRow, writable: Mapping[str, str], variables: Mapping[str, str]
) -> NutOutlet:
    """The outlet of a member; energy becomes kWh. `writable` and `variables` are those of the whole
    device.
    """
    driver_doubt = doubt_of_driver(variables)

    def figure(field: str) -> Figure:
        return known_now(row.figure(field), driver_doubt)

    states = _states(row)
    meter_texts = _meters_and_driver_state(row, variables)
    group_id = row.fields.get("groupid")
    group_texts: Mapping[str, str] = {}
    if group_id is not None:
        numbers = row.numbers_by_group.get(_tidy(group_id), ())
        group_texts = _group_states(member, numbers)
    if has_breakers(variables):
        meter_texts.update(group_texts)
    values = {**states, **meter_texts}
    table = ambiguous_table(variables, row.number, row.fields)
    without_state = words_without_state(variables, table)
    status_words = filter(None, _words_of(values, without_state))
    state = state_of(values, without_state, table)
    doubt = state.doubt
    if state.is_on:
        doubt = _doubt_of_groups(row, group_texts)
    printed_number, name = _number_and_name(row.fields)
    return NutOutlet(
        identity=member.before + row.number,
        number=printed_number,
        name=name,
        state=state.is_on,
        is_locked=any(word.is_locked for word in status_words),
        switchable=row.fields.get("switchable"),
        figures=MeterFigures(
            current_a=figure("current"),
            power_w=figure("realpower"),
            energy_kwh=divided(figure("energy"), metering.WH_IN_KWH),
        ),
        on=_switch_command(member, row.number, on=True, writable=writable),
        off=_switch_command(member, row.number, on=False, writable=writable),
        state_variables=tuple(states),
        meter_variables=tuple(meter_texts),
        words_without_state=without_state,
        table=table,
        doubt=doubt,
    )


def _numbers_by_group(member: Member, groups: Sequence[str]) -> dict[str, list[str]]:
    """The numbers of the groups that the `groupid` of an outlet may mean: it is the number of one,
    or the id of the first that has it.
    """
    numbers_by_group = {number: [number] for number in groups}
    number_by_id: dict[str, str] = {}
    for number in groups:
        group_id = member.variables.get(f"{_GROUP}{number}.id")
        if group_id is not None:
            number_by_id.setdefault(_tidy(group_id), number)
    for group_id, number in number_by_id.items():
        if group_id != number:
            numbers_by_group.setdefault(group_id, []).append(number)
    return numbers_by_group


def _group_states(member: Member, groups: Iterable[str]) -> dict[str, str]:
    """The variables of the states of these groups of outlets, with their texts."""
    states: dict[str, str] = {}
    for number in groups:
        status = member.variables.get(f"{_GROUP}{number}.status")
        if status is not None:
            states[f"{member.prefix}{_GROUP}{number}.status"] = status
    return states


def _doubt_of_groups(row: _OutletRow, group_texts: Mapping[str, str]) -> str:
    """Why an outlet that is on may have no power: its group is off, or any group of the member if
    its driver does not say in which it is (hpe-pdu-mib.c); "" if none is. `group_texts`: as of
    `_group_states`, of the outlet's group.
    """
    group = "its group"
    off_groups = _off_groups(group_texts)
    if "groupid" not in row.fields:
        group = "a group, perhaps its own,"
        off_groups = row.off_groups
    return f"it is on, though {group} of outlets is off: {off_groups}" if off_groups else ""


def _states(row: _OutletRow) -> dict[str, str]:
    """The variables that hold the state of the outlet; {} if it lacks the status that others have:
    a `switch` is the last word that was written.
    """
    if row.lacks("status"):
        return {}
    states: dict[str, str] = {}
    for field in _STATES:
        if field in row.fields:
            states[f"{row.prefix}{field}"] = row.fields[field]
    return states


def _meters_and_driver_state(row: _OutletRow, variables: Mapping[str, str]) -> dict[str, str]:
    """The variables that may deny the state of the outlet: its meters, with "" for one that only
    others have, and the state of the driver.
    """
    meter_texts: dict[str, str] = {}
    if variables.get("driver.name") in OUTLET_DRIVERS:
        for field in _METERS:
            if field in row.fields or row.lacks(field):
                meter_texts[f"{row.prefix}{field}"] = row.fields.get(field, "")
    if DRIVER_STATE in variables:
        meter_texts[DRIVER_STATE] = variables[DRIVER_STATE]
    return meter_texts


def _number_and_name(fields: Mapping[str, str]) -> tuple[str, Optional[str]]:
    """The number that is printed on the unit, '' if it is not shown, and the name. Beside a
    description, `name` is that number. Without one it is what the owner called the outlet
    (hpe-pdu3-cis-mib.c, eaton-pdu-nlogic-mib.c), unless it is the `id` once more.
    """
    name = fields.get("name")
    description = fields.get("desc")
    row_id = fields.get("id")
    if description is not None:
        return _tidy(name or row_id or ""), description
    number = _tidy(row_id or "")
    if name == row_id:
        return number, None
    return number, name


def _switch_command(
    member: Member, number: str, *, on: bool, writable: Mapping[str, str]
) -> Optional[SwitchCommand]:
    """The instant command if the device has one for the outlet, else a write of its variable
    `switch`; None if it has neither."""
    command_name = "load.on" if on else "load.off"
    command = member.commands.get(f"outlet.{number}.{command_name}")
    if command is not None:
        return SwitchCommand(command)
    # The value is written in the form that the driver shows. An unknown form is not guessed.
    variable = f"{_prefix(member, number)}switch"
    shown_word = writable.get(variable, "").strip(BLANKS).lower()
    for off_word, on_word in (("off", "on"), ("0", "1")):
        if shown_word in (off_word, on_word):
            return SwitchCommand(variable, on_word if on else off_word)
    return None


def _tidy(text: str) -> str:
    """`1.00` -> `1`: snmp-ups writes whole numbers with decimals."""
    if not is_number(text):
        return text
    return re.sub(r"\.0+$", "", text)


# ---- the whole load of a UPS ---------------------------------------------------------------------


def _whole_load(device: Member) -> list[NutOutlet]:
    """The whole load of a UPS as one more outlet, switched by `load.on` and `load.off`; [] if the
    server lists neither.
    """
    on = SwitchCommand("load.on") if "load.on" in device.commands else None
    off = SwitchCommand("load.off") if "load.off" in device.commands else None
    if on is None and off is None:
        return []
    variables = device.variables
    meter_texts: dict[str, str] = {}
    for name, text in variables.items():
        if name == DRIVER_STATE or _LOAD_METER.fullmatch(name):
            meter_texts[name] = text
    state = state_of({"ups.status": variables.get("ups.status", ""), **meter_texts})
    return [
        NutOutlet(
            identity=LOAD_IDENTITY,
            number="",
            name="whole load",
            state=state.is_on,
            is_locked=False,
            switchable=None,
            figures=MeterFigures(
                current_a=metering.whole_load(variables, "current"),
                power_w=metering.whole_load(variables, "realpower"),
            ),
            on=on,
            off=off,
            state_variables=("ups.status",) if "ups.status" in variables else (),
            meter_variables=tuple(meter_texts),
            doubt=state.doubt,
        )
    ]


def _state_of_load(values: Mapping[str, str]) -> OutletState:
    """The state of the whole load of a UPS."""
    is_on = _load_state(values)
    status = f"its ups.status '{values['ups.status']}' says"
    if is_on is None:
        return OutletState.unknown(f"{status} neither on nor off")
    denial = "" if is_on else _denial_of_load(values)
    if denial:
        return OutletState.unknown(f"{status} off, but {denial}")
    return OutletState(is_on)


def _load_state(values: Mapping[str, str]) -> Optional[bool]:
    """What the words of a UPS's `ups.status` say of its load; None if they do not tell.

    OFF: it is off. OL (on line) or OB (on battery) without OFF: it is on.
    """
    words = values["ups.status"].upper().split()
    if "OFF" in words:
        return False
    if "OL" in words or "OB" in words:
        return True
    return None
