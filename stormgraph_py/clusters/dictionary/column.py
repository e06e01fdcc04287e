"""What is said of one column, and the sources that several tables name."""

from __future__ import annotations

import re
from dataclasses import dataclass

LABEL = "label"
COUNT = "count"
SHARE = "1"
CHOICE = "text"
YES_NO = "True/False"


@dataclass(frozen=True, slots=True)
class Column:
    """Meaning of one column.

    Parameters
    ----------
    name : str
        Name in the file's header; ``level_<i>`` stands for level_1, level_2, ...
    unit : str
        Unit; "1" for a pure number, "count", "label" (-1 = unclustered), "text" or "True/False".
    meaning : str
        What the numbers are, one or two sentences.
    source : str
        Section of the paper, or the definition that is followed.
    """

    name: str
    unit: str
    meaning: str
    source: str

    def covers(self, name: str) -> bool:
        """Whether a column of this name is the one described."""
        return re.fullmatch(re.escape(self.name).replace("<i>", r"[1-9]\d*"), name) is not None


PAPER_LEVELS = "Paper, Methods, Algorithm to obtain single-level clustering from cluster hierarchy"
PAPER_R0 = "Paper, Methods, Calculation of the length scale r0"
PAPER_OVERCOUNTING = (
    "Paper, Methods, Identifying clusters that can be confidently distinguished from multiply "
    "counted single molecules"
)
PAPER_DEGREE = "Paper, Methods, Thresholding of node degrees to eliminate unclustered nodes"
ALPHA_SHAPE = "Alpha shape; its radius as in alpha_radius_nm"
INPUT = "Input file"
MOMENTS = "Second central moments, each localization weighing 1"
