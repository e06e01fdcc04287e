"""What a batch has so far: the outcome of every job, and the tables and index made of them."""

from __future__ import annotations

from pathlib import Path

from stormgraph_py.batch import folder as places
from stormgraph_py.batch import tables
from stormgraph_py.batch.job import Job, Outcome, Plan
from stormgraph_py.io.writers import write_text
from stormgraph_py.report.batch_index import Entry, render_index
from stormgraph_py.report.outputs import REPORT, THUMBNAIL, Outputs


class BatchSummary:
    """Collects outcomes and writes the tables of all jobs, in the order of the plan.

    Parameters
    ----------
    plan : Plan
        The jobs.
    out : Path
        Folder of the batch.
    outputs : Outputs
        Files of each job and forms of the tables.
    """

    def __init__(self, plan: Plan, out: Path, outputs: Outputs) -> None:
        self._out, self._outputs = out, outputs
        self.follow(plan)
        self.done: dict[str, tables.Row] = {}
        self.failures: dict[str, Outcome] = {}

    def follow(self, plan: Plan) -> None:
        """Take a plan with more jobs in the place of the one before."""
        self._plan = plan
        self._tags = tables.tag_columns(plan.tag_names)

    def keep(self, job: str) -> None:
        """Take a job for done whose folder is there."""
        self.done[job] = tables.summary_of(self._folder(job))

    def add(self, outcome: Outcome) -> None:
        """Take down an outcome."""
        if outcome.fault is None:
            self.keep(outcome.job)
        else:
            self.failures[outcome.job] = outcome

    def outcome_of(self, job: str) -> Outcome:
        """Return the outcome of a job that was done, as far as its folder tells."""
        row = self.done[job]
        return Outcome(
            job=job,
            state="done",
            n_localizations=int(row["n_localizations"]),
            n_clusters=int(row["n_clusters"]),
        )

    def state_of(self, job: str) -> str:
        """Return "done", "failed" or "open"."""
        return "done" if job in self.done else "failed" if job in self.failures else "open"

    def write(self, *, stopped: bool = False) -> None:
        """Write all tables and the index; after a stop only what takes no time.

        Raises
        ------
        OutputError
            When one cannot be written.
        """
        out = self._out
        done = [job for job in self._plan.jobs if job.name in self.done]
        heads = [self._head(job) for job in done]
        tables.write_summary(
            out / tables.SUMMARY_FILE, heads, [self.done[job.name] for job in done]
        )
        tables.write_clusters(
            out / tables.CLUSTERS_FILE, heads, [self._folder(job.name) for job in done]
        )
        failed = [job for job in self._plan.jobs if job.name in self.failures]
        tables.write_failures(
            out / tables.FAILURES_FILE,
            [(self._head(job), self.failures[job.name]) for job in failed],
        )
        self.write_index(running=False)
        if stopped:
            for name in places.OTHER_FORMS:
                (out / name).unlink(missing_ok=True)
            return
        tables.write_workbook(out / tables.WORKBOOK_FILE, out)
        if self._outputs.parquet:
            tables.write_parquet_tables(out)

    def write_index(self, *, running: bool) -> None:
        """Write index.html.

        Raises
        ------
        OutputError
            When it cannot be written.
        """
        page = render_index(
            self._out.resolve().name,
            [self._entry(job) for job in self._plan.jobs],
            skipped=[(s.file, s.reason) for s in self._plan.skipped],
            tags=tuple(self._tags.values()),
            running=running,
        )
        write_text(self._out / places.INDEX_FILE, page)

    def _folder(self, job: str) -> Path:
        return self._out / places.JOBS / job

    def _head(self, job: Job) -> tables.Row:
        return tables.head_of(job, self._tags)

    def _entry(self, job: Job) -> Entry:
        failure = self.failures.get(job.name)
        fault = None if failure is None else failure.fault
        is_done = job.name in self.done
        return Entry(
            head=self._head(job),
            state=self.state_of(job.name),
            summary=self.done.get(job.name, {}),
            folder=f"{places.JOBS}/{job.name}" if is_done else "",
            report=REPORT if is_done and self._outputs.report else "",
            thumbnail=THUMBNAIL if is_done and self._outputs.thumbnail else "",
            reason="" if fault is None else fault.reason,
            remedy="" if fault is None else fault.remedy,
            stage="" if fault is None else fault.stage,
        )
