"""Asking for a file without stopping the app: the dialog is opened, and what comes is called."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog, QWidget


def ask_for_files(
    parent: QWidget, title: str, start: str, kinds: str, chosen: Callable[[Sequence[Path]], object]
) -> QFileDialog:
    """Ask for files that are there.

    Parameters
    ----------
    parent : QWidget
        The dialog stands over its window.
    title : str
        What they are for.
    start : str
        Folder or file to begin with.
    kinds : str
        Kinds of files as Qt writes them: "Tables (*.csv);;All files (*)".
    chosen : callable
        Called with the files, unless the user thinks better of it.
    """
    dialog = _dialog(parent, title, start, kinds)
    dialog.setFileMode(QFileDialog.FileMode.ExistingFiles)
    dialog.filesSelected.connect(lambda texts: chosen([Path(text) for text in texts]))
    dialog.open()
    return dialog


def ask_where_to_save(
    parent: QWidget, title: str, start: str, kinds: str, chosen: Callable[[Path], object]
) -> QFileDialog:
    """Ask for the name of a file to write; the user confirms to replace one.

    A name without an ending gets that of the chosen kind.

    Parameters
    ----------
    parent, title, start, kinds
        As in `ask_for_files`.
    chosen : callable
        Called with the file, unless the user thinks better of it.
    """
    dialog = _dialog(parent, title, start, kinds)
    dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
    dialog.setDefaultSuffix(_suffix_of(kinds))
    dialog.filterSelected.connect(lambda kind: dialog.setDefaultSuffix(_suffix_of(kind)))
    dialog.fileSelected.connect(lambda text: chosen(Path(text)))
    dialog.open()
    return dialog


def _suffix_of(kind: str) -> str:
    """Return the first ending of a kind of files, without its dot."""
    found = re.search(r"\*\.(\w+)", kind)
    return found[1] if found else ""


def _dialog(parent: QWidget, title: str, start: str, kinds: str) -> QFileDialog:
    path = Path(start)
    folder = path if path.is_dir() else path.parent
    dialog = QFileDialog(parent.window(), title, str(folder), kinds)
    dialog.setObjectName("file dialog")
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    if path.name and not path.is_dir():
        dialog.selectFile(path.name)
    return dialog
