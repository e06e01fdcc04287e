"""Names of columns: key and unit, what they mean, and which one is preferred."""

import pytest

from stormgraph_py.io.aliases import ALIASES, parse_name, understand
from stormgraph_py.localizations import COLUMNS


@pytest.mark.parametrize(
    ("name", "parsed"),
    [
        ("x", ("x", None)), ("X", ("x", None)), ("x [nm]", ("x", "nm")), ("X(nm)", ("x", "nm")),
        ("x_nm", ("x", "nm")), ("xnm", ("x", "nm")), ("x_um", ("x", "um")), ("x [µm]", ("x", "um")),
        ("x (μm)", ("x", "um")), ("x_px", ("x", "px")), ("xpix", ("x", "px")), ("y_m", ("y", "m")),
        ("Position X [nm]", ("position_x", "nm")), ("xPosition", ("x_position", None)),
        ("locprecnm", ("locprec", "nm")), ("Localization precision (nm)",
        ("localization_precision", "nm")), ("intensity [photon]", ("intensity", "photon")),
        ("n_photons", ("n_photons", None)), ("x [inch]", ("x", "inch")), ("x []", ("x", None)),
        (' "x [nm]" ', ("x", "nm")), ("nm", ("nm", None)), ("", ("", None)), ("[nm]", ("", "nm")),
    ],
)  # fmt: skip
def test_name_is_taken_apart(name, parsed):
    assert parse_name(name) == parsed


@pytest.mark.parametrize("target", COLUMNS)
def test_own_names_mean_themselves_whatever_is_beside_them(target):
    others = [key for keys in ALIASES.values() for key in keys]
    understood = understand([*others, target])
    assert understood.columns[target] == target


@pytest.mark.parametrize(("target", "key"), [(t, k) for t, keys in ALIASES.items() for k in keys])
def test_every_alias_is_understood(target, key):
    assert understand([key.upper()]).columns[target] == key.upper()


def test_no_alias_means_two_things():
    lateral = {"sigma_x_nm", "sigma_y_nm"}
    for target, keys in ALIASES.items():
        for other, others in ALIASES.items():
            if target != other and {target, other} != lateral:
                assert not set(keys) & set(others)


def test_precision_of_each_axis_before_one_for_both():
    columns = understand(["x", "y", "uncertainty", "uncertainty_x", "uncertainty_y"]).columns
    assert (columns["sigma_x_nm"], columns["sigma_y_nm"]) == ("uncertainty_x", "uncertainty_y")


def test_drift_corrected_and_nm_are_preferred_and_the_choice_is_noted():
    understood = understand(["X", "Y", "Xc", "Yc"])
    assert (understood.columns["x_nm"], understood.columns["y_nm"]) == ("Xc", "Yc")
    assert any("'Xc'" in note and "'X'" in note for note in understood.notes)
    assert understand(["x_px", "y_px", "x_nm", "y_nm"]).columns["x_nm"] == "x_nm"
    assert understand(["x", "x [um]", "y"]).columns["x_nm"] == "x [um]"


@pytest.mark.parametrize(
    "names", [["sigma"], ["sigma [nm]"], ["sigma_x", "sigma_y"], ["sigma_x [nm]", "sigma_y [nm]"]]
)
def test_sigma_alone_is_unclear(names):
    understood = understand(["x", "y", *names])
    assert "sigma_x_nm" not in understood.columns
    (warning,) = understood.warnings
    assert all(repr(name) in warning for name in names)


def test_sigma_beside_a_precision_is_no_question():
    understood = understand(["x", "y", "sigma", "uncertainty"])
    assert understood.columns["sigma_x_nm"] == "uncertainty"
    assert understood.warnings == ()


@pytest.mark.parametrize("name", ["sx", "psf_sigma", "sigma1", "std_x", "dx", "xy", "exposure"])
def test_other_names_mean_nothing(name):
    assert understand([name]) == understand([])
