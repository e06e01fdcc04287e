"""Results as files: arrays and plain values alone, so that opening one runs nothing."""

from __future__ import annotations

import dataclasses
import io
import json
from collections.abc import Mapping
from typing import Any, TypeVar

import numpy as np

from stormgraph_py.clusters.overlap import SizeOverlap
from stormgraph_py.clusters.overlap_null import NullFigure, OverlapNull
from stormgraph_py.engine.hierarchy import Hierarchy
from stormgraph_py.engine.length_scale import LengthScale
from stormgraph_py.engine.noise import NoiseResult
from stormgraph_py.engine.overcounting import OvercountingEvidence
from stormgraph_py.engine.selection import Split
from stormgraph_py.errors import InputError, ParameterError
from stormgraph_py.params import StormGraphParams
from stormgraph_py.report.overlap_analysis import OverlapParams
from stormgraph_py.report.overlap_result import ChannelResult, OverlapResult
from stormgraph_py.result import ClusteringResult, StageTiming

_Kind = TypeVar("_Kind", ClusteringResult, OverlapResult)

_CLASSES = {
    cls.__name__: cls
    for cls in (
        ChannelResult,
        ClusteringResult,
        Hierarchy,
        LengthScale,
        NoiseResult,
        NullFigure,
        OvercountingEvidence,
        OverlapNull,
        OverlapParams,
        OverlapResult,
        SizeOverlap,
        Split,
        StageTiming,
        StormGraphParams,
    )
}
_VALUES = "values"
"""Name of the array that holds the plain values, as bytes of JSON."""


def result_bytes(result: ClusteringResult | OverlapResult) -> bytes:
    """Return a result, or a comparison of two colours, as the bytes of an npz file."""
    arrays: dict[str, Any] = {}
    text = json.dumps(_plain(result, arrays))
    arrays[_VALUES] = np.frombuffer(text.encode("utf-8"), dtype=np.uint8)
    buffer = io.BytesIO()
    np.savez(buffer, allow_pickle=False, **arrays)
    return buffer.getvalue()


def result_from_bytes(data: bytes, kind: type[_Kind]) -> _Kind:
    """Return the result that `result_bytes` made bytes of.

    Parameters
    ----------
    data : bytes
        The bytes.
    kind : type
        What they are to be.

    Raises
    ------
    InputError
        When the bytes are something else, or damaged.
    """
    try:
        with np.load(io.BytesIO(data), allow_pickle=False) as arrays:
            values = json.loads(bytes(arrays[_VALUES]).decode("utf-8"))
            result = _lively(values, {name: arrays[name] for name in arrays.files})
    except (KeyError, TypeError, AttributeError, ValueError, OSError, EOFError) as error:
        raise InputError(f"The saved result is damaged ({error!r}).") from None
    except ParameterError as error:
        raise InputError(f"The saved result is damaged ({error}).") from None
    except Exception as error:
        # zipfile and zlib have errors of their own for what is cut off or overwritten
        raise InputError(f"The saved result is damaged ({type(error).__name__}).") from None
    if not isinstance(result, kind):
        raise InputError("The saved result is damaged (it holds something else).")
    return result


def _plain(value: Any, arrays: dict[str, Any]) -> Any:
    """Return a value as JSON knows it; arrays are put aside under a name."""
    if isinstance(value, np.ndarray):
        name = f"a{len(arrays)}"
        arrays[name] = value
        return {"array": name}
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        fields = {f.name: _plain(getattr(value, f.name), arrays) for f in dataclasses.fields(value)}
        return {"class": type(value).__name__, "fields": fields}
    if isinstance(value, tuple | list):
        return [_plain(one, arrays) for one in value]
    if isinstance(value, Mapping):
        return {"mapping": {name: _plain(one, arrays) for name, one in value.items()}}
    if isinstance(value, np.generic):
        return value.item()
    return value


def _lively(value: Any, arrays: Mapping[str, Any]) -> Any:
    """Undo `_plain`."""
    if isinstance(value, list):
        return tuple(_lively(one, arrays) for one in value)
    if not isinstance(value, dict):
        return value
    if "array" in value:
        return arrays[value["array"]]
    if "mapping" in value:
        return {name: _lively(one, arrays) for name, one in value["mapping"].items()}
    fields = {name: _lively(one, arrays) for name, one in value["fields"].items()}
    return _CLASSES[value["class"]](**fields)
