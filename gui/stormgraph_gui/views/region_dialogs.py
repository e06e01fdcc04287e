"""Questions about regions: the size of tiles, other data sets, the size of a pixel."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QCheckBox,
    QDialog,
    QDialogButtonBox,
    QDoubleSpinBox,
    QFormLayout,
    QLabel,
    QListWidget,
    QListWidgetItem,
    QVBoxLayout,
    QWidget,
)

from stormgraph_gui.models.project import DataSet


class _Question(QDialog):
    """A dialog with a sentence above, and the buttons below."""

    def __init__(self, name: str, title: str, text: str, go: str, parent: QWidget | None) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self.setWindowTitle(title)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.body = QVBoxLayout(self)
        label = QLabel(text, wordWrap=True)
        label.setMinimumWidth(340)
        self.body.addWidget(label)
        kinds = QDialogButtonBox.StandardButton
        self._buttons = QDialogButtonBox(kinds.Ok | kinds.Cancel)
        self.ok = self._buttons.button(kinds.Ok)
        self.ok.setText(go)
        self._buttons.accepted.connect(self.accept)
        self._buttons.rejected.connect(self.reject)

    def end(self) -> None:
        """Add the buttons below everything else."""
        self.body.addWidget(self._buttons)


class TilesDialog(_Question):
    """Asks how a region is to be cut into squares.

    Parameters
    ----------
    name : str
        What is cut.
    """

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        text = (
            f"Cut {name} into squares of one size, each a region of its own. Counts and densities "
            "of equal areas can be compared."
        )
        super().__init__("tiles", "Make tiles", text, "Make tiles", parent)
        self._side = QDoubleSpinBox(decimals=2, minimum=0.01, maximum=1e6, value=3, singleStep=0.5)
        self._side.setObjectName("tile side")
        self._side.setSuffix(" µm")
        self._side.setToolTip("Side of a tile; 3 µm is usual for membranes of cells")
        self._angle = QDoubleSpinBox(decimals=1, minimum=-90, maximum=90, singleStep=5)
        self._angle.setObjectName("tile angle")
        self._angle.setSuffix("°")
        self._angle.setToolTip("How far the squares are turned from the x towards the y axis")
        self._whole = QCheckBox("&Whole squares only")
        self._whole.setObjectName("whole tiles")
        self._whole.setChecked(True)
        self._whole.setToolTip("Leave out squares that reach beyond the region")
        self._share = QDoubleSpinBox(decimals=0, minimum=1, maximum=100, value=50, singleStep=5)
        self._share.setObjectName("tile share")
        self._share.setSuffix(" % in the region")
        self._share.setToolTip(
            "Squares with at least so much of them in the region are kept, cut to the region"
        )
        self._share.setEnabled(False)
        self._whole.toggled.connect(self._share.setDisabled)
        form = QFormLayout()
        form.addRow("&Side", self._side)
        form.addRow("An&gle", self._angle)
        form.addRow("", self._whole)
        form.addRow("&At least", self._share)
        self.body.addLayout(form)
        self.end()

    @property
    def side_nm(self) -> float:
        """Side of a tile."""
        return self._side.value() * 1000

    @property
    def angle_deg(self) -> float:
        """How far the squares are turned."""
        return self._angle.value()

    @property
    def min_coverage(self) -> float:
        """Smallest share of a tile that lies in the region."""
        return 1.0 if self._whole.isChecked() else self._share.value() / 100


class CopyDialog(_Question):
    """Asks which data sets regions are to be copied to.

    Parameters
    ----------
    what : str
        What is copied.
    data_sets : sequence of DataSet
        Where it can go.
    """

    def __init__(
        self, what: str, data_sets: Sequence[DataSet], parent: QWidget | None = None
    ) -> None:
        text = f"Copy {what} to the same place in these files:"
        super().__init__("copy regions", "Copy to other data sets", text, "Copy", parent)
        self._list = QListWidget()
        self._list.setObjectName("data sets")
        for data_set in data_sets:
            item = QListWidgetItem(data_set.name, self._list)
            item.setToolTip(data_set.path)
            item.setData(Qt.ItemDataRole.UserRole, data_set.key)
            item.setFlags(item.flags() | Qt.ItemFlag.ItemIsUserCheckable)
            item.setCheckState(Qt.CheckState.Checked)
        self._list.itemChanged.connect(self._check)
        self.body.addWidget(self._list)
        self.end()

    @property
    def keys(self) -> list[str]:
        """Keys of the data sets that are ticked."""
        items = (self._list.item(row) for row in range(self._list.count()))
        return [
            item.data(Qt.ItemDataRole.UserRole)
            for item in items
            if item.checkState() == Qt.CheckState.Checked
        ]

    def _check(self) -> None:
        self.ok.setEnabled(bool(self.keys))


class PixelSizeDialog(_Question):
    """Asks how large a pixel is, for regions that another program saved in pixels.

    Parameters
    ----------
    name : str
        The file.
    suggested_nm : float or None
        Size that is likely.
    """

    def __init__(
        self, name: str, suggested_nm: float | None, parent: QWidget | None = None
    ) -> None:
        text = (
            f"The regions in {name} are in pixels of the picture that they were drawn on. How "
            "large is one of its pixels in the sample?"
        )
        super().__init__("pixel size", "Size of a pixel", text, "Load", parent)
        self._size = QDoubleSpinBox(decimals=3, minimum=0.001, maximum=100_000, singleStep=1)
        self._size.setObjectName("pixel size nm")
        self._size.setSuffix(" nm")
        self._size.setValue(suggested_nm or 100.0)
        self._size.setToolTip(
            "Of the picture the regions were drawn on: the camera's pixel, or that of a "
            "reconstruction, which is smaller"
        )
        form = QFormLayout()
        form.addRow("&Pixel", self._size)
        self.body.addLayout(form)
        self.end()

    @property
    def pixel_size_nm(self) -> float:
        """Edge of a pixel in the sample."""
        return self._size.value()
