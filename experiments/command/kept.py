"""Kept: what results stand on, kept with them, so that they can be run again anywhere.

Lists of one's own go to `lists/`; sets of parameters and patterns that settings only name, to `conf/`.
"""

import shutil
from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from experiments.command.files import CONF, PATTERN, POINTS
from model.problems import BadInput

if TYPE_CHECKING:
    from experiments.command.settings import Settings
    from experiments.design.points import Design

_LISTS, _CONF = "lists", "conf"
_PLACES = ("councils", "universities")
#: The setting that names each list.
_NAMED_BY = {
    **{name: ("population", name) for name in _PLACES},
    "points": ("design", "file"),
    "sample": ("parameters", POINTS),
}


def with_kept_lists(told: Mapping[str, Any], folder: Path) -> dict[str, Any]:
    """The settings of a results folder, with the lists that it keeps in the place of those they name."""
    found = dict(told)
    for name, (group, key) in _NAMED_BY.items():
        if (file := folder / _LISTS / f"{name}.csv").is_file():
            found[group] = {**found[group], key: str(file)}
    return found


def kept_conf(folder: Path) -> Path:
    """Where a results folder keeps the files that its settings name."""
    return folder / _CONF


def keep(folder: Path, settings: "Settings") -> None:
    """Keep what results stand on; copies of lists and patterns that are gone, or changed, are not kept."""
    _keep_places(folder / _LISTS, settings)
    if (settings.asked["design"] or {}).get("file") is not None:
        _write_points(settings.design, _made(folder / _LISTS) / "points.csv")
    if settings.parameters.varied:
        _write_points(settings.parameters.sample, _made(folder / _LISTS) / "sample.csv")
    if settings.posterior or settings.rivals:
        _keep_sets(_made(kept_conf(folder) / "parameters"), settings)
    for file in settings.files:
        if file.parent.name == PATTERN and not file.is_relative_to(CONF):
            with suppress(OSError):
                shutil.copyfile(file, _made(kept_conf(folder) / PATTERN) / file.name)


def _keep_places(folder: Path, settings: "Settings") -> None:
    from experiments.command.populations import population_from
    from experiments.rows.row import population_text  # it loads the model, which a first page does without

    told = settings.asked["population"]
    if not isinstance(told, Mapping) or told.get("kind") != "listed":
        return
    try:
        for name in _PLACES:
            shutil.copyfile(told[name], _made(folder) / f"{name}.csv")
        kept = population_from(with_kept_lists({"population": told}, folder.parent)["population"])
        is_same = population_text(kept) == population_text(settings.population)
    except (OSError, BadInput):
        is_same = False
    if not is_same:
        shutil.rmtree(folder)


def _keep_sets(folder: Path, settings: "Settings") -> None:
    """Keep sets of parameters as they were read: a sample as its points, a rival as its values."""
    from yaml import safe_dump

    if over := settings.posterior:
        write_sample(folder, over.name, over.design)
    if rivals := settings.rivals:
        for at, name in enumerate(rivals.names):
            told = safe_dump(rivals.design.parameters(at), allow_unicode=True)
            (folder / f"{name}.yaml").write_text(told, encoding="utf-8")


def write_sample(folder: Path, name: str, sample: "Design", provenance: Iterable[str] = ()) -> None:
    """Write points as a set of parameters, which says where they are from."""
    _write_points(sample, _made(folder) / f"{name}.csv")
    head = "".join(f"# {line}\n" for line in provenance)
    (folder / f"{name}.yaml").write_text(f"{head}{POINTS}: {name}.csv\n", encoding="utf-8")


def _write_points(design: "Design", file: Path) -> None:
    points = design.table().drop_duplicates("point").sort_values("point")
    points.drop(columns=["point", "block"]).to_csv(file, index=False)


def _made(folder: Path) -> Path:
    """A folder that is there."""
    folder.mkdir(parents=True, exist_ok=True)
    return folder
