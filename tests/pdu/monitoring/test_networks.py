"""Networks that a search accepts, and the hosts in them."""

from __future__ import annotations

import pytest

from handlers.shared.errors import SettingsError
from pdu.monitoring import networks


@pytest.mark.parametrize(
    "texts, words",
    [
        (["10.0.0.0/8"], "have 16777216 addresses; one run asks at most 65536"),
        (["10.0.0.0/16", "10.1.0.0/24"], "have 65792"),
        (["2001:db8::/64"], "addresses; one run asks at most"),
        (
            ["192.0.2.7/24"],
            "'192.0.2.7/24' is not a network such as 192.0.2.0/24: did you mean 192.0.2.0/24?",
        ),
        (["rack.example.net"], "'rack.example.net' is not a network"),
        (["224.0.0.0/24"], "has no hosts"),
        (["::ffff:192.0.2.1"], "as in 192.0.2.1"),
        (["255.255.255.255"], "no hosts"),
        (["fe80::1%lo"], "fe80::1%lo/128 has a zone"),
        ([""], "is not a network"),
    ],
)
def test_a_network_that_cannot_be_searched_is_refused_with_the_reason(
    texts: list[str], words: str
) -> None:
    with pytest.raises(SettingsError) as error_info:
        networks.parse_networks(texts)
    assert words in error_info.value.reason


@pytest.mark.parametrize(
    "network, first, last, count",
    [
        pytest.param(
            "192.0.2.0/24",
            "192.0.2.1",
            "192.0.2.254",
            254,
            id="IPv4: without the first and the last",
        ),
        pytest.param("192.0.2.4/30", "192.0.2.5", "192.0.2.6", 2, id="the smallest with both"),
        pytest.param(
            "192.0.2.4/31", "192.0.2.4", "192.0.2.5", 2, id="/31: both are hosts (RFC 3021)"
        ),
        pytest.param("192.0.2.4/32", "192.0.2.4", "192.0.2.4", 1, id="one IPv4 address"),
        pytest.param(
            "2001:db8::/126", "2001:db8::1", "2001:db8::3", 3, id="IPv6: without the first alone"
        ),
        pytest.param("::1", "::1", "::1", 1, id="one IPv6 address"),
    ],
)
def test_network_and_broadcast_addresses_are_hosts_only_if_there_are_no_others(
    network: str, first: str, last: str, count: int
) -> None:
    hosts = list(networks.hosts(networks.parse_networks([network])[0]))
    assert hosts[0] == first
    assert hosts[-1] == last
    assert len(hosts) == count


@pytest.mark.parametrize(
    "text, proposed",
    [
        pytest.param("10.0.0.0/4", "10.0.0.0/16", id="too large"),
        pytest.param("192.0.2.7/24", "192.0.2.0/24", id="an address in the network"),
        pytest.param("2001:db8::7/64", "2001:db8::/112", id="too large, and an address in it"),
        pytest.param("224.0.0.7/4", "", id="multicast: nothing is proposed"),
        pytest.param("::ffff:192.0.2.1/120", "", id="IPv4 in IPv6: nothing is proposed"),
    ],
)
def test_a_network_that_is_proposed_is_taken(text: str, proposed: str) -> None:
    with pytest.raises(SettingsError) as failed:
        networks.parse_networks([text])
    _, _, question = failed.value.reason.partition(": did you mean ")
    assert question.rstrip("?") == proposed
    if proposed:
        assert [str(network) for network in networks.parse_networks([proposed])] == [proposed]


def test_hosts_of_overlapping_networks_are_asked_once() -> None:
    apart = networks.parse_networks(
        ["192.0.2.128/25", "192.0.2.7", "192.0.2.0/25", "192.0.2.0/24", "::1", "192.0.2.0/24"]
    )
    assert [str(network) for network in apart] == ["192.0.2.0/24", "::1/128"]
