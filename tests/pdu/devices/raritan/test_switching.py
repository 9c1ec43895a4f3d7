"""`pdu raritan` on a simulated unit: switching, cycling, the questions before a command, and the
power-up order.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest

from pdu import root
from tests import terminal
from tests.simulators.xerus import Fault, Model, XerusPdu, image
from tests.simulators.xerus.jsonrpc import NO_PRIVILEGE, RpcError
from tests.waiting import PATIENCE_S

from .results import Run, done, facts


def test_all_outlets_get_one_command_and_an_outlet_that_stays_on_is_named(
    run: Run, unit: XerusPdu
) -> None:
    # the switching of outlet 4 is disabled
    code, out, err = run("switch", "all", "off", "--yes", "--wait", "0")
    assert code == 9 and out.splitlines()[-1] == "outlet 4  on" and "outlet 4 is on, not off" in err
    code, out, err = run("cycle", "all", "--yes", "--wait", "0.5")
    assert code == 9 and out.splitlines() == [f"outlet {number}  on" for number in range(1, 5)]
    assert "but outlet 4 is on, and no cycle was seen: look" in err
    assert [name for name, _ in unit.books().writes] == [
        "pdu.0.setAllOutletPowerStates",
        "pdu.0.cycleAllOutletPowerStates",
    ]


def test_a_switching_by_others_during_the_question_is_no_sign_of_the_cycle(
    run: Run, unit: XerusPdu, monkeypatch: pytest.MonkeyPatch
) -> None:
    outlet, times = unit.units[0].outlets[3], [1000]  # its switching is disabled
    usual = outlet.getState

    class Slow(terminal.Person):
        def readline(self) -> str:
            times.append(1001)
            return super().readline()

    monkeypatch.setattr(outlet, "getState", lambda: {**usual(), "lastPowerStateChange": times[-1]})
    monkeypatch.setattr(sys, "stdin", Slow("yes\n"))
    code, _, err = run("cycle", "all", "--wait", "0.5")
    assert code == 9 and "but outlet 4 is on, and no cycle was seen: look" in err


def test_one_and_several_outlets_are_switched(run: Run, unit: XerusPdu) -> None:
    def states() -> list[Any]:
        return [unit.books().states[str(number)] for number in (1, 2, 3)]

    assert done(run("switch", "1", "off", "--yes")).split() == ["outlet", "1", "off"]
    assert states() == [False, True, True]
    assert facts(run, "switch", "1", "2", "off", "--yes") == {
        "outlets": {"1": "off", "2": "off"},
        "done": True,
    }
    assert facts(run, "switch", "1", "2", "3", "on", "--yes")["done"] and states() == [
        True,
        True,
        True,
    ]


def test_a_state_that_is_denied_after_a_command_is_not_asked_for_again(
    run: Run, unit: XerusPdu, monkeypatch: pytest.MonkeyPatch
) -> None:
    outlet = unit.units[0].outlets[1]
    asked: list[str] = []
    switched = outlet.setPowerState

    def denied() -> Any:
        asked.append("getState")
        raise RpcError(NO_PRIVILEGE, "no")

    def switches(pstate: int) -> int:
        monkeypatch.setattr(outlet, "getState", denied)
        return switched(pstate)

    monkeypatch.setattr(outlet, "setPowerState", switches)
    code, _, err = run("switch", "2", "off", "--yes")
    assert (
        code == 4
        and "accepted the command, but the states of its outlets cannot be read" in err
        and asked == ["getState"]
    )


def test_an_outlet_that_is_named_twice_is_switched_once(run: Run, unit: XerusPdu) -> None:
    assert facts(run, "switch", "2", "2", "off", "--yes") == {"outlets": {"2": "off"}, "done": True}
    assert [name for name, _ in unit.books().writes if "PowerState" in name] == [
        "outlet.1.setPowerState"
    ]


@pytest.mark.parametrize("prefixed", [True, False])
def test_a_command_for_a_link_unit_never_reaches_the_primary_unit(
    monkeypatch: pytest.MonkeyPatch, prefixed: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    """The vendor does not document whether references in the answers of a link unit
    contain its id.
    """
    model = Model(outlets=2, in_rush_guard_ms=0, cycle_delay_s=0)
    with XerusPdu(model, links={3: model}, prefix_links=prefixed) as pdu:
        monkeypatch.setenv("PDU_PASSWORD", pdu.password)
        where = ("raritan", f"{pdu.host}:{pdu.port}")

        def run(*words: str) -> str:
            options = ("--link", "3", "--yes", "--wait", str(PATIENCE_S))
            assert root.run([*where, "--fingerprint", pdu.fingerprint, *words, *options]) == 0
            return capsys.readouterr().out

        run("switch", "1", "off")
        assert pdu.books().states == {"1": True, "2": True, "3.1": False, "3.2": True}
        run("switch", "1", "2", "on")
        run("cycle", "2")
        run("sequence", "2,1", "--delay", "700")
        assert pdu.units[0].outlets[0].settings["sequenceDelay"] == 0
        assert pdu.units[3].outlets[0].settings["sequenceDelay"] == 700
        pdu.units[3].outlets[1].current = 7.5
        row = next(
            line for line in run("sensors").splitlines() if line.startswith("outlet/2/current ")
        )
        assert row.split()[1] == "7.5" and run("outlets").splitlines()[2].split()[3] == "7.5"
        run("thresholds", row.split()[-1].replace("/link/3", ""), "upperCritical=9")
        assert "upperCritical          9" in run("thresholds", "outlet/2/current")
        assert root.run([*where, "thresholds", "outlet/2/current", "--no-verify"]) == 0
        assert "upperCritical          off" in capsys.readouterr().out
        assert all(name.startswith("3/") for name, _ in pdu.books().writes)


@pytest.mark.parametrize(
    "fault, how", [(Fault.DROP_AFTER_WRITE, {}), (Fault.HTML, {}), (Fault.STATUS, {"status": 500})]
)
def test_a_switch_command_without_a_usable_answer_is_reported_as_possibly_done(
    run: Run, unit: XerusPdu, fault: Fault, how: dict[str, Any]
) -> None:
    unit.faults.order(fault, method="setPowerState", **how)
    code, _, err = run("switch", "1", "off", "--yes")
    assert code == 3 and "so outlet 1 may or may not have switched" in err


@pytest.mark.parametrize(
    "outlets, named",
    [(["1"], "outlet 1 was"), (["1", "3"], "outlets 1, 3 were"), (["all"], "the outlets were")],
)
def test_a_refusal_names_the_outlets_of_the_command(
    run: Run, unit: XerusPdu, outlets: list[str], named: str
) -> None:
    unit.units[0].settings["inhibitRelayControl"] = True
    code, _, err = run("switch", *outlets, "off", "--yes")
    assert code == 6 and f"{named} not switched: relay control is inhibited" in err


@pytest.mark.parametrize(
    "method, words",
    [
        ("startUpdate", ["firmware", "update"]),
        ("installPendingKeyPair", ["cert", "install"]),
        ("addLinkUnit", ["links", "add", "2", "192.0.2.50"]),
        ("releaseLinkUnit", ["links", "release", "2"]),
        ("addServer", ["servers", "add", "web.example"]),
        ("deleteServer", ["servers", "delete", "1"]),
        ("deletePending", ["cert", "discard"]),
        ("setConfiguration", ["snmp", "location=rack 7"]),
        ("setThresholds", ["thresholds", "outlet/1/current", "upperCritical=9"]),
        ("cancelOutletSequence", ["sequence", "cancel"]),
        ("discardImage", ["firmware", "discard"]),
        ("setSettings", ["sequence", "4,3,2,1"]),
    ],
)
def test_the_error_of_an_unanswered_command_says_that_it_may_have_taken_effect_and_how_to_check(
    run: Run,
    unit: XerusPdu,
    tmp_path: Path,
    method: str,
    words: list[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("PDU_LINK_PASSWORD", "legrand")
    (tmp_path / "image").write_bytes(image("4.4.1.6-53300"))
    run("firmware", "upload", str(tmp_path / "image"))
    unit.faults.order(Fault.DROP_AFTER_WRITE, method=method)
    code, _, err = run(*words, "--yes")
    assert (
        code == 3
        and "may or may not" in err
        and "; check with '" in err
        and "before you try again" in err
    )


def test_an_outlet_without_a_state_does_not_hide_the_states_of_others(
    run: Run, unit: XerusPdu, monkeypatch: pytest.MonkeyPatch
) -> None:
    def decline() -> None:
        raise RpcError(7, "not now")

    monkeypatch.setattr(unit.units[0].outlets[1], "getState", decline)
    code, out, err = run("switch", "1", "2", "off", "--yes", "--wait", "0.5")
    assert code == 9 and out.splitlines() == ["outlet 1  off", "outlet 2  unknown"]
    assert "outlet 2 is unknown, not off" in err and "outlet 1" not in err


def test_a_failed_reading_after_a_command_is_repeated_unless_the_login_is_refused(
    run: Run, unit: XerusPdu
) -> None:
    unit.faults.order(Fault.STATUS, 2, method="getState", status=503)
    assert done(run("switch", "1", "off", "--yes")).split() == ["outlet", "1", "off"]
    unit.faults.order(Fault.STATUS, None, method="getState", status=503)
    code, out, err = run("switch", "1", "off", "--yes", "--wait", "0.5")
    assert (
        code == 9
        and "unknown" in out
        and err.startswith("not-seen: ")
        and "outlet 1 is unknown, not off" in err
    )
    unit.faults.clear()
    unit.faults.order(Fault.STATUS, None, method="getState", status=401)
    before = unit.books().requests
    code, _, err = run("switch", "1", "off", "--yes")
    assert code == 4 and "accepted the command" in err and unit.books().requests == before + 4


@pytest.mark.parametrize(
    "words",
    [
        ["switch", "2", "off"],
        ["switch", "1", "2", "off"],
        ["cycle", "2"],
        ["cycle", "1", "2"],
        ["sequence", "3,1,2"],
    ],
)
def test_outlets_that_are_not_listed_at_their_numbers_get_no_command(
    words: list[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    with XerusPdu(Model(outlets=3, listed=(1, 3, 2), in_rush_guard_ms=0)) as pdu:
        ca_file = tmp_path / "ca.pem"
        ca_file.write_text(pdu.ca_pem, encoding="ascii")
        monkeypatch.setenv("PDU_PASSWORD", pdu.password)
        assert (
            root.run(
                [
                    "raritan",
                    f"{pdu.host}:{pdu.port}",
                    words[0],
                    "--ca-pem",
                    str(ca_file),
                    "--yes",
                    *words[1:],
                ]
            )
            == 8
        )
        err = capsys.readouterr().err
        number, label = (3, "2") if words[0] == "sequence" else (2, "3")
        assert (
            f"nothing was changed: in the PDU's list outlet {number} is labelled '{label}'" in err
        )
        assert pdu.books().writes == []


def test_cycling_ends_when_the_outlet_is_on_again(run: Run, unit: XerusPdu) -> None:
    unit.units[0].settings["cycleDelay"] = 0.5
    assert facts(run, "cycle", "2", "--yes")["done"] and unit.books().states["2"] is True
    assert [name for name, _ in unit.books().writes if "cycle" in name] == [
        "outlet.1.cyclePowerState"
    ]


def test_a_command_that_asks_needs_yes_without_a_terminal(run: Run, unit: XerusPdu) -> None:
    for words in (
        ["switch", "1", "off"],
        ["cycle", "all"],
        ["firmware", "reboot"],
        ["cert", "install"],
        ["sequence", "cancel"],
        ["links", "release", "3"],
        ["network", "bridge", "on"],
        ["servers", "add", "h"],
        ["snmp", "v2=no"],
        ["thresholds", "outlet/1/current", "upperCritical=1"],
        ["firmware", "update", "no-such-file"],
    ):
        code, _, err = run(*words)
        assert code == 12 and "--yes" in err, words
    assert unit.books().writes == []


def test_a_person_is_asked_and_only_a_yes_confirms(
    run: Run, unit: XerusPdu, monkeypatch: pytest.MonkeyPatch
) -> None:
    for answer, code in (("", 12), ("n\n", 12), ("yes\n", 0)):
        monkeypatch.setattr(sys, "stdin", terminal.Person(answer))
        found, _, err = run("switch", "1", "off")
        assert found == code and f"switch off outlet 1 (now on) on {unit.host}:{unit.port}?" in err
    asked = run("switch", "1", "off", "--link", "3")[2]
    assert f"switch off outlet 1 (now on) on link unit 3 of {unit.host}:{unit.port}?" in asked
    monkeypatch.setattr(sys, "stdin", terminal.Person("n\n"))
    assert (
        f"power-cycle outlet 1 (now off), outlet 2 'web' (now on) on {unit.host}:{unit.port}?"
        in run("cycle", "1", "2")[2]
    )
    words = ("upperCritical=1234567.25", "lowerWarning=off")
    assert (
        "to upperCritical=1234567.25, lowerWarning=off on"
        in run("thresholds", "outlet/1/current", *words)[2]
    )
    asked = (
        "switch on outlet 1 (now off), outlet 2 'web' (now on), outlet 3 (now on), outlet 4 (now"
        " on) on"
    )
    assert asked in run("switch", "all", "on")[2]


@pytest.mark.parametrize(
    "named, rest",
    [
        (3, "outlet 3 (now on) and 1 more outlet on"),
        (2, "outlet 2 'web' (now on) and 2 more outlets on"),
    ],
)
def test_a_question_counts_the_outlets_that_it_does_not_name(
    run: Run, monkeypatch: pytest.MonkeyPatch, named: int, rest: str
) -> None:
    monkeypatch.setattr("pdu.devices.raritan.switching._NAMED", named)
    monkeypatch.setattr(sys, "stdin", terminal.Person("n\n"))
    assert rest in run("switch", "all", "on")[2]


@pytest.mark.parametrize(
    "words, code",
    [
        (["switch", "5", "off"], 7),
        (["switch", "0", "on"], 7),
        (["cycle", "x"], 2),
        (["switch", "1", "toggle"], 2),
        (["switch", "4", "off", "--yes"], 6),
        (["sequence", "1,2"], 2),
        (["sequence", "--delay", "5"], 2),
        (["sequence", "1,2,3,4", "--delay", "", "--yes"], 2),
    ],
)
def test_a_wrong_or_disabled_outlet_and_a_wrong_state_or_order_are_errors(
    run: Run, words: list[str], code: int
) -> None:
    found, out, err = run(*words)
    assert found == code and err and not out


def test_the_word_all_with_a_number_is_refused_with_the_remedy(run: Run) -> None:
    code, _, err = run("switch", "all", "1", "off")
    assert code == 2 and "give numbers from 1 to 4, or only the word all" in err


def test_the_state_of_an_outlet_with_a_failed_relay_is_shown_as_unknown(
    run: Run, unit: XerusPdu, monkeypatch: pytest.MonkeyPatch
) -> None:
    unit.units[0].relays.all[0].stuck = True
    code, out, _ = run("switch", "1", "off", "--yes", "--wait", "0.1")
    assert code == 9 and "outlet 1  unknown" in out
    # The simulator names the failed component "outlet 1". This may be number 1 or index 1 (from 0),
    # so outlet 2 is unknown too.
    assert [row["state"] for row in facts(run, "outlets")["outlets"]] == [
        "unknown",
        "unknown",
        "on",
        "on",
    ]
    monkeypatch.setattr(sys, "stdin", terminal.Person("n\n"))
    assert "switch on outlet 1 (now unknown)" in run("switch", "1", "on")[2]


def test_an_outlet_that_switches_too_late_has_a_separate_exit_code(
    run: Run, unit: XerusPdu
) -> None:
    unit.units[0].relays._delays = unit.units[0].relays._delays._replace(movement=60.0)
    code, out, _ = run("switch", "1", "off", "--yes", "--wait", "0.1")
    assert code == 9 and "outlet 1  on" in out


def test_the_power_up_order_is_shown_set_and_reset(run: Run) -> None:
    assert facts(run, "sequence")["order"] == []
    assert facts(run, "sequence", "4,3,2,1", "--delay", "500", "--yes")["order"] == [4, 3, 2, 1]
    assert facts(run, "sequence", "none", "--yes")["order"] == []


def test_a_wrong_delay_changes_nothing_and_one_that_the_unit_refuses_does_not_undo_the_order(
    run: Run,
) -> None:
    code, _, err = run("sequence", "4,3,2,1", "--delay", "soon", "--yes")
    assert code == 2 and "milliseconds" in err and facts(run, "sequence")["order"] == []
    code, _, err = run("sequence", "4,3,2,1", "--delay", "99999999", "--yes")
    assert (
        code == 6
        and "refused the delay of outlet 1 (the new order is set): a value is not allowed" in err
    )
    assert facts(run, "sequence")["order"] == [4, 3, 2, 1]


@pytest.mark.parametrize(
    "fault, method, skip",
    [
        (Fault.DROP_AFTER_WRITE, "setSettings", 2),
        (Fault.PRIVILEGE, "setSettings", 2),
        (Fault.NOT_JSON, "getSettings", 2),
    ],
)
def test_a_delay_that_is_not_confirmed_does_not_hide_that_the_order_was_taken(
    run: Run, unit: XerusPdu, fault: Fault, method: str, skip: int
) -> None:
    unit.faults.order(fault, method=method, skip=skip)
    code, _, err = run("sequence", "4,3,2,1", "--delay", "500", "--yes")
    advice = (
        "with an account that may set it, repeat the command ("
        if fault is Fault.PRIVILEGE
        else "repeat the command ("
    )
    assert code == 9
    accepted = (
        "the unit accepted the new order and the delays up to outlet 1, but not certainly the delay"
        " of outlet 2"
    )
    assert f"{accepted}: {advice}" in err
    assert facts(run, "sequence")["order"] == [4, 3, 2, 1]


def test_the_command_to_cancel_a_sequence_reaches_the_unit(run: Run, unit: XerusPdu) -> None:
    assert done(run("sequence", "cancel", "--yes")) == "cancelled\n"
    assert [name for name, _ in unit.books().writes] == ["pdu.0.cancelOutletSequence"]


@pytest.mark.parametrize("words", [["switch", "all", "on"], ["cycle", "1"], ["sequence", "1"]])
def test_a_unit_without_outlets_gets_no_command(
    words: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with XerusPdu(Model(outlets=0, metering="inlet")) as pdu:
        monkeypatch.setenv("PDU_PASSWORD", pdu.password)
        code = root.run(
            ["raritan", f"{pdu.host}:{pdu.port}", *words, "--yes", "--fingerprint", pdu.fingerprint]
        )
        assert (
            code == 8
            and "the unit lists no outlets" in capsys.readouterr().err
            and not pdu.books().writes
        )
