"""What is said about a job that failed."""

import errno

import pytest

from stormgraph_py.batch.fault import REMEDIES, fault_of, is_disk_full
from stormgraph_py.errors import FileFormatError, InputError, OutputError, ParameterError
from stormgraph_py.io.writers import write_to


@pytest.mark.parametrize(
    ("error", "kind", "reason"),
    [
        (InputError("too few"), "input", "too few"),
        (FileFormatError("line 3"), "input", "line 3"),
        (ParameterError("k=0"), "parameter", "k=0"),
        (OutputError("no permission"), "output", "no permission"),
        (OSError(errno.ENOSPC, "No space left"), "disk-full", "No space left"),
        (OSError(errno.EACCES, "Permission denied", "x.csv"), "output", "x.csv: Permission denied"),
        (MemoryError(), "memory", "There was not enough memory."),
        (ZeroDivisionError("a\nb"), "program", "unexpected ZeroDivisionError: a b"),
    ],
)
def test_kinds(error, kind, reason):
    fault = fault_of(error, "clustering")
    assert (fault.kind, fault.reason, fault.stage) == (kind, reason, "clustering")
    assert fault.remedy == REMEDIES[kind]


def test_a_full_disk_is_seen_through_the_error_of_the_writer(tmp_path):
    def write(_):
        raise OSError(errno.ENOSPC, "No space left on device")

    with pytest.raises(OutputError) as caught:
        write_to(tmp_path / "table.csv", write)
    assert is_disk_full(caught.value)
    assert fault_of(caught.value, "writing").kind == "disk-full"


def test_a_file_that_is_gone_is_a_fault_of_the_input():
    gone = FileNotFoundError(2, "No such file or directory", "cell.csv")
    fault = fault_of(gone, "reading")
    assert fault.kind == "input"
    assert "writable" not in fault.remedy
