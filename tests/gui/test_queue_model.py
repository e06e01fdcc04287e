"""The queue as a value: order, states, estimates, and the files between sessions."""

import itertools

import pytest

from stormgraph_gui.models.queue import JobState, Queue, QueuedJob
from stormgraph_gui.models.queue_file import JOBS_FILE, STATES_FILE, QueueFile
from stormgraph_gui.models.queue_text import progress_text
from stormgraph_py.batch.estimate import estimate_seconds
from stormgraph_py.errors import InputError


def a_job(name, **fields):
    return QueuedJob(name=name, file=f"{name}.csv", path=f"/data/{name}.csv", **fields)


@pytest.fixture
def queue(qapp):
    made = Queue()
    made.add(a_job(name, n_rows=1000, tags={"cell": name}, text='{"a": "µ"}') for name in "abcde")
    return made


def everything(queue):
    return (
        [vars(job) for job in queue.as_planned],
        queue.order,
        [queue.state(name) for name in queue.order],
        queue.settings,
        queue.skipped,
    )


def test_moving_keeps_the_order_among_moved_and_unmoved(queue):
    for place, n in itertools.product(range(6), range(1, 4)):
        for moved in itertools.combinations("abcde", n):
            queue.restore(queue.as_planned, "abcde", {}, queue.settings, ())
            queue.move(moved[::-1], place)
            order = list(queue.order)
            assert [name for name in order if name in moved] == list(moved)
            rest = [name for name in order if name not in moved]
            assert rest == [name for name in "abcde" if name not in moved]
            # those that were before the place are before the moved ones
            before = [name for name in "abcde"[:place] if name not in moved]
            assert order[: len(before)] == before
            assert tuple(order[len(before) : len(before) + n]) == moved
    assert [job.name for job in queue.as_planned] == list("abcde")


def test_a_queue_comes_back_and_what_ran_waits(queue, tmp_path):
    queue.add([], [("notes.txt", "is no table")])
    queue.set_settings(out="/results", n_workers=2, reports=False, is_ours=True)
    queue.move(["d"], 0)
    queue.set_states(
        {
            "a": JobState(state="done", seconds=3.5, n_localizations=7, n_clusters=2),
            "b": JobState(state="failed", stage="reading", kind="input", reason="bad", remedy="x"),
            "c": JobState(state="kept", n_localizations=0, warnings=("few", "odd")),
            "d": JobState(state="running", began=5.0),
        }
    )
    file = QueueFile(tmp_path / "settings")
    file.save_jobs(queue)
    file.save_states(queue)
    back = Queue()
    file.load(back)
    queue.set_states({"d": JobState()})
    assert everything(back) == everything(queue)


def test_jobs_whose_states_were_not_kept_wait(queue, tmp_path):
    file = QueueFile(tmp_path)
    file.save_jobs(queue)
    file.save_states(queue)
    queue.add([a_job("f")])
    file.save_jobs(queue)
    back = Queue()
    file.load(back)
    assert back.order == tuple("abcdef")
    assert back.names("waiting") == tuple("abcdef")


def test_nothing_kept_is_an_empty_queue(queue, tmp_path):
    file = QueueFile(tmp_path)
    file.save_jobs(queue)
    file.save_states(queue)
    file.forget()
    back = Queue()
    file.load(back)
    assert back.order == ()


@pytest.mark.parametrize("name", [JOBS_FILE, STATES_FILE])
def test_damaged_files_are_refused_and_change_nothing(queue, tmp_path, name):
    for content in ("", "x", '{"schema": 9}', "stormgraph queue 1\n{", "[]"):
        file = QueueFile(tmp_path)
        file.save_jobs(queue)
        file.save_states(queue)
        (tmp_path / name).write_text(content)
        back = Queue()
        with pytest.raises(InputError, match="is damaged"):
            file.load(back)
        assert back.order == ()


def test_running_jobs_stay_when_jobs_are_removed(queue):
    queue.set_states({"b": JobState(state="running", began=0.0)})
    queue.remove(["a", "b", "c"])
    assert queue.order == ("b", "d", "e")


def test_the_estimate_follows_the_pace_so_far(queue):
    queue.set_settings(n_workers=2)
    assert queue.progress(0.0).seconds_left is None
    expected = estimate_seconds(1000)
    queue.set_states(
        {
            "a": JobState(state="done", seconds=3 * expected),
            "b": JobState(state="failed", reason="x"),
            "c": JobState(state="running", began=100.0),
        }
    )
    progress = queue.progress(100.0 + expected)
    # three times as slow as expected: a third of one job is done, two wait, two at a time
    left = (3 - 1) * expected + 2 * 3 * expected
    assert progress.seconds_left == pytest.approx(left / 2)
    assert progress.fraction == pytest.approx((3 + 3 + 1) / 15)
    assert (progress.n_jobs, progress.n_left) == (5, 3)


def test_cancelled_jobs_count_for_no_work(queue):
    queue.set_states(dict.fromkeys("bcde", JobState(state="cancelled")))
    queue.set_states({"a": JobState(state="done", seconds=1.0)})
    progress = queue.progress(0.0)
    assert (progress.fraction, progress.seconds_left) == (1.0, None)
    assert progress_text(progress, "idle") == "1 of 5 done, 4 cancelled"
