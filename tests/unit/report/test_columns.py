"""Every column of every table of a result is in the data dictionary, in the files themselves."""

import pandas as pd
import pytest

from stormgraph_py.clusters.dictionary import TABLES, describe
from stormgraph_py.errors import ParameterError
from stormgraph_py.report.folder import write_result
from stormgraph_py.report.outputs import Outputs


@pytest.mark.parametrize("kind", ["analysis", "analysis_3d", "analysis_without_sigma"])
def test_every_column_that_is_written_is_described(request, monkeypatch, tmp_path, kind):
    monkeypatch.setattr("stormgraph_py.report.html.report_sections", lambda *_: [])
    analysis = request.getfixturevalue(kind)
    write_result(tmp_path, analysis, Outputs(excel=False))
    own = set(map(str, analysis.localizations.table.columns))
    written = sorted(path.name for path in tmp_path.glob("*.csv"))
    assert set(written) <= set(TABLES)
    for file in written:
        for column in pd.read_csv(tmp_path / file, nrows=1).columns:
            try:
                assert describe(file, column).meaning
            except ParameterError:
                # what the input brings along is kept without a meaning
                assert file == "localizations.csv"
                assert column in own
