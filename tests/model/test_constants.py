"""No number at the head of a file of rules is tied to another by hand: each can be changed alone."""

import ast
import importlib
import json
import os
import subprocess
import sys
from pathlib import Path

from model.problems import BadInput
from tests.model.worlds import EVERYTHING, SMALL, check_everything, finished

ROOT = Path(__file__).parents[2]
#: Of no amount: what marks a place or a time that is none.
MARKS = {"arrays.NONE", "arrays.NEVER"}
#: Files whose numbers are addresses and codes, which `tests/model/draws.py` and the tables' tests look after.
NO_RULES = {"__init__", "chance", "measures", "parameters", "policy", "population"}


def constants():
    """Names at the heads of files of rules for which one number is written, as module.NAME."""
    for file in sorted(ROOT.glob("model/*.py")):
        for line in ast.parse(file.read_text(encoding="utf-8")).body if file.stem not in NO_RULES else ():
            if (
                isinstance(line, ast.Assign)
                and isinstance(line.targets[0], ast.Name)
                and is_number(line.value)
            ):
                constant = f"{file.stem}.{line.targets[0].id}"
                importlib.import_module(f"model.{file.stem}")
                if constant not in MARKS:
                    yield constant


def is_number(expression):
    """Whether a number is written out, and not reckoned from others."""
    try:
        return isinstance(ast.literal_eval(expression), int | float)
    except ValueError:
        return False


def shifted(value):
    """Other values, near and far."""
    return (value + 1, 2 * value, max(1, value // 2)) if isinstance(value, int) else (2 * value, value / 2)


def set_everywhere(name, old, new):
    """Change a constant in every module of the model that knows it."""
    for module in [each for key, each in sys.modules.items() if key.startswith("model.")]:
        if vars(module).get(name) is old:
            setattr(module, name, new)


def what_breaks(constant, value):
    """What goes wrong in a small world if a constant is shifted; nothing if that is refused."""
    module, name = constant.split(".")
    old = getattr(sys.modules[f"model.{module}"], name)
    set_everywhere(name, old, value)
    try:
        check_everything(finished({"warmup": 6, "horizon": 12}, EVERYTHING, SMALL))
    except (BadInput, RuntimeError):
        return None
    except (AssertionError, ArithmeticError, LookupError) as error:
        return f"{constant} = {value}: {error!r}"
    finally:
        set_everywhere(name, value, old)
    return None


def print_what_breaks():
    """For a process of its own, in which rules are plain Python: compiled ones keep the numbers they had."""
    tried = [
        (each, value)
        for each in constants()
        for value in shifted(getattr(sys.modules[f"model.{each.split('.')[0]}"], each.split(".")[1]))
    ]
    print(json.dumps([len(tried), [said for each in tried if (said := what_breaks(*each))]]))


def test_every_constant_can_be_changed_alone():
    done = subprocess.run(
        [sys.executable, "-c", "from tests.model.test_constants import print_what_breaks as main; main()"],
        cwd=ROOT,
        env=os.environ | {"NUMBA_DISABLE_JIT": "1", "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    tried, broken = json.loads(done.stdout)
    assert tried >= 20
    assert broken == []
