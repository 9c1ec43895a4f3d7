"""Engines that are made from cached bytecode: the same symbols as pysnmp's own, only classes
shared, no second compilation.
"""

from __future__ import annotations

import builtins
from typing import Any

import pytest
from pysnmp.hlapi.v3arch import asyncio as hlapi
from pysnmp.smi.error import MibNotFoundError

from pdu_common.snmp_client.pysnmp_engine import new_builder, new_engine


def _symbols(engine: Any) -> dict[str, list[str]]:
    return {
        module: list(symbols) for module, symbols in engine.get_mib_builder().mibSymbols.items()
    }


def test_an_engine_has_the_modules_and_symbols_of_pysnmps_own() -> None:
    assert _symbols(new_engine()) == _symbols(hlapi.SnmpEngine())


def test_two_engines_share_only_classes() -> None:
    """Other symbols hold an engine's users, counters and identifier."""
    first, second = (engine.get_mib_builder().mibSymbols for engine in (new_engine(), new_engine()))
    shared = [
        first[module][name]
        for module in first
        for name in first[module]
        if first[module][name] is second[module][name]
    ]
    assert [one for one in shared if not isinstance(one, type)] == []


def test_no_engine_after_the_first_compiles_a_module(monkeypatch: pytest.MonkeyPatch) -> None:
    new_engine()
    compiled: list[object] = []
    monkeypatch.setattr(builtins, "compile", lambda *given, **_: compiled.append(given))
    new_engine()
    assert compiled == []


def test_loading_a_module_that_is_in_no_mib_source_raises_pysnmps_own_error() -> None:
    with pytest.raises(MibNotFoundError, match="ACME-MIB"):
        new_builder().load_modules("ACME-MIB")
