"""Make the pictures of the app's guide from the app itself: python manual/make_screens.py.

With --check the pictures are made beside those that are there and compared with them, roughly
enough for other fonts: a panel that changed, came or went is a difference, a pixel is none.
"""

from __future__ import annotations

import argparse
import importlib
import os
import sys
import tempfile
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import numpy as np
from PIL import Image
from PySide6.QtWidgets import QApplication

HERE = Path(__file__).parent
PICTURES = HERE / "_static" / "gui"
COARSE = (64, 40)
LARGEST_DIFFERENCE = 0.06
"""Of the mean brightness of coarse cells, 1 = black against white."""


def main() -> int:
    """Make the pictures, or compare them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="compare instead of replacing")
    parser.add_argument("--only", metavar="NAME", help="scenes of one module")
    arguments = parser.parse_args()
    qt = QApplication(sys.argv[:1])
    qt.setStyle("Fusion")
    if not arguments.check:
        PICTURES.mkdir(parents=True, exist_ok=True)
        make(PICTURES, arguments.only)
        return 0
    with tempfile.TemporaryDirectory() as folder:
        make(Path(folder), arguments.only)
        faults = list(differences(Path(folder), whole=arguments.only is None))
    for fault in faults:
        sys.stderr.write(f"{fault}\n")
    if faults:
        sys.stderr.write("make them again: python manual/make_screens.py\n")
    return 1 if faults else 0


def make(folder: Path, only: str | None = None) -> None:
    """Make the pictures of every module of scenes."""
    sys.path.insert(0, str(HERE))
    from screens.stage import staged

    names = sorted(p.stem for p in (HERE / "screens").glob("*.py") if p.stem != "stage")
    for name in names:
        if only in (None, name):
            scenes = importlib.import_module(f"screens.{name}").scenes
            with staged() as stage:
                for picture, widget in scenes(stage):
                    stage.picture(widget, folder / f"{picture}.png")
                    sys.stderr.write(f"{picture}\n")


def differences(folder: Path, *, whole: bool) -> list[str]:
    """Say in what the pictures of a folder differ from those of the manual."""
    new = {p.name for p in folder.glob("*.png")}
    old = {p.name for p in PICTURES.glob("*.png")}
    faults = [f"{name} is not in the manual" for name in sorted(new - old)]
    if whole:
        faults += [f"{name} is made by no scene" for name in sorted(old - new)]
    for name in sorted(new & old):
        with Image.open(folder / name) as made, Image.open(PICTURES / name) as kept:
            if made.size != kept.size:
                faults.append(f"{name} is {made.size} and was {kept.size}")
                continue
            ours, theirs = (
                np.asarray(one.convert("L").resize(COARSE), dtype=np.float64) / 255
                for one in (made, kept)
            )
        difference = float(np.abs(ours - theirs).mean())
        if difference > LARGEST_DIFFERENCE:
            faults.append(f"{name} differs by {difference:.3f}")
    return faults


if __name__ == "__main__":
    raise SystemExit(main())
