"""Members of lists over several pages, and lists that are inconsistent."""

from __future__ import annotations

import pytest

from handlers.redfish.members import MOST_MEMBERS, members
from handlers.shared.errors import PduHandlerError

from .tree import (
    EXPAND,
    OUTLETS,
    Answer,
    Json,
    Request,
    Tree,
    identities,
    outlet,
    refused,
    service,
    serving,
    unit,
)


def paged(pages: list[list[Json]], count: int) -> Tree:
    all_outlets = [entry for page in pages for entry in page]
    tree = Tree(unit(all_outlets))
    for number, page in enumerate(pages):
        resource: Json = {
            "Members": [{"@odata.id": f"{OUTLETS}/{entry['Id']}"} for entry in page],
            "Members@odata.count": count,
        }
        is_last = number == len(pages) - 1
        if not is_last:
            resource["Members@odata.nextLink"] = f"{OUTLETS}/page{number + 1}"
        path = f"{OUTLETS}/page{number}" if number else OUTLETS
        tree.resources[path] = resource
    return tree


@pytest.mark.parametrize(
    "link", ["/redfish/v1/Pages/2", "/redfish/v2/pages?id=x", f"{OUTLETS}/Members/2"]
)
def test_a_further_page_has_any_path_and_may_call_itself_like_the_list(link: str) -> None:
    tree = paged([[outlet("1")], [outlet("2")]], 2)
    tree.resources[OUTLETS].update({"@odata.id": OUTLETS, "Members@odata.nextLink": link})
    further = tree.resources[link.partition("?")[0]] = {
        **tree.resources.pop(f"{OUTLETS}/page1"),
        "@odata.id": OUTLETS,
    }
    assert identities(tree) == ["1", "2"]
    further["@odata.id"] = f"{OUTLETS.replace('Outlets', 'Mains')}"
    assert refused(tree).kind == "protocol"


@pytest.mark.parametrize(
    "page",
    [
        # the page links to itself
        {"Members@odata.nextLink": f"{OUTLETS}/more"},
        {"Members@odata.nextLink": "https://evil.example/more"},
        {"Members@odata.nextLink": 7},
        {"Members@odata.count": 3},
        {"Members": None},
        {"Members": ["/redfish/v1"]},
        {"Members": [{}]},
    ],
)
def test_a_list_is_an_error_if_it_has_a_loop_or_is_invalid_or_shorter_than_its_count(
    page: Json,
) -> None:
    """`page`: what the second page of the list shows instead."""
    tree = paged([[outlet("1")], [outlet("2")]], 2)
    first_page = tree.resources[OUTLETS]
    first_page["Members@odata.nextLink"] = f"{OUTLETS}/more"
    if "Members@odata.count" in page:
        first_page["Members@odata.count"] = 3
    second_page = {"Members": [{"@odata.id": f"{OUTLETS}/2"}], **page}
    tree.resources[f"{OUTLETS}/more"] = second_page

    error = refused(tree)

    assert error.kind == "protocol"


def test_a_list_of_too_many_members_is_an_error() -> None:
    tree = Tree(unit())
    tree.special[OUTLETS] = Answer(
        {"Members": [{"@odata.id": f"{OUTLETS}/1"}] * (MOST_MEMBERS + 1)}
    )
    error = refused(tree)
    assert error.kind == "protocol"
    assert str(MOST_MEMBERS) in str(error)
    assert len(tree.requests) < 10
    most = [{"Id": str(number), "PowerState": "On"} for number in range(MOST_MEMBERS)]
    tree.special[OUTLETS] = Answer({"Members": most})
    assert len(identities(tree)) == MOST_MEMBERS


def test_a_tool_that_needs_each_member_gets_the_error_of_one_that_cannot_be_read() -> None:
    tree = Tree(unit())
    with serving(tree) as address:
        with service(address) as redfish:
            outlets = members(redfish, redfish.get(OUTLETS))
            assert [outlet_resource["Id"] for outlet_resource in outlets] == ["1", "2"]
            tree.special[f"{OUTLETS}/2"] = Answer(None, 500)
            with pytest.raises(PduHandlerError, match="HTTP Error 500"):
                members(redfish, redfish.get(OUTLETS))


def test_an_included_member_that_is_no_resource_is_read_by_its_link() -> None:
    """A service that includes its members has null in place of one that it failed to read."""
    tree = Tree(unit(expand=EXPAND))
    plain = tree.resources[OUTLETS]

    def half_expanded(request: Request) -> Answer:
        if "$expand" not in request.target:
            return Answer(plain)
        return Answer({**plain, "Members": [outlet("1"), None]})

    tree.special[OUTLETS] = half_expanded
    assert identities(tree) == ["1", "2"]
    plain["Members"] = [plain["Members"][0], None]
    assert refused(tree).kind == "protocol"  # no link names the second outlet
