"""The vendor's SDK reads the events of the simulated unit: types, sources, old and new values, user
and address.
"""

from __future__ import annotations

import pytest

from .models import Step

pytestmark = pytest.mark.against("the vendor's SDK")
BY = {"by": ["admin", "127.0.0.1"]}


def test_the_sdk_reads_the_events_of_one_outlet(step: Step) -> None:
    assert step("events", "listen") == [
        {"class": "PowerControlEvent", "source": "outlet.0", "command": [0, False], **BY},
        {"class": "StateChangedEvent", "source": "outlet.0", "states": [1, 0]},
        {"class": "ReadingChangedEvent", "source": "O0Current", "value": 0.0},
        {"class": "SettingsChangedEvent", "source": "outlet.0", "names": ["", "web"], **BY},
        {"class": "ThresholdsChangedEvent", "source": "O0Current", "limits": [0.0, 5.0], **BY},
    ]


def test_the_sdk_demands_and_cancels_event_types_of_all_sources(step: Step) -> None:
    assert sorted(step("events", "by_type")) == ["O1OutletState", "outlet.1", "outlet.1"]
