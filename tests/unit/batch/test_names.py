"""Names of job folders: possible everywhere, unique, independent of order."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stormgraph_py.batch.names import safe_name, unique_names


@given(st.text(max_size=300))
def test_a_safe_name_is_a_name_on_every_file_system(text):
    name = safe_name(text)
    assert 0 < len(name.encode()) <= 120
    assert not re.search(r'[<>:"/\\|?*\x00-\x1f\x7f\s]', name)
    assert name[0] not in ".-"
    assert name[-1] not in ". "
    assert name.split(".")[0].lower() not in {"con", "nul", "com1", "lpt9"}


@pytest.mark.parametrize("text", ["con", "NUL.csv", "Com7"])
def test_names_of_devices_are_avoided(text):
    assert safe_name(text) == f"_{text}"


def test_letters_of_other_scripts_stay():
    assert safe_name("Zelle ä 細胞") == "Zelle_ä_細胞"


def test_long_names_that_differ_late_stay_apart():
    one, other = safe_name("x" * 500 + "a"), safe_name("x" * 500 + "b")
    assert one != other


_parts = st.tuples(*[st.text("aAb_ /é", max_size=4)] * 2)


@given(st.lists(st.tuples(_parts, st.text("ab", max_size=3)), max_size=8, unique=True), st.data())
def test_names_are_unique_and_do_not_depend_on_order(jobs, data):
    names = unique_names([parts for parts, _ in jobs], [key for _, key in jobs])
    assert len({name.casefold() for name in names}) == len(jobs)
    order = data.draw(st.permutations(range(len(jobs))))
    again = unique_names([jobs[i][0] for i in order], [jobs[i][1] for i in order])
    assert again == [names[i] for i in order]
