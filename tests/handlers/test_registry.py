"""The registry of handlers, and two of its users: packaging/builder and the tests' peers."""

from __future__ import annotations

import pytest

from builder import script
from handlers import registry
from tests.needs import ROOT
from tests.servers import peers


def test_every_folder_with_a_handler_module_is_registered() -> None:
    modules = (ROOT / "handlers").glob("*/handler.py")
    folders = sorted(module.parent.name for module in modules)
    assert list(registry.names()) == folders
    for name in registry.names():
        about = registry.about(name)
        assert about.shown
        assert about.protocol in ("snmp", "custom")
        if about.is_codec or name in ("raritan", "redfish"):
            # else `pdu identify` may send the login to another make's handler alone
            assert about.web_words, f"{name} speaks HTTP: give its row web_words"
            assert [word.lower() for word in about.web_words] == list(about.web_words)


def test_every_table_of_cases_is_read_by_a_test_in_its_folder() -> None:
    for table in sorted((ROOT / "tests" / "handlers").glob("*/cases.txt")):
        name = table.parent.name
        reader = table.with_name("test_cases.py")
        assert reader.exists(), f"no test reads {name}/cases.txt: write test_cases.py as netio's"
        assert f'codec_tables.cases("{name}")' in reader.read_text("utf-8")


@pytest.mark.parametrize(
    "name",
    ["http", "host", "registry", "nosuch", "shared/tls", "../handlers/nut", "nut.handler", ""],
)
def test_other_names_are_not_handlers(name: str) -> None:
    assert not registry.is_handler(name)
    assert name not in registry.names()


def test_build_and_peers_have_every_handler() -> None:
    names = registry.names()
    assert tuple(handler.name for handler in script.HANDLERS) == names
    assert tuple(peers.PEERS) == names
    assert tuple(peers.SHOWN) == names
    with_kinds = {kind.handler for kind in peers.KINDS.values()}
    assert with_kinds == set(names)
