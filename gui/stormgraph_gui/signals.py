"""The little of Qt that models, controllers and jobs use: signals and timers, no widgets."""

from PySide6.QtCore import QObject as QObject
from PySide6.QtCore import QTimer as QTimer
from PySide6.QtCore import Signal as Signal

__all__ = ["QObject", "QTimer", "Signal"]
