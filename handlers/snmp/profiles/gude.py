"""Gude: Expert Power Control. The tree of a product is below its sysObjectID, 28507.PRODUCT.

The trees are alike, but the ports of the three oldest products have shorter paths. A meter channel
measures an inlet, one line of it, or a group of outlets. Some products (58, 64, 83, 87 and 100 in
the MIBs) also have a table for single outlets. Its index starts at 0 in the MIBs' descriptions, but
at 1 in its type.

The MIBs of products 15, 18, 19, 29 and 38 were not read: programs of owners show their objects,
which are those of the later products. One of them writes the ports of product 29.

In a function `tables[COLUMN]` is {row: value}; in an example `tables_of` makes them for a device
that has these rows and nothing else. `Missing` is a value that the device has and did not answer:
it makes a sum unknown. "" is a row that is not metered.
"""

from decimal import Decimal
from functools import partial

from ...shared.errors import ProtocolError
from ..cells import Missing, Rows, row_without_index
from ..computed import Complete
from ..controls import Write
from ..evidence import SIMULATED
from ..filters import where, yes_or_no
from ..measurements import Measurement
from ..objects import Column
from ..outlets import Outlets
from ..profile import Profile, Root
from ..states import State
from ..tables import Tables, computed_from
from .language import column, figure, oid, outlets, scalar, total
from .links import librenms, pysnmp_mibs
from .scales import ONES, THOUSANDTHS
from .sources import rows_where

# the numbers of products, after 28507
OLDEST = "1 5 6"  # products EPC 8x, 24x, 2x6
PRODUCTS = (
    "15 18 19 29 38 43 50 56 58 60 61 64 67 68 69 70 77 81 82 83 85 87"
    " 97 98 100 106 107 109 111 112"
)
# PDU 8110, 8310, 818X, ATS 3020, ETS 8801, PDU 8306, 835X, 8340, 8311, 8341
METERED = "23 27 35 40 41 44 52 54 62 65"
CHANNEL_STATUS = column("~.1.5.1.2.1.2", "ChanStatus")
CHANNEL_COUNT = scalar("~.1.5.1.1.0", "ActivePowerChan")
PORT_STATUS = column("~.1.5.5.2.1.2", "spChanStatus", optional=True)
# of a channel's status: 0 is not active
VALID, NOT_ACTIVE = ("1",), ("0",)


def _roots(products: str) -> tuple[Root, ...]:
    trees = [oid(f"28507.{product}") for product in products.split()]
    return tuple(Root(tree, tree) for tree in trees)


def _ports(powerports: str) -> tuple[Outlets, ...]:
    """The ports (outlets) of a product: states, commands (1 on, 0 off), names and figures. A
    product that counts no port only meters.

    >>> (way,) = _ports("1.3.1")
    >>> way.states.source.oid, way.count.oid
    ('~.1.3.1.2.1.3', '~.1.3.1.1.0')
    >>> unit = tables_of({way.states.source: {"1": 1, "2": 0}})
    >>> [decision.state.name for decision in way.states.decisions(unit).values()]
    ['UP', 'DOWN']

    powerports: the path of the ports in the product's tree.
    """
    path = powerports + ".2.1"
    state = column(f"~.{path}.3", "PortState")
    count = scalar(f"~.{powerports}.1.0", "portNumber")
    return outlets(
        State(state, on=("1",), off=("0",)),
        Write(state, on=1, off=0),
        count=count,
        none_if_zero=count,
        counts_unlisted=True,
        name=column(f"~.{path}.2", "PortName"),
        current=_port(state, "5", "spCurrent", THOUSANDTHS),
        power=_port(state, "4", "spPowerActive"),
        energy=_port(state, "3", "spAbsEnergyActive", THOUSANDTHS),
    )


def _port(state: Column, arc: str, name: str, scale: Decimal = ONES) -> Measurement:
    """A current, power or energy of each port that has a meter of its own. A meter's index may
    count from 0 while the ports count from 1. A meter that is not active (status 0) has no row;
    one with another status than 0 and 1 is missing.

    >>> PORT_STATE = column("~.1.3.1.2.1.3", "PortState")
    >>> WATTS = column("~.1.5.5.2.1.4", "spPowerActive", optional=True)
    >>> ports = {PORT_STATE: {"1": 1, "2": 0}}
    >>> meters = {WATTS: {"0": 60, "1": 0}, PORT_STATUS: {"0": 1, "1": 0}}
    >>> _port(PORT_STATE, "4", "spPowerActive").values(tables_of({**ports, **meters}))
    {'1': 60}

    state: the column that lists the ports.
    arc, name: the column of the figure.
    """
    values = column(f"~.1.5.5.2.1.{arc}", name, optional=True)

    @computed_from(values, PORT_STATUS, state)
    def rows(tables: Tables) -> Rows:
        meters = tables[values]
        if not meters:
            return {}
        statuses = _under_port_numbers(tables[PORT_STATUS], tables[state])
        figures = _under_port_numbers(meters, tables[state])
        return where(figures, statuses, yes_or_no(VALID, NOT_ACTIVE))

    return figure(rows, scale)


def _under_port_numbers(meters: Rows, ports: Rows) -> Rows:
    """Rows of meters, whose indexes count from 0 or from 1, under the numbers of the ports, 1 … N.
    One missing row without an index (".") if they may be other ports'. Raises ProtocolError if the
    list of ports has a gap.

    >>> _under_port_numbers({"1": 5, "2": 7}, {"1": "on", "2": "off"})
    {'1': 5, '2': 7}
    >>> _under_port_numbers({"0": 5, "1": 7}, {"1": "on", "2": "off"})
    {'1': 5, '2': 7}
    >>> list(_under_port_numbers({"3": 5}, {"1": "on", "2": "off"}))
    ['.']
    """
    if not meters or not ports:
        return {}
    is_from_one = meters.keys() == _numbers(1, len(meters))
    is_from_zero = meters.keys() == _numbers(0, len(meters))
    has_gap = ports.keys() != _numbers(1, len(ports))
    if has_gap or (is_from_one and len(ports) < len(meters)):
        raise ProtocolError("the device's list of outlets lacks some of them; poll it again")
    has_all = len(ports) == len(meters)
    if has_all and is_from_one:
        return meters
    if has_all and is_from_zero:
        return {str(int(index) + 1): value for index, value in meters.items()}
    return {row_without_index(): Missing("its table has other rows than that of the outlets")}


def _numbers(first_number: int, count: int) -> set[str]:
    """`count` consecutive numbers as texts."""
    return {str(n) for n in range(first_number, first_number + count)}


def _channel(arc: str, name: str, scale: Decimal = ONES) -> Measurement:
    """A current, power or energy of each power channel (input or bank) whose status is valid (1);
    one that is not active (0) has no row. Their sum is the unit's figure.

    >>> power, WATTS = _channel("4", "PowerActive"), column("~.1.5.1.2.1.4", "PowerActive")
    >>> channels = {WATTS: {"1": 520, "2": 0}, CHANNEL_STATUS: {"1": 1, "2": 0}}
    >>> power.values(tables_of({**channels, CHANNEL_COUNT: {"0": 2}}))
    {'1': 520}

    A third channel that is counted and not answered is missing:

    >>> power.values(tables_of({**channels, CHANNEL_COUNT: {"0": 3}}))["0."].reason
    'no answer'
    """
    values = column(f"~.1.5.1.2.1.{arc}", name)
    every_value = Complete(values, same_rows_as=CHANNEL_STATUS, count=CHANNEL_COUNT)
    every_status = Complete(CHANNEL_STATUS, same_rows_as=values, count=CHANNEL_COUNT)
    rows = rows_where(every_value, every_status, yes_or_no(VALID, NOT_ACTIVE), by_row=True)
    return figure(rows, scale)


gude_profile = partial(
    Profile,
    vendor="Gude",
    load=total(_channel("5", "Current", THOUSANDTHS)),
    power=total(_channel("4", "PowerActive")),
    energy=total(_channel("3", "AbsEnergyActive", THOUSANDTHS)),
)

PROFILES = (
    gude_profile(
        key="gude-epc",
        mib="GUDEADS-EPC*-MIB",
        source=librenms("gude/GUDEADS-EPC8031-MIB"),
        models=(
            "EPC 1100, 1104, 1105, 1121, 1141, 1202, 1292",
            "EPC 8001 to 8045",
            "EPC 8210, 8221, 8226, 8291, 8314, 8316, 822x",
            "EPC 8712, 8713, 8733",
            "ESB 7214",
            "ENC 2100, 2101, 2150, 2151",
            "EPC 8x, 24x, 2x6",
        ),
        roots=_roots(f"{PRODUCTS} {OLDEST}"),
        outlets=_ports("1.3.1") + _ports("1.2") + _ports("1.1"),
        evidence=SIMULATED,
        recording="gude-epc_1104",
        unread=(
            "OVPStatus: the overvoltage protection of the whole unit, which does not switch its"
            " ports; RCMBOutputRMS, RCMBOutputDC: signals of residual current, and the MIB does not"
            " say that they open a port"
        ),
        note=(
            "Meters of single ports are joined by their number, from 0 or from 1: unless their"
            " rows are exactly those of the ports, the ports have no figures."
        ),
    ),
    gude_profile(
        key="gude-pdu",
        mib="GUDEADS-PDU*-MIB, GUDEADS-ATS3020-MIB, GUDEADS-ETS8801-MIB",
        source=pysnmp_mibs("pysnmp_mibs/GUDEADS-PDU8311-MIB.py"),
        models=(
            "Expert PDU 8110, 818x, 8306, 8310, 8311, 8340, 8341, 835x",
            "ATS 3020",
            "ETS 8801",
        ),
        roots=_roots(METERED),
        evidence=SIMULATED.of("current", "power", "energy"),
    ),
)
