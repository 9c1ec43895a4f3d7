"""Profiles that are drafted from recordings: which states they find, and which meanings they mark
as doubtful.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
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
from pdu.evidence.draft import mib_parser
from pdu.evidence.draft.columns import NOT_SHOWN, meanings, role_of_units
from pdu.evidence.draft.mib import Mib, Object
from pdu.evidence.draft.mib_parser import parse_mib_files
from pdu.evidence.draft.profile import Draft, draft
from pdu.families.profile_checks import MARK
from pdu.recordings.snmp import snmprec
from pdu.recordings.snmp.recorded_rows import SYS_OBJECT_ID, Arcs, RecordedRows, Rows, SnmpRow, arcs
from pdu_common.helper import EnumPowerStatus
from pdu_common.snmp_client.tool_api import INTEGER, OID
from tests.handlers.snmp import recorded
from tests.needs import ROOT, pysmi
from tests.pdu.evidence.draft import modules
from tests.pdu.evidence.draft.acme import acme, node, tree


class Truth(NamedTuple):
    """The rows and the states that the family of a recording reads."""

    device: SnmpDevice
    rows: set[Arcs]
    states: dict[str, EnumPowerStatus]


def rows_of(name: str) -> Rows:
    return snmprec.parse(recorded.text(name)).rows


def truth_of(rows: Rows) -> Truth:
    device = detection.detect(RecordedRows(rows), PROFILES)
    if device.outlets is None or device.outlets.states is None:
        return Truth(device, set(), {})
    memory = RecordedRows(rows)
    states = device.outlets.states.read_from(Reader(memory, device.reader.root))
    return Truth(device, set(memory.oids_in_answers()), states)


def finds_states(result: Draft, truth: Truth, rows: Rows) -> bool:
    """Whether a drafted column of states has a row that the family also reads."""
    columns = [
        arcs(oid) for role, oid in result.oid_by_role.items() if role in ("state", "confirm")
    ]
    return any(
        oid[: len(column)] == column for column in columns for oid in truth.rows & rows.keys()
    )


def right_or_marked(result: Draft, truth: Truth, rows: Rows) -> bool:
    """Whether no state that the draft reads as on or off contradicts the family.

    If the draft reads outlets as on or off, the family must list at least one of them. If the draft
    reads none of the family's rows, all its values must be marked. A draft without states is right.
    """
    states = result.profile.outlets[0].states if result.profile is not None else None
    if result.profile is None or states is None:
        return True
    if not finds_states(result, truth, rows):
        return all(value.startswith(MARK) for value in (*states.on, *states.off))
    drafted_states = detection.read_as(RecordedRows(rows), result.profile).states
    known_states = {}
    for identity, state in drafted_states.items():
        if state is not EnumPowerStatus.UNKNOWN:
            known_states[_identity_of_family(identity, truth)] = state
    common = known_states.keys() & truth.states.keys()
    if known_states and not common and len(drafted_states) == len(truth.states):
        # a family that names its outlets otherwise than by the row, such as WTI's
        pairs = zip(drafted_states.values(), truth.states.values())
        return all(drafted in (EnumPowerStatus.UNKNOWN, state) for drafted, state in pairs)
    if known_states and not common:
        return False
    return all(truth.states[identity] is known_states[identity] for identity in common)


def _identity_of_family(identity: str, truth: Truth) -> str:
    """The family's identity of a drafted outlet.

    Some indexes of Clever Electronic end in 0. A draft keeps this arc, but the families leave it
    out.
    """
    if identity not in truth.states and identity.endswith(".0"):
        return identity[:-2]
    return identity


@pytest.mark.sample(8)
@pytest.mark.against("recordings of real units, in memory")
@pytest.mark.parametrize("name", recorded.NAMES)
def test_a_draft_without_a_mib_marks_numeric_meanings_and_has_no_command(name: str) -> None:
    rows = rows_of(name)
    result = draft(rows, Mib())
    profile = result.profile
    if profile is None:
        assert "No column looks like" in result.doubts[0]
        return

    assert schema.loads(schema.dumps(profile)) == profile
    assert not profile.is_switched
    assert not any(isinstance(part, Control) for part in parts_of(profile))
    assert right_or_marked(result, truth_of(rows), rows)
    assert result.doubts
    assert all(doubt in profile.note for doubt in result.doubts)
    states = profile.outlets[0].states
    assert states is not None
    # 257 (off) and 259 (on) of ENERGY-OBJECT-MIB are not marked: their names from
    # IANAPowerStateSet-MIB are built in
    for value in (*states.on, *states.off):
        is_number = value.isdigit() and value not in ("257", "259")
        assert value.startswith(MARK) or not is_number


def test_a_column_of_words_with_control_characters_is_not_taken_for_states() -> None:
    table = "1.3.6.1.4.1.99998.1.2.1"
    lines = []
    for index, value in enumerate((b"on\x1b[", b"off\x1b[", b"on\x1b["), 1):
        lines.append(f"{table}.3.{index}|4x|{value.hex()}")
        lines.append(f"{table}.2.{index}|4|outlet {index}")
    rows = snmprec.parse("\n".join(lines)).rows
    assert draft(rows, Mib()).profile is None


def test_without_a_mib_the_states_of_two_recordings_in_three_are_found() -> None:
    hits, total = _counted(None)
    recordings = len(recorded.NAMES)
    print(
        f"\ndraft without MIB: {hits} of {total} recordings with states, {hits} of"
        f" {recordings} with outlets"
    )
    assert 3 * hits >= 2 * recordings


def test_a_mib_gives_the_states_of_nine_recordings_in_ten_and_no_unmarked_meaning_is_wrong(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(pysmi())
    hits, total = _counted(tmp_path)
    print(f"\ndraft with MIB: {hits} of {total} recordings with states")
    assert 10 * hits >= 9 * total


def _counted(folder: Optional[Path]) -> list[int]:
    """Count the recordings whose states the draft finds, and those that have states.

    Assert that no unmarked meaning is wrong. With a folder, each family has a MIB in it.
    """
    hits = total = 0
    for name in recorded.NAMES:
        rows = rows_of(name)
        truth = truth_of(rows)
        mib = Mib()
        if folder is not None:
            text = modules.of_family(truth.device.profile.key)
            if text is not None:
                file = folder / f"{name}.mib"
                file.write_text(text, "utf-8")
                mib = parse_mib_files([str(file)])
        result = draft(rows, mib)
        assert right_or_marked(result, truth, rows), name
        if truth.states:
            total += 1
            hits += finds_states(result, truth, rows)
    return [hits, total]


def test_drafts_of_simulated_devices_have_no_wrong_meaning_without_a_mark() -> None:
    """Families with a recording of a real unit are left out, because the rules were
    tuned on those recordings.
    """
    recorded_families = {recorded.expected(name)["family"] for name in recorded.NAMES}
    hits = total = 0
    for file in sorted((ROOT / "tests" / "recordings").glob("*.snmprec")):
        family = file.stem.partition("_")[0]
        if family in recorded_families:
            continue
        rows = snmprec.parse(file.read_text("utf-8", "surrogateescape")).rows
        truth = _readable(rows)
        if truth is None or len(truth.states) < 2:
            continue
        result = draft(rows, Mib())
        assert right_or_marked(result, truth, rows), file.stem
        total += 1
        hits += finds_states(result, truth, rows)
    print(f"\ndraft without MIB, simulated devices: {hits} of {total}")
    assert total > 30


def _readable(rows: Rows) -> Optional[Truth]:
    """Return the truth about a fixture, or None if its family refuses it or needs a setting to read
    it.
    """
    try:
        return truth_of(rows)
    except PduHandlerError:
        return None


TABLE = arcs("1.3.6.1.4.1.99999.2.1.1")
STATE, CURRENT = (*TABLE, 3), (*TABLE, 5)
ON_OFF = {0: "off", 1: "on"}
State = tuple[tuple[str, ...], tuple[str, ...]]


def mib(*objects: Object) -> Mib:
    return Mib({fact.oid: fact for fact in objects}, ["ACME-MIB"])


def state(
    names: Mapping[int, str], name: str = "outletState", access: str = "", oid: Arcs = STATE
) -> Object:
    return Object(name, "ACME-MIB", oid, access=access, enumeration=dict(names))


def column(values: Sequence[int], oid: Arcs = STATE) -> Rows:
    return {(*oid, index): SnmpRow(INTEGER, value) for index, value in enumerate(values, 1)}


def on_and_off(result: Draft) -> State:
    assert result.profile is not None
    assert result.profile.outlets[0].states is not None
    return result.profile.outlets[0].states.on, result.profile.outlets[0].states.off


@pytest.mark.parametrize(
    "units_of_a, units_of_b, kept",
    [
        ("A", "0.1 A", ""),
        ("A", "Amps", "A"),
        ("0.1 A", "", "0.1 A"),
        ("A", "parts", ""),
    ],
)
def test_a_meter_to_which_two_modules_give_different_units_is_not_taken(
    units_of_a: str, units_of_b: str, kept: str
) -> None:
    syntax = ("SimpleSyntax", "INTEGER")
    trees = []
    for module, units in (("A", units_of_a), ("B", units_of_b)):
        object_node = node(module.lower(), "enterprises", *CURRENT[6:], syntax=syntax)
        trees.append(tree(module, (*object_node, ("UNITS", units))))

    (meter,) = mib_parser.collect_objects(trees)[0].values()
    profile = draft(acme(), mib(meter, state(ON_OFF))).profile

    assert meter.units == kept
    assert meter.doubt == ("" if kept else "two modules define different units of a")
    assert profile is not None
    is_taken = profile.outlets[0].current is not None
    assert is_taken is bool(kept)


@pytest.mark.parametrize(
    "names, on, off",
    [
        ({1: "on", 2: "off"}, [1], [2]),
        ({0: "statusOff", 1: "statusOn", 2: "pendOn"}, [1], [0]),
        ({1: "closed", 2: "open"}, [1], [2]),
        ({1: "immediateOn", 2: "immediateOff", 3: "delayedOn"}, [], []),
        ({257: "ieee1621Off", 259: "ieee1621On"}, [259], [257]),
        ({1: "ok", 2: "alarm"}, [], []),
    ],
)
def test_only_an_unambiguous_name_means_on_or_off(
    names: dict[int, str], on: list[int], off: list[int]
) -> None:
    assert meanings(Object("x", "M", enumeration=names)) == (on, off)


@pytest.mark.parametrize(
    "units, role, scale",
    [
        ("0.01 A", "current", "0.01"),
        ("tenths of Amps", "current", "0.1"),
        ("milliamps", "current", "0.001"),
        ("kWh", "energy", "1"),
        ("Watt hours", "energy", "0.001"),
        ("hundredths of an ampere", "current", "0.01"),
        ("tenth Kilowatt-Hours", "energy", "0.1"),
        ("0.01 Amp-AC-RMS", "current", "0.01"),
        ("kWatts", "power", "1000"),
    ],
)
def test_units_are_read_with_their_scale(units: str, role: str, scale: str) -> None:
    assert role_of_units(units) == (role, Decimal(scale))


@pytest.mark.parametrize(
    "units",
    [
        *("MW", "Watts-AC-RMS", "MA", "seconds", "A/10 or so"),
        "0.00000000000001 A",  # a profile takes no scale below 1e-12
    ],
)
def test_unknown_units_are_not_used(units: str) -> None:
    assert role_of_units(units) is None


@pytest.mark.parametrize(
    "name, access, is_equal_meter",
    [
        pytest.param("outletOverloadCurrent", "", False, id="a limit"),
        pytest.param("outletAverageCurrent", "", False, id="an average"),
        pytest.param("outletSomeCurrent", "read-write", False, id="a setting"),
        pytest.param("outletSomeCurrent", "read-only", False, id="another name"),
        pytest.param("outletActiveCurrent", "read-only", True, id="an equal meter"),
    ],
)
def test_a_limit_an_average_and_one_of_two_equal_meters_are_not_taken(
    name: str, access: str, is_equal_meter: bool
) -> None:
    other = (*TABLE, 4)
    rows = {
        **acme(),
        **column((1, 0) * 4),
        **column(range(1, 9), CURRENT),
        **column(range(101, 109), other),
    }
    facts = mib(
        state(ON_OFF),
        Object(name, "ACME-MIB", other, units="0.1 A", access=access),
        Object("outletCurrent", "ACME-MIB", CURRENT, units="0.1 A"),
    )

    result = draft(rows, facts)

    current = ".".join(map(str, CURRENT))
    assert result.oid_by_role.get("current") == (None if is_equal_meter else current)
    doubts = " ".join(result.doubts)
    assert ("as likely to be the outlets' current" in doubts) is is_equal_meter


def test_a_word_for_off_that_was_not_recorded_is_marked() -> None:
    words = {(*STATE, n): SnmpRow(4, b"On") for n in range(1, 5)}
    result = draft(words, Mib())
    assert on_and_off(result) == (("On",), ("?off",))
    assert any("'off' is only a guess" in doubt for doubt in result.doubts)


@pytest.mark.parametrize("units", ["0.1 A", ""])
def test_totals_over_the_outlets_are_doubted(units: str) -> None:
    result = draft(acme(), mib(Object("outletCurrent", "ACME-MIB", CURRENT, units=units)))
    assert result.profile is not None
    has_load = result.profile.load is not None
    is_doubted = any("sums over the outlets" in doubt for doubt in result.doubts)
    assert has_load is bool(units)
    assert is_doubted is bool(units)


def test_a_column_whose_values_have_names_is_no_meter() -> None:
    names = dict(enumerate(("off", "on", "watchdog", "schedule", "both", "logic")))
    result = draft(column((1, 0, 1, 2, 5)), mib(state(names, access="read-write")))
    assert [guess.role for guess in result.guesses] == ["state"]


@pytest.mark.parametrize(
    "third, doubt",
    [
        pytest.param(
            0, "it can be written, so it may be the command or a setting", id="a name for each"
        ),
        pytest.param(2, "the MIB has no name for some recorded values: 2", id="no name for 2"),
    ],
)
def test_a_value_without_a_name_does_not_give_the_states_to_a_setting(
    third: int, doubt: str
) -> None:
    """NTI's IPDU-S2: an outlet's state is read-write.

    Its normal state is read-only and has the same enumeration.
    """
    normal = (*TABLE, 6)
    facts = mib(
        state(ON_OFF, "rlyOutputValue", "read-write", CURRENT),
        state(ON_OFF, "rlyOutputNormalValue", "read-only", normal),
    )
    rows = {**column((1, 1, third), CURRENT), **column((1, 1, 1), normal)}

    result = draft(rows, facts)

    assert arcs(result.oid_by_role["state"]) == CURRENT
    on, _ = on_and_off(result)
    assert on == (f"{MARK}1",)
    assert result.doubts[0].endswith(f"{doubt}.")


@pytest.mark.parametrize(
    "names, access, doubt",
    [
        pytest.param({"off": 0, "on": 1}, "read-write", "it can be written", id="read-write"),
        pytest.param({"off": 0, "on": 1}, "read-create", "it can be written", id="read-create"),
        pytest.param(
            {"off": 0, "on": 1, "closed": 2}, "read-only", "several names may mean", id="two names"
        ),
    ],
)
def test_a_state_that_may_be_a_command_or_has_two_names_is_marked(
    names: dict[str, int], access: str, doubt: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(pysmi())
    fact = modules.Fact("outletState", ".".join(map(str, STATE)), names, access=access)
    file = tmp_path / "ACME-MIB.txt"
    file.write_text(modules.module("ACME-MIB", [fact]), "utf-8")

    result = draft(acme(), parse_mib_files([str(file)]))

    on, off = on_and_off(result)
    assert all(value.startswith(MARK) for value in (*on, *off))
    assert any(doubt in found_doubt for found_doubt in result.doubts)
    assert result.profile is not None
    states = detection.read_as(RecordedRows(acme()), result.profile).states
    assert set(states.values()) == {EnumPowerStatus.UNKNOWN}


_ON_OFF_WORDS = ("on", "off")

_CONTACT_WORDS = ("closed", "open")

_DOUBTFUL_WORDS = "Overload Alert Fault Warning Led LED Trip Limit Breaker".split()


@pytest.mark.parametrize(
    "name, words, is_marked",
    [
        ("outletState", _ON_OFF_WORDS, False),
        ("outletStatus", _CONTACT_WORDS, False),
        ("unitState", _ON_OFF_WORDS, False),
        ("outletControlledState", _ON_OFF_WORDS, False),
        ("outletInitialState", _ON_OFF_WORDS, True),
        ("outletAlarm", ("enabled", "disabled"), True),
        ("doorStatus", _CONTACT_WORDS, True),
        ("outletFuseState", _CONTACT_WORDS, True),
        *((f"outlet{word}Status", _ON_OFF_WORDS, True) for word in _DOUBTFUL_WORDS),
    ],
)
def test_a_column_that_may_be_a_setting_an_alarm_or_a_contact_is_marked(
    name: str, words: Sequence[str], is_marked: bool
) -> None:
    names_of_values = {1: words[0], 2: words[1]}
    result = draft(column((2, 1, 2, 1)), mib(state(names_of_values, name)))
    on, off = on_and_off(result)
    assert on
    assert off
    for value in (*on, *off):
        assert value.startswith(MARK) is is_marked


@pytest.mark.parametrize(
    "name, is_marked",
    [
        ("outletState", False),
        ("unitState", False),
        ("outletControlledState", False),
        ("outletInitialState", True),
        *((f"outlet{word}Status", True) for word in _DOUBTFUL_WORDS),
    ],
)
def test_a_column_of_words_that_may_be_a_setting_or_an_alarm_is_marked(
    name: str, is_marked: bool
) -> None:
    """The words on and off as strings, without an enumeration."""
    rows = {}
    for index, word in enumerate((b"off", b"on", b"off", b"on"), 1):
        rows[(*STATE, index)] = SnmpRow(4, word)
    result = draft(rows, mib(Object(name, "ACME-MIB", STATE)))
    on, off = on_and_off(result)
    assert on
    assert off
    for value in (*on, *off):
        assert value.startswith(MARK) is is_marked


@pytest.mark.parametrize(
    "values, on, off",
    [
        ((0, 1, 1, 0), "?1", "?0"),
        ((1, 2, 1, 1), "?1", "?2"),
        ((3, 5, 5, 3), "?3", "?5"),
        ((0, 0, 0, 0), "?1", "?0"),
    ],
)
def test_a_column_of_two_numbers_or_of_one_proposes_on_and_off(
    values: tuple[int, ...], on: str, off: str
) -> None:
    rows = column(values)
    for index in range(1, 5):
        rows[(*TABLE, 2, index)] = SnmpRow(4, b"outlet %d" % index)
    result = draft(rows, Mib())
    assert on_and_off(result) == ((on,), (off,))


def string(text: str, at: int = 1) -> Rows:
    """A row of the unit with this text."""
    return {arcs(f"1.3.6.1.4.1.99999.1.{at}.0"): SnmpRow(4, text.encode())}


@pytest.mark.parametrize(
    "text, on, off, is_marked, may_be_contact",
    [
        pytest.param("on,off,on,on", "on", "off", False, False, id="plain words"),
        pytest.param("open,closed,open,open", "?closed", "?open", True, True, id="a contact"),
        pytest.param("0,1,1,0", "?1", "?0", True, False, id="numbers"),
        pytest.param(
            "poweron,poweroff,poweron,poweron", "?poweron", "?poweroff", True, False, id="commands"
        ),
    ],
)
def test_words_of_doubtful_meaning_in_one_string_are_marked_as_in_a_column(
    text: str, on: str, off: str, is_marked: bool, may_be_contact: bool
) -> None:
    result = draft(string(text), Mib())

    assert on_and_off(result) == ((on,), (off,))
    doubt_of_string = result.packed_guesses[0].doubt
    assert bool(doubt_of_string) is is_marked
    assert ("contact or a breaker" in doubt_of_string) is may_be_contact
    asks_to_remove_marks = any("remove the marks" in doubt for doubt in result.doubts)
    assert asks_to_remove_marks is is_marked


def test_a_word_for_off_that_is_not_in_the_string_is_marked() -> None:
    result = draft(string("On,On,On,On"), Mib())
    assert on_and_off(result) == (("On",), ("?off",))
    assert not result.packed_guesses[0].doubt
    assert any("remove the marks" in doubt for doubt in result.doubts)


@pytest.mark.parametrize(
    "first, second, on", [("on,on,on,on", "on,off,on,on", "on"), ("1,1,0,1", "1,1,1,1", "1")]
)
def test_two_strings_of_states_are_equally_likely(first: str, second: str, on: str) -> None:
    """One may be the states that the outlets get at power-on."""
    result = draft({**string(first, 1), **string(second, 2)}, Mib())
    assert on_and_off(result)[0] == (f"?{on}",)
    words = "1.3.6.1.4.1.99999.1.2.0 is as likely to be the states"
    assert any(words in doubt for doubt in result.doubts)


@pytest.mark.parametrize(
    "sys_object_id, key, vendor_is_known",
    [
        pytest.param("2.25.7.7.7.7.7.7", "own-pdu", False, id="a UUID"),
        pytest.param("1.3.6.1.4.1.8072.3.2.10", "own-8072", True, id="Net-SNMP on Linux"),
    ],
)
def test_a_sys_object_id_that_does_not_name_the_device_is_left_out(
    sys_object_id: str, key: str, vendor_is_known: bool
) -> None:
    rows = {**acme(), SYS_OBJECT_ID: SnmpRow(OID, arcs(sys_object_id))}
    profile = draft(rows, Mib()).profile
    assert profile is not None
    assert profile.key == key
    assert profile.sys_object_ids == ()
    assert (profile.vendor != "unknown") is vendor_is_known


@pytest.mark.parametrize(
    "states, on, off, doubt",
    [
        ("off(1) on(2) on(2)", "?2", "?1", "so it may be a command, a setting or an alarm"),
        ("on(1) on(1) on(1)", "?1", "?0", "no recorded value is named off"),
        ("off(1) off(1) off(1)", "?2", "?1", "no recorded value is named on"),
        ("off(1) on(2) 3", "?2", "?1", "the walk has no name for some recorded values: 3"),
        ("1 2 2", "?1", "?2", NOT_SHOWN),
    ],
)
def test_names_of_values_in_a_walk_show_which_is_on_but_stay_marked(
    states: str, on: str, off: str, doubt: str
) -> None:
    """The names of column 2, normal and alarm, are no states."""
    table = ".1.3.6.1.4.1.99999.2.1.1"
    first, second, third = states.split()
    walk = f"""{table}.2.1 = INTEGER: alarm(1)
{table}.3.1 = INTEGER: {first}
{table}.2.2 = INTEGER: normal(2)
{table}.3.2 = INTEGER: {second}
{table}.2.3 = INTEGER: normal(2)
{table}.3.3 = INTEGER: {third}
"""
    parsed = snmprec.parse(walk)

    result = draft(parsed.rows, Mib(), names=parsed.names)

    assert arcs(result.oid_by_role["state"]) == STATE
    assert on_and_off(result) == ((on,), (off,))
    assert doubt in result.doubts[0]
    assert result.profile is not None
    assert result.profile.evidence.state is EvidenceLevel.DRIVER


@pytest.mark.parametrize("hint, is_doubtful", [("d-1", True), ("d", False)])
def test_a_meter_whose_shown_number_has_a_decimal_point_is_not_taken(
    hint: str, is_doubtful: bool
) -> None:
    """The hint d-1 shows 125 as 12.5, so the unit A may be meant for either number."""
    definition = ("typeDeclarationRHS", ("DISPLAY-HINT", hint), ("SimpleSyntax", "Integer32"))
    type_node = ("typeDeclaration", "Tenths", definition)
    object_node = node("outletCurrent", "enterprises", *CURRENT[6:], syntax=("row", "Tenths"))
    module = tree("A", type_node, (*object_node, ("UNITS", "A")))

    (meter,) = mib_parser.collect_objects([module])[0].values()
    profile = draft(acme(), mib(meter, state(ON_OFF))).profile

    assert meter.units == "A"
    assert ("DISPLAY-HINT" in meter.doubt) is is_doubtful
    assert profile is not None
    is_taken = profile.outlets[0].current is not None
    assert is_taken is not is_doubtful


def test_a_column_is_never_confirmed_by_itself() -> None:
    """Two columns of words are equally likely to be the states, and their values differ."""
    first_column, second_column = (*TABLE, 2), (*TABLE, 3)
    rows = {}
    for index, word in enumerate(("on", "off", "on", "off", "on"), 1):
        rows[(*first_column, index)] = SnmpRow(4, word.encode())
    for index, word in enumerate(("off", "on", "on", "off", "off"), 1):
        rows[(*second_column, index)] = SnmpRow(4, word.encode())

    result = draft(rows, Mib())

    assert arcs(result.oid_by_role["state"]) == first_column
    assert "confirm" not in result.oid_by_role
    assert any("is as likely to be the states" in doubt for doubt in result.doubts)


_NAME_COLUMN, _STATE_COLUMN = 2, 3  # of acme()'s table


@pytest.mark.parametrize(
    "column, states, level",
    [
        pytest.param(_NAME_COLUMN, {}, EvidenceLevel.DRIVER, id="another column"),
        pytest.param(_STATE_COLUMN, ON_OFF, EvidenceLevel.MIB, id="its column"),
    ],
)
def test_states_rest_on_a_mib_only_if_it_defines_their_column(
    column: int, states: dict[int, str], level: EvidenceLevel
) -> None:
    result = draft(acme(), mib(state(states, "outletObject", oid=(*TABLE, column))))
    assert arcs(result.oid_by_role["state"]) == STATE
    assert result.profile is not None
    assert result.profile.evidence.state is level


def test_an_identity_leaves_out_a_zero_that_ends_all_rows() -> None:
    rows = {}
    for oid, row in acme().items():
        is_of_table = oid[:7] == TABLE[:7]
        rows[(*oid, 0) if is_of_table else oid] = row
    result = draft(rows, Mib())
    assert result.profile is not None
    device = detection.read_as(RecordedRows(rows), result.profile)
    assert list(device.states) == ["1", "2", "3"]
