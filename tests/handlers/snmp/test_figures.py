from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Optional, Union

import pytest

from handlers.shared.meter_figures import NotKnown, NotMetered
from handlers.snmp.figures import Arcs, Measurement, Total
from handlers.snmp.frozen_value import check_parts, parts_of, replace
from handlers.snmp.profile import Profile
from handlers.snmp.profiles import PROFILES
from handlers.snmp.reader import LOST, Reader
from handlers.snmp.sources import Arc, Column, Complete, First, NamedRows, Scalar, Source
from handlers.snmp.states import Doubt, State
from pdu_common.helper import EnumPowerStatus
from tests.handlers.snmp.every_part import EVERY_PART
from tests.handlers.snmp.memory import Memory, Value, reader, table

UP, DOWN, UNKNOWN = EnumPowerStatus.UP, EnumPowerStatus.DOWN, EnumPowerStatus.UNKNOWN
A, B = Column("1.3.1"), Column("1.3.2")
STATE = State(A, on=("1",), off=("2",), absent=("7",))


@pytest.mark.parametrize(
    "values, states",
    [
        pytest.param([1, "1", b"1", " 1\0"], {"1": UP}, id="on"),
        pytest.param([2, "2"], {"1": DOWN}, id="off"),
        pytest.param([7, "7"], {}, id="absent"),
        pytest.param([0, -1, 3, 12, 2**40], {"1": UNKNOWN}, id="other numbers"),
        pytest.param(["", "01", "1.0", "on", "1 2", "9" * 5000], {"1": UNKNOWN}, id="texts"),
        pytest.param([b"\xff", b"\x01", "\u0661"], {"1": UNKNOWN}, id="octets that are no digits"),
    ],
)
def test_only_the_documented_values_are_on_or_off(
    values: Sequence[Value], states: Mapping[str, EnumPowerStatus]
) -> None:
    for value in values:
        assert STATE.read_from(reader({"1.3.1.1": value})) == states, value


def states_in_words() -> list[State]:
    """The states of the families whose MIB has words for them."""
    all_outlets = itertools.chain.from_iterable(profile.outlets for profile in PROFILES)
    all_states = [outlets.states for outlets in all_outlets if outlets.states]
    return [states for states in all_states if any(map(str.isalpha, states.on))]


@pytest.mark.parametrize("state", states_in_words())
def test_words_of_states_are_compared_without_regard_to_capitals(state: State) -> None:
    for change_capitals in (str, str.upper, str.lower, str.capitalize):
        assert {state.meaning(change_capitals(word)) for word in state.on} == {UP}
        assert {state.meaning(change_capitals(word)) for word in state.off} == {DOWN}
    word_twice = f"{state.on[0]}{state.on[0]}"
    assert state.meaning(word_twice) is UNKNOWN


@pytest.mark.parametrize("undocumented", ["", "-1", 0, 3, 2**40, b"\xff", "9" * 5000])
def test_an_undocumented_value_of_a_doubt_makes_the_state_unknown(
    undocumented: Union[int, str, bytes],
) -> None:
    """Of two outlets, 1 has the value with which its state is certain."""
    state = State(A, on=("1",), off=("2",), doubts=(Doubt(B, quiet=("1",)),))
    states = table(A.oid, {"1": 1, "2": 2})
    objects = {**states, **table(B.oid, {"1": 1, "2": undocumented})}
    assert state.read_from(reader(objects)) == {"1": UP, "2": UNKNOWN}
    assert state.state_of(reader(objects), "1").state is UP
    assert state.state_of(reader(objects), "2").state is UNKNOWN


@pytest.mark.parametrize(
    "value",
    [
        *(-1, -2000000, -5, "n/a", "not-support", "", "NaN", b"\x00"),
        *(2**31 - 1, 2**32 - 1, 2**63 - 1, 2**64 - 1, "4294967295", "18446744073709551615"),
    ],
)
def test_an_unmeasured_value_is_not_a_figure_and_never_zero(value: Value) -> None:
    assert Measurement(A).read_from(reader({"1.3.1.1": value})) == {}


@pytest.mark.parametrize(
    "value, is_measured",
    [("9999.99", False), ("99999", False), ("99.99", True), ("9999", True), (99999, True)],
)
def test_a_text_of_five_nines_is_no_current_or_power_and_an_energy_passes_them(
    value: Value, is_measured: bool
) -> None:
    device = reader({"1.3.1.1": value})
    figures = {"1": Decimal(value)} if isinstance(value, (int, str)) else {}
    assert Measurement(A).read_from(device, Decimal(100_000)) == (figures if is_measured else {})
    assert Measurement(A).read_from(device) == figures


def test_zero_is_a_measurement_unless_it_means_absent_on_the_device() -> None:
    assert Measurement(A).read_from(reader({"1.3.1.1": 0})) == {"1": 0}
    assert Measurement(A, absent=("0",)).read_from(reader({"1.3.1.1": 0})) == {}


@pytest.mark.parametrize(
    "power, figure",
    [
        *((0, "7467"), (-2, "74.67"), (1, "74670"), (11, "7467E11"), (-12, "7467E-12")),
        *((power, None) for power in (12, 13, -13, None, 99, "0.5", "x")),
    ],
)
def test_a_value_is_scaled_by_the_devices_power_of_ten_or_is_not_a_figure(
    power: int | str | None, figure: Optional[str]
) -> None:
    objects: dict[str, Value] = {"1.3.1.1": 7467, **({} if power is None else {"1.3.2.1": power})}
    assert Measurement(A, exponent=B).read_from(reader(objects)) == (
        {} if figure is None else {"1": Decimal(figure)}
    )


@pytest.mark.parametrize(
    "factor, figure", [(-10, "74.6"), (10, "7460"), (1, "746"), ("0.5", "373"), (0, "746")]
)
def test_a_positive_factor_multiplies_and_a_negative_one_divides_and_zero_changes_nothing(
    factor: Value, figure: str
) -> None:
    assert Measurement(A, factor=B).read_from(reader({"1.3.1.1": 746, "1.3.2.1": factor})) == {
        "1": Decimal(figure)
    }


@pytest.mark.parametrize(
    "factors", [{}, {"1": "x"}, {"1": 65535}, {"1": 2**31 - 1}, {"1": -(10**9)}]
)
def test_a_value_without_a_usable_factor_is_not_a_figure(factors: dict[str, Value]) -> None:
    assert (
        Measurement(A, factor=B).read_from(reader({"1.3.1.1": 746, **table("1.3.2", factors)}))
        == {}
    )


def test_a_total_of_units_refuses_a_scalar_because_it_would_be_added_to_the_units() -> None:
    """Its row "0" would count as one more unit: 5 A of unit 1 and 7 A of the whole chain would be
    12 A.
    """
    figures = (Measurement(A), Measurement(Scalar("1.3.9.0")))
    with pytest.raises(ValueError, match="a figure is a Scalar"):
        check_parts(Total(figures, unit=Arcs(0, 1)))

    without_units = Total(figures)
    device = reader({"1.3.1.1": 5, "1.3.9.0": 7})
    assert without_units.read_from(device) == 5


def test_a_total_is_the_first_figure_of_the_device_and_never_a_sum_of_two() -> None:
    total = Total((Measurement(A), Measurement(B)))
    first_and_second = reader({"1.3.1.1": 2, "1.3.1.2": 3, "1.3.2.1": 99})
    first_not_measured = reader({"1.3.1.1": -1, "1.3.2.1": 99})
    second_alone = reader({"1.3.2.1": 99})
    neither = reader({})
    assert total.read_from(first_and_second) == 5
    assert total.read_from(first_not_measured) is None
    assert total.read_from(second_alone) == 99
    assert total.read_from(neither) is None


@pytest.mark.parametrize("counters", [False, True])
@pytest.mark.parametrize("else_outlets", [False, True])
@pytest.mark.parametrize("unmeasured", [-1, "", "n/a", -3])
def test_a_total_with_a_row_that_is_not_measured_is_not_replaced_by_another(
    unmeasured: Union[int, str], else_outlets: bool, counters: bool
) -> None:
    total = Total((Measurement(A), Measurement(B)))
    if else_outlets:
        total = Total((Measurement(A),), else_outlets=True)
    device = reader({"1.3.1.1": 2, "1.3.1.2": unmeasured, "1.3.2.1": 99})

    figure = total.read_from(device, {"1": Decimal(2)}, counters=counters)

    assert figure == NotKnown(f"row 2 of 1.3.1 reads '{unmeasured}'")


@pytest.mark.parametrize(
    "column, figures",
    [
        # INTEGERs on a platform that returns only text
        ({"1": "321", "2": "0"}, {"2": Decimal(0)}),
        ({"1": "3", "2": "0.50"}, {"1": Decimal(3), "2": Decimal("0.50")}),
        ({"1": 321, "2": 0}, {"1": Decimal("3.21"), "2": Decimal(0)}),
    ],
)
def test_a_text_that_may_be_an_integer_has_no_figure_if_the_scales_differ(
    column: dict[str, Value], figures: dict[str, Decimal]
) -> None:
    figure = Measurement(A, scale_of_integers=Decimal("0.01"))
    assert figure.read_from(reader(table("1.3.1", column))) == figures


def test_a_sum_over_rows_is_a_total_only_if_every_row_is_measured() -> None:
    total = Total((Measurement(A),))
    two_of_three = reader(table("1.3.1", {"1.1": 2, "1.2": -1, "2.1": 5}))
    none = reader(table("1.3.1", {"1.1": -1, "1.2": -1}))
    assert total.read_from(two_of_three) == NotKnown("row 1.2 of 1.3.1 reads '-1'")
    # in every row: there are no meters
    assert total.read_from(none) is None


def test_rows_of_padding_are_no_part_of_a_sum() -> None:
    lines = reader(table("1.3.1", {"1.1": 2, "1.2": -1, "2.1": 5}))
    zeros = reader(table("1.3.1", {"1": 2, "2": 0}))
    assert Total((Measurement(A, padding=("-1",)),)).read_from(lines) == 7
    assert Total((Measurement(A, padding=("0",)),)).read_from(zeros) == 2


def test_a_row_with_0_for_no_meter_makes_the_sum_not_metered() -> None:
    total = Total((Measurement(A, absent=("0",)),))
    device = reader(table("1.3.1", {"1": 2, "2": 0}))
    assert total.read_from(device) == NotMetered("1 of 2 (row 2) unmetered")


@pytest.mark.parametrize("texts", [{"1": "", "2": "x"}, {"1": "x", "2": ""}])
def test_a_row_that_is_never_metered_decides_over_one_that_is_not_known_now(
    texts: dict[str, str],
) -> None:
    total = Total((Measurement(A, unmetered="the MIB does not say"),))
    device = reader(table("1.3.1", texts))
    assert total.read_from(device) == NotMetered("the MIB does not say")


def test_a_text_for_no_meter_beside_a_measured_row_is_not_known() -> None:
    total = Total((Measurement(A, absent=("--",)),))
    one_of_two = reader(table("1.3.1", {"1": "0.40", "2": "--"}))
    none = reader(table("1.3.1", {"1": "--", "2": "--"}))
    assert total.read_from(one_of_two) == NotKnown("row 2 of 1.3.1 reads '--'")
    assert total.read_from(none) is None


def test_a_total_by_unit_takes_the_second_figure_only_for_a_unit_without_the_first() -> None:
    total = Total((Measurement(A), Measurement(B)), unit=Arcs(0, 1))
    second = table("1.3.2", {"1.1": 4, "2.1": 99})
    unit_1_partly_measured = table("1.3.1", {"1.1": 2, "1.2": -1, "2.1": 5})
    unit_1_without_rows = table("1.3.1", {"2.1": 5})

    not_known = total.read_from(reader({**unit_1_partly_measured, **second}))
    figure = total.read_from(reader({**unit_1_without_rows, **second}))

    assert not_known == NotKnown("row 1.2 of 1.3.1 reads '-1'")
    assert figure == 4 + 5


#: rows of a chain: the last arc is the unit
CHAIN = {"1.3.1.1.9": 2, "1.3.1.2.9": 3, "1.3.2.1.9": 99, "1.3.2.1.8": 10}


OUTLETS_OF_CHAIN = {"1.9": Decimal(50), "1.8": Decimal(50), "1.7": Decimal(1), "2.7": Decimal(1)}


def test_a_chain_sums_each_units_lines_or_outlets() -> None:
    total = Total((Measurement(A), Measurement(B)), else_outlets=True, unit=Arcs(1))
    unit_7_partly_metered = {**OUTLETS_OF_CHAIN, "2.7": None}

    figure = total.read_from(reader(CHAIN), OUTLETS_OF_CHAIN)
    unmetered = total.read_from(reader(CHAIN), unit_7_partly_metered)

    unit_9 = 2 + 3
    unit_8 = 10
    unit_7 = 1 + 1
    assert figure == unit_9 + unit_8 + unit_7
    assert unmetered == NotMetered("1 of 5 (row 2.7) unmetered")


def test_a_chain_has_no_total_if_a_unit_lacks_both_lines_and_outlets() -> None:
    lines_only = Total((Measurement(A),), unit=Arcs(1))
    device = reader(CHAIN)

    without_meter = lines_only.read_from(device, OUTLETS_OF_CHAIN)
    lost_rows = lines_only.read_from(
        device, OUTLETS_OF_CHAIN, metered_units=lambda: {"7", "8", "9"}
    )
    index_without_unit = lines_only.read_from(device, {"9": Decimal(1)})

    assert without_meter == NotMetered("units 7, 8 without a meter")
    assert lost_rows == NotKnown("the answers have no row of 1.3.1 for units 7, 8")
    assert index_without_unit == NotMetered("unit (no name) without a meter")


def test_a_figure_whose_rows_are_all_padding_is_not_there() -> None:
    total = Total((Measurement(A, padding=("0",)), Measurement(B)))
    objects = {**table("1.3.1", {"1": 0, "2": 0}), **table("1.3.2", {"1": 99})}
    assert total.read_from(reader(objects)) == 99


def test_a_sum_over_outlets_is_a_total_only_if_every_outlet_is_metered() -> None:
    total = Total((Measurement(A),), else_outlets=True)
    assert total.read_from(reader({}), {"1": Decimal(2), "2": Decimal(3)}) == 5
    assert total.read_from(reader({}), {"1": Decimal(2), "2": None}) == NotMetered(
        "1 of 2 (row 2) unmetered"
    )
    assert total.read_from(reader(table("1.3.1", {"1": 7})), {"1": Decimal(2), "2": None}) == 7


def test_a_chain_has_no_total_if_a_listed_unit_has_none() -> None:
    total = Total((Measurement(A),), else_outlets=True, unit=Arcs(0, 1), units=B)
    lines = {"1.3.1.1.9": 2}
    two_units = {"1.3.2.1": 1, "1.3.2.2": 1}
    three_units = {**two_units, "1.3.2.3": 0}
    outlets = {"2.9": Decimal(3)}

    whole = total.read_from(reader({**lines, **two_units}), outlets)
    without_unit_3 = total.read_from(reader({**lines, **three_units}), outlets)
    without_lines = total.read_from(reader(two_units), outlets)

    assert whole == 2 + 3
    assert without_unit_3 == NotMetered("unit 3 without a meter")
    assert without_lines == NotMetered("unit 1 without a meter")


def test_a_list_of_one_unit_or_none_is_ignored() -> None:
    """A unit without a chain may have a different number in each table."""
    total = Total((Measurement(A),), else_outlets=True, unit=Arcs(0, 1), units=B)
    lines = {"1.3.1.1.9": 2}
    assert total.read_from(reader({**lines, "1.3.2.0": 1})) == 2
    assert total.read_from(reader(lines)) == 2


def test_a_total_with_a_list_of_units_must_say_where_its_rows_have_the_unit() -> None:
    with pytest.raises(ValueError, match="units"):
        check_parts(Total((Measurement(A),), units=B))


def test_a_scale_that_the_answers_lack_is_missing() -> None:
    device = reader({**table("1.3.1", {"1": 5, "2": 6}), **table("1.3.2", {"1": 1})})
    figure = Measurement(A, exponent=B)
    assert figure.raw_figures(device) == {"1": (5, 1, None), "2": (6, LOST, None)}
    assert figure.read_from(device) == {"1": 50}
    unknown = Total((figure,)).read_from(device)
    assert unknown == NotKnown("row 2 of 1.3.1, 1.3.2 reads '6', no answer")


def test_each_source_has_the_name_of_an_object_for_the_reason_of_a_figure() -> None:
    for profile in (*PROFILES, EVERY_PART):
        sources = [part for part in parts_of(profile) if isinstance(part, Source)]
        assert all(Measurement(source).objects for source in sources), profile.key
    assert Measurement(NamedRows("1.3.3", "1.3.4", "x")).objects == "1.3.4"


def test_a_device_without_an_object_does_not_have_its_figure() -> None:
    # another column of the table of B is there; a second source would be another figure
    elsewhere = Column("1.4.1")
    optional = Column("1.3.2", optional=True)

    def energy(*sources: Column) -> object:
        device = reader({"1.3.1.1": 5, "1.3.1.2": 6, "1.4.1.1": 7})
        device.column("1.3.1")
        total = Total(tuple(map(Measurement, sources)))
        total.read_from(device)
        return total.read_from(device.whole())

    assert energy(optional) is None
    assert energy(optional, elsewhere) == 7
    # firmware that lacks the column for good, as a GET says too: not metered, but for a total that
    # another source has
    assert energy(B) is None
    assert energy(B, elsewhere) == NotKnown("row 1 of 1.3.2 reads no answer")


def test_a_total_that_each_unit_has_is_not_known_without_its_column() -> None:
    device = reader({"1.3.2.1": 7})
    figures = (Measurement(Complete(A, beside=B)),)
    assert Total(figures).read_from(device) is None
    assert Total(figures, demanded=True).read_from(device) == NotKnown(
        "row 1 of 1.3.1 reads no answer"
    )


def test_a_column_of_which_a_get_has_a_value_is_lost_whichever_row_has_it() -> None:
    class ShortWalk(Memory):
        def walk(self, oid: str) -> Mapping[str, Value]:
            return {} if oid == "1.3.1" else super().walk(oid)

    # rows that are chosen by another column are not read alone, so that no GET proves anything
    for source in (A, A.left_join(A.where_not("9", by=Column("1.3.3")))):
        for row in ("1", "3"):
            rows = {**table("1.3.2", {"1": 7, "2": 7, "3": 7}), f"1.3.1.{row}": 5}
            total = Total((Measurement(Complete(source, beside=B)),))
            assert isinstance(total.read_from(Reader(ShortWalk(rows))), NotKnown), (source, row)


def test_a_row_is_lost_where_padding_shows_that_the_device_has_the_column() -> None:
    device = reader({**table("1.3.2", {"1": 7, "2": 7}), "1.3.1.2": 0})
    total = Total((Measurement(Complete(A, beside=B), padding=("0",)),))
    assert total.read_from(device) == NotKnown("row 1 of 1.3.1 reads no answer")


def test_a_row_is_lost_where_a_row_that_the_figure_leaves_out_has_the_column() -> None:
    """A neutral line, a bank, another kind of meter. The rows lack in walk and GET alike."""
    every_row = Complete(A, beside=B)
    lines = every_row.where(B, "1")
    of_type_1 = Complete(Column("1.3.1", suffix="1"), beside=Column("1.3.2", suffix="1"))
    kinds = {**table("1.3.2", {"1": 1, "2": 2}), "1.3.1.2": 7}
    types = {**table("1.3.2", {"5.1": 1, "5.2": 1}), "1.3.1.5.2": 7}
    told_as_lacking: list[Source] = []
    for source, rows in (
        (lines, kinds),
        (First((lines, every_row)), kinds),
        (Arc(every_row, 0, ("1",)), kinds),
        (of_type_1, types),
    ):
        if not isinstance(Total((Measurement(source),)).read_from(reader(rows)), NotKnown):
            told_as_lacking.append(source)
    assert told_as_lacking == []


def test_a_unit_whose_own_row_has_no_value_is_no_unit_without_a_meter() -> None:
    total = Total((Measurement(A),), unit=Arcs(stop=1), units=B)
    units = {"1.3.1.1.1": 5, "1.3.2.1": 3, "1.3.2.2": 3}
    assert total.read_from(reader(units)) == NotMetered("unit 2 without a meter")
    assert isinstance(total.read_from(reader({**units, "1.3.2.2": ""})), NotKnown)


def test_a_row_that_only_a_count_shows_is_told_as_a_missing_row() -> None:
    total = Total((Measurement(Complete(A, least=2)),))
    assert total.read_from(reader({"1.3.1.1": 5})) == NotKnown("the answers lack a row of 1.3.1")


@pytest.mark.parametrize("objects", [{}, {"1.3.2.1": 7}])
def test_a_demanded_total_without_a_row_is_not_known(objects: dict[str, Value]) -> None:
    total = Total((Measurement(Scalar("1.3.1.0", "acmeEnergy")),), demanded=True)
    assert total.read_from(reader({"1.3.1.0": 5})) == 5
    assert total.read_from(reader(objects)) == NotKnown(
        "the answers lack acmeEnergy, which each unit has"
    )
    assert Total(total.figures).read_from(reader(objects)) is None


@pytest.mark.parametrize(
    "profile", [p for p in PROFILES if any(t.demanded for t in p.totals)], ids=lambda p: p.key
)
def test_a_demanded_figure_that_is_not_answered_is_no_figure(profile: Profile) -> None:
    for total in profile.totals:
        if total.demanded:
            # where outlets may stand in, a meter of theirs shows that the unit has meters
            outlets = {"1": Decimal(1)} if total.else_outlets else {}
            assert isinstance(total.read_from(reader({}), outlets), NotKnown)


def test_outlets_replace_a_demanded_figure_only_of_a_unit_that_has_its_row() -> None:
    figure = Measurement(A, padding=("-2",))
    total = Total((figure,), else_outlets=True, demanded=True)
    outlets = {"1": Decimal(3)}
    assert total.read_from(reader({"1.3.1.1": 5}), outlets) == 5
    assert total.read_from(reader({"1.3.1.1": -2}), outlets) == 3
    assert total.read_from(reader({}), outlets) == NotKnown(
        "the answers lack 1.3.1, which each unit has"
    )
    assert total.read_from(reader({}), {"1": None}) is None
    by_unit = replace(total, unit=Arcs(0, 1))
    of_two_units = {"1.1": Decimal(3), "2.1": Decimal(4)}
    assert by_unit.read_from(reader({"1.3.1.1": 5, "1.3.1.2": -2}), of_two_units) == 5 + 4
    assert isinstance(by_unit.read_from(reader({"1.3.1.1": 5}), of_two_units), NotKnown)


def test_a_unit_without_a_row_of_a_demanded_figure_is_not_known() -> None:
    total = Total((Measurement(A),), unit=Arcs(0, 1), units=B)
    device = reader({"1.3.1.1": 5, "1.3.2.1": 1, "1.3.2.2": 1})
    assert total.read_from(device) == NotMetered("unit 2 without a meter")
    demanded = replace(total, demanded=True)
    assert demanded.read_from(device) == NotKnown("the answers have no row of 1.3.1 for unit 2")


def test_a_column_beside_another_is_lost_unless_some_devices_lack_it() -> None:
    device = reader({"1.3.2.1": 7})
    assert Complete(A, beside=B).rows(device) == {"1": LOST}
    sometimes = Column("1.3.1", optional=True)
    assert Complete(sometimes, beside=B).rows(device) == {}
