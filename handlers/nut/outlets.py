"""The outlets and totals of a NUT device, from the variables and commands that its server lists.
Pure. Source of names and units: NUT's docs/nut-names.txt.

    variables  {"outlet.7.status": "on", "outlet.7.current": "1.5"}
    commands   ["outlet.7.load.on", "outlet.7.load.off"]
    outlet     identity "7", on, 1.5 A, off by the command outlet.7.load.off

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
from ..shared.meter_figures import Figure, MeterFigures, divided, power_unless_denied
from ..shared.settings import Settings
from ..shared.unknown_states import some
from . import metering
from .daisy_chain import Member, check_complete, members_of, outlet_count_error, outlet_numbers
from .figures import count, figure_of, known_now, reason_of_stale_values
from .groups import OffGroups
from .numbers import BLANKS, tidy
from .requests import NutRequest, instcmd, set_var
from .settings import WHOLE_LOAD
from .state_words import OUTLET_DRIVERS, ambiguous_table, unproven_words_of
from .states import LOAD_METER, METER_FIELDS, STATE_FIELDS, ShownState, load_state, state_of

LOAD_IDENTITY = "load"  # the identity of a UPS's whole load
# variables with figures other than those of outlets
_OWN_FIGURES = ("battery.", "input.", "output.")


class SwitchCommand(NamedTuple):
    r"""One way to switch.

    >>> SwitchCommand("outlet.3.load.off").request("rack1").line
    b'INSTCMD rack1 outlet.3.load.off\n'
    >>> SwitchCommand("outlet.3.switch", "off").request("rack1").line
    b'SET VAR rack1 outlet.3.switch "off"\n'
    """

    #: of an instant command; with a `value`, of a writable variable
    name: str
    #: the text to write; None for an instant command
    value: Optional[str] = None

    def request(self, ups: str) -> NutRequest[str]:
        """The request that switches, to the device `ups`."""
        if self.value is None:
            return instcmd(ups, self.name)
        return set_var(ups, self.name, self.value)


class NutOutlet(NamedTuple):
    """One outlet. None stands for anything that its driver does not report.

    >>> variables = {"outlet.7.id": "7", "outlet.7.name": "web-1", "outlet.7.status": "on"}
    >>> (outlet,) = decode_outlets(variables, [], {}, Settings({}, (WHOLE_LOAD,))).outlets
    >>> outlet.identity, outlet.name, outlet.state, outlet.figures.current_a, outlet.off
    ('7', 'web-1', True, None, None)
    """

    #: "7", in a chain "2.7", for a whole load "load"
    identity: str
    #: printed on the unit, as its driver reports (`outlet.7.name` beside a `.desc`, or `.id`); ''
    #: if it does not
    number: str
    #: its description (`outlet.7.desc`), else its name (`outlet.7.name`)
    name: Optional[str]
    #: True: on; None if the state is missing, pending, contradictory or an unknown word
    state: Optional[bool]
    #: why the state is not known, or what makes it doubtful; "" for nothing
    reason: str
    figures: MeterFigures
    #: how to switch it on; None if the server lists no way
    on: Optional[SwitchCommand]
    #: how to switch it off; None if the server lists no way
    off: Optional[SwitchCommand]
    #: whether its status says that the unit refuses to switch it
    is_locked: bool = False
    #: the variables that hold its state
    state_variables: Sequence[str] = ()
    #: the variables of meters that may deny the state
    meter_variables: Sequence[str] = ()
    #: words that are no state of this outlet
    unproven_words: frozenset[str] = frozenset()


class NutDevice(NamedTuple):
    """One device of a NUT server: outlets and totals.

    >>> variables = {"device.type": "pdu", "input.current": "4.2", "outlet.7.status": "on"}
    >>> device = decode_outlets(variables, [], {}, Settings({}, (WHOLE_LOAD,)))
    >>> device.load_a, device.energy_kwh, len(device.outlets)
    (4.2, None, 1)
    """

    #: in the order of their numbers, in a chain by member
    outlets: list[NutOutlet]
    #: the variables and commands without a prefix `device.D.`
    whole_device: Member
    #: the members of a daisy chain by number; {} if none lists or counts outlets
    chain_members: Mapping[int, Member]

    @property
    def load_a(self) -> Figure:
        """The load in A."""
        return self._total(metering.load, lambda figures: figures.current_a)

    @property
    def inlet_a(self) -> Figure:
        """The current of its inlet in A; not metered for a UPS, whose input charges a battery."""
        return self._total(metering.inlet_current, lambda figures: figures.current_a)

    @property
    def power_w(self) -> Figure:
        """The active power in W, by the W of the sources from which the load is read."""
        return self._total(metering.power, lambda figures: figures.power_w)

    @property
    def inlet_w(self) -> Figure:
        """The active power of its inlet in W; not metered for a UPS."""
        return self._total(metering.inlet_power, lambda figures: figures.power_w)

    @property
    def energy_kwh(self) -> Figure:
        """The cumulative energy in kWh."""
        return self._total(metering.energy, lambda figures: figures.energy_kwh)

    def _total(
        self, sources_of: metering.FigureSources, figure_of_outlet: Callable[[MeterFigures], Figure]
    ) -> Figure:
        """The load, power or energy of the device: what the first of its variables tells, in the
        order of `sources_of`. `figure_of_outlet` takes the same quantity of an outlet.

            load, input.current "4.2", outlets 1.5 A and 2.5 A    4.2
            load, no input.current, outlets 1.5 A and 2.5 A       4.0
        """
        figure_by_outlet: dict[str, Figure] = {}
        # the whole load of a UPS is listed beside its outlets, which it feeds
        for outlet in self.outlets:
            if outlet.identity != LOAD_IDENTITY:
                figure_by_outlet[outlet.identity] = figure_of_outlet(outlet.figures)
        return metering.total(sources_of, self.whole_device, self.chain_members, figure_by_outlet)


def decode_outlets(
    variables: Mapping[str, str],
    commands: Sequence[str],
    writable: Mapping[str, str],
    settings: Settings,
    mask: Callable[[str], str] = str,
) -> NutDevice:
    """The device that these lists describe, with the outlets that the settings ask for. `mask`
    masks a secret in error text.

    Raises ProtocolError for a count that is no number, if there are fewer outlets than
    `outlet.count`, or if a chain lacks one of its `device.count` members. Raises Unsupported
    without outlets, unless the device may really have none.

    >>> variables = {"outlet.7.status": "on", "outlet.7.current": "1.5", "device.type": "pdu"}
    >>> settings = Settings({}, (WHOLE_LOAD,))
    >>> device = decode_outlets(variables, ["outlet.7.load.off"], {}, settings)
    >>> device.outlets[0].identity, device.outlets[0].state, device.load_a
    ('7', True, 1.5)
    """
    device, members = members_of(variables, commands)
    with_outlets = [member for member in members.values() if member.outlet_count or member.outlets]
    outlets: list[NutOutlet] = []
    for member in with_outlets or [device]:
        outlets += _outlets_of(member, writable, variables)
    # in a chain the whole device may count the outlets of all members
    outlet_count = device.outlet_count or 0
    if len(outlets) < outlet_count:
        raise outlet_count_error(len(outlets), device.prefix, outlet_count)
    if settings[WHOLE_LOAD]:
        outlets += _whole_load(device)
    if not outlets and not _may_lack_outlets(variables, members):
        raise _no_outlets(variables, mask)
    # a chain may also be of UPSes or transfer switches, which list no outlets
    is_chain = bool(with_outlets) or (bool(members) and not device.outlets)
    if is_chain:
        check_complete(device, members)
    return NutDevice(
        outlets=outlets, whole_device=device, chain_members=members if is_chain else {}
    )


def _may_lack_outlets(variables: Mapping[str, str], members: Mapping[int, Member]) -> bool:
    """Whether a device that lists no outlets may really have none, so that this is no error of its
    driver. `variables`: of the whole device; `members`: of its chain, by number.

    >>> _may_lack_outlets({"outlet.count": "0"}, {}), _may_lack_outlets({"outlet.count": "8"}, {})
    (True, False)

    Without a count, a PDU has some; one of no type has none if it shows an input, an output or a
    battery:

    >>> _may_lack_outlets({"device.type": "ups"}, {}), _may_lack_outlets({"device.type": "pdu"}, {})
    (True, False)
    >>> _may_lack_outlets({"battery.charge": "100"}, {}), _may_lack_outlets({}, {})
    (True, False)
    """
    if members and all(member.outlet_count == 0 for member in members.values()):
        return True
    outlet_count = count(variables, "outlet.count")
    if outlet_count is not None:
        return outlet_count == 0
    type_name = metering.device_type(variables)
    if type_name:
        return type_name != "pdu"
    return any(name.startswith(_OWN_FIGURES) for name in variables)


def _no_outlets(variables: Mapping[str, str], mask: Callable[[str], str]) -> Unsupported:
    """The error for a device that should have outlets, and whose driver lists none.

    >>> _no_outlets({"driver.name": "snmp-ups", "device.type": "pdu"}, str).reason[:68]
    "the NUT driver 'snmp-ups' lists no outlets of this device (type 'pdu"
    """
    driver_name = printable(mask(variables.get("driver.name", "")), 60)
    driver = f"NUT driver {driver_name!r}" if driver_name else "NUT driver"
    type_text = printable(mask(variables.get("device.type", "")), 60) or "unknown"
    return Unsupported(
        f"the {driver} lists no outlets of this device (type {type_text!r}): see whether another"
        " driver or MIB of NUT does"
    )


# ---- the outlets of a member ---------------------------------------------------------------------


class _OutletRow(NamedTuple):
    """The variables of one outlet, and which variables the other outlets have.

    >>> prefix_by_field = {"current": "outlet.1."}
    >>> row = _OutletRow("7", "outlet.7.", {"status": "on"}, prefix_by_field)
    >>> row.lacks("current"), row.figure("current").reason
    (True, 'outlet.7.current is not listed, though outlet.1.current is')
    >>> row.figure("realpower") is None
    True
    """

    number: str
    #: what its variables begin with: "device.2.outlet.7."
    prefix: str
    #: their texts, by what follows the prefix
    fields: Mapping[str, str]
    #: the fields that outlets have, with the prefix of the first that has it
    prefix_by_field: Mapping[str, str]

    def figure(self, field: str) -> Figure:
        """The number of a field, "current" in A or "realpower" in W: None, not metered, if no
        outlet lists it; not known if only other outlets do.

        >>> _OutletRow("7", "outlet.7.", {"current": "1.5"}, {}).figure("current")
        1.5
        >>> _OutletRow("7", "outlet.7.", {}, {"current": "outlet.1."}).figure("current").reason
        'outlet.7.current is not listed, though outlet.1.current is'
        """
        fields_by_outlet = {self.prefix: self.fields}
        if field in self.prefix_by_field:
            fields_by_outlet.setdefault(self.prefix_by_field[field], {field: ""})
        return figure_of(fields_by_outlet, self.prefix, field)

    def lacks(self, field: str) -> bool:
        """Whether other outlets have the field, and this one does not."""
        return field in self.prefix_by_field and field not in self.fields


def _outlets_of(
    member: Member, writable: Mapping[str, str], variables: Mapping[str, str]
) -> list[NutOutlet]:
    """The outlets of a member, in the order of their numbers. `writable`: the writable variables,
    `variables`: all variables, both of the whole device and with their whole names.

    >>> variables = {"device.2.outlet.7.status": "on"}
    >>> _, members = members_of(variables, [])
    >>> (outlet,) = _outlets_of(members[2], {}, variables)
    >>> outlet.identity, outlet.state, outlet.state_variables
    ('2.7', True, ['device.2.outlet.7.status'])
    """
    prefix_by_number = {number: f"{member.prefix}outlet.{number}." for number in member.outlets}
    # {"status": "outlet.1."}: the first outlet that has the field, with which others are compared;
    # number 0, where it is an outlet, may be the whole device
    prefix_by_field: dict[str, str] = {}
    for number, fields in member.outlets.items():
        if int(number) > 0:
            for field in fields:
                prefix_by_field.setdefault(field, prefix_by_number[number])
    off_groups = OffGroups(member.prefix, member.variables)
    type_name = metering.device_type(variables)
    outlets: list[NutOutlet] = []
    for number in outlet_numbers(member):
        row = _OutletRow(
            number=number,
            prefix=prefix_by_number[number],
            fields=member.outlets[number],
            prefix_by_field=prefix_by_field,
        )
        shown = _shown_state(row, off_groups, variables, type_name)
        outlets.append(_outlet(row, member, shown, off_groups, writable))
    return outlets


def _outlet(
    row: _OutletRow,
    member: Member,
    shown: ShownState,
    off_groups: OffGroups,
    writable: Mapping[str, str],
) -> NutOutlet:
    """The outlet of `member` that the variables in `row` describe; its energy, which NUT has in Wh,
    becomes kWh. `writable`: the writable variables of the whole device.

    `shown` is what its state is told from: the texts of its status and its meters; `stale_reason`,
    why the driver's values are old ("" if they are not): its figures are then not known now; and
    `unproven_words`, which say no state. `off_groups.texts` are the status variables of groups of
    outlets that are off. An outlet that is on but names no group may be in one of these: its
    `reason` says so.

    >>> device, _ = members_of({"outlet.7.status": "on", "outlet.7.energy": "34500"}, [])
    >>> row = _OutletRow("7", "outlet.7.", device.outlets["7"], {})
    >>> shown = _shown_state(row, OffGroups("", {}), device.variables, "pdu")
    >>> outlet = _outlet(row, device, shown, OffGroups("", {}), {})
    >>> outlet.identity, outlet.state, outlet.figures.energy_kwh
    ('7', True, 34.5)
    """
    state = state_of(shown)
    reason = state.reason
    if state.is_on and off_groups.texts and "groupid" not in row.fields:
        # hpe-pdu-mib.c does not say in which group an outlet is
        groups = some(off_groups.texts)
        reason = f"it is on, though a group, perhaps its own, of outlets is off: {groups}"
    printed_number, name = _number_and_name(row.fields)
    return NutOutlet(
        identity=member.identity_prefix + row.number,
        number=printed_number,
        name=name,
        state=state.is_on,
        reason=reason,
        figures=MeterFigures(
            current_a=known_now(row.figure("current"), shown.stale_reason),
            power_w=known_now(_power(row), shown.stale_reason),
            energy_kwh=known_now(
                divided(row.figure("energy"), metering.WH_IN_KWH), shown.stale_reason
            ),
        ),
        on=_switch_command(row, member, writable, on=True),
        off=_switch_command(row, member, writable, on=False),
        is_locked=any(word.is_locked for word in shown.words() if word),
        state_variables=[row.prefix + field for field in shown.texts],
        meter_variables=[row.prefix + field for field in shown.meters],
        unproven_words=shown.unproven_words,
    )


def _power(row: _OutletRow) -> Figure:
    """The active power of an outlet, in W; NotKnown if its voltage and current deny it.

    >>> _power(_OutletRow("7", "outlet.7.", {"realpower": "85.2"}, {}))
    85.2
    """
    volts = row.figure("voltage")
    return power_unless_denied(row.figure("realpower"), volts, row.figure("current"))


def _shown_state(
    row: _OutletRow, off_groups: OffGroups, variables: Mapping[str, str], type_name: str
) -> ShownState:
    """What the driver shows of an outlet's state: the words, and, of drivers that read both in one
    poll (OUTLET_DRIVERS), the meters that may deny them: an outlet that is off takes no power.
    `table` is set if the words of this driver's table do not prove a state. `variables` and
    `type_name`, "pdu" or "ups", are those of the whole device; `off_groups`: the banks of outlets
    that are off.

    >>> row = _OutletRow("7", "outlet.7.", {"status": "off", "realpower": "85.2"}, {})
    >>> shown = _shown_state(row, OffGroups("", {}), {"driver.name": "snmp-ups"}, "pdu")
    >>> shown.texts, shown.meters
    ({'status': 'off'}, {'realpower': '85.2'})
    """
    texts: dict[str, str] = {}
    # without the status that others have, a `switch` is but the last word that was written
    if not row.lacks("status"):
        texts = {field: row.fields[field] for field in STATE_FIELDS if field in row.fields}
    meters: dict[str, str] = {}
    if variables.get("driver.name") in OUTLET_DRIVERS:
        for field in METER_FIELDS:
            if field in row.fields or row.lacks(field):
                meters[field] = row.fields.get(field, "")
    table = ambiguous_table(variables, type_name, row.number, row.fields)
    group_id = row.fields.get("groupid")
    return ShownState(
        texts=texts,
        meters=meters,
        unproven_words=unproven_words_of(variables, table),
        table=table,
        off_groups=[] if group_id is None else off_groups.of_outlet(group_id),
        stale_reason=reason_of_stale_values(variables),
    )


def _number_and_name(fields: Mapping[str, str]) -> tuple[str, Optional[str]]:
    """The number that is printed on the unit, '' if it is not shown, and the name that the owner
    gave, None for none. `fields`: the variables of the outlet without their prefix.

    >>> _number_and_name({"id": "7", "name": "web-1"}), _number_and_name({"id": "7", "name": "7"})
    (('7', 'web-1'), ('7', None))

    Beside a description, `name` is the printed number (hpe-pdu3-cis-mib.c has none):

    >>> _number_and_name({"desc": "Outlet A", "name": "1.00", "id": "2"})
    ('1', 'Outlet A')
    """
    name = fields.get("name")
    description = fields.get("desc")
    row_id = fields.get("id")
    if description is not None:
        return tidy(name or row_id or ""), description
    return tidy(row_id or ""), None if name == row_id else name


def _switch_command(
    row: _OutletRow, member: Member, writable: Mapping[str, str], *, on: bool
) -> Optional[SwitchCommand]:
    """How to switch an outlet on or off: the instant command if the device has one for the outlet,
    else a write of its variable `switch`; None if it has neither.

    >>> row = _OutletRow("7", "outlet.7.", {}, {})
    >>> commands = {"outlet.7.load.off": "outlet.7.load.off"}
    >>> member = Member(
    ...     prefix="", identity_prefix="", variables={}, commands=commands, outlets={}
    ... )
    >>> _switch_command(row, member, {}, on=False).name
    'outlet.7.load.off'
    >>> _switch_command(row, member, {"outlet.7.switch": "off"}, on=True)
    SwitchCommand(name='outlet.7.switch', value='on')
    >>> _switch_command(row, member, {}, on=True) is None
    True
    """
    command_name = "load.on" if on else "load.off"
    command = member.commands.get(f"outlet.{row.number}.{command_name}")
    if command is not None:
        return SwitchCommand(command)
    # The value is written in the form that the driver shows. An unknown form is not guessed.
    variable = f"{row.prefix}switch"
    shown_word = writable.get(variable, "").strip(BLANKS).lower()
    for off_word, on_word in (("off", "on"), ("0", "1")):
        if shown_word in (off_word, on_word):
            return SwitchCommand(variable, on_word if on else off_word)
    return None


# ---- the whole load of a UPS ---------------------------------------------------------------------


def _whole_load(device: Member) -> list[NutOutlet]:
    """The whole load of a UPS as one more outlet, with the identity "load", switched by `load.on`
    and `load.off`; [] if the server lists neither. It is asked for by a setting (WHOLE_LOAD).

    >>> device, _ = members_of({"ups.status": "OL", "output.current": "0.8"}, ["load.off"])
    >>> [(outlet.identity, outlet.state, outlet.off.name) for outlet in _whole_load(device)]
    [('load', True, 'load.off')]
    """
    on = SwitchCommand("load.on") if "load.on" in device.commands else None
    off = SwitchCommand("load.off") if "load.off" in device.commands else None
    if on is None and off is None:
        return []
    variables = device.variables
    state = load_state(variables)
    outlet = NutOutlet(
        identity=LOAD_IDENTITY,
        number="",
        name="whole load",
        state=state.is_on,
        reason=state.reason,
        figures=MeterFigures(
            current_a=metering.whole_load(variables, "current"),
            power_w=metering.whole_load(variables, "realpower"),
        ),
        on=on,
        off=off,
        state_variables=["ups.status"] if "ups.status" in variables else [],
        meter_variables=list(filter(LOAD_METER.fullmatch, variables)),
    )
    return [outlet]
