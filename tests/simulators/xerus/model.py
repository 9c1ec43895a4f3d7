"""The kind of PDU to simulate."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Optional

from .panels import MeterModel


@dataclass(frozen=True)
class Model:
    """One unit. Outlets are given by the number printed on them, from 1.

    metering            "inlet": unit, inlets and protectors are metered; "outlet": these and each
                        outlet; "none": none of them
    phases              1 or 3 (three lines and neutral)
    inlets              number of inlets, over which the outlets are distributed; with
                        `transfer_switch` (2 inlets) one feeds all
    standby_current     current on each line of the inlet that is not selected, in A
    not_switchable      outlets without a relay
    disabled            outlets whose switching an administrator disabled
    off, suspended, load_shed   outlets that are off at the start; the last two also name the
                        reason; `load_shed` also makes its outlets non-critical
    names               names of outlets, by number
    listed              the order of outlets in getOutlets; empty: by number. Well-known ids always
                        follow the number
    no_relay_board      outlets whose relay board does not answer: State.available is false
    stuck               outlets whose contact does not follow the relay's control state; the unit
                        reports this from 3.6 on
    relay_delay         seconds that a relay needs to move
    in_rush_guard_ms, cycle_delay_s     start values of the PDU's settings
    inhibit_relay_control   start value of the PDU's setting, only in generation 4.4
    power_control       false: no outlet is switchable
    well_known_sensors  false: sensors of inlets, outlets and protectors have only references; their
                        well-known ids answer 404
    live                energy counters run with time
    meters              power meters and panels; None: the unit has no power meter controller
    slots               peripheral slots: the first `peripherals` have a device
    """

    outlets: int = 8
    metering: str = "outlet"
    phases: int = 1
    inlets: int = 1
    transfer_switch: bool = False
    standby_current: float = 0.0
    power_control: bool = True
    not_switchable: tuple[int, ...] = ()
    disabled: tuple[int, ...] = ()
    off: tuple[int, ...] = ()
    suspended: tuple[int, ...] = ()
    load_shed: tuple[int, ...] = ()
    no_relay_board: tuple[int, ...] = ()
    stuck: tuple[int, ...] = ()
    names: Mapping[int, str] = field(default_factory=dict)
    listed: tuple[int, ...] = ()
    relay_delay: float = 0.0
    in_rush_guard_ms: int = 200
    cycle_delay_s: int = 10
    inhibit_relay_control: bool = False
    well_known_sensors: bool = True
    live: bool = False
    meters: Optional[tuple[MeterModel, ...]] = None
    slots: int = 8
    peripherals: int = 3
    product: str = "PX3-5190R"
    serial: str = "SIM0000001"
