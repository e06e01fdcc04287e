"""Which files are being read, and which data sets could not be."""

from __future__ import annotations

from dataclasses import dataclass

from stormgraph_gui.signals import QObject, Signal


@dataclass(frozen=True, kw_only=True)
class Reading:
    """A file that is being read.

    Parameters
    ----------
    task : int
        Its task in `Activity`.
    path : str
        The file.
    data_set : str or None
        Key of the data set that waits for it; None for a file that is opened.
    """

    task: int
    path: str
    data_set: str | None = None


class Loading(QObject):
    """Files being read, and why data sets of the project are not at hand.

    Attributes
    ----------
    changed : Signal
        Reading began or ended.
    """

    changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._readings: dict[int, Reading] = {}
        self._faults: dict[str, str] = {}

    @property
    def readings(self) -> tuple[Reading, ...]:
        """Files that are being read, in the order in which they were asked for."""
        return tuple(self._readings.values())

    def is_reading(self, path: str) -> bool:
        """Whether a file is being read."""
        return any(one.path == path for one in self._readings.values())

    def fault(self, data_set: str) -> str:
        """Return why a data set could not be read; empty when nothing is wrong."""
        return self._faults.get(data_set, "")

    def begin(self, reading: Reading) -> None:
        """Take down that a file is being read."""
        self._readings[reading.task] = reading
        if reading.data_set is not None:
            self._faults.pop(reading.data_set, None)
        self.changed.emit()

    def end(self, task: int) -> None:
        """Take down that it no longer is."""
        if self._readings.pop(task, None) is not None:
            self.changed.emit()

    def set_fault(self, data_set: str, fault: str) -> None:
        """Take down why a data set is not at hand; nothing when that is settled."""
        if fault == self.fault(data_set):
            return
        self._faults.pop(data_set, None)
        if fault:
            self._faults[data_set] = fault
        self.changed.emit()
