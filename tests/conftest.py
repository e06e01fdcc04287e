"""Qt for the tests of the desktop app, where it can start."""

import os

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")


def _qt_fault():
    try:
        from PySide6 import QtGui, QtWidgets  # noqa: F401
    except ImportError as error:
        return str(error)
    return None


QT_FAULT = _qt_fault()
# The plugin ends every run of pytest where Qt cannot be loaded; other tests need none.
pytest_plugins = [] if QT_FAULT else ["pytestqt.plugin"]


def pytest_ignore_collect(collection_path):
    """Leave the app's tests out where Qt cannot be loaded, but never on CI."""
    if QT_FAULT and not os.environ.get("CI"):
        return True if collection_path.parent.name == "gui" else None
    return None


def pytest_report_header():
    return f"tests of the app are left out: {QT_FAULT}" if QT_FAULT else None
