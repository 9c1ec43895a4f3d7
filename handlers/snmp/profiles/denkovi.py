"""Denkovi: relays on the digital ports P3 and P5 of a DAEnetIP2. The identity is port.pin, 5.2 for
the pin P5.2.

The programs ask for one object at a time by GET, and no source shows a walk, so each pin is a GET.
The object 33 of a port is all its pins at once: it is outside the numbers of the pins.
"""

from ..controls import Write
from ..evidence import DRIVER
from ..objects import Parts, Span, Spread
from ..profile import Profile
from ..states import State
from .language import oid, outlets
from .links import NO_PUBLIC_MIB, public


def _port(number: int, arc: int) -> Spread:
    """The pins of a port, by the maker's number of the port."""
    return Spread(oid(f"19865.1.2.{arc}"), (Span(1, 8, sub=1),), f"pin P{number}.N", by_get=True)


PINS = Parts((("3", _port(3, 1)), ("5", _port(5, 2))))

PROFILES = (
    Profile(
        key="denkovi-daenetip2",
        vendor="Denkovi",
        mib="no MIB is public",
        source=public("drystone/dkrfs", "dkrfs.c"),
        models=("DAEnetIP2 with relay modules",),
        outlets=outlets(State(PINS, on=("1",), off=("0",)), Write(PINS, on=1, off=0)),
        evidence=DRIVER.of("state", "switching"),
        # both write a pin: 1 on, 0 off; the first reads the same object back
        programs=(
            public("drystone/dkrfs", "dkrfs.c"),
            public("webpau/denkovi_daenetip2", "lib/denkovi_daenetip2.rb"),
        ),
        note=(
            "The device cannot be detected: name the family in the setting 'profile'. It lists all"
            " pins, also those without a relay. An analog input may be set to drive a pin of P5."
            f" {NO_PUBLIC_MIB}"
        ),
    ),
)
