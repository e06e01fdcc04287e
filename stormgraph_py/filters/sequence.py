"""Filters one after the other, each counted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import MISSING, asdict, dataclass, fields
from typing import Any, TypeAlias

from stormgraph_py.errors import InputError, ParameterError
from stormgraph_py.filters.comparison import Keep
from stormgraph_py.filters.steps import Density, Frames, MergeReappearing
from stormgraph_py.io.reader import suggestion
from stormgraph_py.localizations import Localizations

Filter: TypeAlias = Keep | Frames | Density | MergeReappearing
"""One step."""

_KINDS: Mapping[str, type[Filter]] = {
    step.kind: step for step in (Keep, Frames, Density, MergeReappearing)
}


@dataclass(frozen=True, kw_only=True)
class FilterStep:
    """What one step did.

    Parameters
    ----------
    kind : str
        Kind of the step: keep, frames, density or merge.
    text : str
        What it does, in words.
    n_before, n_after : int
        Localizations before and after it.
    n_unknown : int
        Localizations that had no value for it (NaN): left out by `Keep` and `Frames`, left as they
        were by `MergeReappearing`.
    """

    kind: str
    text: str
    n_before: int
    n_after: int
    n_unknown: int

    def as_dict(self) -> dict[str, Any]:
        """Return the counts ready for JSON."""
        return asdict(self)


def apply_filters(
    localizations: Localizations, filters: Sequence[Filter]
) -> tuple[Localizations, tuple[FilterStep, ...]]:
    """Apply filters one after the other and count.

    Parameters
    ----------
    localizations : Localizations
        What to filter.
    filters : sequence of Filter
        Steps, in their order.

    Returns
    -------
    localizations : Localizations
        What is left.
    steps : tuple of FilterStep
        What each step did; the first has all localizations before it, each other as many as the
        one before left.

    Raises
    ------
    InputError
        When a step leaves nothing, or cannot be applied to these localizations.

    Examples
    --------
    >>> locs = Localizations.from_arrays([[0, 0], [1, 1], [2, 2]], photons=[900, 400, 700])
    >>> left, steps = apply_filters(locs, [Keep.parse("photons > 500")])
    >>> len(left), steps[0].n_before, steps[0].n_after, steps[0].text
    (2, 3, 2, 'Keep localizations with photons > 500.')
    """
    steps = []
    for step in filters:
        left = step.apply(localizations)
        n_unknown = step.n_unknown(localizations)
        if len(localizations) and not len(left):
            raise InputError(
                f"None of {len(localizations)} localizations is left by the filter "
                f"{step.text[:-1]!r}: {step.remedy(localizations)}. Relax it or leave it out."
            )
        steps.append(
            FilterStep(
                kind=step.kind,
                text=step.text,
                n_before=len(localizations),
                n_after=len(left),
                n_unknown=n_unknown,
            )
        )
        localizations = left
    return localizations, tuple(steps)


def filter_from_dict(values: Mapping[str, Any]) -> Filter:
    """Make a step from what its `as_dict` returned.

    Raises
    ------
    ParameterError
        For an unknown kind or name, or a value out of bounds.

    Examples
    --------
    >>> filter_from_dict({"kind": "frames", "first": 100, "last": None}).text
    'Keep frames from 100 on.'
    """
    known = dict(values)
    kind = known.pop("kind", None)
    if not isinstance(kind, str) or kind not in _KINDS:
        raise ParameterError(f"{kind!r} is no kind of filter; use one of {', '.join(_KINDS)}.")
    if kind == Keep.kind:
        known = {k: v for k, v in known.items() if v is not None}
    names = {field.name: field for field in fields(_KINDS[kind])}
    for name in known:
        if name not in names:
            raise ParameterError(f"A filter {kind!r} has no {name!r}; {suggestion(name, names)}")
    for name, field in names.items():
        if field.default is MISSING and name not in known:
            raise ParameterError(f"A filter {kind!r} needs {name!r}; {dict(values)} has none.")
    try:
        return _KINDS[kind](**known)
    except (TypeError, AttributeError):
        raise ParameterError(
            f"The filter {dict(values)} has a value of the wrong kind; write numbers without "
            "quotation marks."
        ) from None
