"""The SBOM of each built file: made and checked by OWASP's library, and true to what is packed."""

from __future__ import annotations

import hashlib
import json
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest

from handlers import VERSION
from tests import needs
from tests.needs import ROOT
from tests.packaging import installing
from tests.packaging.building import archive, loaded
from tests.waiting import PATIENCE_S


def written(folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, str(ROOT / "packaging" / "sbom.py"), "--dir", str(folder)],
        env={"PYTHONPATH": needs.sbom(), "SOURCE_DATE_EPOCH": "1700000000"},
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
    )


def put(folder: Path, name: str, members: dict[str, str]) -> Path:
    """A small pdu.pyz or wheel with these texts in it."""
    with zipfile.ZipFile(folder / name, "w") as packer:
        for member, text in members.items():
            packer.writestr(member, text)
    return folder / name


def read(file: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(file.with_name(f"{file.name}.cdx.json").read_text("utf-8"))
    return found


def parts(bom: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {one["name"]: one for one in bom.get("components", ())}


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The real pdu.pyz, wheel, Debian package and an archive, with their SBOMs."""
    needs.sbom()
    folder = tmp_path_factory.mktemp("built")
    pyz = installing.once(tmp_path_factory, "pyz", installing.pyz) / "pdu.pyz"
    shutil.copy(pyz, folder)
    shutil.copy(
        installing.built_wheel(installing.once(tmp_path_factory, "wheel", installing.wheel)), folder
    )
    (folder / f"pdu_nut-{VERSION}.tar.gz").write_bytes(archive(ROOT / "handlers", "nut"))
    if shutil.which("dpkg-deb"):
        loaded("deb").build(pyz, folder, VERSION, ("-Zgzip", "-z1"))
    done = written(folder)
    assert (done.returncode, done.stderr) == (0, "")
    return folder


@pytest.mark.trial
def test_every_built_file_has_an_sbom_that_names_its_bytes(built: Path) -> None:
    files = [path for path in sorted(built.iterdir()) if path.suffix != ".json"]
    assert len(files) == (4 if shutil.which("dpkg-deb") else 3)
    for file in files:
        bom = read(file)
        root = bom["metadata"]["component"]
        assert (bom["bomFormat"], bom["specVersion"]) == ("CycloneDX", "1.6")
        assert root["version"] == VERSION and root["licenses"] == [
            {"license": {"id": "BSD-3-Clause"}}
        ]
        digest = hashlib.sha256(file.read_bytes()).hexdigest()
        assert root["hashes"] == [{"alg": "SHA-256", "content": digest}]
        assert bom["metadata"]["timestamp"] == "2023-11-14T22:13:20+00:00"


@pytest.mark.trial
def test_the_sbom_of_pyz_has_each_package_in_it_with_release_hash_and_licence(built: Path) -> None:
    with zipfile.ZipFile(built / "pdu.pyz") as packed:
        names = {name.partition("/")[0] for name in packed.namelist() if "/__init__.py" in name}
    found = parts(read(built / "pdu.pyz"))
    assert {name.replace("-", "_") for name in found} == names - set(installing.CARRIED)
    lock = (ROOT / "packaging" / "pyz.lock").read_text("utf-8")
    for one in found.values():
        assert one["hashes"][0]["content"] in lock and one["licenses"] and one["version"]
        assert one["purl"] == f"pkg:pypi/{one['name']}@{one['version']}"
    for deb in built.glob("*.deb"):
        assert parts(read(deb)) == found
    assert parts(read(built / f"pdu_nut-{VERSION}.tar.gz")) == {}


@pytest.mark.trial
def test_the_sbom_of_the_wheel_has_what_it_requires_and_what_only_extras_do(built: Path) -> None:
    found = parts(read(installing.built_wheel(built)))
    required = {name for name, one in found.items() if one["scope"] == "required"}
    assert required == {"click", "pysnmp", "pyasn1", "fastjsonschema", "tomli"}
    text = (ROOT / "pyproject.toml").read_text("utf-8").partition("[project.optional")[2]
    extras = set(re.findall(r'"([a-z][\w-]*)>=', text.partition("[project.scripts]")[0]))
    assert set(found) == required | extras and "version" not in found["click"]


def test_a_packed_package_that_the_lock_does_not_have_is_an_error(tmp_path: Path) -> None:
    text = "Metadata-Version: 2.1\nName: other\nVersion: 1.0\n"
    put(tmp_path, "pdu.pyz", {"licences/other-1.0/METADATA": text})
    done = written(tmp_path)
    assert done.returncode == 1 and "other 1.0 is packed, but not in" in done.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["pdu.pyz"]
    (tmp_path / "pdu.pyz").unlink()
    done = written(tmp_path)
    assert done.returncode == 1 and "make release" in done.stderr
