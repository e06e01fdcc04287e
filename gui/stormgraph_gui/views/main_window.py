"""The window: menus, docks round the views of the data, status line."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QMimeData, QSize, Qt, Signal
from PySide6.QtGui import QAction, QCloseEvent, QDragEnterEvent, QDropEvent, QKeySequence
from PySide6.QtWidgets import QDockWidget, QMainWindow, QMenu, QTabWidget, QVBoxLayout, QWidget

from stormgraph_gui.views.letter_keys import LetterKeys
from stormgraph_gui.views.panels import Panels

MENUS = ("File", "Edit", "View", "Region", "Analysis", "Batch", "Window", "Help")
"""Menus in their order."""

FIRST_SIZE = QSize(1280, 800)
"""Size of the window at first; larger on a large screen."""

SHARE_OF_SCREEN = 0.85
"""Of the width and height of a screen, as large as the window is at first."""

ROOMY_PX = 1000
"""A window that is less high has no room for the panels at the bottom below a view that is tall."""

SMALLEST_PAGE = (300, 200)
"""Width and height to which a view of the data can be made small, pixels."""


class MainWindow(QMainWindow):
    """Holds what features put into it; knows none of them.

    Attributes
    ----------
    close_requested : Signal
        The user wants to close the window; whoever listens calls `allow_close` when that is fine.
    files_dropped : Signal
        Paths of files that were dropped anywhere on the window.
    """

    close_requested = Signal()
    files_dropped = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("main")
        screen = self.screen().availableSize() if self.screen() else FIRST_SIZE
        self.resize((screen * SHARE_OF_SCREEN).expandedTo(FIRST_SIZE))
        self.setDockNestingEnabled(True)
        self.setAcceptDrops(True)
        self.setTabPosition(Qt.DockWidgetArea.AllDockWidgetAreas, QTabWidget.TabPosition.North)
        self.pages = QTabWidget(documentMode=True)
        self.pages.setObjectName("pages")
        self._middle = QVBoxLayout()
        self._middle.setContentsMargins(0, 0, 0, 0)
        self._middle.setSpacing(0)
        self._middle.addWidget(self.pages)
        middle = QWidget()
        middle.setLayout(self._middle)
        self.setCentralWidget(middle)
        self._menus = {name: self.menuBar().addMenu(f"&{name}") for name in MENUS}
        self.panels = Panels(self)
        LetterKeys(self)
        self._names: list[str] = []
        self._tall: list[QWidget] = []
        self.pages.currentChanged.connect(self._make_room)
        self._may_close = False

    def menu(self, name: str) -> QMenu:
        """Return one of `MENUS`."""
        return self._menus[name]

    def add_page(self, name: str, title: str, widget: QWidget, *, is_tall: bool = False) -> None:
        """Add a view of the data to the middle.

        Parameters
        ----------
        name, title : str
            What the program and what the user calls it.
        widget : QWidget
            The view.
        is_tall : bool
            Panels at the bottom make room for it in a small window, until another is shown.
        """
        if is_tall:
            self._tall.append(widget)
        widget.setObjectName(name)
        widget.setMinimumSize(*SMALLEST_PAGE)
        self._names.append(name)
        self.pages.addTab(widget, title)

    def put_above(self, widget: QWidget) -> None:
        """Put a strip above the views of the data."""
        self._middle.insertWidget(0, widget)

    def put_instead(self, widget: QWidget) -> None:
        """Put a screen in the place of the views of the data, as long as it is visible."""
        self._middle.addWidget(widget)

    def show_page(self, name: str) -> None:
        """Bring a view of the data to the front."""
        self.pages.setCurrentIndex(self._names.index(name))

    def add_dock(
        self, name: str, title: str, widget: QWidget, area: Qt.DockWidgetArea
    ) -> QDockWidget:
        """Add a panel at a side, as a tab with the others there.

        Parameters
        ----------
        name : str
            Names the dock in the saved layout, and never changes.
        title : str
            Its tab.
        widget : QWidget
            What it shows.
        area : Qt.DockWidgetArea
            Left, right or bottom.
        """
        dock = self.panels.add(name, title, widget, area)
        self.menu("Window").addAction(dock.toggleViewAction())
        return dock

    def show_dock(self, name: str) -> None:
        """Open a panel and bring its tab to the front."""
        self.panels.show(name)

    def raise_dock(self, name: str) -> None:
        """Bring a panel's tab to the front, unless the user has closed the panel."""
        self.panels.raise_open(name)

    def add_action(
        self,
        menu: str,
        text: str,
        slot: Callable[[], object],
        shortcut: QKeySequence | QKeySequence.StandardKey | str | None = None,
        tip: str = "",
    ) -> QAction:
        """Add an entry to a menu.

        Parameters
        ----------
        menu : str
            One of `MENUS`.
        text : str
            The entry, with "..." when it asks for more.
        slot : callable
            What it does.
        shortcut : QKeySequence or str, optional
            Keys for it.
        tip : str
            What it does in a sentence, for the status line and the tooltip.
        """
        action = QAction(text, self)
        if shortcut is not None:
            action.setShortcut(QKeySequence(shortcut))
        action.setStatusTip(tip)
        action.setToolTip(tip or text.replace("&", ""))
        action.triggered.connect(lambda _checked=False: slot())
        self.menu(menu).addAction(action)
        return action

    def _make_room(self) -> None:
        """Show the panels at the bottom, or not."""
        if self.pages.currentWidget() in self._tall and self.height() < ROOMY_PX:
            self.panels.clear_bottom()
        else:
            self.panels.fill_bottom()

    def allow_close(self) -> None:
        """Close without asking again."""
        self._may_close = True
        self.close()

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Take files."""
        if _files(event.mimeData()):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        """Tell which files were dropped."""
        if paths := _files(event.mimeData()):
            event.acceptProposedAction()
            self.files_dropped.emit(paths)

    def closeEvent(self, event: QCloseEvent) -> None:
        """Ask whoever listens whether the window may close."""
        if not self._may_close:
            self.close_requested.emit()
        # whoever was asked may have allowed it at once; Qt hears no second close meanwhile
        event.setAccepted(self._may_close)


def _files(data: QMimeData) -> list[str]:
    return [url.toLocalFile() for url in data.urls() if url.isLocalFile()]
