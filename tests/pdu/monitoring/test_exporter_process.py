"""The exporter as a process: its start, its address, reload by SIGHUP, and its end."""

from __future__ import annotations

import io
import signal
import sys
from pathlib import Path

import pytest

from pdu.cli.exit_codes import INTERRUPTED
from pdu.monitoring import exporter as exporter_command, server
from pdu.monitoring.target_policy import TargetPolicy
from pdu.reading.owner_files import OwnerFiles
from tests.packaging.building import archive, small_tree
from tests.waiting import PATIENCE_S, until

from .exporter_process import Exporter, exporter
from .halls import Call, Hall


class FullDisk(io.StringIO):
    """Standard error on a full disk."""

    def write(self, text: str) -> int:
        raise OSError("No space left on device")


def test_a_reload_that_raises_any_error_keeps_the_old_list(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken(options: exporter_command.ExporterOptions) -> TargetPolicy:
        raise ZeroDivisionError("in an archive")

    monkeypatch.setattr(exporter_command, "read_targets", broken)
    before = TargetPolicy((), (), {}, {})
    app = server.Exporter(before)
    exporter_options = exporter_command.ExporterOptions(OwnerFiles())
    exporter_command.reload_targets(app, exporter_options)
    assert app.policy is before
    assert b"last_reload_successful 0.0" in app.own_metrics.page("").body
    assert capsys.readouterr().err == "not reloaded: ZeroDivisionError: in an archive\n"
    monkeypatch.setattr(sys, "stderr", FullDisk())
    exporter_command.reload_targets(app, exporter_options)


def test_sighup_reads_the_list_again_and_an_invalid_one_changes_nothing(small: Hall) -> None:
    path = small.one("nut")
    with exporter("--list", path, "--auth", small.logins) as running:
        assert running.get("probe", target="new")[0] == 403
        path.write_text(path.read_text() + "new,nut,127.0.0.1:1,nut,timeout=0.1\n")
        running.process.send_signal(signal.SIGHUP)
        assert until(lambda: running.get("probe", target="new")[0] == 200)
        path.write_text("nonsense\n")
        running.process.send_signal(signal.SIGHUP)
        assert until(lambda: "last_reload_successful 0.0" in running.get("metrics")[1])
        assert running.probe(target="nut")["pdu_up"] == {(): 1.0}


def test_sigterm_among_sighups_ends_the_exporter(small: Hall) -> None:
    with exporter("--list", small.one("nut"), "--auth", small.logins) as running:
        for number in (signal.SIGHUP, signal.SIGHUP, signal.SIGTERM, signal.SIGHUP):
            running.process.send_signal(number)
        _, err = running.process.communicate(timeout=PATIENCE_S)
        assert running.process.returncode == 0
        assert "Traceback" not in err


@pytest.mark.parametrize("ending, code", [(signal.SIGINT, INTERRUPTED), (signal.SIGTERM, 0)])
def test_a_signal_ends_the_exporter_although_a_probe_hangs(
    ending: int, code: int, tmp_path: Path
) -> None:
    built = tmp_path / "pdu_small.tar.gz"
    built.write_bytes(archive(small_tree(tmp_path / "tree"), "small"))
    path = tmp_path / "list.csv"
    path.write_text(f"name,handler,address,settings\nhang,{built},192.0.2.1,say=hang\n")
    with exporter("--list", path) as running:
        assert (
            "pdu_up 0.0"
            in running.get("probe", {"X-Prometheus-Scrape-Timeout-Seconds": "1"}, target="hang")[1]
        )
        assert "pdu_exporter_probes_running 1.0" in running.get("metrics")[1]
        running.process.send_signal(ending)
        _, err = running.process.communicate(timeout=PATIENCE_S)
        assert running.process.returncode == code
        assert "Traceback" not in err


def test_a_page_whose_name_leads_to_the_exporter_reads_nothing(small: Hall) -> None:
    """By DNS rebinding: its requests have its own name as their Host."""
    arguments = (small.list(), "--auth", small.logins, "--allow-host", "metrics.example")
    with exporter(*arguments) as running:
        for path in ("metrics", "targets", "probe", "healthz"):
            code, text, _ = running.get(path, {"Host": "evil.example"})
            assert code == 421
            assert "--allow-host" in text
            assert running.get(path, {"Host": "metrics.example:9914"})[0] != 421
            assert running.get(path)[0] != 421


def test_an_address_that_cannot_be_used_is_refused_in_one_line(
    small: Hall, running: Exporter, call: Call
) -> None:
    for listen, words in (
        (running.url[7:-1], "in use"),
        ("127.0.0.1", "give ADDRESS:PORT"),
        ("127.0.0.1:65536", "give ADDRESS"),
        ("ä..b:9914", "hostname"),
    ):
        app = ("--list", small.list(), "--auth", small.logins, "--listen", listen)
        result = call("exporter", *app)
        assert (result.returncode, len(result.stderr.splitlines())) == (2, 1)
        assert words in result.stderr


@pytest.mark.parametrize(
    "listen, url",
    [
        ("127.0.0.1:0", "http://127.0.0.1:9914/"),
        ("[::1]:0", "http://[::1]:9914/"),
        (":9914", "http://localhost:9914/"),
    ],
)
def test_the_printed_address_is_a_url(listen: str, url: str) -> None:
    assert exporter_command.page_url(listen, 9914) == url
