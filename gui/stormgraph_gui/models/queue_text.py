"""How far the queue is, in words."""

from __future__ import annotations

from stormgraph_gui.models.queue import Phase, QueueProgress

_PHASES: dict[Phase, str] = {
    "idle": "",
    "starting": "Looking at what is there",
    "running": "",
    "paused": "Paused",
    "stopping": "Stopping",
}


def progress_text(progress: QueueProgress, phase: Phase) -> str:
    """Return what is done, what failed, and how long the rest will take.

    Examples
    --------
    >>> from stormgraph_gui.models.queue import STATES
    >>> n = dict.fromkeys(STATES, 0) | {"done": 3, "kept": 1, "failed": 1, "waiting": 5}
    >>> progress_text(QueueProgress(n=n, fraction=0.5, seconds_left=200.0), "running")
    '4 of 10 done, 1 failed, about 4 min left'
    """
    n = progress.n
    if not progress.n_jobs:
        return ""
    parts = [f"{n['done'] + n['kept']} of {progress.n_jobs} done"]
    if n["failed"]:
        parts.append(f"{n['failed']} failed")
    if n["cancelled"]:
        parts.append(f"{n['cancelled']} cancelled")
    if phase == "paused" and n["running"]:
        parts.append(f"{n['running']} still {'runs' if n['running'] == 1 else 'run'}")
    if phase == "running" and progress.seconds_left is not None:
        parts.append(f"about {_left_text(progress.seconds_left)} left")
    text = ", ".join(parts)
    return f"{_PHASES[phase]}: {text}" if _PHASES[phase] else text


def _left_text(seconds: float) -> str:
    """Write an estimate, no finer than it is good."""
    if seconds < 50:
        return f"{max(5, 5 * round(seconds / 5))} s"
    minutes = seconds / 60
    if minutes < 90:
        return f"{max(1, -(-round(seconds) // 60))} min"
    return f"{minutes / 60:.1f} h"
