"""A figure of an outlet is added in two files, and stands at once where the table says."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from handlers.shared.meter_figures import MeterFigures
from pdu.pdus.outlet_figures import OUTLET_FIGURES
from tests.needs import ROOT

# file -> a text in it, and what stands there with the new figure
_CHANGES = {
    "handlers/shared/meter_figures.py": (
        "    energy_kwh: Optional[float] = None\n",
        "    energy_kwh: Optional[float] = None\n    power_factor: Optional[float] = None\n",
    ),
    "pdu/pdus/outlet_figures.py": (
        "OUTLET_FIGURES: Sequence[OutletFigure] = (\n",
        "OUTLET_FIGURES: Sequence[OutletFigure] = (\n"
        '    OutletFigure("power_factor", "PF", "power_factor", "pdu_outlet_power_factor_ratio",'
        ' "Power factor."),\n',
    ),
}
_PROGRAM = """
import json
from handlers.host import Figures, MeterFigures
from pdu.pdus import reading
from pdu.pdus.states import UP
from pdu.monitoring.metrics import page
from pdu.outlets import read_commands

outlets = [reading.PolledOutlet("1", UP, "1", "a")]
measured = Figures(None, None, {"1": MeterFigures(1.5, 300.0, 2.5, power_factor=0.875)})
taken = reading._add_figures(reading.Reading(outlets, answered=True, labelled=True), measured)
print(json.dumps({
    "json": read_commands.OUTLETS.document(taken)["outlets"][0],
    "heads": read_commands._HEADS,
    "metrics": page(taken, "").body.decode(),
}, default=str))
"""


def test_a_figure_that_is_added_in_two_files_is_in_json_csv_and_metrics(
    tmp_path: Path,
) -> None:
    for name in ("common", "pdu_common", "handlers", "pdu"):
        shutil.copytree(
            ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__", "profiles")
        )
    shutil.copytree(
        ROOT / "handlers/snmp/profiles",
        tmp_path / "handlers/snmp/profiles",
        ignore=shutil.ignore_patterns("__pycache__"),
    )
    for file, (old, new) in _CHANGES.items():
        text = (tmp_path / file).read_text("utf-8")
        assert text.count(old) == 1, file
        (tmp_path / file).write_text(text.replace(old, new), "utf-8")
    result = subprocess.run(
        [sys.executable, "-c", _PROGRAM],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert result.returncode == 0, result.stderr
    document = json.loads(result.stdout)
    assert document["json"]["power_factor"] == 0.875 and document["heads"]["power_factor"] == "PF"
    assert 'pdu_outlet_power_factor_ratio{outlet="1"} 0.875' in document["metrics"]
    assert (document["json"]["current_a"], document["json"]["energy_kwh"]) == (1.5, 2.5)


def test_the_table_has_each_figure_of_a_meter_once() -> None:
    assert sorted(figure.key for figure in OUTLET_FIGURES) == sorted(MeterFigures._fields)


@pytest.mark.parametrize("names", ["key", "statistic_key", "metric"])
def test_no_two_figures_stand_at_one_place(names: str) -> None:
    places = [getattr(figure, names) for figure in OUTLET_FIGURES if getattr(figure, names)]
    assert len(set(places)) == len(places)
