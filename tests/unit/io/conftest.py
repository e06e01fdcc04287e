"""Files for the readers: real ones where they are, and small ones written on the spot."""

from pathlib import Path

import pytest

_FORMATS = Path(__file__).parents[4] / "shared" / "data" / "formats"


@pytest.fixture
def write(tmp_path):
    """Write bytes or text to a file of a given name and return its path."""

    def _write(content, name="table.csv"):
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return _write


@pytest.fixture
def formats():
    """Return the folder of real files in the vendors' formats."""
    if not _FORMATS.is_dir():
        pytest.skip("../shared/data/formats with real files is not here")
    return _FORMATS


@pytest.fixture
def write_picasso(tmp_path):
    """Write a Picasso pair: the fields of /locs, and the text of the YAML file (None: no file)."""
    h5py = pytest.importorskip("h5py")
    np = pytest.importorskip("numpy")

    def _write(fields, yaml="Pixelsize: 130\n", dataset="locs"):
        arrays = {name: np.asarray(values) for name, values in fields.items()}
        n = len(next(iter(arrays.values())))
        locs = np.empty(n, dtype=[(name, a.dtype) for name, a in arrays.items()])
        for name, a in arrays.items():
            locs[name] = a
        path = tmp_path / "cell.hdf5"
        with h5py.File(path, "w") as file:
            file[dataset] = locs
        if yaml is not None:
            path.with_suffix(".yaml").write_text(yaml, encoding="utf-8")
        return path

    return _write
