"""What the user asks of the queue reaches the batch, and what comes back is taken down."""

import pytest

from stormgraph_gui.controllers.queue import QueueControl
from stormgraph_gui.jobs.batch_messages import (
    Began,
    Broke,
    Ended,
    Finished,
    Kept,
    Runs,
    Warned,
)
from stormgraph_gui.jobs.batch_plans import Planned
from stormgraph_gui.models.activity import Activity
from stormgraph_gui.models.document import Document
from stormgraph_gui.models.queue import Queue
from stormgraph_gui.models.queue_file import QueueFile
from stormgraph_gui.signals import QObject, Signal
from stormgraph_py.batch.fault import Fault
from stormgraph_py.batch.job import Outcome
from stormgraph_py.batch.runner import BatchResult

pytestmark = pytest.mark.features("queue")

BAD = Fault(stage="reading", kind="input", reason="no column x")


class NoClient(QObject):
    """Stands for the process of a batch: takes down what it is told."""

    told, ended = Signal(list), Signal(object)

    def __init__(self):
        super().__init__()
        self.begun, self.steered, self.is_closed = [], [], False

    def begin(self, begin):
        self.begun.append(begin)
        self.steered = []

    def steer(self, steer):
        self.steered.append((steer.kind, steer.names or steer.jobs))

    def close(self):
        self.is_closed = True


def planned(names):
    return Planned(
        jobs=tuple(
            {"name": n, "file": f"{n}.csv", "path": f"/{n}.csv", "text": f'"{n}"'} for n in names
        )
    )


@pytest.fixture
def control(qtbot, tmp_path):
    """A controller with a queue of five jobs, and no processes."""
    client = NoClient()
    made = QueueControl(
        Queue(), Document(), Activity(), None, client, QueueFile(tmp_path / "settings")
    )
    made.client = client
    made.activity = made._activity
    made.add(planned("abcde"))
    made.set_out(str(tmp_path / "out"))
    yield made
    made.shut_down()
    assert made.client.is_closed


@pytest.fixture
def running(control):
    """The same, running a and having done b."""
    control.start()
    control.client.told.emit([Began(), Runs(("a", "b")), ended("b"), Runs(("a",))])
    return control


def ended(name, state="done", fault=None):
    return Ended(Outcome(job=name, state=state, fault=fault, seconds=2.0, n_localizations=9))


def states(control):
    return {name: control.queue.state(name).state for name in control.queue.order}


def letters(control):
    """The first letter of each state, in the order of the list."""
    return "".join(state[0] for state in states(control).values())


def said(control, level):
    return [m for m in control.activity.messages if m.level == level]


def test_a_start_hands_over_all_there_is_to_know(control, tmp_path):
    control.move(["e"], 0)
    control.cancel(["c"])
    control.queue.set_settings(n_workers=2, reports=False)
    control.start()
    (begin,) = control.client.begun
    assert begin.jobs == ('"a"', '"b"', '"c"', '"d"', '"e"')
    assert begin.order == ("e", "a", "b", "c", "d")
    assert (begin.out, begin.n_workers) == (str(tmp_path / "out"), 2)
    assert begin.cancelled == ("c",)
    assert not begin.outputs.report
    assert control.queue.phase == "starting"
    control.start()
    assert len(control.client.begun) == 1


def test_what_the_batch_tells_is_taken_down(running):
    assert letters(running) == "rdwww"
    kept = Kept(Outcome(job="c", state="done", n_localizations=4, n_clusters=1))
    running.client.told.emit([kept, ended("a", "failed", BAD), Runs(("d",)), Warned("careful")])
    assert letters(running) == "fdkrw"
    failed = running.queue.state("a")
    assert (failed.reason, failed.kind) == ("no column x", "input")
    assert "retry" in failed.remedy
    assert running.queue.state("c").n_clusters == 1
    assert [m.text for m in said(running, "warning")] == ["careful"]
    running.client.ended.emit(Finished(BatchResult(n_done=3)))
    assert states(running)["d"] == "waiting"
    assert running.queue.phase == "idle"


def test_a_job_whose_worker_died_waits_for_another_try(running):
    running.client.told.emit([Runs(("c",))])
    assert states(running)["a"] == "waiting"


def test_pause_and_go_on(running):
    running.pause()
    assert (running.queue.phase, running.client.steered) == ("paused", [("pause", ())])
    running.start()
    assert running.queue.phase == "running"
    assert running.client.steered[-1] == ("go-on", ())
    assert len(running.client.begun) == 1


def test_one_job_is_cancelled_and_tried_again(running):
    running.cancel(["a", "c", "b"])
    assert running.client.steered == [("cancel", ("c", "a"))]
    # the running one is cancelled once its process is gone
    assert states(running)["a"] == "running"
    running.client.told.emit([ended("a", "cancelled")])
    assert letters(running) == "cdcww"
    running.retry(["c", "b"])
    assert ("retry", ("c",)) in running.client.steered
    assert states(running)["c"] == "waiting"


def test_all_jobs_are_cancelled(running):
    running.pause()
    running.cancel_all()
    assert running.queue.phase == "stopping"
    assert [kind for kind, _ in running.client.steered] == ["pause", "cancel", "go-on"]
    running.client.told.emit([ended("a", "cancelled")])
    running.client.ended.emit(Finished(BatchResult(n_done=1, n_open=4)))
    assert set(states(running).values()) == {"done", "cancelled"}
    assert running.queue.phase == "idle"
    assert said(running, "info")[-1].title == "The queue was cancelled"


def test_jobs_that_wait_are_cancelled_without_a_batch(control):
    control.cancel_all()
    assert set(states(control).values()) == {"cancelled"}
    control.retry(["b"])
    control.start()
    assert control.client.begun[0].cancelled == ("a", "c", "d", "e")


def test_failed_jobs_stay_failed_until_they_are_wanted(running):
    running.client.told.emit([ended("a", "failed", BAD), ended("c", "failed", BAD)])
    running.client.told.emit([ended("d"), ended("e")])
    running.client.ended.emit(Finished(BatchResult(n_done=3)))
    running.retry(["c"])
    running.start()
    begin = running.client.begun[-1]
    assert [(o.job, o.fault) for o in begin.failed] == [("a", BAD)]
    running.client.told.emit([Began(), Runs(("c",)), ended("c")])
    running.client.ended.emit(Finished(BatchResult(n_done=4)))
    running.retry_failed()
    assert running.client.begun[-1].failed == ()


def test_jobs_are_added_moved_and_removed_while_others_run(running):
    running.add(planned("f"))
    running.move(["f"], 2)
    assert running.client.steered == [("add", ('"f"',)), ("arrange", tuple("abfcde"))]
    running.remove(["d", "b", "a"])
    assert running.queue.order == tuple("afce")
    assert running.client.steered[-1] == ("cancel", ("d",))


def test_what_was_wanted_too_late_is_done_by_another_batch(running):
    running.client.told.emit([ended(name) for name in "acde"])
    running.add(planned("f"))
    running.client.ended.emit(Finished(BatchResult(n_done=5)))
    assert len(running.client.begun) == 2
    assert running.client.begun[1].order == tuple("abcdef")
    # and not again and again
    running.client.ended.emit(Finished(BatchResult(n_done=5, n_open=1)))
    assert len(running.client.begun) == 2


def test_a_batch_whose_process_died_is_gone_on_with_unless_it_dies_again(running, qtbot):
    running._running._again.setInterval(1)
    running.client.ended.emit(Broke("died", "gone"))
    assert said(running, "warning")
    qtbot.waitUntil(lambda: len(running.client.begun) == 2, timeout=30_000)
    assert states(running)["a"] == "waiting"
    running.client.ended.emit(Broke("died", "gone"))
    assert running.queue.phase == "idle"
    assert [m.text for m in said(running, "error")] == ["gone"]
    assert not running._running._again.isActive()
    running.start()
    assert len(running.client.begun) == 3


def test_a_full_disk_is_told_and_what_is_left_waits(running):
    running.client.ended.emit(Finished(BatchResult(n_done=1, n_open=4, disk_full=True)))
    assert "disk is full" in said(running, "error")[0].title
    assert states(running)["e"] == "waiting"
    assert len(running.client.begun) == 1


def test_no_folder_and_folders_of_others(control, tmp_path, qtbot):
    asked = []
    control.folder_wanted.connect(lambda: asked.append("folder"))
    control.batch_is_there.connect(asked.append)
    control.queue.set_settings(out="")
    control.start()
    thesis, batch = tmp_path / "thesis", tmp_path / "batch"
    thesis.mkdir()
    (thesis / "thesis.docx").touch()
    control.set_out(str(thesis))
    control.start()
    assert "thesis.docx" in said(control, "error")[0].text
    assert "--" not in said(control, "error")[0].text
    assert "Results in..." in said(control, "error")[0].text
    assert control.queue.settings.out == "", "Start asks again"
    control.start()
    assert len(said(control, "error")) == 1
    (batch / "jobs").mkdir(parents=True)
    control.set_out(str(batch))
    control.start()
    assert asked == ["folder", "folder", str(batch)]
    assert control.client.begun == []
    control.start(joins=True)
    assert control.client.begun[0].out == str(batch)


def test_a_folder_that_cannot_be_written_is_asked_for_anew(control, tmp_path):
    asked = []
    control.folder_wanted.connect(lambda: asked.append(True))
    control.start()
    control.client.ended.emit(Broke("input", "/sealed/out: Permission denied"))
    assert "/sealed/out: Permission denied. " in said(control, "error")[0].text
    assert "Results in..." in said(control, "error")[0].text
    assert (control.queue.phase, set(states(control).values())) == ("idle", {"waiting"})
    control.start()
    assert (asked, len(control.client.begun)) == ([True], 1)


def test_a_folder_with_results_of_the_queue_is_not_forgotten(running, tmp_path):
    running.client.ended.emit(Finished(BatchResult(n_done=1)))
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "thesis.docx").touch()
    running.start()
    assert "thesis.docx" in said(running, "error")[0].text
    assert running.queue.settings.out == str(tmp_path / "out")


def another_session(tmp_path):
    control = QueueControl(
        Queue(), Document(), Activity(), None, NoClient(), QueueFile(tmp_path / "settings")
    )
    control.left = []
    control.cut_off.connect(control.left.append)
    control.restore()
    return control


def test_a_queue_that_was_cut_off_is_offered_in_the_next_session(running, tmp_path):
    running.shut_down()
    back = another_session(tmp_path)
    assert back.left == [4]
    assert letters(back) == "wdwww"
    back.start()
    assert back._running._client.begun[0].out == str(tmp_path / "out")
    back.shut_down()


def test_a_crash_loses_nothing_but_the_last_moment(running, tmp_path, qtbot):
    running._keeping._saving.setInterval(1)
    running.client.told.emit([ended("a")])
    qtbot.waitUntil(lambda: not running._keeping._saving.isActive(), timeout=30_000)
    back = another_session(tmp_path)
    assert states(back)["a"] == "done"
    assert back.left == [3]
    back.shut_down()


def test_a_finished_or_damaged_queue_is_not_offered(control, tmp_path):
    control.shut_down()
    assert another_session(tmp_path).left == []  # never begun
    (tmp_path / "settings" / "queue.json").write_text("{")
    back = another_session(tmp_path)
    assert back.left == []
    assert "damaged" in back._activity.messages[0].text
