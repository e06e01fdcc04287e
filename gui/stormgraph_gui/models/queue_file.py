"""The queue between sessions: jobs in one file, what became of them in another.

Jobs are long and change seldom; states are short and change all the time.
"""

from __future__ import annotations

import contextlib
import dataclasses
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from stormgraph_gui.models.queue import JobState, Queue, QueuedJob, QueueSettings
from stormgraph_py.errors import InputError, OutputError
from stormgraph_py.io.writers import write_text

SCHEMA = 1
"""Version of the layout of the two files."""

JOBS_FILE = "queue_jobs.txt"
STATES_FILE = "queue.json"


class QueueFile:
    """Keeps a queue in a folder.

    Parameters
    ----------
    folder : Path
        The settings folder; made when it is needed.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def save_jobs(self, queue: Queue) -> None:
        """Write the jobs, each at once with all others or not at all.

        Raises
        ------
        OutputError
            When the file cannot be written.
        """
        lines = [f"stormgraph queue {SCHEMA}"]
        for job in queue.as_planned:
            head = dict(vars(job))
            text = head.pop("text")
            # JSON has no tabs of its own, and the second part is not read before it is needed
            lines.append(f"{json.dumps(head)}\t{text}")
        self._write(JOBS_FILE, "\n".join(lines) + "\n")

    def save_states(self, queue: Queue) -> None:
        """Write order, states and settings.

        Raises
        ------
        OutputError
            When the file cannot be written.
        """
        states = {name: queue.state(name).as_dict() for name in queue.order}
        record = {
            "schema": SCHEMA,
            "settings": dataclasses.asdict(queue.settings),
            "order": list(queue.order),
            "states": {name: state for name, state in states.items() if state},
            "skipped": [list(pair) for pair in queue.skipped],
        }
        self._write(STATES_FILE, json.dumps(record))

    def load(self, queue: Queue) -> None:
        """Put what was kept into a queue, if there is anything.

        Raises
        ------
        InputError
            When the files are damaged or of a later version; the queue is left as it was.
        """
        if not (self._folder / JOBS_FILE).exists():
            return
        try:
            jobs = list(self._jobs())
            record = self._record()
            states = {name: JobState.from_dict(one) for name, one in record["states"].items()}
            settings = QueueSettings(**record["settings"])
            skipped = [(str(file), str(reason)) for file, reason in record["skipped"]]
            queue.restore(jobs, record["order"], states, settings, skipped)
        except OSError as error:
            raise InputError(f"{error.filename}: cannot be read ({error.strerror}).") from None
        except (ValueError, TypeError, LookupError, AttributeError) as error:
            raise InputError(
                f"What was kept of the queue in {self._folder} is damaged ({error!r}). Add its "
                "jobs again, with the same folder for results: what is complete there is kept."
            ) from None

    def forget(self) -> None:
        """Remove the files."""
        for name in (JOBS_FILE, STATES_FILE):
            with contextlib.suppress(OSError):
                (self._folder / name).unlink(missing_ok=True)

    def _jobs(self) -> Iterator[QueuedJob]:
        first, *lines = (self._folder / JOBS_FILE).read_text(encoding="utf-8").splitlines()
        if first != f"stormgraph queue {SCHEMA}":
            raise ValueError(first)
        for line in lines:
            head, _, text = line.partition("\t")
            yield QueuedJob(**json.loads(head), text=text)

    def _record(self) -> dict[str, Any]:
        record: dict[str, Any] = json.loads(
            (self._folder / STATES_FILE).read_text(encoding="utf-8")
        )
        if record["schema"] != SCHEMA:
            raise ValueError(f"schema {record['schema']!r}")
        return record

    def _write(self, name: str, text: str) -> None:
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise OutputError(f"{self._folder} cannot be made ({error.strerror}).") from None
        write_text(self._folder / name, text)
