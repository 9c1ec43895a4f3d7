"""Calls of the handler on simulated agents: readings, cost, faults and time limits.

Also settings and build options.
"""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Mapping
from typing import Callable

import pytest

from handlers import VERSION
from handlers.http import client as http_client
from handlers.shared.errors import PduHandlerError, SettingsError, Unreachable, Unsupported
from handlers.snmp import options, schema, switching
from handlers.snmp.handler import make_handler
from handlers.snmp.profiles import PROFILES
from handlers.snmp.profiles.rpcm import PROFILES as RPCM
from handlers.snmp.settings import BUILD_OPTIONS, SETTINGS, select_families
from pdu_common.connection import PduSnmpData
from pdu_common.helper import EnumPowerStatus, PduPortView
from tests.handlers.snmp.calls import pdu
from tests.handlers.snmp.commands import COMMANDS
from tests.handlers.snmp.units import FAMILIES as PROFILE_OF
from tests.simulators.snmp_agent import BUILT_IN, Agent, Faults, Model
from tests.simulators.snmp_agent.devices import apc, eaton, raritan, rpcm, servertech
from tests.waiting import until

FAMILIES = pytest.mark.parametrize("key", sorted(COMMANDS))
STATES = {True: EnumPowerStatus.UP, False: EnumPowerStatus.DOWN, None: EnumPowerStatus.UNKNOWN}
BIG: Mapping[str, Callable[[], Model]] = {
    "apc-masterswitch": lambda: apc.masterswitch(48),
    "apc-rpdu": lambda: apc.rpdu(48),
    "apc-rpdu2": lambda: apc.rpdu2(48),
    "eaton-epdu": lambda: eaton.epdu(48),
    "raritan-px2": lambda: raritan.px(48),
    "rpcm": lambda: rpcm.rpcm(48),
    "sentry3": lambda: servertech.sentry3(16),
}


@pytest.mark.sample(7)
@FAMILIES
@pytest.mark.parametrize("version", ["1", "2"])
def test_status_and_figures_agree_with_the_simulators_books(key: str, version: str) -> None:
    model = BUILT_IN[key]()
    with Agent(model) as agent:
        handler = pdu(agent, version=version)
        view, statistic, books = handler.status(), handler.statistic(), agent.books()
    assert {port.identity: port.power_status for port in view.ports} == {
        i: STATES[s] for i, s in books.states.items()
    }
    assert [port.identity for port in view.ports] == list(model.relays)
    assert statistic.load == pytest.approx(books.load_a or 0.0)
    assert statistic.total_consumption == pytest.approx(books.energy_kwh or 0.0)
    energies = {port.identity: port.consumption for port in statistic.ports if port.consumption}
    assert energies == pytest.approx(books.port_energy_kwh)
    assert books.writes == []


@FAMILIES
def test_a_status_of_forty_eight_outlets_costs_at_most_five_requests_and_two_for_each_doubt(
    key: str,
) -> None:
    states = PROFILE_OF[key].outlets[0].states
    assert states is not None
    with Agent(BIG[key]()) as agent:
        assert len(pdu(agent).status().ports) == 48
        assert agent.requests <= 5 + 2 * len(states.doubts)
        assert agent.counts["get"] <= 2 + len(states.doubts)


def test_the_figures_for_tools_include_power() -> None:
    with Agent(eaton.epdu(4)) as agent:
        plain, figures = pdu(agent).measured(), pdu(agent).measured(with_power=True)
    powers = [port.power_w or 0.0 for port in figures.ports.values()]
    assert len(powers) == 4 and any(powers) and figures.power_w == pytest.approx(sum(powers))
    assert plain == figures._replace(
        power_w=None,
        inlet_w=None,
        ports={identity: port._replace(power_w=None) for identity, port in figures.ports.items()},
    )


@pytest.mark.parametrize(
    "faults",
    [
        Faults(walk_silent_after=10),
        Faults(walk_error="genErr", walk_error_after=10),
        Faults(garbage=True),
        Faults(truncate=True),
        Faults(silent=True),
        Faults(same_oid_after=10),
    ],
    ids=lambda faults: next(k for k, v in vars(faults).items() if v),
)
def test_an_interrupted_reading_is_an_error_and_never_a_partial_view(faults: Faults) -> None:
    for version in ("1", "2"):
        with Agent(apc.rpdu2(48), faults=faults) as agent:
            with pytest.raises(PduHandlerError) as error_info:
                pdu(agent, version=version, timeout="0.1", retries="0").status()
            assert error_info.value.host.startswith("127.0.0.1:") and error_info.value.operation


def test_the_error_for_a_wrong_community_suggests_it_as_the_cause_and_hides_it() -> None:
    community = "wrong-secret"
    with Agent(apc.rpdu2(4)) as agent:
        with pytest.raises(Unreachable, match="port.*community") as error_info:
            pdu(agent, community=community, timeout="0.1", retries="0").status()
        assert community not in str(error_info.value) and until(lambda: agent.requests == 1)


@pytest.mark.parametrize("method", ["status", "statistic", "port_down"])
def test_a_call_to_a_slow_device_starts_no_get_walk_or_set_after_its_limit(
    method: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each request has a time-out, and the call has a limit.

    Every answer is slow but within the time-out.
    """
    monkeypatch.setattr(switching, "PLAN_SECONDS", 0.5)
    monkeypatch.setattr("handlers.snmp.handler.LONGEST_SECONDS", 0.5)
    with Agent(apc.rpdu2(8), faults=Faults(late_s=0.3)) as agent:
        handler = pdu(agent, timeout="20", retries="0", version="1")
        call = getattr(handler, method)
        with pytest.raises(Unreachable, match="s were not enough for this call"):
            call(*([PduPortView("1")] if method == "port_down" else []))
        # a GET, then a walk of two requests; the next GET would be late
        assert agent.requests <= 3 and agent.writes() == []


def test_a_command_is_not_sent_if_the_readings_before_it_took_too_long(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The last reading, a walk, starts within the limit and ends after it."""
    monkeypatch.setattr(switching, "PLAN_SECONDS", 0.5)
    with Agent(rpcm.rpcm(2), faults=Faults(late_s=0.3)) as agent:
        with pytest.raises(Unreachable, match="s were not enough for this call"):
            pdu(agent, timeout="20", retries="0").port_down(PduPortView("1"))
        assert agent.writes() == []


def test_the_error_for_a_unit_that_does_not_answer_version_2_suggests_version_1() -> None:
    with Agent(apc.rpdu2(4), versions=(1,)) as agent:
        with pytest.raises(Unreachable, match=r"version \(older PDUs speak only 1\)"):
            pdu(agent, version="2", timeout="0.2", retries="0").status()
        assert len(pdu(agent, version="1").status().ports) == 4


def test_every_call_logs_the_version_of_the_code_and_the_family_once(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.INFO)
    with Agent(rpcm.rpcm(2)) as agent:
        handler = pdu(agent)
        calls = (
            handler.status,
            handler.statistic,
            lambda: handler.port_up(PduPortView("1")),
            lambda: handler.port_down(PduPortView("1")),
        )
        for call in calls:
            caplog.clear()
            call()
            lines = [
                record.getMessage()
                for record in caplog.records
                if record.name.startswith("handlers")
            ]
            assert len(lines) == 1 and re.search(rf"snmp {re.escape(VERSION)} \(rpcm\)", lines[0])
            assert "private" not in caplog.text


# ---- settings and build options ------------------------------------------------------------------


def test_making_a_handler_checks_no_settings() -> None:
    handler = make_handler(PduSnmpData("", {}, {"profile": "!", "colour": "red"}))
    with pytest.raises(
        SettingsError,
        match="colour.*allowed: profile, switch_unproven, metered_only, switch_automatic",
    ):
        handler.status()


@pytest.mark.parametrize(
    "settings, sentence",
    [
        (
            {"profile": "qqqqqqqq"},
            f"family 'qqqqqqqq'.*its families include {', '.join(PROFILES.keys[:3])}$",
        ),
        ({"profile": "raritan"}, "similar: raritan-px2, raritan-px1$"),
        ({"profile": "entry3"}, "similar: sentry3"),
        ({"profile": "a b"}, "'profile'.*'a b' is not allowed; give the key of a family"),
        ({"switch_unproven": "perhaps"}, "'switch_unproven'.*give yes or no"),
    ],
)
def test_the_error_for_a_bad_setting_says_what_to_give(
    settings: dict[str, str], sentence: str
) -> None:
    with pytest.raises(SettingsError, match=sentence):
        select_families(settings, {})


def test_a_family_set_by_hand_overrides_the_sys_object_id() -> None:
    with Agent(apc.rpdu2(4)) as agent:
        pdu(agent, {"profile": "apc-masterswitch"}).port_down(PduPortView("1"))
        assert [write.oid for write in agent.writes()] == ["1.3.6.1.4.1.318.1.1.4.4.2.1.3.1"]
        with pytest.raises(Unsupported, match="'rpcm'"):
            pdu(agent, {"profile": "RPCM"}).status()


@pytest.mark.parametrize("key", ["switch_unproven", "metered_only", "switch_automatic"])
def test_a_setting_overrides_a_build_option(key: str) -> None:
    for given, built, wanted in (
        ({}, {}, False),
        ({key: "yes"}, {}, True),
        ({}, {key: "yes"}, True),
        ({key: " "}, {key: "yes"}, True),
        ({key: "no"}, {key: "yes"}, False),
    ):
        choice = select_families(given, built)
        assert (getattr(choice, key), choice[1:].count(True)) == (wanted, int(wanted))
    both = select_families({"profile": "rpcm"}, {"profile": "sentry3"})
    assert [profile.key for profile in both.profiles] == ["rpcm"]
    assert select_families({}, {}) == (PROFILES, False, False, False, False)


def test_an_archive_can_be_limited_to_chosen_families() -> None:
    choice = select_families({}, {"only": "sentry3, rpcm"})
    assert [profile.key for profile in choice.profiles] == ["sentry3", "rpcm"]
    with pytest.raises(SettingsError, match="apc-rpdu.*its families include sentry3, rpcm"):
        select_families({"profile": "apc-rpdu"}, {"only": "sentry3, rpcm"})
    with pytest.raises(SettingsError, match="'only' names the family 'acme'"):
        select_families({}, {"only": "acme"})
    with pytest.raises(SettingsError, match="unknown"):
        select_families({"only": "rpcm"}, {})


def test_an_owners_profile_is_read_and_switched_even_with_low_confidence(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    data = json.loads(schema.dumps(RPCM[0]))
    data.update(key="my-strip", sys_object_ids=[], switching_confidence="low")
    monkeypatch.setattr(options, "OPTIONS", {"own_profile": json.dumps(data)})
    with Agent(rpcm.rpcm(2)) as agent:
        handler = pdu(agent)
        assert len(handler.status().ports) == 2
        assert handler.port_down(PduPortView("1")).power_status is EnumPowerStatus.DOWN


def test_an_owners_profile_without_a_required_key_is_refused_with_the_path_of_that_key() -> None:
    with pytest.raises(SettingsError, match="profile.vendor: this key is missing"):
        select_families({}, {"own_profile": '{"key": "x"}'})


def test_every_setting_is_a_build_option_and_the_repository_sets_none() -> None:
    assert set(SETTINGS) < set(BUILD_OPTIONS)
    assert options.OPTIONS == {}, "only archives have build options"


@pytest.mark.parametrize("host", ["https://192.0.2.1/", "192.0.2.1/snmp", "http://u:s3cret@pdu"])
def test_an_address_that_is_a_url_is_refused_as_over_http_and_shows_no_password(host: str) -> None:
    refusals = []
    for call in (
        make_handler(PduSnmpData(host, {"community": "public"})).status,
        lambda: http_client.endpoint("https", host),
    ):
        with pytest.raises(SettingsError) as error_info:
            call()
        refusals.append(error_info.value.reason.partition("; give")[0])
        assert "s3cret" not in str(error_info.value)
    assert refusals[0] == refusals[1] and "is not an address" in refusals[0]
