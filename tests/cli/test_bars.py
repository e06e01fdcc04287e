"""Progress bars: a terminal sees them after a while, a log file never."""

import io
import time
from types import SimpleNamespace

import pytest

from stormgraph_py.cli import bars
from stormgraph_py.progress import ProgressEvent


class Screen(io.StringIO):
    def __init__(self, *, is_terminal):
        super().__init__()
        self._is_terminal = is_terminal

    def isatty(self):
        return self._is_terminal


@pytest.fixture
def screen(monkeypatch, request):
    shown = Screen(is_terminal=getattr(request, "param", True))
    monkeypatch.setattr(bars, "sys", SimpleNamespace(stderr=shown))
    monkeypatch.setattr(bars, "_REFRESH_S", 0.01)
    return shown


def wait_for(text, screen):
    deadline = time.monotonic() + 20
    while text not in screen.getvalue() and time.monotonic() < deadline:
        time.sleep(0.01)
    assert text in screen.getvalue()


def test_a_long_stage_is_shown_with_its_name_and_share(screen, monkeypatch):
    monkeypatch.setattr(bars, "_PATIENCE_S", 0.0)
    with bars.StageBars() as progress:
        progress(ProgressEvent("length scale", 1, 4))
        wait_for("length scale          25%", screen)
        progress(ProgressEvent("communities", 0, 1))
        # nothing more is heard of this stage, and it shows all the same
        wait_for("communities            0%", screen)
    # the last line is wiped
    assert screen.getvalue().rsplit("\r", 2)[1].strip() == ""


def test_a_short_analysis_shows_nothing(screen):
    with bars.StageBars() as progress:
        progress(ProgressEvent("length scale", 0, 1))
        progress(ProgressEvent("length scale", 1, 1))
    assert screen.getvalue().strip() == ""


@pytest.mark.parametrize("screen", [False], indirect=True)
def test_a_log_file_gets_no_bars(screen, monkeypatch):
    monkeypatch.setattr(bars, "_PATIENCE_S", 0.0)
    with bars.StageBars() as progress:
        progress(ProgressEvent("length scale", 1, 2))
        time.sleep(0.1)
    assert screen.getvalue() == ""


def test_quiet_means_quiet(screen, monkeypatch):
    monkeypatch.setattr(bars, "_PATIENCE_S", 0.0)
    with bars.StageBars(quiet=True) as progress:
        progress(ProgressEvent("length scale", 1, 2))
        time.sleep(0.1)
    assert screen.getvalue() == ""


def test_bars_end_with_an_error_too(screen, monkeypatch):
    monkeypatch.setattr(bars, "_PATIENCE_S", 0.0)
    progress = bars.StageBars()

    def fail():
        with progress:
            progress(ProgressEvent("length scale", 1, 2))
            raise ValueError

    with pytest.raises(ValueError):
        fail()
    assert not progress._clock.is_alive()
    assert screen.getvalue().rsplit("\r", 2)[1].strip() == ""
