"""What the package says to users of the command line is said in the words of the app."""

import ast
import re
from pathlib import Path
from types import SimpleNamespace

import pytest
from PySide6.QtWidgets import QLabel

import stormgraph_py
from stormgraph_gui.models.activity import Activity, Message
from stormgraph_gui.models.reading_words import beside_data, plainly
from stormgraph_gui.models.wording import SAYINGS, in_the_app
from stormgraph_gui.views.results.summary import Summary
from stormgraph_py.localizations import Localizations, Provenance

PACKAGE = Path(stormgraph_py.__file__).parent
OPTION = re.compile(r"--[a-z]")
ARGUMENT = re.compile(r"(columns|unit|separator|pixel_size_nm)=")
# of functions that the app does not call, and of values that it cannot give
NOT_SAID = re.compile(r"export|write|roi_|reader\.py")


def parts(node):
    """Pieces of a string, with a word in the place of each value."""
    if isinstance(node, ast.Constant):
        return str(node.value)
    return "".join(
        value.value if isinstance(value, ast.Constant) else "SOMETHING" for value in node.values
    )


def texts_with(what, folder=PACKAGE):
    """Every text of the package, outside its command line, that names something."""
    for path in sorted(folder.rglob("*.py")):
        where = path.relative_to(PACKAGE)
        # what columns mean is not said in messages
        if where.parts[0] == "cli" or "dictionary" in where.parts:
            continue
        tree = ast.parse(path.read_text())
        skipped = set()
        for node in ast.walk(tree):
            body = getattr(node, "body", None)
            if isinstance(body, list) and body and isinstance(body[0], ast.Expr):
                skipped.add(body[0].value)
            if isinstance(node, ast.JoinedStr):
                skipped.update(node.values)
        for node in ast.walk(tree):
            is_text = isinstance(node, ast.JoinedStr) or (
                isinstance(node, ast.Constant) and isinstance(node.value, str)
            )
            if is_text and node not in skipped and what.search(parts(node)):
                yield pytest.param(parts(node), id=f"{where}:{node.lineno}")


@pytest.mark.parametrize("text", list(texts_with(OPTION)))
def test_every_option_is_said_in_the_words_of_the_app(text):
    said = text
    for pattern, words in SAYINGS:
        said = re.sub(pattern, words, said)
    # each has a saying of its own; the name of an option in quotes is for those not known yet
    assert not OPTION.search(said)
    assert in_the_app(text) == said
    assert "=" not in said or "=" in text
    assert not re.search(r"\w=[, .;]", said), "no argument of a function"


def test_there_are_many_of_them():
    assert len(list(texts_with(OPTION))) > 35


@pytest.mark.parametrize(
    "text",
    [one for one in texts_with(ARGUMENT, PACKAGE / "io") if not NOT_SAID.search(one.id)],
)
def test_every_argument_of_readers_is_said_in_the_words_of_the_app(text):
    if text.startswith("unit="):
        # part of a sentence
        text = f"say {text}"
    # a value stands in quotes
    text = text.replace("unit=SOMETHING", "unit='px'").replace("SOMETHING}", "'SOME'}")
    for said in (plainly(text), beside_data(text)):
        assert "=" not in said
        assert "{" not in said
        assert "_nm" not in said


@pytest.mark.parametrize(
    ("told", "said"),
    [
        ('{"x_nm": "Xwc", "y_nm": "Ywc"}', 'choose "Xwc" as x and "Ywc" as y'),
        ("{\"z_nm\": 'z_TDR [nm]'}", "choose 'z_TDR [nm]' as z"),
        ("{\"sigma_x_nm\": 's', \"sigma_y_nm\": 's'}", "choose 's' as the precision"),
        (
            "{\"sigma_x_nm\": 'a', \"sigma_y_nm\": 'b'}",
            "choose 'a' as the precision in x and 'b' as the precision in y",
        ),
    ],
)
def test_columns_to_choose_are_said_with_their_meaning(told, said):
    assert plainly(f"To use it say columns={told}.") == f"To use it {said}."


def test_notes_of_a_file_are_said_so_with_the_place_of_their_remedy(put_data, app, blobs):
    locs = blobs()
    note = 'Xwc is kept, not used. To use it say columns={"x_nm": "Xwc"}.'
    provenance = Provenance(
        path="/data/a.txt",
        n_rows=len(locs),
        notes=("x: in nm (assumed: the file states no unit).", note),
    )
    put_data(Localizations(locs.table, provenance))
    shown = app.window.findChild(QLabel, "notes").text()
    assert "choose &quot;Xwc&quot; as x" in shown
    assert "columns=" not in shown
    assert shown.count("Read in another way") == 2


def test_warnings_of_a_result_are_said_so(qtbot, blobs, app, put_data, put_analysis):
    put_analysis(put_data(blobs()))
    warning = "The file has 2 colour channels (1, 2); choose one with --channel."
    analysis = app.workspace.analysis
    summary = Summary()
    qtbot.addWidget(summary)
    summary.fill(SimpleNamespace(
        warnings=(warning,), **{
            name: getattr(analysis, name)
            for name in dir(analysis) if not name.startswith("_") and name != "warnings"
        },
    ))  # fmt: skip
    assert summary.warnings() == [in_the_app(warning)]
    assert "--" not in summary.warnings()[0]


def test_messages_are_said_so():
    activity = Activity()
    activity.say(Message(level="warning", title="a", text="Leave --channel out."))
    assert "--" not in activity.messages[0].text


def test_the_overcounting_filter_has_the_name_of_its_box_under_run():
    said = "2 of 9 clusters are in doubt; turn the overcounting filter on to remove them."
    expected = "2 of 9 clusters are in doubt; “Remove single molecules” removes them."
    assert in_the_app(said) == expected
