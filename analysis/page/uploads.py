"""Uploads: one's own lists of councils and universities, checked as on the command line."""

import hashlib
import shutil
import tempfile
from functools import lru_cache
from pathlib import Path

from experiments.command.populations import named, population_from
from model.population import Population
from model.problems import BadInput

FILES = ("councils", "universities")
#: Pairs of a council and a university that the page takes, three times the country's; lists that are kept.
MOST_PAIRS, MOST_LISTS = 200_000, 50
PLACE = "region"


class Lists:
    """A folder of lists, each in a folder of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def keep(self, councils: bytes, universities: bytes, place: str = PLACE) -> str:
        """Check two lists and keep them.

        Returns:
            What they are called.

        Raises:
            BadInput: naming every line that cannot be used.
        """
        content = councils + b"\0" + universities + b"\0" + place.encode()
        name = hashlib.blake2b(content, digest_size=8).hexdigest()
        self.folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=self.folder, prefix=".") as partial:
            for file, content in zip(FILES, (councils, universities), strict=True):
                (Path(partial) / f"{file}.csv").write_bytes(content)
            (Path(partial) / "place.txt").write_text(place, encoding="utf-8")
            _check_size(_read(Path(partial)))
            self._remove_oldest()
            if not (self.folder / name).exists():
                shutil.copytree(partial, self.folder / name)
        return name

    def population(self, name: str) -> Population:
        """The population of some lists.

        Raises:
            BadInput: if they are not here.
        """
        folder = self.folder / name
        if not name or not folder.is_dir():
            raise BadInput("Your lists are not here: send them again (Your own lists, below).")
        return _read(folder)

    def _remove_oldest(self) -> None:
        """Make room: what is kept is bounded."""
        kept = [path for path in self.folder.iterdir() if not path.name.startswith(".")]
        for path in sorted(kept, key=lambda each: each.stat().st_mtime)[: -MOST_LISTS + 1]:
            shutil.rmtree(path, ignore_errors=True)


def population_called(name: str, lists: Lists, own: str) -> Population:
    """The population of a state.

    Raises:
        BadInput: if it cannot be had.
    """
    return lists.population(own) if name == "csv" else _named(name)


@lru_cache(maxsize=4)
def _named(name: str) -> Population:
    return named(name)


def _read(folder: Path) -> Population:
    """The population of a folder's lists; messages name the files as the sender knows them."""
    settings = {file: str(folder / f"{file}.csv") for file in FILES}
    place = (folder / "place.txt").read_text(encoding="utf-8")
    try:
        return population_from({"kind": "listed", "name": "csv", "place": place, **settings})
    except BadInput as error:
        raise BadInput(problem.replace(f"{folder}/", "") for problem in error.problems) from None


def _check_size(population: Population) -> None:
    pairs = len(population.councils) * len(population.universities)
    if pairs > MOST_PAIRS:
        raise BadInput(
            f"The lists have {pairs:,} pairs of a council and a university: the page takes {MOST_PAIRS:,}. "
            "The command line takes more: towngown population=csv population.councils=FILE "
            "population.universities=FILE."
        )
