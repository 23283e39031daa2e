"""The main job: compare policies with the baseline on shared luck, and say what each is worth."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path

import pandas as pd

from experiments import screen
from experiments.effects import effects_of
from experiments.engine import results
from experiments.equal_money import Solved, extra_cost, notes_on, seeds_to_solve_on, solve
from experiments.figures import drawn
from experiments.folder import written_whole
from experiments.gathering import Gathered
from experiments.manifest import manifest, write_manifest, write_settings
from experiments.settings import BASELINE, Planned, Settings
from experiments.table import effects_table, levels_table
from model.policy import Policy
from model.simulation import BASELINE as BASELINE_POLICY
from model.simulation import Run, Simulation, compare


def main(settings: Settings) -> int:
    """Run it, write the folder, show the table.

    Returns:
        Exit status: 1 if the figures could not be drawn, else 0.
    """
    started = datetime.now().astimezone()
    warnings = settings.notes()
    screen.say(warnings)
    with written_whole(settings.out) as folder:
        screen.say_compiling()
        with screen.progress() as bars:
            solved = at_equal_money(settings, bars)
            policies = [
                solved[name].policy if (name := planned.policy.name) in solved else planned.policy
                for planned in settings.policies
            ]
            runs = seed_by_seed(settings, policies, settings.seeds)
            gathered = Gathered([policy.name for policy in policies], settings.population.name)
            watched = screen.watched(bars, runs, len(settings.seeds), "Runs", runs=len(policies))
            for seed, by_policy in watched:
                gathered.add(seed, by_policy)
        rows = gathered.rows()
        effects = effects_of(rows) if BASELINE in gathered.policies and len(policies) > 1 else None
        warnings += notes_on(solved.values())
        write_tables(folder, rows, effects, gathered)
        write_settings(folder, settings, solved)
        write_manifest(folder, manifest(settings, solved.values(), started, len(rows), warnings))
        figures_done = not settings.figures or drawn(folder)
    show(settings, rows, effects, solved)
    screen.say_where({"Written to": str(settings.out)})
    return 0 if figures_done else 1


def seed_by_seed(
    settings: Settings, policies: Sequence[Policy], seeds: Sequence[int]
) -> Iterator[tuple[int, dict[str, Run]]]:
    """The runs of each seed in turn, by policy; the warm-up of a seed is simulated once for all."""

    def work(seed: int) -> tuple[int, dict[str, Run]]:
        runs = compare(settings.parameters, policies, settings.population, seed)
        return seed, {policy.name: run for policy, run in zip(policies, runs, strict=True)}

    return results(work, seeds, settings.threads)


def at_equal_money(settings: Settings, bars: screen.Progress) -> dict[str, Solved]:
    """The policies at equal money, their intensities solved for, by name."""
    wanted = [planned for planned in settings.policies if planned.at_equal_money]
    if not wanted or settings.equal_money is None or not settings.years:
        return {}
    target = settings.equal_money * settings.population.lever_scale
    cost_of = _costs(settings, seeds_to_solve_on(settings))
    names = screen.watched(bars, wanted, len(wanted), "Equal money", "policies")
    return {
        planned.policy.name: solve(planned, target, lambda policy, planned=planned: cost_of(planned, policy))
        for planned in names
    }


def _costs(settings: Settings, seeds: Sequence[int]) -> Callable[[Planned, Policy], float]:
    """Yearly cost of a policy above the baseline, simulated on some seeds, each warmed up once."""

    def warm(seed: int) -> Simulation:
        simulation = Simulation(settings.parameters, BASELINE_POLICY, settings.population, seed)
        simulation.advance(int(settings.parameters["warmup"]))
        return simulation

    def indicators(policy: Policy) -> list[dict[str, float]]:
        def finish(simulation: Simulation) -> dict[str, float]:
            fork = simulation.fork(policy)
            fork.advance()
            return fork.result().indicators

        return list(results(finish, warmed_up, settings.threads))

    warmed_up = list(results(warm, seeds, settings.threads))
    baseline = indicators(BASELINE_POLICY)
    return lambda planned, policy: extra_cost(planned, indicators(policy), baseline) / settings.years


def write_tables(folder: Path, rows: pd.DataFrame, effects: pd.DataFrame | None, gathered: Gathered) -> None:
    """Write what came out as Parquet."""
    rows.to_parquet(folder / "rows.parquet", index=False)
    if effects is not None:
        effects.to_parquet(folder / "effects.parquet", index=False)
        effects.to_csv(folder / "effects.csv", index=False)
    gathered.series().to_parquet(folder / "series.parquet", index=False)
    gathered.survival().to_parquet(folder / "survival.parquet", index=False)


def show(
    settings: Settings, rows: pd.DataFrame, effects: pd.DataFrame | None, solved: Mapping[str, Solved]
) -> None:
    """Show the table, and what to know when reading it."""
    console = screen.tables()
    console.print()
    for part in (
        levels_table(settings, rows) if effects is None else effects_table(settings, effects, solved, console)
    ):
        console.print(part)
    screen.say(notes_on(solved.values()))
