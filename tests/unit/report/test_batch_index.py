"""The index of a batch as HTML."""

from html.parser import HTMLParser

import pytest

from stormgraph_py.report.batch_index import Entry, render_index


def head(job, **tags):
    return {"job": job, "file": "a.csv", "roi": "", "parameters": "p", "channel": "", **tags}


def done(job, n_clusters, **tags):
    return Entry(
        head=head(job, **tags),
        state="done",
        summary={"n_localizations": "10", "n_clusters": str(n_clusters), "r0_nm": ""},
        folder=f"jobs/{job}",
        report="report.html",
        thumbnail="thumbnail.png",
    )


FAILED = Entry(
    head=head("c", condition="x"),
    state="failed",
    stage="reading",
    reason="<b>no & file",
    remedy="r",
)
ENTRIES = [
    done("a #1", 4, condition="x"),
    done("b", 8, condition="x"),
    done("d", 9, condition="y"),
    FAILED,
]


class Page(HTMLParser):
    """Collects the text of cells, and all addresses."""

    def __init__(self, text):
        super().__init__()
        self.addresses, self.rows, self._cell = [], [], False
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        self.addresses += [v for name, v in attributes if name in ("src", "href")]
        if tag == "tr":
            self.rows.append([])
        self._cell = tag in ("td", "th") or (self._cell and tag in ("a", "b"))
        if tag in ("td", "th"):
            self.rows[-1].append("")

    def handle_endtag(self, tag):
        if tag in ("td", "th"):
            self._cell = False

    def handle_data(self, data):
        if self._cell:
            self.rows[-1][-1] += data


@pytest.fixture(scope="module")
def page():
    return Page(
        render_index("study <1>", ENTRIES, skipped=[("n.txt", "is text")], tags=["condition"])
    )


def test_failures_come_first_with_their_reason(page):
    assert page.rows[1] == ["c", "reading", "<b>no & file", "r"]


def test_jobs_are_summed_up_by_condition(page):
    rows = {row[0]: row for row in page.rows if row[0] in ("x", "y")}
    # medians of 4 and 8, and of 9 alone; the failed job does not count
    assert rows["x"][:4] == ["x", "2", "10", "6"]
    assert rows["y"][:4] == ["y", "1", "10", "9"]


def test_jobs_of_other_parameters_are_not_summed_up_together():
    entries = [
        Entry(head=entry.head | {"parameters": name}, state="done", summary=entry.summary)
        for entry, name in zip(ENTRIES[:3] * 2, ["k15"] * 3 + ["k20"] * 3, strict=True)
    ]
    found = Page(render_index("study", entries, tags=["condition"])).rows
    assert ["x", "k15", "2", "10", "6"] in [row[:5] for row in found]
    assert ["y", "k20", "1", "10", "9"] in [row[:5] for row in found]


def test_links_lead_to_files_beside_the_page(page):
    assert set(page.addresses) == {
        f"jobs/{name}/{file}"
        for name in ("a%20%231", "b", "d")
        for file in ("report.html", "thumbnail.png")
    }


def test_columns_that_tell_nothing_apart_are_left_out(page):
    (header,) = [row for row in page.rows if row[:2] == ["clusters", "state"]]
    assert header[2:4] == ["job", "condition"]
    assert "parameters" not in header
    assert "r₀ (nm)" not in header


def test_a_batch_under_way_says_so():
    text = render_index("s", [Entry(head=head("a"), state="open")], running=True)
    assert "still running" in text
    assert "1 not done yet" in text
