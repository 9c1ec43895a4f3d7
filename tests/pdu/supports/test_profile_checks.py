"""A profile whose parts are valid but contradict each other is refused before an archive is built
from it.
"""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Optional

import pytest

from handlers.snmp.arcs import Arcs
from handlers.snmp.controls import Control, Guard, Write
from handlers.snmp.evidence import Evidence, EvidenceLevel
from handlers.snmp.measurements import Measurement
from handlers.snmp.objects import Column, Scalar, Span, Spread
from handlers.snmp.outlets import Outlets
from handlers.snmp.parts import check_parts
from handlers.snmp.profile import Profile
from handlers.snmp.profiles import PROFILE_BY_KEY, PROFILES
from handlers.snmp.schema import ProfileError, dumps
from handlers.snmp.states import Condition, State
from handlers.snmp.tables import Source, objects_of
from handlers.snmp.totals import Total
from pdu.supports import own_profiles
from pdu.supports.profile_checks import check_profile, unproven_commands

ENTRY = "1.3.6.1.4.1.99999.2.1.1"
STATUS, CONTROL, LOCK, AMPS, WATTS = (
    Column(f"{ENTRY}.{arc}", name)
    for arc, name in (
        (3, "outletStatus"),
        (4, "outletControl"),
        (5, "outletLock"),
        (6, "outletCurrent"),
        (7, "outletPower"),
    )
)
OTHER_NAME = Column(STATUS.oid, "outletControl")  # the same object under another name
ALL = Scalar("1.3.6.1.4.1.99999.3.0", "stripStates")


def delays(on: Source, off: Source) -> Write:
    """A command that writes a delay of 0 to the object of its verb."""
    return Write(on, on=0, off=0, off_at=off)


def unlocked(at: Source, value: int) -> Write:
    return Write(CONTROL, on=1, off=2, first=(at, value))


def acme(
    control: Optional[Control] = None,
    states: Source = STATUS,
    current: Source = AMPS,
    power: Source = WATTS,
    load: Source = AMPS,
    total: Source = WATTS,
) -> Profile:
    return Profile(
        key="acme-strip",
        vendor="Acme",
        models=("Strip 8",),
        mib="ACME-MIB",
        sys_object_ids=("1.3.6.1.4.1.99999.1",),
        outlets=(
            Outlets(
                states=State(states, on=("1",), off=("2",)),
                control=control or Write(CONTROL, on=1, off=2),
                current=Measurement(current, Decimal("0.1")),
                power=Measurement(power),
            ),
        ),
        load=Total((Measurement(load, Decimal("0.1")),)),
        power=Total((Measurement(total),)),
        evidence=Evidence(
            state=EvidenceLevel.MIB,
            current=EvidenceLevel.MIB,
            power=EvidenceLevel.MIB,
            switching=EvidenceLevel.MIB,
        ),
    )


@pytest.mark.parametrize("profile", PROFILES, ids=lambda profile: str(profile.key))
def test_no_family_contradicts_itself(profile: Profile) -> None:
    assert list(check_profile(profile)) == []


@pytest.mark.parametrize(
    "control",
    [
        Write(CONTROL, on=2, off=1),
        Write(STATUS, on=1, off=2),
        Write(STATUS, on=1, off=3),
        delays(CONTROL, LOCK),
        unlocked(LOCK, 1),
        unlocked(CONTROL, 9),
    ],
)
def test_a_command_that_may_be_right_is_accepted(control: Control) -> None:
    assert list(check_profile(acme(control))) == []


@pytest.mark.parametrize(
    "control, sentence",
    [
        (
            Write(STATUS, on=2, off=1),
            "on writes 2 into the object of the states, where it means off",
        ),
        (
            Write(OTHER_NAME, on="2", off="3"),
            "on writes '2' into the object of the states, where it means off",
        ),
        (
            Write(STATUS, on=3, off=1),
            "off writes 1 into the object of the states, where it means on",
        ),
        (delays(CONTROL, STATUS), "off writes a delay into the object of the states"),
        (
            unlocked(CONTROL, 2),
            "the value 2 that unlocks an outlet already switches it",
        ),
        (
            Write(Spread(STATUS.oid, (Span(1, 8, 1),), tail=""), on=2, off=1),
            "on writes 2 into the object of the states, where it means off",
        ),
        (
            Write(Spread(STATUS.oid, (Span(1, 8, 2),), tail=""), on=1, off=2),
            "on of outlet 1 writes into the row of outlet 2",
        ),
        (
            unlocked(STATUS, 2),
            "on writes 2 into the object of the states, where it means off",
        ),
        (
            delays(Spread(STATUS.oid, (Span(1, 8, 1),), tail=""), CONTROL),
            "on writes a delay into the object of the states",
        ),
        (
            unlocked(Spread(CONTROL.oid, (Span(1, 8, 1),), tail=""), 2),
            "the value 2 that unlocks an outlet already switches it",
        ),
        (
            Write(CONTROL, on=1, off="2"),
            "on writes 1 and off writes '2', which are of different types",
        ),
    ],
)
def test_a_command_against_the_states_is_named(control: Control, sentence: str) -> None:
    assert next(check_profile(acme(control))) == f"profile.outlets[0].control: {sentence}"


CONFIRMED = State(STATUS, on=("1",), off=("2",), crosscheck=ALL)

CONDITIONAL = State(STATUS, on=("1",), off=("2",), conditions=(Condition(ALL, ("1",)),))


def checked_outlets(outlets: Outlets) -> list[str]:
    """What is wrong with the profile if it has these outlets."""
    return list(check_profile(replace(acme(), outlets=(outlets,))))


@pytest.mark.parametrize(
    "states, name",
    [(CONFIRMED, "crosscheck"), (CONDITIONAL, "a condition")],
    ids=["crosscheck", "a condition"],
)
def test_a_state_that_an_object_of_the_whole_device_decides_is_named(
    states: State, name: str
) -> None:
    """In whole tables a Scalar has only the row "0": outlets of a table would be UNKNOWN. A command
    reads the cells of one outlet, in which a Scalar has the same value for every outlet."""
    control = Write(CONTROL, on=1, off=2)
    assert checked_outlets(Outlets(states=states, control=control)) == [
        f"profile.outlets[0].states: {name} is a Scalar, which has no value for each outlet"
        " of a table"
    ]


@pytest.mark.parametrize("states", [CONFIRMED, CONDITIONAL], ids=["crosscheck", "a condition"])
def test_an_object_of_the_whole_device_may_decide_its_only_state(states: State) -> None:
    control = Write(CONTROL, on=1, off=2)
    assert checked_outlets(Outlets(states=replace(states, source=ALL), control=control)) == []


def test_arcs_that_no_index_has_are_refused() -> None:
    with pytest.raises(ValueError, match="give arcs"):
        check_parts(Column(ENTRY, suffix="01"))
    with pytest.raises(ValueError, match="no arc between"):
        check_parts(Arcs(3, 2))


def test_several_figures_of_a_total_are_said_not_to_be_added() -> None:
    scalars = tuple(Measurement(Scalar(f"1.3.6.1.4.1.99999.5.{n}.0")) for n in (1, 2, 3))
    lines = own_profiles.describe(replace(acme(), load=Total(scalars)))
    assert "load (the first of 3 that the PDU has; they are not added)" in lines[0]


def test_a_command_against_the_states_is_named_behind_a_guard() -> None:
    control = Write(STATUS, on=3, off=1)
    (outlets,) = acme(control).outlets
    guard = Guard(LOCK, "it is locked", refuse=("1",))
    assert checked_outlets(replace(outlets, guards=(guard,))) == [
        "profile.outlets[0].control: off writes 1 into the object of the states, where it means on"
    ]


@pytest.mark.parametrize(
    "profile, sentence",
    [
        (acme(current=WATTS), "profile.outlets[0].power: it reads the same object as current"),
        (
            acme(load=Column(WATTS.oid, "lineCurrent")),
            "profile.power: it reads the same object as load",
        ),
        (
            acme(states=Column(ENTRY, "outletEntry")),
            (
                f"profile: the column {ENTRY} contains {ENTRY}.4; one of them is not the OID of "
                "a column"
            ),
        ),
    ],
)
def test_a_figure_that_is_read_twice_and_a_column_that_is_a_table_are_named(
    profile: Profile, sentence: str
) -> None:
    assert sentence in list(check_profile(profile))


def test_a_sys_object_id_below_a_root_that_it_would_select_is_named() -> None:
    assert list(check_profile(replace(acme(), sys_object_ids=("~.1",)))) == [
        "profile: the sysObjectID ~.1 begins with ~; give the whole OID"
    ]


def test_a_profile_that_contradicts_itself_is_not_built(tmp_path: Path) -> None:
    """The states of `acme` read 1 as on; this command would write 2 there to switch on."""
    file = tmp_path / "acme.json"
    file.write_text(dumps(acme(Write(STATUS, on=2, off=1))), "utf-8")
    with pytest.raises(
        ProfileError,
        match=r"profile\.outlets\[0\]\.control: on writes 2 into the object of the states",
    ):
        own_profiles.read_profile(file)


def _exchanged(profile: Profile) -> Profile:
    """The family with commands that write the other word into the states' own object."""
    tables = []
    for outlets in profile.outlets:
        if outlets.states and outlets.control:
            place = next(objects_of([outlets.states.source]))
            exchanged = Write(place, on=outlets.states.off[0], off=outlets.states.on[0])
            outlets = replace(outlets, control=exchanged)
        tables.append(outlets)
    return replace(profile, outlets=tuple(tables))


SWITCHED = [
    profile
    for profile in PROFILES
    if profile.outlets and all(outlets.states and outlets.control for outlets in profile.outlets)
]


@pytest.mark.parametrize("profile", SWITCHED, ids=lambda profile: str(profile.key))
def test_exchanged_words_are_named_in_every_shape_of_a_profile(profile: Profile) -> None:
    faults = list(check_profile(_exchanged(profile)))
    assert any("into the object of the states" in fault for fault in faults), faults


def test_the_commands_of_each_family_are_compared_with_its_states() -> None:
    """But of those that find their outlets by names: which names there are, only a unit knows."""
    unproven = {profile.key for profile in PROFILES if unproven_commands(profile)}
    assert unproven == {"rittal-cmc3", "wti-power"}
    (sentence,) = unproven_commands(PROFILE_BY_KEY["rittal-cmc3"])
    assert sentence == (
        "profile.outlets[0].control: the commands could not be checked, because the rows that they"
        " need are only on a unit: switch a recording of it by them (pdu replay FILE --profile"
        " FILE.json), then one idle outlet"
    )


@pytest.mark.parametrize("key", ["apc-rpdu2", "apc-easy-epdu"])
def test_commands_in_the_rows_of_a_chain_are_checked_like_others(key: str) -> None:
    family = PROFILE_BY_KEY[key]
    outlets = family.outlets[0]
    assert isinstance(outlets.control, Write)
    unlocking = replace(outlets.control, first=(outlets.control.at, outlets.control.on))
    faults = list(check_profile(replace(family, outlets=(replace(outlets, control=unlocking),))))
    assert any("already switches it" in fault for fault in faults), faults
