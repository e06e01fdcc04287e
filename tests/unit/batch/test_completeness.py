"""A result is kept when it is the one that would be made again, and only then."""

import dataclasses
import json
from pathlib import Path

import pytest

from stormgraph_py.batch.completeness import Hashes, expected_files, why_not_complete
from stormgraph_py.batch.job import Job
from stormgraph_py.batch.task import Task, perform
from stormgraph_py.filters import Keep
from stormgraph_py.io.export import write_localizations
from stormgraph_py.io.registry import read_localizations
from stormgraph_py.io.roi_files import read_rois
from stormgraph_py.params import StormGraphParams
from stormgraph_py.report.outputs import Outputs
from stormgraph_py.report.request import Request
from stormgraph_py.roi import Roi

OUTPUTS = Outputs(report=False, figures=False, excel=False, thumbnail=True)


@pytest.fixture(scope="module")
def result(tmp_path_factory, write_cell, write_halves):
    """A job with its folder."""
    folder = tmp_path_factory.mktemp("complete")
    path = write_cell(folder / "cell.csv")
    roi, _ = read_rois(write_halves(folder / "cell.geojson"))
    request = Request(path=str(path), roi=roi, roi_path="cell.geojson", tags={"condition": "a"})
    outcome = perform(Task(job="cell", folder=folder / "out", request=request, outputs=OUTPUTS))
    assert outcome.fault is None
    return Job(name="cell", file="cell.csv", parameters="default", request=request), folder / "out"


def why(job, folder, outputs=OUTPUTS):
    return why_not_complete(job, folder, outputs, Hashes())


def changed(job, **changes):
    return dataclasses.replace(job, request=dataclasses.replace(job.request, **changes))


def test_the_same_is_kept(result):
    assert why(*result) is None


def test_names_and_tags_do_not_matter(result, tmp_path):
    job, folder = result
    (tmp_path / "moved.csv").write_bytes(Path(job.request.path).read_bytes())
    roi = dataclasses.replace(job.request.roi, name="other", tags={"day": "2"})
    moved = changed(job, path=str(tmp_path / "moved.csv"), roi=roi, roi_path=None, tags={})
    assert why(moved, folder) is None


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"params": StormGraphParams(alpha=0.1)}, "alpha was 0.05 and is 0.1"),
        ({"seed": 1}, "seed was 0 and is 1"),
        ({"filters": (Keep.parse("x_nm > 5"),)}, "filters was"),
        ({"channel": 1}, "channel was None and is 1"),
        ({"unit": "um"}, "unit was None and is um"),
        ({"roi": None}, "region of interest has changed"),
        ({"roi": Roi.rectangle((250, 500), (500.1, 1100))}, "region of interest has changed"),
    ],
)
def test_what_the_labels_depend_on_matters(result, changes, reason):
    job, folder = result
    assert reason in why(changed(job, **changes), folder)


def test_another_input_of_the_same_name_is_seen(result, tmp_path, write_cell):
    job, folder = result
    other = write_cell(tmp_path / "cell.csv", seed=1)
    assert "input file has changed" in why(changed(job, path=str(other)), folder)


def test_another_version_is_seen(result, monkeypatch):
    monkeypatch.setattr("stormgraph_py.batch.completeness.__version__", "99.0")
    assert "and this is 99.0" in why(*result)


def test_another_optimiser_than_there_would_be_is_seen(result, monkeypatch):
    monkeypatch.setattr("stormgraph_py.engine.kernel.native", None)
    job, folder = result
    record = json.loads((folder / "run.json").read_text())
    if record["request"]["params"]["community_backend"] == "infomap":
        pytest.skip("the kernel is not built")
    assert "infomap" in why(job, folder)


@pytest.mark.parametrize("name", expected_files(OUTPUTS))
def test_every_file_has_to_be_there(result, tmp_path, name):
    job, folder = result
    for file in folder.iterdir():
        if file.name != name:
            (tmp_path / file.name).write_bytes(file.read_bytes())
    assert why(job, tmp_path) == f"{name} is missing"


def test_more_outputs_have_to_be_made(result):
    assert why(*result, Outputs(figures=False, excel=False)) == "report.html is missing"
    assert "parquet" in why(*result, dataclasses.replace(OUTPUTS, parquet=True))


def test_a_damaged_record_is_no_result(result, tmp_path):
    job, folder = result
    for file in folder.iterdir():
        (tmp_path / file.name).write_bytes(file.read_bytes())
    (tmp_path / "run.json").write_text("{")
    assert "is no record of an analysis" in why(job, tmp_path)


def test_a_mended_pixel_size_beside_a_picasso_file_counts(write_cell, tmp_path):
    pytest.importorskip("h5py")
    locs = read_localizations(write_cell(tmp_path / "cell.csv"))
    path = tmp_path / "cell.hdf5"
    write_localizations(locs, path, format="picasso", pixel_size_nm=100)
    request = Request(path=str(path))
    assert (
        perform(Task(job="c", folder=tmp_path / "o", request=request, outputs=OUTPUTS)).fault
        is None
    )
    job = Job(name="c", file="cell.hdf5", parameters="default", request=request)
    assert why(job, tmp_path / "o") is None
    yaml = path.with_suffix(".yaml")
    text = yaml.read_text()
    assert "Pixelsize: 100" in text
    yaml.write_text(text.replace("Pixelsize: 100", "Pixelsize: 130"))
    assert "YAML" in why(job, tmp_path / "o")


@pytest.mark.parametrize("name", ["summary.csv", "clusters.csv"])
@pytest.mark.parametrize("left", [0.0, 0.6])
def test_a_damaged_table_is_no_result(result, tmp_path, name, left):
    job, folder = result
    for file in folder.iterdir():
        (tmp_path / file.name).write_bytes(file.read_bytes())
    data = (folder / name).read_bytes()
    (tmp_path / name).write_bytes(data[: round(left * len(data))])
    assert name in why(job, tmp_path)


@pytest.mark.parametrize(
    "changes", [{"input": 3}, {"request": []}, {"result": None}, {"result": {}}, {"versions": 1}]
)
def test_a_record_of_another_shape_is_no_result(result, tmp_path, changes):
    job, folder = result
    for file in folder.iterdir():
        (tmp_path / file.name).write_bytes(file.read_bytes())
    record = json.loads((folder / "run.json").read_text())
    (tmp_path / "run.json").write_text(json.dumps(record | changes))
    assert why(job, tmp_path) == "run.json is damaged"
