"""The figures of this process and its Python, under the names that Prometheus' clients give them.

Sources: "Writing client libraries" in Prometheus' documentation; proc(5).
"""

from __future__ import annotations

import math
import os
import platform
from collections.abc import Iterator

from .web.exposition import MetricFamily, counter, gauge


def process_families() -> Iterator[MetricFamily]:
    """Memory, processor time and files of this process, if /proc has them, and the Python."""
    try:
        with open("/proc/self/stat", "rb") as file:
            # what follows the name of the program, which may contain spaces and parentheses
            fields = file.read().rpartition(b")")[2].split()
        with open("/proc/stat", "rb") as file:
            (boot_s,) = (float(line.split()[1]) for line in file if line.startswith(b"btime "))
        open_files = len(os.listdir("/proc/self/fd"))
    except (OSError, ValueError):
        pass
    else:
        yield from _process_families(fields, boot_s, open_files)
    implementation, version = platform.python_implementation(), platform.python_version()
    yield gauge(
        "python_info",
        "Python platform information",
        ((implementation, *platform.python_version_tuple(), version), 1.0),
        labels=("implementation", "major", "minor", "patchlevel", "version"),
    )


def _process_families(
    fields: list[bytes], boot_s: float, open_files: int
) -> Iterator[MetricFamily]:
    """`fields`: of /proc/self/stat from the third on; `boot_s`: in s since 1970."""
    import resource  # Windows has neither it nor /proc, and everything else of an exporter works

    user, system, start_ticks, virtual, pages = (float(fields[n]) for n in (11, 12, 19, 20, 21))
    ticks, page_size = os.sysconf("SC_CLK_TCK"), resource.getpagesize()
    limit = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
    for name, about, value in (
        ("virtual_memory_bytes", "Virtual memory size in bytes.", virtual),
        ("resident_memory_bytes", "Resident memory size in bytes.", pages * page_size),
        (
            "start_time_seconds",
            "Start time of the process since unix epoch in seconds.",
            boot_s + start_ticks / ticks,
        ),
    ):
        yield gauge(f"process_{name}", about, ((), value))
    yield counter(
        "process_cpu_seconds",
        "Total user and system CPU time spent in seconds.",
        ((), (user + system) / ticks),
    )
    yield gauge("process_open_fds", "Number of open file descriptors.", ((), open_files))
    yield gauge(
        "process_max_fds",
        "Maximum number of open file descriptors.",
        ((), math.inf if limit == resource.RLIM_INFINITY else limit),
    )
