"""The platform's own handlers are run beside ours, on the plausible platforms that we have."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from pdu.loading import handler_archives
from tests.needs import ROOT
from tests.packaging.building import archive
from tests.pdu.loading.page_handler import SOURCE

from . import __main__ as conformance, baseline, platform_handlers, trial
from .test_platform import _OTHER

_FOLDER = "pdu_common/handlers"
_MISSING = "import no_such_library\n\n\ndef make_handler(pdu_data):\n    pass\n"
# indexes with a prefix, as another handler may have them
_LONG = SOURCE.replace("identity=port.oid_index,", "identity='1.' + port.oid_index,")
# rPDU2OutletSwitchedStatusState (PowerNet-MIB): off(1), on(2); this handler knows only on
_APC = (
    SOURCE.replace("46235.2.4.2.1.4", "318.1.1.26.9.2.3.1.5")
    .replace("46235.2.4.2.1.11", "318.1.1.26.9.4.3.1.6")
    .replace("46235.2.4.2.1.15", "318.1.1.26.9.4.3.1.8")
    .replace("EnumPowerStatus.UP: 1, EnumPowerStatus.DOWN: 0", "EnumPowerStatus.UP: 2")
)


def platform(folder: Path, changes: Mapping[str, str], **sources: str) -> trial.Platform:
    """A plausible platform with these handlers."""
    files = {f"{_FOLDER}/{name}.py": source for name, source in sources.items()}
    baseline.write({**changes, f"{_FOLDER}/__init__.py": "\n", **files}, folder)
    adapter = folder / "adapter.py"
    adapter.write_text((ROOT / "tests" / "conformance" / "unknown.py").read_text("utf-8"))
    return trial.Platform(folder, str(adapter))


@pytest.fixture
def own_handler(tmp_path: Path) -> trial.HandlerModule:
    data = archive(ROOT / "handlers", "snmp")
    return trial.place(handler_archives.read_archive(data), "directory", tmp_path / "own")


@pytest.mark.parametrize("changes", [{}, _OTHER], ids=["baseline", "other names"])
def test_identities_states_figures_and_what_cannot_be_loaded_are_said(
    changes: Mapping[str, str], tmp_path: Path, own_handler: trial.HandlerModule
) -> None:
    source = SOURCE
    if changes:  # this platform's view of an outlet has another field
        source = source.replace("consumption=port.value_float", "energy=port.value_float")
    tree = platform(tmp_path / "tree", changes, rpcm=source, aten=_MISSING)
    text = "\n".join(platform_handlers.lines(tree, own_handler))
    assert "pdu_common.handlers.rpcm reads the simulated rpcm" in text
    assert "identities: the same as ours" in text and "differ" not in text
    assert "pdu_common.handlers.aten: cannot be loaded: ModuleNotFoundError" in text


def test_other_identities_and_states_are_differences(
    tmp_path: Path, own_handler: trial.HandlerModule
) -> None:
    tree = platform(tmp_path / "tree", {}, rpcm=_LONG, apc=_APC)
    text = "\n".join(platform_handlers.lines(tree, own_handler))
    assert "identities differ; ours: 1 UP" in text and "1.1 UP" in text
    assert "pdu_common.handlers.apc reads the simulated apc-rpdu2" in text
    assert "states differ: 4 UNKNOWN instead of DOWN" in text and "figures differ; ours: " in text


def test_the_survey_lists_them_and_a_platform_without_any_is_said(
    tmp_path: Path, own_handler: trial.HandlerModule, capsys: pytest.CaptureFixture[str]
) -> None:
    tree = platform(tmp_path / "tree", {}, rpcm=SOURCE)
    assert conformance.main(["--platform", str(tree.tree), "snmp"]) == 0
    output = capsys.readouterr().out
    assert "platform handler: pdu_common.handlers.rpcm" in output
    assert "platform handler pdu_common.handlers.rpcm reads the simulated rpcm" in output
    bare = trial.Platform(tmp_path / "bare")
    assert list(platform_handlers.lines(bare, own_handler)) == [
        "platform handlers: pdu_common/handlers has no module with make_handler"
    ]
