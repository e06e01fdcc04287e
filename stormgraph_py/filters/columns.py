"""Which columns of a table a filter means by a name."""

from __future__ import annotations

from stormgraph_py.errors import ParameterError
from stormgraph_py.io.aliases import ALIASES, parse_name
from stormgraph_py.io.reader import suggestion
from stormgraph_py.io.units import NM_PER_UNIT
from stormgraph_py.localizations import Localizations

_OTHER_UNITS = {*NM_PER_UNIT, "px"} - {"nm"}


def columns_meant(name: str, localizations: Localizations) -> tuple[str, ...]:
    """Find the columns of a table that a name means.

    The first of these that there is: a column of the table of just this name; the column that was
    read from one of this name in the file; the same two, whatever the case, the unit and the signs
    between words; a column with a meaning that usually has such a name. A precision of the plane
    that is not told by axis means both axes.

    Parameters
    ----------
    name : str
        Name of a column.
    localizations : Localizations
        Whose table is meant.

    Returns
    -------
    tuple of str
        Columns of the table: one, or x and y of one precision.

    Raises
    ------
    ParameterError
        When no column is meant, several are, or the name has a unit other than the nm that the
        table's lengths are in.

    Examples
    --------
    >>> locs = Localizations.from_arrays([[0, 0]], sigma=[9.0], photons=[800], chi=[1.0])
    >>> columns_meant("uncertainty", locs), columns_meant("Photons", locs), columns_meant("x", locs)
    (('sigma_x_nm', 'sigma_y_nm'), ('photons',), ('x_nm',))
    >>> columns_meant("photns", locs)
    Traceback (most recent call last):
        ...
    stormgraph_py.errors.ParameterError: There is no column 'photns'; did you mean 'photons'?
    """
    columns = [str(column) for column in localizations.table.columns]
    read_from = [(theirs, ours) for theirs, ours in localizations.provenance.columns
                 if ours in columns]  # fmt: skip
    if name in columns:
        return (name,)
    named = [(column, column) for column in columns] + read_from
    key, unit = parse_name(name)
    for meant in (
        [ours for theirs, ours in read_from if theirs == name],
        [ours for theirs, ours in named if parse_name(theirs)[0] == key],
        [column for column in columns if key in ALIASES.get(column, ())],
    ):
        found = tuple(dict.fromkeys(meant))
        if not found:
            continue
        if len(found) > 1 and found != ("sigma_x_nm", "sigma_y_nm"):
            raise ParameterError(
                f"{name!r} may mean {' or '.join(map(repr, found))}; name one of them."
            )
        if unit in _OTHER_UNITS and found[0].endswith("_nm"):
            raise ParameterError(
                f"{name!r} is kept as {found[0]!r} in nm; give its bounds in nm under that name."
            )
        return found
    known = list(dict.fromkeys([*columns, *(theirs for theirs, _ in read_from)]))
    raise ParameterError(f"There is no column {name!r}; {suggestion(name, known)}")
