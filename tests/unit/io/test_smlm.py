""".smlm: tables in a zip archive, described by a manifest."""

import json
import zipfile

import numpy as np
import pytest

from stormgraph_py.errors import FileFormatError, InputError
from stormgraph_py.io import unpacking
from stormgraph_py.io.registry import read_localizations

TABLE = np.array(
    [(1, 100.5, 200.25, 12.0, 900), (2, 300.0, 400.0, 14.0, 800)],
    dtype=[
        ("frame", "<u4"),
        ("x", "<f4"),
        ("y", "<f8"),
        ("x_precision", "<f4"),
        ("background", "<u2"),
    ],
)


def write_smlm(path, tables, units=None, compression=zipfile.ZIP_DEFLATED, **changes):
    """Write tables {name: (channel, records)}; changes go into the manifest's one format."""
    first = next(iter(tables.values()))[1]
    layout = {
        "name": "table",
        "type": "table",
        "mode": "binary",
        "columns": len(first.dtype.names),
        "headers": list(first.dtype.names),
        "dtype": [first.dtype[n].base.name for n in first.dtype.names],
        "shape": [list(first.dtype[n].shape) or 1 for n in first.dtype.names],
        "units": units or ["" for _ in first.dtype.names],
    }
    files = [
        {"name": name, "type": "table", "format": "table", "channel": channel, "rows": len(records)}
        for name, (channel, records) in tables.items()
    ]
    manifest = {"format_version": "0.2", "formats": {"table": layout | changes}, "files": files}
    with zipfile.ZipFile(path, "w", compression) as archive:
        archive.writestr("manifest.json", json.dumps(manifest))
        for name, (_, records) in tables.items():
            archive.writestr(name, records.tobytes())
    return path


def edit_manifest(path, edit):
    with zipfile.ZipFile(path) as archive:
        contents = {name: archive.read(name) for name in archive.namelist()}
    manifest = json.loads(contents["manifest.json"])
    edit(manifest)
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in (contents | {"manifest.json": json.dumps(manifest)}).items():
            archive.writestr(name, data)
    return path


@pytest.fixture
def file(tmp_path):
    return tmp_path / "a.smlm"


def test_one_table(file):
    units = ["frame", "nm", "nm", "nm", "photon"]
    locs = read_localizations(write_smlm(file, {"t.bin": ("default", TABLE)}, units))
    assert locs.provenance.format == "smlm"
    np.testing.assert_array_equal(locs.xy, np.column_stack([TABLE["x"], TABLE["y"]]))
    np.testing.assert_array_equal(locs.table["sigma_x_nm"], TABLE["x_precision"])
    np.testing.assert_array_equal(locs.frame, TABLE["frame"])
    np.testing.assert_array_equal(locs.table["background"], TABLE["background"])
    assert "channel" not in locs.table
    assert any("in nm (stated by the file)" in note for note in locs.provenance.notes)


def test_units_of_the_manifest(file):
    path = write_smlm(file, {"t.bin": ("", TABLE)}, ["", "um", "um", "um", ""])
    locs = read_localizations(path)
    np.testing.assert_allclose(locs.xy, 1000 * np.column_stack([TABLE["x"], TABLE["y"]]))
    np.testing.assert_allclose(locs.table["sigma_x_nm"], 1000 * TABLE["x_precision"])
    path = write_smlm(file, {"t.bin": ("", TABLE)}, ["", "pixel", "pixel", "pixel", ""])
    with pytest.raises(InputError, match="pixel_size_nm="):
        read_localizations(path)
    locs = read_localizations(path, pixel_size_nm=100)
    np.testing.assert_allclose(locs.xy[:, 0], 100 * TABLE["x"])
    path = write_smlm(file, {"t.bin": ("", TABLE)}, ["", "parsec", "nm", "nm", ""])
    with pytest.raises(InputError, match="'parsec', which is unknown"):
        read_localizations(path)


def test_unit_that_is_not_stated_is_said_to_be_assumed(file):
    locs = read_localizations(write_smlm(file, {"t.bin": ("", TABLE)}))
    assert any("assumed: the file states no unit" in note for note in locs.provenance.notes)


def test_offsets_are_added(file):
    path = write_smlm(file, {"t.bin": ("", TABLE)})
    edit_manifest(path, lambda m: m["files"][0].update(offset={"x": -50, "background": 7, "y": 0}))
    locs = read_localizations(path)
    np.testing.assert_array_equal(locs.xy[:, 0], TABLE["x"] - 50)
    np.testing.assert_array_equal(locs.table["background"], TABLE["background"] + 7)


def test_columns_of_several_numbers(file):
    dtype = [("x", "<f4"), ("patch", "<u4", (2, 2)), ("y", "<f4")]
    table = np.array([(1, [[1, 2], [3, 4]], 2), (3, [[5, 6], [7, 8]], 4)], dtype=dtype)
    locs = read_localizations(write_smlm(file, {"t.bin": ("", table)}))
    np.testing.assert_array_equal(locs.xy, [[1, 2], [3, 4]])
    np.testing.assert_array_equal(locs.table["patch_2"], [3, 7])


def test_sizes_as_text(file):
    # Locan writes every number of the manifest as text
    path = write_smlm(file, {"t.bin": ("", TABLE)}, shape=["1"] * 5, columns="5")
    edit_manifest(path, lambda m: m["files"][0].update(rows="2"))
    assert len(read_localizations(path)) == 2


def test_tables_of_two_channels(file):
    more = TABLE.copy()
    more["x"] += 1000
    tables = {"t0.bin": ("beta", TABLE), "t1.bin": ("alpha", more), "t2.bin": ("beta", TABLE)}
    locs = read_localizations(write_smlm(file, tables))
    assert len(locs) == 6
    assert locs.provenance.channel_names == {0: "alpha", 1: "beta"}
    np.testing.assert_array_equal(locs.channel, [1, 1, 0, 0, 1, 1])
    np.testing.assert_array_equal(locs.xy[2:4, 0], more["x"])
    assert any("3 tables were put one below the other" in note for note in locs.provenance.notes)


def test_tables_of_one_channel_have_no_channels(file):
    locs = read_localizations(write_smlm(file, {"a.bin": ("c", TABLE), "b.bin": ("c", TABLE)}))
    assert len(locs) == 4
    assert locs.channel is None


def test_images_are_left_alone(file):
    path = write_smlm(file, {"t.bin": ("", TABLE)})
    edit_manifest(path, lambda m: m["files"].append({"name": "wide.png", "type": "image"}))
    locs = read_localizations(path)
    assert any("1 other files" in note for note in locs.provenance.notes)
    edit_manifest(path, lambda m: m["files"].pop(0))
    with pytest.raises(FileFormatError, match="no table of localizations"):
        read_localizations(path)


def test_another_version_is_told(file):
    path = write_smlm(file, {"t.bin": ("", TABLE)})
    edit_manifest(path, lambda m: m.update(format_version="0.3"))
    assert any("version 0.3" in note for note in read_localizations(path).provenance.notes)


BROKEN = {
    "no formats": (lambda m: m.pop("formats"), "formats"),
    "no files": (lambda m: m.pop("files"), "files"),
    "unknown format": (lambda m: m["files"][0].update(format="other"), "other"),
    "unknown type": (lambda m: m["formats"]["table"].update(dtype=["float16"] * 5), "float16"),
    "too few types": (lambda m: m["formats"]["table"].update(dtype=["float32"]), "manifest"),
    "impossible shape": (lambda m: m["formats"]["table"].update(shape=[0] * 5), "no values"),
    "huge shape": (lambda m: m["formats"]["table"].update(shape=[10**9] * 5), "manifest|bytes"),
    "same name": (lambda m: m["formats"]["table"].update(headers=["x"] * 5), "same name"),
    "text": (lambda m: m["formats"]["table"].update(mode="text"), "is text"),
    "more rows": (lambda m: m["files"][0].update(rows=3), "should be; it is cut off"),
    "fewer rows": (lambda m: m["files"][0].update(rows=1), "should be; it is cut off"),
    "no rows": (lambda m: m["files"][0].update(rows=0), "has no rows"),
    "rows of text": (lambda m: m["files"][0].update(rows="many"), "many"),
    "another file": (lambda m: m["files"][0].update(name="../secret"), "has no '../secret'"),
    "offset of text": (lambda m: m["files"][0].update(offset={"x": "a"}), "manifest"),
}


@pytest.mark.parametrize(("edit", "pattern"), BROKEN.values(), ids=BROKEN)
def test_broken_manifest(file, edit, pattern):
    path = edit_manifest(write_smlm(file, {"t.bin": ("", TABLE)}), edit)
    with pytest.raises(FileFormatError, match=pattern) as caught:
        read_localizations(path)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("manifest", ["", "[]", "17", "{", "[" * 100_000, '{"files": 3}'])
def test_manifest_that_is_none(file, manifest):
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("manifest.json", manifest)
    with pytest.raises(FileFormatError, match="manifest"):
        read_localizations(file)


def test_bomb(file, monkeypatch):
    monkeypatch.setattr(unpacking, "_ALWAYS_BYTES", 1000)
    table = np.zeros(100_000, dtype=TABLE.dtype)
    path = write_smlm(file, {"t.bin": ("", table)})
    with pytest.raises(FileFormatError, match="claim to unpack"):
        read_localizations(path)


@pytest.mark.parametrize("keep", [0.1, 0.5, 0.9, 0.99])
def test_truncated(file, keep):
    path = write_smlm(file, {"t.bin": ("", np.tile(TABLE, 50))})
    data = path.read_bytes()
    path.write_bytes(data[: int(len(data) * keep)])
    with pytest.raises(FileFormatError, match="zip file is truncated or damaged"):
        read_localizations(path)


def test_flipped_byte_in_a_table_shows_in_its_checksum(file):
    path = write_smlm(file, {"t.bin": ("", np.tile(TABLE, 50))}, compression=zipfile.ZIP_STORED)
    data = bytearray(path.read_bytes())
    data[data.find(TABLE.tobytes()) + 4] ^= 16
    path.write_bytes(data)
    with pytest.raises(FileFormatError, match="zip file is truncated or damaged"):
        read_localizations(path)


def test_real_file_reads_as_its_bytes_say(formats):
    path = formats / "vendor" / "SMLM_dstorm_data.smlm"
    dtype = [("original_index", "i1"), ("position_x", "<f4"), ("local_background", "<f4")]
    dtype += [("chi_square", "<f4"), ("intensity", "<f4"), ("frame", "i1"), ("position_y", "<f4")]
    with zipfile.ZipFile(path) as archive:
        table = np.frombuffer(archive.read("table-0.bin"), dtype=dtype)
        manifest = json.loads(archive.read("manifest.json"))
    assert manifest["formats"]["smlm-table(binary)-0"]["headers"] == list(table.dtype.names)
    locs = read_localizations(path)
    assert len(locs) == 10
    np.testing.assert_array_equal(locs.xy, np.column_stack([table[f"position_{a}"] for a in "xy"]))
    assert locs.sigma is None
    for name in ("original_index", "local_background", "chi_square", "intensity"):
        np.testing.assert_array_equal(locs.table[name], table[name])
    # the manifest states the range itself
    said = manifest["files"][0]
    assert locs.xy.min(axis=0) == pytest.approx(
        [said["min"]["position_x"], said["min"]["position_y"]], rel=1e-6
    )
