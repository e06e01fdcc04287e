"""Progress events and cancellation."""

from __future__ import annotations

import pytest

from stormgraph_py.errors import Cancelled, StormGraphError
from stormgraph_py.progress import SILENT, Progress, ProgressEvent


@pytest.mark.parametrize(
    ("done", "total", "fraction"),
    [(0, 4, 0.0), (1, 4, 0.25), (4, 4, 1.0), (5, 4, 1.0), (0, 0, 1.0)],
)
def test_fraction_lies_between_0_and_1(done, total, fraction):
    assert ProgressEvent("stage", done, total).fraction == fraction


def test_the_listener_hears_every_report():
    events = []
    progress = Progress(events.append)
    progress.report("a", 1, 2)
    progress.report("b", 0, 1)
    assert events == [ProgressEvent("a", 1, 2), ProgressEvent("b", 0, 1)]


def test_a_stop_is_an_error_of_its_own_and_is_not_reported_as_progress():
    events = []
    stopping = Progress(events.append, lambda: True)
    with pytest.raises(Cancelled):
        stopping.report("a", 1, 2)
    with pytest.raises(Cancelled):
        stopping.check()
    assert events == []
    assert issubclass(Cancelled, StormGraphError)
    assert not issubclass(Cancelled, ValueError)


def test_silence_neither_reports_nor_stops():
    SILENT.report("a", 1, 2)
    SILENT.check()
    Progress(None, lambda: False).report("a", 1, 2)


def test_what_the_listener_raises_reaches_the_caller():
    def listener(event):
        raise OSError("pipe closed")

    with pytest.raises(OSError, match="pipe closed"):
        Progress(listener).report("a", 1, 2)
