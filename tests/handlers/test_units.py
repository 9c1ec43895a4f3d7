"""Each handler that is a codec (handlers/http/dialogue.py) against its simulated device, and with
spoilt answers of its recording: those of this tree, and the two that `pdu new` writes.
"""

from __future__ import annotations

import contextlib
import copy
import importlib
import json
import math
from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from hypothesis import given, strategies as st

import handlers
import tests.handlers
import tests.simulators
from handlers import registry
from handlers.http.dialogue import Codec, PduState, WriteRequest
from handlers.shared import errors
from handlers.shared.meter_figures import measured
from pdu.loading.handler_loading import load
from pdu.reading import identification, parts as reading
from pdu.recordings import handler_recordings
from pdu.recordings.handler_recordings import recorded
from pdu.recordings.recording_formats import RecordingOptions
from pdu.recordings.web.text_answers import WORD, TextAnswer
from pdu.workshop.new import SHAPES as ALL_SHAPES, handler_files
from pdu_common.connection import PduData
from pdu_common.helper import EnumPowerStatus, PduPortView
from tests.handlers import codecs
from tests.needs import ROOT
from tests.pdu.reading.test_one_reading import check_tools_agree
from tests.servers.peers import Peer
from tests.servers.peers.unit_pdus import UnitPeers, outlet_meters

STATES = {True: EnumPowerStatus.UP, False: EnumPowerStatus.DOWN, None: EnumPowerStatus.UNKNOWN}
# the others are no codecs
SHAPES = [shape for shape in ALL_SHAPES if shape not in ("platform", "http")]
_OWN = [name for name in registry.names() if registry.about(name).is_codec]


@pytest.fixture(scope="module", name="shapes")
def _shapes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """Shape -> its handler, as `pdu new` writes it."""
    folder = tmp_path_factory.mktemp("shapes")
    names = {shape: f"shape{shape}" for shape in SHAPES}
    for shape, name in names.items():
        for path, text in handler_files(ROOT, name, None, shape).items():
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_text(text, "utf-8")
    packages: list[tuple[Any, Path]] = [
        (handlers, folder / "handlers"),
        (tests.simulators, folder / "tests" / "simulators"),
    ]
    for package, path in packages:
        package.__path__.append(str(path))
    about = registry.About("Shapes", "custom", is_codec=True)
    with pytest.MonkeyPatch.context() as patch:
        rows = {**registry.HANDLERS, **dict.fromkeys(names.values(), about)}
        patch.setattr(registry, "HANDLERS", rows)
        yield names
    for package, path in packages:
        package.__path__.remove(str(path))


@pytest.fixture(name="peer", params=[*SHAPES, *_OWN])
def _peer(request: pytest.FixtureRequest, shapes: dict[str, str]) -> Iterator[Peer]:
    with UnitPeers(shapes.get(request.param, request.param)).peer() as peer:
        yield peer


def pdu(peer: Peer, **settings: str) -> Any:
    return load(peer.handler).make(PduData(peer.address, {**peer.settings, **settings}))


def test_states_and_figures_match_the_truth(peer: Peer) -> None:
    truth = peer.truth()
    status = pdu(peer).status()
    statistic = pdu(peer).statistic()

    states = {port.identity: port.power_status for port in status.ports}
    assert states == {identity: STATES[on] for identity, on in truth.states.items()}
    # the views' own default where a unit has no meters
    assert statistic.load == (truth.load_a or 0.0)
    assert statistic.total_consumption == (truth.energy_kwh or 0.0)
    energies = {port.identity: port.consumption for port in statistic.ports}
    assert energies == truth.port_energy_kwh


def test_tools_read_states_names_and_figures_with_watts_in_the_requests_of_figures(
    peer: Peer,
) -> None:
    data = PduData(peer.address, peer.settings)
    at_first = peer.truth()
    pdu(peer).statistic()
    after_statistic = peer.truth()

    parts = (reading.states, reading.power, reading.labels)
    pdu_reading = reading.read_pdu(load(peer.handler), data, parts)

    requests = peer.truth().requests - after_statistic.requests
    assert requests >= 1
    # names that no reading of states or figures holds cost one more
    codec = importlib.import_module(f"handlers.{peer.handler}.decoding")
    requests_of_names = int(hasattr(codec, "read_labels"))
    assert requests == after_statistic.requests - at_first.requests + requests_of_names
    expected_states = {identity: STATES[on] for identity, on in at_first.states.items()}
    states = {outlet.identity: outlet.state for outlet in pdu_reading.outlets}
    assert states == expected_states
    assert all(outlet.number for outlet in pdu_reading.outlets)
    # some units have no names
    has_names = {bool(outlet.name) for outlet in pdu_reading.outlets}
    assert len(has_names) == 1


def test_tools_read_current_and_watts_of_each_outlet_that_is_on(peer: Peer) -> None:
    """If the unit has such meters."""
    truth = peer.truth()
    is_metered = truth.energy_kwh is not None
    meters = outlet_meters(peer.handler)

    pdu_reading = reading.read_pdu(
        load(peer.handler),
        PduData(peer.address, peer.settings),
        (reading.states, reading.power, reading.labels),
    )

    for outlet, is_on in zip(pdu_reading.outlets, truth.states.values()):
        has_current = is_metered and is_on and "current_a" in meters
        has_power = is_metered and is_on and "power_w" in meters
        assert bool(outlet.figures.current_a) == has_current
        assert bool(outlet.figures.power_w) == has_power
    assert len(pdu_reading.outlets) == len(truth.states)


def test_tools_say_the_same_of_each_outlet(peer: Peer, tmp_path: Path) -> None:
    check_tools_agree(peer, tmp_path)


def test_the_device_is_identified(peer: Peer) -> None:
    data = PduData(peer.address, peer.settings)
    finding = identification.identify(load(peer.handler), data)
    assert finding.family
    assert finding.can


def test_a_recording_of_the_device_is_read_like_it(peer: Peer) -> None:
    kind = handler_recordings.recording_format_of(peer.handler)
    assert kind is not None
    data = PduData(peer.address, peer.settings)
    recording = recorded(load(peer.handler), data, RecordingOptions())
    assert recording.holds
    assert kind.is_recording(recording.text)
    assert peer.settings["password"] not in recording.text

    with contextlib.closing(kind.serve(recording.text, 0)) as replayed_device:
        view = pdu(peer, port=str(replayed_device.port), scheme="http").status()

    states = [port.power_status for port in view.ports]
    assert states == [STATES[on] for on in peer.truth().states.values()]


@pytest.mark.parametrize("on", [True, False])
def test_one_command_switches_only_its_outlet(peer: Peer, on: bool) -> None:
    before = peer.truth()
    identity = next(identity for identity, state in before.states.items() if state is not on)
    port = PduPortView(identity, EnumPowerStatus.UNKNOWN)
    handler = pdu(peer)
    command = handler.port_up if on else handler.port_down

    answer = command(port)

    assert answer is port
    assert port.power_status is STATES[on]
    after = peer.truth()
    assert after.states == {**before.states, identity: on}
    assert len(after.writes) == 1


def test_an_outlet_that_does_not_exist_gets_no_command(peer: Peer) -> None:
    with pytest.raises(errors.NoSuchOutlet):
        pdu(peer).port_down(PduPortView("99", EnumPowerStatus.UNKNOWN))
    assert peer.truth().writes == []


def test_each_mistake_raises_its_own_error(peer: Peer) -> None:
    with pytest.raises(errors.Denied):
        pdu(peer, password="wrong").status()
    with pytest.raises(errors.SettingsError):
        pdu(peer, colour="red").status()
    with pytest.raises(errors.Unreachable):
        pdu(peer, port="1").status()


# ---- answers of the recording, spoilt ------------------------------------------------------------


class Example(NamedTuple):
    """A codec, and the answers of its recording by request."""

    codec: Codec
    answers: dict[str, Any]
    #: the names of values that are outlet numbers; none: a list by position
    numbers: tuple[str, ...]


def _example_of(name: str) -> Example:
    """The example of the handler `name`, in the tree that its folder is in."""
    codec: Any = importlib.import_module(f"handlers.{name}.decoding")
    tree = Path(codec.__file__).parents[2]
    recording = (tree / "tests" / "handlers" / name / "recording.har").read_text("utf-8")
    simulator = importlib.import_module(f"tests.simulators.{name}")
    return Example(codec, codecs.recorded_answers(recording), simulator.SimulatedPdu.NUMBERS)


@pytest.fixture(name="example", params=[*SHAPES, *_OWN])
def _example(request: pytest.FixtureRequest, shapes: dict[str, str]) -> Example:
    return _example_of(shapes.get(request.param, request.param))


def _values(node: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The path to each value of a document, lists and objects included."""
    yield path
    if isinstance(node, (dict, list)):
        keys = node if isinstance(node, dict) else range(len(node))
        for key in keys:
            yield from _values(node[key], (*path, key))


def _replace(answers: dict[str, Any], path: tuple[Any, ...], value: object) -> dict[str, Any]:
    """A copy with `value` at `path`."""
    spoilt = copy.deepcopy(answers)
    node: Any = spoilt
    for key in path[:-1]:
        node = node[key]
    node[path[-1]] = value
    return spoilt


def _figures(unit: PduState) -> list[object]:
    """The measured figures, each at its place, else None."""
    totals = (unit.load_a, unit.energy_kwh, unit.power_w)
    return list(map(measured, chain(totals, *(outlet.figures for outlet in unit.outlets))))


@pytest.mark.sample(20)
@pytest.mark.parametrize(
    "value", [None, "", "strange", -1, 1.5, 10**400, [], {}, {"on": True}], ids=repr
)
def test_a_value_that_says_nothing_hides_no_outlet_and_turns_no_state(
    example: Example, value: object
) -> None:
    before = codecs.read(example.codec, example.answers)
    read = 0
    if all(isinstance(answer, TextAnswer) for answer in example.answers.values()):
        pytest.skip("its answers are text: see the test of their words")
    for path in _values(example.answers):
        if len(path) < 2:  # the answers themselves are no documents of the device
            continue
        try:
            unit = codecs.read(example.codec, _replace(example.answers, path, value))
        except errors.ProtocolError:
            continue
        read += 1
        assert len(unit.outlets) == len(before.outlets), path
        for outlet, as_recorded in zip(unit.outlets, before.outlets):
            assert outlet.state in (None, as_recorded.state), path
        for figure in _figures(unit):
            assert figure is None or (isinstance(figure, float) and 0 <= figure < math.inf), path
    assert read or value is not None  # a state that is null is unknown, not an error


def test_a_word_that_is_missing_in_a_text_hides_no_outlet_and_turns_no_state(
    example: Example,
) -> None:
    before = codecs.read(example.codec, example.answers)
    for request, answer in example.answers.items():
        words = WORD.finditer(answer) if isinstance(answer, TextAnswer) else ()
        for word in words:
            without_word = TextAnswer(f"{answer[: word.start()]}{answer[word.end() :]}")
            spoilt = {**example.answers, request: without_word}
            try:
                unit = codecs.read(example.codec, spoilt)
            except errors.ProtocolError:
                continue
            assert len(unit.outlets) == len(before.outlets), word
            for outlet, as_recorded in zip(unit.outlets, before.outlets):
                assert outlet.state in (None, as_recorded.state), word


def test_true_is_no_figure(example: Example) -> None:
    before = _figures(codecs.read(example.codec, example.answers))
    for path in _values(example.answers):
        if len(path) < 2:
            continue
        try:
            unit = codecs.read(example.codec, _replace(example.answers, path, True))
        except errors.ProtocolError:
            continue
        assert all(new in (None, old) for new, old in zip(_figures(unit), before)), path


def test_an_outlet_that_is_listed_twice_is_an_error(example: Example) -> None:
    if not example.numbers:
        pytest.skip("its simulated device says that outlets have no numbers")
    before = codecs.read(example.codec, example.answers)
    refusals = 0
    for path in _values(example.answers):
        node: Any = example.answers
        for key in path:
            node = node[key]
        if isinstance(node, list):
            spoilt = _replace(example.answers, path, [*node, node[0]])
            try:
                assert len(codecs.read(example.codec, spoilt).outlets) == len(before.outlets)
            except errors.ProtocolError:
                refusals += 1
    assert refusals


def test_an_answer_with_a_name_given_twice_is_not_read(example: Example) -> None:
    usual = codecs.read(example.codec, example.answers)
    usual_states = [outlet.state for outlet in usual.outlets]
    texts = {request: json.dumps(document) for request, document in example.answers.items()}
    if not any("{" in text for text in texts.values()):
        pytest.skip("its answers have no names")
    refusals = 0
    for request, text in texts.items():
        with_a_name_twice = text.replace("{", '{"x": 1, "x": 2, ', 1).encode()
        answers = {**example.answers, request: with_a_name_twice}
        try:
            unit = codecs.read(example.codec, answers)
        except errors.ProtocolError:
            refusals += 1
            continue
        # a list that need not be there costs its own figures
        assert [outlet.state for outlet in unit.outlets] == usual_states
        for figure, usual_figure in zip(_figures(unit), _figures(usual)):
            assert figure in (None, usual_figure)
    assert refusals


@given(body=st.binary(max_size=200), number=st.integers(0, 9))
def test_any_bytes_are_read_or_refused(shapes: dict[str, str], body: bytes, number: int) -> None:
    for name in [*shapes.values(), *_OWN]:
        codec, answers, _ = _example_of(name)
        request = [*answers][number % len(answers)]
        try:
            codecs.read(codec, {**answers, request: body})
        except errors.ProtocolError:
            pass


def test_a_command_is_one_write_of_one_outlet_and_one_state(example: Example) -> None:
    outlets = codecs.read(example.codec, example.answers).outlets
    writes = set()
    for outlet in outlets:
        for on in (True, False):
            (request,) = codecs.commands(example.codec, outlet.identity, on)
            assert isinstance(request, WriteRequest)
            writes.add(request)
    # no two commands are the same
    assert len(writes) == 2 * len(outlets)
