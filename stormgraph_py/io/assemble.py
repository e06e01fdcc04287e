"""From the columns of a file to localizations in nm, with every row accounted for."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Set
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from stormgraph_py.arrays import AnyArray, BoolArray, IntArray
from stormgraph_py.errors import FileFormatError, InputError, UntoldError
from stormgraph_py.io.channels import MOST_CHANNELS, number_channels
from stormgraph_py.io.plausibility import plausibility_warnings
from stormgraph_py.io.reader import ReadOptions, suggestion
from stormgraph_py.io.units import scale_to_nm
from stormgraph_py.localizations import COLUMNS, Localizations, Provenance
from stormgraph_py.numerals import plain

if TYPE_CHECKING:
    import pandas as pd

_COORDINATES = ("x_nm", "y_nm", "z_nm")
_SIGMAS = ("sigma_x_nm", "sigma_y_nm", "sigma_z_nm")

_SMALLEST_FIELD_NM = 200.0
"""A field of view below the diffraction limit says nothing about what a precision can be."""


@dataclass(frozen=True, kw_only=True, eq=False)
class RawTable:
    """A file's columns as it has them, and what they mean.

    Parameters
    ----------
    path, format, sha256 : str
        The file, the reader's name, the hash of the file's bytes.
    sha256_beside : str or None
        Hash of a second file that was read with it.
    frame : pandas.DataFrame
        Every column under its name in the file.
    columns : mapping of str to str
        Name in the package -> name in the file.
    units : mapping of str to (str or None)
        Name in the file -> unit that the file or its format states; None or absent: none.
    where : callable
        Name of a row (counted from 0) for messages, "line 17".
    derived : set of str
        Names in `frame` of what the reader worked out itself, and whose gaps it tells of.
    n_invalid : int
        Localizations that the file itself marks as invalid: not in `frame`, and told by the reader.
    notes, warnings : tuple of str
        What the reader understood so far.
    doubts : tuple of str
        Warnings of what the caller could tell.
    """

    path: str
    format: str
    sha256: str
    frame: pd.DataFrame
    columns: Mapping[str, str]
    units: Mapping[str, str | None]
    where: Callable[[int], str]
    sha256_beside: str | None = None
    derived: Set[str] = frozenset()
    n_invalid: int = 0
    notes: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    doubts: tuple[str, ...] = ()


def assemble(raw: RawTable, options: ReadOptions) -> Localizations:
    """Make localizations of a file's columns.

    Lengths become nm. Rows with a coordinate that is missing or not finite are set aside and
    counted. A precision that cannot be (not positive, not finite, larger than the field of view)
    becomes NaN and is counted; its row stays. Columns without a meaning are kept as they are.

    Raises
    ------
    InputError
        When x or y is not found, a unit or the pixel size is unknown, a column that must be numbers
        holds text, or no row is left.
    """
    import pandas as pd

    columns = _with_callers_columns(raw, options)
    channels, channel_names, doubts = _named_channels(raw, columns)
    if doubts:
        del columns["channel"]
    scale = scale_to_nm(
        columns,
        raw.units,
        unit=options.unit,
        pixel_size_nm=options.pixel_size_nm,
        path=raw.path,
    )
    notes = [*raw.notes, *scale.notes]
    unsure = [*raw.doubts, *scale.warnings]
    warnings = [*raw.warnings, *unsure, *doubts]
    if channel_names:
        listed = ", ".join(f"{number} = {name}" for number, name in channel_names.items())
        notes.append(f"Channels by name: {listed}.")
    with np.errstate(over="ignore", invalid="ignore"):
        values = _values(raw, columns, scale.factors) | channels
        keep = _finite_rows(raw, columns, values, warnings)
        if not keep.all():
            values = {name: value[keep] for name, value in values.items()}
        values = _without_impossible_sigmas(raw, columns, values, keep, warnings)
        implausible = list(
            plausibility_warnings(
                # each coordinate in one piece, as it is looked at
                np.array([values["x_nm"], values["y_nm"]], dtype=np.float64).T,
                values.get("z_nm"),
                values.get("sigma_x_nm"),
                assumed=scale.assumed,
                told=options.unit is not None,
            )
        )
        warnings += implausible
    warnings.extend(_missing_values(columns, values))
    if channel_names and (n_unnamed := int((values["channel"] == -1).sum())):
        warnings.append(f"{n_unnamed} rows name no channel; they are kept, as channel -1.")
    warnings.extend(_missing_precision(values))
    extras = _extra_columns(raw.frame, columns)
    if not keep.all():
        extras = {name: column[keep] for name, column in extras.items()}
    provenance = Provenance(
        path=raw.path,
        format=raw.format,
        sha256=raw.sha256,
        sha256_beside=raw.sha256_beside,
        n_rows=len(keep) + raw.n_invalid,
        n_set_aside=len(keep) - len(values["x_nm"]) + raw.n_invalid,
        columns=tuple((columns[t], t) for t in COLUMNS if t in columns),
        channel_names=channel_names,
        notes=tuple(notes),
        warnings=tuple(warnings),
        doubts=(*unsure, *implausible),
    )
    return Localizations(pd.DataFrame(values | extras, copy=False), provenance)


def _with_callers_columns(raw: RawTable, options: ReadOptions) -> dict[str, str]:
    names = [str(name) for name in raw.frame.columns]
    for target, name in options.columns.items():
        if name not in names:
            raise InputError(
                f"{raw.path}: has no column {name!r}, which columns gives as {target}; "
                f"{suggestion(name, names)}"
            )
    columns = {**raw.columns, **options.columns}
    for target in ("x_nm", "y_nm"):
        if target not in columns:
            raise UntoldError(
                f"{raw.path}: no column of {', '.join(map(repr, names))[:300]} could be told to be "
                f"{target[0]}; name it with columns={{{target!r}: ...}}.",
                "columns",
            )
    return columns


def _named_channels(
    raw: RawTable, columns: Mapping[str, str]
) -> tuple[dict[str, IntArray], dict[int, str], list[str]]:
    """Return the column of channels by number, their names, and what speaks against it."""
    if "channel" not in columns or raw.frame[columns["channel"]].dtype.kind in "iuf":
        return {}, {}, []
    name = columns["channel"]
    numbered = number_channels(raw.frame[name])
    if numbered is None:
        doubt = (
            f"{name!r} holds more than {MOST_CHANNELS} different texts, which name no channels; it "
            "is kept without a meaning."
        )
        return {}, {}, [doubt]
    return {"channel": numbered[0]}, numbered[1], []


def _values(
    raw: RawTable, columns: Mapping[str, str], factors: Mapping[str, float]
) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for target in (t for t in COLUMNS if t in columns):
        column = raw.frame[columns[target]]
        if target == "channel" and column.dtype.kind not in "iuf":
            continue
        numbers = _numbers(raw, column)
        if target in factors:
            numbers = numbers.astype(np.float64, copy=False)
            numbers = numbers if factors[target] == 1 else numbers * factors[target]
        values[target] = numbers
    return values


def _numbers(raw: RawTable, column: pd.Series[Any]) -> AnyArray:
    if column.dtype.kind == "f":
        # also makes a NaN that signals, as damaged files hold, a quiet one
        return column.to_numpy(dtype=np.float64)
    if column.dtype.kind in "iu":
        return column.to_numpy()
    import pandas as pd

    text = column.astype(str).where(column.notna())
    numbers = pd.to_numeric(text, errors="coerce")
    wrong = (numbers.isna() & column.notna()).to_numpy()
    if wrong.any():
        row = int(np.argmax(wrong))
        value = str(column.iloc[row])[:40]
        comma = value.replace(",", "", 1).strip(" +-").isdigit() and "," in value
        remedy = "write decimal points" if comma else "correct the value or remove the line"
        raise FileFormatError(
            f"{raw.path}: {raw.where(row)}: column {column.name!r} reads {value!r}, "
            f"which is no number; {remedy}."
        )
    return numbers.to_numpy(dtype=np.float64)


def _finite_rows(
    raw: RawTable, columns: Mapping[str, str], values: Mapping[str, AnyArray], warnings: list[str]
) -> BoolArray:
    keep = np.ones(len(raw.frame), dtype=bool)
    for target in (t for t in _COORDINATES if t in values):
        keep &= np.isfinite(values[target])
    if keep.all():
        return keep
    n_wrong = int((~keep).sum())
    coordinates = [t for t in _COORDINATES if t in values]
    if n_wrong == len(keep):
        names = ", ".join(repr(columns[t]) for t in coordinates)
        raise FileFormatError(
            f"{raw.path}: none of its {len(keep)} rows has finite coordinates in {names}; "
            "check which columns hold the coordinates."
        )
    row = int(np.argmin(keep))
    wrong = next(t for t in coordinates if not np.isfinite(values[t][row]))
    warnings.append(
        f"{n_wrong} of {len(keep)} rows set aside: a coordinate is missing or not finite. The "
        f"first is {raw.where(row)}, where {columns[wrong]!r} is {plain(values[wrong][row])}; "
        "correct such rows if they matter."
    )
    return keep


def _without_impossible_sigmas(
    raw: RawTable,
    columns: Mapping[str, str],
    values: Mapping[str, AnyArray],
    keep: BoolArray,
    warnings: list[str],
) -> dict[str, AnyArray]:
    cleaned = dict(values)
    extent = max(float(np.ptp(values[t])) for t in _COORDINATES if t in values)
    bound = max(extent, _SMALLEST_FIELD_NM)
    told: set[str] = set()
    for target in (t for t in _SIGMAS if t in values):
        sigma, name = values[target], columns[target]
        possible = (sigma > 0) & (sigma <= bound)
        if name in raw.derived:
            possible |= np.isnan(sigma)
        if possible.all():
            continue
        n_wrong = int((~possible).sum())
        row = int(np.argmin(possible))
        if possible.any():
            cleaned[target] = np.where(possible, sigma, np.nan)
        else:
            del cleaned[target]
        if name not in told:
            told.add(name)
            so = "are unknown now" if possible.any() else "so the column is not used"
            warnings.append(
                f"{n_wrong} of {len(sigma)} values of {name!r} cannot be a localization precision "
                f"(above 0 and at most the field of view of {plain(bound, 4)} nm) and {so}; the "
                "first is "
                f"{raw.where(int(np.flatnonzero(keep)[row]))}, {plain(sigma[row])} nm. Their rows "
                "are kept."
            )
    return cleaned


def _missing_values(columns: Mapping[str, str], values: Mapping[str, AnyArray]) -> list[str]:
    messages = []
    for target in ("frame", "photons", "channel"):
        if target in values and values[target].dtype.kind == "f":
            n_missing = int((~np.isfinite(values[target])).sum())
            if n_missing:
                messages.append(
                    f"{n_missing} rows have no finite value in {columns[target]!r}; they are kept."
                )
    return messages


def _missing_precision(values: Mapping[str, AnyArray]) -> list[str]:
    known = [target[6] for target in _SIGMAS if target in values]
    z = values.get("z_nm")
    axes = "xy" if z is None or z.min() == z.max() else "xyz"
    missing = [a for a in axes if a not in known]
    if not known or not missing:
        return []
    return [
        f"The precision of {' and '.join(known)} is known, that of {' and '.join(missing)} is not: "
        f"an analysis in {len(axes)}-D runs without precision. "
        f"Name the missing column with columns={', or analyse in 2-D' * (missing == ['z'])}."
    ]


def _extra_columns(frame: pd.DataFrame, columns: Mapping[str, str]) -> dict[str, pd.Series[Any]]:
    used = {name for target, name in columns.items()}
    channel = columns.get("channel")
    if channel is not None and frame[channel].dtype.kind not in "iuf":
        used.discard(channel)
    extras = {}
    for name in map(str, frame.columns):
        if name not in used:
            extras[f"{name} (file)" if name in COLUMNS else name] = frame[name]
    return extras
