"""The store: every row that was ever finished, what came out of it, and every failure.

A folder of tables, each a dataset of Parquet parts: `rows/`, a line a row with its indicators; `months/`, a
line a row with its monthly measures; `stories/`, a line a run with what its histories say of what was asked;
`failures/`, a line a row that failed, with its traceback.
`populations/` holds what rows mean by a population's key, `leases/` says who is about to run which rows. All
that is needed to run a row again is in its line, so that any number can be traced to its run, and any run
repeated.
"""

from collections.abc import Mapping, Sequence
from dataclasses import fields
from itertools import compress
from pathlib import Path

import numpy as np
import pandas as pd

from experiments.rows.outcomes import Failure, Finished, Result, unpacked
from experiments.rows.parts import Parts, StoreError, write_whole
from experiments.rows.row import (
    Row,
    model_version,
    parameters_of,
    population_key,
    population_of,
    population_text,
)
from experiments.rows.tables import (
    KEYS,
    failures_fault,
    failures_table,
    months_fault,
    months_table,
    rows_fault,
    rows_table,
    stories_fault,
    stories_table,
)
from model.measures import INDICATORS, RECORDED
from model.parameters import PARAMETERS
from model.population import Population
from model.problems import BadInput

_FOLDERS = ("rows", "months", "stories", "failures", "populations", "leases")
#: What systems leave in any folder that one has looked at, and at the top of a disk.
SYSTEM_FILES = (
    ".DS_Store", "Icon\r", "Thumbs.db", "ehthumbs.db", "desktop.ini", ".directory", "@eaDir", "lost+found",
    "$RECYCLE.BIN", "System Volume Information",
)  # fmt: skip
#: Of what names a row, what a table of rows begins with.
_SHOWN_KEYS = ("row", "policy", "population", "seed")
#: Failures that are told of many.
_SHOWN = 5


class Store:
    """All rows in a folder.

    Attributes:
        folder: where it is.
        rows: a line a row.
        months: a line a row, with what was measured each month.
        stories: a line a run whose histories were asked something, with what they say.
        failures: a line a failure, be it mended since or not.
    """

    def __init__(self, folder: Path) -> None:
        """Open the store in a folder, or make one there.

        Raises:
            BadInput: if the folder holds something else.
            StoreError: if it cannot be read or written to.
        """
        _check_free(folder)
        self.folder = folder
        self.rows = Parts(folder / "rows", rows_fault)
        self.months = Parts(folder / "months", months_fault, is_large=True)
        self.stories = Parts(folder / "stories", stories_fault)
        self.failures = Parts(folder / "failures", failures_fault, latest=True)
        self._tables = (self.rows, self.months, self.stories, self.failures)
        self._known: set[str] = set()

    def __repr__(self) -> str:
        return f"<Store {str(self.folder)!r}: {len(self.rows):,} rows>"

    @property
    def damaged(self) -> list[Path]:
        """Parts that were found damaged and put aside; their rows are missing until computed again."""
        return [path for parts in self._tables for path in parts.damaged]

    def news(self) -> list[str]:
        """What has been found since this was last asked and is not as it should be, and what became of it."""
        news = [line for parts in self._tables for line in parts.news]
        for parts in self._tables:
            parts.news.clear()
        return news

    def refresh(self) -> bool:
        """Take stock of what others have added since; whether they have."""
        changed = [parts.refresh() for parts in self._tables]
        return any(changed)

    def has(self, names: Sequence[str]) -> np.ndarray:
        """Whether each row is finished."""
        return self.rows.has(names) & self.months.has(names)

    def keep(self, population: Population) -> str:
        """Keep a population, so that rows can name it by its key."""
        key = population_key(population)
        if key not in self._known and self._kept(key) is None:
            write_whole(self._population_path(key), population_text(population).encode())
        self._known.add(key)
        return key

    def population(self, key: str) -> Population:
        """The population of a key.

        Raises:
            StoreError: if it is not there whole.
        """
        if (population := self._kept(key)) is None:
            raise StoreError(
                f"store: {self._population_path(key)} is missing or damaged. Any experiment that runs rows "
                "of that population writes it anew."
            )
        return population

    def _kept(self, key: str) -> Population | None:
        """The population of a key if it is there, and is what the key says."""
        path = self._population_path(key)
        if not path.is_file():  # a pipe would be waited for
            return None
        try:
            population = population_of(path.read_text(encoding="utf-8"))
            return population if population_key(population) == key else None
        except FileNotFoundError:
            return None
        except (ValueError, TypeError, KeyError, AttributeError):  # whatever is wrong with its content
            return None

    def add(self, finished: Finished) -> None:
        """Add what has been finished; when this returns, it is safe.

        Raises:
            StoreError: if it cannot be written.
        """
        pairs = list(zip(finished.rows, finished.outcomes, strict=True))
        results = [(row, outcome) for row, outcome in pairs if isinstance(outcome, Result)]
        failures = [(row, outcome) for row, outcome in pairs if isinstance(outcome, Failure)]
        if failures:
            self.failures.add(failures_table(failures))
        if results:  # the rows last: then each of them is there with its months
            self.months.add(months_table(results))
            self.rows.add(rows_table(results))

    def indicators(self, names: Sequence[str]) -> pd.DataFrame:
        """Indicators of rows and the luck they had, in the order of their names."""
        return self.rows.read(names, RECORDED).to_pandas()

    def frame(self) -> pd.DataFrame:
        """All rows that this version of the model has finished, a line each.

        Columns: `row`; `policy`, as JSON of levers' [value, start, end]; the key of the `population`; `seed`;
        every parameter that is not at its default in all rows; every indicator.
        """
        names = self.rows.names().unique().to_pylist()
        names = list(compress(names, self.has(names)))
        if names:
            is_own = self.rows.read(names, ["model"])["model"].to_numpy() == model_version()
            names = list(compress(names, is_own))
        if not names:
            return pd.DataFrame(columns=[*_SHOWN_KEYS, *INDICATORS])
        rows = self.rows.read(names, [*KEYS, *INDICATORS]).to_pandas()
        parameters = pd.DataFrame(map(parameters_of, rows["parameters"]), index=rows.index)
        parameters = parameters.fillna({name: PARAMETERS[name].default for name in parameters})
        return pd.concat([rows[list(_SHOWN_KEYS)], parameters, rows[list(INDICATORS)]], axis=1)

    def details(self, names: Sequence[str]) -> list[tuple[np.ndarray, np.ndarray]]:
        """Monthly measures [month, SERIES] and spells [kind, outcome, months] of rows, in their order."""
        table = self.months.read(names, ["horizon", "series", "spells"])
        return [unpacked(**line) for line in table.to_pylist()]

    def tell(self, told: Mapping[str, np.ndarray]) -> None:
        """Add what stories say, by name; when this returns, it is safe."""
        self.stories.add(stories_table(told))

    def told(self, names: Sequence[str]) -> list[np.ndarray]:
        """What stories say, in the order of their names."""
        return [np.frombuffer(each, "<f8") for each in self.stories.read(names)["told"].to_pylist()]

    def failures_of(self, names: Sequence[str]) -> dict[str, Failure]:
        """The latest failure of each row that failed and has not been finished since."""
        failed = list(compress(names, self.failures.has(names) & ~self.has(names)))
        columns = [field.name for field in fields(Failure)]
        found = self.failures.read(failed, columns).to_pylist() if failed else []
        return {name: Failure(**each) for name, each in zip(failed, found, strict=True)}

    def find(self, beginning: str) -> tuple[Row, str, str, dict[str, float] | Failure]:
        """The row whose name begins so, its name, the model's version that it ran on, and what came of it.

        Raises:
            BadInput: if there is none, or more than one.
        """
        names = {name for parts in (self.rows, self.failures) for name in parts.beginning_with(beginning)}
        if not names:
            raise BadInput(
                f"There is no row {beginning!r} in store = {self.folder}, which has {len(self.rows):,}."
            )
        if len(names) > 1:
            raise BadInput(f"row = {beginning!r} is not enough: {len(names):,} rows' names begin so.")
        parts = self.rows if self.rows.has([*names])[0] else self.failures
        (line,) = parts.read([*names]).to_pylist()
        row = Row(**{field.name: line[field.name] for field in fields(Row)})
        return row, line["row"], line["model"], _outcome(line)

    def _population_path(self, key: str) -> Path:
        return self.folder / "populations" / f"{key}.json"


def lines_on(failures: Mapping[str, Failure]) -> list[str]:
    """What there is to say of failed rows, given by name."""
    some = list(failures.items())[:_SHOWN]
    return [
        *(f"row {name[:12]}: {failure.kind}: {failure.message}" for name, failure in some),
        "towngown experiment=replay row=NAME runs one again and shows its traceback.",
    ]


def _outcome(line: dict) -> dict[str, float] | Failure:
    if "traceback" in line:
        return Failure(line["kind"], line["message"], line["traceback"])
    return {name: line[name] for name in INDICATORS if name in line}  # other versions have others


def _check_free(folder: Path) -> None:
    """Refuse a folder that is not a store, lest files of others be taken for parts."""
    if not folder.exists():
        return
    if not folder.is_dir():
        raise BadInput(f"store = {folder} is a file; it takes the name of a folder.")
    names = {path.name for path in folder.iterdir() if not path.name.startswith(".")}
    foreign = sorted(names - {*_FOLDERS, *SYSTEM_FILES})
    if foreign:
        raise BadInput(f"store = {folder} holds {foreign[0]}, which is no part of a store.")
