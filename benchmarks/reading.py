"""Time to read files of localizations, beside pandas' own time for the same columns.

Usage: python benchmarks/reading.py [--rows 1000000] [--repeats 7] [--seed 0] [--only NAME ...]

For every format a file of so many simulated rows is written and read, in turns by
`read_localizations` and by `pandas.read_csv`, which is told the separator and the lines to skip.
Reading here includes the SHA-256 of the file, the check of every row and number, and what is said
of units and precision. Reported is the CPU time of each, the least of all repeats. Another format
is one more `Case`.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

sys.path.insert(0, str(Path(__file__).parents[1]))

from benchmarks.machine import describe_machine
from stormgraph_py import Localizations, read_localizations, write_localizations

ELYRA = {
    "Index": "id", "First Frame": "frame", "Number Frames": "one", "Frames Missing": "zero",
    "Position X [nm]": "x", "Position Y [nm]": "y", "Precision [nm]": "uncertainty",
    "Number Photons": "photons", "Background variance": "offset", "Chi square": "chi2",
    "PSF half width [nm]": "sigma", "Channel": "one", "Z Slice": "one",
}  # fmt: skip
NIKON = {
    "Channel Name": "wavelength", "X": "x", "Y": "y", "Xc": "x", "Yc": "y", "Height": "chi2",
    "Area": "chi2", "Width": "sigma", "Phi": "offset", "Ax": "one", "BG": "offset", "I": "chi2",
    "Frame": "frame", "Length": "one", "Link": "id", "Valid": "one", "Z": "zero", "Zc": "zero",
    "Photons": "photons", "Lateral Localization Accuracy": "uncertainty", "Xw": "x", "Yw": "y",
    "Xwc": "x", "Ywc": "y", "Zw": "zero", "Zwc": "zero",
}  # fmt: skip
NANOIMAGER = {
    "Channel": "one", "Frame": "frame", "X (nm)": "x", "Y (nm)": "y", "Z (nm)": "zero",
    "X precision (nm)": "uncertainty", "Y precision (nm)": "uncertainty", "X (pix)": "x_px",
    "Y (pix)": "y_px", "Photons": "photons", "Background": "offset",
}  # fmt: skip
THUNDERSTORM = {
    "id": "id", "frame": "frame", "x [nm]": "x", "y [nm]": "y", "sigma [nm]": "sigma",
    "intensity [photon]": "photons", "offset [photon]": "offset", "bkgstd [photon]": "noise",
    "chi2": "chi2", "uncertainty [nm]": "uncertainty",
}  # fmt: skip
RAPIDSTORM = {
    "Position-0-0": "x", "Position-0-0-uncertainty": "uncertainty", "Position-1-0": "y",
    "Position-1-0-uncertainty": "uncertainty", "ImageNumber-0-0": "frame", "Amplitude-0-0": "chi2",
    "FitResidues-0-0": "chi2", "LocalBackground-0-0": "offset",
}  # fmt: skip
GDSC = {
    "#Frame": "frame", "origX": "zero", "origY": "zero", "origValue": "chi2", "Error": "noise",
    "Noise (photon)": "noise", "Mean (photon)": "noise", "Background (photon)": "offset",
    "Intensity (photon)": "photons", "X (px)": "x_px", "Y (px)": "y_px", "Z (px)": "zero",
    "S (px)": "noise", "Precision (nm)": "uncertainty",
}  # fmt: skip
PLAIN = {"x_nm": "x", "y_nm": "y", "sigma_x_nm": "uncertainty", "sigma_y_nm": "uncertainty",
         "frame": "frame", "photons": "photons"}  # fmt: skip


@dataclass(frozen=True)
class Case:
    """One format: how its file is written, and what reads the same columns without looking."""

    name: str
    file: str
    write: Callable[[pd.DataFrame, Path], object]
    peer: Callable[[Path], object]


def simulate(n_rows: int, seed: int) -> pd.DataFrame:
    """Make columns of which every format takes its own."""
    rng = np.random.default_rng(seed)
    x, y = rng.uniform(0, 40_000, (2, n_rows)).round(5)
    table = {
        "id": np.arange(1, n_rows + 1),
        "frame": np.sort(rng.integers(1, 20_000, n_rows)),
        "x": x,
        "y": y,
        "x_px": (x / 100).round(5),
        "y_px": (y / 100).round(5),
        "sigma": rng.normal(140, 15, n_rows).round(5),
        "photons": rng.gamma(2, 800, n_rows).round(5),
        "offset": rng.gamma(2, 20, n_rows).round(5),
        "noise": rng.gamma(2, 4, n_rows).round(5),
        "chi2": rng.gamma(9, 90, n_rows).round(5),
        "uncertainty": (5 + rng.gamma(4, 3, n_rows)).round(5),
        "wavelength": rng.choice([561, 647], n_rows),
        "one": np.ones(n_rows, dtype=int),
        "zero": np.zeros(n_rows, dtype=int),
    }
    return pd.DataFrame(table)


def text(
    columns: dict[str, str], separator: str, before: str = "", header: str | None = None
) -> Callable[[pd.DataFrame, Path], object]:
    """Return what writes these columns as text, below some lines and the header."""

    def write(table: pd.DataFrame, path: Path) -> None:
        chosen = table[list(columns.values())]
        first = separator.join(columns) if header is None else header
        with path.open("w", encoding="utf-8", newline="") as file:
            file.write(f"{before}{first}\n")
            chosen.to_csv(file, sep=separator, header=False, index=False)

    return write


def gzipped(table: pd.DataFrame, path: Path) -> None:
    """Write ThunderSTORM's csv compressed."""
    chosen = table[list(THUNDERSTORM.values())]
    chosen.to_csv(path, header=list(THUNDERSTORM), index=False, compression="gzip")


def own_thunderstorm(table: pd.DataFrame, path: Path) -> None:
    """Write with all digits, as `stormgraph convert` does."""
    sigma = table["uncertainty"].to_numpy()
    extras: dict[str, Any] = {
        theirs: table[ours] for theirs, ours in THUNDERSTORM.items() if "photon]" in theirs
    }
    extras.pop("intensity [photon]")
    xy = table[["x", "y"]].to_numpy() * (1 + 1e-12)
    locs = Localizations.from_arrays(
        xy, sigma, frame=table["frame"], photons=table["photons"], id=table["id"], **extras,
        **{"sigma [nm]": table["sigma"], "chi2": table["chi2"]},
    )  # fmt: skip
    write_localizations(locs, path, format="thunderstorm")


def by_pandas(separator: str, skip: int = 0, names: int | None = None) -> Callable[[Path], object]:
    """Return pandas' reading of a table below so many lines."""
    given: dict[str, Any] = {"header": None, "names": range(names)} if names else {}
    return lambda path: pd.read_csv(path, sep=separator, skiprows=skip, **given)


RAPIDSTORM_HEADER = (
    '# <localizations insequence="true">'
    + "".join(f'<field identifier="{name}" unit="nanometer" />' for name in RAPIDSTORM)
    + "</localizations>"
)
GDSC_HEADER = "#Localisation Results File\n#FileVersion Text.D0.E4.V4\n#Calibration {}\n".format(
    '{ "nmPerPixel": 100.0 }'
)
CASES = (
    Case(
        "ThunderSTORM",
        "thunderstorm.csv",
        text(THUNDERSTORM, ",", header=",".join(f'"{name}"' for name in THUNDERSTORM)),
        by_pandas(","),
    ),
    Case("ThunderSTORM, all digits", "own.csv", own_thunderstorm, by_pandas(",")),
    Case("ThunderSTORM, gzipped", "thunderstorm.csv.gz", gzipped, by_pandas(",")),
    Case("Nikon N-STORM", "nikon.txt", text(NIKON, "\t"), by_pandas("\t")),
    Case("Zeiss Elyra", "elyra.txt", text(ELYRA, "\t"), by_pandas("\t")),
    Case("ONI Nanoimager", "oni.csv", text(NANOIMAGER, ","), by_pandas(",")),
    Case(
        "rapidSTORM",
        "rapidstorm.txt",
        text(RAPIDSTORM, " ", header=RAPIDSTORM_HEADER),
        by_pandas(" ", 1, len(RAPIDSTORM)),
    ),
    Case("GDSC SMLM", "gdsc.txt", text(GDSC, "\t", GDSC_HEADER), by_pandas("\t", 4, len(GDSC))),
    Case("plain csv", "plain.csv", text(PLAIN, ","), by_pandas(",")),
)


def cpu_time(work: Callable[[], object]) -> float:
    """CPU time of one call, of all its threads, in seconds."""
    start = time.process_time()
    work()
    return time.process_time() - start


def measure(case: Case, path: Path, repeats: int) -> tuple[str, float, float]:
    """Return the format that was recognized, and the least CPU times of the peer and of ours."""
    locs = read_localizations(path)
    case.peer(path)
    theirs, ours = [], []
    for _ in range(repeats):
        theirs.append(cpu_time(lambda: case.peer(path)))
        ours.append(cpu_time(lambda: read_localizations(path)))
    return locs.provenance.format, min(theirs), min(ours)


def main() -> None:
    """Write the files, read them and print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--repeats", type=int, default=7)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--only", nargs="*", metavar="NAME", help="first letters of the format")
    arguments = parser.parse_args()
    print(describe_machine())
    print(
        f"{arguments.rows:,} rows, seed {arguments.seed}; CPU time, least of {arguments.repeats}\n"
    )
    print("| file | read as | MB | pandas, s | here, s | ratio |\n|---|---|---|---|---|---|")
    table = simulate(arguments.rows, arguments.seed)
    with tempfile.TemporaryDirectory() as folder:
        for case in CASES:
            if arguments.only and not case.name.startswith(tuple(arguments.only)):
                continue
            path = Path(folder) / case.file
            case.write(table, path)
            megabytes = path.stat().st_size / 1e6
            name, theirs, ours = measure(case, path, arguments.repeats)
            path.unlink()
            print(
                f"| {case.name} | {name} | {megabytes:.0f} | {theirs:.2f} | {ours:.2f} | "
                f"{ours / theirs:.2f} |",
                flush=True,
            )


if __name__ == "__main__":
    main()
