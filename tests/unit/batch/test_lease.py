"""One batch at a time in a folder."""

import json
import os
import socket
import subprocess
import sys
import time

import pytest

from stormgraph_py.batch.lease import LEASE, Lease, LeaseWatch, is_held
from stormgraph_py.errors import OutputError


def write(folder, **changes):
    holder = {"token": "t", "pid": os.getpid(), "host": socket.gethostname(), "began": 0.0}
    (folder / LEASE).write_text(json.dumps(holder | changes))


def test_a_second_batch_is_refused_until_the_first_has_ended(tmp_path):
    with Lease(tmp_path) as first:
        with pytest.raises(OutputError, match="a batch is running there"), Lease(tmp_path):
            pass
        assert is_held(first.path, first.token)
    assert list(tmp_path.iterdir()) == []
    with Lease(tmp_path):
        pass


def test_a_process_that_was_killed_holds_nothing(tmp_path):
    done = subprocess.run(
        [sys.executable, "-c", "import os; print(os.getpid())"], capture_output=True
    )
    write(tmp_path, pid=int(done.stdout))
    with Lease(tmp_path):
        pass


def test_another_process_with_the_same_number_holds_nothing(tmp_path):
    write(tmp_path, began=1.0)
    with Lease(tmp_path):
        pass


def test_another_machine_holds_it_as_long_as_it_says_so(tmp_path):
    write(tmp_path, host="elsewhere")
    with pytest.raises(OutputError, match="on elsewhere"), Lease(tmp_path):
        pass
    old = time.time() - 3600
    os.utime(tmp_path / LEASE, (old, old))
    with Lease(tmp_path):
        pass


@pytest.mark.parametrize("text", ["", "{", "[]", "{}"])
def test_a_damaged_sign_holds_nothing(tmp_path, text):
    (tmp_path / LEASE).write_text(text)
    with Lease(tmp_path):
        pass


def test_what_another_batch_took_over_is_not_removed(tmp_path):
    with Lease(tmp_path):
        write(tmp_path, token="of another")
    assert is_held(tmp_path / LEASE, "of another")


def test_workers_see_that_a_batch_has_ended(tmp_path, monkeypatch):
    monkeypatch.setattr("stormgraph_py.batch.lease._LOOK_S", 0.0)
    with Lease(tmp_path) as lease:
        watch = LeaseWatch(lease.path, lease.token)
        assert not watch()
    assert watch()
