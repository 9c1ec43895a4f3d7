from __future__ import annotations

from typing import Iterator

import pytest

from tests.packaging.building import archive, small_tree

from .client import Client
from .manager import DciManager


@pytest.fixture
def manager() -> Iterator[DciManager]:
    with DciManager(call_seconds=20) as made:
        yield made


@pytest.fixture
def client(manager: DciManager) -> Client:
    return Client(manager)


@pytest.fixture(scope="session")
def small(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """The archive pdu_small, whose `status` does what its setting `say` names."""
    return archive(small_tree(tmp_path_factory.mktemp("small")), "small")


@pytest.fixture(scope="session")
def newer(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """The same handler in version 2.0."""
    return archive(small_tree(tmp_path_factory.mktemp("newer"), version="2.0"), "small")


@pytest.fixture(scope="session")
def hanging_switch(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """The archive pdu_small whose switching hangs where its setting `say` is "hang"."""
    tree = small_tree(tmp_path_factory.mktemp("hanging"))
    handler = tree / "small" / "handler.py"
    text = handler.read_text("utf-8")
    for method in ("port_up", "port_down"):
        text = text.replace(f"def {method}(self, port: PduPortView) -> PduPortView:\n", f"""{method}_begins = True

    def {method}(self, port: PduPortView) -> PduPortView:
        from . import wire
        wire.act(self.pdu_data.custom_params.get("say", ""))
""")
    handler.write_text(text, "utf-8")
    return archive(tree, "small")
