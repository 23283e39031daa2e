"""Figures are written for every kind of folder; what cannot be drawn is said clearly."""

import doctest
import subprocess
import sys

import pytest

from analysis import tables, words
from analysis.__main__ import main
from analysis.figures.drawing import style
from analysis.figures.folder import drawn, write


@pytest.mark.parametrize(
    ("kind", "names"),
    [
        ("comparison", {"effects", "partnerships", "survival", "worth"}),
        ("one_run", {"series", "histories"}),
        ("sobol", {"indices", "convergence"}),
        ("morris", {"screening"}),
        ("robust", {"regret", "beats", "flips"}),
        ("replications", {"variation", "widths", "pairing"}),
    ],
)
def test_a_folder_gets_the_figures_its_tables_allow(request, capsys, kind, names):
    folder = request.getfixturevalue(kind)
    assert main([str(folder)]) == 0
    files = {folder / "figures" / f"{name}.{ending}" for name in names for ending in ("png", "svg")}
    assert set((folder / "figures").iterdir()) == files
    assert set(capsys.readouterr().out.split()) == {str(file) for file in (*files, folder / "report.html")}
    for file in files:
        assert file.stat().st_size > 10_000
        start = file.read_bytes()[:8]
        assert start.startswith(b"\x89PNG") if file.suffix == ".png" else start.startswith(b"<?xml")


def test_the_same_tables_give_the_same_file(comparison):
    """Drawn twice, from tables read twice."""
    first, again = (
        {file: file.read_bytes() for file in write(comparison, drawn(tables.read(comparison)))}
        for _ in range(2)
    )
    assert first
    assert again == first


def test_no_such_folder(tmp_path, capsys):
    assert main([str(tmp_path / "nowhere")]) == 2
    assert capsys.readouterr().err == f"{tmp_path / 'nowhere'}: no such folder\n"


def test_a_folder_without_rows(tmp_path, capsys):
    assert main([str(tmp_path)]) == 2
    assert "holds no rows.parquet" in capsys.readouterr().err


def test_a_folder_without_a_run(comparison, spoil, capsys):
    spoil(comparison, "rows", lambda rows: rows.head(0))
    assert main([str(comparison)]) == 2
    assert "rows.parquet: holds no run" in capsys.readouterr().err


@pytest.mark.parametrize("content", [b"", b"policy,seed\nbaseline,1\n"])
def test_a_table_that_is_not_parquet(comparison, capsys, content):
    (comparison / "effects.parquet").write_bytes(content)
    assert main([str(comparison)]) == 2
    message = capsys.readouterr().err
    assert "effects.parquet: cannot be read as Parquet" in message
    assert "Traceback" not in message


@pytest.mark.parametrize(("table", "column"), [("effects", "low"), ("series", "mean"), ("survival", "kind")])
def test_a_table_that_lacks_a_column(comparison, spoil, capsys, table, column):
    spoil(comparison, table, lambda whole: whole.drop(columns=column))
    assert main([str(comparison)]) == 2
    assert f"{table}.parquet: lacks the column {column}\n" in capsys.readouterr().err


def test_a_study_without_a_column(robust, spoil, capsys):
    spoil(robust, "regret", lambda whole: whole.drop(columns=["p90_regret", "max_regret"]))
    assert main([str(robust)]) == 2
    assert "regret.parquet: lacks the columns p90_regret, max_regret\n" in capsys.readouterr().err


def test_of_the_rows_no_more_is_read_than_what_names_them(sobol, spoil):
    spoil(sobol, "rows", lambda rows: rows.assign(search_rate=0.4, mean_strategic=3.0))
    assert tuple(tables.read(sobol).rows) == tables.COLUMNS["rows"]


def test_files_that_cannot_be_written(comparison, capsys):
    (comparison / "figures").write_text("a file in the way")
    assert main([str(comparison)]) == 1
    assert "the files cannot be written" in capsys.readouterr().err


def test_a_folder_must_be_named(capsys):
    with pytest.raises(SystemExit) as stop:
        main([])
    assert stop.value.code == 2
    assert "FOLDER" in capsys.readouterr().err


def test_analysis_imports_neither_model_nor_experiments():
    code = (
        "import sys, analysis.figures.folder, analysis.__main__\n"
        "wrong = {name.split('.')[0] for name in sys.modules} & {'model', 'experiments', 'numba', 'hydra'}\n"
        "sys.exit(' '.join(wrong) or 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("module", [style, words])
def test_the_examples_in_docstrings(module):
    assert doctest.testmod(module).failed == 0
