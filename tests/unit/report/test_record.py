"""run.json: complete, sorted, finite, and enough to ask for the same again."""

import hashlib
import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from stormgraph_py.engine import kernel
from stormgraph_py.errors import FileFormatError, InputError, ParameterError
from stormgraph_py.filters import Keep, MergeReappearing
from stormgraph_py.params import StormGraphParams
from stormgraph_py.report.analysis import Request, cluster, measure
from stormgraph_py.report.record import read_record, record_text, run_record
from stormgraph_py.roi import Roi

SQUARE = Roi((((np.array([[0.0, 0.0], [9.0, 0.0], [9.0, 9.0]])),),))


def test_the_record_holds_what_a_reader_needs(analysis):
    record = run_record(analysis)
    result = analysis.result
    path = Path(analysis.request.path)
    assert record["request"]["path"] == str(path)
    assert record["input"]["sha256"] == hashlib.sha256(path.read_bytes()).hexdigest()
    assert record["request"]["seed"] == 0
    assert StormGraphParams.from_dict(record["request"]["params"]) == result.params
    found = record["result"]
    assert found["n_clusters"] == result.n_clusters
    assert found["n_clustered"] == (result.labels >= 0).sum()
    assert found["length_scale"]["r0_nm"] == result.length_scale.r0_nm
    assert found["final_length_scale"]["r0_nm"] == result.final_length_scale.r0_nm
    assert found["degree_threshold_min"] <= found["degree_threshold_max"]
    assert [t["stage"] for t in record["timings"]] == [t.stage for t in result.timings]
    assert record["warnings"] == list(analysis.warnings)
    assert "numpy" in record["versions"]


def test_the_record_names_the_optimiser_that_served(analysis, monkeypatch):
    monkeypatch.setattr(kernel, "native", None)
    request = replace(analysis.request, params=StormGraphParams())
    selection = analysis.selection
    without = measure(request, selection, cluster(request, selection))
    record = run_record(without)
    assert record["request"]["params"]["community_backend"] == "infomap"
    assert record["request"]["params"]["n_trials"] == 5
    assert kernel.NOT_INSTALLED in record["warnings"]
    assert "compiled kernel" not in record["versions"]


def test_the_text_is_json_with_sorted_keys_and_without_nan(analysis):
    text = record_text(
        run_record(analysis) | {"odd": [float("nan"), np.float64("inf"), np.int64(3)]}
    )
    record = json.loads(text, parse_constant=pytest.fail)
    assert record["odd"] == [None, None, 3]

    def keys_sorted(value):
        if isinstance(value, dict):
            assert list(value) == sorted(value)
            for item in value.values():
                keys_sorted(item)

    keys_sorted(record)


def test_a_record_without_threshold_has_none(analysis_without_threshold):
    found = run_record(analysis_without_threshold)["result"]
    assert found["degree_threshold_min"] is None
    assert found["n_retained"] is None


def test_a_3d_record_has_a_volume(analysis_3d):
    found = run_record(analysis_3d)["result"]
    assert found["volume_nm3"] == analysis_3d.result.area
    assert "area_nm2" not in found


def test_a_request_survives_json():
    request = Request(
        path="a b/ü.csv", format="picasso", pixel_size_nm=130.0, columns={"x_nm": "X"}, unit="px",
        separator=";", channel=2, roi=SQUARE, roi_path="r.geojson",
        filters=(Keep.parse("photons > 500"), MergeReappearing(max_distance_nm=20)),
        params=StormGraphParams(k=None, alpha=0.1, dimensions=2), seed=11, tags={"cell": "c 1"},
    )  # fmt: skip
    again = Request.from_dict(json.loads(json.dumps(request.as_dict())))
    assert again.as_dict() == request.as_dict()
    assert again.params == request.params
    assert again.filters == request.filters
    assert again.roi.area_nm2 == SQUARE.area_nm2


@pytest.mark.parametrize("values", [{"path": "a", "colour": 1}, {"path": "a", "params": {"kk": 3}}])
def test_a_request_with_an_unknown_name_is_refused(values):
    with pytest.raises(ParameterError, match=r"colour|kk"):
        Request.from_dict(values)


def test_a_request_from_before_there_were_filters_has_none():
    old = Request(path="a.csv").as_dict()
    del old["filters"], old["tags"]
    assert Request.from_dict(old).filters == ()


def test_a_record_is_read_back(tmp_path, analysis):
    path = tmp_path / "run.json"
    record = run_record(analysis)
    path.write_text(record_text(record), encoding="utf-8")
    assert read_record(path)["request"] == json.loads(json.dumps(record["request"]))


@pytest.mark.parametrize(
    "content",
    [b"", b"{}", b"[1]", b"{", b"\xff\xfe\x00", b'{"schema": 1}'],
    ids=["empty", "nothing", "list", "torn", "binary", "half"],
)
def test_a_file_that_is_no_record_is_refused(tmp_path, content):
    path = tmp_path / "run.json"
    path.write_bytes(content)
    with pytest.raises(FileFormatError, match="is no record"):
        read_record(path)


def test_a_record_of_a_newer_program_is_refused(tmp_path):
    path = tmp_path / "run.json"
    path.write_text('{"schema": 99, "request": {}, "input": {}}')
    with pytest.raises(FileFormatError, match="schema 99"):
        read_record(path)


def test_a_missing_record_is_named(tmp_path):
    with pytest.raises(InputError, match=r"nothing\.json"):
        read_record(tmp_path / "nothing.json")
    with pytest.raises(InputError, match="cannot be read"):
        read_record(tmp_path)
