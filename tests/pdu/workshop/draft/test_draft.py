"""Profiles that are drafted from recordings: which states they find, and which meanings they mark
as doubtful.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from typing import NamedTuple, Optional

import pytest

from handlers.shared.errors import PduHandlerError
from handlers.snmp import detection, schema
from handlers.snmp.controls import Control
from handlers.snmp.device import SnmpDevice
from handlers.snmp.evidence import EvidenceLevel
from handlers.snmp.frozen_value import parts_of
from handlers.snmp.profiles import PROFILES
from handlers.snmp.reader import Reader
from pdu.recordings.families.own_profiles import MARK
from pdu.recordings.snmp import snmprec
from pdu.recordings.snmp.recorded_rows import SYS_OBJECT_ID, Arcs, RecordedRows, Rows, SnmpRow, arcs
from pdu.workshop.draft import mib_parser
from pdu.workshop.draft.columns import NOT_SHOWN, role_of_units
from pdu.workshop.draft.mib import Mib, Object
from pdu.workshop.draft.mib_parser import parse_mib_files
from pdu.workshop.draft.profile import Draft, draft
from pdu_common.helper import EnumPowerStatus
from pdu_common.snmp_client.tool_api import INTEGER, OID
from tests.handlers.snmp import recorded
from tests.needs import ROOT, pysmi
from tests.pdu.workshop.draft import modules
from tests.pdu.workshop.draft.acme import acme, node, tree


class Truth(NamedTuple):
    """The rows and the states that the family of a recording reads."""

    found: SnmpDevice
    rows: set[Arcs]
    states: dict[str, EnumPowerStatus]


def rows_of(name: str) -> Rows:
    return snmprec.parse(recorded.text(name)).rows


def truth(rows: Rows) -> Truth:
    found = detection.detect(RecordedRows(rows), PROFILES)
    if found.outlets is None or found.outlets.states is None:
        return Truth(found, set(), {})
    memory = RecordedRows(rows)
    states = found.outlets.states.read_from(Reader(memory, found.reader.root))
    read = (
        f"{oid}.{index}" if index else oid for oid, held in memory.asked.items() for index in held
    )
    return Truth(found, set(map(arcs, read)), states)


def finds_states(found: Draft, right: Truth, rows: Rows) -> bool:
    """Whether a drafted column of states has a row that the family also reads."""
    chosen = [
        arcs(found.oid_by_role[role]) for role in ("state", "confirm") if role in found.oid_by_role
    ]
    return any(
        oid[: len(column)] == column for column in chosen for oid in right.rows & rows.keys()
    )


def right_or_marked(found: Draft, right: Truth, rows: Rows) -> bool:
    """Whether no state that the draft reads as on or off contradicts the family.

    If the draft reads outlets as on or off, the family must list at least one of them. If the draft
    reads none of the family's rows, all its values must be marked. A draft without states is right.
    Some indexes of Clever Electronic end in 0. A draft keeps this arc, but the families leave it
    out.
    """
    states = found.profile.outlets[0].states if found.profile is not None else None
    if found.profile is None or states is None:
        return True
    if not finds_states(found, right, rows):
        return all(value.startswith(MARK) for value in (*states.on, *states.off))
    drafted = detection.read_as(RecordedRows(rows), found.profile).states
    surely = {
        (
            identity if identity in right.states or not identity.endswith(".0") else identity[:-2]
        ): state
        for identity, state in drafted.items()
        if state is not EnumPowerStatus.UNKNOWN
    }
    common = surely.keys() & right.states.keys()
    return all(right.states[identity] is surely[identity] for identity in common) and bool(
        common or not surely
    )


@pytest.mark.sample(8)
@pytest.mark.against("recordings of real units, in memory")
@pytest.mark.parametrize("name", recorded.NAMES)
def test_a_draft_without_a_mib_marks_numeric_meanings_and_has_no_command(name: str) -> None:
    """257 (off) and 259 (on) of ENERGY-OBJECT-MIB are not marked: their names from
    IANAPowerStateSet-MIB are built in.
    """
    rows = rows_of(name)
    found, right = draft(rows, Mib()), truth(rows)
    if found.profile is None:
        assert "No column looks like" in found.doubts[0]
        return
    assert schema.loads(schema.dumps(found.profile)) == found.profile
    assert not found.profile.is_switched
    assert not any(isinstance(part, Control) for part in parts_of(found.profile))
    assert right_or_marked(found, right, rows)
    assert found.doubts and all(doubt in found.profile.note for doubt in found.doubts)
    states = found.profile.outlets[0].states
    assert states is not None
    assert all(
        value.startswith(MARK) or value in ("257", "259") or not value.isdigit()
        for value in (*states.on, *states.off)
    )


def test_a_column_of_words_with_control_characters_is_not_taken_for_states() -> None:
    table = "1.3.6.1.4.1.99998.1.2.1"
    values = {1: b"on\x1b[", 2: b"off\x1b[", 3: b"on\x1b["}
    lines = [
        f"{table}.3.{index}|4x|{value.hex()}\n{table}.2.{index}|4|outlet {index}"
        for index, value in values.items()
    ]
    assert draft(snmprec.parse("\n".join(lines)).rows, Mib()).profile is None


def test_without_a_mib_the_states_of_two_recordings_in_three_are_found() -> None:
    hits, total = _counted(None)
    print(
        f"\ndraft without MIB: {hits} of {total} recordings with states, {hits} of"
        f" {len(recorded.NAMES)} with outlets"
    )
    assert 3 * hits >= 2 * len(recorded.NAMES)


def test_a_mib_gives_the_states_of_nine_recordings_in_ten_and_no_unmarked_meaning_is_wrong(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(pysmi())
    hits, total = _counted(tmp_path)
    print(f"\ndraft with MIB: {hits} of {total} recordings with states")
    assert 10 * hits >= 9 * total


def _counted(folder: Optional[Path]) -> list[int]:
    """Count the recordings whose states the draft finds, and those that have states.

    Assert that no unmarked meaning is wrong.
    """
    hits = total = 0
    for name in recorded.NAMES:
        rows = rows_of(name)
        right = truth(rows)
        text = modules.of_family(right.found.profile.key) if folder is not None else None
        mib = Mib()
        if folder is not None and text is not None:
            (folder / f"{name}.mib").write_text(text, "utf-8")
            mib = parse_mib_files([str(folder / f"{name}.mib")])
        found = draft(rows, mib)
        assert right_or_marked(found, right, rows), name
        total += bool(right.states)
        hits += bool(right.states) and finds_states(found, right, rows)
    return [hits, total]


def test_drafts_of_simulated_devices_have_no_wrong_meaning_without_a_mark() -> None:
    """Families with a recording of a real unit are left out, because the rules were
    tuned on those recordings.
    """
    seen = {recorded.expected(name)["family"] for name in recorded.NAMES}
    hits = total = 0
    for file in sorted((ROOT / "tests" / "recordings").glob("*.snmprec")):
        rows = snmprec.parse(file.read_text("utf-8", "surrogateescape")).rows
        right = None if file.stem.partition("_")[0] in seen else _readable(rows)
        if right is not None and len(right.states) > 1:
            found = draft(rows, Mib())
            assert right_or_marked(found, right, rows), file.stem
            total += 1
            hits += finds_states(found, right, rows)
    print(f"\ndraft without MIB, simulated devices: {hits} of {total}")
    assert total > 30


def _readable(rows: Rows) -> Optional[Truth]:
    """Return the truth about a fixture, or None if its family refuses it or needs a setting to read
    it.
    """
    try:
        return truth(rows)
    except PduHandlerError:
        return None


@pytest.mark.parametrize(
    "units, kept",
    [
        (("A", "0.1 A"), ""),
        (("A", "Amps"), "A"),
        (("0.1 A", ""), "0.1 A"),
        (("", "0.1 A"), "0.1 A"),
        (("W", "A"), ""),
        (("A", "parts"), ""),
        (("parts", "A"), ""),
    ],
)
def test_a_meter_to_which_two_modules_give_different_units_is_not_taken(
    units: tuple[str, str], kept: str
) -> None:
    from pdu.workshop.draft.mib_parser import collect_objects

    read_as = ("SimpleSyntax", "INTEGER")
    (meter,) = collect_objects(
        [
            tree(
                name,
                (
                    *node(name.lower(), "enterprises", 99999, 2, 1, 1, 5, syntax=read_as),
                    ("UNITS", unit),
                ),
            )
            for name, unit in zip("AB", units)
        ]
    )[0].values()
    assert (meter.units) == (kept)
    assert (meter.doubt) == ("" if kept else "two modules define different units of a")
    state = Object(
        "outletState", "A", arcs("1.3.6.1.4.1.99999.2.1.1.3"), enumeration={0: "off", 1: "on"}
    )
    profile = draft(acme(), Mib({one.oid: one for one in (meter, state)}, ["A", "B"])).profile
    assert profile is not None and (profile.outlets[0].current is not None) == bool(kept)


@pytest.mark.parametrize("hint, marked", [("d-1", True), ("d", False)])
def test_a_meter_whose_shown_number_has_a_decimal_point_is_not_taken(
    hint: str, marked: bool
) -> None:
    """The hint d-1 shows 125 as 12.5, so the unit A may be meant for either number."""
    kind = (
        "typeDeclaration",
        "Tenths",
        ("typeDeclarationRHS", ("DISPLAY-HINT", hint), ("SimpleSyntax", "Integer32")),
    )
    current = (
        *node("outletCurrent", "enterprises", 99999, 2, 1, 1, 5, syntax=("row", "Tenths")),
        ("UNITS", "A"),
    )
    found, _ = mib_parser.collect_objects([tree("A", kind, current)])
    (meter,) = found.values()
    assert (meter.units, "DISPLAY-HINT" in meter.doubt) == ("A", marked)
    state = Object(
        "outletState", "A", arcs("1.3.6.1.4.1.99999.2.1.1.3"), enumeration={0: "off", 1: "on"}
    )
    profile = draft(acme(), Mib({one.oid: one for one in (meter, state)}, ["A"])).profile
    assert profile is not None and (profile.outlets[0].current is None) == marked


@pytest.mark.parametrize(
    "names, on, off",
    [
        ({1: "on", 2: "off"}, [1], [2]),
        ({1: "outletOn", 2: "outletOff"}, [1], [2]),
        ({0: "statusOff", 1: "statusOn", 2: "pendOn"}, [1], [0]),
        ({1: "closed", 2: "open"}, [1], [2]),
        ({1: "immediateOn", 2: "immediateOff", 3: "delayedOn"}, [], []),
        ({257: "ieee1621Off", 259: "ieee1621On"}, [259], [257]),
        ({1: "onPending", 2: "offPending"}, [], []),
        ({1: "ok", 2: "alarm"}, [], []),
    ],
)
def test_only_an_unambiguous_name_means_on_or_off(
    names: dict[int, str], on: list[int], off: list[int]
) -> None:
    from pdu.workshop.draft.columns import meanings

    assert meanings(Object("x", "M", enumeration=names)) == (on, off)


@pytest.mark.parametrize(
    "units, role, value",
    [
        ("0.01 A", "current", "0.01"),
        ("tenths of Amps", "current", "0.1"),
        ("milliamps", "current", "0.001"),
        ("Watts", "power", "1"),
        ("kWh", "energy", "1"),
        ("watt-hours", "energy", "0.001"),
        ("0.1 kWh", "energy", "0.1"),
        ("Watt hours", "energy", "0.001"),
        ("kilowatt hours", "energy", "1"),
        ("hundredths of an ampere", "current", "0.01"),
        ("mW", "power", "0.001"),
        ("MW", "", ""),
        ("tenth Kilowatt-Hours", "energy", "0.1"),
        ("0.1 Kilowatt-Hour", "energy", "0.1"),
        ("0.01 Amp-AC-RMS", "current", "0.01"),
        ("0.1 Amps-AC-RMS", "current", "0.1"),
        ("0.1 Amps (rms)", "current", "0.1"),
        ("centiamps (rms)", "current", "0.01"),
        ("0.1 RMS Amp", "current", "0.1"),
        ("kWatts", "power", "1000"),
        ("Watts-AC-RMS", "", ""),
        ("MA", "", ""),
        ("seconds", "", ""),
        ("", "", ""),
        ("percent", "", ""),
        ("A/10 or so", "", ""),
        ("0.00000000000001 A", "", ""),
    ],
)  # a profile takes no scale below 1e-12
def test_units_are_read_with_their_scale_and_unknown_ones_are_not_used(
    units: str, role: str, value: str
) -> None:
    assert role_of_units(units) == ((role, Decimal(value)) if role else None)


@pytest.mark.parametrize(
    "units, says",
    [
        ("0.1 Volts", "its UNITS '0.1 Volts' are not clearly A, W or kWh"),
        ("", "the recording does not show what it measures"),
    ],
)
def test_the_doubt_about_a_meter_names_units_that_the_mib_gives(units: str, says: str) -> None:
    base = arcs("1.3.6.1.4.1.99999.2.1")
    rows = {
        (*base, column, index): SnmpRow(INTEGER, value)
        for index in range(1, 9)
        for column, value in ((3, index % 2), (4, 2290 + index * 3 % 8))
    }
    objects = {(*base, 4): Object("outletVoltage", "ACME-MIB", (*base, 4), units)}
    doubts = [guess.doubt for guess in draft(rows, Mib(objects)).guesses if guess.role == "current"]
    assert len(doubts) == 1 and doubts[0].startswith(says)


@pytest.mark.parametrize("units", ["0.1 A", ""])
def test_totals_over_the_outlets_are_doubted(units: str) -> None:
    column = arcs("1.3.6.1.4.1.99999.2.1.1.5")
    found = draft(
        acme(),
        Mib({column: Object("outletCurrent", "ACME-MIB", column, units=units)}, ["ACME-MIB"]),
    )
    assert found.profile is not None and (found.profile.load is not None) is bool(units)
    assert any("sums over the outlets" in doubt for doubt in found.doubts) is bool(units)


def test_a_column_whose_values_have_names_is_no_meter() -> None:
    mode = arcs("1.3.6.1.4.1.99999.2.1.1.3")
    rows = {(*mode, index): SnmpRow(2, value) for index, value in enumerate((1, 0, 1, 2, 5), 1)}
    names = dict(enumerate(("off", "on", "watchdog", "schedule", "both", "logic")))
    found = draft(
        rows,
        Mib(
            {mode: Object("npRelayMode", "DKSF", mode, access="read-write", enumeration=names)},
            ["DKSF"],
        ),
    )
    assert [guess.role for guess in found.guesses] == ["state"]
    assert (
        found.doubts[0]
        == "1.3.6.1.4.1.99999.2.1.1.3: it can be written, so it may be the command or a setting."
    )


def test_outlets_in_many_named_states_are_found() -> None:
    column = arcs("1.3.6.1.4.1.99999.2.1.1.3")
    names = dict(enumerate(("off", "on", "pendingOff", "pendingOn", "fault", "locked")))
    rows = {(*column, index): SnmpRow(2, index % 6) for index in range(1, 9)}
    state = Object("outletState", "ACME-MIB", column, access="read-only", enumeration=names)
    found = draft(rows, Mib({column: state}, ["ACME-MIB"])).profile
    assert found is not None and found.outlets[0].states is not None
    assert (found.outlets[0].states.on, found.outlets[0].states.off) == (("1",), ("0",))


@pytest.mark.parametrize(
    "third, doubt",
    [
        (0, "it can be written, so it may be the command or a setting"),
        (2, "the MIB has no name for some recorded values: 2"),
    ],
)
def test_a_value_without_a_name_does_not_give_the_states_to_a_setting(
    third: int, doubt: str
) -> None:
    """NTI's IPDU-S2: an outlet's state is read-write.

    Its normal state is read-only and has the same enumeration.
    """
    entry = arcs("1.3.6.1.4.1.3699.1.1.6.1.7.1.1")
    names = {0: "off", 1: "on"}
    objects = {
        (*entry, 5): Object(
            "rlyOutputValue", "IPDUS2", (*entry, 5), access="read-write", enumeration=names
        ),
        (*entry, 6): Object(
            "rlyOutputNormalValue", "IPDUS2", (*entry, 6), access="read-only", enumeration=names
        ),
    }
    rows = {(*entry, column, index): SnmpRow(2, 1) for column in (5, 6) for index in (1, 2, 3)}
    rows[(*entry, 5, 3)] = SnmpRow(2, third)
    found = draft(rows, Mib(objects, ["IPDUS2"]))
    assert found.oid_by_role["state"] == "1.3.6.1.4.1.3699.1.1.6.1.7.1.1.5"
    assert found.profile is not None and found.profile.outlets[0].states is not None
    assert found.profile.outlets[0].states.on == (f"{MARK}1",)
    assert found.doubts[0].endswith(f"{doubt}.")


@pytest.mark.parametrize(
    "fact, says",
    [
        (
            modules.Fact(
                "outletState", "1.3.6.1.4.1.99999.2.1.1.3", {"off": 0, "on": 1}, access="read-write"
            ),
            "it can be written",
        ),
        (
            modules.Fact(
                "outletState",
                "1.3.6.1.4.1.99999.2.1.1.3",
                {"off": 0, "on": 1},
                access="read-create",
            ),
            "it can be written",
        ),
        (
            modules.Fact(
                "outletState", "1.3.6.1.4.1.99999.2.1.1.3", {"off": 0, "on": 1, "closed": 2}
            ),
            "several names may mean",
        ),
    ],
)
def test_a_state_that_may_be_a_command_or_has_two_names_is_marked(
    fact: modules.Fact, says: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(pysmi())
    file = tmp_path / "ACME-MIB.txt"
    file.write_text(modules.module("ACME-MIB", [fact]), "utf-8")
    found = draft(acme(), parse_mib_files([str(file)]))
    assert found.profile is not None and found.profile.outlets[0].states is not None
    states = found.profile.outlets[0].states
    assert all(value.startswith(MARK) for value in (*states.on, *states.off))
    assert any(says in doubt for doubt in found.doubts)
    assert set(detection.read_as(RecordedRows(acme()), found.profile).states.values()) == {
        EnumPowerStatus.UNKNOWN
    }


@pytest.mark.parametrize(
    "name, values, mark",
    [
        ("outletState", ("on", "off"), ""),
        ("outletStatus", ("closed", "open"), ""),
        ("relayStatus", ("up", "down"), ""),
        ("outletInitialState", ("on", "off"), MARK),
        ("outletAlarm", ("enabled", "disabled"), MARK),
        ("doorStatus", ("closed", "open"), MARK),
        ("outletFuseState", ("closed", "open"), MARK),
        ("outletMeterStatus", ("enabled", "disabled"), MARK),
        ("sensorState", ("active", "inactive"), MARK),
        ("unitState", ("on", "off"), ""),
    ],
)
def test_a_column_that_may_be_a_setting_an_alarm_or_a_contact_is_marked(
    name: str, values: Sequence[str], mark: str
) -> None:
    column = arcs("1.3.6.1.4.1.99999.2.1.1.3")
    objects = [Object(name, "ACME-MIB", column, enumeration=dict(enumerate(values, 1)))]
    texts = {"on", "off"}.issuperset(values)
    rows = [{(*column, index): SnmpRow(2, 1 + index % 2) for index in range(1, 5)}]
    if texts:  # the same words as strings, without an enumeration
        objects.append(Object(name, "ACME-MIB", column))
        rows.append(
            {(*column, index): SnmpRow(4, values[index % 2].encode()) for index in range(1, 5)}
        )
    for object_, held in zip(objects, rows):
        found = draft(held, Mib({column: object_}, ["ACME-MIB"]))
        assert found.profile is not None and found.profile.outlets[0].states is not None
        states = found.profile.outlets[0].states
        assert {value[:1] == MARK for value in (*states.on, *states.off)} == {bool(mark)}


@pytest.mark.parametrize(
    "values, on, off",
    [
        ((1, 1, 1, 1), "?1", "?0"),
        ((0, 1, 1, 0), "?1", "?0"),
        ((1, 2, 1, 1), "?1", "?2"),
        ((1, 3, 1, 1), "?1", "?3"),
        ((3, 5, 5, 3), "?3", "?5"),
        ((0, 2, 2, 0), "?2", "?0"),
        ((0, 0, 0, 0), "?1", "?0"),
    ],
)
def test_a_column_of_two_numbers_or_of_one_proposes_on_and_off(
    values: tuple[int, ...], on: str, off: str
) -> None:
    rows = {
        arcs(f"1.3.6.1.4.1.99999.1.1.2.{index}"): SnmpRow(2, value)
        for index, value in enumerate(values, 1)
    }
    rows.update(
        {
            arcs(f"1.3.6.1.4.1.99999.1.1.3.{index}"): SnmpRow(4, b"outlet %d" % index)
            for index in range(1, 5)
        }
    )
    found = draft(rows, Mib())
    assert found.profile is not None and found.profile.outlets[0].states is not None
    assert (found.profile.outlets[0].states.on) == ((on,))
    assert (found.profile.outlets[0].states.off) == ((off,))


@pytest.mark.parametrize(
    "text, on, off",
    [
        ("on,off,on,on", "on", "off"),
        ("open,closed,open,open", "?closed", "?open"),
        ("0,1,1,0", "?1", "?0"),
        ("poweron,poweroff,poweron,poweron", "?poweron", "?poweroff"),
    ],
)
def test_words_of_doubtful_meaning_in_one_string_are_marked_as_in_a_column(
    text: str, on: str, off: str
) -> None:
    found = draft({arcs("1.3.6.1.4.1.99999.1.1.0"): SnmpRow(4, text.encode())}, Mib())
    assert found.profile is not None and found.profile.outlets[0].states is not None
    assert (found.profile.outlets[0].states.on) == ((on,))
    assert (found.profile.outlets[0].states.off) == ((off,))
    assert (
        bool(found.packed_guesses[0].doubt)
        == (on != "on")
        == any("remove the marks" in doubt for doubt in found.doubts)
    )
    assert ("contact or a breaker" in found.packed_guesses[0].doubt) == ("open" in off)


@pytest.mark.parametrize(
    "first, second, on",
    [
        (b"on,on,on,on", b"on,off,on,on", "on"),
        (b"1,1,0,1", b"1,1,1,1", "1"),
        (b"open,closed,open,open", b"closed,closed,open,open", "closed"),
    ],
)
def test_two_strings_of_states_are_equally_likely(first: bytes, second: bytes, on: str) -> None:
    """One may be the states that the outlets get at power-on."""
    rows = {
        arcs(f"1.3.6.1.4.1.99999.1.{at}.0"): SnmpRow(4, text)
        for at, text in enumerate((first, second), 1)
    }
    found = draft(rows, Mib())
    assert found.profile is not None and found.profile.outlets[0].states is not None
    assert found.profile.outlets[0].states.on == (f"?{on}",)
    assert any(
        "1.3.6.1.4.1.99999.1.2.0 is as likely to be the states" in doubt for doubt in found.doubts
    )


def test_a_description_that_is_not_utf_8_is_read_as_far_as_possible() -> None:
    rows = {
        arcs("1.3.6.1.2.1.1.1.0"): SnmpRow(4, "Gerät PDU".encode("latin-1")),
        arcs("1.3.6.1.4.1.99999.1.1.0"): SnmpRow(4, b"on,off,on,on"),
    }
    found = draft(rows, Mib())
    assert found.profile is not None and found.profile.models == ("Ger\ufffdt PDU",)


def test_a_string_of_states_is_not_taken_if_a_profile_cannot_contain_its_oid() -> None:
    found = draft(snmprec.parse("2.1.1.1.0|4|on,off,on,on\n").rows, Mib())
    assert (found.profile, found.packed_guesses) == (None, [])


def test_a_control_character_in_a_string_of_states_is_escaped_once() -> None:
    found = draft({arcs("1.3.6.1.4.1.99999.1.1.0"): SnmpRow(4, b"on,\toff,on,on")}, Mib())
    assert found.packed_guesses[0].evidence.endswith("in one string: 'on,\\toff,on,on'")


@pytest.mark.parametrize("column, proof", [(2, EvidenceLevel.DRIVER), (3, EvidenceLevel.MIB)])
def test_states_rest_on_a_mib_only_if_it_defines_their_column(
    column: int, proof: EvidenceLevel
) -> None:
    oid = arcs(f"1.3.6.1.4.1.99999.2.1.1.{column}")
    values = {0: "off", 1: "on"} if column == 3 else {}
    found = draft(
        acme(),
        Mib({oid: Object("outletObject", "ACME-MIB", oid, enumeration=values)}, ["ACME-MIB"]),
    )
    assert found.profile is not None and found.oid_by_role["state"] == "1.3.6.1.4.1.99999.2.1.1.3"
    assert found.profile.evidence.state is proof


@pytest.mark.parametrize(
    "sys_object_id, key",
    [
        ("2.25.7.7.7.7.7.7", "own-pdu"),
        ("1.3.6.1.4.1.8072.3.2.10", "own-8072"),
        ("1.3.6.1.4.1.2021.250.10", "own-2021"),
    ],
)
def test_a_sys_object_id_that_does_not_name_the_device_is_left_out(
    sys_object_id: str, key: str
) -> None:
    rows = acme()
    rows[SYS_OBJECT_ID] = SnmpRow(OID, arcs(sys_object_id))
    profile = draft(rows, Mib()).profile
    assert profile is not None and (profile.key, profile.sys_object_ids) == (key, ())
    assert (profile.vendor == "unknown") == (key == "own-pdu")


def test_a_column_is_never_confirmed_by_itself() -> None:
    """Two columns of words are equally likely to be the states, and their values differ."""
    words = {2: "on off on off on".split(), 3: "off on on off off".split()}
    rows = {
        arcs(f"1.3.6.1.4.1.99999.1.1.{column}.{index}"): SnmpRow(4, word.encode())
        for column, column_words in words.items()
        for index, word in enumerate(column_words, 1)
    }
    found = draft(rows, Mib())
    assert found.oid_by_role["state"] == "1.3.6.1.4.1.99999.1.1.2"
    assert "confirm" not in found.oid_by_role
    assert any("is as likely to be the states" in doubt for doubt in found.doubts)


def test_a_lone_column_of_several_units_is_read_whole() -> None:
    rows = snmprec.parse(
        "\n".join(
            f"1.3.6.1.4.1.99999.2.1.1.3.{unit}.{outlet}|2|{outlet % 2}"
            for unit in (1, 2)
            for outlet in range(1, 9)
        )
    ).rows
    found = draft(rows, Mib())
    assert found.oid_by_role["state"] == "1.3.6.1.4.1.99999.2.1.1.3" and found.profile is not None
    assert list(detection.read_as(RecordedRows(rows), found.profile).states)[::8] == ["1.1", "2.1"]


@pytest.mark.parametrize(
    "states, on, off, says",
    [
        (("off(1)", "on(2)", "on(2)"), "?2", "?1", "so it may be a command, a setting or an alarm"),
        (("on(1)", "on(1)", "on(1)"), "?1", "?0", "no recorded value is named off"),
        (("off(1)", "off(1)", "off(1)"), "?2", "?1", "no recorded value is named on"),
        (("off(1)", "on(2)", "3"), "?2", "?1", "the walk has no name for some recorded values: 3"),
        (("1", "2", "2"), "?1", "?2", NOT_SHOWN),
    ],
)
def test_names_of_values_in_a_walk_show_which_is_on_but_stay_marked(
    states: Sequence[str], on: str, off: str, says: str
) -> None:
    """The names of column 2, normal and alarm, are no states."""
    table = ".1.3.6.1.4.1.99999.2.1.1"
    parsed = snmprec.parse(
        "\n".join(
            f"{table}.2.{row} = INTEGER:"
            f" {'normal' if row > 1 else 'alarm'}({1 + (row > 1)})\n{table}.3.{row} = INTEGER:"
            f" {state}"
            for row, state in enumerate(states, 1)
        )
    )
    found = draft(parsed.rows, Mib(), names=parsed.names)
    assert found.profile is not None and found.oid_by_role["state"] == "1.3.6.1.4.1.99999.2.1.1.3"
    read_states = found.profile.outlets[0].states
    assert read_states is not None and (read_states.on, read_states.off) == ((on,), (off,))
    assert says in found.doubts[0] and found.profile.evidence.state is EvidenceLevel.DRIVER


def test_two_columns_whose_values_a_walk_names_alike_must_agree() -> None:
    """Either may be the command or a setting: the walk does not name the objects."""
    table = ".1.3.6.1.4.1.99999.2.1.1"
    parsed = snmprec.parse(
        "\n".join(
            f"{table}.{column}.{row} = INTEGER: {state}"
            for column in (2, 3)
            for row, state in enumerate(("off(1)", "on(2)", "on(2)"), 1)
        )
    )
    found = draft(parsed.rows, Mib(), names=parsed.names)
    assert found.oid_by_role["state"] == "1.3.6.1.4.1.99999.2.1.1.2"
    assert found.oid_by_role["confirm"] == "1.3.6.1.4.1.99999.2.1.1.3"


def test_an_identity_leaves_out_a_zero_that_ends_all_rows() -> None:
    rows = {
        oid + (0,) if oid[:7] == arcs("1.3.6.1.4.1.99999") else oid: row
        for oid, row in acme().items()
    }
    found = draft(rows, Mib())
    assert found.profile is not None
    device = detection.read_as(RecordedRows(rows), found.profile)
    assert list(device.states) == ["1", "2", "3"]
