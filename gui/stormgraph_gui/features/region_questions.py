"""What is asked about regions before something is done to them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from stormgraph_gui.controllers.regions import RegionsController
from stormgraph_gui.views.choose_file import ask_for_files, ask_where_to_save
from stormgraph_gui.views.region_dialogs import CopyDialog, PixelSizeDialog, TilesDialog

if TYPE_CHECKING:
    from stormgraph_gui.app import StormGraphApp

_OPENED = (
    "Regions (*.geojson *.json *.roi *.zip *.yaml *.yml);;GeoJSON (*.geojson *.json);;"
    "ImageJ (*.roi *.zip);;Picasso, locan (*.yaml *.yml);;All files (*)"
)


class RegionQuestions:
    """Opens the dialogs, and has done what they were accepted with.

    Parameters
    ----------
    app : StormGraphApp
        The app.
    controller : RegionsController
        Does it.
    chosen : callable
        Returns the keys of the selected regions.
    """

    def __init__(
        self,
        app: StormGraphApp,
        controller: RegionsController,
        chosen: Callable[[], list[str]],
    ) -> None:
        self._app, self._window = app, app.window
        self._controller, self._chosen = controller, chosen

    def load_from(self, path: str) -> None:
        """Load the regions of a file; ask for the size of a pixel where it is needed."""
        self._app.settings.set("regions folder", str(Path(path).parent))
        if not self._controller.needs_pixel_size(path):
            self._controller.load(path)
            return
        data_set = self._controller.data_set
        known = data_set.reading.get("pixel_size_nm") if data_set is not None else None
        known = known or self._app.settings.get("region pixel size nm")
        likely = float(known) if isinstance(known, int | float) else None
        dialog = PixelSizeDialog(Path(path).name, likely, self._window)

        def load() -> None:
            self._app.settings.set("region pixel size nm", dialog.pixel_size_nm)
            self._controller.load(path, dialog.pixel_size_nm)

        dialog.accepted.connect(load)
        dialog.open()

    def ask_tiles(self) -> None:
        """Ask how the region at hand is to be cut into squares."""
        current = self._controller.current
        name = "the whole field" if current is None else f"“{current.roi.name}”"
        dialog = TilesDialog(name, self._window)
        dialog.accepted.connect(
            lambda: self._controller.make_tiles(
                dialog.side_nm, dialog.angle_deg, dialog.min_coverage
            )
        )
        dialog.open()

    def ask_copy(self) -> None:
        """Ask which data sets the selected regions are to be copied to."""
        keys = self._chosen() or [one.key for one in self._controller.regions]
        others = [
            one
            for one in self._app.document.project.data_sets
            if one.key != self._app.workspace.data_set
        ]
        what = "this region" if len(keys) == 1 else f"these {len(keys)} regions"
        dialog = CopyDialog(what, others, self._window)
        dialog.accepted.connect(lambda: self._controller.copy_to(keys, dialog.keys))
        dialog.open()

    def ask_load(self) -> None:
        """Ask for files of regions and load them."""
        ask_for_files(self._window, "Load regions", self._folder(), _OPENED, self._load_all)

    def _load_all(self, paths: Sequence[Path]) -> None:
        for path in paths:
            self.load_from(str(path))

    def ask_save(self) -> None:
        """Ask for a place and save the selected regions, or all when one or none is selected."""
        keys = self._chosen()
        if len(keys) < 2:
            keys = [one.key for one in self._controller.regions]
        data_set = self._controller.data_set
        stem = "regions" if data_set is None else Path(data_set.path).stem
        ask_where_to_save(
            self._window,
            "Save regions",
            str(Path(self._folder()) / f"{stem}.geojson"),
            "GeoJSON (*.geojson)",
            lambda path: self._save(path, keys),
        )

    def _save(self, path: Path, keys: Sequence[str]) -> None:
        self._app.settings.set("regions folder", str(path.parent))
        self._controller.save(str(path), keys)

    def _folder(self) -> str:
        known: str = self._app.settings.get("regions folder", "")
        data_set = self._controller.data_set
        return known or ("" if data_set is None else str(Path(data_set.path).parent))
