"""Calls of the handler on simulated agents: power, errors, time limits, settings, build options."""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Sequence
from functools import partial
from typing import Optional

import pytest

from handlers import VERSION
from handlers.dcimanager.snmp import Snmp
from handlers.http import client as http_client
from handlers.shared.errors import SettingsError, Unreachable, Unsupported
from handlers.shared.meter_figures import NOT_ASKED, measured
from handlers.snmp import options, schema, switching
from handlers.snmp.handler import UPS_ADVICE, make_handler
from handlers.snmp.profiles import PROFILES
from handlers.snmp.profiles.rpcm import PROFILES as RPCM
from handlers.snmp.settings import BUILD_OPTIONS, SETTINGS
from pdu_common.connection import PduSnmpData
from pdu_common.helper import EnumPowerStatus, PduPortView
from tests.handlers.snmp.calls import NearPdu, form, near, pdu
from tests.simulators.clockwork import ManualClock
from tests.simulators.snmp_agent import Agent, Model, Row
from tests.simulators.snmp_agent.ber import Binding
from tests.simulators.snmp_agent.devices import apc, rpcm
from tests.simulators.snmp_units import fixture
from tests.waiting import until


def test_the_figures_for_tools_include_power() -> None:
    unit = fixture("eaton-epdu")
    with Agent(unit.device()) as agent:
        without_power = near(agent).measured()
        figures = near(agent).measured(with_power=True)

    assert figures.power_w == unit.expected.power_w
    for identity, outlet in unit.expected.outlets.items():
        assert measured(figures.ports[identity].power_w) == outlet.power_w
    assert figures.ports.keys() <= unit.expected.outlets.keys()

    # all the rest is the same
    ports = {identity: port._replace(power_w=NOT_ASKED) for identity, port in figures.ports.items()}
    expected = figures._replace(power_w=NOT_ASKED, inlet_w=NOT_ASKED, ports=ports)
    assert without_power == expected


def test_the_error_for_a_wrong_community_suggests_it_as_the_cause_and_hides_it() -> None:
    community = "wrong-secret"
    with Agent(apc.rpdu2(4)) as agent:
        with pytest.raises(Unreachable, match="port.*community") as error_info:
            pdu(agent, community=community, timeout="0.1", retries="0").status()
        assert community not in str(error_info.value)
        assert until(lambda: agent.requests == 1)


class SlowPdu(NearPdu):
    """A handler of which each request takes 35 s of `clock`."""

    clock = ManualClock()

    def _ask(self, kind: int, oid: str, value: Optional[Row]) -> tuple[str, Sequence[Binding]]:
        self.clock.now += 35.0
        return super()._ask(kind, oid, value)


@pytest.mark.parametrize(
    "method, model",
    [
        ("status", apc.rpdu2(48)),
        ("statistic", apc.rpdu2(48)),
        ("port_down", apc.rpdu2(8)),
        # the last reading before the write begins within the limit and ends after it
        ("port_down", rpcm.rpcm(2)),
    ],
)
def test_a_call_to_a_slow_device_starts_no_get_walk_or_set_after_its_limit(
    method: str, model: Model, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("handlers.snmp.handler.Snmp", partial(Snmp, clock=SlowPdu.clock))
    monkeypatch.setattr("handlers.snmp.handler.LONGEST_SECONDS", switching.PLAN_SECONDS)
    with Agent(model) as agent:
        handler = SlowPdu(form(agent, None, {"version": "1"}), agent)
        call = getattr(handler, method)
        arguments = [PduPortView("1")] if method == "port_down" else []
        start = handler.clock.now
        with pytest.raises(Unreachable, match="s were not enough for this call"):
            call(*arguments)
        assert handler.clock.now - start > switching.PLAN_SECONDS
        assert agent.writes() == []


def test_the_error_for_a_unit_that_does_not_answer_version_2_suggests_version_1() -> None:
    with Agent(apc.rpdu2(4), versions=(1,)) as agent:
        with pytest.raises(Unreachable, match=r"version \(older PDUs speak only 1\)"):
            pdu(agent, version="2", timeout="0.2", retries="0").status()
        assert len(pdu(agent, version="1").status().ports) == 4


UPS_FAMILIES = [profile.key for profile in PROFILES if profile.ups]


@pytest.mark.parametrize("name", [*UPS_FAMILIES, "apc-rpdu2"])
def test_a_ups_is_told_to_a_person_and_only_noted_at_a_poll(
    name: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    with Agent(fixture(name).device()) as agent:
        handler = near(agent)
        handler.status()
        handler.labels()
    levels = [record.levelno for record in caplog.records if record.getMessage() == UPS_ADVICE]
    assert levels == ([logging.INFO, logging.WARNING] if name in UPS_FAMILIES else [])


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
            assert len(lines) == 1
            assert re.search(rf"snmp {re.escape(VERSION)} \(rpcm\)", lines[0])
            assert "private" not in caplog.text


# ---- settings and build options ------------------------------------------------------------------


def test_making_a_handler_checks_no_settings() -> None:
    handler = make_handler(PduSnmpData("", {}, {"profile": "!", "colour": "red"}))
    with pytest.raises(
        SettingsError,
        match="colour.*allowed: profile, switch_unproven, metered_only, switch_automatic",
    ):
        handler.status()


def test_a_family_set_by_hand_overrides_the_sys_object_id() -> None:
    with Agent(apc.rpdu2(4)) as agent:
        pdu(agent, {"profile": "apc-masterswitch"}).port_down(PduPortView("1"))
        assert [write.oid for write in agent.writes()] == ["1.3.6.1.4.1.318.1.1.4.4.2.1.3.1"]
        with pytest.raises(Unsupported, match="'rpcm'"):
            pdu(agent, {"profile": "RPCM"}).status()


@pytest.fixture
def own_profile(monkeypatch: pytest.MonkeyPatch) -> None:
    """An archive with the profile of an owner, by which no unit is recognised."""
    profile = json.loads(schema.dumps(RPCM[0]))
    profile.update(key="my-strip", sys_object_ids=[], programs=[], mib="")
    monkeypatch.setattr(options, "OPTIONS", {"own_profile": json.dumps(profile)})


def test_an_owners_profile_is_read_and_switched_though_no_unit_is_recognised_by_it(
    own_profile: None,
) -> None:
    with Agent(rpcm.rpcm(outlets=2)) as agent:
        handler = pdu(agent)
        view = handler.status()
        port = handler.port_down(PduPortView("1"))
    assert len(view.ports) == 2
    assert port.power_status is EnumPowerStatus.DOWN


def test_a_device_without_the_objects_of_an_owners_profile_is_refused_by_its_name(
    own_profile: None,
) -> None:
    with Agent(rpcm.rpcm(outlets=0)) as agent:
        with pytest.raises(Unsupported, match="'my-strip', which is"):
            pdu(agent).status()


def test_every_setting_is_a_build_option_and_the_repository_sets_none() -> None:
    assert {setting.key for setting in SETTINGS} < {option.key for option in BUILD_OPTIONS}
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
    assert refusals[0] == refusals[1]
    assert "is not an address" in refusals[0]
