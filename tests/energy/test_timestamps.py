"""Hashes that others keep: how a change of a meter's folder looks with and without them."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import NamedTuple, Optional

import pytest

from handlers.shared.errors import SettingsError
from pdu.core.files import journal
from pdu.core.files.journal import HashMismatch
from pdu.energy.journal.days import Days, files
from pdu.energy.journal.timestamps import TimestampCheck, stamps
from tests.needs import ROOT, program
from tests.pdu.energy.meter.readings import NOON
from tests.pdu.running import run
from tests.servers.serving import in_thread
from tests.waiting import PATIENCE_S

from .stamping import Authority, Signer, ran

_DAY = 86400.0
_SCRIPTS = ROOT / "docs" / "anchors"


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("tsa") / "tsa")


@pytest.fixture(scope="module")
def signer(tmp_path_factory: pytest.TempPathFactory) -> Signer:
    return Signer(tmp_path_factory.mktemp("ssh") / "ssh")


def written(folder: Path, days: int = 3, since: float = 0.0, kwh: float = 1.0) -> Sequence[str]:
    """A chain of so many days. Its lines say that they were written `since` seconds from now. The
    hash of each day.
    """
    hashes = []
    utc = time.time() + since
    with Days(str(folder)) as opened:
        for day in range(days):
            start = {"meter": 1, "version": "1", "boot": "b", "utc": utc, "mono": 1.0, "every": 300}
            polls = [{"late": number, "utc": [utc, utc], "kwh": kwh} for number in range(3)]
            opened.append([start, *polls], NOON + _DAY * day)
            hashes.append(opened.hash)
    return hashes


class Stage(NamedTuple):
    """A meter's folder, and stamps of its days but the last, which was not anchored."""

    folder: Path
    stamps: Path
    hashes: Sequence[str]
    authority: Authority

    def path(self, day: int) -> Path:
        return Path(files(str(self.folder))[day])

    def forget(self, day: int) -> None:
        """Remove the stamp of a day, as who may write there can."""
        (self.stamps / f"{self.hashes[day]}.tsr").unlink()


def _cut(path: Path, lines: int) -> None:
    path.write_bytes(b"".join(path.read_bytes().splitlines(keepends=True)[:-lines]))


def _change(stage: Stage) -> None:
    path = stage.path(1)
    path.write_bytes(path.read_bytes().replace(b'"kwh":1.0', b'"kwh":2.0', 1))


def _middle(stage: Stage) -> None:
    stage.path(1).unlink()
    stage.forget(1)


def _oldest(stage: Stage) -> None:
    stage.path(0).unlink()
    stage.forget(0)


def _end(stage: Stage) -> None:
    stage.path(2).unlink()
    _cut(stage.path(1), 1)
    stage.forget(1)


def _after(stage: Stage) -> None:
    _cut(stage.path(2), 1)


def _begin(stage: Stage) -> None:
    _end(stage)
    with Days(str(stage.folder)) as days:
        days._why = "the disk broke"
        days.append([{"late": 1, "utc": [time.time()] * 2}], NOON + 2 * _DAY)


def _anew(stage: Stage) -> None:
    shutil.rmtree(stage.folder)
    written(stage.folder, since=-12 * _DAY, kwh=2.0)


def _stamped_anew(stage: Stage) -> None:
    shutil.rmtree(stage.folder)
    for day in (0, 1):
        stage.forget(day)
    for digest in written(stage.folder, since=-12 * _DAY, kwh=2.0)[:2]:
        stage.authority.stamp(digest, stage.stamps)


def _false(stage: Stage) -> None:
    shutil.rmtree(stage.folder)
    for old in stage.stamps.iterdir():
        old.unlink()
    # anchored as it is written
    for digest in written(stage.folder, kwh=2.0)[:2]:
        stage.authority.stamp(digest, stage.stamps)


#: as the page says it -> what is done
_DONE: dict[str, Callable[[Stage], None]] = {
    "changes a line": _change,
    "takes a file out of the middle": _middle,
    "takes the oldest file away": _oldest,
    "cuts off the last lines, or the newest file": _end,
    "cuts off lines after the last anchor": _after,
    "cuts off lines, and begins a chain that says why": _begin,
    "writes all anew": _anew,
    "writes all anew, and has it stamped": _stamped_anew,
    "lets the PDU or the meter say something else": _false,
}


def _rows() -> Iterator[Sequence[str]]:
    text = (ROOT / "docs" / "energy-checks.md").read_text()
    table = text.partition("| he | no anchor |")[2].partition("\n\n")[0]
    for line in table.splitlines()[2:]:
        yield [cell.strip() for cell in line.strip("|").split("|")]


def test_each_row_of_the_page_is_tried() -> None:
    assert [row[0] for row in _rows()] == [*_DONE]


@pytest.mark.parametrize("row", _rows(), ids=lambda row: str(row[0]))
def test_what_a_writer_of_the_folder_can_do_is_seen_as_the_page_says(
    row: Sequence[str],
    authority: Authority,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    name, *said = row
    own = tmp_path / "stamps"
    own.mkdir()
    hashes = written(tmp_path / "meter")
    for digest in hashes[:2]:
        authority.stamp(digest, own)
    trusted = ("--stamps", str(own), "--tsa-ca", str(authority.certificates))
    verify = ("energy", "verify", str(tmp_path / "meter"))
    assert run(capsys, *verify, *trusted)[0] == 0
    kept = [part for digest in hashes[:2] for part in ("--kept", digest)]
    is_true = name == "lets the PDU or the meter say something else"
    _DONE[name](Stage(tmp_path / "meter", own, hashes, authority))
    if is_true:  # then its hashes were kept, too
        kept = [part for path in own.iterdir() for part in ("--kept", path.stem)]
    for wanted, more in zip(said, ((), kept, trusted)):
        code, out, _ = run(capsys, *verify, *more)
        is_told = "new chain begins" in out or "not here" in out or "DAYS AFTER" in out
        seen = "named" if code == 2 else "told" if is_told else "not seen"
        assert (seen, code in (0, 1, 2)) == (wanted, True), (more, out)


def test_a_stamp_and_a_signature_say_their_line_and_what_is_after_it(
    authority: Authority, signer: Signer, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    hashes = written(tmp_path / "meter")
    kept = tmp_path / "stamps"
    kept.mkdir()
    authority.stamp(hashes[0], kept)
    signer.sign(hashes[1], kept)
    (kept / "README").write_text("no stamp")
    trusted = ("--tsa-ca", str(authority.certificates), "--signers", str(signer.allowed))
    verify = ("energy", "verify", str(tmp_path / "meter"), "--stamps", str(kept))
    code, out, _ = run(capsys, *verify, *trusted)
    assert code == 0
    assert re.search(
        r"up to 2026-11-23\.jsonl, line 5: there at [-0-9]+ [:0-9]+ UTC, says a time-", out
    )
    assert "up to 2026-11-24.jsonl, line 5: signed by witness\n" in out
    assert "5 lines after the last of these hashes: nobody else vouches for them" in out
    document = json.loads(run(capsys, *verify, *trusted, "--json")[1])
    made = {one["hash"]: one["made"] for one in document["stamps"]}
    assert made[hashes[1]] is None and abs(made[hashes[0]] - time.time()) < 3600.0
    assert document["kept"][hashes[1]]["lines"] == 10
    for missing in (trusted[:2], trusted[2:]):
        code, _, err = run(capsys, *verify, *missing)
        assert code == 2 and ("--signers" in err or "--tsa-ca" in err)
    assert run(capsys, *verify[:3], *trusted)[0] == 2


def _other_hash(content: bytes, stamp: Path, other: str) -> None:
    stamp.with_name(other + stamp.suffix).write_bytes(content)
    stamp.unlink()


def _flipped(content: bytes, stamp: Path, _: str) -> None:
    place = len(content) // 2
    stamp.write_bytes(content[:place] + bytes([content[place] ^ 1]) + content[place + 1 :])


def _empty(_: bytes, stamp: Path, __: str) -> None:
    stamp.write_bytes(b"")


@pytest.mark.parametrize("spoil", [_other_hash, _flipped, _empty])
@pytest.mark.parametrize("kind", ["tsr", "sig"])
def test_a_stamp_of_something_else_or_a_changed_one_is_named(
    spoil: Callable[[bytes, Path, str], None],
    kind: str,
    authority: Authority,
    signer: Signer,
    tmp_path: Path,
) -> None:
    digest, witnesses = "a" * 64, TimestampCheck(str(authority.certificates), str(signer.allowed))
    (authority.stamp if kind == "tsr" else signer.sign)(digest, tmp_path)
    stamp = tmp_path / f"{digest}.{kind}"
    assert [one.hash for one in stamps(str(tmp_path), witnesses)] == [digest]
    spoil(stamp.read_bytes(), stamp, "b" * 64)
    with pytest.raises(HashMismatch, match=r"[ab]{64}\.(tsr|sig) is no valid stamp"):
        stamps(str(tmp_path), witnesses)


def test_stamps_of_others_are_not_believed(
    authority: Authority, signer: Signer, tmp_path: Path
) -> None:
    digest, kept = "a" * 64, tmp_path / "stamps"
    kept.mkdir()
    witnesses = TimestampCheck(str(authority.certificates), str(signer.allowed))
    Authority(tmp_path / "other").stamp(digest, kept)
    with pytest.raises(HashMismatch, match="no valid stamp"):
        stamps(str(kept), witnesses)
    (kept / f"{digest}.tsr").unlink()
    Signer(tmp_path / "key").sign(digest, kept)
    with pytest.raises(HashMismatch, match="no valid stamp"):
        stamps(str(kept), witnesses)
    signer.sign(digest, kept, namespace="git")
    with pytest.raises(HashMismatch, match="no valid stamp"):
        stamps(str(kept), witnesses)
    for path in kept.iterdir():
        path.unlink()
    with pytest.raises(SettingsError, match="has no stamp"):
        stamps(str(kept), witnesses)


def test_a_time_that_nobody_signed_is_not_told(authority: Authority, tmp_path: Path) -> None:
    """The text beside the status of a response is not part of what the authority signs."""
    digest = "a" * 64
    authority.stamp(digest, tmp_path)
    stamp = tmp_path / f"{digest}.tsr"
    whole = stamp.read_bytes()
    # RFC 3161, 2.4.2: TimeStampResp ::= SEQUENCE { PKIStatusInfo, TimeStampToken }
    status = bytes.fromhex("3003020100")
    assert whole[:1] == b"0" and whole.count(status) == 1
    false = b"x\nTime stamp: Jan  1 00:00:00 2020 GMT"
    text = b"\x0c" + bytes([len(false)]) + false
    texts = b"0" + bytes([len(text)]) + text
    told = b"\x02\x01\x00" + texts
    token = whole[whole.index(status) + len(status) :]
    body = b"0" + bytes([len(told)]) + told + token
    stamp.write_bytes(b"0\x82" + len(body).to_bytes(2, "big") + body)
    try:
        (found,) = stamps(str(tmp_path), TimestampCheck(str(authority.certificates)))
    except HashMismatch:
        return
    assert found.made is not None and abs(found.made - time.time()) < 3600.0


# ---- the scripts of the page ---------------------------------------------------------------------


def _script(name: str, *words: object, **variables: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["sh", str(_SCRIPTS / name), *map(str, words)],
        capture_output=True,
        text=True,
        env={**os.environ, **variables},
        timeout=PATIENCE_S,
    )


def test_the_script_of_the_page_asks_an_authority_for_a_stamp(
    authority: Authority, tmp_path: Path
) -> None:
    program("curl")
    status = 200

    class Asked(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            assert self.headers["Content-Type"] == "application/timestamp-query"
            request = self.rfile.read(int(self.headers["Content-Length"]))
            answer = authority.answer(request)
            self.send_response(status)
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *_: object) -> None:
            pass

    with in_thread(ThreadingHTTPServer(("127.0.0.1", 0), Asked)) as server:
        url = f"http://127.0.0.1:{server.server_port}/tsa"
        words = (url, authority.certificates, tmp_path)
        done = _script("stamp.sh", *words, "a" * 64)
        assert done.returncode == 0, done.stderr
        status = 500
        assert _script("stamp.sh", *words, "b" * 64).returncode != 0
    (found,) = stamps(str(tmp_path), TimestampCheck(str(authority.certificates)))
    assert found.hash == "a" * 64


def test_the_witness_of_the_page_signs_one_hash_of_a_day(signer: Signer, tmp_path: Path) -> None:
    def asked(text: Optional[str]) -> int:
        variables = {} if text is None else {"SSH_ORIGINAL_COMMAND": text}
        return _script("witness.sh", signer.key, tmp_path, **variables).returncode

    assert asked(f"2026-11-23 {'a' * 64}") == 0
    (found,) = stamps(str(tmp_path), TimestampCheck(None, str(signer.allowed)))
    assert (found.hash, found.by) == ("a" * 64, "witness")
    # who writes the day anew gets no signature
    assert asked(f"2026-11-23 {'b' * 64}") == 1
    hostile = ("", "2026-11-24", f"../../x {'c' * 64}", f"2026-11-24 {'c' * 63}Z")
    more = (f"2026-11-24 {'c' * 64}; touch {tmp_path}/x", f"x\n2026-11-24 {'c' * 64}", None)
    assert {asked(text) for text in (*hostile, *more)} == {2}
    assert sorted(path.name for path in tmp_path.iterdir()) == ["2026-11-23", f"{'a' * 64}.sig"]


def test_the_script_of_the_page_pushes_hashes_to_a_repository_that_keeps_its_past(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    there, clone = str(tmp_path / "there"), str(tmp_path / "clone")
    ran("git", "init", "-q", "--bare", there)
    for rule in ("receive.denyNonFastForwards", "receive.denyDeletes"):
        ran("git", "-C", there, "config", rule, "true")
    ran("git", "clone", "-q", there, clone)
    hashes = written(tmp_path / "meter")
    for day, digest in zip(("2026-11-23", "2026-11-24"), hashes):
        done = _script("push.sh", clone, day, digest)
        assert done.returncode == 0, done.stderr
    ran("git", "-C", clone, "reset", "-q", "--hard", "HEAD~1")
    # another past is refused
    assert _script("push.sh", clone, "2026-11-24", "b" * 64).returncode != 0
    lines = ran("git", "-C", there, "show", "HEAD:hashes").decode().splitlines()
    kept = [part for line in lines for part in ("--kept", line.split()[1])]
    assert kept[1::2] == [*hashes[:2]]
    assert run(capsys, "energy", "verify", str(tmp_path / "meter"), *kept)[0] == 0
    assert journal.last_hash(files(str(tmp_path / "meter"))[1]) == kept[-1]
