"""A misspelt name in a rule is told with its place and what there is, and no other name ever is."""

import ast
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from model.machine.cache import MODEL
from model.machine.checking import check_names
from model.machine.columns import UNKNOWN, Reading
from model.machine.spelling import read
from model.problems import BadInput


@pytest.fixture
def copy(tmp_path):
    return Path(shutil.copytree(MODEL, tmp_path / "model", ignore=shutil.ignore_patterns("__pycache__")))


def edited(copy, name, old, new):
    """A copy of the model in which something stands in place of what stood there."""
    file = copy / name
    text = file.read_text(encoding="utf-8")
    assert old in text, old
    inside, _, added = new.partition(BELOW)
    file.write_text(f"{text.replace(old, inside, 1)}\n\n{added}", encoding="utf-8")
    return f"model/{name}, line {text[: text.index(old)].count('\n') + 1}: "


#: What comes after it in an edit is added at the end of the file.
BELOW = "\n---\n"
TRUST = "tie.trust += p.scoping_trust * tie.served * (1.0 - tie.trust)"
SLIPS = {
    "column of a row": (
        "partnership.py", TRUST, "tie.trust += world.researchers[tie.researcher].sector_knowlege",
        "'sector_knowlege' is no column of world.researchers. Did you mean sector_knowledge?",
    ),
    "column of a record that is handed on": (
        "partnership.py", TRUST, "tie.trsut += p.scoping_trust",
        "'trsut' is no column of world.ties. Did you mean trust?",
    ),
    "column of what a new rule is called with": (
        "partnership.py", TRUST, f"helped(tie){BELOW}def helped(it):\n    it.servd = 1.0\n",
        "'servd' is no column of world.ties. Did you mean served?",
    ),
    "column by its name in brackets": (
        "partnership.py", TRUST, 'world.ties["trsut"]', "'trsut' is no column of world.ties.",
    ),
    "parameter": (
        "partnership.py", "p.scoping_trust", "p.scoping_trsut",
        "'scoping_trsut' is no parameter. Did you mean scoping_trust?",
    ),
    "lever": (
        "partnership.py", "levers_of(world).bridging_months", "levers_of(world).bridging_month",
        "'bridging_month' is no lever. Did you mean bridging_months?",
    ),
    "lever among parameters": (
        "partnership.py", "p.scoping_trust", "p.joint_posts", "It is a lever: levers_of(world).joint_posts.",
    ),
    "parameter among levers": (
        "partnership.py", "levers_of(world).bridging_months", "levers_of(world).scoping_trust",
        "It is a parameter: world.parameters.scoping_trust.",
    ),
    "measure": (
        "partnership.py", "this_month(world).embedded", "this_month(world).embeddd",
        "'embeddd' is no monthly measure. Did you mean embedded?",
    ),
    "table": (
        "partnership.py", "world.universities[u].roles", "world.univrsities[u].roles",
        "'univrsities' is no table of the world. Did you mean universities?",
    ),
    "row forgotten": (
        "partnership.py", "world.universities[u].roles", "world.universities.roles", "Its rows have it",
    ),
    "number taken for a record": (
        "partnership.py", TRUST, "tie.researcher.sector_knowledge",
        "'sector_knowledge' is no property of a number",
    ),
    "local name": ("partnership.py", TRUST, "tie.trust += scoping_trust * ti.served", "'ti' is not defined."),
    "global name": (
        "partnership.py", "tie.stage == READY and", "tie.stage == READI and",
        "'READI' is not defined. Did you mean READY?",
    ),
    "stream": (
        "partnership.py", "chance.EMBEDDING", "chance.EMBEDDNG",
        "model.chance has no 'EMBEDDNG'. Did you mean EMBEDDING?",
    ),
    "function of math": (
        "leaders.py", "math.sqrt", "math.sqroot", "math has no 'sqroot'. Did you mean sqrt?",
    ),
    "import": (
        "partnership.py", "import chance\n", "import chanze\n",
        "model has no 'chanze' to import. Did you mean chance?",
    ),
    "imported name": (
        "month.py", "import TABLE_FULL,", "import TABLE_FUL,",
        "model.arrays has no 'TABLE_FUL' to import. Did you mean TABLE_FULL?",
    ),
    "module": ("month.py", "from model.arrays", "from model.arrayz", "there is no module 'model.arrayz'."),
    "package": ("month.py", "import numpy as np", "import nmpy as np", "there is no module 'nmpy'"),
    "syntax": ("partnership.py", "if tie.progress >= 1.0:", "if tie.progress >= 1.0", "expected ':'"),
}  # fmt: skip


@pytest.mark.parametrize(
    "slip",
    [
        slip if at % 3 == 0 else pytest.param(slip, marks=pytest.mark.thorough)
        for at, slip in enumerate(SLIPS)
    ],
)
def test_a_slip_is_told_with_its_place_and_what_there_is(slip, copy):
    name, old, new, told = SLIPS[slip]
    place = edited(copy, name, old, new)
    with pytest.raises(BadInput) as refused:
        check_names(copy)
    assert told in str(refused.value)
    if BELOW not in new:
        assert any(problem.startswith(place) for problem in refused.value.problems)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("import chance\n", "import chanze\n"),
        ("happens, stream_of", "happenz, stream_of"),
        ("import numpy as np", "import nunpy as np"),
    ],
)
def test_a_misspelt_import_is_told_once_though_its_right_name_is_used(old, new, copy):
    place = edited(copy, "partnership.py", old, new)
    with pytest.raises(BadInput) as refused:
        check_names(copy)
    assert [problem.startswith(place) for problem in refused.value.problems] == [True]


EDITS = (
    f"""
    tie.trust += doubled(p){BELOW}def doubled(p):
    return 2 * p.scoping_trust
    """,
    """
    a, b = tie.served, world.councils[tie.council]
    b.load += a
    for k, (x, y) in enumerate(((1, 2), (3, 4))):
        a += k + x + y
    a = [z for z in range(3) if (w := z)]
    c = lambda q: q + a[0]
    del c
    it = b
    it = tie
    it.stage = it.load
    with open("a") as f, open("b") as (g, h):
        print(f, g, h)
    try:
        import os
    except* OSError as e:
        print(e, os.sep)
    match a:
        case [first, *rest]:
            print(first, rest, __file__, __name__)
    """,
    """
    tie.trust += np.float64(np.linalg.norm(np.array([1.0, 2.0])).real) + math.pi
    print(tie.dtype.names, tie.tolist(), world.ties.shape, world.live[:3].sum(), p.item)
    """,
    """
    few = world.ties[: world.clock.live]
    few[0].trust = few["trust"].mean()
    tie.trust += few[few["stage"] == 1][0].anything
    """,
    """
    side = world.councils[0] if tie.trust > 0.5 else world.efforts[0]
    side.committed += 1.0
    side.load += 1
    """,
    """
    import pdb; pdb.set_trace()
    breakpoint()
    """,
    """
    from model.arrays import TOPICS as T
    tie.topic = len(T)
    """,
    """
    chance = 0.5
    chance.real
    math = tie
    math.trust
    """,
    """
    for t in range(3):
        for each in (tie, world.councils[0]):
            each.anything = t
    """,
    """
    global HITS
    HITS = 1
    def inner(world, other):
        return world.anything + other.anything + HITS
    inner(tie, tie)
    """,
    """
    it = tie
    it = it if it.trust > 0.5 else it
    it = it.topic
    while it: it = world.ties[it.next_of_council]
    """,
    """
    class Box: pass
    box = Box()
    box.thing = tie
    box.thing.anything
    """,
)


def test_what_could_be_right_is_not_refused(copy):
    """Each edit in a rule of its own, which is called as `nurture` is."""
    file = copy / "partnership.py"
    text = file.read_text(encoding="utf-8")
    calls = "".join(f"    rule_{number}(world, tie)\n" for number in range(len(EDITS)))
    for number, edit in enumerate(EDITS):
        inside, _, added = edit.partition(BELOW)
        head = f"def rule_{number}(world: World, tie: np.record):\n    p = world.parameters"
        text += f"\n\n{head}{inside}\n\n{added}"
    text = text.replace("import numpy as np", "import math\n\nimport numpy as np")
    file.write_text(text.replace(f"    {TRUST}\n", calls), encoding="utf-8")
    check_names(copy)


CHECK = """
from model.machine.checking import check_rules
try:
    check_rules()
except ValueError as told:
    print(told)
"""


def checked(copy):
    """What the program says of the copy, by its own declarations; empty if nothing."""
    folder = str(copy.parent)
    environment = os.environ | {"PYTHONPATH": folder, "NUMBA_CACHE_DIR": folder}
    command = [sys.executable, "-c", CHECK]
    return subprocess.check_output(command, cwd=folder, env=environment, text=True)


def test_what_is_newly_declared_is_known(copy):
    edited(copy, "arrays.py", '    ("trust", _F,', '    ("warmth", _F, "0-1"),\n    ("trust", _F,')
    edited(
        copy,
        "parameters.py",
        '    Parameter("warmup"',
        '    Parameter("cosy", 1, whole(0, 2)),\n    Parameter("warmup"',
    )
    assert "missing 3 required positional arguments" in checked(copy)
    edited(copy, "parameters.py", "whole(0, 2))", 'whole(0, 2), "-", "cosiness", "assumed", (0, 1))')
    edited(copy, "partnership.py", TRUST, "tie.warmth += p.cosy")
    assert checked(copy) == ""
    edited(copy, "partnership.py", "p.cosy", "p.cosi")
    assert "'cosi' is no parameter. Did you mean cosy?" in checked(copy)


def test_a_version_is_looked_at_once(copy):
    assert checked(copy) == ""
    checker = copy / "machine" / "columns.py"
    checker.write_text("def misspelt(sources):\n    raise SystemExit(3)\n", encoding="utf-8")
    with pytest.raises(subprocess.CalledProcessError):
        checked(copy)
    shutil.copy(MODEL / "machine" / "columns.py", checker)
    (known,) = (copy.parent / "towngown").glob("*/names-checked")
    assert checked(copy) == ""
    assert known.exists()


def test_nothing_is_refused_and_everything_is_looked_at():
    """In the rules as they are, records are known for what they are: all that rules hand to each other."""
    check_names(MODEL)
    reading = Reading(read(MODEL))
    unknown = {
        (function.node.name, name)
        for function in reading.functions
        for each in function.all_parameters
        if each.annotation
        and ast.unparse(each.annotation) == "np.record"
        and (not (kinds := function.parameters[name := each.arg]) or UNKNOWN in kinds)
    }
    assert unknown == {("draw_council", "site"), ("locate", "site")}  # they come from Python
