"""The platform's SNMP calls as handlers use them: rows, values, and the errors for its failures, in
snmp.txt; and the ports of a view.
"""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from handlers.dcimanager.view_fields import ports_of
from handlers.shared.errors import ProtocolError
from pdu.loading import answers
from tests.handlers.dcimanager.platform_double import Platform, snmp_over
from tests.handlers.dcimanager.snmp_table import ROOT, TABLE, shown
from tests.tables import Case


@pytest.mark.parametrize("case", TABLE.cases(), ids=str)
def test_the_calls_of_a_platform_end_as_the_lines_say(case: Case) -> None:
    case.check(shown(case))


class _TwoNames(SimpleNamespace):
    def __init__(self) -> None:
        self.port_list: list[object] = []
        self.outlets = self.port_list


class _Computed(SimpleNamespace):
    @property
    def outlet_list(self) -> list[object]:
        return []


def test_the_ports_of_a_view_are_its_list_ports_or_else_its_only_list() -> None:
    """`pdu` finds them as handlers do: it judges views of anybody's handler."""
    ports: list[object] = []
    two_names = _TwoNames()
    expected_by_view = [
        (SimpleNamespace(ports=ports, other=[1]), ports),
        (SimpleNamespace(ports="none", outlets=ports), ports),
        (SimpleNamespace(first=[], second=[]), None),
        (SimpleNamespace(outlets=ports, _outlets=ports), ports),
        (SimpleNamespace(_ports=ports), ports),
        (two_names, two_names.outlets),
        # what is appended to it may be lost
        (_Computed(), None),
    ]
    for find_ports in (ports_of, answers.ports_of):
        for view, expected in expected_by_view:
            assert find_ports(view) is expected, view


def test_an_error_of_the_pack_is_passed_on_unchanged() -> None:
    error = ProtocolError("ours")
    with pytest.raises(ProtocolError) as error_info:
        snmp_over(Platform(error)).get(ROOT)
    assert error_info.value is error
