"""The vendor's SDK reads the simulated power meter controller, and changes the
settings of a panel.
"""

from __future__ import annotations

import pytest

from .models import Step

pytestmark = pytest.mark.against("the vendor's SDK")


def test_the_sdk_reads_meters_by_id_and_circuits_by_position(step: Step) -> None:
    found = step("panels", "read")
    assert found == {
        "1": {
            "class": "Panel",
            "id": 1,
            "lines": pytest.approx([7.5, 4.5, 4.5]),
            "wh": 250_000.0,
            "circuits": {
                "0": ["rack 1", 1.5, 1000.0],
                "5": ["", 4.0, 1000.0],
                "9": ["", None, None],
            },
        },
        "4": {
            "class": "PowerMeter",
            "id": 4,
            "lines": pytest.approx([0.5, 0.5]),
            "wh": 250_000.0,
            "circuits": {},
        },
    }


def test_the_sdk_changes_the_settings_of_a_panel(step: Step) -> None:
    assert step("panels", "change") == {"before": 42, "set": 0, "after": 84}
