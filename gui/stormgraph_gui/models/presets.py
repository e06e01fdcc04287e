"""Sets of parameters under a name: those that come with the app, and the user's own."""

from __future__ import annotations

from dataclasses import dataclass

from stormgraph_gui.models.settings import Settings
from stormgraph_gui.signals import QObject, Signal
from stormgraph_py.errors import InputError, StormGraphError
from stormgraph_py.params import StormGraphParams

SETTING = "presets"
"""Name of the user's presets among the settings."""


@dataclass(frozen=True)
class Preset:
    """Parameters under a name.

    Parameters
    ----------
    name : str
        What the list shows.
    params : StormGraphParams
        The parameters.
    is_built_in : bool
        Comes with the app, and cannot be removed.
    """

    name: str
    params: StormGraphParams
    is_built_in: bool = False


BUILT_IN = (
    Preset("Paper defaults", StormGraphParams(), is_built_in=True),
    Preset("Automatic r0", StormGraphParams(k=None), is_built_in=True),
    Preset("Strict (alpha 0.01)", StormGraphParams(alpha=0.01), is_built_in=True),
    Preset("Single molecules removed", StormGraphParams(overcounting=True), is_built_in=True),
)
"""Presets that come with the app."""


class Presets(QObject):
    """The presets there are.

    Parameters
    ----------
    settings : Settings
        Where the user's own are kept. What cannot be read there is left alone and not shown.

    Attributes
    ----------
    changed : Signal
        A preset was saved or removed.
    """

    changed = Signal()

    def __init__(self, settings: Settings, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._settings = settings

    @property
    def all(self) -> tuple[Preset, ...]:
        """Presets that come with the app, then the user's by name."""
        own = []
        for name, values in sorted(self._stored().items()):
            try:
                own.append(Preset(name, StormGraphParams.from_dict(values)))
            except (StormGraphError, TypeError, AttributeError):
                continue
        return (*BUILT_IN, *own)

    def of(self, params: StormGraphParams) -> Preset | None:
        """Return the preset that has these parameters, if there is one."""
        return next((preset for preset in self.all if preset.params == params), None)

    def save(self, name: str, params: StormGraphParams) -> None:
        """Keep parameters under a name; a preset of the user with that name is replaced.

        Raises
        ------
        InputError
            When the name is empty or one of those that come with the app.
        """
        name = " ".join(name.split())
        if not name:
            raise InputError("A preset needs a name; type one.")
        if name.casefold() in (preset.name.casefold() for preset in BUILT_IN):
            raise InputError(f"{name!r} comes with the app; choose another name.")
        self._settings.set(SETTING, {**self._stored(), name: params.as_dict()})
        self.changed.emit()

    def remove(self, name: str) -> None:
        """Remove a preset of the user; one that comes with the app stays."""
        stored = self._stored()
        if stored.pop(name, None) is not None:
            self._settings.set(SETTING, stored)
            self.changed.emit()

    def _stored(self) -> dict[str, dict[str, object]]:
        stored = self._settings.get(SETTING)
        return dict(stored) if isinstance(stored, dict) else {}
