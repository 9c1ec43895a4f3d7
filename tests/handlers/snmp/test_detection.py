from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Optional

import pytest

from handlers.shared.errors import Denied, PduHandlerError, ProtocolError, Unreachable, Unsupported
from handlers.snmp.detection import SYS_DESCR, SYS_OBJECT_ID, candidates, detect, read_as
from handlers.snmp.evidence import Evidence, EvidenceLevel
from handlers.snmp.figures import Measurement, Total
from handlers.snmp.frozen_value import replace
from handlers.snmp.outlets import Outlets
from handlers.snmp.profile import Profile, is_below
from handlers.snmp.profiles import PROFILES
from handlers.snmp.read_scope import VIEW_FIGURES
from handlers.snmp.sources import Column, Complete, Scalar
from handlers.snmp.states import State
from pdu_common.helper import EnumPowerStatus
from tests.handlers.snmp import units
from tests.handlers.snmp.memory import Memory, Value, of_rows, plain, table
from tests.handlers.snmp.units import find
from tests.recordings import Fixture, fixture
from tests.simulators.snmp_agent import BUILT_IN, Row

UP, DOWN, UNKNOWN = EnumPowerStatus.UP, EnumPowerStatus.DOWN, EnumPowerStatus.UNKNOWN
ACME = "1.3.6.1.4.1.99999"
EVIDENCE = Evidence(state=EvidenceLevel.MIB)


def family(
    key: str,
    *sys_object_ids: str,
    below: str = "",
    sweep: bool = False,
    count: Optional[Scalar] = None,
) -> Profile:
    column = Column(f"{ACME}.{below or key[-1]}.3")
    states = State(column, on=("1",), off=("2",))
    return Profile(
        key,
        "Acme",
        (key,),
        "ACME-MIB",
        sys_object_ids,
        sweep=sweep,
        evidence=EVIDENCE,
        outlets=(Outlets(states=states, count=count),),
    )


def device(sys_object_id: Optional[str], *tables: str) -> Memory:
    """A device with an outlet that is on and one that is off in each table, by its arc below
    ACME."""
    objects: dict[str, Value] = {SYS_DESCR: "Acme\x1b PDU"}
    if sys_object_id is not None:
        objects[SYS_OBJECT_ID] = sys_object_id
    for below in tables:
        objects.update(table(f"{ACME}.{below}.3", {"1": 1, "2": 2}))
    return Memory(objects)


OLD, NEW, OTHER = (
    family("acme-1", f"{ACME}.1", ACME),
    family("acme-2", f"{ACME}.2", ACME),
    family("acme-3", f"{ACME}.30"),
)


def test_a_list_of_outlets_with_a_row_that_stands_for_missing_ones_is_an_error() -> None:
    of_three = Complete(Column(f"{ACME}.1.3"), least=3)
    outlets = Outlets(states=State(of_three, ("1",), ("2",)))
    with pytest.raises(ProtocolError, match="lacks a row"):
        detect(device(f"{ACME}.1", "1"), (replace(OLD, outlets=(outlets,)),))


@pytest.mark.parametrize(
    "sys_object_id, tables, key",
    [
        (f"{ACME}.1", ["1", "2"], "acme-1"),  # acme-1 has the longest prefix that fits
        (f"{ACME}.2.7", ["1", "2"], "acme-2"),
        # acme-1 has no rows, so the next family is tried
        (f"{ACME}.1", ["2"], "acme-2"),
        (ACME, ["1", "2"], "acme-2"),  # families that fit equally keep their order
        (f"{ACME}.300", ["1", "3"], "acme-1"),  # .300 is not below .30
        (f".{ACME}.2", ["1", "2"], "acme-2"),  # some agents send a leading dot
        # the platform may return names for the first arcs
        (f"iso{ACME[1:]}.2", ["1", "2"], "acme-2"),
        (f"SNMPv2-SMI::enterprises{ACME[len('1.3.6.1.4.1') :]}.2", ["1", "2"], "acme-2"),
        (f"enterprises{ACME[len('1.3.6.1.4.1') :]}.2", ["1", "2"], "acme-2"),
    ],
)
def test_the_longest_prefix_by_arcs_is_tried_first(
    sys_object_id: str, tables: Sequence[str], key: str
) -> None:
    """`tables`: the arcs below ACME with rows of outlets: .1 is of acme-1."""
    snmp_device = detect(device(sys_object_id, *tables), (NEW, OLD, OTHER))
    assert snmp_device.profile.key == key
    assert snmp_device.states == {"1": UP, "2": DOWN}


def test_the_families_of_each_recorded_sys_object_id_are_all_that_match_it() -> None:
    """Also of one that is longer, shorter, or beside it."""
    rows = [unit.rows[SYS_OBJECT_ID] for unit in units.FIXTURES if SYS_OBJECT_ID in unit.rows]
    recorded_oids = {str(plain(row)) for row in rows if "." in str(plain(row))}
    assert len(recorded_oids) > 90
    for recorded_oid in recorded_oids:
        parent, _, last_arc = recorded_oid.rpartition(".")
        for oid in (recorded_oid, f"{recorded_oid}.1", parent, f"{parent}.{last_arc}0"):
            matching = [profile for profile in PROFILES if profile.match(oid)]
            matching.sort(key=lambda profile: profile.match(oid), reverse=True)
            keys = dict.fromkeys(family.profile.key for family in candidates(oid, PROFILES))
            assert list(keys) == [profile.key for profile in matching], oid


METER = Profile(
    "acme-meter",
    "Acme",
    ("M",),
    "ACME-MIB",
    (f"{ACME}.1",),
    load=Total((Measurement(Scalar(f"{ACME}.9.0")),)),
    evidence=Evidence(current=EvidenceLevel.MIB),
)


def test_a_family_that_only_meters_is_tried_after_families_with_states() -> None:
    with_states = device(f"{ACME}.1", "1")
    with_states.put(f"{ACME}.9.0", 5)
    without_states = device(f"{ACME}.1")
    without_states.put(f"{ACME}.9.0", 5)

    switched = detect(with_states, (METER, OLD))
    metered = detect(without_states, (METER, OLD))

    assert switched.profile.key == "acme-1"
    assert metered.profile is METER
    assert metered.outlets is None
    assert metered.states == {}


def test_a_family_without_outlets_is_detected_by_sys_object_id_alone_if_it_comes_first() -> None:
    without_states = device(f"{ACME}.1")
    for detected in (detect(without_states, (METER, OLD)), read_as(without_states, METER)):
        assert detected.profile is METER
        assert detected.outlets is None
        assert detected.states == {}

    with_states = device(f"{ACME}.1", "1")
    assert detect(with_states, (METER, OLD)).profile.key == "acme-1"
    # METER is the second candidate
    with pytest.raises(Unsupported):
        detect(without_states, (OLD, METER))


def test_a_device_without_outlets_is_of_no_family_with_outlets() -> None:
    without_states = device(f"{ACME}.1")
    with pytest.raises(Unsupported):
        detect(without_states, (OLD, NEW))


def test_a_fixed_family_without_outlets_needs_its_sys_object_id() -> None:
    other_sys_object_id = device(f"{ACME}.3")
    with pytest.raises(Unsupported):
        read_as(other_sys_object_id, METER)


def test_a_family_without_outlets_is_detected_by_its_meters_even_if_none_measures() -> None:
    second = replace(METER, key="acme-second", load=Total((Measurement(Column(f"{ACME}.8")),)))
    memory = device(f"{ACME}.1")
    memory.put(f"{ACME}.8.1", "--")
    assert detect(memory, (OLD, METER, second)).profile.key == "acme-second"

    memory.put(f"{ACME}.9.0", 5)
    measured_first = detect(memory, (OLD, second, METER))
    assert measured_first.profile.key == "acme-meter"


COUNTED = family("acme-5", ACME, below="5", count=Scalar(f"{ACME}.5.1.0"))


@pytest.mark.parametrize("count", [2, 1, 0, -1, "n/a", 65535, 2**32 - 1])
def test_a_count_that_is_reached_or_unreadable_is_accepted(count: Value) -> None:
    memory = device(ACME, "5")
    memory.put(f"{ACME}.5.1.0", count)
    assert list(detect(memory, (COUNTED,)).states) == ["1", "2"]


@units.EVERY_ROW
def test_another_device_with_the_number_of_a_family_has_no_empty_statistic(unit: Fixture) -> None:
    """A device that has the system group of the unit alone."""
    profile = units.FAMILIES[unit.key]
    figures: list[object] = [*profile.totals]
    for outlets in profile.outlets:
        figures += (outlets.current, outlets.power, outlets.energy)
    if not profile.outlets or not any(figures):
        return
    system_group = {oid: row for oid, row in unit.rows.items() if is_below(oid, "1.3.6.1.2.1.1")}
    with pytest.raises(PduHandlerError):
        find(unit, of_rows(system_group), VIEW_FIGURES)


@pytest.mark.parametrize("tables", [["5"], []], ids=["two outlets", "no outlet"])
def test_fewer_outlets_than_the_device_counts_are_an_error(tables: Sequence[str]) -> None:
    memory = device(ACME, *tables)
    memory.put(f"{ACME}.5.1.0", 24)
    with pytest.raises(ProtocolError, match="counts 24 outlets, but it listed"):
        detect(memory, (COUNTED,))


@pytest.mark.parametrize(
    "counts",
    [
        {},
        {"1": 3},
        {"1": 3, "2": "n/a"},
        {"1": "", "2": 2},
        {"1": 3, "2": -1},
        {"1": 3, "2": 65535},
    ],
)
def test_outlets_without_a_state_are_listed_if_the_count_of_a_unit_is_missing_or_unreadable(
    counts: dict[str, Value],
) -> None:
    """Otherwise a unit whose count is lost would lose its outlets without a state."""
    profile = Profile(
        "acme-7",
        "Acme",
        ("7",),
        "ACME-MIB",
        (ACME,),
        evidence=EVIDENCE,
        outlets=(
            Outlets(
                states=State(Column(f"{ACME}.3"), ("1",), ("2",)),
                rows=Column(f"{ACME}.7"),
                count=Column(f"{ACME}.9"),
            ),
        ),
    )
    names = dict.fromkeys(("1.1", "1.2", "1.3", "2.1", "2.2"), "x")
    memory = Memory(
        {
            SYS_OBJECT_ID: ACME,
            **table(f"{ACME}.3", {"1.1": 1, "1.2": 2, "2.1": 1}),
            **table(f"{ACME}.7", names),
            **table(f"{ACME}.9", counts),
        }
    )
    assert detect(memory, (profile,)).states == {
        "1.1": UP,
        "1.2": DOWN,
        "2.1": UP,
        "1.3": UNKNOWN,
        "2.2": UNKNOWN,
    }


SWEPT = (family("acme-1", sweep=True), family("acme-2", sweep=True), family("acme-3", f"{ACME}.30"))


@pytest.mark.parametrize(
    "sys_object_id",
    [
        *(None, "", "0.0", ".0.10.43.6.1.4.1", "1.3.6.1.4.1.0", "1.3.6.1.4.1", "noSuch"),
        "1.3.6.1.2.1.1",
    ],
)
def test_without_a_usable_sys_object_id_the_sweep_families_are_tried_in_order(
    sys_object_id: Optional[str],
) -> None:
    memory = device(sys_object_id, "2", "3")
    assert detect(memory, SWEPT).profile.key == "acme-2"
    assert memory.asked[1:] == [f"walk {ACME}.1.3", f"walk {ACME}.2.3"]


@pytest.mark.parametrize("key", [profile.key for profile in PROFILES if profile.unseen])
def test_a_family_whose_sys_object_id_was_seen_on_no_unit_is_found_without_one(key: str) -> None:
    rows = {oid: row for oid, row in fixture(key).rows.items() if oid != SYS_OBJECT_ID}
    assert detect(of_rows(rows), PROFILES).profile.key == key


@pytest.mark.parametrize(
    "key, requests", [("cpi-econnect", 6), ("dli-energy-object", 4), ("npdu", 5)]
)
def test_families_of_unseen_numbers_are_probed_after_those_whose_units_have_none(
    key: str, requests: int
) -> None:
    rows = {oid: row for oid, row in fixture(key).rows.items() if oid != SYS_OBJECT_ID}
    memory = of_rows(rows)
    assert detect(memory, PROFILES).profile.key == key
    assert len(memory.asked) <= requests


@pytest.mark.parametrize("key", ["tripplite-12x-ups", "tripplite-legacy-pdu"])
def test_poweralert_12_answers_the_makers_number_alone(key: str) -> None:
    """LibreNMS's definition of poweralert has the same number."""
    unit = fixture(key)
    memory = of_rows(unit.rows)
    memory.put(SYS_OBJECT_ID, "1.3.6.1.4.1.850")
    device = detect(memory, PROFILES)
    assert device.profile.key == key
    assert device.states == find(unit, of_rows(unit.rows)).states


def test_a_device_with_an_unknown_sys_object_id_is_not_probed_for_sweep_families() -> None:
    memory = device(f"{ACME}.77", "2")
    with pytest.raises(Unsupported):
        detect(memory, SWEPT)
    assert memory.asked == [f"get {SYS_OBJECT_ID}", f"get {SYS_DESCR}"]


def test_the_error_for_an_unknown_device_names_what_was_read_and_the_next_step() -> None:
    with pytest.raises(Unsupported) as error_info:
        detect(device(f"{ACME}.77"), (NEW, OLD, OTHER))
    sentence = str(error_info.value)
    assert f"sysObjectID {ACME}.77" in sentence
    assert "sysDescr 'Acme PDU'" in sentence
    assert "tried acme-2, acme-1" in sentence
    assert "record" in sentence
    assert "'profile'" in sentence


@pytest.mark.parametrize("object_id, word", [(None, "none"), ("", "empty"), ("\0", "empty")])
def test_the_error_for_an_unknown_device_says_that_it_has_no_sys_object_id(
    object_id: Optional[str], word: str
) -> None:
    with pytest.raises(Unsupported, match=f"sysObjectID {word}, sysDescr"):
        detect(device(object_id), (NEW, OLD, OTHER))


class FailingMemory(Memory):
    """A device that raises `errors[oid]` instead of answering a GET or walk of that OID."""

    def __init__(self, objects: Mapping[str, Value], errors: Mapping[str, PduHandlerError]) -> None:
        super().__init__(objects)
        self._errors = errors

    def get(self, oid: str) -> Optional[Value]:
        value = super().get(oid)
        if oid in self._errors:
            raise self._errors[oid]
        return value

    def walk(self, oid: str) -> Mapping[str, Value]:
        rows = super().walk(oid)
        if oid in self._errors:
            raise self._errors[oid]
        return rows


@pytest.mark.parametrize("answers", [{}, table(f"{ACME}.2.3", {"1": 1})])
@pytest.mark.parametrize("error", [Unreachable("silence"), Denied("no")])
def test_without_an_answer_with_the_sys_object_id_no_family_is_tried(
    answers: Mapping[str, Value], error: PduHandlerError
) -> None:
    """A sweep family may also fit the device, but number its outlets differently."""
    memory = FailingMemory(answers, {SYS_OBJECT_ID: error})
    with pytest.raises(type(error)):
        detect(memory, SWEPT)
    assert memory.asked == [f"get {SYS_OBJECT_ID}"]


@pytest.mark.parametrize("broken", ["1", "2"])
def test_a_broken_walk_is_an_error_and_no_further_family_is_tried(broken: str) -> None:
    memory = FailingMemory(
        {SYS_OBJECT_ID: ACME, **table(f"{ACME}.1.3", {"1": 1})},
        {f"{ACME}.{broken}.3": Unreachable("lost")},
    )
    with pytest.raises(Unreachable):
        detect(memory, (NEW, OLD))
    assert memory.asked[-1] == f"walk {ACME}.{broken}.3"


def test_a_fixed_family_is_not_replaced_by_another() -> None:
    with pytest.raises(
        Unsupported, match="'acme-2' .*fixed by the setting 'profile' or by the archive's build"
    ):
        read_as(device(ACME, "1"), NEW)


@pytest.mark.parametrize(
    "groups, key",
    [
        (["rPDU2", "rPDU", "sPDU"], "apc-rpdu2"),
        (["rPDU", "sPDU"], "apc-rpdu"),
        (["sPDU"], "apc-masterswitch"),
    ],
)
def test_the_richest_table_of_an_apc_unit_is_read(groups: Sequence[str], key: str) -> None:
    """`groups`: those of PowerNet-MIB that the unit has."""
    hardware = "1.3.6.1.4.1.318.1.1"
    oid_by_group = {"rPDU2": f"{hardware}.26", "rPDU": f"{hardware}.12", "sPDU": f"{hardware}.4"}
    row_by_oid: dict[str, Row] = {}
    for oid, row in BUILT_IN["apc-rpdu2"]().device.rows().items():
        is_in_group = any(is_below(oid, oid_by_group[group]) for group in groups)
        if is_in_group or not is_below(oid, "1.3.6.1.4.1.318"):
            row_by_oid[oid] = row
    memory = of_rows(row_by_oid)
    memory.put(SYS_OBJECT_ID, "1.3.6.1.4.1.318")
    assert detect(memory, PROFILES).profile.key == key


def test_a_server_board_with_sys_object_id_of_aten_is_refused_after_at_most_ten_requests() -> None:
    device = Memory(
        {SYS_OBJECT_ID: "1.3.6.1.4.1.21317", SYS_DESCR: "a server's management controller"}
    )
    with pytest.raises(Unsupported):
        detect(device, PROFILES)
    assert len(device.asked) <= 10, device.asked


NUMBERED = Outlets(
    states=State(Column(f"{ACME}.2.1"), on=("1",), off=("2",), absent=("-1",)),
    none_if_zero=Column(f"{ACME}.3"),
    counts_unlisted=True,
)
COUNTING = Profile(
    "acme",
    "Acme",
    ("A",),
    "ACME-MIB",
    (ACME,),
    outlets=(NUMBERED,),
    load=Total((Measurement(Scalar(f"{ACME}.9.0")),)),
    evidence=Evidence(state=EvidenceLevel.MIB, current=EvidenceLevel.MIB),
)


def counting(counts: dict[str, Value], **rows: Value) -> Memory:
    states = {f"{ACME}.2.1.{index.strip('_')}": value for index, value in rows.items()}
    return Memory({SYS_OBJECT_ID: ACME, f"{ACME}.9.0": 5, **table(f"{ACME}.3", counts), **states})


@pytest.mark.parametrize(
    "counts", [{}, {"1": 8}, {"1": 0, "2": 8}, {"1": -1}, {"1": ""}, {"1": "none"}], ids=str
)
def test_a_number_of_outlets_that_is_not_0_on_every_unit_proves_nothing(
    counts: dict[str, Value],
) -> None:
    """With `counts_unlisted`, a number above 0 does not contradict `metered_only`: a unit that only
    meters may count outlets that it does not list.
    """
    device = counting(counts)
    with pytest.raises(ProtocolError, match="nothing proves that it has none"):
        detect(device, (COUNTING,))
    metered = detect(device, (COUNTING,), metered_only=True)
    assert dict(metered.states) == {}


def test_rows_of_padding_alone_and_a_number_of_outlets_prove_nothing_together() -> None:
    padding = {"_1": -1, "_2": -1}
    assert dict(detect(counting({}, **padding), (COUNTING,)).states) == {}
    assert dict(detect(counting({"1": 0}, **padding), (COUNTING,)).states) == {}
    with pytest.raises(ProtocolError, match="nothing proves that it has none"):
        detect(counting({"1": 2}, **padding), (COUNTING,))


@pytest.mark.parametrize("metered_only", [False, True])
def test_a_number_of_outlets_that_is_0_although_outlets_are_listed_empties_no_list(
    metered_only: bool,
) -> None:
    memory = counting({"1": 0}, _1=1, _2=2)
    snmp_device = detect(memory, (COUNTING,), metered_only=metered_only)
    assert list(snmp_device.states) == ["1", "2"]


LOAD = f"{ACME}.9.0"


COUNT = f"{ACME}.3.1"


MODULE = Profile(
    "acme-module",
    "Acme",
    ("M",),
    "ACME-MIB",
    (ACME,),
    described=r"(?i)acme pdu module.*",
    power=Total((Measurement(Scalar(f"{ACME}.9.0")),)),
    evidence=Evidence(power=EvidenceLevel.MIB),
)


def test_a_metered_unit_without_a_sys_object_id_is_told_by_its_description_and_its_meters() -> None:
    memory = Memory({SYS_DESCR: "Acme PDU Module 2.1", LOAD: 5})
    assert detect(memory, (MODULE,)).profile is MODULE


@pytest.mark.parametrize(
    "objects",
    [
        pytest.param({SYS_DESCR: "Acme PDU Module 2.1"}, id="description alone"),
        pytest.param({SYS_DESCR: "Acme UPS", LOAD: 5}, id="another description"),
        pytest.param({LOAD: 5}, id="meters alone"),
    ],
)
def test_description_or_meters_alone_tell_no_metered_unit(objects: dict[str, Value]) -> None:
    with pytest.raises(Unsupported):
        detect(Memory(objects), (MODULE,))


def test_a_swept_family_that_reports_no_outlets_and_load_is_told_without_a_sys_object_id() -> None:
    swept = replace(COUNTING, sweep=True)
    detected = detect(Memory({LOAD: 5, COUNT: 0}), (swept,))
    assert detected.outlets is None


@pytest.mark.parametrize(
    "objects",
    [
        pytest.param({LOAD: 5}, id="load alone"),
        pytest.param({LOAD: 5, COUNT: 8}, id="outlets"),
        pytest.param({COUNT: 0}, id="no outlets and no load"),
    ],
)
def test_a_swept_family_is_not_told_by_load_or_number_alone(objects: dict[str, Value]) -> None:
    swept = replace(COUNTING, sweep=True)
    with pytest.raises(Unsupported):
        detect(Memory(objects), (swept,))
