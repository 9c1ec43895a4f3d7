"""The names that the community's library of device types gives to outlets, and the outlets of the
living PDU that they mean.
"""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from handlers.shared.labels import Label
from pdu.hall.importing.model import ImportedOutlet
from pdu.hall.importing.outlet_names import Contradiction, identities


def span(form: str, most: int, least: int = 1) -> list[str]:
    return [form.format(number) for number in range(least, most + 1)]


# netbox-community/devicetype-library, device-types/: the names of all outlets of a type, in its
# order, and whether they join with a PDU that has the printed numbers 1, 2, 3 and so on
LIBRARY: dict[str, tuple[list[str], bool]] = {
    "APC/AP8953": (span("Power Outlet {}", 24), True),
    "APC/AP7900B": (span("Power Outlet {}", 8), True),
    "APC/AP7921B": (span("Outlet {}", 8), True),
    "CyberPower/PDU81005": (span("Outlet {}", 8), True),
    "Raritan/PX3-5138JR": (span("Outlet{}", 8), True),
    # as it is written there: the first has a word, the others have none
    "Raritan/PX3-5664U": (["Outlet1", *span("{}", 30, 2)], True),
    "Raritan/PX3-5516": (span("Outlet {}", 24), True),
    "Raritan/PX4-534AJ-E7": (span("Outlet {}", 36), True),
    "Rittal/DK-7240-210": (span("Outlet {}", 7), True),
    "Server Technology/C2WG48TE-DFME2M99": (span("Outlet {}", 48), True),
    "Vertiv/VP5N31A1": (span("{}", 12), True),
    "Vertiv/GI10022L": (span("{:02}", 24), True),
    "Eaton/Tripp-Lite-PDUMVR30HVNETLX": (span("{:02}", 24), True),
    "Eaton/EMAT08-10": (span("A{}", 8), True),
    # the banks share one sequence of numbers
    "APC/AP8641": ([*span("Bank 1 Outlet {}", 12), *span("Bank 2 Outlet {}", 24, 13)], True),
    "Panduit/P36G18M": ([*span("Bank 1 Outlet {}", 9), *span("Bank 2 Outlet {}", 18, 10)], True),
    # sections and banks count anew: nothing says which printed number is meant
    "Eaton/EMIB08": ([*span("A{}", 21), *span("B{}", 21)], False),
    "Eaton/5PX1500IRT": (
        [*span("Group 1 - Output {}", 4), *span("Group 2 - Output {}", 4)],
        False,
    ),
    "APC/AP8886": (
        [
            f"Bank{bank}-C{kind}-{number}"
            for bank in (1, 2, 3)
            for kind, most in ((13, 10), (19, 4))
            for number in range(1, most + 1)
        ],
        False,
    ),
}


def printed(count: int) -> list[Label]:
    """Outlets with printed numbers from 1 and identities that differ from them."""
    return [Label(f"id-{number}", str(number), "") for number in range(1, count + 1)]


def outlets(names: Sequence[str], labels: Sequence[str] = ()) -> list[ImportedOutlet]:
    padded = [*labels, *[""] * (len(names) - len(labels))]
    return [ImportedOutlet(name, label) for name, label in zip(names, padded)]


@pytest.mark.parametrize("device_type", LIBRARY)
def test_the_librarys_names_mean_the_printed_numbers_or_nothing(device_type: str) -> None:
    names, joins = LIBRARY[device_type]
    listed = outlets(names)
    every = identities(listed, listed, printed(len(names)))
    assert every == (
        {name: f"id-{number}" for number, name in enumerate(names, 1)} if joins else None
    )
    # two cords, and all outlets of the type beside them
    two = identities([listed[1], listed[-1]], listed, printed(len(names)))
    assert two == ({names[1]: "id-2", names[-1]: f"id-{len(names)}"} if joins else None)


@pytest.mark.parametrize(
    "names, joins",
    [
        (span("C13-{}", 8), True),
        (span("C13 {}", 8), True),
        # C13 and C19 are numbered each for itself
        ([*span("C13-{}", 6), *span("C19-{}", 2)], False),
        # each number of the PDU once, whatever the words are
        ([*span("C13-{}", 6), *span("C19-{}", 8, 7)], True),
        ([*span("C13-{}", 6), *span("C19-{}", 9, 8)], False),
        # one word that is not plain, and not the PDU's numbers
        (span("C13-{}", 6), False),
        (span("C13-{}", 9, 2), False),
        # plain words, though the other system lists fewer outlets
        (span("Outlet {}", 6), True),
        (span("socket_{:03}", 8), True),
        # a number that no outlet has
        (span("Outlet {}", 9), False),
        (["Outlet 1", "Outlet 01"], False),
        (["left", "right"], False),
    ],
)
def test_a_number_joins_only_where_it_can_mean_one_outlet(names: list[str], joins: bool) -> None:
    listed = outlets(names)
    found = identities(listed, listed, printed(8))
    assert (found is not None) == joins
    for name, identity in (found or {}).items():
        assert int(name.rpartition("-")[2][-2:].replace("_", "")) == int(identity[3:])


def test_outlets_without_a_number_are_beside_those_that_have_each_number_once() -> None:
    listed = outlets([*span("Remotely switched - Outlet{}", 8), "Always on left", "Always on"])
    joint = identities(listed[:8], listed, printed(8))
    assert joint is not None and joint["Remotely switched - Outlet8"] == "id-8"
    assert identities(listed, listed, printed(8)) is None


def test_a_label_joins_where_the_name_says_nothing() -> None:
    known = printed(4)
    listed = outlets(["web", "db", "spare", "lamp"], ["1", "2", "3", "lamp"])
    assert identities(listed[:3], listed, known) == {"web": "id-1", "db": "id-2", "spare": "id-3"}
    # one rule for all
    assert identities(listed, listed, known) is None
    half = outlets(["web", "db"], ["1"])
    assert identities(half, half, known) is None


def test_a_label_that_contradicts_the_name_stops_the_import() -> None:
    listed = outlets(["Outlet 1", "Outlet 2"], ["2", "1"])
    with pytest.raises(Contradiction) as caught:
        identities(listed, listed, printed(2))
    assert (caught.value.by_name, caught.value.by_label) == ("id-1", "id-2")


def test_a_label_with_the_type_of_the_socket_says_nothing() -> None:
    listed = outlets(["Outlet 1", "Outlet 2"], ["C13", "C19"])
    assert identities(listed, listed, printed(2)) == {"Outlet 1": "id-1", "Outlet 2": "id-2"}


def test_the_name_on_the_pdu_goes_before_its_number() -> None:
    known = [Label("a", "1", "2"), Label("b", "2", "1")]
    listed = outlets(["1"])
    assert identities(listed, listed, known) == {"1": "b"}


def test_outlets_of_a_chain_join_by_their_full_number_only() -> None:
    known = [Label("1.7", "1.7", ""), Label("2.7", "2.7", "")]
    assert identities(outlets(["2.7"]), outlets(["2.7"]), known) == {"2.7": "2.7"}
    assert identities(outlets(["Outlet 7"]), outlets(["Outlet 7"]), known) is None
