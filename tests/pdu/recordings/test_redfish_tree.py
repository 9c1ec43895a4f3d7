"""`$expand` of recorded Redfish resources (DSP0266, 7.3.2)."""

from __future__ import annotations

from typing import Any

import pytest

from pdu.recordings.redfish.tree import asked_levels, expanded


def link(path: str) -> dict[str, str]:
    return {"@odata.id": path}


TREE: dict[str, dict[str, Any]] = {
    "/outlets": {"@odata.id": "/outlets", "Members": [link("/outlets/1"), link("/outlets/2/")]},
    "/outlets/1": {"@odata.id": "/outlets/1", "Id": "1", "Sensor": link("/sensors/1")},
    "/outlets/2": {"@odata.id": "/outlets/2", "Id": "2", "Links": {"Feed": link("/sensors/1")}},
    "/sensors/1": {"@odata.id": "/sensors/1", "Reading": 5},
}


def test_each_member_of_a_list_is_expanded_one_level() -> None:
    assert expanded(TREE, TREE["/outlets"], 1)["Members"] == [
        TREE["/outlets/1"],
        TREE["/outlets/2"],
    ]


def test_the_second_level_is_expanded_except_in_links() -> None:
    first, second = expanded(TREE, TREE["/outlets"], 2)["Members"]
    assert first["Sensor"] == TREE["/sensors/1"]
    assert second == TREE["/outlets/2"]


@pytest.mark.parametrize("levels", [0, 1])
def test_a_link_beyond_the_levels_or_to_what_was_not_recorded_stays(levels: int) -> None:
    lists = {"Members": [link("/outlets/1"), link("/nowhere"), "text", 7, None]}
    members = expanded(TREE, lists, levels)["Members"]
    assert members[1:] == lists["Members"][1:]
    assert members[0] == (TREE["/outlets/1"] if levels else link("/outlets/1"))


@pytest.mark.parametrize(
    "query, levels",
    [
        ("$expand=.", (True, 1)),
        ("$expand=*($levels=3)", (True, 3)),
        ("$expand=.($levels=0)", (False, 0)),
        ("$select=Id", (False, 0)),
    ],
)
def test_how_many_levels_a_query_asks_for(query: str, levels: tuple[bool, int]) -> None:
    assert asked_levels(query) == levels
