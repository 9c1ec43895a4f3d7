"""A unit lacks a whole column of figures, as no walk and no GET of it has an answer: what it has no
meter for is told as such, and nothing is told of meters that it does not have."""

from __future__ import annotations

import pytest

from handlers.dcimanager.views import Figures
from handlers.shared.errors import PduHandlerError
from handlers.shared.meter_figures import Figure, NotKnown, NotMetered
from handlers.snmp import metering
from handlers.snmp.profile import Profile
from handlers.snmp.read_scope import FIGURES
from handlers.snmp.tables import Source, object_of
from tests.handlers.snmp import units
from tests.handlers.snmp.memory import of_rows
from tests.handlers.snmp.units import FAMILIES, FIXTURES
from tests.simulators.snmp_units import Fixture


def oids_of_values(source: Source) -> list[str]:
    """The columns, or the one object, of a source's values."""
    values = object_of(source)
    if values is None:
        return []
    return [oid for oid, _ in values.columns()] or [values.oid]


def columns_of_outlets(profile: Profile) -> list[str]:
    """The OIDs of the figures of outlets."""
    figures = [figure for outlets in profile.outlets for figure in outlets.figures()]
    return [oid for figure in figures for oid in oids_of_values(figure.source)]


def has_one_figure_beside_the_states(profile: Profile) -> bool:
    """Whether the outlets have one figure alone, and its column is in the table of the states."""
    if any(len(list(outlets.figures())) > 1 for outlets in profile.outlets):
        return False
    figure_tables = {oid.rpartition(".")[0] for oid in columns_of_outlets(profile)}
    states = [outlets.states.source for outlets in profile.outlets if outlets.states]
    state_tables = {oid.rpartition(".")[0] for source in states for oid in oids_of_values(source)}
    return bool(figure_tables & state_tables)


def all_figures(unit: Fixture, *lacking: str) -> Figures:
    """All figures of a unit without these columns."""
    tables = units.find(unit, units.memory(unit)).tables
    rows = units.rows_without(unit, *map(tables.resolve, lacking))
    return metering.read_statistic(units.find(unit, of_rows(rows), FIGURES))


@pytest.mark.parametrize(
    "unit",
    [unit for unit in FIXTURES if has_one_figure_beside_the_states(FAMILIES[unit.key])],
    ids=units.unit_id,
)
def test_outlets_without_the_only_column_of_their_meters_are_not_metered(unit: Fixture) -> None:
    """Else each poll says of each outlet that a row of its meter has no answer."""
    ports = all_figures(unit, *columns_of_outlets(FAMILIES[unit.key])).ports
    lost = [identity for identity, port in ports.items() if any(map(is_lost, port))]
    assert lost == []


def is_lost(figure: Figure) -> bool:
    return isinstance(figure, NotKnown)


@units.EACH
def test_a_total_is_told_to_be_of_outlets_alone_only_if_an_outlet_shows_it(unit: Fixture) -> None:
    """Of a unit without the figures of its own, and without those of outlets, too."""
    profile = FAMILIES[unit.key]
    sources = [source for total in profile.totals for source in total.sources()]
    of_totals = [oid for source in sources for oid in oids_of_values(source)]
    for lacking in (of_totals, [*of_totals, *columns_of_outlets(profile)]):
        try:
            figures = all_figures(unit, *lacking)
        except PduHandlerError:
            continue
        ports = figures.ports.values()
        by_total: list[tuple[Figure, list[Figure]]] = [
            (figures.load_a, [port.current_a for port in ports]),
            (figures.power_w, [port.power_w for port in ports]),
            (figures.energy_kwh, [port.energy_kwh for port in ports]),
        ]
        for total, of_outlets in by_total:
            if isinstance(total, NotMetered) and "only outlets meter it" in total.reason:
                assert any(isinstance(figure, float) for figure in of_outlets), total.reason
