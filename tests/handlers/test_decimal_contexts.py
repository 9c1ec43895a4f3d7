"""Figures do not depend on the decimal context of the thread that calls a handler: it belongs to
the platform.
"""

from __future__ import annotations

import decimal
import json
import re
import sys
from decimal import Context
from typing import Any

import pytest

from handlers.shared import decimals
from handlers.snmp.profiles import PROFILES
from handlers.snmp.read_scope import FIGURES
from pdu_common.helper import PduPortView
from tests.handlers.clocks import in_switching
from tests.handlers.snmp.exact_figures import read_exactly
from tests.handlers.snmp.units import EACH_MECHANISM, find, memory
from tests.handlers.wired import EVERY, Wire
from tests.needs import ROOT
from tests.simulators.snmp_units import Fixture
from tests.waiting import run_program

SIGNALS = [
    decimal.Clamped,
    decimal.DivisionByZero,
    decimal.FloatOperation,
    decimal.Inexact,
    decimal.InvalidOperation,
    decimal.Overflow,
    decimal.Rounded,
    decimal.Subnormal,
    decimal.Underflow,
]
HOSTILE: dict[str, Context] = {
    "three digits": Context(prec=3),
    "one digit, rounded up": Context(prec=1, rounding=decimal.ROUND_UP),
    "rounded down": Context(prec=2, rounding=decimal.ROUND_DOWN),
    "every trap": Context(prec=2, traps=SIGNALS),
    "no trap, narrow exponents": Context(prec=2, Emax=1, Emin=-1, clamp=1, capitals=0, traps=[]),
    "narrow exponents, every trap": Context(prec=2, Emax=1, Emin=-1, clamp=1, traps=SIGNALS),
}


@pytest.mark.sample(10)
@EACH_MECHANISM
def test_the_figures_of_a_family_are_the_same_in_every_context(unit: Fixture) -> None:
    plain = repr(read_exactly(find(unit, memory(unit), FIGURES)))
    for name, context in HOSTILE.items():
        with decimal.localcontext(context):
            assert repr(read_exactly(find(unit, memory(unit), FIGURES))) == plain, name


# ---- each handler over the network ---------------------------------------------------------------


def _figures(handler: Any) -> tuple[float, float, list[tuple[str, float]]]:
    view = handler.statistic()
    return (
        view.load,
        view.total_consumption,
        [(port.identity, port.consumption) for port in view.ports],
    )


@EVERY
def test_a_handler_answers_the_same_in_every_context(
    monkeypatch: pytest.MonkeyPatch, device: Wire
) -> None:
    with device(in_switching(monkeypatch)) as peer:
        handler = peer.make()
        states = handler.status()
        plain = _figures(handler)
        assert plain[0] > 0.0
        assert plain[1] > 0.0
        for name, context in HOSTILE.items():
            with decimal.localcontext(context):
                assert handler.status() == states, name
                assert _figures(handler) == plain, name
        with decimal.localcontext(HOSTILE["every trap"]):
            assert handler.port_down(PduPortView("1")).power_status.name == "DOWN"


# ---- loading -------------------------------------------------------------------------------------

_LOAD = """
import decimal
decimal.DefaultContext.prec = 2
decimal.DefaultContext.rounding = decimal.ROUND_UP
decimal.DefaultContext.Emax, decimal.DefaultContext.Emin = 1, -1
decimal.setcontext(decimal.Context())
from handlers.shared import decimals
from handlers.snmp.profiles import PROFILES
import json
print(json.dumps([repr(decimals.CONTEXT), [repr(profile) for profile in PROFILES]]))
"""


def test_profiles_are_the_same_if_they_are_loaded_in_another_context() -> None:
    result = run_program([sys.executable, "-c", _LOAD], cwd=ROOT, check=True)
    context, profiles = json.loads(result.stdout)
    address = re.compile(" at 0x[0-9a-f]+")  # of a function
    texts = [address.sub("", repr(profile)) for profile in PROFILES]
    assert [address.sub("", text) for text in profiles] == texts
    assert context.partition("flags=")[0] == repr(decimals.CONTEXT).partition("flags=")[0]
