"""Jobs on a Dask cluster: the cores of this machine, or many machines."""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from stormgraph_py import __version__
from stormgraph_py.batch.executors import Executor, Perform
from stormgraph_py.batch.fault import Fault, fault_of
from stormgraph_py.batch.interrupts import interrupts_wait
from stormgraph_py.batch.job import Outcome
from stormgraph_py.batch.lease import LeaseWatch
from stormgraph_py.batch.task import Task, failed, perform
from stormgraph_py.errors import InputError, ParameterError

if TYPE_CHECKING:
    from distributed import Client, Future, LocalCluster

_CONNECT_S = 30
_NOT_INSTALLED = "Dask is not installed: pip install 'stormgraph_py[dask]', or leave --dask out."


class DaskExecutor(Executor):
    """Does tasks on the workers of a Dask cluster, which see the same files as this process.

    Dask gives the task of a worker that dies to another one, and gives up after some deaths. Start
    workers with one thread each: a worker does one job at a time.

    Parameters
    ----------
    client : distributed.Client
        Connected to the cluster.
    lease : (Path, str), optional
        Path and token of the `stormgraph_py.batch.lease.Lease`; without it running jobs go on when
        the batch has ended.
    perform : callable
        What does a task.
    """

    def __init__(
        self, client: Client, *, lease: tuple[Path, str] | None = None, perform: Perform = perform
    ) -> None:
        self._client = client
        self._lease = lease
        self._perform = perform
        self._tasks: dict[str, Task] = {}
        self._futures: dict[str, Future[Outcome]] = {}

    def submit(self, tasks: Sequence[Task]) -> None:
        """Take tasks."""
        for place, task in enumerate(tasks):
            key = f"{task.job}-{id(self):x}"
            self._tasks[key] = task
            self._futures[key] = self._client.submit(
                _perform_for,
                self._perform,
                task,
                self._lease,
                key=key,
                priority=-place,
                pure=False,
            )

    @property
    def n_open(self) -> int:
        """Number of tasks that have not come back."""
        return len(self._futures)

    def completed(self, timeout_s: float) -> list[Outcome]:
        """Wait at most so long for tasks to end, and return those that did."""
        from distributed import wait

        if not self._futures:
            return []
        with contextlib.suppress(TimeoutError):
            wait(list(self._futures.values()), timeout=timeout_s, return_when="FIRST_COMPLETED")
        ready = [key for key, future in self._futures.items() if future.done()]
        return [self._outcome(key) for key in ready]

    def withdraw(self) -> None:
        """Forget the tasks that have not begun."""
        processing = {key for keys in self._client.processing().values() for key in keys}
        waiting = [key for key in self._futures if key not in processing]
        self._client.cancel([self._futures.pop(key) for key in waiting])

    def cancel(self) -> None:
        """Abandon all tasks; running ones end when they see that the lease is gone."""
        with contextlib.suppress(Exception):
            self._client.cancel(list(self._futures.values()))
        self._futures.clear()

    def close(self) -> None:
        """Leave the cluster."""
        self._client.close()

    def _outcome(self, key: str) -> Outcome:
        from distributed import KilledWorker

        future, task = self._futures.pop(key), self._tasks[key]
        try:
            outcome: Outcome = future.result()
        except KilledWorker as error:
            reason = f"The Dask worker died each time it was tried: {error}"
            fault = Fault(stage="working", kind="worker-died", reason=" ".join(reason.split()))
        except Exception as error:
            fault = fault_of(error, "working")
        else:
            return outcome
        return failed(task, fault)


def connect(address: str) -> Client:
    """Connect to the scheduler of a Dask cluster.

    Parameters
    ----------
    address : str
        As the scheduler prints it, tcp://host:8786.

    Raises
    ------
    InputError
        When nobody answers there, or its workers have another version of this package.
    ParameterError
        When Dask is not installed.
    """
    client_class, _ = _dask()
    try:
        client = client_class(address, timeout=_CONNECT_S)
    except (OSError, TimeoutError, ValueError) as error:
        raise InputError(
            f"--dask {address}: no Dask scheduler answers ({' '.join(str(error).split())}); "
            "give the address that dask scheduler prints, as tcp://host:8786."
        ) from None
    try:
        _check_versions(client)
    except BaseException:
        client.close()
        raise
    return client


def local_cluster(n_workers: int) -> LocalCluster:
    """Start a Dask cluster of this machine: processes with one thread each.

    Raises
    ------
    ParameterError
        When Dask is not installed.
    """
    _, cluster_class = _dask()
    with interrupts_wait():
        return cluster_class(
            n_workers=n_workers,
            threads_per_worker=1,
            processes=True,
            dashboard_address="127.0.0.1:0",
            silence_logs=logging.ERROR,
        )


def _perform_for(perform: Perform, task: Task, lease: tuple[Path, str] | None) -> Outcome:
    return perform(task, None if lease is None else LeaseWatch(*lease))


def _dask() -> tuple[type[Client], type[LocalCluster]]:
    try:
        from distributed import Client, LocalCluster
    except ImportError:
        raise ParameterError(_NOT_INSTALLED) from None
    # it tells every step that it takes; failures of jobs come back with their results
    logging.getLogger("distributed").setLevel(logging.ERROR)
    return Client, LocalCluster


def _version() -> str:
    return __version__


def _check_versions(client: Client) -> None:
    try:
        versions = client.run(_version, on_error="return")
    except Exception as error:
        raise InputError(f"The Dask workers cannot be asked for their version: {error}.") from None
    for worker, version in versions.items():
        if version != __version__:
            raise InputError(
                f"The Dask worker {worker} has stormgraph_py {version!s}, this is {__version__}; "
                "install the same version everywhere."
            )
