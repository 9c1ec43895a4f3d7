"""Units with all states in one string, with an object or column for each outlet, with shifted
command indexes, or with commands that only mark an outlet.

From DigiPower-PDU-MIB, EATON-EPDU-PU-SW-MIB, ATEN-PE-CFG, DCS-MIB and WTI-POWER-MIB with WTI's user
guide.
"""

from __future__ import annotations

from ..device import Device, Effect, Rule
from ..model import Model, Relay, numbered
from .rows import Rows, deciamps, energy_tenths, off_at_first

_REBOOT_S = 1.0
_ATEN_SLOTS = 42
_MARK_ONLY, _EXECUTE = ("1", "2", "3", "4"), ("5", "6", "7", "8")


def digipower(outlets: int = 8, relay_s: float = 0.0) -> Model:
    """DigiPower: all states in one string, 1 on, 0 off. A write replaces the whole string."""
    unit = "1.3.6.1.4.1.17420.1.2.9.1"
    rows = Rows()
    rows.system("DigiPower SWPDU", "1.3.6.1.4.1.17420", "digipower")
    numbers = range(1, outlets + 1)
    rows.put("1.3.6.1.4.1.17420.1.2.5.0", "1,1")
    rows.put("1.3.6.1.4.1.17420.1.2.6.0", ",".join(["0"] + ["-1"] * 15))
    rows.put(f"{unit}.11.0", sum(deciamps(n) for n in numbers))
    rows.put(f"{unit}.13.0", ",".join("0" if off_at_first(n) else "1" for n in numbers))
    for n in numbers:
        rows.put(f"{unit}.14.{n}.0", f"Outlet{n},0,0,0,0")
    states = f"{unit}.13.0"
    rule = Rule(states, longest=32, keep=False, effects=(Effect(states, after=relay_s),))
    return Model(
        "digipower",
        Device(rows, [rule]),
        {str(n): Relay(states, on=("1",), off=("0",), place=n - 1) for n in numbers},
        load=[(f"{unit}.11.0", "0.1")],
        labels=numbered(outlets),
    )


def pulizzi(outlets: int = 8, relay_s: float = 0.0) -> Model:
    """Eaton Pulizzi: below `root`, the state of outlet N is 6.3.N.0 and its command 6.2.(N+1).0;
    6.2.1.0 switches ALL outlets.
    """
    root = "1.3.6.1.4.1.20677.2"
    rows = Rows()
    rows.system("Eaton Pulizzi IPC3402", "1.3.6.1.4.1.20677.2", "pulizzi")
    rules = []
    all_outlets = []
    for n in range(1, outlets + 1):
        state, command = f"{root}.6.3.{n}.0", f"{root}.6.2.{n + 1}.0"
        rows.put(f"{root}.6.1.{n}.1.0", f"Outlet {n}")
        rows.put(state, 2 if off_at_first(n) else 1)
        rows.put(command, 4)
        effects = (
            Effect(state, mapping={"1": "1", "2": "2", "3": "2"}, after=relay_s),
            Effect(state, mapping={"3": "1"}, after=relay_s + _REBOOT_S),
        )
        rules.append(Rule(command, allow=("1", "2", "3", "4"), keep=False, effects=effects))
        all_outlets.append(
            Effect(state, mapping={"1": "1", "2": "2", "3": "1", "4": "2"}, after=relay_s)
        )
    rows.put(f"{root}.6.2.1.0", 0)
    rules.append(
        Rule(
            f"{root}.6.2.1.0",
            allow=("0", "1", "2", "3", "4"),
            keep=False,
            effects=tuple(all_outlets),
        )
    )
    rows.put(f"{root}.8.6.4.2.0", sum(deciamps(n) for n in range(1, outlets + 1)) // 10)
    return Model(
        "eaton-pulizzi",
        Device(rows, rules),
        {str(n): Relay(f"{root}.6.3.{n}.0", on=("1",), off=("2",)) for n in range(1, outlets + 1)},
        load=[(f"{root}.8.6.4.2.0", "1")],
        labels=numbered(outlets),
    )


def aten(outlets: int = 16, relay_s: float = 0.0) -> Model:
    """Aten PE: one object for each outlet. Its sub-identifier is the outlet's number plus 1, from
    outlet 9 on plus 2.

    Sub-identifier 10 is the table of names. Slots beyond the outlets have the state "not supported"
    (7) and figures of -2000000. displayOutletStatus shows the same states in a table, where 6 is
    "not supported". outletnumber is the number of outlets.
    """
    root, absent = "1.3.6.1.4.1.21317.1.3.2.2.2.2", -2_000_000
    rows = Rows()
    rows.system("Aten PE8216", "1.3.6.1.4.1.21317", "pe8216")
    rules = []
    rows.put(f"{root.rpartition('.')[0]}.1.13.0", outlets)
    for n in range(1, _ATEN_SLOTS + 1):
        real = n <= outlets
        shown = f"{root.rpartition('.')[0]}.1.5.1.2.{n}"
        relay = 1 if off_at_first(n) else 2
        rows.put(shown, relay if real else 6)
        state = f"{root}.{n + 1 if n <= 8 else n + 2}.0"
        rows.put(state, relay if real else 7)
        rows.put(f"{root}.10.1.2.{n}", f"outlet {n}" if real else "not-support")
        rows.put(f"{root}.70.1.2.{n}", 2 if real else 1)
        rows.put(f"{root}.99.1.2.{n}", deciamps(n) * 100 if real else absent)
        rows.put(f"{root}.99.1.4.{n}", deciamps(n) * 23_000 if real else absent)
        rows.put(f"{root}.99.1.5.{n}", energy_tenths(n) * 100 if real else absent)
        effects: list[Effect] = []
        for at in (state, shown):
            effects += [
                Effect(at, "3"),
                Effect(at, mapping={"1": "1", "2": "2", "4": "1"}, after=relay_s),
                Effect(at, mapping={"4": "2"}, after=relay_s + _REBOOT_S),
            ]
        rules.append(
            Rule(
                state,
                allow=("1", "2", "4"),
                refuse="" if real else "noAccess",
                keep=False,
                effects=tuple(effects),
            )
        )
    numbers = range(1, outlets + 1)
    device = f"{root.rpartition('.')[0]}.1.99.1"
    rows.put(f"{device}.2.1", sum(deciamps(n) * 100 for n in numbers))
    rows.put(f"{device}.4.1", sum(deciamps(n) * 23_000 for n in numbers))
    rows.put(f"{device}.5.1", sum(energy_tenths(n) * 100 for n in numbers))
    return Model(
        "aten-pe",
        Device(rows, rules),
        {
            str(n): Relay(f"{root}.{n + 1 if n <= 8 else n + 2}.0", on=("2",), off=("1",))
            for n in numbers
        },
        load=[(f"{device}.2.1", "0.001")],
        energy=[(f"{device}.5.1", "0.001")],
        port_energy={str(n): (f"{root}.99.1.5.{n}", "0.001") for n in numbers},
        labels=numbered(outlets),
    )


def wti(outlets: int = 8, relay_s: float = 0.0) -> Model:
    """WTI: actions 1 to 4 (on, off, boot, default) only mark an outlet; 5 to 8 mark it, then
    execute ALL marks.

    WTI does not document action 0. In this simulator it removes the mark.
    """
    table, system = "1.3.6.1.4.1.2634.3.100.200.1", "1.3.6.1.4.1.2634.3.200"
    state, action = f"{table}.3", f"{table}.4"
    rows = Rows()
    rows.system("WTI VMR-8HD20", "1.3.6.1.4.1.2634.6", "vmr")
    numbers = range(1, outlets + 1)
    rows.column(f"{table}.2", {str(n): f"LOCAL - A{n}" for n in numbers})
    rows.column(state, {str(n): 0 if off_at_first(n) else 1 for n in numbers})
    rows.column(action, {str(n): 0 for n in numbers})
    rows.column(f"{table}.5", {str(n): f"Outlet-A{n}" for n in numbers})
    rows.column(f"{table}.7", {str(n): deciamps(n) for n in numbers})
    rows.column(f"{table}.8", {str(n): deciamps(n) * 23 for n in numbers})
    rows.put(f"{system}.60.0", sum(deciamps(n) for n in numbers))
    rows.put(f"{system}.70.0", sum(deciamps(n) * 23 for n in numbers))
    done = {"1": "1", "2": "0", "3": "0", "4": "1", "5": "1", "6": "0", "7": "0", "8": "1"}
    execute = Rule(
        f"{action}.*",
        allow=_EXECUTE,
        effects=(
            Effect(f"{state}.*", source=f"{action}.*", mapping=done, every=True, after=relay_s),
            Effect(
                f"{state}.*",
                source=f"{action}.*",
                mapping={"3": "1", "7": "1"},
                every=True,
                after=relay_s + _REBOOT_S,
            ),
            Effect(f"{action}.*", "0", every=True),
        ),
    )
    return Model(
        "wti-power",
        Device(rows, [Rule(f"{action}.*", allow=("0", *_MARK_ONLY)), execute]),
        {str(n): Relay(f"{state}.{n}", on=("1",), off=("0",)) for n in numbers},
        load=[(f"{system}.60.0", "0.1")],
        labels={str(n): f"A{n}" for n in numbers},
    )


def vertiv_dcs(outlets: int = 16, relay_s: float = 0.0) -> Model:
    """Vertiv DCS: the row is the unit, outlet N is column 51+N, up to 24; 9999 means that there is
    no such outlet.

    Columns 76 to 85 are writable limits, so a command to outlet 25 would change a limit.
    """
    table = "1.3.6.1.4.1.13400.3.2.225.1.1"
    rows = Rows()
    rows.system("MPDU", "1.3.6.1.4.1.2021.250.10", "mpdu")
    rows.put(f"{table}.2.1", 8)
    rows.put(f"{table}.4.1", sum(deciamps(n) for n in range(1, outlets + 1)))
    rows.put(f"{table}.8.1", sum(deciamps(n) * 23 for n in range(1, outlets + 1)) // 10)
    rows.put(f"{table}.13.1", sum(energy_tenths(n) for n in range(1, outlets + 1)) * 10)
    rows.put(f"{table}.51.1", 0)
    rows.put(f"{table}.110.1", outlets)
    rules = []
    for n in range(1, 25):
        state = f"{table}.{51 + n}.1"
        real, relay = n <= outlets, 0 if off_at_first(n) else 1
        rows.put(state, relay if real else 9999)
        rules.append(
            Rule(
                state,
                allow=("0", "1"),
                refuse="" if real else "inconsistentValue",
                keep=False,
                effects=(Effect(state, after=relay_s),),
            )
        )
    for limit in range(76, 86):
        rows.put(f"{table}.{limit}.1", 250)
        rules.append(Rule(f"{table}.{limit}.1", lowest=0, highest=9999))
    numbers = range(1, outlets + 1)
    return Model(
        "vertiv-dcs-mpdu",
        Device(rows, rules),
        {f"1.{n}": Relay(f"{table}.{51 + n}.1", on=("1",), off=("0",)) for n in numbers},
        load=[(f"{table}.4.1", "0.1")],
        energy=[(f"{table}.13.1", "0.01")],
        labels={f"1.{n}": str(n) for n in numbers},
    )
