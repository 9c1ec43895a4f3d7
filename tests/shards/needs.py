"""What a number of PDUs needs: measurements times counts."""

from __future__ import annotations

from typing import NamedTuple

from .trial import Costs
from .year import Disk

#: seconds between two scrapes of a PDU
INTERVAL_S = 60
_KEPT_DAYS = 2  # in Prometheus: the billing rules look back for a day and an hour


class Need(NamedTuple):
    """One line of the table: of one PDU, and of all. `how`: what was divided by what."""

    what: str
    one: str
    all: str
    how: str


def needs(costs: Costs, disk: Disk, pdus: int) -> list[Need]:
    """What this many PDUs need, each scraped every INTERVAL_S seconds."""
    used = costs.used
    probes_a_s = pdus / INTERVAL_S
    series, recorded = costs.series / costs.pdus, costs.recorded / costs.pdus
    samples_a_s = series * probes_a_s

    def cores(name: str, cpu_s: float, how: str) -> Need:
        ms = cpu_s / used.probes * 1000
        return Need(
            f"{name}: CPU", f"{ms:.2f} ms a probe", f"{ms * probes_a_s / 1000:.2f} cores", how
        )

    def memory(name: str, mib: float) -> Need:
        one = mib * 1024 / costs.pdus
        return Need(
            f"{name}: memory", f"{one:.0f} KiB", f"{one * pdus / 1024**2:.1f} GiB", "memory / PDUs"
        )

    def network(name: str, counted: float, by: float, how: str) -> Need:
        each = counted / by
        mbit = each * 8 * probes_a_s / 1e6
        return Need(name, f"{each / 1000:.1f} kB a probe", f"{mbit:.1f} Mbit/s", how)

    written = used.written_bytes / used.written_samples * series
    local = disk.local_of_sample * series * 86_400 / INTERVAL_S * _KEPT_DAYS
    return [
        cores("exporters", used.exporters_cpu_s, "CPU of both / probes"),
        cores("Prometheus", used.prometheus_cpu_s, "CPU / probes"),
        cores("VictoriaMetrics", used.victoria_cpu_s, "CPU / probes"),
        Need(
            "exporters: memory",
            f"{costs.exporter_mib:.0f} MiB for {costs.pdus // 2}",
            f"{costs.exporter_mib * 2 / costs.pdus * pdus / 1024:.1f} GiB",
            "memory of both / PDUs",
        ),
        memory("Prometheus", costs.prometheus_mib),
        memory("VictoriaMetrics", costs.victoria_mib),
        Need("series that are scraped", f"{series:.1f}", f"{series * pdus:,.0f}", "series / PDUs"),
        Need("series of rules", f"{recorded:.1f}", f"{recorded * pdus:,.0f}", "series / PDUs"),
        Need(
            "samples a second", f"{series / INTERVAL_S:.2f}", f"{samples_a_s:,.0f}", "series / 60 s"
        ),
        Need(
            "requests to PDUs",
            f"{used.requests / used.probes:.1f} a probe",
            f"{used.requests / used.probes * probes_a_s:,.0f} a second",
            "requests / probes",
        ),
        network("PDU and exporter", used.device_bytes, used.probes, "payload / probes"),
        network("exporter and Prometheus", costs.page_bytes, 1, "bytes of HTTP, gzip, mean of 50"),
        network("Prometheus to VictoriaMetrics", written, 1, "bytes / samples x series"),
        Need(
            "disk of VictoriaMetrics, a year",
            f"{disk.a_year / 1e6:.1f} MB",
            f"{disk.a_year * pdus / 1e9:,.0f} GB",
            f"{disk.pdus} PDUs, {disk.days} days, growth of the second half",
        ),
        Need(
            f"disk of Prometheus, {_KEPT_DAYS} days",
            f"{local / 1e6:.2f} MB",
            f"{local * pdus / 1e9:,.1f} GB",
            f"{disk.local_of_sample:.2f} bytes a sample in blocks of 2 h",
        ),
    ]
