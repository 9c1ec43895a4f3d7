"""The PDUs of a service: which are read, and one that cannot be read among several."""

from __future__ import annotations

from typing import Any

import pytest

from handlers.shared.errors import NoSuchOutlet, PduHandlerError, Unsupported
from handlers.shared.meter_figures import NotKnown
from pdu_common.helper import EnumPowerStatus, PduPortView

from .tree import (
    EXPAND,
    OUTLETS,
    PASSWORD,
    RACKS,
    ROOT,
    Answer,
    Tree,
    handler,
    identities,
    not_switched,
    refused,
    serving,
    two,
    unit,
)


def test_several_pdus_have_prefixed_identities_and_one_can_be_chosen() -> None:
    assert identities(Tree(two())) == ["1.1", "1.2", "2.1"]
    assert identities(Tree(two()), pdu="1") == ["1.1", "1.2"]
    assert identities(Tree(two()), pdu="2") == ["2.1"]
    error = refused(Tree(two()), pdu="3")
    assert error.kind == "settings"
    assert "'1', '2'" in str(error)


def _shortened() -> Tree:
    """The service of two PDUs, after the second has left its list."""
    resources = two()
    resources[RACKS] = {"Members": [{"@odata.id": f"{RACKS}/1"}], "Members@odata.count": 1}
    return Tree(resources)


@pytest.mark.parametrize("chosen", [{}, {"pdu": "1"}])
def test_an_identity_may_keep_its_pdu_where_the_service_drops_another(
    chosen: dict[str, str],
) -> None:
    tree = _shortened()
    assert identities(tree, **chosen) == ["1", "2"]
    assert identities(tree, **chosen, pdu_in_identity="yes") == ["1.1", "1.2"]

    tree.special[f"{OUTLETS}/1/Outlet.PowerControl"] = Answer(None, 204)
    with serving(tree) as address:
        pdu = handler(address, **chosen, pdu_in_identity="yes")
        port = pdu.port_up(PduPortView("1.1"))
    assert port.power_status is EnumPowerStatus.UP


def test_a_single_pdu_must_list_its_outlets_whatever_they_are_called() -> None:
    tree = _shortened()
    tree.resources[f"{RACKS}/1"] = {"Id": "1", "Mains": {"@odata.id": f"{RACKS}/1/Mains"}}
    error = refused(tree, pdu_in_identity="yes")
    assert isinstance(error, Unsupported)


def test_the_error_for_an_identity_of_several_pdus_names_the_setting_that_keeps_it() -> None:
    error = not_switched(_shortened(), "1.1")
    assert isinstance(error, NoSuchOutlet)
    assert error.keys == ("pdu_in_identity",)
    assert "the service lists one PDU now" in str(error)
    assert not_switched(_shortened(), "9").keys == ()


def test_choosing_a_pdu_from_an_unlisted_collection_is_a_settings_error() -> None:
    # Links is an object of PowerEquipment, but not a collection
    for name in ("Strips", "Links"):
        tree = two()
        tree["/redfish/v1/PowerEquipment"]["Links"] = {"Oem": {}}
        error = refused(Tree(tree), pdu=f"{name}/1")
        assert error.kind == "settings"
        assert error.keys == ("pdu",)
        assert f"nothing in the collection '{name}'" in str(error)


def test_one_of_too_many_pdus_can_still_be_chosen() -> None:
    resources = two()
    members = [{"@odata.id": f"{RACKS}/1"}]
    for number in range(2, 102):
        members.append({"@odata.id": f"{RACKS}/{number}", "Id": str(number)})
    resources[RACKS] = {"Members": members}

    error = refused(Tree(resources))
    assert error.kind == "settings"
    assert error.keys == ("pdu",)
    assert "101 PDUs" in str(error)
    assert identities(Tree(resources), pdu="1") == ["1.1", "1.2"]
    error_of_missing = refused(Tree(resources), pdu="102")
    assert "'9', '10' and so on" in str(error_of_missing)


@pytest.mark.parametrize("settings", [{}, {"pdu": "1"}])
def test_two_pdus_with_the_same_id_are_an_error(settings: dict[str, str]) -> None:
    resources = two()
    # with the setting, both links have to look like that PDU's: else the other one is not read
    second = {**resources.pop(f"{RACKS}/2"), "Id": "1"}
    resources[f"{RACKS}/A/1"] = second
    resources[RACKS]["Members"][1] = {"@odata.id": f"{RACKS}/A/1"}

    error = refused(Tree(resources), **settings)

    assert error.kind == "protocol"
    assert "two PDUs with the Id '1'" in str(error)


def test_the_error_for_an_identity_without_a_prefix_says_how_outlets_are_called_now() -> None:
    error = not_switched(Tree(two()), "1")
    assert isinstance(error, NoSuchOutlet)
    assert "; its outlets are now called '1.N' or '2.N': poll it" in str(error)
    assert "has no outlet '1.9': poll it" in str(not_switched(Tree(two()), "1.9"))


def test_the_error_for_no_rack_pdus_names_the_other_equipment_of_the_service() -> None:
    resources = unit()
    resources[RACKS] = {"Members": [], "Members@odata.count": 0}
    error = refused(Tree(resources))
    assert isinstance(error, Unsupported)
    assert "lists no PDUs under its power" in str(error)
    resources[f"{ROOT}/PowerEquipment"]["FloorPDUs"] = {
        "@odata.id": f"{ROOT}/PowerEquipment/FloorPDUs"
    }
    error = refused(Tree(resources))
    assert isinstance(error, Unsupported)
    assert error.keys == ("pdu",)
    assert "give FloorPDUs/ID in " in str(error)


@pytest.mark.sample(10)
@pytest.mark.parametrize("method", ["status", "statistic", "port_down"])
@pytest.mark.parametrize("settings", [{}, {"pdu": "2"}])
@pytest.mark.parametrize("spelling", ["{}", "{}/", "{}?x=1"])
def test_two_pdus_with_the_same_list_of_outlets_are_an_error(
    method: str, settings: dict[str, str], spelling: str
) -> None:
    resources = two()
    resources[f"{RACKS}/2"]["Outlets"] = {"@odata.id": spelling.format(OUTLETS)}
    tree = Tree(resources)
    error = refused(tree, method, "2.1", **settings)
    assert error.kind == "protocol"
    assert "link to the same Outlets" in str(error)
    # the list is below PDU 1, which needs no other one
    assert identities(tree, pdu="1") == ["1.1", "1.2"]


@pytest.mark.parametrize("expands", [True, False])
@pytest.mark.parametrize(
    "wrong, kind_of_all, kind_of_named",
    [
        *((wrong_id, "protocol", "settings") for wrong_id in (None, 2, "", " 2")),
        ("no link", "protocol", "protocol"),
        ("missing", "refused", "refused"),
    ],
)
def test_a_pdu_without_a_usable_id_does_not_make_a_named_one_unreadable(
    wrong: Any, kind_of_all: str, kind_of_named: str, expands: bool
) -> None:
    """The second PDU has a wrong `Id`, no link in the list, or no resource behind its link."""
    resources = two()
    resources[ROOT]["ProtocolFeaturesSupported"] = {"ExpandQuery": EXPAND}
    if wrong == "no link":
        resources[RACKS]["Members"][1] = {"Name": "strip"}
    elif wrong == "missing":
        del resources[f"{RACKS}/2"]
    else:
        resources[f"{RACKS}/2"].update({"Id": wrong, "@odata.id": f"{RACKS}/2"})
    tree = Tree(resources)
    tree.expands = expands
    assert identities(tree, pdu="1") == ["1.1", "1.2"]
    assert refused(tree).kind == kind_of_all
    assert refused(tree, pdu="2").kind == kind_of_named


@pytest.mark.parametrize(
    "ids, settings", [(["PASSWORD", "PASSWORD"], {}), (["PASSWORD", "2"], {"pdu": "3"})]
)
def test_a_password_in_an_id_is_not_in_the_error(ids: list[str], settings: dict[str, str]) -> None:
    resources = two()
    for number, pdu_id in enumerate(ids, 1):
        resources[f"{RACKS}/{number}"]["Id"] = pdu_id.replace("PASSWORD", PASSWORD)
    error = refused(Tree(resources), **settings)
    assert PASSWORD not in str(error)
    assert "holds the login" in str(error)


@pytest.mark.parametrize("target", [RACKS, f"{RACKS}/1"])
def test_panduits_link_power_distribution_is_followed_to_the_pdus(target: str) -> None:
    """The link may lead to the list of PDUs or to a PDU."""
    resources = unit()
    del resources[ROOT]["PowerEquipment"], resources[f"{ROOT}/PowerEquipment"]
    resources[ROOT]["PowerDistribution"] = {"@odata.id": target}
    for pdu in ("", "1", "RackPDUs/1"):
        assert identities(Tree(resources), pdu=pdu) == ["1", "2"]
    error = refused(Tree(resources), pdu="TransferSwitches/1")
    assert error.kind == "settings"


def test_panduits_link_power_distribution_to_an_empty_list_shows_no_pdu() -> None:
    resources = unit()
    del resources[ROOT]["PowerEquipment"], resources[f"{ROOT}/PowerEquipment"]
    resources[ROOT]["PowerDistribution"] = {"@odata.id": RACKS}
    resources[RACKS] = {"Members": [], "Members@odata.count": 0}
    assert isinstance(refused(Tree(resources)), Unsupported)
    error = refused(Tree(resources), pdu="RackPDUs/1")
    assert error.kind == "settings"


def test_hpes_older_api_is_named() -> None:
    """The root of firmware of 2018, in rumart's Postman collection of it."""
    resources = unit()
    del resources[ROOT]["PowerEquipment"]
    resources[ROOT]["PowerDistribution"] = {"@odata.id": f"{ROOT}/RackPower/PowerDistribution"}
    error = refused(Tree(resources))
    assert isinstance(error, Unsupported)
    assert "HPE's older API" in str(error)
    assert "the handler snmp" in str(error)


@pytest.mark.parametrize("expands", [True, False])
def test_an_outlet_is_switched_though_another_pdu_cannot_be_read(expands: bool) -> None:
    tree = Tree(two())
    tree.expands = expands
    tree.special[f"{RACKS}/2"] = Answer(None, 500)
    tree.special[f"{OUTLETS}/1/Outlet.PowerControl"] = Answer(None, 204)
    with serving(tree) as address:
        port = handler(address).port_up(PduPortView("1.1"), deadline=0.0)
        assert port.power_status is EnumPowerStatus.UP
        for identity in ("2.1", "1"):
            with pytest.raises(PduHandlerError, match="HTTP Error 500") as error_info:
                handler(address).port_up(PduPortView(identity))
            assert error_info.value.keys == ("pdu",)
            assert "pdu=1" in str(error_info.value)
        with pytest.raises(NoSuchOutlet):
            handler(address).port_up(PduPortView("1.9"))


def _absent(resources: dict[str, Any]) -> None:
    resources[f"{RACKS}/2"] = {"Id": "2", "Status": {"State": "Absent"}}


def _metered_only(resources: dict[str, Any]) -> None:
    resources[f"{RACKS}/2"] = {"Id": "2", "Mains": {"@odata.id": f"{RACKS}/2/Mains"}}
    resources[f"{RACKS}/2/Mains"] = {"Members": [{"Id": "AC1", "CurrentAmps": {"Reading": 2.0}}]}


def _without_outlets(resources: dict[str, Any]) -> None:
    resources[f"{RACKS}/2"] = {"Id": "2"}


def _spoilt(path: str, answer: Answer) -> Any:
    return lambda resources: resources.update({"special": (path, answer)})


def _with_mains(resources: dict[str, Any]) -> dict[str, Any]:
    resources[f"{RACKS}/1"]["Mains"] = {"@odata.id": f"{RACKS}/1/Mains"}
    resources[f"{RACKS}/1/Mains"] = {"Members": [{"Id": "AC1", "CurrentAmps": {"Reading": 3.0}}]}
    return resources


@pytest.mark.parametrize("change, load", [(_absent, 3.0), (_metered_only, 5.0)])
def test_one_pdu_of_several_may_be_absent_or_have_no_outlets(change: Any, load: float) -> None:
    resources = _with_mains(two())
    change(resources)
    tree = Tree(resources)
    assert identities(tree) == ["1.1", "1.2"]
    with serving(tree) as address:
        assert handler(address).statistic().load == load


def test_the_energy_with_an_absent_pdu_is_not_known() -> None:
    resources = _with_mains(two())
    resources[f"{RACKS}/1/Mains"]["Members"][0]["EnergykWh"] = {"Reading": 7.0}
    _absent(resources)
    with serving(Tree(resources)) as address:
        figures = handler(address).measured()
    assert figures.load_a == 3.0
    assert figures.energy_kwh == NotKnown("the PDU 2 is Absent")


@pytest.mark.parametrize("method", ["status", "statistic", "labels"])
@pytest.mark.parametrize(
    "spoil",
    [
        _without_outlets,
        _spoilt(f"{RACKS}/2", Answer(None, 500)),
        _spoilt(f"{RACKS}/2", Answer(None, 404)),
        _spoilt(f"{RACKS}/2", Answer(None, 503)),
        _spoilt(f"{RACKS}/2", Answer(None, 403)),
        _spoilt(f"{RACKS}/2", Answer(None, 0)),
        _spoilt(f"{RACKS}/2", Answer({})),
        _spoilt(f"{RACKS}/2/Outlets", Answer(None, 500)),
        _spoilt(f"{RACKS}/2/Outlets", Answer(None, 0)),
    ],
)
def test_one_pdu_of_several_that_cannot_be_read_is_an_error_that_says_how_to_leave_it_out(
    spoil: Any, method: str
) -> None:
    resources = _with_mains(two())
    spoil(resources)
    path, answer = resources.pop("special", ("", Answer({})))
    tree = Tree(resources)
    if path:
        tree.special[path] = answer
    error = refused(tree, method)
    assert error.keys == ("pdu",)
    assert "pdu=1" in str(error)
    # the outlets are called as before
    assert identities(tree, pdu="1") == ["1.1", "1.2"]


@pytest.mark.parametrize("status", [0, 403, 429])
def test_a_named_pdu_is_read_whatever_another_one_answers(status: int) -> None:
    tree = Tree(_with_mains(two()))
    tree.special[f"{RACKS}/2"] = Answer(None, status)

    assert identities(tree, pdu="1") == ["1.1", "1.2"]
    with serving(tree) as address:
        statistic = handler(address, pdu="1").statistic()
    assert statistic.load == 3.0
    assert f"{RACKS}/2" not in tree.targets

    # without the setting, the other one is read
    assert refused(tree).kind in ("unreachable", "denied", "refused")
