"""The draft's facts from MIB files, read by pysmi: names, units, enumerations, textual conventions
and OIDs.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from handlers.snmp import detection
from pdu.evidence.draft import mib_parser
from pdu.evidence.draft.mib_parser import parse_mib_files
from pdu.evidence.draft.profile import draft
from pdu.recordings.snmp.recorded_rows import RecordedRows, arcs
from tests.needs import pysmi
from tests.pdu.evidence.draft import modules
from tests.pdu.evidence.draft.acme import ACME, acme, node, tree

# The enumerations of SYNTAX INTEGER { off(0), on(1) } and of { on(0), off(1) }, as pysmi parses them.
OFF_FIRST = [("enumSpec", [("off", 0), ("on", 1)])]
ON_FIRST = [("enumSpec", [("on", 0), ("off", 1)])]


@pytest.fixture
def with_pysmi(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(pysmi())


@pytest.mark.parametrize("conventions", [False, True], ids=["plain", "textual conventions"])
@pytest.mark.usefixtures("with_pysmi")
def test_names_units_and_enumerations_come_from_the_mib(conventions: bool, tmp_path: Path) -> None:
    file = tmp_path / "ACME-MIB.txt"
    file.write_text(modules.module("ACME-MIB", ACME, conventions), "utf-8")

    profile = draft(acme(), parse_mib_files([str(file)]), "acme-strip").profile

    assert profile is not None
    assert profile.key == "acme-strip"
    assert profile.mib == "ACME-MIB"
    states = detection.read_as(RecordedRows(acme()), profile).states.values()
    assert [state.name for state in states] == ["UP", "UP", "DOWN"]
    outlets = profile.outlets[0]
    assert outlets.states is not None
    assert getattr(outlets.states.source, "object", "") == "outletState"
    assert outlets.current is not None
    assert str(outlets.current.scale) == "0.01"
    assert outlets.control is None
    assert outlets.energy is not None
    assert str(outlets.energy.scale) == "0.001"
    assert getattr(outlets.name, "oid", "") == "1.3.6.1.4.1.99999.2.1.1.2"


# A vendor's modules: the state's type and the parent of its table are each defined in another file.
APART = {
    "ACME-MIB": (
        """IMPORTS OBJECT-TYPE, Integer32 FROM SNMPv2-SMI OnOff FROM ACME-TC strips FROM ACME-PRODUCTS;
        outletTable OBJECT-TYPE SYNTAX SEQUENCE OF OutletEntry MAX-ACCESS not-accessible STATUS current DESCRIPTION ""
            ::= { strips 1 }
        outletEntry OBJECT-TYPE SYNTAX OutletEntry MAX-ACCESS not-accessible STATUS current DESCRIPTION "" INDEX { outletIndex }
            ::= { outletTable 1 }
        OutletEntry ::= SEQUENCE { outletIndex Integer32, outletState OnOff }
        outletIndex OBJECT-TYPE SYNTAX Integer32 MAX-ACCESS read-only STATUS current DESCRIPTION "" ::= { outletEntry 1 }
        outletState OBJECT-TYPE SYNTAX OnOff MAX-ACCESS read-only STATUS current DESCRIPTION "" ::= { outletEntry 3 }"""
    ),
    "ACME-PRODUCTS": "IMPORTS acme FROM ACME-SMI; strips OBJECT IDENTIFIER ::= { acme 2 }",
    "ACME-SMI": (
        "IMPORTS enterprises FROM SNMPv2-SMI; acme OBJECT IDENTIFIER ::= { enterprises 99999 }"
    ),
    "ACME-TC": (
        """IMPORTS TEXTUAL-CONVENTION FROM SNMPv2-TC;
        State ::= INTEGER { off(0), on(1) }
        OnOff ::= TEXTUAL-CONVENTION STATUS current DESCRIPTION "" SYNTAX State"""
    ),
}


def apart(folder: Path, *names: str) -> list[str]:
    """Write these modules of APART to files with other names than the modules, and return the
    paths.
    """
    paths = []
    for name in names:
        file = folder / f"{name.lower()}.txt"
        file.write_text(f"{name} DEFINITIONS ::= BEGIN\n{APART[name]}\nEND\n", "utf-8")
        paths.append(str(file))
    return paths


@pytest.mark.parametrize("joined", [False, True], ids=["a file for each", "one file"])
@pytest.mark.parametrize("names", [list(APART), list(APART)[::-1]], ids=["forward", "backward"])
@pytest.mark.usefixtures("with_pysmi")
def test_types_and_parents_come_from_the_other_given_modules_in_any_order(
    names: list[str], joined: bool, tmp_path: Path
) -> None:
    files = apart(tmp_path, *names)
    if joined:
        all_modules = tmp_path / "all.txt"
        texts = [Path(file).read_text("utf-8") for file in files]
        all_modules.write_text("".join(texts), "utf-8")
        files = [str(all_modules)]

    mib = parse_mib_files(files)

    state = mib.objects[arcs("1.3.6.1.4.1.99999.2.1.1.3")]
    assert state.name == "outletState"
    assert state.enumeration == {0: "off", 1: "on"}
    assert state.doubt == ""
    assert not any("OID" in note for note in mib.notes)


@pytest.mark.usefixtures("with_pysmi")
def test_objects_without_an_oid_are_counted_in_a_note(tmp_path: Path) -> None:
    files = apart(tmp_path, "ACME-MIB", "ACME-TC", "ACME-SMI")
    mib = parse_mib_files(files)
    assert [note for note in mib.notes if "OID" in note] == [
        f"{files[0]}: 4 objects have no OID: also give the files that it imports from"
    ]
    assert not any(mib_object.name == "outletState" for mib_object in mib.objects.values())


@pytest.mark.parametrize(
    "before, after, reason",
    [
        ("on(1)", "on(1), closed(1)", "1 is on and closed"),
        (
            "END",
            'outletSpare OBJECT-TYPE SYNTAX Integer32 MAX-ACCESS read-only STATUS current DESCRIPTION ""'
            " ::= { enterprises 99999 2 1 1 3 } END",
            "1.3.6.1.4.1.99999.2.1.1.3 is outletState and outletSpare",
        ),
    ],
)
@pytest.mark.usefixtures("with_pysmi")
def test_a_number_with_two_names_gives_no_names_and_is_said(
    before: str, after: str, reason: str, tmp_path: Path
) -> None:
    file = tmp_path / "ACME-MIB.txt"
    file.write_text(modules.module("ACME-MIB", ACME).replace(before, after), "utf-8")
    parsed = parse_mib_files([str(file)])
    state = parsed.objects[arcs("1.3.6.1.4.1.99999.2.1.1.3")]
    assert state.enumeration == {}
    assert state.doubt == f"two names for one number: {reason}"
    assert parsed.notes == [
        f"{file}: no names of values and no units are taken of {state.name} ({state.doubt})"
    ]
    result = draft(acme(), parsed)
    assert result.profile is not None
    assert any(state.doubt in doubt for doubt in result.doubts)
    states = result.profile.outlets[0].states
    assert states is not None
    assert states.on == ("?1",)
    assert states.off == ("?0",)


_TC_MIB = """TC-MIB DEFINITIONS ::= BEGIN
IMPORTS TEXTUAL-CONVENTION FROM SNMPv2-TC;
Tenths ::= TEXTUAL-CONVENTION STATUS current DESCRIPTION "0.1" SYNTAX Integer32
END
"""

_U_MIB = """U-MIB DEFINITIONS ::= BEGIN
IMPORTS enterprises, OBJECT-TYPE, Gauge32 FROM SNMPv2-SMI Tenths FROM TC-MIB;
tenths OBJECT-TYPE SYNTAX Tenths UNITS "A" MAX-ACCESS read-only STATUS current DESCRIPTION "x" ::= { enterprises 9 1 }
plain OBJECT-TYPE SYNTAX Gauge32 UNITS "A" MAX-ACCESS read-only STATUS current DESCRIPTION "x" ::= { enterprises 9 2 }
limited OBJECT-TYPE SYNTAX INTEGER (0..99) UNITS "A" MAX-ACCESS read-only STATUS current DESCRIPTION "x" ::= { enterprises 9 3 }
END
"""


@pytest.mark.parametrize("is_given", [False, True])
@pytest.mark.usefixtures("with_pysmi")
def test_units_are_doubtful_if_the_type_is_not_defined_in_the_files_given(
    is_given: bool, tmp_path: Path
) -> None:
    own_file, types_file = tmp_path / "U-MIB.txt", tmp_path / "TC-MIB.txt"
    own_file.write_text(_U_MIB)
    types_file.write_text(_TC_MIB)
    files = [str(own_file), str(types_file)] if is_given else [str(own_file)]

    objects = parse_mib_files(files).objects.values()

    doubts = {mib_object.name: mib_object.doubt for mib_object in objects}
    assert doubts["plain"] == ""
    assert doubts["limited"] == ""
    is_doubtful = "is not defined in the files given" in doubts["tenths"]
    assert is_doubtful is not is_given


@pytest.mark.usefixtures("with_pysmi")
@pytest.mark.against("MIB files of Net-SNMP")
def test_a_published_mib_is_read_with_its_numbers_and_textual_conventions() -> None:
    """UCD-SNMP-MIB: laLoad is ucdavis.10.1.3, ssCpuIdle ucdavis.11.11; prErrorFlag has the type
    UCDErrorFlag.
    """
    file = Path("/usr/share/snmp/mibs/UCD-SNMP-MIB.txt")
    if not file.exists():
        pytest.skip("no MIB files of Net-SNMP: apt-get install libsnmp-base")
    mib = parse_mib_files([str(file)])
    named = {oid: object_.name for oid, object_ in mib.objects.items()}
    ucdavis = arcs("1.3.6.1.4.1.2021")
    assert named[(*ucdavis, 10, 1, 3)] == "laLoad"
    assert named[(*ucdavis, 11, 11)] == "ssCpuIdle"
    assert len(named) > 130
    flag = mib.objects.get((*ucdavis, 2, 1, 100))
    assert flag is not None
    assert flag.name == "prErrorFlag"
    assert flag.enumeration == {0: "noError", 1: "error"}


def _state_module(name: str, values: Sequence[object], arc: int) -> tuple[object, ...]:
    """A module with a type State of these values, and an object of this type below its own acme."""
    right_side = ("typeDeclarationRHS", ("SimpleSyntax", "INTEGER", *values))
    acme_node = node("acme", "enterprises", arc)
    state_node = node("s", "acme", 1, syntax=("SimpleSyntax", "State"))
    return tree(name, ("typeDeclaration", "State", right_side), acme_node, state_node)


def test_a_name_defined_in_two_modules_is_resolved_in_the_objects_own_module() -> None:
    # the last defines neither the type nor the parent
    without_type = tree("C", node("u", "enterprises", 9, syntax=("SimpleSyntax", "State")))
    trees = [_state_module("A", OFF_FIRST, 7), _state_module("B", ON_FIRST, 8), without_type]
    objects, _ = mib_parser.collect_objects(trees)
    assert {oid[6:]: fact.enumeration for oid, fact in objects.items()} == {
        (7, 1): {0: "off", 1: "on"},
        (8, 1): {0: "on", 1: "off"},
        (9,): {},
    }


def _object_module(name: str, values: Sequence[object]) -> tuple[object, ...]:
    """A module with an object of these values, at the same OID in each."""
    syntax = ("SimpleSyntax", "INTEGER", *values)
    return tree(name, node(name.lower(), "enterprises", 7, syntax=syntax))


def test_an_object_to_which_two_modules_give_different_enumerations_has_none() -> None:
    trees = [_object_module("A", OFF_FIRST), _object_module("B", ON_FIRST)]
    objects, _ = mib_parser.collect_objects([*trees, _object_module("C", OFF_FIRST)])
    (merged,) = objects.values()
    assert merged.enumeration == {}
    assert merged.doubt == "two modules define different enumerations of a"


def test_an_object_without_an_enumeration_for_doubt_gets_none_of_a_further_file() -> None:
    first = _object_module("A", OFF_FIRST)
    doubtful, _ = mib_parser.collect_objects([first, _object_module("B", ON_FIRST)])
    (doubtful_object,) = doubtful.values()
    clear, _ = mib_parser.collect_objects([first])
    for merged in (
        mib_parser.merge_objects(clear, doubtful),
        mib_parser.merge_objects(doubtful, clear),
    ):
        (kept,) = merged.values()
        assert kept.enumeration == {}
        assert kept.doubt == doubtful_object.doubt


def test_an_object_to_which_two_modules_give_the_same_enumeration_has_it() -> None:
    trees = [_object_module("A", OFF_FIRST), _object_module("C", OFF_FIRST)]
    objects, _ = mib_parser.collect_objects(trees)
    (same,) = objects.values()
    assert same.enumeration == {0: "off", 1: "on"}
    assert not same.doubt
