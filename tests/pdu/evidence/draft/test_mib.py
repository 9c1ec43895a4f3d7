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

OFF_FIRST, ON_FIRST = (
    [("enumSpec", [(first, 0), (second, 1)])] for first, second in (("off", "on"), ("on", "off"))
)


@pytest.fixture
def with_pysmi(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(pysmi())


@pytest.mark.parametrize("conventions", [False, True])
@pytest.mark.usefixtures("with_pysmi")
def test_names_units_and_enumerations_come_from_the_mib(conventions: bool, tmp_path: Path) -> None:
    file = tmp_path / "ACME-MIB.txt"
    file.write_text(modules.module("ACME-MIB", ACME, conventions), "utf-8")
    result = draft(acme(), parse_mib_files([str(file)]), "acme-strip")
    assert result.profile is not None
    assert result.profile.key == "acme-strip"
    assert result.profile.mib == "ACME-MIB"
    read_as = detection.read_as(RecordedRows(acme()), result.profile)
    assert [state.name for state in read_as.states.values()] == ["UP", "UP", "DOWN"]
    outlets = result.profile.outlets[0]
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


def apart(folder: Path, *names_: str) -> list[str]:
    """Write these modules of APART to files with other names than the modules, and return the
    paths.
    """
    files = [folder / f"{name.lower()}.txt" for name in names_]
    for file, name in zip(files, names_):
        file.write_text(f"{name} DEFINITIONS ::= BEGIN\n{APART[name]}\nEND\n", "utf-8")
    return list(map(str, files))


@pytest.mark.parametrize("joined", [False, True])
@pytest.mark.parametrize("order", [1, -1])
@pytest.mark.usefixtures("with_pysmi")
def test_types_and_parents_come_from_the_other_given_modules_in_any_order(
    order: int, joined: bool, tmp_path: Path
) -> None:
    files = apart(tmp_path, *list(APART)[::order])
    if joined:
        (tmp_path / "all.txt").write_text(
            "".join(Path(file).read_text("utf-8") for file in files), "utf-8"
        )
    mib = parse_mib_files([str(tmp_path / "all.txt")] if joined else files)
    state = mib.objects[arcs("1.3.6.1.4.1.99999.2.1.1.3")]
    assert (state.name, state.enumeration, state.doubt) == ("outletState", {0: "off", 1: "on"}, "")
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


@pytest.mark.parametrize("given", [False, True])
@pytest.mark.usefixtures("with_pysmi")
def test_units_are_doubtful_if_the_type_is_not_defined_in_the_files_given(
    given: bool, tmp_path: Path
) -> None:
    (tmp_path / "TC-MIB.txt").write_text("""TC-MIB DEFINITIONS ::= BEGIN
IMPORTS TEXTUAL-CONVENTION FROM SNMPv2-TC;
Tenths ::= TEXTUAL-CONVENTION STATUS current DESCRIPTION "0.1" SYNTAX Integer32
END
""")
    (tmp_path / "U-MIB.txt").write_text("""U-MIB DEFINITIONS ::= BEGIN
IMPORTS enterprises, OBJECT-TYPE, Gauge32 FROM SNMPv2-SMI Tenths FROM TC-MIB;
tenths OBJECT-TYPE SYNTAX Tenths UNITS "A" MAX-ACCESS read-only STATUS current DESCRIPTION "x" ::= { enterprises 9 1 }
plain OBJECT-TYPE SYNTAX Gauge32 UNITS "A" MAX-ACCESS read-only STATUS current DESCRIPTION "x" ::= { enterprises 9 2 }
limited OBJECT-TYPE SYNTAX INTEGER (0..99) UNITS "A" MAX-ACCESS read-only STATUS current DESCRIPTION "x" ::= { enterprises 9 3 }
END
""")
    files = ["U-MIB.txt", "TC-MIB.txt"] if given else ["U-MIB.txt"]
    doubts = {
        mib_object.name: mib_object.doubt
        for mib_object in mib_parser.parse_mib_files(
            [str(tmp_path / name) for name in files]
        ).objects.values()
        if mib_object.module == "U-MIB"
    }
    assert (doubts["plain"], doubts["limited"]) == ("", "")
    assert ("is not defined in the files given" in doubts["tenths"]) is not given


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


def test_a_name_defined_in_two_modules_is_resolved_in_the_objects_own_module() -> None:
    def module(name: str, values: Sequence[object], arc: int) -> tuple[object, ...]:
        kind = (
            "typeDeclaration",
            "State",
            ("typeDeclarationRHS", ("SimpleSyntax", "INTEGER", *values)),
        )
        acme_node = node("acme", "enterprises", arc)
        return tree(name, kind, acme_node, node("s", "acme", 1, syntax=("SimpleSyntax", "State")))

    modules_ = [module("A", OFF_FIRST, 7), module("B", ON_FIRST, 8)]
    # C defines neither the type nor the parent
    modules_.append(tree("C", node("u", "enterprises", 9, syntax=("SimpleSyntax", "State"))))
    objects = mib_parser.collect_objects(modules_)[0]
    assert {oid[6:]: fact.enumeration for oid, fact in objects.items()} == {
        (7, 1): {0: "off", 1: "on"},
        (8, 1): {0: "on", 1: "off"},
        (9,): {},
    }


def test_an_object_to_which_two_modules_give_different_enumerations_has_none() -> None:
    from pdu.evidence.draft.mib_parser import collect_objects, merge_objects

    modules_ = [
        tree(
            name, node(name.lower(), "enterprises", 7, syntax=("SimpleSyntax", "INTEGER", *values))
        )
        for name, values in (("A", OFF_FIRST), ("B", ON_FIRST), ("C", OFF_FIRST))
    ]
    both, _ = collect_objects(modules_)
    (merged,) = both.values()
    assert merged.enumeration == {}
    assert merged.doubt == "two modules define different enumerations of a"
    (kept,) = merge_objects(collect_objects(modules_[:1])[0], both).values()
    assert kept.enumeration == {}
    assert kept.doubt == merged.doubt
    (kept,) = merge_objects(both, collect_objects(modules_[:1])[0]).values()
    assert kept.enumeration == {}
    (same,) = collect_objects([modules_[0], modules_[2]])[0].values()
    assert same.enumeration == {0: "off", 1: "on"}
    assert not same.doubt
