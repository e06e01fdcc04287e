"""Named sets of parameters, read from a TOML file."""

from __future__ import annotations

import dataclasses
import difflib
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from stormgraph_py.errors import FileFormatError, InputError, ParameterError
from stormgraph_py.filters import Filter, Keep, filter_from_dict
from stormgraph_py.params import StormGraphParams

DEFAULT_NAME = "default"
"""Name of the set of a batch that names none."""

_PARAMETERS = tuple(f.name for f in dataclasses.fields(StormGraphParams))
_KNOWN = (*_PARAMETERS, "seed", "filters")
_AUTOMATIC = ("k", "dimensions")


@dataclass(frozen=True, kw_only=True)
class ParameterSet:
    """What is varied between the jobs of a file.

    Parameters
    ----------
    name : str
        Name in the tables and, where it was chosen, in the job's folder.
    params : StormGraphParams
        Parameters of the method.
    seed : int
        Seed of everything random.
    filters : tuple of Filter
        Steps before the analysis.
    is_named : bool
        Whether the name was chosen.
    """

    name: str = DEFAULT_NAME
    params: StormGraphParams = field(default_factory=StormGraphParams)
    seed: int = 0
    filters: tuple[Filter, ...] = ()
    is_named: bool = False

    def as_dict(self) -> dict[str, Any]:
        """Return the set ready for JSON."""
        return {
            "name": self.name,
            "params": self.params.as_dict(),
            "seed": self.seed,
            "filters": [step.as_dict() for step in self.filters],
        }


def read_parameter_sets(
    path: str | Path, base: ParameterSet | None = None
) -> tuple[ParameterSet, ...]:
    r"""Read parameter sets from a TOML file.

    Each table of the file is a set with its name; what stands before the first table holds for all
    of them. Without tables, the file is one set without a name.

    Parameters
    ----------
    path : str or Path
        The file.
    base : ParameterSet, optional
        Values of what the file leaves out; the defaults by default.

    Raises
    ------
    FileFormatError
        When the file is no TOML.
    InputError
        When it cannot be read.
    ParameterError
        For an unknown name, with the closest known one, or a value out of bounds.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     file = Path(folder) / "sets.toml"
    ...     loose = "[loose]\nalpha = 0.2"
    ...     other = '[auto]\nk = "auto"\nfilters = ["photons > 500"]'
    ...     _ = file.write_text(f"seed = 3\n{loose}\n{other}")
    ...     loose, auto = read_parameter_sets(file)
    >>> loose.name, loose.params.alpha, loose.seed
    ('loose', 0.2, 3)
    >>> auto.params.k, auto.filters[0].condition
    (None, 'photons > 500')
    """
    document = _parse(Path(path))
    base = base or ParameterSet()
    shared = {name: value for name, value in document.items() if not isinstance(value, dict)}
    tables = {name: value for name, value in document.items() if isinstance(value, dict)}
    common = _changed(base, shared, str(path))
    if not tables:
        return (common,)
    return tuple(
        dataclasses.replace(_changed(common, table, f"{path}, [{name}]"), name=name, is_named=True)
        for name, table in tables.items()
    )


def _parse(path: Path) -> dict[str, Any]:
    try:
        with path.open("rb") as file:
            return tomllib.load(file)
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror}); check the path.") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise FileFormatError(
            f"{path}: is no TOML: {error}; write lines like k = 15, below a line [name] each set."
        ) from None


def _changed(base: ParameterSet, values: Mapping[str, Any], where: str) -> ParameterSet:
    for name in values:
        if name not in _KNOWN:
            close = difflib.get_close_matches(name, _KNOWN, n=1)
            hint = f"did you mean {close[0]!r}?" if close else f"known are {', '.join(_KNOWN)}."
            raise ParameterError(f"{where}: {name!r} is no parameter; {hint}")
    given = {name: values[name] for name in _PARAMETERS if name in values}
    for name in _AUTOMATIC:
        if given.get(name) == "auto":
            given[name] = None
    seed = values.get("seed", base.seed)
    if isinstance(seed, bool) or not isinstance(seed, int) or seed < 0:
        raise ParameterError(f"{where}: seed={seed!r} is no seed; use a whole number from 0 on.")
    try:
        return ParameterSet(
            name=base.name,
            params=dataclasses.replace(base.params, **given),
            seed=seed,
            filters=_filters(values["filters"]) if "filters" in values else base.filters,
        )
    except ParameterError as error:
        raise ParameterError(f"{where}: {error}") from None


def _filters(values: Any) -> tuple[Filter, ...]:
    if not isinstance(values, list) or not all(isinstance(v, str | dict) for v in values):
        raise ParameterError(
            'filters is no list of steps; write it as filters = ["photons > 500", {kind = "merge", '
            "max_distance_nm = 30, max_dark_frames = 3}]."
        )
    return tuple(Keep.parse(v) if isinstance(v, str) else filter_from_dict(v) for v in values)
