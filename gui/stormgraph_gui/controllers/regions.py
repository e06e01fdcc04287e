"""What the user does to regions: every change is one step that can be undone."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from pathlib import Path

from stormgraph_gui.jobs.messages import Failed
from stormgraph_gui.jobs.worker import Work, Worker
from stormgraph_gui.models.activity import Activity, Message
from stormgraph_gui.models.document import Document
from stormgraph_gui.models.project import DataSet, Project, Region
from stormgraph_gui.models.region_shapes import moved
from stormgraph_gui.models.workspace import Workspace
from stormgraph_gui.signals import QObject
from stormgraph_py.errors import StormGraphError
from stormgraph_py.io import roi_imagej, roi_yaml
from stormgraph_py.io.roi_files import write_rois
from stormgraph_py.io.source import peek
from stormgraph_py.roi import Roi

IN_PIXELS = (roi_imagej.READER, roi_yaml.PICASSO)
"""Formats of regions whose coordinates are pixels."""

MOST_TILES = 2000
"""More tiles at once are taken for a slip."""


class RegionsController(QObject):
    """Draws, changes, copies, reads and writes regions of the data set that is looked at.

    Parameters
    ----------
    document, workspace, activity : Document, Workspace, Activity
        What is changed and told.
    reader : Worker
        Reads files and cuts tiles.
    """

    def __init__(
        self,
        document: Document,
        workspace: Workspace,
        activity: Activity,
        reader: Worker,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._document, self._workspace = document, workspace
        self._activity, self._reader = activity, reader
        self._gone: str | None = None
        document.changed.connect(self._follow)

    @property
    def data_set(self) -> DataSet | None:
        """The data set that is looked at."""
        key = self._workspace.data_set
        return next((one for one in self._document.project.data_sets if one.key == key), None)

    @property
    def regions(self) -> tuple[Region, ...]:
        """Its regions."""
        return () if self.data_set is None else self.data_set.regions

    @property
    def current(self) -> Region | None:
        """The region at hand; None is the whole field."""
        return next((one for one in self.regions if one.key == self._workspace.region), None)

    def look_at(self, key: str | None) -> None:
        """Make a region the one at hand, with the newest result that was found in it."""
        if self.data_set is None or key == self._workspace.region:
            return
        self._workspace.look_at_newest(self._document.project, self.data_set.key, key)

    def add(self, roi: Roi) -> str | None:
        """Add a region that was drawn, name it, and return its key."""
        if self.data_set is None:
            self._say("warning", "No data to draw on", "Open a file of localizations first.")
            return None
        name = free_name(roi.name, self.regions)
        project, key = self._document.project.new_key()
        region = Region(key=key, roi=replace(roi, name=name))
        self._document.edit(f"draw {name}", project.with_region(self.data_set.key, region))
        self.look_at(key)
        return key

    def reshape(self, key: str, roi: Roi) -> None:
        """Give a region another outline; changes up to `end_change` are undone together."""
        region = self._region(key)
        if region is None or self.data_set is None or roi is region.roi:
            return
        changed = replace(region, roi=replace(roi, name=region.roi.name, tags=region.roi.tags))
        self._document.edit(
            f"change {region.roi.name}",
            self._document.project.with_region(self.data_set.key, changed),
            merge=f"outline of {key}",
        )

    def end_change(self) -> None:
        """Take that a change is complete: the mouse was released."""
        self._document.end_merge()

    def abandon_change(self) -> None:
        """Go back to what was before the change that is under way."""
        self._document.abandon_merge()

    def nudge(self, keys: Sequence[str], dx_nm: float, dy_nm: float) -> None:
        """Shift regions; steps in a row are undone together."""
        chosen = [one for one in self.regions if one.key in keys]
        if chosen:
            shifted = {one.key: replace(one, roi=moved(one.roi, dx_nm, dy_nm)) for one in chosen}
            label = f"move {_counted(chosen)}"
            self._edit_regions(
                label,
                lambda regions: tuple(shifted.get(one.key, one) for one in regions),
                merge=f"nudge {sorted(shifted)}",
            )

    def rename(self, key: str, name: str) -> bool:
        """Give a region another name; tells why not when that is not possible."""
        region, wanted = self._region(key), name.strip()
        if region is None or wanted == region.roi.name:
            return False
        if not wanted:
            self._say("warning", "A region needs a name", "Its old name was kept.")
            return False
        if wanted in [one.roi.name for one in self.regions]:
            text = f"Another region is called “{wanted}”; folders and tables need both to differ."
            self._say("warning", "The name is taken", text)
            return False
        self._put(
            f"rename {region.roi.name}", replace(region, roi=replace(region.roi, name=wanted))
        )
        return True

    def set_tag(self, keys: Sequence[str], tag: str, value: str) -> None:
        """Give regions a tag, or take it away when the value is empty."""
        value = value.strip()

        def tagged(region: Region) -> Region:
            if region.key not in keys or region.roi.tags.get(tag, "") == value:
                return region
            tags = {name: known for name, known in region.roi.tags.items() if name != tag}
            if value:
                tags[tag] = value
            return replace(region, roi=replace(region.roi, tags=tags))

        changed = tuple(map(tagged, self.regions))
        if any(new is not old for new, old in zip(changed, self.regions, strict=True)):
            self._edit_regions(f"set {tag}", lambda _: changed)

    def remove(self, keys: Sequence[str]) -> None:
        """Remove regions; what was found in them stays."""
        gone = [one for one in self.regions if one.key in keys]
        if gone:
            left = tuple(one for one in self.regions if one.key not in keys)
            self._edit_regions(f"delete {_counted(gone)}", lambda _: left)

    def duplicate(self, keys: Sequence[str], shift_nm: float) -> list[str]:
        """Add a copy of each region beside it, and return their keys."""
        copies = [moved(one.roi, shift_nm, -shift_nm) for one in self.regions if one.key in keys]
        return self._add_all("duplicate", copies) if copies else []

    def copy_to(self, keys: Sequence[str], data_sets: Sequence[str]) -> None:
        """Put copies of regions into other data sets."""
        chosen = [one.roi for one in self.regions if one.key in keys]
        project = self._document.project
        for data_set in data_sets:
            project, _ = _with_all(project, data_set, chosen)
        if chosen and data_sets:
            self._document.edit(f"copy {_counted(chosen)}", project)
            where = f"{len(data_sets)} data set{'s' if len(data_sets) > 1 else ''}"
            self._say("info", f"Copied {_counted(chosen)} to {where}")

    def reorder(self, keys: Sequence[str]) -> None:
        """Put all regions into another order."""
        by_key = {one.key: one for one in self.regions}
        if sorted(keys) == sorted(by_key) and list(keys) != list(by_key):
            self._edit_regions("reorder the regions", lambda _: tuple(by_key[k] for k in keys))

    def move_by(self, keys: Sequence[str], step: int) -> None:
        """Move regions up (-1) or down (1) in the list."""
        order = [one.key for one in self.regions]
        places = [place for place, key in enumerate(order) if key in keys]
        for place in places if step < 0 else reversed(places):
            other = place + step
            if 0 <= other < len(order) and order[other] not in keys:
                order[place], order[other] = order[other], order[place]
        self.reorder(order)

    def make_tiles(self, side_nm: float, angle_deg: float, min_coverage: float) -> Work | None:
        """Cut the region at hand, or the whole field, into squares."""
        current, data_set = self._workspace.current, self.data_set
        if current is None or data_set is None:
            self._say("warning", "No data to cut into tiles", "Open a file of localizations first.")
            return None
        try:
            roi = (
                self.current.roi
                if self.current is not None
                else Roi.whole_field(current.localizations.xy)
            )
        except StormGraphError as error:
            self._say("warning", "The field has no area", str(error))
            return None
        work = self._reader.call(
            "cut_tiles",
            roi=roi,
            side_nm=side_nm,
            angle_deg=angle_deg,
            min_coverage=min_coverage,
            most=MOST_TILES,
        )
        key = data_set.key

        def done(tiles: tuple[Roi, ...]) -> None:
            if not tiles:
                text = (
                    f"No square of {side_nm / 1000:g} µm fits into it as a whole. Choose a smaller "
                    "side, or let tiles be cut at the border."
                )
                self._say("warning", "The region is too small for tiles", text)
            elif key in [one.key for one in self._document.project.data_sets]:
                self._add_all("make tiles of", tiles, key)

        work.succeeded.connect(done)
        work.failed.connect(self._failed)
        return work

    def needs_pixel_size(self, path: str) -> bool:
        """Whether the regions of a file are in pixels; not for one that cannot be read."""
        try:
            begin = peek(Path(path), in_archive=False)
        except (StormGraphError, OSError):
            return False
        return any(reader.recognizes(begin) for reader in IN_PIXELS)

    def load(self, path: str, pixel_size_nm: float | None = None) -> Work | None:
        """Add the regions of a file to the data set that is looked at."""
        data_set = self.data_set
        if data_set is None:
            self._say("warning", "No data for these regions", "Open a file of localizations first.")
            return None
        work = self._reader.call("read_regions", path=path, pixel_size_nm=pixel_size_nm)
        key = data_set.key

        def done(rois: tuple[Roi, ...]) -> None:
            if key in [one.key for one in self._document.project.data_sets]:
                self._add_all(f"load {Path(path).name}:", rois, key)
                self._say("info", f"{_counted(rois)} read from {Path(path).name}")

        work.succeeded.connect(done)
        work.failed.connect(self._failed)
        return work

    def save(self, path: str, keys: Sequence[str]) -> bool:
        """Write regions as GeoJSON."""
        chosen = [one.roi for one in self.regions if one.key in keys]
        try:
            write_rois(path, chosen)
        except StormGraphError as error:
            self._say("error", "The regions were not saved", str(error))
            return False
        self._say("info", f"{_counted(chosen)} saved as {Path(path).name}")
        return True

    def _region(self, key: str) -> Region | None:
        return next((one for one in self.regions if one.key == key), None)

    def _put(self, label: str, region: Region) -> None:
        assert self.data_set is not None
        project = self._document.project.with_region(self.data_set.key, region)
        self._document.edit(label, project)

    def _edit_regions(
        self,
        label: str,
        edit: Callable[[tuple[Region, ...]], tuple[Region, ...]],
        *,
        merge: str | None = None,
    ) -> None:
        assert self.data_set is not None
        project = self._document.project.editing(
            self.data_set.key, lambda one: replace(one, regions=edit(one.regions))
        )
        self._document.edit(label, project, merge=merge)

    def _add_all(self, verb: str, rois: Iterable[Roi], data_set: str | None = None) -> list[str]:
        """Add regions in one step, look at the last, and return their keys."""
        added = list(rois)
        target = data_set or self._workspace.data_set
        assert target is not None
        project, keys = _with_all(self._document.project, target, added)
        self._document.edit(f"{verb} {_counted(added)}", project)
        if target == self._workspace.data_set and len(keys) == 1:
            self.look_at(keys[0])
        return keys

    def _follow(self, before: Project, now: Project) -> None:
        """Look at the whole field when the region at hand is gone, and at one that comes back."""
        data_set, at_hand = self.data_set, self._workspace.region
        if data_set is None:
            return
        if at_hand is not None and self.current is None:
            self._gone = at_hand
            self._workspace.look_at_newest(now, data_set.key)
        known = [one.regions for one in before.data_sets if one.key == data_set.key]
        if not known or known[0] is data_set.regions:
            return
        there = {one.key for one in known[0]}
        came = [one.key for one in data_set.regions if one.key not in there]
        if self._gone in came or len(came) == 1:
            back = self._gone if self._gone in came else came[0]
            self._workspace.look_at_newest(now, data_set.key, back)

    def _failed(self, failed: Failed) -> None:
        if failed.reason != "cancelled":
            self._say("error", "The regions could not be made", failed.text)

    def _say(self, level: str, title: str, text: str = "") -> None:
        self._activity.say(Message(level=level, title=title, text=text))  # type: ignore[arg-type]


def free_name(wanted: str, regions: Iterable[Region]) -> str:
    """Return a name that no region has: "region 1" and so on where none is wanted.

    Examples
    --------
    >>> free_name("", ())
    'region 1'
    """
    return _free_name(wanted, {one.roi.name for one in regions})


def _free_name(wanted: str, taken: set[str]) -> str:
    if wanted and wanted not in taken:
        return wanted
    stem = wanted or "region"
    head, _, tail = stem.rpartition(" ")
    number = 1
    if head and tail.isdecimal():
        stem, number = head, int(tail)
    elif wanted:
        number = 2
    while f"{stem} {number}" in taken:
        number += 1
    return f"{stem} {number}"


def _with_all(project: Project, data_set: str, rois: Iterable[Roi]) -> tuple[Project, list[str]]:
    """Add regions under free names; return the project and their keys."""
    taken = {one.roi.name for one in project.data_set(data_set).regions}
    added = []
    for roi in rois:
        project, key = project.new_key()
        name = _free_name(roi.name, taken)
        taken.add(name)
        added.append(Region(key=key, roi=replace(roi, name=name)))
    project = project.editing(data_set, lambda one: replace(one, regions=(*one.regions, *added)))
    return project, [one.key for one in added]


def _counted(chosen: Sequence[Region | Roi]) -> str:
    """Return "region 2" for one region and "3 regions" for more."""
    if len(chosen) != 1:
        return f"{len(chosen)} regions"
    only = chosen[0]
    return only.name if isinstance(only, Roi) else only.roi.name
