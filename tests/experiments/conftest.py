from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from experiments.main import main

#: A world that takes milliseconds, of willing councils, so that something happens in it.
TINY = (
    "population.places=2", "parameters.warmup=6", "parameters.horizon=24", "parameters.council_base=-2.5",
    "posterior.parameters=null", "hangs_on.mechanisms=null",
    "figures=false", "store=store",
)  # fmt: skip


#: What makes brokers count.
EMBEDDING = ("parameters.embed_rate=0.1", "parameters.embed_role=2")


@dataclass(frozen=True)
class Said:
    status: int
    out: str
    err: str


@pytest.fixture
def towngown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[..., Said]:
    """Run the program in an empty folder."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "120")

    def run(*arguments: str) -> Said:
        capsys.readouterr()
        status = main(arguments)
        return Said(status, *capsys.readouterr())

    return run


@pytest.fixture
def tiny(towngown: Callable[..., Said]) -> Callable[..., Said]:
    """Run the program in a tiny world."""
    return lambda *arguments: towngown(*TINY, *arguments)
