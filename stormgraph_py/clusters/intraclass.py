"""How alike clusters of one cell are, and what pooling them as if independent pretends."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt


@dataclass(frozen=True, kw_only=True)
class DesignEffect:
    """What pooling values of several groups is worth.

    Parameters
    ----------
    n_values, n_groups : int
        Values, and groups (cells) that have any.
    icc : float
        Intraclass correlation: share of the variance that lies between groups, from 0 to 1; NaN
        where it cannot be estimated.
    design_effect : float
        How many times larger the variance of the mean is than that of as many independent values.
    n_effective : float
        Independent values that tell as much: ``n_values / design_effect``.
    """

    n_values: int
    n_groups: int
    icc: float
    design_effect: float
    n_effective: float


def design_effect(
    values: npt.ArrayLike, groups: npt.ArrayLike, strata: npt.ArrayLike
) -> DesignEffect:
    """Estimate how alike values of a group are, within strata.

    Parameters
    ----------
    values : (n,) array
        One value a cluster, finite.
    groups : (n,) array
        Its cell; cells of different strata need different names.
    strata : (n,) array
        Its condition, whose own mean is taken away.

    Returns
    -------
    DesignEffect
        From the one-way analysis of variance of cells within conditions; a negative estimate of the
        intraclass correlation counts as 0.

    Notes
    -----
    The design effect is ``1 + (m - 1) icc`` (Kish, Survey Sampling, 1965), where m is the mean size
    of the group that a value finds itself in.

    Examples
    --------
    >>> found = design_effect([1, 1, 1, 5, 5, 5], ["a", "a", "a", "b", "b", "b"], [0] * 6)
    >>> found.icc, found.design_effect, found.n_effective
    (1.0, 3.0, 2.0)
    """
    x = np.asarray(values, dtype=float)
    _, group = np.unique(np.asarray(groups), return_inverse=True)
    _, stratum = np.unique(np.asarray(strata), return_inverse=True)
    n = np.bincount(group).astype(float)
    n_values, n_groups = len(x), len(n)
    n_strata = int(stratum.max(initial=-1)) + 1
    nan = float("nan")
    if n_groups <= n_strata or n_values <= n_groups:
        return DesignEffect(
            n_values=n_values, n_groups=n_groups, icc=nan, design_effect=nan, n_effective=nan
        )
    group_mean = np.bincount(group, x) / n
    stratum_mean = np.bincount(stratum, x) / np.bincount(stratum)
    own = np.zeros(n_groups, dtype=int)
    own[group] = stratum
    between = (n * (group_mean - stratum_mean[own]) ** 2).sum() / (n_groups - n_strata)
    within = ((x - group_mean[group]) ** 2).sum() / (n_values - n_groups)
    in_stratum = np.bincount(own, n, minlength=n_strata)
    # mean group size as the expected mean square between groups has it
    size = (n_values - (np.bincount(own, n**2, minlength=n_strata) / in_stratum).sum()) / (
        n_groups - n_strata
    )
    variance = max(0.0, (between - within) / size)
    icc = variance / (variance + within) if variance + within > 0 else nan
    effect = 1 + ((n**2).sum() / n_values - 1) * icc
    return DesignEffect(
        n_values=n_values,
        n_groups=n_groups,
        icc=float(icc),
        design_effect=float(effect),
        n_effective=float(n_values / effect),
    )
