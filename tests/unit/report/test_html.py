"""report.html: one file, well formed, self-contained, saying what was found."""

import base64
import dataclasses
import functools
import io
import re
from html.parser import HTMLParser

import numpy as np
import pytest
from PIL import Image

from stormgraph_py.report.html import render_report
from stormgraph_py.report.record import run_record

VOID = {"meta", "img", "br", "link", "hr", "input"}


class Checker(HTMLParser):
    """Collects what a page refers to, and fails on tags that do not match."""

    def __init__(self):
        super().__init__()
        self.open, self.references, self.text, self.images = [], [], [], []

    def handle_starttag(self, tag, attrs):
        if tag not in VOID:
            self.open.append(tag)
        values = dict(attrs)
        self.references += [values[a] for a in ("src", "href", "srcset", "data") if a in values]
        if tag == "img":
            assert values["alt"]
            self.images.append(values["src"])

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        if self.open and self.open[-1] != "style":
            self.text.append(data)


@functools.cache
def check(analysis):
    """Render, check that tags match, return the page, what it refers to, and its text."""
    html = render_report(analysis, run_record(analysis))
    page = Checker()
    page.feed(html)
    page.close()
    assert not page.open
    return html, page, " ".join(" ".join(page.text).split())


@pytest.fixture
def no_pictures(monkeypatch):
    """Leave out the drawing, for tests of the text alone."""
    monkeypatch.setattr("stormgraph_py.report.views.data_uri", lambda *_: "data:,")


ALL = [
    "analysis",
    "analysis_3d",
    "analysis_without_sigma",
    "analysis_without_clusters",
    "analysis_without_threshold",
]


@pytest.fixture(params=ALL)
def any_page(request):
    return check(request.getfixturevalue(request.param))


def test_nothing_is_loaded_from_elsewhere_and_nothing_runs(any_page):
    html, page, _ = any_page
    assert all(reference.startswith("data:") for reference in page.references)
    assert "<script" not in html
    assert "url(" not in html
    assert "@import" not in html


def test_every_picture_is_whole(any_page):
    _, page, _ = any_page
    assert page.images
    for uri in page.images:
        kind, data = re.fullmatch(r"data:image/(svg\+xml|png);base64,(.*)", uri).groups()
        content = base64.b64decode(data, validate=True)
        if kind == "png":
            with Image.open(io.BytesIO(content)) as image:
                image.load()
        else:
            assert content.rstrip().endswith(b"</svg>")


def test_the_name_of_the_file_is_escaped(analysis):
    html, _, text = check(analysis)
    assert "cell <1> & co.csv" in text
    assert "<1>" not in html


@pytest.mark.usefixtures("no_pictures")
def test_headline_warnings_and_tables_are_there(analysis):
    changed = dataclasses.replace(
        analysis,
        result=dataclasses.replace(analysis.result, warnings=("These points are <odd>.",)),
    )
    html, _, text = check(changed)
    assert html.index("These points are &lt;odd&gt;.") < html.index('class="numbers"')
    assert f"{analysis.result.n_clusters} clusters were found" in text
    for heading in ("Sizes of clusters", "Clusters within clusters", "thresholds were chosen",
                    "One molecule or several?", "How to reproduce this"):  # fmt: skip
        assert heading in text
    assert run_record(analysis)["input"]["sha256"] in text


@pytest.mark.usefixtures("no_pictures")
def test_without_warnings_there_is_no_warning_box(analysis):
    calm = dataclasses.replace(
        analysis,
        result=dataclasses.replace(analysis.result, warnings=()),
        selection=dataclasses.replace(analysis.selection, warnings=()),
    )
    assert "Please look at this first" not in check(calm)[2]


def test_without_clusters_the_report_says_so(analysis_without_clusters):
    text = check(analysis_without_clusters)[2]
    assert "No clusters were found" in text
    assert "Sizes of clusters" not in text


def test_3d_shows_a_side_view_and_volumes(analysis_3d):
    text = check(analysis_3d)[2]
    assert "Side view (x, z)" in text
    assert "µm³" in text


def test_overcounting_totals_add_up(analysis_without_threshold):
    text = check(analysis_without_threshold)[2]
    evidence = analysis_without_threshold.result.overcounting
    n_several = sum(item.verdict == "several-molecules" for item in evidence)
    assert f"{n_several} of {len(evidence)} clusters contain" in text


def test_without_precisions_there_is_no_word_on_overcounting(analysis_without_sigma):
    assert "One molecule or several?" not in check(analysis_without_sigma)[2]


@pytest.mark.parametrize("n_copies", [50, pytest.param(1250, marks=pytest.mark.slow)])
def test_a_report_on_many_localizations_stays_small(analysis, n_copies):
    locs, result = analysis.localizations, analysis.result
    rng = np.random.default_rng(0)
    shift = np.repeat(rng.uniform(0, 40_000, (n_copies, 2)), len(locs), axis=0)
    table = locs.table.loc[np.tile(np.arange(len(locs)), n_copies)]
    table = table.assign(x_nm=table["x_nm"] + shift[:, 0], y_nm=table["y_nm"] + shift[:, 1])
    many = type(locs)(table, locs.provenance)

    def tiled(labels):
        offset = np.repeat(np.arange(n_copies) * (labels.max() + 1), len(labels))
        repeated = np.tile(labels, n_copies)
        return np.where(repeated >= 0, repeated + offset, -1)

    noise = result.noise
    tiled_noise = dataclasses.replace(
        noise,
        **{
            f: np.tile(getattr(noise, f), n_copies)
            for f in ("degrees", "threshold", "retained", "rule")
        },
    )
    hierarchy = result.hierarchy
    crowd = dataclasses.replace(
        analysis,
        selection=dataclasses.replace(analysis.selection, localizations=many),
        result=dataclasses.replace(
            result,
            labels=tiled(result.labels),
            noise=tiled_noise,
            hierarchy=dataclasses.replace(hierarchy, levels=tuple(map(tiled, hierarchy.levels))),
        ),
    )
    html, *_ = check(crowd)
    assert len(many) == 800 * n_copies
    assert len(html.encode()) < 5e6
