import numpy as np
import pandas as pd
import pytest

from stormgraph_py import Localizations, StormGraphParams, write_localizations
from stormgraph_py.batch.collected import write_collected
from stormgraph_py.errors import OutputError, ParameterError
from stormgraph_py.report.analysis import cluster, load, measure
from stormgraph_py.report.request import Request
from stormgraph_py.roi import Roi


@pytest.fixture
def analyses(tmp_path):
    """One file in two regions, one of them with two parameter sets."""
    rng = np.random.default_rng(1)
    points = rng.choice([300.0, 1500.0, 2600.0], (600, 2)) + rng.normal(0, 30, (600, 2))
    path = tmp_path / "data" / "cell.csv"
    path.parent.mkdir()
    write_localizations(Localizations.from_arrays(points, sigma=np.full(600, 10.0)), path)
    made = []
    for name, x, k in [("left", 700, 15), ("right", 2300, 15), ("left", 700, 10)]:
        roi = Roi.rectangle((x, 1500), (1500, 3000), name=name, tags={"condition": name})
        request = Request(path=str(path), roi=roi, params=StormGraphParams(k=k), seed=2)
        selection = load(request)
        made.append(measure(request, selection, cluster(request, selection)))
    return made


@pytest.mark.slow
def test_every_result_is_in_the_tables_and_the_index(analyses, tmp_path):
    out = tmp_path / "report"
    told = []
    result = write_collected(analyses, out, on_progress=lambda e: told.append((e.done, e.total)))
    assert result.succeeded
    assert told == [(1, 3), (2, 3), (3, 3)]
    summary = pd.read_csv(out / "summary.csv")
    assert summary["n_clusters"].tolist() == [one.result.n_clusters for one in analyses]
    for job, analysis in zip(summary["job"], analyses, strict=True):
        written = pd.read_csv(out / "jobs" / job / "localizations.csv")
        np.testing.assert_array_equal(written["cluster"], analysis.result.labels)
        assert f"jobs/{job}/report.html" in (out / "index.html").read_text(encoding="utf-8")


def test_the_same_twice_and_a_folder_of_others_are_refused(analyses, tmp_path):
    with pytest.raises(ParameterError, match="twice"):
        write_collected([analyses[0], analyses[0]], tmp_path / "report")
    (tmp_path / "report").mkdir()
    (tmp_path / "report" / "thesis.docx").write_text("mine")
    with pytest.raises(OutputError, match=r"thesis\.docx"):
        write_collected(analyses, tmp_path / "report", overwrite=True)
