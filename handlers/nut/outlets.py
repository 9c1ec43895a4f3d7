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

from collections.abc import Mapping, Sequence
from typing import Callable, NamedTuple, Optional

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
from .figures import DRIVER_STATE, figure_of, known_now, reason_of_stale_values
from .groups import group_numbers, numbers_by_group_id, off_groups_text, states_of_groups
from .model import LOAD_IDENTITY, NutDevice, NutOutlet, SwitchCommand
from .numbers import BLANKS, tidy
from .settings import WHOLE_LOAD
from .state_words import OUTLET_DRIVERS, ambiguous_table, has_breakers, unproven_words_of
from .states import LOAD_METER, METERS, state_of, words_of

# of an outlet; usbhid-ups shows `protect.status` beside the `status` (mge-hid.c)
_STATES = ("status", "switch", "protect.status")


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


def _members_with_outlets(members: Mapping[int, Member]) -> list[Member]:
    """The members of a daisy chain that count or list outlets, in order of their numbers."""
    with_outlets: list[Member] = []
    for number in sorted(members):
        member = members[number]
        if member.outlet_count or member.rows:
            with_outlets.append(member)
    return with_outlets


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
    groups = group_numbers(member.variables)
    numbers_by_group = numbers_by_group_id(member, groups)
    off_groups = off_groups_text(states_of_groups(member, groups))
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
    #: see `numbers_by_group_id`
    numbers_by_group: Mapping[str, Sequence[str]]
    #: as `off_groups_text`, of all groups of the member
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
    stale_reason = reason_of_stale_values(variables)

    def figure(field: str) -> Figure:
        return known_now(row.figure(field), stale_reason)

    states = _states(row)
    meter_texts = _meters_and_driver_state(row, variables)
    group_id = row.fields.get("groupid")
    group_texts: Mapping[str, str] = {}
    if group_id is not None:
        numbers = row.numbers_by_group.get(tidy(group_id), ())
        group_texts = states_of_groups(member, numbers)
    if has_breakers(variables):
        meter_texts.update(group_texts)
    values = {**states, **meter_texts}
    table = ambiguous_table(variables, row.number, row.fields)
    unproven_words = unproven_words_of(variables, table)
    status_words = filter(None, words_of(values, unproven_words))
    state = state_of(values, unproven_words, table)
    reason = state.reason
    if state.is_on:
        reason = _reason_of_groups(row, group_texts)
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
        unproven_words=unproven_words,
        table=table,
        reason=reason,
    )


def _reason_of_groups(row: _OutletRow, group_texts: Mapping[str, str]) -> str:
    """Why an outlet that is on may have no power: its group is off, or any group of the member if
    its driver does not say in which it is (hpe-pdu-mib.c); "" if none is. `group_texts`: as of
    `states_of_groups`, of the outlet's group.
    """
    group = "its group"
    off_groups = off_groups_text(group_texts)
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
        for field in METERS:
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
        return tidy(name or row_id or ""), description
    number = tidy(row_id or "")
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
        if name == DRIVER_STATE or LOAD_METER.fullmatch(name):
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
            reason=state.reason,
        )
    ]
