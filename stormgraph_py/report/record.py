"""`run.json`: what was analysed, how, with which software, and what came out in numbers."""

from __future__ import annotations

import json
import math
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from stormgraph_py import __version__
from stormgraph_py.engine import kernel
from stormgraph_py.errors import FileFormatError, InputError
from stormgraph_py.io.provenance import versions

if TYPE_CHECKING:
    from stormgraph_py.engine.length_scale import LengthScale
    from stormgraph_py.report.analysis import Analysis

SCHEMA = 1
"""Version of the record's layout; grows when a reader of older records would misread a new one."""


def run_record(analysis: Analysis) -> dict[str, Any]:
    """Return the record of an analysis, ready for JSON."""
    result, selection = analysis.result, analysis.selection
    provenance = analysis.localizations.provenance
    noise = result.noise
    size = "volume_nm3" if result.dimensions == 3 else "area_nm2"
    return {
        "schema": SCHEMA,
        "created_utc": datetime.now(UTC).isoformat(timespec="seconds"),
        "versions": software_versions(),
        "request": analysis.request.as_dict(),
        "input": {
            "format": provenance.format,
            "sha256": provenance.sha256,
            "sha256_beside": provenance.sha256_beside,
            "n_rows": provenance.n_rows,
            "n_set_aside": provenance.n_set_aside,
            "n_other_channel": selection.n_other_channel,
            "filters": [step.as_dict() for step in selection.steps],
            "n_outside_roi": selection.n_outside,
            "columns": {ours: theirs for theirs, ours in provenance.columns},
            "notes": list(provenance.notes),
        },
        "result": {
            "n_localizations": len(result.labels),
            "n_clusters": result.n_clusters,
            "n_clustered": result.n_clustered,
            "n_clusters_coarse": int(result.coarse_labels.max(initial=-1)) + 1,
            "n_clusters_by_level": [
                result.hierarchy.n_clusters(i) for i in range(result.hierarchy.n_levels)
            ],
            "n_retained": None if noise is None else int(noise.retained.sum()),
            "n_edges": result.n_edges,
            "n_components": result.n_components,
            "codelength_bits": result.hierarchy.codelength,
            "dimensions": result.dimensions,
            size: result.area,
            "z_scale": result.z_scale,
            "used_sigma": result.used_sigma,
            "length_scale": _length_scale(result.length_scale),
            "final_length_scale": _length_scale(result.final_length_scale),
            "degree_threshold_min": None if noise is None else float(np.min(noise.threshold)),
            "degree_threshold_max": None if noise is None else float(np.max(noise.threshold)),
        },
        "timings": [
            {"stage": t.stage, "cpu_s": round(t.cpu_s, 3), "wall_s": round(t.wall_s, 3)}
            for t in result.timings
        ],
        "warnings": list(analysis.warnings),
    }


def software_versions() -> dict[str, str]:
    """Return the versions of the software that a result depends on, this package's with them."""
    own = {"stormgraph_py": __version__}
    if kernel.native is not None:
        own["compiled kernel"] = __version__
    return versions() | own


def record_text(record: dict[str, Any]) -> str:
    """Return a record as JSON with sorted keys; numbers that are not finite become null."""
    return json.dumps(_finite(record), indent=2, sort_keys=True, allow_nan=False) + "\n"


def read_record(path: str | Path) -> dict[str, Any]:
    """Read the record of an analysis.

    Raises
    ------
    FileFormatError
        When the file is no record, or one of a newer version of the program.
    InputError
        When it cannot be read.
    """
    try:
        text = Path(path).read_text(encoding="utf-8")
    except OSError as error:
        raise InputError(
            f"{path}: cannot be read ({error.strerror}); name the run.json of a result folder."
        ) from None
    except UnicodeDecodeError:
        text = ""
    try:
        record = json.loads(text)
    except json.JSONDecodeError:
        record = None
    if not isinstance(record, dict) or not {"schema", "request", "input"} <= record.keys():
        raise FileFormatError(
            f"{path}: is no record of an analysis; name the run.json of a result folder."
        )
    if record["schema"] != SCHEMA:
        raise FileFormatError(
            f"{path}: has schema {record['schema']} and this version of stormgraph_py reads "
            f"{SCHEMA}; use the version that wrote it."
        )
    return record


def _length_scale(scale: LengthScale | None) -> dict[str, Any] | None:
    if scale is None:
        return None
    return {
        "r0_nm": scale.r0_nm,
        "method": scale.method,
        "random_median_nm": scale.random_median_nm,
        "fell_back_to_median": scale.fell_back_to_median,
    }


def _finite(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _finite(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(item) for item in value]
    if isinstance(value, np.generic):
        return _finite(value.item())
    return None if isinstance(value, float) and not math.isfinite(value) else value
