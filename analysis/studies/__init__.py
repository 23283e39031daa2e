"""Studies: from the rows of a folder to the tables that its job makes of them.

A job calls this once it has written its rows; `python -m analysis FOLDER` calls it again.
"""

from pathlib import Path

from analysis import asked as asking
from analysis import dictionary, tables
from analysis.dictionary import Dictionary, columns_of
from analysis.studies.calibrate import CALIBRATE
from analysis.studies.compare import COMPARE
from analysis.studies.found import Found
from analysis.studies.questions.combine import COMBINE
from analysis.studies.questions.friction import FRICTION
from analysis.studies.questions.mechanisms import MECHANISMS
from analysis.studies.questions.optimise import OPTIMISE
from analysis.studies.questions.pilot import PILOT
from analysis.studies.questions.rivals import RIVALS
from analysis.studies.replications import REPLICATIONS
from analysis.studies.robustness import ROBUSTNESS
from analysis.studies.sensitivity import SENSITIVITY
from analysis.studies.validate import VALIDATE

#: What is made of the rows of each job that has statistics, by its name.
STATISTICS = {
    each.job: each
    for each in (
        COMPARE, REPLICATIONS, ROBUSTNESS, SENSITIVITY, RIVALS, MECHANISMS, FRICTION, PILOT,
        OPTIMISE, COMBINE, VALIDATE, CALIBRATE,
    )
}  # fmt: skip


#: What each column of each table of statistics is.
COLUMNS = [
    column
    for each in STATISTICS.values()
    for table, told in each.columns.items()
    for column in columns_of(table, told)
]


def analyse(folder: Path, columns: Dictionary) -> Found:
    """Make the tables of a study from its rows, and write them into its folder.

    Args:
        folder: holds `rows.parquet`, `study.json` and, of a screening, `positions.parquet`.
        columns: what the columns of its tables are.

    Raises:
        BadFolder: if it lacks what that takes.
        TooFew: if too many runs failed.
    """
    tables.check(folder)
    asked = asking.read(folder)
    statistics = STATISTICS.get(asked.job) if asked else None
    found = statistics.found_in(folder, asked, columns) if asked and statistics else Found()
    for name, table in found.tables.items():
        tables.write(folder, name, table, columns)
        table.to_csv(folder / f"{name}.csv", index=False)
    return found


def analysed_again(folder: Path) -> tuple[list[str], list[Path]]:
    """Make the statistics of a folder again; what to know of them, and the files that hold them.

    A folder of an older version does not say what its study asked, or what its columns are: its tables are
    then read as they are.

    Raises:
        BadFolder: as of `analyse`.
    """
    columns = Dictionary.of(folder)
    missing = [name for name in (asking.FILE, dictionary.FILE) if not (folder / name).exists()]
    if not missing:
        found = analyse(folder, columns)
        files = [folder / f"{name}.{ending}" for name in found.tables for ending in ("parquet", "csv")]
        return found.notes, [file for file in files if file.exists()]
    lost = "" if columns else " Labels and units of indicators, and which direction is better, are not known."
    return [f"{folder}: holds no {' or '.join(missing)}, so its statistics are read as they are.{lost}"], []
