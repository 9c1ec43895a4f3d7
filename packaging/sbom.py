"""Write an SBOM for each built file: `<file>.cdx.json`, CycloneDX 1.6, made and checked by OWASP's
cyclonedx-python-lib.

    python packaging/sbom.py [--dir DIR]

An SBOM is written from what is in the file. An archive has files of this project alone. pdu.pyz and
the Debian package have packages of other projects: their names, releases and licences come from
the METADATA packed with them, the hashes of the files that pip fetched from pyz.lock. A wheel has
none, and names what it requires: those components have no version, but a property with its bounds.

The same file gives the same SBOM, but for the time in it, which SOURCE_DATE_EPOCH sets.
"""

from __future__ import annotations

import argparse
import email.parser
import hashlib
import importlib
import io
import os
import re
import subprocess
import sys
import tarfile
import uuid
import zipfile
from collections.abc import Iterator, Sequence
from datetime import datetime, timezone
from pathlib import Path
from typing import Any, NamedTuple, Optional

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

tools: Any = importlib.import_module("tools")

ROOT = HERE.parent
LOCK = HERE / "pyz.lock"
PROJECT = "dcimanager-pdu-handlers"
SUPPLIER, LICENCE = "the pack's developers", "BSD-3-Clause"
SUFFIX = ".cdx.json"
_METADATA = re.compile(r"(?:\./)?(?:.*/)?licences/[^/]+/METADATA")
_PINNED = re.compile(r"(?m)^([\w.-]+)==([\w.]+) \\\n +--hash=sha256:([0-9a-f]{64})$")
# a requirement in METADATA: name, extras, bounds, marker
_REQUIRED = re.compile(r"([\w.-]+)(?:\[[\w,-]*\])? *([^;]*?) *(?:;(.*))?")


class SbomError(Exception):
    """No SBOM was written for a file. The text is one line."""


class ThirdPartyPackage(NamedTuple):
    """A package of another project in a built file, or required by it.

    `version` is "" if the file does not fix it, then `requires` has the bounds. `sha256` is of the
    file that was packed, "" if there is none. `licence` is as the package says it, "" if it does
    not. `is_optional`: only some commands need it.
    """

    name: str
    version: str = ""
    licence: str = ""
    sha256: str = ""
    requires: str = ""
    is_optional: bool = False


def _name(text: str) -> str:
    """A package's name as indexes compare it (PEP 503)."""
    return re.sub(r"[-_.]+", "-", text).lower()


def _metadata(data: bytes) -> Any:
    return email.parser.BytesParser().parsebytes(data, headersonly=True)


def _licence(metadata: Any) -> str:
    """The licence that METADATA names: its expression, else its field if that is one line, else its
    classifiers.
    """
    for field in ("License-Expression", "License"):
        text = str(metadata.get(field) or "").strip()
        if text and "\n" not in text:
            return text
    classifiers = "\n".join(metadata.get_all("Classifier") or ())
    return " AND ".join(re.findall(r"License :: (?:OSI Approved :: )?(.+)", classifiers))


def _packed(texts: Iterator[bytes]) -> list[ThirdPartyPackage]:
    """The packages whose METADATA these are, with the hashes of pyz.lock.

    Raises SbomError if one is not in pyz.lock.
    """
    hashes = {
        (_name(name), version): digest
        for name, version, digest in _PINNED.findall(LOCK.read_text("utf-8"))
    }
    parts = []
    for text in texts:
        metadata = _metadata(text)
        name, version = _name(str(metadata["Name"])), str(metadata["Version"])
        if (name, version) not in hashes:
            raise SbomError(f"{name} {version} is packed, but not in packaging/{LOCK.name}")
        parts.append(ThirdPartyPackage(name, version, _licence(metadata), hashes[name, version]))
    return sorted(parts)


def _of_zip(data: bytes) -> list[ThirdPartyPackage]:
    with zipfile.ZipFile(io.BytesIO(data)) as packed:
        names = [name for name in packed.namelist() if _METADATA.fullmatch(name)]
        return _packed(packed.read(name) for name in names)


def _of_deb(data: bytes) -> list[ThirdPartyPackage]:
    process = subprocess.run(
        ["dpkg-deb", "--fsys-tarfile", "/dev/stdin"], input=data, capture_output=True, check=True
    )
    with tarfile.open(fileobj=io.BytesIO(process.stdout)) as packed:
        members = [member for member in packed if _METADATA.fullmatch(member.name)]
        files = [packed.extractfile(member) for member in members]
        return _packed(file.read() for file in files if file is not None)


def _of_wheel(data: bytes) -> list[ThirdPartyPackage]:
    with zipfile.ZipFile(io.BytesIO(data)) as packed:
        (name,) = [name for name in packed.namelist() if name.endswith(".dist-info/METADATA")]
        metadata = _metadata(packed.read(name))
    parts = {}
    for text in metadata.get_all("Requires-Dist") or ():
        match = _REQUIRED.fullmatch(text)
        if match is None:
            raise SbomError(f"{text!r} is not a requirement")
        if _name(match[1]) != _name(str(metadata["Name"])):  # `all` names this project's own extras
            is_optional = "extra ==" in (match[3] or "")
            parts[_name(match[1])] = ThirdPartyPackage(
                _name(match[1]), "", "", "", match[2], is_optional
            )
    return sorted(parts.values())


class Kind(NamedTuple):
    """A kind of built file: the pattern of its name, whose first group is the name of the component
    and whose second its version, if the name has one; and what reads its parts.
    """

    pattern: str
    parts: Any


KINDS = (
    Kind(r"(pdu_\w+)-([0-9][\w.]*)\.tar\.gz", lambda data: []),
    Kind(r"(pdu)\.pyz", _of_zip),
    Kind(r"(dcimanager_pdu_handlers)-([0-9][\w.]*)-py3-none-any\.whl", _of_wheel),
    Kind(r"(dcimanager-pdu-handlers)_([0-9][\w.~]*)_all\.deb", _of_deb),
)


def sbom(file: Path, version: str, when: datetime) -> Optional[str]:
    """The SBOM of a built file as JSON, None if it is of no kind that is built here.

    `version` is the tree's, for a file whose name has none. Raises SbomError and OSError.
    """
    for kind in KINDS:
        match = re.fullmatch(kind.pattern, file.name)
        if match is not None:
            data = file.read_bytes()
            file_version = match[2].replace("~", ".") if match.re.groups > 1 else version
            return _document(match[1], file_version, data, kind.parts(data), when)
    return None


def _document(
    name: str, version: str, data: bytes, parts: Sequence[ThirdPartyPackage], when: datetime
) -> str:
    """The text of a CycloneDX document, which the library's strict validator took."""
    model = _Library()
    digest = hashlib.sha256(data).hexdigest()
    root = model.component.Component(
        name=name,
        version=version,
        type=model.component.ComponentType.APPLICATION,
        bom_ref=f"{name}@{version}",
        hashes=[model.hash_of(digest)],
        licenses=[model.licence(LICENCE)],
        authors=[model.contact.OrganizationalContact(name=SUPPLIER)],
    )
    bom = model.bom.Bom(
        serial_number=uuid.uuid5(uuid.NAMESPACE_OID, digest),
        metadata=model.bom.BomMetaData(component=root, timestamp=when),
    )
    bom.metadata.tools.components.add(model.tool())
    components = [model.package(part) for part in parts]
    bom.components.update(components)
    bom.register_dependency(root, components)
    text: str = model.written(bom)
    return text


class _Library:
    """cyclonedx-python-lib, imported by name: it is not in the environment of the tests, whose
    packages would be twenty more.
    """

    def __init__(self) -> None:
        try:
            self.model: Any = importlib.import_module("cyclonedx.model")
        except ImportError:
            raise SbomError("cyclonedx-python-lib is missing: make sbom installs it") from None
        self.bom: Any = importlib.import_module("cyclonedx.model.bom")
        self.component: Any = importlib.import_module("cyclonedx.model.component")
        self.contact: Any = importlib.import_module("cyclonedx.model.contact")
        self._factories: Any = importlib.import_module("cyclonedx.contrib.license.factories")
        self._purl: Any = importlib.import_module("packageurl")

    def hash_of(self, sha256: str) -> Any:
        return self.model.HashType(alg=self.model.HashAlgorithm.SHA_256, content=sha256)

    def licence(self, text: str) -> Any:
        return self._factories.LicenseFactory().make_from_string(text)

    def tool(self) -> Any:
        return importlib.import_module("cyclonedx.contrib.this.builders").this_component()

    def package(self, part: ThirdPartyPackage) -> Any:
        scope = self.component.ComponentScope
        return self.component.Component(
            name=part.name,
            version=part.version or None,
            bom_ref=f"{part.name}@{part.version}" if part.version else part.name,
            purl=self._purl.PackageURL("pypi", name=part.name, version=part.version or None),
            scope=scope.OPTIONAL if part.is_optional else scope.REQUIRED,
            hashes=[self.hash_of(part.sha256)] if part.sha256 else [],
            licenses=[self.licence(part.licence)] if part.licence else [],
            properties=[self.model.Property(name=f"{PROJECT}:requires", value=part.requires)]
            if part.requires
            else [],
        )

    def written(self, bom: Any) -> str:
        """Raises SbomError if the library's own validator refuses what it wrote."""
        version = importlib.import_module("cyclonedx.schema").SchemaVersion.V1_6
        output = importlib.import_module("cyclonedx.output.json").JsonV1Dot6(bom)
        text: str = output.output_as_string(indent=2) + "\n"
        strict = importlib.import_module("cyclonedx.validation.json").JsonStrictValidator(version)
        problem = strict.validate_str(text)
        if problem is not None:
            raise SbomError(f"the validator of cyclonedx-python-lib refuses it: {problem}")
        return text


def _when() -> datetime:
    """SOURCE_DATE_EPOCH, or now."""
    epoch = os.environ.get("SOURCE_DATE_EPOCH")
    return datetime.fromtimestamp(int(epoch), timezone.utc) if epoch else datetime.now(timezone.utc)


def main(arguments: Optional[Sequence[str]] = None) -> int:
    """The command line. Returns 0 if written, 1 if a file is wrong or there is none."""
    parser = argparse.ArgumentParser(
        prog="sbom.py",
        allow_abbrev=False,
        description="Write FILE.cdx.json, an SBOM in CycloneDX, for each file that was built.",
    )
    parser.add_argument(
        "--dir", type=Path, default=ROOT / "dist", help="the folder with the files (default: dist/)"
    )
    folder = parser.parse_args(arguments).dir
    written = 0
    try:
        for file in sorted(folder.iterdir()):
            text = sbom(file, tools.version(), _when()) if file.is_file() else None
            if text is not None:
                path = file.with_name(file.name + SUFFIX)
                path.write_text(text, "utf-8")
                print(path)
                written += 1
    except (SbomError, OSError, subprocess.CalledProcessError, zipfile.BadZipFile) as error:
        print(f"sbom.py: {error}", file=sys.stderr)
        return 1
    if not written:
        print(f"sbom.py: {folder} has no built file: make release builds them", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
