"""Nikon N-STORM: drift-corrected coordinates, channels by name, both layouts of NIS-Elements."""

import gzip

import numpy as np
import pytest

from stormgraph_py.io.registry import read_localizations


def names(text):
    return text.split("|")


COLUMNS = names(
    "Channel Name|X|Y|Xc|Yc|Height|Area|Width|Phi|Ax|BG|I|Frame|Length|Link|Valid|Z|Zc|Photons|"
    "Lateral Localization Accuracy|Xw|Yw|Xwc|Ywc|Zw|Zwc"
)
COLUMNS_5 = names(
    "ID|X|Y|Z|Lateral Localization Accuracy|Channel|Frame|Color|I|Width|BG|Length|Height|Area|Phi|"
    "Axis Ratio|Valid|Link|Xc|Yc|Zc|Xw|Yw|Zw|Xwc|Ywc|Zwc"
)


def table(rows, columns=COLUMNS, line_end="\r\n"):
    """Write rows, given as dicts, in N-STORM's layout; what is not given is 7."""
    lines = [columns, *([str(row.get(name, 7)) for name in columns] for row in rows)]
    return line_end.join("\t".join(line) for line in [*lines, [""]])


def row(channel, x, y, z=0, shift=0, sigma=12.5, frame=1):
    return {"Channel Name": channel, "Channel": channel, "X": x - 3, "Y": y + 4, "Xc": x, "Yc": y,
            "Z": z - 1 if z else 0, "Zc": z, "Xwc": x + shift, "Ywc": y, "Frame": frame,
            "Photons": 900, "Lateral Localization Accuracy": sigma}  # fmt: skip


ROWS = [row("647", 1000, 2000, shift=30), row("561", 5000, 2500, sigma=9), row("561", 9000, 3000)]


def test_corrected_coordinates_are_taken_and_raw_ones_kept(write):
    locs = read_localizations(write(table(ROWS), "list.txt"))
    assert locs.provenance.format == "nikon"
    np.testing.assert_array_equal(locs.xy, [[1000, 2000], [5000, 2500], [9000, 3000]])
    np.testing.assert_array_equal(locs.sigma, [[12.5, 12.5], [9, 9], [12.5, 12.5]])
    np.testing.assert_array_equal(locs.table["X"], [997, 4997, 8997])
    np.testing.assert_array_equal(locs.table["photons"], 900)
    assert locs.dimensions == 2
    assert locs.provenance.warnings == ()
    assert set(COLUMNS) - {"Xc", "Yc", "Zc", "Frame", "Photons"} - {
        "Lateral Localization Accuracy"
    } <= set(locs.table.columns)


def test_channels_are_their_wavelengths(write):
    locs = read_localizations(write(table(ROWS), "list.txt"))
    np.testing.assert_array_equal(locs.channel, [647, 561, 561])
    assert locs.provenance.channel_names == {561: "561", 647: "647"}
    assert list(locs.table["Channel Name"]) == ["647", "561", "561"]
    again = read_localizations(write(table(ROWS[::-1]), "other.txt"))
    assert again.provenance.channel_names == locs.provenance.channel_names
    np.testing.assert_array_equal(again.channel, [561, 561, 647])


def test_shift_between_colours_is_told(write):
    notes = read_localizations(write(table(ROWS), "list.txt")).provenance.notes
    assert any("647: 30 nm" in note and "Xwc" in note for note in notes)
    warped = read_localizations(
        write(table(ROWS), "list.txt"), columns={"x_nm": "Xwc", "y_nm": "Ywc"}
    )
    np.testing.assert_array_equal(warped.xy[:, 0], [1030, 5000, 9000])
    assert not any("taken" in note or "not used" in note for note in warped.provenance.notes)


def test_what_has_no_colour_or_no_z_is_kept_and_told(write):
    rows = [
        row("Alexa405/Alexa647", 1000, 2000, z=50),
        row("Z Rejected", 5000, 2500, z=-400),
        row("Non Specific Activation", 9000, 3000, z=10),
        row("Z Rejected", 9500, 3000, z=0),
    ]
    locs = read_localizations(write(table(rows), "list.txt"))
    assert len(locs) == 4
    assert locs.dimensions == 3
    assert set(locs.provenance.channel_names.values()) == {
        "Alexa405/Alexa647", "Z Rejected", "Non Specific Activation",
    }  # fmt: skip
    said = [w for w in locs.provenance.warnings if "choosing another channel" in w]
    assert [w.partition(" are")[0] for w in said] == ["1 localizations", "2 localizations"]


def test_layout_of_version_5(write):
    rows = [row('"Storm Channel 1"', 1000, 2000), row('"Storm Channel 2"', 5000, 2500)]
    locs = read_localizations(write(table(rows, COLUMNS_5), "list.txt"))
    assert locs.provenance.format == "nikon"
    np.testing.assert_array_equal(locs.xy, [[1000, 2000], [5000, 2500]])
    np.testing.assert_array_equal(locs.sigma[:, 0], 12.5)
    assert list(locs.provenance.channel_names.values()) == ["Storm Channel 1", "Storm Channel 2"]
    wide = read_localizations(write(table(rows, COLUMNS_5).encode("utf-16"), "wide.txt"))
    np.testing.assert_array_equal(wide.xy, locs.xy)


def test_decimal_commas_and_gzip(write):
    text = table(ROWS).replace("12.5", "12,5")
    locs = read_localizations(write(gzip.compress(text.encode()), "list.txt.gz"))
    assert locs.provenance.format == "nikon"
    assert locs.sigma[0, 0] == 12.5


def test_a_short_row_is_named(write):
    lines = table(ROWS).splitlines()
    lines[2] = lines[2].rpartition("\t")[0]
    with pytest.raises(ValueError, match="line 3 has 25 fields"):
        read_localizations(write("\n".join(lines), "list.txt"))


@pytest.mark.parametrize(
    ("name", "n_561", "n_647"),
    [
        ("two-color_STORM_m1_gmc5a_gmc5a_5lo561_cpla647", 3112, 595),
        ("two-color_STORM_m1_unstim_unstim_5lo561_cpla2647", 16556, 3847),
        ("two-color_STORM_m2_c5a_m2_c5a_5lo561_cpla2_649", 15934, 1044),
    ],
)
def test_real_files_are_read_as_numpy_reads_them(formats, name, n_561, n_647):
    path = formats / "nikon" / f"{name}.txt.gz"
    with gzip.open(path, "rt") as file:
        header = file.readline().rstrip("\r\n").split("\t")
        values = np.loadtxt(file, delimiter="\t")
    column = {n: values[:, i] for i, n in enumerate(header)}
    locs = read_localizations(path)
    np.testing.assert_array_equal(locs.xy, np.column_stack([column["Xc"], column["Yc"]]))
    np.testing.assert_array_equal(locs.sigma[:, 0], column["Lateral Localization Accuracy"])
    np.testing.assert_array_equal(locs.table["X"], column["X"])
    np.testing.assert_array_equal(locs.frame, column["Frame"])
    assert int((locs.channel == 561).sum()) == n_561
    assert int((locs.channel == 647).sum()) == n_647
    assert locs.provenance.channel_names == {561: "561", 647: "647"}
    assert locs.provenance.warnings == ()
