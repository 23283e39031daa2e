"""Settings: what Hydra has composed, checked and made into what the program runs on."""

import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from analysis.asked import Pilot
from analysis.statistics.stopping import Wanted
from experiments.command.arguments import INSTEAD
from experiments.command.files import CONF, PATTERN, POINTS, file_of, mapping_in, stands_in
from experiments.command.listed.doubts import doubts_about
from experiments.command.parameter_sets import (
    Posterior,
    Rivals,
    assumed_from,
    holding,
    points_told,
    posterior_from,
    rivals_from,
)
from experiments.command.patterns import Calibration, Pattern, calibration_from, patterns_from
from experiments.command.policies import BASELINE, CUSTOM, Planned, policies_from
from experiments.command.populations import population_from
from experiments.design.assumed import Assumed
from experiments.design.chosen import DRAWS, SINGLE
from experiments.design.kinds import design_from
from experiments.design.mechanisms import HangsOn, Mechanisms, hangs_on_from, mechanisms_from
from experiments.design.points import BLOCK, Design, repeated
from experiments.running.opening import engine_from
from model.domains import ABOVE_ZERO, PROBABILITY, is_whole
from model.measures import INDICATORS
from model.parameters import LEVERS, implausible, parameters_from
from model.policy import once_recruited
from model.population import LEVER_COUNCILS, Population
from model.problems import BadInput, all_of, check_keys, no_such, refuse

_MOST_SEED = 2**63
#: Of one job: 45 GB in the store.
_MOST_RUNS = 10_000_000
_REFUSE, _EXCLUDE = "refuse", "exclude"
_ASKED = (
    "seeds",
    "sample",
    "design",
    "patterns",
    "checks",
    "calibration",
    "optimise",
    "pilot",
    "precision",
    "posterior",
    "rivals",
    "mechanisms",
    "hangs_on",
    "ledger",
    "failed",
    "population",
    "policies",
)
_OPTIMISE = ("levers", "budget", "tried", "generations", "kept")
_PILOT = ("councils", "months", "power")
_PRECISION = ("indicator", "half_width", "most_seeds")


@dataclass(frozen=True)
class Precision:
    """An interval as narrow as is wanted.

    Attributes:
        indicator: whose effect it is of.
        wanted: half its width, and how many seeds it may take.
    """

    indicator: str
    wanted: Wanted


@dataclass(frozen=True)
class Optimise:
    """How bundles of levers are looked for.

    Attributes:
        levers: that bundles are made of.
        budget: £k a year that one may cost beyond the baseline.
        tried: bundles at a time.
        generations: how many times.
        kept: how many of the best are kept.
        raised: seeds of each point on which these are run anew, at least.
    """

    levers: tuple[str, ...]
    budget: float
    tried: int
    generations: int
    kept: int
    raised: int = 2


@dataclass(frozen=True)
class Ledger:
    """How the ledger of what policies add is made.

    Attributes:
        seeds: of a comparison, on which pairs are followed; 0: there is no ledger.
        places: that policies are meant for; none: all.
    """

    seeds: int
    places: tuple[str, ...]


@dataclass(frozen=True)
class Settings:
    """One job.

    Attributes:
        job: what is done.
        experiment: name of the experiment's file.
        parameters: all of them, in each seed.
        policies: what is run, in order.
        population: where.
        design: the points that are run.
        seeds: the luck of each run.
        responses: indicators that are looked at.
        patterns: that the model is held against.
        calibration: how a calibration to them goes.
        optimise: how bundles of levers are looked for.
        pilot: the trial that is asked about.
        precision: what seeds are added for, if any.
        posterior: points over which a comparison is made again, if any.
        rivals: sets of parameters under which policies are compared, if any.
        mechanisms: that are switched off one at a time, if any.
        hangs_on: what the policy that does best of a comparison is tried without, if anything.
        against: the policy that the others are compared with.
        ledger: how the ledger of what policies add is made.
        equal_money: £k a year that each policy at equal money costs.
        scale_equal_money: whether that sum is for 36 councils.
        smallest_effect: the smallest change of strategic partnerships that matters, as a share of what is
            there without the policy.
        discount: by which each year counts for less than the one before, in money and in partnerships.
        worth: £k that a strategic partnership is worth for a year to whoever decides; None: not priced.
        engine: the engine's own settings.
        shard: which share of the rows this job runs: number, and of how many.
        excludes_failed: whether rows that failed are left out of the analysis, instead of refused.
        dry_run: whether only to say how much there is to do.
        row: the row to replay (the beginning of its name).
        store: folder of all rows ever run.
        report: the results folder whose report is made, instead of anything else.
        again: the results folder that is run again, if any.
        archive: the results folder that is packed, or the file that is checked and unpacked, instead of
            anything else.
        out: folder to write to.
        out_is_new: whether that has to be a folder of its own, as its name is that of the moment.
        figures: whether figures are drawn.
        controls: whether differences are freed of luck that is known to be nil on average.
        files: that it was composed of, conf/config.yaml apart.
        asked: what the program runs on in another form, as it was asked for.
        command: that asked for it.
        noted: what the job says of settings that change nothing there.
        is_reported: whether the job ends with a report.
        asks: what the job's statistics alone need to know.
    """

    job: str
    experiment: str
    parameters: Assumed
    policies: tuple[Planned, ...]
    population: Population
    design: Design
    seeds: range
    responses: tuple[str, ...]
    patterns: tuple[Pattern, ...]
    calibration: Calibration
    optimise: Optimise
    pilot: Pilot
    precision: Precision | None
    posterior: Posterior | None
    rivals: Rivals | None
    mechanisms: Mechanisms | None
    hangs_on: HangsOn | None
    against: str
    ledger: Ledger
    equal_money: float | None
    scale_equal_money: bool
    smallest_effect: float
    discount: float
    worth: float | None
    engine: Mapping[str, Any]
    shard: tuple[int, int]
    excludes_failed: bool
    dry_run: bool
    row: str
    report: Path | None
    again: Path | None
    archive: Path | None
    store: Path
    out: Path
    out_is_new: bool
    figures: bool
    controls: bool
    files: tuple[Path, ...]
    asked: Mapping[str, Any] = field(repr=False)
    command: tuple[str, ...] = ()
    noted: tuple[str, ...] = ()
    is_reported: bool = False
    asks: Mapping[str, Any] = field(default_factory=dict)

    @property
    def years(self) -> float:
        """Length of the horizon."""
        return float(self.parameters["horizon"]) / 12

    @property
    def money(self) -> float | None:
        """£k a year that each policy at equal money costs in this population."""
        if self.equal_money is None or not self.scale_equal_money:
            return self.equal_money
        return self.equal_money * len(self.population.councils) / LEVER_COUNCILS

    @property
    def timeout(self) -> float | None:
        """Seconds that a run may take; None: any."""
        return self.engine["timeout"]

    @property
    def has_effects(self) -> bool:
        """Whether there is a policy to compare with, and something to compare with it."""
        names = [planned.policy.name for planned in self.policies]
        return self.against in names and len(names) > 1

    @property
    def is_sharded(self) -> bool:
        """Whether other jobs run the rest."""
        return self.shard[1] > 1

    def over_points(self) -> "Settings":
        """The same with the points of the sample, if there is one, as the design: every seed runs at each.

        Raises:
            BadInput: if that is too much.
        """
        if not self.parameters.varied:
            return self
        sample = self.parameters.sample
        refuse(_beyond(self.policies, sample, self.seeds, self.asked["seeds"]))
        asked = {**self.asked, "design": self.asked["sample"], "sample": None}
        return replace(self, parameters=Assumed(self.parameters.held), design=sample, asked=asked)

    def described(self) -> dict[str, Any]:
        """What was asked, in the words of the command line, every default spelt out."""
        return {
            "job": self.job,
            "experiment": self.experiment,
            "seeds": self.asked["seeds"],
            "against": self.against,
            "ledger": self.asked["ledger"],
            "equal_money": self.equal_money,
            "scale_equal_money": self.scale_equal_money,
            "smallest_effect": self.smallest_effect,
            "discount": self.discount,
            "worth": self.worth,
            "out": str(self.out),
            "figures": self.figures,
            "store": str(self.store),
            "engine": dict(self.engine),
            "design": self.asked["design"],
            "responses": list(self.responses),
            "patterns": self.asked["patterns"],
            "checks": self.asked["checks"],
            "calibration": self.asked["calibration"],
            "optimise": self.asked["optimise"],
            "pilot": self.asked["pilot"],
            "precision": self.asked["precision"],
            "posterior": self.asked["posterior"],
            "rivals": self.asked["rivals"],
            "mechanisms": self.asked["mechanisms"],
            "hangs_on": self.asked["hangs_on"],
            "controls": self.controls,
            "failed": self.asked["failed"],
            "population": self.asked["population"],
            "policies": self.asked["policies"],
            "parameters": self._parameters(),
        }

    def _parameters(self) -> dict[str, Any]:
        """The parameters that are the same at all points; and where the points are that seeds run at."""
        points = {factor.name for factor in self.design.factors} if self.design.kind is DRAWS else set()
        differ = points | {*self.parameters.varied}
        same = {name: value for name, value in self.parameters.held.items() if name not in differ}
        return {**same, POINTS: self.asked["sample"]["file"]} if self.parameters.varied else same

    def notes(self) -> list[str]:
        """What is allowed, but worth a word."""
        levers = [
            {name: dated.value for name, dated in planned.policy.levers.items()} for planned in self.policies
        ]
        found = [note for values in (self.parameters.held, *levers) for note in implausible(values)]
        found += [note for file in self.files for note in stands_in(file)]
        found += [*doubts_about(self.population), *repeated(self.design)]
        found += [*self._without_effect(), *(self.posterior.noted if self.posterior else ()), *self.noted]
        return list(dict.fromkeys(found))

    def _without_effect(self) -> Iterator[str]:
        """Levers that change nothing."""
        horizon, recruitment = (int(self.parameters[name]) for name in ("horizon", "recruitment_months"))
        for planned in self.policies:
            for lever, dated in planned.policy.levers.items():
                starts = f"{planned.policy.name}: {lever} starts in month {dated.start}"
                filled, end = once_recruited(lever, dated, recruitment).start, dated.end or horizon
                if dated.start >= horizon:
                    yield f"{starts}, after the horizon of {horizon} months: it does nothing."
                elif filled >= min(end, horizon):
                    yield (
                        f"{starts}, and by month {filled}, when somebody is found (recruitment_months = "
                        f"{recruitment}), it is over: it does nothing."
                    )


def settings_from(
    given: Mapping[str, Any], choices: Mapping[str, str] | None = None, folders: Sequence[Path] = (CONF,)
) -> Settings:
    """Check what was composed.

    Args:
        given: the composed configuration, resolved.
        choices: the file chosen in each group.
        folders: where policies are looked for.

    Raises:
        BadInput: naming everything that cannot be used.
    """
    choices = choices or {}
    if instead := given.get(INSTEAD):
        given = {**given, "design": {**(given["design"] or {}), **instead}}
    given = _with_points(given, choices, folders)
    given = {**given, "posterior": holding(given["posterior"], given["parameters"])}
    checks: dict[str, Callable[[], Any]] = {
        "parameters": lambda: parameters_from(_mapping("parameters", given["parameters"])),
        "sample": lambda: SINGLE if given["sample"] is None else design_from(given["sample"]),
        "population": lambda: population_from(given["population"]),
        "policies": lambda: policies_from(given, choices.get("policy", CUSTOM), folders),
        "design": lambda: SINGLE if given["design"] is None else design_from(given["design"]),
        "seeds": lambda: _seeds(given["seeds"]),
        "responses": lambda: _responses("responses", given["responses"]),
        "patterns": lambda: patterns_from(given["patterns"], folders),
        "calibration": lambda: calibration_from(given["calibration"]),
        "optimise": lambda: _optimise(given["optimise"]),
        "pilot": lambda: _pilot(given["pilot"]),
        "precision": lambda: _precision(given["precision"]),
        "posterior": lambda: posterior_from(given["posterior"], folders),
        "rivals": lambda: rivals_from(given["rivals"], folders),
        "mechanisms": lambda: mechanisms_from(given["mechanisms"], mapping_in(CONF / "mechanisms.yaml")),
        "hangs_on": lambda: hangs_on_from(given["hangs_on"], mapping_in(CONF / "mechanisms.yaml")),
        "against": lambda: str(given.get("against", BASELINE)),
        "ledger": lambda: _ledger(given["ledger"]),
        "equal_money": lambda: _above_zero("equal_money", given["equal_money"], "£k a year"),
        "scale_equal_money": lambda: _truth("scale_equal_money", given["scale_equal_money"]),
        "smallest_effect": lambda: _share("smallest_effect", given["smallest_effect"]),
        "discount": lambda: _share("discount", given["discount"]),
        "worth": lambda: _above_zero("worth", given.get("worth"), "£k for a partnership kept up for a year"),
        "engine": lambda: engine_from(given["engine"]),
        "shard": lambda: _shard(given["shard"], given["shards"]),
        "excludes_failed": lambda: _word("failed", given["failed"], (_REFUSE, _EXCLUDE)) == _EXCLUDE,
        "dry_run": lambda: _truth("dry_run", given["dry_run"]),
        "row": lambda: "" if given["row"] is None else str(given["row"]),
        "report": lambda: None if given["report"] is None else folder_from("report", given["report"]),
        "again": lambda: None if given.get("again") is None else folder_from("again", given["again"]),
        "archive": lambda: None if given.get("archive") is None else folder_from("archive", given["archive"]),
        "figures": lambda: _truth("figures", given["figures"]),
        "controls": lambda: _truth("controls", given.get("controls", True)),
        "store": lambda: folder_from("store", given["store"]),
        "out": lambda: folder_from("out", given["out"]),
        "out_is_new": lambda: bool(given.get("out_is_new")),
    }
    results = dict(zip(checks, all_of(checks.values()), strict=True))
    parameters, sample = results["parameters"], results.pop("sample")
    results["parameters"] = assumed_from(parameters, sample, given["parameters"] or ())
    if rivals := results["rivals"]:
        results["design"] = rivals.design
    pulled = {lever for planned in results["policies"] for lever in planned.policy.levers}
    if mechanisms := results["mechanisms"]:
        results["mechanisms"] = acting = mechanisms.acting(pulled, results["parameters"])
        results["design"] = acting.design(results["parameters"])
    refuse(_do_not_fit(given, results))
    experiment = str(choices.get("experiment", given.get("experiment", given["job"])))
    asked = {name: given[name] for name in _ASKED}
    files = [file_of(group, name, folders) for group, name in choices.items()]
    files += [planned.file for planned in results["policies"] if planned.file]
    files += [file_of(PATTERN, pattern.name, folders) for pattern in results["patterns"]]
    job = "archive" if results["archive"] else "report" if results["report"] else given["job"]
    return Settings(job=job, experiment=experiment, files=tuple(files), asked=asked, **results)


def _with_points(
    given: Mapping[str, Any], choices: Mapping[str, str], folders: Sequence[Path]
) -> Mapping[str, Any]:
    """Settings in which a set of parameters that is a sample of points has become the `sample`.

    Its file says where the points are: a table beside it, or anywhere. A comparison whose seeds run at them
    is not made again over a posterior.
    """
    parameters = given["parameters"]
    if not isinstance(parameters, Mapping) or POINTS not in parameters:
        return {**given, "sample": None}
    others = {name: value for name, value in parameters.items() if name != POINTS}
    file = file_of("parameters", choices["parameters"], folders) if "parameters" in choices else Path()
    over = given["posterior"]
    over = {**over, "parameters": None} if isinstance(over, Mapping) else over
    return {**given, "parameters": others, "sample": points_told(parameters, file), "posterior": over}


def _do_not_fit(given: Mapping[str, Any], results: Mapping[str, Any]) -> Iterator[str]:
    """Settings that are allowed, but not together."""
    names = [planned.policy.name for planned in results["policies"]]
    places = results["population"].places
    yield from (
        f"ledger.places: {no_such('place', name, places)}"
        for name in results["ledger"].places
        if name not in places
    )
    if (against := results["against"]) != BASELINE and against not in names:
        yield no_such("policy that is compared", against, names) + " against names one of them."
    if against != BASELINE and given["job"] != "compare":
        yield f"against = {against} is for job=compare: job={given['job']} compares with the baseline."
    if results["rivals"] and given["job"] != "rivals":
        yield f"rivals are for experiment=rivals: job={given['job']} has one set of parameters."
    if results["mechanisms"] and given["job"] != "mechanisms":
        yield f"mechanisms are for experiment=mechanisms: job={given['job']} leaves them on."
    if results["mechanisms"] and given["design"] is not None:
        yield "mechanisms take no design: they are one, in which each is switched off in turn."
    if results["rivals"] and given["design"] is not None:
        yield "rivals take no design: they are one, of which each is a point."
    yield from _beyond(results["policies"], results["design"], results["seeds"], given["seeds"])
    if over := results["posterior"]:
        what = "policies x (posterior.points + posterior.repeated) x posterior.seeds"
        yield from _too_many(what, len(results["policies"]), len(over.design), len(over.seeds))
    if results["precision"] and given["shard"] is not None:
        yield "shard and precision.half_width do not go together: seeds are added as results come in."
    if results["design"].kind is DRAWS:
        names = {factor.name for factor in results["design"].factors}
        yield from (
            f"parameters.{name} is not allowed with these points, which have it each its own."
            for name in given["parameters"] or ()
            if name in names
        )
    out, store = results["out"].resolve(), results["store"].resolve()
    if out.is_relative_to(store) or store.is_relative_to(out):
        yield f"out = {given['out']} and store = {given['store']} are within each other: keep them apart."


def _beyond(policies: Sequence[Planned], design: Design, seeds: range, told: object) -> Iterator[str]:
    """What is too much: seeds that points of a design have each their own of, or runs in all."""
    if design.blocks[-1] and seeds[-1] >= BLOCK:
        yield f"seeds = {told!r} is not allowed with this design: it takes seeds below 2^32."
    yield from _too_many("policies x points x seeds", len(policies), len(design), len(seeds))


def _too_many(what: str, *sizes: int) -> Iterator[str]:
    """That there would be more runs than are allowed."""
    if math.prod(sizes) > _MOST_RUNS:
        times = " x ".join(f"{size:,}" for size in sizes)
        yield f"{what} = {times} runs: at most {_MOST_RUNS:,} are allowed."


def _seeds(given: object) -> range:
    """Seeds 0 to n-1 of a number n, a to b-1 of a range a:b."""
    first, colon, last = str(given).partition(":")
    bounds = (first, last) if colon else ("0", first)
    if isinstance(given, int | str) and not isinstance(given, bool) and all(map(_is_digits, bounds)):
        seeds = range(int(bounds[0]), int(bounds[1]))
        if seeds and seeds[-1] < _MOST_SEED:
            return seeds
    raise BadInput(
        f"seeds = {given!r} is not allowed: it takes a whole number of at least 1, or a range a:b with a < b."
    )


def _is_digits(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 20


def _responses(where: str, given: object) -> tuple[str, ...]:
    names = [given] if isinstance(given, str) else given
    if not isinstance(names, list) or not names:
        raise BadInput(f"{where} = {given!r} is not allowed: it takes a list of indicators.")
    unknown = [no_such("indicator", name, INDICATORS) for name in names if name not in INDICATORS]
    if unknown:
        raise BadInput(f"{where}: {problem}" for problem in unknown)
    return tuple(dict.fromkeys(names))


def _optimise(given: object) -> Optimise:
    if not isinstance(given, Mapping):
        raise BadInput(f"optimise = {given!r} is not allowed: say optimise.budget={given}.")
    check_keys("optimise", given, _OPTIMISE)
    levers = given.get("levers")
    if not isinstance(levers, list) or len(levers) < 2:
        raise BadInput(f"optimise.levers = {levers!r} is not allowed: it takes a list of two levers or more.")
    refuse(no_such("lever", str(name), LEVERS) for name in levers if name not in LEVERS)
    refuse(
        f"optimise.levers: {name} takes words, and bundles are made of numbers."
        for name in levers
        if LEVERS[name].domain.words
    )
    if (budget := _above_zero("optimise.budget", given.get("budget"), "£k a year")) is None:
        raise BadInput("optimise.budget is missing: say how many £k a year a bundle may cost.")
    sizes = {"tried": 4, "generations": 1, "kept": 1}
    refuse(
        f"optimise.{name} = {given.get(name)!r} is not allowed: it takes a whole number of at least {least}."
        for name, least in sizes.items()
        if not is_whole(given.get(name), least)
    )
    return Optimise(tuple(dict.fromkeys(levers)), budget, *(int(given[name]) for name in sizes))


def _pilot(given: object) -> Pilot:
    if not isinstance(given, Mapping):
        raise BadInput(f"pilot = {given!r} is not allowed: say pilot.councils={given}.")
    check_keys("pilot", given, _PILOT)
    councils, months = (
        _numbers(f"pilot.{name}", given.get(name), least) for name, least in (("councils", 4), ("months", 1))
    )
    if (power := _share("pilot.power", given.get("power"))) in (0.0, 1.0):
        raise BadInput(f"pilot.power = {power} is not allowed: no trial is sure, such as 0.8.")
    return Pilot(councils, months, power)


def _numbers(name: str, given: object, least: int) -> tuple[int, ...]:
    numbers = given if isinstance(given, list) else [given]
    known = [each for each in numbers if is_whole(each, least)]
    if not known or len(known) < len(numbers):
        raise BadInput(f"{name} = {given!r} is not allowed: it takes whole numbers of at least {least}.")
    return tuple(sorted(set(map(int, known))))


def _precision(given: object) -> Precision | None:
    if given is None:
        return None
    if not isinstance(given, Mapping):
        raise BadInput(f"precision = {given!r} is not allowed: say precision.half_width={given}.")
    check_keys("precision", given, _PRECISION)
    indicator, width, most = (given.get(name) for name in _PRECISION)
    half_width = _above_zero("precision.half_width", width, "half the interval's width")
    if not isinstance(indicator, str):
        raise BadInput(
            f"precision.indicator = {indicator!r} is not allowed: it takes the name of an indicator."
        )
    _responses("precision.indicator", indicator)
    if not is_whole(most, 1) or most > _MOST_RUNS:
        raise BadInput(
            f"precision.most_seeds = {most!r} is not allowed: it takes a whole number from 1 to "
            f"{_MOST_RUNS:,}."
        )
    return Precision(indicator, Wanted(half_width, most)) if half_width else None


def _ledger(given: object) -> Ledger:
    if not isinstance(given, Mapping):
        raise BadInput(f"ledger = {given!r} is not allowed: it takes settings, such as seeds: 20.")
    check_keys("ledger", given, ("seeds", "places"))
    seeds, places = given.get("seeds"), given.get("places")
    refuse(_ledger_problems(seeds, places))
    return Ledger(int(seeds), tuple(places or ()))  # type: ignore[arg-type]


def _ledger_problems(seeds: object, places: object) -> Iterator[str]:
    if not is_whole(seeds, 0) or seeds > _MOST_RUNS:
        yield f"ledger.seeds = {seeds!r} is not allowed: it takes a whole number from 0 to {_MOST_RUNS:,}."
    if not isinstance(places, list | None):
        yield f"ledger.places = {places!r} is not allowed: it takes a list of places, or null for all."


def _above_zero(name: str, given: object, unit: str) -> float | None:
    if given is None:
        return None
    if given not in ABOVE_ZERO:
        raise BadInput(f"{name} = {given!r} is not allowed: it takes {unit} above 0, or null.")
    return float(given)  # type: ignore[arg-type]


def _share(name: str, given: object) -> float:
    if given not in PROBABILITY:
        raise BadInput(f"{name} = {given!r} is not allowed: it takes a share, from 0 to 1, such as 0.1.")
    return float(given)  # type: ignore[arg-type]


def _shard(number: Any, count: Any) -> tuple[int, int]:
    if not is_whole(count, 1):
        raise BadInput(f"shards = {count!r} is not allowed: it takes a whole number of at least 1.")
    if number is None:
        return 0, 1
    if not is_whole(number, 0) or number >= count:
        raise BadInput(
            f"shard = {number!r} is not allowed: it takes a whole number from 0 to shards - 1 = {count - 1}."
        )
    return number, count


def _mapping(name: str, given: object) -> Mapping[str, Any]:
    if not isinstance(given, Mapping | None):
        raise BadInput(f"{name} = {given!r} is not allowed: it takes names and values.")
    return given or {}


def _word(name: str, given: object, words: Iterable[str]) -> str:
    if given not in (known := list(words)):
        raise BadInput(f"{name} = {given!r} is not allowed: it takes {' or '.join(known)}.")
    return str(given)


def _truth(name: str, given: object) -> bool:
    if not isinstance(given, bool):
        raise BadInput(f"{name} = {given!r} is not allowed: it takes true or false.")
    return given


def folder_from(name: str, given: object) -> Path:
    """The folder that a setting names.

    Raises:
        BadInput: if nothing can have that name.
    """
    if given is None or not str(given).strip():
        raise BadInput(f"{name} = {given!r} is not allowed: it takes the name of a folder.")
    path = Path(str(given))
    try:
        path.resolve(strict=True)
    except (FileNotFoundError, NotADirectoryError):  # it is made, or refused where it is used
        pass
    except (OSError, RuntimeError, ValueError) as error:  # links in a circle, or a name that nothing can have
        raise BadInput(f"{name} = {given!r} is not allowed: {error}.") from None
    return path
