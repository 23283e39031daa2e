"""`python -m tests.measured DEFAULT POSTERIOR` keeps what two folders of `experiment=validate` say.

`make patterns` runs both and this; `python -m tests.odd` then makes README's table of it.
"""

import json
import sys
from pathlib import Path

import pandas as pd

ROOT = Path(__file__).resolve().parent.parent
FILE = ROOT / "model" / "patterns.csv"
KEYS = ["pattern", "target"]
NUMBERS = {"model": "", "model_low": "_low", "model_high": "_high", "share": "_share"}


def measured() -> pd.DataFrame:
    """What is kept: a line a target that is measured (its pattern and name are the index)."""
    return pd.read_csv(FILE, comment="#").set_index(KEYS)


def of_folder(folder: Path, name: str) -> pd.DataFrame:
    """What a folder says of each target, in columns that begin with a name."""
    table = pd.read_csv(folder / "patterns.csv").dropna(subset="model").set_index(KEYS)
    return table[list(NUMBERS)].rename(columns={each: name + end for each, end in NUMBERS.items()})


def provenance(folder: Path, name: str) -> str:
    """Where the numbers of a folder are from."""
    told = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    n = told["seeds"][1] - told["seeds"][0]
    return (
        f"# {name}: {told['points']:,} points, {n} seeds each, {told['finished'][:10]}; "
        f"model {told['version']} {told['model']}.\n"
    )


def main(default: Path, posterior: Path) -> None:
    """Write the file."""
    folders = {"default": default, "posterior": posterior}
    told = [of_folder(folder, name) for name, folder in folders.items()]
    head = "".join(provenance(folder, name) for name, folder in folders.items())
    table = told[0].drop(columns="default_share").join(told[1], how="outer", sort=False).loc[told[0].index]
    FILE.write_text(
        "# What the model gives for each pattern (conf/pattern/): written by `make patterns`.\n"
        + head
        + table.to_csv(float_format="%.4g", lineterminator="\n"),
        encoding="utf-8",
    )


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
