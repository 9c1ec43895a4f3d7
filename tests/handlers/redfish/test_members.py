"""Long lists of members, and what tools read of them: members.txt has the rest."""

from __future__ import annotations

import pytest

from handlers.redfish.members import MOST_MEMBERS, members
from handlers.shared.errors import PduHandlerError

from .tree import OUTLETS, RACKS, Answer, Tree, identities, refused, service, serving, two, unit


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


def test_one_of_too_many_pdus_can_still_be_chosen() -> None:
    resources = two()
    members_of_list = [{"@odata.id": f"{RACKS}/1"}]
    for number in range(2, 102):
        members_of_list.append({"@odata.id": f"{RACKS}/{number}", "Id": str(number)})
    resources[RACKS] = {"Members": members_of_list}

    error = refused(Tree(resources))
    assert error.kind == "settings"
    assert error.keys == ("pdu",)
    assert "101 PDUs" in str(error)
    assert identities(Tree(resources), pdu="1") == ["1.1", "1.2"]
    error_of_missing = refused(Tree(resources), pdu="102")
    assert "'9', '10' and so on" in str(error_of_missing)


def test_a_tool_that_needs_each_member_gets_the_error_of_one_that_cannot_be_read() -> None:
    tree = Tree(unit())
    with serving(tree) as address:
        with service(address) as redfish:
            outlets = members(redfish, redfish.get(OUTLETS))
            assert [outlet_resource["Id"] for outlet_resource in outlets] == ["1", "2"]
            tree.special[f"{OUTLETS}/2"] = Answer(None, 500)
            with pytest.raises(PduHandlerError, match="HTTP Error 500"):
                members(redfish, redfish.get(OUTLETS))
