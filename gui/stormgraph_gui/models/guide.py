"""The guided first run: its steps, and which of them are done."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias, get_args

from stormgraph_gui.signals import QObject, Signal

StepName: TypeAlias = Literal["open", "region", "run", "look", "report"]
STEP_NAMES: tuple[StepName, ...] = get_args(StepName)


@dataclass(frozen=True, kw_only=True)
class GuideStep:
    """One step of the guide.

    Parameters
    ----------
    name : str
        Which it is.
    title : str
        What to do, in a few words.
    text : str
        How to do it, and what it is good for.
    action : str
        Button that does it or leads there; empty for none.
    """

    name: StepName
    title: str
    text: str
    action: str


STEPS = (
    GuideStep(
        name="open",
        title="Open the sample",
        text="Simulated localizations of clusters: each dot is one molecule seen once.",
        action="Open the sample",
    ),
    GuideStep(
        name="region",
        title="Draw a region",
        text="Press R, then drag a rectangle over the part of the picture that you want to "
        "analyse. Results are always of one region.",
        action="Take the rectangle",
    ),
    GuideStep(
        name="run",
        title="Run the analysis",
        text="The usual parameters suit most data. It takes a second or two here.",
        action="Run",
    ),
    GuideStep(
        name="look",
        title="Look at the clusters",
        text="Each cluster has a colour of its own. Click one in the picture, or in the table: "
        "it is marked in both.",
        action="Show the table",
    ),
    GuideStep(
        name="report",
        title="Make the report",
        text="A page with figures, numbers and all that somebody needs to repeat the analysis.",
        action="Make the report",
    ),
)
"""In their order."""


class Guide(QObject):
    """Whether the guide is shown, and which steps are done.

    Attributes
    ----------
    changed : Signal
        A step was done, or the guide came or went.
    """

    changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._done: set[StepName] = set()
        self._is_shown = False

    @property
    def is_shown(self) -> bool:
        """Whether the user is being guided."""
        return self._is_shown

    @property
    def current(self) -> GuideStep | None:
        """The first step that is not done; None when all are."""
        return next((step for step in STEPS if step.name not in self._done), None)

    def is_done(self, name: StepName) -> bool:
        """Whether a step is done."""
        return name in self._done

    def start(self) -> None:
        """Begin anew."""
        self._done.clear()
        self._is_shown = True
        self.changed.emit()

    def close(self) -> None:
        """Leave the user alone."""
        if self._is_shown:
            self._is_shown = False
            self.changed.emit()

    def tick(self, name: StepName) -> None:
        """Take down that a step is done, and so are those before it."""
        done = set(STEP_NAMES[: STEP_NAMES.index(name) + 1])
        if self._is_shown and not done <= self._done:
            self._done |= done
            self.changed.emit()
