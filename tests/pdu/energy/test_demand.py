"""Peak, 95th percentile and energy above a commitment: the truth of simulated hours is between the
bounds, and what is not known has none.
"""

from __future__ import annotations

import csv
import io
import math
import random
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from handlers.shared.errors import SettingsError
from pdu.energy import tables
from pdu.energy.customers import Period, Tenancies
from pdu.energy.demand import HOUR_S, Demand, HourlyEnergy
from pdu.energy.pdu_law import Supply, registers_of
from pdu.energy.report import Terms, report_of

from .months import BEGIN, OCTOBER, pdu, register, times
from .test_law_truth import SEEDS, SPAN_S, faulty_reader
from .test_report import UTC, Hall

SUPPLY = Supply(3680.0, 22_000.0)


@pytest.mark.parametrize("count", SEEDS)
def test_the_truth_of_each_figure_is_between_its_bounds(count: int) -> None:
    """Of two registers of one customer, whose second one he has for a part of the time."""
    figures = 0
    for seed in range(count):
        draw = random.Random(seed)
        truths = [faulty_reader(draw), faulty_reader(draw)]
        begin = draw.uniform(0.0, SPAN_S / 3.0)
        period = Period(begin, begin + SPAN_S / 2.0 + draw.random() * HOUR_S)
        parts = [period, Period(begin + draw.uniform(0.0, SPAN_S / 3.0), period.end)]
        hourly = HourlyEnergy(period)
        for truth, part in zip(truths, parts):
            hourly.add_register(truth.register, part)
        flowed = sorted(
            sum(
                truth.flowed(cut.end) - truth.flowed(cut.begin)
                for truth, part in zip(truths, parts)
                for cut in [part.cut(begin + hour * HOUR_S, begin + (hour + 1) * HOUR_S)]
                if cut.begin < cut.end
            )
            for hour in range(int((period.end - begin) // HOUR_S))
        )
        commitment = draw.choice(flowed)
        demand = hourly.demand(commitment)
        assert demand is not None and demand.above is not None and demand.hours == len(flowed)
        above = sum(max(value - commitment, 0.0) for value in flowed)
        rank = math.ceil(0.95 * len(flowed))
        for true, (low, high) in zip(
            (flowed[-1], flowed[rank - 1], above), (demand.peak, demand.percentile, demand.above)
        ):
            assert low - 1e-6 <= true <= high + 1e-6, (seed, true, low, high)
            figures += high < math.inf
    assert figures > count  # bounds without an end would be right, too


def _demand(watts: float, commitment: float, hole_hours: float = 0.0) -> Demand:
    at = times()
    shown = register(
        watts, at, shown=lambda since, wh: None if 0.0 <= since < hole_hours * HOUR_S else wh
    )
    hourly = HourlyEnergy(OCTOBER)
    hourly.add_register(registers_of(pdu({"1": shown}, at), SUPPLY)["1"], OCTOBER)
    demand = hourly.demand(commitment)
    assert demand is not None
    return demand


def test_a_steady_load_is_its_own_peak_by_the_sum_of_its_hours() -> None:
    demand = _demand(200.0, 150.0)
    assert demand.hours == 744 and demand.above is not None
    assert 199.0 < demand.peak.low <= 200.0 <= demand.peak.high < 400.0
    assert 190.0 < demand.percentile.low <= 200.0 <= demand.percentile.high < 400.0
    assert 37_000.0 < demand.above.low <= 50.0 * 744.0 <= demand.above.high


def test_hours_that_were_not_read_raise_the_highest_to_what_the_supply_delivers() -> None:
    short, long = _demand(200.0, 150.0, hole_hours=30.0), _demand(200.0, 150.0, hole_hours=60.0)
    # 37 of 744 hours may be above the percentile
    assert short.percentile.high < 400.0 < short.peak.high
    assert long.percentile.high > 400.0


def test_what_cannot_be_billed_has_no_highest() -> None:
    hourly = HourlyEnergy(OCTOBER)
    hourly.add_register(None, OCTOBER)
    demand = hourly.demand(100.0)
    assert demand is not None and demand.above is not None
    for low, high in (demand.peak, demand.percentile, demand.above):
        assert (low, high) == (0.0, math.inf)
    assert HourlyEnergy(Period(BEGIN, BEGIN + 3599.0)).demand() is None


def test_a_customers_hours_are_those_of_all_his_outlets_in_table_csv_and_json(
    tmp_path: Path,
) -> None:
    path = tmp_path / "customers.csv"
    head = "customer,pdu,outlet,from,to,commitment_kw\n"
    path.write_text(head + "Acme,rack1,1,,,0.25\nAcme,rack1,2,2026-10-03,,\nCloudy,rack7,,,,\n")
    terms = Terms(OCTOBER, Tenancies.read(str(path), UTC), SUPPLY, with_demand=True)
    report = report_of(Hall(), terms)
    acme, cloudy = csv.DictReader(io.StringIO(tables.csv_of_demand(report)))
    # 100 W, and from the third day on 203.7 W more
    assert acme["hours"] == "744" and float(acme["commitment_kw"]) == 0.25
    assert 0.28 < float(acme["peak_low_kw"]) <= 0.3037 <= float(acme["peak_high_kw"])
    assert float(acme["above_low_kwh"]) <= 0.0537 * 24 * 29 <= float(acme["above_high_kwh"])
    assert (cloudy["peak_low_kw"], cloudy["peak_high_kw"], cloudy["kwh"]) == ("0.000", "", "")
    assert any(acme["peak_high_kw"] in line for line in tables.table_of(report))
    (document, _) = tables.document_of(report)["customers"]
    assert f"{document['demand']['peak']['low'] / 1000:.2f}" == acme["peak_low_kw"][:-1]
    path.write_text(head + "Acme,rack1,1,,,0.25\nAcme,rack1,2,,,0.3\n")
    with pytest.raises(SettingsError, match="line 3: Acme has another commitment_kw"):
        report_of(Hall(), terms._replace(tenancies=Tenancies.read(str(path), ZoneInfo("UTC"))))
    path.write_text(head + "Acme,rack1,1,,,much\n")
    with pytest.raises(SettingsError, match="line 2: commitment_kw must be a number of kW"):
        Tenancies.read(str(path), UTC)
