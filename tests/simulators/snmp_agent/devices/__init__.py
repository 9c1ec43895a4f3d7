"""The built-in devices by their family's key, and kinds of control, each with a device."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Callable, NamedTuple, Union

from ..model import Model
from . import apc, eaton, guarded, packed, raritan, rpcm, servertech

BUILT_IN: dict[str, Callable[[], Model]] = {
    "apc-masterswitch": apc.masterswitch,
    "apc-rpdu": apc.rpdu,
    "apc-rpdu2": apc.rpdu2,
    "aten-pe": packed.aten,
    "avocent-pm": guarded.avocent,
    "digipower": packed.digipower,
    "eaton-epdu": eaton.epdu,
    "eaton-pulizzi": packed.pulizzi,
    "liebert-mph": guarded.liebert,
    "raritan-px2": raritan.px,
    "rpcm": rpcm.rpcm,
    "schleifenbauer": guarded.schleifenbauer,
    "sentry3": servertech.sentry3,
    "vertiv-dcs-mpdu": packed.vertiv_dcs,
    "wti-power": packed.wti,
}


class Kind(NamedTuple):
    """A kind of control: a device that has it, and the SETs that switch the outlet `identity` off
    and on.

    `off` and `on` are (OID, value) pairs in the order of writing; an int is an INTEGER, text an
    OCTET STRING.
    """

    build: Callable[[], Model]
    identity: str
    off: tuple[tuple[str, Union[int, str]], ...]
    on: tuple[tuple[str, Union[int, str]], ...]


_RELAY_S = 0.05

KINDS: Mapping[str, Kind] = {
    "state and command in one column": Kind(
        apc.masterswitch, "2", ((f"{apc.SPDU_CONTROL}.3.2", 2),), ((f"{apc.SPDU_CONTROL}.3.2", 1),)
    ),
    "command numbers opposite to state numbers, delayed relay": Kind(
        lambda: apc.rpdu2(relay_s=_RELAY_S),
        "2",
        ((f"{apc.RPDU2_CONTROL}.5.2", 2),),
        ((f"{apc.RPDU2_CONTROL}.5.2", 1),),
    ),
    "transitional states": Kind(
        lambda: servertech.sentry3(relay_s=_RELAY_S),
        "1.2.1",
        ((f"{servertech.ACTION}.1.2.1", 2),),
        ((f"{servertech.ACTION}.1.2.1", 1),),
    ),
    "a column for each command, written with a delay in seconds": Kind(
        lambda: eaton.epdu(relay_s=_RELAY_S),
        "0.2",
        ((f"{eaton.OFF}.0.2", 0),),
        ((f"{eaton.ON}.0.2", 0),),
    ),
    "locks": Kind(
        lambda: guarded.liebert(relay_s=_RELAY_S, locked=(5,)),
        "1.2.2",
        (("1.3.6.1.4.1.476.1.42.3.8.50.20.1.100.1.2.2", 0),),
        (("1.3.6.1.4.1.476.1.42.3.8.50.20.1.100.1.2.2", 1),),
    ),
    "unlock, then write": Kind(
        guarded.schleifenbauer,
        "210.2",
        (
            ("1.3.6.1.4.1.31034.12.1.1.2.7.3.1.4.210.2", 1),
            ("1.3.6.1.4.1.31034.12.1.1.2.7.3.1.2.210.2", 0),
        ),
        (
            ("1.3.6.1.4.1.31034.12.1.1.2.7.3.1.4.210.2", 1),
            ("1.3.6.1.4.1.31034.12.1.1.2.7.3.1.2.210.2", 1),
        ),
    ),
    "lock states in the state column": Kind(
        lambda: guarded.avocent(relay_s=_RELAY_S, locked=(6,)),
        "1.1.2",
        (("1.3.6.1.4.1.10418.17.2.5.5.1.6.1.1.2", 3),),
        (("1.3.6.1.4.1.10418.17.2.5.5.1.6.1.1.2", 2),),
    ),
    "all states in one string": Kind(
        packed.digipower,
        "2",
        (("1.3.6.1.4.1.17420.1.2.9.1.13.0", "1,0,1,0,1,1,1,0"),),
        (("1.3.6.1.4.1.17420.1.2.9.1.13.0", "1,1,1,0,1,1,1,0"),),
    ),
    "a command that also executes the marks of other outlets": Kind(
        lambda: packed.wti(relay_s=_RELAY_S),
        "2",
        (("1.3.6.1.4.1.2634.3.100.200.1.4.2", 6),),
        (("1.3.6.1.4.1.2634.3.100.200.1.4.2", 5),),
    ),
    "command index one above state index": Kind(
        packed.pulizzi,
        "2",
        (("1.3.6.1.4.1.20677.2.6.2.3.0", 2),),
        (("1.3.6.1.4.1.20677.2.6.2.3.0", 1),),
    ),
    "an object for each outlet, with a gap": Kind(
        lambda: packed.aten(relay_s=_RELAY_S),
        "9",
        (("1.3.6.1.4.1.21317.1.3.2.2.2.2.11.0", 1),),
        (("1.3.6.1.4.1.21317.1.3.2.2.2.2.11.0", 2),),
    ),
    "a column for each outlet": Kind(
        packed.vertiv_dcs,
        "1.2",
        (("1.3.6.1.4.1.13400.3.2.225.1.1.53.1", 0),),
        (("1.3.6.1.4.1.13400.3.2.225.1.1.53.1", 1),),
    ),
}
