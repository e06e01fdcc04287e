"""A file that cannot be read gives one line that names it, the place and the remedy."""

import gzip
import os
import re

import pytest

from stormgraph_py.errors import FileFormatError, InputError
from stormgraph_py.io.registry import read_localizations

GOOD = b"x_nm,y_nm,uncertainty\n" + b"".join(b"%d,%d,9\n" % (i, 3 * i) for i in range(500))
BAD = {
    "empty": (b"", "is empty"),
    "blank": (b"\n \n\n", "no rows"),
    "header only": (b"x_nm,y_nm\n", "no rows"),
    "comments only": (b"# a\n# b\n", "no rows"),
    "wrong separator": (b"x_nm:y_nm\n1:2\n3:4\n", "separator="),
    "one column": (b"x_nm\n1\n2\n", "separator="),
    "prose": (b"Dear colleague,\nplease find enclosed\n", "separator="),
    "mangled header": (b"xx,yy\n1,2\n3,4\n", "'xx'.*columns="),
    "no y": (b"x_nm,foo\n1,2\n3,4\n", "to be y"),
    "header of another separator": (b"x_nm;y_nm\n1,2\n3,4\n", "line 2"),
    "title above the header": (b"My data\nx,y\n1,2\n", "header"),
    "units in a second line": (b"x,y\nnm,nm\n1,2\n3,4\n", "line 2.*'nm'"),
    "text in a coordinate": (b"x_nm,y_nm\n1,2\n3,4\n5,abc\n", "line 4.*'y_nm'.*'abc'"),
    "text in the precision": (b"x_nm,y_nm,uncertainty\n1,2,?\n", "line 2.*'uncertainty'.*'\\?'"),
    "truth values": (b"x_nm,y_nm\nTrue,2\n", "line 2.*'True'"),
    "thousands": (b'x_nm,y_nm\n"1,234.5",2\n', "line 2.*'1,234.5'"),
    "mixed decimal marks": (b"x;y\n1,5;2.5\n2,5;3.5\n", "line 2.*'1,5'.*decimal point"),
    "spreadsheet error": (b"x_nm,y_nm\n1,2\n#DIV/0!,4\n3,5\n4,#N/D\n", "line 5.*'#N/D'"),
    "row too long": (b"x_nm,y_nm\n1,2\n3,4,5\n6,7\n", "line 3 has 3 fields"),
    "row too short": (b"x_nm,y_nm,a\n1,2,3\n4,5\n6,7,8\n", "line 3 has 2 fields"),
    "first row too long": (b"x_nm,y_nm\n1,2,3\n4,5\n", "line 2"),
    "first row too short": (b"x_nm,y_nm,a\n1,2\n4,5,6\n", "line 2"),
    "cut off in a row": (b"x_nm,y_nm,a\n1,2,3\n4,5,6\n7,8", "line 4.*cut off"),
    "short among blanks": (b"x y z\n1 2 3\n4 5\n6 7 8\n", "line 3 has 2 fields"),
    "open quotation mark": (b'x_nm,y_nm,n\n1,2,a\n3,4,"b\n5,6,c"\n', "line 3.*quotation"),
    "whole rows quoted": (b'"x_nm,y_nm"\n"1,2"\n"3,4"\n', "line 1"),
    "no finite coordinate": (b"x_nm,y_nm\nnan,1\n,2\n", "none of its 2 rows"),
    "zero bytes": (b"x_nm,y_nm\n1,2\n\0\0\0", "binary"),
    "zero bytes far down": (GOOD * 20 + b"\0", "binary|number|zero|line"),
    "noise": (bytes(range(256)) * 20, "binary"),
    "half a UTF-16 character": ("x_nm\ty_nm\n1\t2\n".encode("utf-16")[:-1], "UTF-16"),
    "truncated gzip": (gzip.compress(GOOD)[:-30], "gzip"),
    "stub of a gzip": (gzip.compress(GOOD)[:12], "gzip"),
    "gzip of nothing": (gzip.compress(b""), "is empty"),
    "gzip with rubbish behind": (gzip.compress(GOOD) + b"rubbish", "gzip"),
    "zip": (b"PK\x03\x04\x14\0\0\0rest", "zip"),
    "old Excel": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(64), "Excel"),
    "TIFF": (b"II*\0\x08\0\0\0" + bytes(64), "TIFF"),
    "HDF5 signature alone": (b"\x89HDF\r\n\x1a\n" + bytes(100), "HDF5"),
}


@pytest.mark.parametrize(("content", "pattern"), BAD.values(), ids=BAD)
def test_bad_content(write, content, pattern):
    path = write(content)
    with pytest.raises(FileFormatError) as caught:
        read_localizations(path)
    message = str(caught.value)
    assert message.startswith(f"{path}: ")
    assert re.search(pattern, message.removeprefix(f"{path}: "))
    assert "\n" not in message
    assert len(message.removeprefix(str(path))) < 400


def test_missing_file(tmp_path):
    with pytest.raises(InputError, match=r"gone\.csv: there is no such file"):
        read_localizations(tmp_path / "gone.csv")


def test_folder(tmp_path):
    with pytest.raises(InputError, match="is a folder; name a file in it"):
        read_localizations(tmp_path)


def test_name_too_long(tmp_path):
    with pytest.raises(InputError, match="cannot be opened"):
        read_localizations(tmp_path / ("a" * 300))


def test_no_permission(write, monkeypatch):
    path = write(GOOD)

    def refuse(*_args, **_kwargs):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(type(path), "open", refuse)
    with pytest.raises(InputError, match="no permission"):
        read_localizations(path)


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may read all")
def test_no_permission_for_real(write):
    path = write(GOOD)
    path.chmod(0)
    with pytest.raises(InputError, match="no permission"):
        read_localizations(path)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes on this system")
def test_named_pipe_does_not_hang(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(InputError, match="no regular file"):
        read_localizations(tmp_path / "pipe")


def test_long_lines_are_quoted_in_part(write):
    with pytest.raises(FileFormatError) as caught:
        read_localizations(write("x_nm,y_nm\n1," + "a" * 10_000 + "\n"))
    assert len(str(caught.value)) < 400
