"""Analyses at hand are compared as those that were written and read again."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from stormgraph_py import InputError, Localizations, write_localizations
from stormgraph_py.report.analysis import cluster, load, measure
from stormgraph_py.report.compare_analysis import CompareRequest, compare_regions, compare_results
from stormgraph_py.report.compare_inputs import RegionResult, read_results, refuse_repeats
from stormgraph_py.report.folder import result_folder, write_result
from stormgraph_py.report.outputs import Outputs
from stormgraph_py.report.request import Request


@pytest.fixture(scope="module")
def analyses(tmp_path_factory):
    folder = tmp_path_factory.mktemp("at hand")
    found = []
    for number in range(4):
        rng = np.random.default_rng(number)
        centers = rng.uniform(0, 2000, (8, 2)).repeat(30, axis=0)
        points = np.concatenate(
            [centers + rng.normal(0, 20, (240, 2)), rng.uniform(0, 2000, (100, 2))]
        )
        path = folder / f"cell {number}.csv"
        write_localizations(Localizations.from_arrays(points, sigma=np.full(340, 10.0)), path)
        tags = {"condition": "ab"[number % 2], "replicate": str(number // 2)}
        request = Request(path=str(path), tags=tags)
        selection = load(request)
        found.append(measure(request, selection, cluster(request, selection)))
    return found


def test_a_result_at_hand_is_the_one_that_is_read_back(analyses, tmp_path):
    for number, analysis in enumerate(analyses):
        with result_folder(tmp_path / str(number)) as folder:
            write_result(folder, analysis, Outputs(report=False, figures=False, excel=False))
    read, _ = read_results([tmp_path])
    at_hand = [RegionResult.of_analysis(a, str(tmp_path / str(i))) for i, a in enumerate(analyses)]
    for ours, theirs in zip(at_hand, read, strict=True):
        assert (ours.file, ours.roi, ours.dimensions) == (
            theirs.file,
            theirs.roi,
            theirs.dimensions,
        )
        assert ours.recorded_tags == theirs.recorded_tags
        assert ours.measures == pytest.approx(theirs.measures, rel=1e-12)
    direct = compare_regions(CompareRequest(paths=()), at_hand).comparison
    written = compare_results(CompareRequest(paths=(str(tmp_path),))).comparison
    for name in ("unit_table", "tests", "effects", "summaries", "design"):
        pd.testing.assert_frame_equal(getattr(direct, name), getattr(written, name), rtol=1e-9)


def test_the_same_analysis_twice_is_refused(analyses):
    one = RegionResult.of_analysis(analyses[0], "first")
    other = RegionResult.of_analysis(analyses[0], "second")
    with pytest.raises(InputError, match="first and second are the same analysis"):
        refuse_repeats([one, other])
    seeded = replace(analyses[0], request=replace(analyses[0].request, seed=5))
    refuse_repeats([one, RegionResult.of_analysis(seeded, "third")])
