"""Outlets of a NUT device beyond the cases of decoding.txt: sizes, and mixtures of rows."""

from __future__ import annotations

import contextlib
import re
import sys
import tracemalloc
from collections.abc import Mapping, Sequence
from types import FrameType
from typing import Any, Optional

import pytest
from hypothesis import example, given, strategies as st

from handlers.nut import metering
from handlers.nut.outlets import decode_outlets
from handlers.shared.errors import PduHandlerError, ProtocolError
from handlers.shared.meter_figures import NotKnown, measured
from tests.handlers.nut.clients import DEFAULTS
from tests.handlers.nut.decoding_table import decoded, variables_of


@pytest.mark.parametrize(
    "left, currents",
    [
        ("in.current: 9; in.L1.voltage: 230", {}),
        ("in.L1.current: 1; in.L2.current: 2", {"L1": 1.0, "L2": 2.0}),
        ("in.phases: 1; in.L1.current: 1", {"L1": 1.0}),
        ("in.L1.current: 1; in.L3.current: x", {"L1": 1.0, "L2": None, "L3": None}),
        ("in.L1.current: 1; driver.state: init.starting", {"L1": None}),
        ("in.phases: x; in.L1.current: 1; in.L2.voltage: 230", None),
    ],
)
def test_the_lines_of_an_input_have_their_currents(
    left: str, currents: Optional[dict[str, Optional[float]]]
) -> None:
    """None: the number of lines is not known; a line without a value is not known."""
    lines = metering.line_currents(variables_of(left))
    if isinstance(lines, NotKnown):
        assert currents is None
        return
    assert {line: measured(figure) for line, figure in lines.items()} == currents
    assert all(figure is not None for figure in lines.values())


def test_a_chain_of_any_length_is_read_whole_or_not_at_all() -> None:
    members = "; ".join(f"dev{number}.o1.status: on" for number in range(1, 1001))
    assert len(decoded(f"device.count: 1000; {members}").chain_members) == 1000
    with pytest.raises(ProtocolError, match="device.count 1001.*: device 1001 is missing"):
        decoded(f"device.count: 1001; {members}")


@pytest.mark.parametrize(
    "variable",
    [
        "in.phases: 9999999",
        "device.type: ups; out.phases: 9999999",
        "in.L9999999.current: 1",
        "outlet.count: 9999999",
        "device.count: 9999999; dev1.o1.status: on",
        "o9999999.current: 1",
        "dev9999999.o1.current: 1",
    ],
)
def test_a_number_of_the_server_never_becomes_a_size(variable: str) -> None:
    tracemalloc.start()
    try:
        with contextlib.suppress(PduHandlerError):
            unit = decoded(f"o1.status: on; in.L1.current: 1; out.L1.current: 1; {variable}")
            assert (unit.load_a, unit.power_w) != (0.0, 0.0)
        assert tracemalloc.get_traced_memory()[1] < 10 << 20
    finally:
        tracemalloc.stop()


def _steps(variables: Mapping[str, str]) -> int:
    """The lines of Python that run until the device has its outlets and its figures."""
    count = 0

    def trace(frame: FrameType, event: str, _: Any) -> Any:
        nonlocal count
        count += event == "line"
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        device = decode_outlets(variables, [], {}, DEFAULTS)
        assert device.load_a is None or device.load_a
    finally:
        sys.settrace(before)
    return count


@pytest.mark.parametrize(
    "rows",
    [
        ("outlet.{}.status: on",),
        ("outlet.{}.status: on", "outlet.group.{}.status: off"),
        ("outlet.{}.status: on", "outlet.1.field{}: x"),
        ("device.{}.outlet.count: 0", "device.{}.input.current: 1"),
        ("device.{}.outlet.1.status: on", "device.{}.outlet.1.current: 1"),
    ],
    ids=lambda rows: ", ".join(rows),
)
def test_the_work_grows_as_the_list_does(rows: Sequence[str]) -> None:
    """A server may list 20,000 rows: outlets, groups, or members of a chain."""

    def variables(count: int) -> dict[str, str]:
        texts = {"device.type": "pdu"}
        for number in range(1, count + 1):
            for row in rows:
                name, _, text = row.format(number).partition(": ")
                texts[name] = text
        return texts

    assert _steps(variables(400)) < 3 * _steps(variables(200))


def test_the_worked_dump_is_read_as_its_text_says() -> None:
    variables = re.findall(
        r"^    ((?:input|outlet)\.[a-z0-9.]+: [0-9.]+)", str(metering.__doc__), re.M
    )
    assert len(variables) == 9
    unit = decoded("; ".join(variables))
    assert unit.load_a == 3.0
    assert unit.power_w == 230.0
    assert isinstance(unit.energy_kwh, NotKnown)


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["device.1.", "device.2.", "device.0.", ""]),
            st.integers(0, 5),
            st.sampled_from(["status", "switch", "current", "energy", "id"]),
            st.sampled_from(["on", "off", "1", "0", "", "x", "7.5"]),
        ),
        max_size=30,
    )
)
@example([("", 1, "status", "off")])
def test_any_mixture_of_rows_has_unique_identities_and_documented_states(
    rows: list[tuple[str, int, str, str]],
) -> None:
    values = {f"{prefix}outlet.{n}.{field}": text for prefix, n, field, text in rows}
    try:
        device = decode_outlets({"device.type": "ups", **values}, [], {}, DEFAULTS)
    except ProtocolError:
        return

    assert len({outlet.identity for outlet in device.outlets}) == len(device.outlets)
    for outlet in device.outlets:
        state_texts = {values[name] for name in outlet.state_variables}
        assert (outlet.state is None) == (outlet.reason != "")
        if outlet.state is True:
            assert state_texts <= {"on", "1"}
        if outlet.state is False:
            assert state_texts <= {"off", "0"}
