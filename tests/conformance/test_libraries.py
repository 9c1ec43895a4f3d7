"""The archive `pdu_snmp` on platforms whose three SNMP calls are those of a real library, over v1
and v2c, each library in an environment of its own.

A library that cannot be installed here is skipped with the reason: easysnmp needs the headers of
Net-SNMP and a compiler. gufo-snmp has no SET, so no platform switches with it.
"""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from pdu.loading import handler_archives
from tests.needs import ROOT
from tests.packaging.building import archive

from . import baseline, hosts, library_calls, trial, variants

#: what a version of the library is installed with
LIBRARIES = {
    "easysnmp": ["easysnmp==0.2.6", "setuptools"],
    "ezsnmp": ["ezsnmp==2.5.0"],
    "pysnmp": ["pysnmp==4.4.12", "pyasn1==0.4.8"],
    "puresnmp": ["puresnmp==2.0.1"],
}


@pytest.mark.trial
@pytest.mark.parametrize("name", LIBRARIES)
def test_the_archive_reads_and_switches_by_the_calls_of_a_real_library(
    name: str, tmp_path: Path
) -> None:
    if name == "pysnmp" and sys.version_info >= (3, 12):
        pytest.skip("pysnmp 4 needs asyncore, which Python 3.12 does not have")
    python, reason = hosts.installed(f"library-{name}", Path(sys.executable), LIBRARIES[name])
    if reason:
        pytest.skip(f"{name} cannot be installed: {reason}")
    text = Path(library_calls.__file__).read_text("utf-8")
    files = {
        "pdu_common/base_snmp_pdu.py": variants.BY_LIBRARY,
        "pdu_common/library_calls.py": text.replace('LIBRARY = ""', f'LIBRARY = "{name}"'),
    }
    for folder in ("platform", "handler"):
        (tmp_path / folder).mkdir()
    platform = baseline.platform(files, "", tmp_path / "platform")._replace(python=python)
    package = handler_archives.read_archive(archive(ROOT / "handlers", "snmp"))
    handler = trial.place(package, "directory", tmp_path / "handler")
    for version in ("1", "2"):
        with variants.snmpd(version=version) as peer:
            assert trial.run(platform, handler, peer) == [], version
