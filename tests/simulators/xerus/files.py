"""The unit's pages for files: uploads and downloads under /cgi-bin.

Source of their names: the vendor's SDK 4.4.1.
"""

from __future__ import annotations

import io
import json
import re
import tarfile
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Callable, Optional
from urllib.parse import parse_qs, urlsplit

from .server import Answer, Request

if TYPE_CHECKING:
    from .device import XerusPdu

_FOLDER = "/cgi-bin/"
_RAW_FROM = 1  # generation 3.6
_MAINS = ("voltage", "current", "activePower", "activeEnergy")
Query = Mapping[str, str]
Upload = Callable[[Mapping[str, bytes], Query], Answer]
Download = Callable[[Query], Answer]


def _code(number: int) -> Answer:
    return Answer(200, headers=(("X-Response-Code", str(number)),))


def _text(data: bytes, kind: str = "text/plain; charset=UTF-8") -> Answer:
    return Answer(200, data, kind)


def _links(query: Query) -> list[int]:
    return [int(text) for text in query.get("link_ids", "1").split(",") if text.isdecimal()]


def _form(request: Request) -> dict[str, bytes]:
    """The files of a form (multipart/form-data, RFC 7578), by their names."""
    boundary = request.headers.get_param("boundary", header="Content-Type")
    files = {}
    for part in request.body.split(f"--{boundary}".encode())[1:-1]:
        head, _, data = part.partition(b"\r\n\r\n")
        name = re.search(rb'; name="([^"]*)"', head)
        assert name is not None
        files[name[1].decode()] = data[: -len(b"\r\n")]
    return files


class Files:
    def __init__(self, device: XerusPdu) -> None:
        self._device = device
        self._uploads: dict[str, Upload] = {
            "fwupload.cgi": self._firmware,
            "server_ssl_cert_upload.cgi": self._certificate,
            "bulk_config_restore.cgi": self._bulk,
            "raw_config_update.cgi": self._raw,
            "upload_pmc_config.cgi": self._pmc,
        }
        self._downloads: dict[str, Download] = {
            "server_ssl_cert_download.cgi": self._get_certificate,
            "bulk_config_save.cgi": self._get_bulk,
            "raw_config_download.cgi": self._get_raw,
            "diag-data.cgi": self._get_diag,
            "eto_desc.cgi": self._get_eto,
            "export_pmc.cgi": self._get_pmc,
        }

    def answer(self, request: Request) -> Optional[Answer]:
        """The answer of a page; None if this unit does not have the page, or not for this HTTP
        method.
        """
        parts = urlsplit(request.target)
        if not parts.path.startswith(_FOLDER):
            return None
        page = parts.path.removeprefix(_FOLDER)
        if page.startswith("raw_") and self._device.site.firmware.index < _RAW_FROM:
            return None  # this firmware is older than the page
        query = {name: values[0] for name, values in parse_qs(parts.query).items()}
        with self._device.lock:
            self._device.clockwork.settle()
            if request.method == "POST" and page in self._uploads:
                files = _form(request)
                self._device.note_upload(parts.path, files)
                return self._uploads[page](files, query)
            if request.method == "GET" and page in self._downloads:
                return self._downloads[page](query)
        return None

    # -- uploads

    def _firmware(self, files: Mapping[str, bytes], query: Query) -> Answer:
        self._device.firmware.receive(files["upfile"])
        return _text(b"")

    def _certificate(self, files: Mapping[str, bytes], query: Query) -> Answer:
        code = self._device.certificate.upload(files.get("cert_file", b""), files.get("key_file"))
        return _text(f"return_code={code}".encode())

    def _raw(self, files: Mapping[str, bytes], query: Query) -> Answer:
        return _code(self._device.raw_configuration.upload(files["config_file"]))

    def _bulk(self, files: Mapping[str, bytes], query: Query) -> Answer:
        code = self._device.bulk_configuration.upload(
            files["bulk_config_file"],
            _links(query),
            query.get("mode") == "backup",
            query.get("user_password", ""),
            query.get("skip_checks", "").split(","),
        )
        return _code(code)

    def _pmc(self, files: Mapping[str, bytes], query: Query) -> Answer:
        try:
            json.loads(files.get("config_file", b""))
        except ValueError:
            return _text(b"ERROR: the configuration is not JSON")
        return _text(b"OK")

    # -- downloads

    def _get_certificate(self, query: Query) -> Answer:
        pem = self._device.certificate.download(query.get("tag", "active_cert"))
        return Answer(404) if pem is None else _text(pem, "application/x-pem-file")

    def _get_raw(self, query: Query) -> Answer:
        return _text(self._device.raw_configuration.download())

    def _get_bulk(self, query: Query) -> Answer:
        data = self._device.bulk_configuration.download(
            _links(query), query.get("mode") == "backup", query.get("bulk_config_password", "")
        )
        return Answer(404) if data is None else _text(data)

    def _get_diag(self, query: Query) -> Answer:
        text = json.dumps(self._device.truth().states).encode()
        packed = io.BytesIO()
        with tarfile.open(fileobj=packed, mode="w:gz") as archive:
            entry = tarfile.TarInfo("outlets.json")
            entry.size = len(text)
            archive.addfile(entry, io.BytesIO(text))
        return _text(packed.getvalue(), "application/x-gzip")

    def _get_eto(self, query: Query) -> Answer:
        model = self._device.units[0].model
        names = {"model": model.product, "serial": model.serial, "outlets": model.outlets}
        return _text(json.dumps(names).encode(), "application/octet-stream")

    def _get_pmc(self, query: Query) -> Answer:
        """A CSV of the primary unit's inlets, as mains.

        With `panelid`, 1 to 8, its outlets follow as the panel's circuits.
        """
        pdu = self._device.units[0]
        outlets = pdu.outlets if "panelid" in query else []
        rows = ["device,name," + ",".join(_MAINS)]
        for device in (*pdu.inlets, *outlets):
            sensors: dict[str, Any] = device.sensors.fitted
            cells = [device.name, ""]
            for name in _MAINS:
                cells.append(str(sensors[name].value()) if name in sensors else "")
            rows.append(",".join(cells))
        text = "\n".join(rows) + "\n"
        return _text(text.encode(), "text/csv")
