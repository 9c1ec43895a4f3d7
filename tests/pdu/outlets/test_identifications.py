"""What `pdu identify` says of devices, and whether the lines that it prints work."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.pdu.running import run
from tests.servers.serving import in_thread
from tests.tables import Case

from .identifications import PASSWORD, TABLE, WebService, shown


@pytest.mark.parametrize("case", TABLE.cases(), ids=str)
def test_identification(case: Case) -> None:
    case.check(shown(case))


def test_a_password_that_is_typed_for_a_listed_pdu_goes_to_no_other(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Addresses share one login; each PDU of the list has its own."""
    monkeypatch.setenv("PDU_USERNAME", "admin")
    monkeypatch.delenv("PDU_PASSWORD", raising=False)
    questions: list[str] = []

    def type_secret(key: str, question: str) -> str:
        questions.append(question)
        return PASSWORD if len(questions) == 1 else "another-7"

    monkeypatch.setattr("pdu.pdu_list.login_options.ask_secret", type_secret)
    with (
        in_thread(WebService(product="NETIO")) as first,
        in_thread(WebService(product="NETIO")) as second,
    ):
        addresses = [f"127.0.0.1:{server.server_address[1]}" for server in (first, second)]
        list_path = tmp_path / "pdus.csv"
        rows = [f"r{number},netio,{address}" for number, address in enumerate(addresses, 1)]
        list_path.write_text("\n".join(["name,handler,address", *rows, ""]))
        options = ["--handler", "netio", "-s", "scheme=http"]
        run(capsys, "identify", "r1", "r2", "--list", str(list_path), *options)
        assert (len(first.logins), len(second.logins)) == (1, 0)
        assert len(questions) == 2
        questions.clear()
        run(capsys, "identify", *addresses, *options)
        assert (len(first.logins), len(second.logins)) == (2, 1)
        assert len(questions) == 1
