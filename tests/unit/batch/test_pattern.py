"""Tags from paths."""

import pytest

from stormgraph_py.batch.pattern import TagPattern
from stormgraph_py.errors import ParameterError


@pytest.mark.parametrize(
    ("pattern", "file", "tags"),
    [
        (
            "{condition}/{replicate}/{cell}",
            "a/1/c3.csv.gz",
            {"condition": "a", "replicate": "1", "cell": "c3"},
        ),
        ("{condition}/{cell}", "study/2024/wt/c3.csv", {"condition": "wt", "cell": "c3"}),
        ("{condition}_{cell}", "x/wt_7.hdf5", {"condition": "wt", "cell": "7"}),
        ("day{day}/*_{cell}", "day12/export_b.txt", {"day": "12", "cell": "b"}),
        ("{condition}/*", "wt/anything at all.csv", {"condition": "wt"}),
        ("{a}.{b}", "x.y.csv", {"a": "x", "b": "y"}),
        ("{cell}", "v1.5 (2).csv", {"cell": "v1.5 (2)"}),
    ],
)
def test_tags_are_read(pattern, file, tags):
    assert TagPattern(pattern).tags(file) == tags


@pytest.mark.parametrize(
    ("pattern", "file"),
    [
        ("{condition}/{cell}", "c3.csv"),
        ("{condition}_{cell}", "wt.csv"),
        ("day{day}/{cell}", "week1/c.csv"),
        ("{condition}_{cell}", "_7.csv"),
    ],
)
def test_files_that_do_not_fit_have_no_tags(pattern, file):
    assert TagPattern(pattern).tags(file) is None


@pytest.mark.parametrize(
    ("pattern", "message"),
    [
        ("cells", "names no tags"),
        ("{a}/{a}", "names 'a' twice"),
        ("{two words}", "'two words' is no name of a tag"),
        ("{a}/{b", "names no tags"),
        ("", "names no tags"),
    ],
)
def test_patterns_that_mean_nothing_are_refused(pattern, message):
    with pytest.raises(ParameterError, match=message):
        TagPattern(pattern)
