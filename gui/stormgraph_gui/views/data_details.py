"""What is known of the data set that is looked at, and the choice of its colour channel."""

from __future__ import annotations

import html
from collections.abc import Mapping

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import (
    QComboBox,
    QFormLayout,
    QFrame,
    QHBoxLayout,
    QLabel,
    QScrollArea,
    QStyle,
    QVBoxLayout,
    QWidget,
)

from stormgraph_gui.models.facts import Facts
from stormgraph_gui.models.project import DataSet
from stormgraph_gui.views.card import Card

_ICON = 18


class DataDetails(QWidget):
    """Facts, warnings and channels of one data set.

    Attributes
    ----------
    channel_chosen : Signal
        Number of a channel, or None for all.
    """

    channel_chosen = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("data details")
        self._scroll = QScrollArea()
        self._scroll.setWidgetResizable(True)
        self._scroll.setFrameShape(QFrame.Shape.NoFrame)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._channel = QComboBox()
        self._channel.setObjectName("channel")
        self._channel.setToolTip(
            "Colour channel that is shown, filtered and analysed.\n"
            "Overlap of two channels is found under Analysis."
        )
        self._channel.activated.connect(self._activated)
        label = QLabel("&Channel")
        label.setBuddy(self._channel)
        self._choice = QWidget()
        row = QHBoxLayout(self._choice)
        row.setContentsMargins(10, 8, 10, 0)
        row.addWidget(label)
        row.addWidget(self._channel, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self._choice)
        layout.addWidget(self._scroll, 1)
        self._shown: tuple[object, ...] | None = None

    def show_data_set(self, data_set: DataSet | None, facts: Facts | None, fault: str) -> None:
        """Show what is known of a data set, if anything."""
        key = () if data_set is None else (data_set, facts, fault)
        if self._shown == key:
            return
        self._shown = key
        channels = {} if facts is None else facts.channels
        self._choice.setVisible(bool(channels))
        if data_set is not None:
            self._fill_channels(data_set, channels)
        body = QWidget()
        layout = QVBoxLayout(body)
        layout.setContentsMargins(10, 8, 10, 10)
        for text in (fault,) if fault else () if facts is None else facts.warnings:
            layout.addWidget(self._warning(text))
        if data_set is not None and facts is not None:
            form = QFormLayout()
            form.setLabelAlignment(Qt.AlignmentFlag.AlignLeft)
            form.setHorizontalSpacing(14)
            form.setVerticalSpacing(4)
            for label, value in facts.rows:
                form.addRow(_faint(label), _value(value))
            for name, tag in data_set.tags.items():
                form.addRow(_faint(name), _value(tag))
            layout.addLayout(form)
            if facts.notes:
                layout.addWidget(_notes(facts.notes))
        layout.addStretch()
        self._scroll.setWidget(body)

    def _fill_channels(self, data_set: DataSet, channels: Mapping[int, str]) -> None:
        items = [("All channels together", None), *((n, c) for c, n in channels.items())]
        box = self._channel
        if items != [(box.itemText(i), box.itemData(i)) for i in range(box.count())]:
            box.clear()
            for name, number in items:
                box.addItem(name, number)
        self._channel.setCurrentIndex(max(0, self._channel.findData(data_set.channel)))

    def _activated(self, index: int) -> None:
        self.channel_chosen.emit(self._channel.itemData(index))

    def _warning(self, text: str) -> QWidget:
        box = Card()
        box.setObjectName("warning")
        icon = QLabel()
        picture = self.style().standardIcon(QStyle.StandardPixmap.SP_MessageBoxWarning)
        icon.setPixmap(picture.pixmap(_ICON, _ICON))
        icon.setAlignment(Qt.AlignmentFlag.AlignTop)
        layout = QHBoxLayout(box)
        layout.setContentsMargins(8, 6, 8, 6)
        layout.addWidget(icon)
        layout.addWidget(_value(text), 1)
        return box


def _faint(text: str) -> QLabel:
    label = QLabel(text)
    label.setForegroundRole(QPalette.ColorRole.PlaceholderText)
    return label


def _value(text: str) -> QLabel:
    label = QLabel(text)
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setWordWrap(True)
    label.setTextInteractionFlags(
        Qt.TextInteractionFlag.TextSelectableByMouse
        | Qt.TextInteractionFlag.TextSelectableByKeyboard
    )
    return label


def _notes(notes: tuple[str, ...]) -> QLabel:
    items = "".join(f"<li>{html.escape(note)}</li>" for note in notes)
    label = QLabel(f"What was understood of the file:<ul style='margin-left:-24px'>{items}</ul>")
    label.setObjectName("notes")
    label.setTextFormat(Qt.TextFormat.RichText)
    label.setWordWrap(True)
    label.setForegroundRole(QPalette.ColorRole.PlaceholderText)
    return label
