"""Parameter sets in TOML files."""

import dataclasses

import pytest

from stormgraph_py.batch.parameter_sets import ParameterSet, read_parameter_sets
from stormgraph_py.errors import FileFormatError, InputError, ParameterError
from stormgraph_py.filters import Keep, MergeReappearing
from stormgraph_py.params import StormGraphParams


@pytest.fixture
def read(tmp_path):
    def read(text, base=None):
        path = tmp_path / "sets.toml"
        path.write_text(text)
        return read_parameter_sets(path, base)

    return read


def test_what_stands_first_holds_for_all_sets_and_a_set_for_itself(read):
    one, other = read("seed = 2\nk = 12\n[one]\nalpha = 0.1\n[other]\nk = 20\nseed = 3\n")
    assert (one.name, one.params.k, one.params.alpha, one.seed) == ("one", 12, 0.1, 2)
    assert (other.name, other.params.k, other.params.alpha, other.seed) == ("other", 20, 0.05, 3)


def test_without_tables_there_is_one_set_without_a_name(read):
    (only,) = read("k = 12\n")
    assert (only.name, only.is_named) == ("default", False)


def test_every_parameter_can_be_set(read):
    changed = StormGraphParams(
        k=9, alpha=0.2, min_cluster_size=7, overcounting=True, label_radius_nm=3.0,
        overcounting_significance=0.1, use_sigma=False, weights="monte-carlo", n_simulations=50,
        z_profile="uniform", dimensions=2, max_neighbors=100, min_edge_probability=0.5,
        similarity_threshold=0.7, n_trials=4, community_backend="infomap",
        louvain_backend="python-louvain",
    )  # fmt: skip
    default = StormGraphParams()
    lines = []
    for field in dataclasses.fields(changed):
        value = getattr(changed, field.name)
        assert value != getattr(default, field.name)
        text = str(value).lower() if isinstance(value, bool) else repr(value).replace("'", '"')
        lines.append(f"{field.name} = {text}")
    (only,) = read("\n".join(lines))
    assert only.params == changed


def test_what_a_file_leaves_out_is_as_the_base(read):
    base = ParameterSet(params=StormGraphParams(k=11), seed=4, filters=(Keep.parse("photons > 5"),))
    (only,) = read("[a]\nalpha = 0.3\n", base)
    assert (only.params.k, only.params.alpha, only.seed) == (11, 0.3, 4)
    assert only.filters == base.filters


def test_filters_are_conditions_and_steps_in_their_order(read):
    (only,) = read(
        '[a]\nfilters = ["uncertainty < 25", '
        '{kind = "merge", max_distance_nm = 30, max_dark_frames = 2}]\n'
    )
    assert only.filters == (
        Keep.parse("uncertainty < 25"),
        MergeReappearing(max_distance_nm=30, max_dark_frames=2),
    )


@pytest.mark.parametrize("name", ["k", "dimensions"])
def test_automatic_values(read, name):
    (only,) = read(f'{name} = "auto"\n', ParameterSet(params=StormGraphParams(k=9, dimensions=2)))
    assert getattr(only.params, name) is None


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("min_clustersize = 5", "is no parameter; did you mean 'min_cluster_size'"),
        ("[a]\nalhpa = 1", r"\[a\]: 'alhpa' is no parameter; did you mean 'alpha'"),
        ("[a]\nalpha = 2", r"\[a\]: alpha=2 is outside"),
        ("seed = -1", "seed=-1 is no seed"),
        ("seed = true", "seed=True is no seed"),
        ('filters = "photons > 5"', "filters is no list"),
        ('filters = [{kind = "nothing"}]', "'nothing' is no kind of filter"),
        ("[a.b]\nk = 3", "'b' is no parameter"),
    ],
)
def test_faults_name_the_set_and_the_remedy(read, text, message):
    with pytest.raises(ParameterError, match=message):
        read(text)


def test_what_is_no_toml_is_refused(read, tmp_path):
    with pytest.raises(FileFormatError, match="is no TOML"):
        read("k: 15")
    with pytest.raises(InputError, match="cannot be read"):
        read_parameter_sets(tmp_path / "absent.toml")
