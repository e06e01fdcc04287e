"""Damage to a file: to its bytes, and to what they hold."""

from __future__ import annotations

import gzip
import io
import json
import re
import zipfile

import numpy as np

from damaged_files.samples import Sample, npy_bytes, zip_bytes


def damage(sample: Sample, rng: np.random.Generator) -> tuple[dict[str, bytes], list[str]]:
    """Return the files of a sample after one to three changes, and what was done."""
    files, done = dict(sample.files), []
    broken: set[str] = set()
    for _ in range(rng.choice([1, 1, 1, 2, 3])):
        name = sample.main
        if len(files) > 1 and rng.random() < 0.2:
            name = str(rng.choice(list(files)[1:]))
        kind = sample.kind if name == sample.main else "text"
        # a library that reads what is broken could crash here, and not in the reader
        if name in broken or rng.random() < 0.25:
            files[name], what = _damage_bytes(files[name], rng)
            if kind in ("hdf5", "parquet"):
                broken.add(name)
        else:
            files[name], what = _damage(kind, files[name], rng)
        done.append(f"{name}: {what}")
    return files, done


def _damage(kind: str, data: bytes, rng) -> tuple[bytes, str]:
    inside = {"text": _damage_text, "gzip": _damage_gzip, "zip": _damage_zip, "hdf5": _damage_hdf5,
              "npy": _damage_npy, "parquet": _damage_parquet, "json": _damage_json,
              "bytes": _damage_bytes}[kind]  # fmt: skip
    try:
        return inside(data, rng)
    except Exception as error:  # earlier damage: what is broken cannot be opened to change it
        if kind == "text":
            raise
        return _damage_bytes(data, rng, note=f" ({type(error).__name__} inside)")


def _damage_bytes(data: bytes, rng, note: str = "") -> tuple[bytes, str]:
    new = bytearray(data)
    at = int(rng.integers(0, max(len(new), 1)))
    length = int(rng.integers(1, 60))
    kind = str(rng.choice(["flip", "truncate", "delete", "repeat", "insert", "zero", "header"]))
    if kind == "flip" and new:
        for position in rng.integers(0, len(new), rng.integers(1, 9)):
            new[position] = rng.integers(0, 256)
    elif kind == "truncate":
        del new[at:]
    elif kind == "delete":
        del new[at : at + length]
    elif kind == "repeat":
        new[at:at] = new[at : at + length]
    elif kind == "insert":
        new[at:at] = rng.integers(0, 256, length, dtype=np.uint8).tobytes()
    elif kind == "zero":
        new[at : at + length] = bytes(len(new[at : at + length]))
    elif kind == "header" and new:
        for position in rng.integers(0, min(len(new), 600), 3):
            new[position] = rng.integers(0, 256)
    return bytes(new), f"bytes {kind} at {at}{note}"


_WORDS = ["nan", "inf", "-inf", "", "1e400", "abc", "1,5", "--", "0", "-1", "1e-320", '"', "#", "µ",
          "12.5.3", "NULL", "TRUE", "0x1F", "1 000", "99999999999999999999"]  # fmt: skip


def _damage_text(data: bytes, rng) -> tuple[bytes, str]:
    text = data.decode("latin-1")
    end = "\r\n" if "\r\n" in text else "\n"
    lines = text.split(end)
    heads = [i for i, line in enumerate(lines) if line and not line.startswith(("#", "%"))]
    head = heads[0] if heads else 0
    separator = max("\t;, |", key=lines[head].count)
    rows = range(head + 1, len(lines)) if len(lines) > head + 1 else range(head, head + 1)
    row = int(rng.choice(list(rows)))
    names = lines[head].split(separator)
    column = int(rng.integers(0, len(names)))
    kind = str(rng.choice(list(_TEXT_CHANGES)))
    change = _TEXT_CHANGES[kind]
    if change is not None:
        change(lines, separator, head, row, column, rng)
        return end.join(lines).encode("latin-1", "replace"), f"text {kind} in {row}, {column}"
    encoded = text.encode("latin-1")
    if kind == "utf-16":
        encoded = text.encode("utf-16")
    elif kind == "line ends":
        new = str(rng.choice(["\n", "\r\n", "\r", "\n\n", "\n\r"]))
        encoded = new.join(lines).encode("latin-1")
    elif kind == "separator":
        encoded = text.replace(separator, str(rng.choice(list("\t;,| :")))).encode("latin-1")
    elif kind == "decimal commas":
        encoded = re.sub(r"(\d)\.(\d)", r"\1,\2", text).encode("latin-1")
    elif kind == "nul":
        at = int(rng.integers(0, len(text) + 1))
        encoded = (text[:at] + "\0" + text[at:]).encode("latin-1")
    elif kind == "latin-1":
        at = int(rng.integers(0, len(text) + 1))
        encoded = (text[:at] + "\xe4\xb5" + text[at:]).encode("latin-1")
    elif kind == "bom":
        encoded = b"\xef\xbb\xbf" + encoded
    elif kind == "gzip":
        encoded = gzip.compress(encoded, mtime=0)
    return encoded, f"text {kind}"


def _in_all_rows(change):
    def changed(lines, separator, head, row, column, rng):
        other = int(rng.integers(0, 99))
        for i in range(head, len(lines)):
            if lines[i] and not lines[i].startswith("#"):
                fields = lines[i].split(separator)
                change(fields, column, other)
                lines[i] = separator.join(fields)

    return changed


def _swap(fields, column, other):
    other %= len(fields)
    if column < len(fields):
        fields[column], fields[other] = fields[other], fields[column]


def _field(word):
    def changed(lines, separator, head, row, column, rng):
        fields = lines[row].split(separator)
        new = word(rng, fields[column % len(fields)])
        fields[column % len(fields)] = new
        lines[row] = separator.join(fields)

    return changed


def _name(new):
    def changed(lines, separator, head, row, column, rng):
        names = lines[head].split(separator)
        names[column] = new(rng, names)
        lines[head] = separator.join(names)

    return changed


def _word(rng, _):
    return str(rng.choice(_WORDS))


def _drop_field(lines, separator, head, row, column, rng):
    lines[row] = separator.join(lines[row].split(separator)[:-1])


def _add_field(lines, separator, head, row, column, rng):
    lines[row] += separator + str(rng.choice(_WORDS))


def _line_twice(lines, separator, head, row, column, rng):
    lines.insert(row, lines[row])


def _no_line(lines, separator, head, row, column, rng):
    del lines[row]


def _no_header(lines, separator, head, row, column, rng):
    del lines[head]


def _header_again(lines, separator, head, row, column, rng):
    lines.insert(row, lines[head])


def _swapped_names(lines, separator, head, row, column, rng):
    names = lines[head].split(separator)
    _swap(names, column, int(rng.integers(0, 99)))
    lines[head] = separator.join(names)


def _blank_line(lines, separator, head, row, column, rng):
    lines.insert(row, str(rng.choice(["", "   ", "\t", "# note", "%", separator * 3])))


def _broken_line(lines, separator, head, row, column, rng):
    at = int(rng.integers(0, len(lines[row]) + 1))
    lines[row : row + 1] = [lines[row][:at], lines[row][at:]]


_NAMES = ["", "foo", "x", "y [um]", "x [furlong]", "z", "sigma", "uncertainty [nm]", "frame",
          "channel", "Channel Name", "X [px]"]  # fmt: skip
_TEXT_CHANGES = {
    "name changed": _name(lambda rng, names: str(rng.choice(_NAMES))),
    "name of another": _name(lambda rng, names: str(rng.choice(names))),
    "unit changed": _name(lambda rng, names: re.sub(r"[\[(].*[\])]", "", names[0]) + " [px]"),
    "names swapped": _swapped_names,
    "column dropped": _in_all_rows(lambda f, c, o: f.pop(c) if c < len(f) else None),
    "columns swapped": _in_all_rows(_swap),
    "column doubled": _in_all_rows(lambda f, c, o: f.append(f[c]) if c < len(f) else None),
    "column of words": _in_all_rows(lambda f, c, o: f.__setitem__(c % len(f), _WORDS[o % 20])),
    "field changed": _field(_word),
    "field quoted": _field(lambda rng, old: f'"{old}"'),
    "field made negative": _field(lambda rng, old: f"-{old}"),
    "field dropped": _drop_field,
    "field added": _add_field,
    "line twice": _line_twice,
    "line lost": _no_line,
    "line blank": _blank_line,
    "line broken": _broken_line,
    "header lost": _no_header,
    "header again": _header_again,
    **dict.fromkeys(("utf-16", "line ends", "separator", "decimal commas", "nul", "latin-1", "bom",
                     "gzip")),
}  # fmt: skip


def _damage_gzip(data: bytes, rng) -> tuple[bytes, str]:
    inside = gzip.decompress(data)
    kinds = ["inside", "inside", "two members", "garbage after", "no trailer", "twice", "empty"]
    kind = str(rng.choice(kinds))
    if kind == "inside":
        changed, what = _damage_text(inside, rng)
        return gzip.compress(changed, mtime=0), f"gzip of: {what}"
    half = len(inside) // 2
    return {
        "two members": gzip.compress(inside[:half]) + gzip.compress(inside[half:]),
        "garbage after": data + rng.integers(0, 256, 20, dtype=np.uint8).tobytes(),
        "no trailer": data[:-8],
        "twice": gzip.compress(data),
        "empty": gzip.compress(b""),
    }[kind], f"gzip {kind}"


def _damage_zip(data: bytes, rng) -> tuple[bytes, str]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        members = [(info.filename, archive.read(info)) for info in archive.infolist()]
    which = int(rng.integers(0, len(members)))
    name, inside = members[which]
    kind = str(rng.choice(["inside", "inside", "inside", "lost", "renamed", "twice", "added"]))
    if kind == "inside":
        if name.endswith(".json"):
            inside, what = _damage_json(inside, rng)
        elif inside.startswith(b"\x93NUMPY"):
            inside, what = _damage_npy(inside, rng)
        else:
            inside, what = _damage_bytes(inside, rng)
        members[which] = (name, inside)
        kind = f"{name}: {what}"
    elif kind == "lost":
        del members[which]
    elif kind == "renamed":
        members[which] = (f"other/{name}x", inside)
    elif kind == "twice":
        members.append((name, inside))
    else:
        members.append((str(rng.choice(["../up.npy", "notes.txt", "more.npy"])), inside))
    return zip_bytes(members), f"zip {kind}"


def _damage_json(data: bytes, rng) -> tuple[bytes, str]:
    """Change one value somewhere in a JSON document, or a character of it."""
    document = json.loads(data)
    places: list[tuple[object, object]] = []

    def collect(node):
        items = node.items() if isinstance(node, dict) else enumerate(node)
        for key, value in list(items):
            places.append((node, key))
            if isinstance(value, dict | list):
                collect(value)

    collect(document)
    node, key = places[int(rng.integers(0, len(places)))]
    new = [None, -1, 10**9, "", "text", [], {}, 1e300, True, "float64", "int8", "px"]
    value = new[int(rng.integers(0, len(new)))]
    if rng.random() < 0.3:
        del node[key]
        return json.dumps(document).encode(), f"json {key} lost"
    node[key] = value
    return json.dumps(document).encode(), f"json {key} = {value!r}"


def _damage_npy(data: bytes, rng) -> tuple[bytes, str]:
    array = np.load(io.BytesIO(data), allow_pickle=False)
    names = list(array.dtype.names or [])
    kind = str(rng.choice(["field lost", "field renamed", "values", "rows", "shape", "pickled"]))
    if kind in ("field lost", "field renamed") and len(names) > 1:
        which = str(rng.choice(names))
        if kind == "field lost":
            keep = [name for name in names if name != which]
            array = np.lib.recfunctions.repack_fields(array[keep])
        else:
            array = np.lib.recfunctions.rename_fields(array, {which: f"{which}_2"})
        return npy_bytes(array), f"npy {kind} {which}"
    if kind == "rows":
        array = array[: int(rng.integers(0, len(array)))]
    elif kind == "shape":
        array = array[None]
    elif kind == "pickled":
        stream = io.BytesIO()
        np.save(stream, np.array([{"a": 1}, None], dtype=object), allow_pickle=True)
        return stream.getvalue(), "npy pickled"
    else:
        raw = np.frombuffer(array.tobytes(), dtype=np.uint8).copy()
        at = int(rng.integers(0, len(raw)))
        raw[at : at + 64] = 0xFF
        array = np.frombuffer(raw.tobytes(), dtype=array.dtype).reshape(array.shape)
    return npy_bytes(array), f"npy {kind}"


def _damage_hdf5(data: bytes, rng) -> tuple[bytes, str]:
    import h5py

    offset = 512 if data[:8] == b"MATLAB 7" else 0
    stream = io.BytesIO(data[offset:])
    with h5py.File(stream, "r+") as file:
        found: list[str] = []
        for top in ("locs", "saveloc/loc", "data", "meta"):
            if top in file:
                found.append(top)
                if isinstance(file[top], h5py.Group):
                    found += [f"{top}/{name}" for name in file[top]]
        tables = [name for name in found if isinstance(file[name], h5py.Dataset)]
        which = str(rng.choice(tables))
        kind = str(rng.choice(["lost", "renamed", "cut", "text", "nan", "flat", "2-d", "group",
                               "attributes", "fields", "integers", "scalar"]))  # fmt: skip
        if kind == "attributes":
            for node in [file, *(file[name] for name in found)]:
                for key in list(node.attrs):
                    if rng.random() < 0.5:
                        node.attrs[key] = rng.choice([-1.0, np.nan, 0.0])
        else:
            values = file[which][()]
            del file[which]
            new = _changed(kind, values, rng)
            if kind == "group":
                file.create_group(which)
            elif new is not None:
                file[f"{which}_2" if kind == "renamed" else which] = new
    return data[:offset] + stream.getvalue(), f"hdf5 {kind} {which}"


def _changed(kind: str, values, rng):
    """Return what a dataset becomes; None when it goes."""
    values = np.asarray(values)
    if kind in ("lost", "group"):
        return None
    if kind == "cut":
        axis = int(np.argmax(values.shape)) if values.ndim else 0
        return np.take(values, range(values.shape[axis] // 2), axis=axis) if values.ndim else values
    if kind == "fields" and values.dtype.names:
        names = list(values.dtype.names)
        which = str(rng.choice(names))
        if rng.random() < 0.5:
            return np.lib.recfunctions.rename_fields(values, {which: f"{which}_2"})
        return np.lib.recfunctions.repack_fields(values[[n for n in names if n != which]])
    if kind == "nan" and values.dtype.names:
        values = values.copy()
        which = str(rng.choice(values.dtype.names))
        if values[which].dtype.kind == "f":
            values[which][: len(values) // 2] = rng.choice([np.nan, np.inf, -1e300])
        return values
    if values.dtype.names:
        return values
    if kind == "nan":
        values = values.astype(float)
        values.ravel()[:3] = rng.choice([np.nan, np.inf, -1.0])
        return values
    if kind == "text":
        return np.full(values.shape, b"text")
    if kind == "integers":
        return np.nan_to_num(np.asarray(values, dtype=float)).astype("i2")
    if kind == "scalar":
        return np.float64(3)
    if kind == "2-d":
        return np.stack([values, values])
    return values.ravel() if kind == "flat" else values


def _damage_parquet(data: bytes, rng) -> tuple[bytes, str]:
    import pyarrow as pa
    import pyarrow.parquet as pq

    table = pq.read_table(io.BytesIO(data))
    kind = str(rng.choice(["lost", "renamed", "text", "missing", "no rows", "doubled", "dates"]))
    which = int(rng.integers(0, table.num_columns))
    name = table.column_names[which]
    if kind == "lost":
        table = table.remove_column(which)
    elif kind == "renamed":
        names = list(table.column_names)
        names[which] = str(rng.choice(["foo", "", "x", "X [px]", "sigma"]))
        table = table.rename_columns(names)
    elif kind == "no rows":
        table = table.slice(0, 0)
    elif kind == "doubled":
        table = table.append_column(name, table.column(which))
    else:
        values: list[object] = table.column(which).to_pylist()
        if kind == "missing":
            values[:3] = [None] * 3
            new = pa.array(values)
        else:
            new = pa.array([str(v) for v in values])
            if kind == "dates":
                new = pa.array(range(len(values)), type=pa.timestamp("s"))
        table = table.set_column(which, name, new)
    stream = io.BytesIO()
    pq.write_table(table, stream)
    return stream.getvalue(), f"parquet {kind} {name}"
