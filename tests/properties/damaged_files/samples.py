"""Valid files: small ones made here, and the real ones where they are."""

from __future__ import annotations

import gzip
import io
import json
import tempfile
import warnings
import zipfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from scipy.io import savemat

_SHARED = Path(__file__).resolve().parents[4] / "shared" / "data" / "formats"


@dataclass(frozen=True)
class Sample:
    """A valid file of a kind (text, gzip, hdf5, zip, npy, parquet), and the files beside it."""

    name: str
    kind: str
    files: dict[str, bytes]

    @property
    def main(self) -> str:
        """Name of the file to open."""
        return next(iter(self.files))


def samples() -> dict[str, Sample]:
    """Return every valid file: made here, and the real ones where they are."""
    made = [Sample(name, kind, files) for name, kind, files in _made()]
    real = []
    for path in sorted(_SHARED.rglob("*")):
        if not path.is_file() or path.suffix == ".yaml" or path.name.endswith("_empty.h5"):
            continue
        real.append(_real(path))
    return {sample.name: sample for sample in [*made, *real]}


def _real(path: Path) -> Sample:
    data = path.read_bytes()
    name, kind = f"real {path.name}", kind_of(data)
    if kind == "gzip":
        # the first rows are enough, and quicker to damage and to count
        text = gzip.decompress(data)
        data = gzip.compress(text[: text.rfind(b"\n", 0, 30_000) + 1], mtime=0)
    if kind == "text" and len(data) > 30_000:
        data = data[: data.rfind(b"\n", 0, 30_000) + 1]
    if path.name == "aggregates.npy.zip":
        # an archive of two files is refused, which needs no thousand tries
        with zipfile.ZipFile(path) as archive:
            first = archive.namelist()[0]
            array = np.load(io.BytesIO(archive.read(first)), allow_pickle=False)[:500]
        data = zip_bytes({first: npy_bytes(array)})
    files = {path.name: data}
    beside = path.with_suffix(".yaml")
    if beside.is_file():
        files[beside.name] = beside.read_bytes()
    return Sample(name, kind, files)


def kind_of(data: bytes) -> str:
    magic = {b"\x1f\x8b": "gzip", b"PK": "zip", b"\x89HDF": "hdf5", b"\x93NUMPY": "npy"}
    magic |= {b"PAR1": "parquet", b"MATLAB 7.3": "hdf5", b"MATLAB 5": "mat"}
    return next((kind for start, kind in magic.items() if data.startswith(start)), "text")


def _made():
    """Make small files of each format, the ones this package writes among them."""
    from stormgraph_py.io.export import write_localizations
    from stormgraph_py.localizations import Localizations

    rng = np.random.default_rng(4)
    n = 40
    xyz = rng.uniform(200, 9000, (n, 3)).round(2)
    locs = Localizations.from_arrays(
        xyz,
        sigma=rng.gamma(9, 1, (n, 3)).round(2),
        frame=rng.integers(1, 500, n),
        photons=rng.gamma(3, 300, n).round(1),
        channel=rng.integers(0, 2, n),
        cluster=rng.integers(-1, 4, n),
    )
    flat = Localizations(locs.table.drop(columns=["z_nm", "sigma_z_nm"]))
    with tempfile.TemporaryDirectory() as folder:
        written = [
            ("csv", "t.csv", "csv", locs),
            ("csv gz", "t.csv.gz", "csv", flat),
            ("thunderstorm", "t.csv", "thunderstorm", flat),
            ("thunderstorm 3d gz", "t.csv.gz", "thunderstorm", locs),
            ("picasso", "t.hdf5", "picasso", locs),
        ]
        if _has("pyarrow"):
            written.append(("parquet", "t.parquet", "parquet", locs))
        for name, file, format, what in written:
            path = Path(folder) / name / file
            path.parent.mkdir()
            paths = write_localizations(what, path, format=format, pixel_size_nm=100).paths
            data = {p.name: p.read_bytes() for p in paths}
            yield name, kind_of(data[file]), data
    yield from _made_by_hand(xyz, rng)


def _has(module: str) -> bool:
    from importlib.util import find_spec

    return find_spec(module) is not None


def _text(header: str, rows: list[list[object]], separator: str, end: str = "\n") -> bytes:
    lines = [header, *(separator.join(map(str, row)) for row in rows), ""]
    return end.join(lines).encode("latin-1")


def _made_by_hand(xyz, rng):
    n = len(xyz)
    x, y, z = xyz.T.tolist()
    frame = rng.integers(1, 99, n).tolist()
    light = rng.uniform(200, 4000, n).round(2).tolist()
    sigma = rng.uniform(4, 20, n).round(2).tolist()
    yield "tsv", "text", {"t.txt": _text("X (nm)\tY (nm)\tZ (nm)\tprecision\tname",
        [[x[i], y[i], z[i], sigma[i], f"mol {i}"] for i in range(n)], "\t")}  # fmt: skip
    three = [[x[i], y[i], sigma[i]] for i in range(n)]
    decimal = _text("x [nm];y [nm];uncertainty [nm]", three, ";")
    yield "decimal commas", "text", {"t.csv": decimal.replace(b".", b",")}
    yield "numbers", "text", {"t.txt": _text(f"{x[0]} {y[0]}", [row[:2] for row in three], " ")}
    fields = "".join(
        f'<field identifier="{name}" syntax="floating point" semantic="{name}" unit="{unit}" />'
        for name, unit in [("Position-0-0", "nanometer"), ("Position-1-0", "nanometer"),
                           ("Position-0-0-uncertainty", "nanometer"),
                           ("ImageNumber-0-0", "frame"), ("Amplitude-0-0", "A/D count")]
    )  # fmt: skip
    yield "rapidstorm", "text", {"t.txt": _text(
        f'# <localizations insequence="true" repetitions="variable">{fields}</localizations>',
        [[x[i], y[i], sigma[i], frame[i], light[i]] for i in range(n)], " ")}  # fmt: skip
    yield "nikon", "text", {"t.txt": _text(
        "Channel Name\tX\tY\tXc\tYc\tFrame\tLength\tZ\tZc\tPhotons\tLateral Localization Accuracy",
        [[("647", "561")[i % 2], x[i], y[i], x[i] + 1, y[i] - 1, frame[i], 2, z[i], z[i], light[i],
          sigma[i]] for i in range(n)], "\t", "\r\n")}  # fmt: skip
    yield "elyra", "text", {"t.txt": _text(
        "Index\tFirst Frame\tNumber Frames\tFrames Missing\tPosition X [nm]\tPosition Y [nm]\t"
        "Precision [nm]\tNumber Photons\tChannel",
        [[i + 1, frame[i], 1, 0, x[i], y[i], sigma[i], light[i], 1 + i % 2] for i in range(n)],
        "\t", "\r\n") + b"\0\r\r\nVoxelSizeX : 0.09 \xb5m\r\r\nSizeX : 3200\r\r\n"}  # fmt: skip
    yield "nanoimager", "text", {"t.csv": _text(
        "Channel,Frame,X (nm),Y (nm),Z (nm),X precision (nm),Y precision (nm),Photons,Background",
        [[i % 2, frame[i], x[i], y[i], z[i], sigma[i], sigma[i] + 1, light[i], 2.5]
         for i in range(n)], ",")}  # fmt: skip
    yield "gdsc", "text", {"t.xls": _text(
        "#Localisation Results File\n#FileVersion Text.D0.E0.V3\n#Calibration {nmPerPixel=100.0}\n"
        "#Frame\torigX\torigY\torigValue\tError\tNoise (photon)\tBackground (photon)\t"
        "Signal (photon)\tX (nm)\tY (nm)\tZ (nm)\tPrecision (nm)",
        [[frame[i], i, i, 9, .1, 3.5, 20.5, light[i], x[i], y[i], z[i], sigma[i]]
         for i in range(n)], "\t")}  # fmt: skip
    yield "decode csv", "text", {"t.csv": _text(
        '# DECODE EmitterSet\n# {"version": "0.10.1"}\n# {"xy_unit": "nm", "px_size": [100, 100]}\n'
        "id,frame_ix,x,y,z,phot,prob,bg,phot_cr,x_cr,y_cr,z_cr,bg_cr,"
        "phot_sig,x_sig,y_sig,z_sig,bg_sig",
        [[i, frame[i], x[i], y[i], z[i], light[i], .9, 5, "", "", "", "", "",
          30, sigma[i], sigma[i], 3 * sigma[i], 1] for i in range(n)], ",")}  # fmt: skip
    yield "abbelight", "text", {"t.csv": _text(
        '"id","frame","x [nm]","y [nm]","z [nm]","z_SAF [nm]","sigma [nm]","intensity [photon]",'
        '"uncertainty [nm]"',
        [[i, frame[i], x[i], y[i], z[i], z[i], 140, light[i], sigma[i]] for i in range(n)],
        ",")}  # fmt: skip
    yield "smap csv", "text", {"t.csv": _text(
        "frame,xnm,ynm,znm,locprecnm,locprecznm,phot,bg,channel",
        [[frame[i], x[i], y[i], z[i], sigma[i], 2 * sigma[i], light[i], 3, 0] for i in range(n)],
        ",")}  # fmt: skip
    yield from _made_binary(xyz, rng)


def _hdf5(content) -> bytes:
    import h5py

    stream = io.BytesIO()
    with h5py.File(stream, "w") as file:
        for name, values in content.items():
            path, _, attribute = name.partition("@")
            if attribute:
                file.require_group(path).attrs[attribute] = values
            else:
                file[path] = values
    return stream.getvalue()


def _made_binary(xyz, rng):
    n = len(xyz)
    f4 = {a: xyz[:, i].astype("f4")[None] for i, a in enumerate("xyz")}
    yield "smap mat", "hdf5", {"t.mat": _hdf5({
        "saveloc/loc/xnm": f4["x"], "saveloc/loc/ynm": f4["y"], "saveloc/loc/znm": f4["z"],
        "saveloc/loc/locprecnm": np.full((1, n), 9, "f4"),
        "saveloc/loc/locprecznm": np.full((1, n), 25, "f4"),
        "saveloc/loc/frame": np.arange(1.0, n + 1)[None], "saveloc/loc/phot": f4["z"],
        "saveloc/loc/channel": np.zeros((1, n), "f4")})}  # fmt: skip
    yield "decode h5", "hdf5", {"t.h5": _hdf5({
        "data/xyz": (xyz / 100).astype("f4"), "data/xyz_sig": np.full((n, 3), .1, "f4"),
        "data/frame_ix": np.arange(n), "data/id": np.arange(n), "data/phot": f4["z"][0],
        "data/prob": np.full(n, .9, "f4"), "data/bg": np.full(n, 3, "f4"),
        "decode@version": "0.10.1", "meta@xy_unit": "px",
        "meta@px_size": np.array([127, 117], "f4")})}  # fmt: skip
    itr = np.dtype([("itr", "i4"), ("loc", "f8", 3), ("eco", "i4"), ("efo", "f8"), ("cfr", "f8")])
    old = np.zeros(n, [("itr", itr, (2,)), ("tim", "f8"), ("tid", "i4"), ("vld", "?")])
    old["itr"]["loc"] = xyz[:, None, :] * 1e-9
    old["tid"], old["vld"] = np.arange(n) // 5, np.arange(n) % 7 > 0
    yield "minflux npy", "npy", {"t.npy": npy_bytes(old)}
    yield "minflux npy zip", "zip", {"t.npy.zip": zip_bytes({"t.npy": npy_bytes(old)})}
    fields = [("itr", "i4"), ("loc", "f8", 3), ("fnl", "?"), ("vld", "?"), ("tid", "i4")]
    new = np.zeros(2 * n, [*fields, ("tim", "f8"), ("efo", "f8")])
    new["loc"], new["fnl"] = np.repeat(xyz, 2, axis=0) * 1e-9, np.arange(2 * n) % 2
    new["vld"], new["tid"] = True, np.arange(2 * n) // 10
    yield "minflux m2410", "npy", {"t.npy": npy_bytes(new)}
    rows = json.dumps([_plain(row) for row in old], indent=1)
    yield "minflux json", "json", {"t.json": rows.encode()}
    stream = io.BytesIO()
    variables = {name: old[name][None] for name in ("tid", "tim", "vld")}
    savemat(stream, variables | {"itr": {name: old["itr"][name] for name in itr.names}})
    yield "minflux mat", "bytes", {"t.mat": stream.getvalue()}
    yield "smlm", "zip", {"t.smlm": _smlm(xyz)}


def _plain(value):
    """Return a record of an array as JSON has it."""
    if isinstance(value, np.void):
        return {name: _plain(value[name]) for name in value.dtype.names}
    if isinstance(value, np.ndarray):
        return [_plain(v) for v in value]
    return value.item() if isinstance(value, np.generic) else value


def npy_bytes(array) -> bytes:
    stream = io.BytesIO()
    np.save(stream, array, allow_pickle=False)
    return stream.getvalue()


def zip_bytes(members) -> bytes:
    stream = io.BytesIO()
    with warnings.catch_warnings(), zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        warnings.simplefilter("ignore")  # two members of one name
        for name, data in members if isinstance(members, list) else members.items():
            archive.writestr(name, data)
    return stream.getvalue()


def _smlm(xyz) -> bytes:
    names = ["frame", "x", "y", "z", "intensity"]
    table = np.zeros(len(xyz), [("frame", "u4"), *((name, "f4") for name in names[1:])])
    for i, axis in enumerate("xyz"):
        table[axis] = xyz[:, i]
    table["frame"], table["intensity"] = np.arange(len(xyz)), 500
    kind = {"name": "smlm-table(binary)-0", "type": "table", "mode": "binary", "columns": 5,
            "headers": names, "dtype": ["uint32", *["float32"] * 4], "shape": [1] * 5,
            "units": ["", "nm", "nm", "nm", "photon"], "description": ""}  # fmt: skip
    file = {"name": "table-0.bin", "type": "table", "format": kind["name"], "channel": "default",
            "rows": len(xyz), "offset": dict.fromkeys(names, 0)}  # fmt: skip
    manifest = {"format_version": "0.2", "formats": {kind["name"]: kind}, "files": [file],
                "name": "t", "tags": []}  # fmt: skip
    return zip_bytes({"manifest.json": json.dumps(manifest), "table-0.bin": table.tobytes()})
