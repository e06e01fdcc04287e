"""What a benchmark ran on, printed above its table."""

from __future__ import annotations

import os
import platform
from pathlib import Path

from stormgraph_py.io.provenance import versions


def describe_machine() -> str:
    """Processor, cores and versions in one line."""
    model = platform.processor() or platform.machine()
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.exists():
        names = [s for s in cpuinfo.read_text().splitlines() if s.startswith("model name")]
        model = names[0].partition(":")[2].strip() if names else model
    libraries = ", ".join(f"{name} {version}" for name, version in versions().items())
    return f"{model}, {os.cpu_count()} cores, {platform.system()}; {libraries}"
