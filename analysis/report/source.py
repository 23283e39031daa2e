"""Source: a folder as the report reads it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pandas as pd
import yaml

from analysis import asked as asking
from analysis import tables
from analysis.asked import Asked
from analysis.dictionary import Dictionary
from analysis.listing import MANIFEST, digest_of
from analysis.tables import Tables

#: Meanings where a folder tells none.
UNKNOWN: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True)
class Source:
    """A folder, whose tables are read when they are wanted.

    Attributes:
        folder: that `towngown` wrote.
    """

    folder: Path

    @cached_property
    def tables(self) -> Tables:
        """What figures take.

        Raises:
            BadFolder: if it holds no run, or a table that cannot be read.
        """
        return tables.read(self.folder)

    @cached_property
    def columns(self) -> Dictionary:
        """What each column is."""
        return Dictionary.of(self.folder)

    @cached_property
    def asked(self) -> Asked | None:
        """What was asked; None where the folder does not say."""
        return asking.read(self.folder)

    @cached_property
    def manifest(self) -> dict[str, Any]:
        """Where everything came from; empty where the folder does not say."""
        try:
            told = json.loads((self.folder / MANIFEST).read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}
        return told if isinstance(told, dict) else {}

    @cached_property
    def changed(self) -> list[str]:
        """Tables that are not as the manifest lists them, or are gone: somebody else changed them."""
        listed = self.manifest.get("files")
        told = listed if isinstance(listed, dict) else {}
        tables_told = [name for name in told if name.endswith(".parquet")]
        return [name for name in tables_told if digest_of(self.folder / name) != told[name]]

    @cached_property
    def settings(self) -> str:
        """All settings spelt out; empty where the folder lacks them."""
        try:
            return (self.folder / "config.yaml").read_text(encoding="utf-8")
        except (OSError, ValueError):
            return ""

    @cached_property
    def policies(self) -> list[dict[str, Any]]:
        """Each policy with its name and levers; none where the folder lacks its settings."""
        try:
            told = yaml.safe_load(self.settings) or {}
            return [each for each in told["policies"] if {"name", "levers"} <= set(each)]
        except (yaml.YAMLError, KeyError, TypeError):
            return []

    @cached_property
    def meanings(self) -> Mapping[str, str]:
        """What each assumption is, by its name; none where the folder does not say."""
        assumptions = self.table("assumptions")
        return dict(assumptions[["parameter", "meaning"]].to_numpy()) if len(assumptions) else UNKNOWN

    def table(self, name: str) -> pd.DataFrame:
        """A table of statistics; an empty one where the folder lacks it."""
        found = tables.table(self.folder, name)
        return pd.DataFrame() if found is None else found

    @cached_property
    def names(self) -> pd.DataFrame:
        """What names each run: policy, seed and row."""
        rows = tables.table(self.folder, "rows")
        assert rows is not None  # or `tables` would have refused the folder
        return rows[[name for name in ("point", "policy", "population", "seed", "row") if name in rows]]
