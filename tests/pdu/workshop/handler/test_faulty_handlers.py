"""Each fault in a right handler is found: by its rule, in its case_name, in words that name it."""

from __future__ import annotations

import gc
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import pytest

from pdu.workshop.handler import bounded_methods, recording_check, snmp_check
from pdu.workshop.handler.case_groups import TABLE
from pdu.workshop.handler.judge import Table
from tests.pdu.loading.page_handler import folder, loading_anew

from . import faulty_page, faulty_session, faulty_volt, faulty_xml
from .checking import LOGIN, check
from .checks import EXAMPLE
from .faults import Fault, with_changes

# faulty handlers leave connections open
pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
_HERE = Path(__file__).parent
_VOLT = ("--replay", str(EXAMPLE / "volt.har"), *LOGIN)
_SESSION = ("--replay", str(_HERE / "session.har"), *LOGIN)
_XML = ("--replay", str(_HERE / "xml.har"))


@pytest.fixture(autouse=True)
def connections_end_here() -> Iterator[None]:
    """What a handler leaves open ends in its own test, and fails no later one."""
    with pytest.MonkeyPatch.context() as patch, loading_anew(patch):
        yield
    gc.collect()


class Corpus(NamedTuple):
    """Faults in one handler, and the recording on which it is checked."""

    source: str
    faults: dict[str, Fault]
    arguments: Sequence[str]


CORPORA = {
    "page": Corpus(faulty_page.PAGE, faulty_page.FAULTS, ()),
    "volt": Corpus(faulty_volt.SOURCE, faulty_volt.FAULTS, _VOLT),
    "session": Corpus(faulty_session.SOURCE, faulty_session.FAULTS, _SESSION),
    "xml": Corpus(faulty_xml.HANDLER, faulty_xml.FAULTS, _XML),
}
CASES = [
    pytest.param(corpus, fault, id=f"{name}: {title}")
    for name, corpus in CORPORA.items()
    for title, fault in corpus.faults.items()
]


@pytest.mark.usefixtures("without_loading")
@pytest.mark.sample(6)
@pytest.mark.parametrize(("corpus", "fault"), CASES)
def test_a_fault_is_found_by_its_rule_in_its_group_of_cases(
    corpus: Corpus, fault: Fault, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # of the groups, only the first one and that of the fault
    table = Table(
        first=TABLE.first,
        causes=TABLE.causes,
        at_once=[row for row in TABLE.at_once if row.name == fault.case_name],
        alone=[row for row in TABLE.alone if row.name == fault.case_name],
    )
    for module in (recording_check, snmp_check):
        monkeypatch.setattr(module, "TABLE", table)
    monkeypatch.setattr(bounded_methods, "CALL_S", 20.0)

    checked = check(
        folder(tmp_path, source=with_changes(corpus.source, fault.changes)), *corpus.arguments
    )

    assert checked.code == 1
    detail = checked.of("broken").get(fault.rule, "")
    assert detail.startswith(fault.words), checked.results


@pytest.mark.usefixtures("without_loading")
@pytest.mark.parametrize("source", [faulty_volt.WITH_SESSION, faulty_volt.WITH_ERROR_OF_STATE])
def test_one_login_after_a_session_that_is_refused_and_an_error_of_a_state_are_right(
    source: str, tmp_path: Path
) -> None:
    checked = check(folder(tmp_path, source=source), *_VOLT)
    assert checked.of("broken") == {}
    assert checked.results["login"][0] == "kept"


@pytest.mark.usefixtures("without_loading")
@pytest.mark.parametrize("corpus", CORPORA.values(), ids=CORPORA)
def test_the_handler_without_a_fault_is_not_blamed(corpus: Corpus, tmp_path: Path) -> None:
    checked = check(folder(tmp_path, source=corpus.source), *corpus.arguments)
    assert checked.of("broken") == {}
    # the answer to a command has a content, and the recording does not say how it refuses one
    is_open = corpus is CORPORA["xml"]
    assert checked.untried == (["refused"] if is_open else [])
    assert checked.code == (9 if is_open else 0)
