from __future__ import annotations

import functools
from collections.abc import Iterator

import pytest

from tests.needs import found, localhost
from tests.packaging.building import archive, small_tree
from tests.process_lock import turn
from tests.waiting import PATIENCE_S

from . import local_build
from .chromium import DESKTOP, Browser, browser
from .client import Client
from .looks import leave
from .manager import DciManager
from .visiting import Visitor


@pytest.fixture(scope="session", autouse=True)
def one_build() -> Iterator[None]:
    """Builds the project's archives once for all tests of this process: a second of each."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(local_build, "built", functools.cache(local_build.built))
        yield


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    program, driver = found("chromium"), found("chromedriver")
    localhost()  # at which chromedriver listens
    # also skips where CI is set: not every system has a chromium package
    if program is None or driver is None:
        pytest.skip("no browser: apt-get install chromium chromium-driver")
    with browser(program, driver) as window:
        yield window


@pytest.fixture
def window(chromium: Browser) -> Iterator[Browser]:
    """An empty window. Tests take turns, because a browser needs a core."""
    with turn("browser"):
        chromium.resize(*DESKTOP)
        chromium.dark(False)
        yield chromium
        leave(chromium)


@pytest.fixture
def manager() -> Iterator[DciManager]:
    with DciManager(call_seconds=PATIENCE_S) as manager:
        yield manager


@pytest.fixture
def client(manager: DciManager) -> Client:
    return Client(manager)


@pytest.fixture
def site() -> Iterator[DciManager]:
    """A local DCImanager that also serves its page without TLS."""
    with DciManager(page_port=0, call_seconds=PATIENCE_S) as manager:
        yield manager


@pytest.fixture
def visitor(site: DciManager) -> Visitor:
    """A person who has logged in to the page."""
    visitor = Visitor(site)
    assert visitor.log_in().headers["location"] == "/"
    return visitor


@pytest.fixture(scope="session")
def small(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """The archive pdu_small.

    Its handler needs no device; its `status` does what the setting `say` names.
    """
    return archive(small_tree(tmp_path_factory.mktemp("small")), "small")


@pytest.fixture(scope="session")
def newer(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """The archive of the small handler in version 2.0."""
    return archive(small_tree(tmp_path_factory.mktemp("newer"), version="2.0"), "small")


@pytest.fixture(scope="session")
def hanging_switch(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """The archive `small`, where `say` also acts on `port_up` and `port_down`, except with the
    value "error".

    Before it acts, a file is made whose path is the setting `began`: a PDU is busy before its
    handler has the call.
    """
    tree = small_tree(tmp_path_factory.mktemp("hanging"))
    handler = tree / "small" / "handler.py"
    head = "(self, port: PduPortView) -> PduPortView:\n"
    act = """        from . import wire
        settings = self.pdu_data.custom_params
        if "began" in settings:
            open(settings["began"], "w").close()
        wire.act(settings.get("say", ""))
"""
    text = handler.read_text("utf-8")
    assert text.count(head) == 2  # port_up and port_down
    handler.write_text(text.replace(head, head + act), "utf-8")
    return archive(tree, "small")


METERED = """
import time

from pdu_common.base_pdu import BasePdu
from pdu_common.helper import (
    EnumPowerStatus, PduPortStatisticView, PduPortView, PduStatisticView, PduView
)

from ..errors import SmallError

OFF = set()


class Metered(BasePdu):
    def status(self):
        states = {True: EnumPowerStatus.DOWN, False: EnumPowerStatus.UP}
        view = PduView()
        for number in range(1, 25):
            view.ports.append(PduPortView(identity=str(number), power_status=states[number in OFF]))
        return view

    def port_up(self, port):
        return self._switched(port, False)

    def port_down(self, port):
        return self._switched(port, True)

    def _switched(self, port, off):
        number = int(port.identity)
        if number == 7:
            raise SmallError("the administrator has locked outlet 7")
        OFF.add(number) if off else OFF.discard(number)
        port.power_status = EnumPowerStatus.DOWN if off else EnumPowerStatus.UP
        return port

    def statistic(self):
        view = PduStatisticView()
        view.load, view.total_consumption = 0.5 * (24 - len(OFF)), 12345.5 + time.monotonic() / 1e6
        for number in range(1, 25):
            view.ports.append(
                PduPortStatisticView(
                    identity=str(number), consumption=100.0, load=0.0 if number in OFF else 0.5
                )
            )
        return view


def make_handler(pdu_data):
    return Metered(pdu_data)
"""


@pytest.fixture(scope="session")
def metered(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """The archive `small` with 24 metered outlets. It refuses to switch outlet 7."""
    tree = small_tree(tmp_path_factory.mktemp("metered"))
    (tree / "small" / "handler.py").write_text(METERED, "utf-8")
    return archive(tree, "small")
