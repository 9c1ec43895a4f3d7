"""The platform's own handlers are run beside ours, on the plausible platforms that we have."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from pdu.platform_copy import own_handlers, unknown_platform
from pdu.platform_copy.placement import pack_module, place_pack
from pdu.platform_copy.trials import HandlerModule, Platform
from tests.conformance import baseline
from tests.pdu.loading.page_handler import SOURCE

from .test_platform import OTHER_NAMES

_FOLDER = "pdu_common/handlers"
_WITHOUT_LIBRARY = "import no_such_library\n\n\ndef make_handler(pdu_data):\n    pass\n"
# indexes with a prefix, as another handler may have them
_LONG = SOURCE.replace("identity=port.oid_index,", "identity='1.' + port.oid_index,")
# rPDU2OutletSwitchedStatusState (PowerNet-MIB): off(1), on(2); this handler knows only on
_APC = (
    SOURCE.replace("46235.2.4.2.1.4", "318.1.1.26.9.2.3.1.5")
    .replace("46235.2.4.2.1.11", "318.1.1.26.9.4.3.1.6")
    .replace("46235.2.4.2.1.15", "318.1.1.26.9.4.3.1.8")
    .replace("EnumPowerStatus.UP: 1, EnumPowerStatus.DOWN: 0", "EnumPowerStatus.UP: 2")
)


def platform(folder: Path, changes: Mapping[str, str], **sources: str) -> Platform:
    """A folder that looks like DCImanager's: the baseline with these `changes` of files, and with
    these handlers, each by the name of its module.
    """
    files = {f"{_FOLDER}/{name}.py": source for name, source in sources.items()}
    baseline.write({**changes, f"{_FOLDER}/__init__.py": "\n", **files}, folder)
    return Platform(folder, str(unknown_platform.__file__))


@pytest.fixture(scope="module")
def own_handler(tmp_path_factory: pytest.TempPathFactory) -> HandlerModule:
    return pack_module(place_pack(tmp_path_factory.mktemp("pack")), "snmp")


def compared(copy: Platform, own_handler: HandlerModule) -> dict[str, own_handlers.Comparison]:
    rows = own_handlers.compare_handlers(copy, own_handler)
    return {row.module.rpartition(".")[2]: row for row in rows}


def details_of(comparison: own_handlers.Comparison) -> str:
    return " ".join(detail.shown for detail in comparison.details)


@pytest.mark.parametrize("changes", [{}, OTHER_NAMES], ids=["baseline", "other names"])
def test_identities_states_figures_and_what_cannot_be_loaded_are_said(
    changes: Mapping[str, str], tmp_path: Path, own_handler: HandlerModule
) -> None:
    source = SOURCE
    if changes:  # this platform's view of an outlet has another field
        source = source.replace("consumption=port.value_float", "energy=port.value_float")
    copy = platform(tmp_path / "tree", changes, rpcm=source, aten=_WITHOUT_LIBRARY)
    rows = compared(copy, own_handler)
    assert rows["rpcm"].words.shown == "reads the simulated rpcm"
    assert rows["rpcm"].keeps_ports
    text = details_of(rows["rpcm"])
    assert "identities: the same as ours: servers keep their ports" in text
    assert "differ" not in text
    import_error = "cannot be loaded: import: ModuleNotFoundError: no_such_library"
    assert rows["aten"].words.sent == import_error
    assert rows["aten"].words.shown == f"{import_error}: No module named 'no_such_library'"


def test_other_identities_and_states_are_differences(
    tmp_path: Path, own_handler: HandlerModule
) -> None:
    rows = compared(platform(tmp_path / "tree", {}, rpcm=_LONG, apc=_APC), own_handler)
    text = details_of(rows["rpcm"])
    assert rows["rpcm"].keeps_ports is False
    assert "identities differ; ours: 1 " in text
    text = details_of(rows["apc"])
    assert rows["apc"].words.shown == "reads the simulated apc-rpdu2"
    assert "states differ: " in text
    assert "UNKNOWN instead of DOWN" in text
    assert "figures differ; ours: " in text


def test_a_platform_without_handlers_has_nothing_to_compare(
    tmp_path: Path, own_handler: HandlerModule
) -> None:
    assert compared(Platform(tmp_path / "bare"), own_handler) == {}
