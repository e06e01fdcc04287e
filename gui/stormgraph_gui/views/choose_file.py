"""Asking for a file without stopping the app: the dialog is opened, and what comes is called."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog, QWidget


def ask_for_file(
    parent: QWidget, title: str, start: str, kinds: str, chosen: Callable[[Path], object]
) -> QFileDialog:
    """Ask for a file that is there.

    Parameters
    ----------
    parent : QWidget
        The dialog stands over its window.
    title : str
        What it is for.
    start : str
        Folder or file to begin with.
    kinds : str
        Kinds of files as Qt writes them: "Tables (*.csv);;All files (*)".
    chosen : callable
        Called with the file, unless the user thinks better of it.
    """
    dialog = _dialog(parent, title, start, kinds, chosen)
    dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
    dialog.open()
    return dialog


def ask_where_to_save(
    parent: QWidget,
    title: str,
    start: str,
    kinds: str,
    suffix: str,
    chosen: Callable[[Path], object],
) -> QFileDialog:
    """Ask for the name of a file to write; the user confirms to replace one.

    Parameters
    ----------
    parent, title, start, kinds, chosen
        As in `ask_for_file`.
    suffix : str
        Ending of a name that has none, without the dot.
    """
    dialog = _dialog(parent, title, start, kinds, chosen)
    dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
    dialog.setDefaultSuffix(suffix)
    dialog.open()
    return dialog


def _dialog(
    parent: QWidget, title: str, start: str, kinds: str, chosen: Callable[[Path], object]
) -> QFileDialog:
    path = Path(start)
    folder = path if path.is_dir() else path.parent
    dialog = QFileDialog(parent.window(), title, str(folder), kinds)
    dialog.setObjectName("file dialog")
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    if path.name and not path.is_dir():
        dialog.selectFile(path.name)
    dialog.fileSelected.connect(lambda text: chosen(Path(text)))
    return dialog
