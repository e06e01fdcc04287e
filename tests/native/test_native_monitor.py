"""The progress counter and the stop flag of the kernel."""

import pytest

_native = pytest.importorskip("stormgraph_py._native")


def test_a_monitor_begins_at_nothing_and_remembers_that_it_was_stopped():
    monitor = _native.Monitor()
    assert (monitor.done, monitor.stopped) == (0, False)
    monitor.stop()
    monitor.stop()
    assert (monitor.done, monitor.stopped) == (0, True)


def test_what_it_says_cannot_be_set():
    with pytest.raises(AttributeError):
        _native.Monitor().stopped = False


def test_stopping_is_an_error_of_its_own():
    assert issubclass(_native.Stopped, RuntimeError)
