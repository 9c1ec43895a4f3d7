"""NETIO: PowerPDU, PowerBOX and PowerDIN of NETIO-PRODUCTS-NETIO-MIB.

Figures of 0 and -1 are not used: there may be no meter.
"""

from ..computed import Number
from ..controls import Write
from ..evidence import SIMULATED
from ..profile import Profile
from ..states import State
from .language import column, figure, oids, outlets, scalar, total
from .links import pysnmp_mibs
from .scales import ONES, THOUSANDTHS

NOT_MEASURED = ("0", "-1")
NO_METER = ("0",)

STATE = column("47952.1.1.1.3", "netioOutputState")

PROFILES = (
    Profile(
        key="netio",
        vendor="NETIO",
        mib="NETIO-PRODUCTS-NETIO-MIB",
        source=pysnmp_mibs("pysnmp_mibs/NETIO-PRODUCTS-NETIO-MIB.py"),
        models=("PowerPDU 4PS, 4C, 4KS", "PowerBOX", "PowerDIN"),
        sys_object_ids=oids("47952"),
        outlets=outlets(
            State(STATE, on=("1",), off=("0",)),
            Write(column("47952.1.1.1.5", "netioOutputAction"), on=1, off=0),
            # the printed number: in some firmware the index is NUMBER.0.
            number=Number(STATE, position=0),
            name=column("47952.1.1.1.2", "netioOutputName"),
            current=figure(
                column("47952.1.1.1.28", "netioOutputCurrent"), THOUSANDTHS, NOT_MEASURED
            ),
            power=figure(column("47952.1.1.1.25", "netioOutputLoad"), ONES, NOT_MEASURED),
            energy=figure(column("47952.1.1.1.26", "netioOutputEnergy"), THOUSANDTHS, NOT_MEASURED),
        ),
        load=total(
            figure(scalar("47952.1.2.3.0", "netioTotalCurrent"), THOUSANDTHS, padding=NO_METER),
            else_outlets=True,
        ),
        power=total(
            figure(scalar("47952.1.2.5.0", "netioTotalLoad"), padding=NO_METER), else_outlets=True
        ),
        energy=total(
            figure(scalar("47952.1.2.6.0", "netioTotalEnergy"), THOUSANDTHS, NOT_MEASURED),
            else_outlets=True,
        ),
        evidence=SIMULATED,
        # writes netioOutputAction: 0 before the computer sleeps, 1 after it
        programs=("a script in /lib/systemd/system-sleep for outlets 1 and 4 (shell)",),
    ),
)
