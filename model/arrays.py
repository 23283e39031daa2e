"""All state of a run, declared once: name, type, unit and meaning of every column.

The truth of a run is in these tables: one row a place, council, university, researcher, tie and
need. A row is a record whose columns rules read and write by name (``council.load``). Ties and
needs live in tables with free lists, and hang on their council and researcher by linked lists, so
that nothing is ever councils x researchers and nothing scans all ties for one pair. A row number of
-1 means none.
"""

import math
from typing import Any, NamedTuple

import numpy as np

from model.measures import LUCK_RECORD, MONTH_RECORD
from model.parameters import LEVER_RECORD, PARAMETER_RECORD, PARAMETERS
from model.reasons import REASONS

TOPICS = ("inclusive growth", "net zero", "skills", "housing", "health", "transport", "data", "trade")
N_TOPICS = len(TOPICS)

# Stages of a tie. From SCOPING on it is live; in PROJECT and STRATEGIC it is active, a partnership.
FREE, DORMANT, SCOPING, READY, AWARDED, PROJECT, STRATEGIC = range(7)
STAGES = ("free", "dormant", "scoping", "ready", "awarded", "project", "strategic")

# Origins of a tie's latest meeting; the first five are also the first events of a tie's history.
BY_SEARCH, BY_OUTREACH, BY_REPEAT, BY_EVENT, BY_INTRODUCTION, BY_INITIAL, BY_PHD = range(7)
ORIGINS = ("council_search", "outreach", "repeat", "event", "introduction", "initial", "started_phd")

NONE = -1
NEVER = 1_000_000_000

# Months from a call to the last decision on its full bids: money is set aside by month, modulo so many.
MONTHS_ASIDE = int(PARAMETERS["full_bid_months"].domain.high) + 1

# Why a run must be repeated, or cannot go on (`clock.overflowed`).
TABLE_FULL, PHD_ROW_TAKEN = 1, 2

# What stands in place of the month in which a contract ends.
PERMANENT, VACANT = NEVER, -1

# Rows, months and counts of the large tables take half the memory that other whole numbers do, or a quarter.
_I, _N, _S, _F = "i8", "i4", "i2", "f8"

CACHE_LINE = 64  # bytes that the processor fetches at once


def _record(*columns: tuple, padded: bool = True) -> np.dtype:
    """A record type from (name, type, meaning) or (name, type, meaning, length) columns.

    Columns lie in their order; padding keeps a record from straddling more lines of the processor's cache
    than it must.
    """
    hidden = [name for name, *_ in columns if hasattr(np.record, name)]
    assert not hidden, f"a record's own attribute hides column {hidden}"
    packed: Any = np.dtype([(name, kind, *shape) for name, kind, _, *shape in columns], align=True)
    size = packed.itemsize
    if padded:
        size = -(-size // CACHE_LINE) * CACHE_LINE if size > CACHE_LINE else 1 << (size - 1).bit_length()
    layout: Any = {
        "names": packed.names,
        "formats": [packed[name] for name in packed.names],
        "offsets": [packed.fields[name][1] for name in packed.names],
        "itemsize": size,
    }
    return np.dtype((np.record, np.dtype(layout, align=True)))


CLOCK = _record(
    ("seed", _I, "names all the luck of the run"),
    ("month", _I, "months simulated so far, which is the number of the next month"),
    ("warmup", _I, "first month of the horizon"),
    ("end", _I, "months of the whole run"),
    ("left", _F, "share of the horizon that is left, this month included; 0 before it"),
    ("overflowed", _I, "0, or TABLE_FULL: the run must be repeated with larger tables; or PHD_ROW_TAKEN"),
    ("slots", _I, "rows of researchers in use: posts, and places for PhD researchers"),
    ("posts", _I, "researchers' posts, the first rows of researchers"),
    ("phds_started", _I, "PhDs started so far"),
    ("live", _I, "length of the list of live ties"),
    ("dormant", _I, "length of the list of dormant ties"),
    ("busy", _I, "researchers of whom time was asked when effort was last reckoned"),
    ("researchers", _I, "researchers present"),
    ("staff_changed", _I, "1 if a university's staff has changed since searches last weighed it"),
    ("seconded", _I, "researchers on secondment"),
    ("free_tie", _I, "head of the list of free rows of ties"),
    ("free_need", _I, "head of the list of free rows of needs"),
    ("ties_made", _I, "ties ever made; names the next"),
    ("events", _I, "events recorded so far"),
    ("free_needs", _I, "candidate needs of this month's matchmaking round"),
    ("candidates", _I, "candidate researchers of this month's matchmaking round"),
    ("staffs", _I, "runs of them who are next to each other and at the same university"),
    ("introductions", _I, "pairs chosen in this month's matchmaking round"),
)

FUNDER = _record(
    ("leftover", _F, "£k that earlier calls left over"),
    ("purse", _F, "£k of rolling money at hand"),
    ("rolled", _I, "latest month with bids for rolling money, or 0"),
    ("months_to_call", _I, "months to the next call that will be held, or NEVER"),
    ("prospect", _F, "how near and how rich funding looks, 0-1"),
    ("aside_awards", _I, "awards for which money is set aside, by month of the outlines", (MONTHS_ASIDE,)),
    ("aside_cost", _F, "£k of one such award, by month of the outlines", (MONTHS_ASIDE,)),
    ("open_needs", _I, "open needs by topic", (N_TOPICS,)),
    ("needs_open", _I, "open needs"),
)

AREA = _record(
    ("structure", _F, "g: strength of the strategic structure, 0-1"),
    ("councils", _N, "in it; without any there is nothing to structure"),
    ("is_known", _N, "1 if it is known to have a structure, as a combined authority is one"),
    ("added", _N, "1 while the structures lever upholds it"),
)

COUNCIL = _record(
    # Ordered by lines of the cache, as a researcher.
    ("load", _F, "days demanded / days it has"),
    ("window", _F, "w: months for which an answer is useful"),
    ("commitment", _F, "L: leadership commitment, 0-1"),
    ("absorptive_capacity", _F, "X: 0-1 (Cohen & Levinthal 1990)"),
    ("analytical_capacity", _F, "A: days of analysts a month, without seconded researchers"),
    ("other_evidence", _F, "o: quality of its other evidence sources, 0-1"),
    ("seconded", _N, "researchers on secondment there"),
    ("place", _N, "row of its place"),
    ("first_tie", _N, "head of the list of its ties"),
    ("first_need", _N, "head of the list of its open needs, oldest first"),
    ("motives", _F, "weights: stakeholder, evidence, expertise, implementation", (4,)),
    ("committed", _F, "days a month demanded by active ties and engagement"),
    ("nurturing", _F, "days a month demanded by scoping and ready ties"),
    ("served_committed", _F, "share of those days served, 0-1"),
    ("served_nurturing", _F, "share of those days served, 0-1"),
    ("profile", _F, "cumulative pi: where in 0-1 each topic ends", (N_TOPICS,)),
    ("x", _F, "km"),
    ("y", _F, "km"),
    ("z", _F, "km"),
    ("relative_size", _F, "size: people / 170,000, times its tier's share of functions"),
    ("scale", _F, "size^size_exponent: how its needs and its time for partnerships grow with it"),
    ("purse", _F, "£k at hand for commissions"),
    ("chosen", _N, "scratch: row of the tie that it would commission, or -1"),
    ("culture", _F, "kappa: research culture, logit"),
    ("partnership_capacity", _F, "B: days a month it can give to working with researchers"),
    ("election_phase", _N, "months by which its elections are shifted"),
    ("active", _N, "active ties now"),
    ("active_months", _N, "active tie-months in the horizon"),
    ("last_need", _N, "tail of that list"),
    ("people", _F, "in its area"),
    ("looked", _N, "latest month in which it had time to look for partners, -1: none"),
    ("tier", _N, "of local government: SINGLE, LOWER, UPPER or SCOTTISH (single, too) of model.population"),
    ("area", _N, "row of the area whose structure it shares"),
    ("nearest", _F, "prox of the nearest university of another place, 0 if there is none"),
    ("interest", _F, "min(1, e^kappa): how readily it looks, and pays, for research"),
)

UNIVERSITY = _record(
    ("place", _N, "row of its place"),
    ("x", _F, "km"),
    ("y", _F, "km"),
    ("z", _F, "km"),
    ("commitment", _F, "L_u: leadership commitment, 0-1"),
    ("roles", _F, "R_u: dedicated partnership roles, FTE; the sum of the following"),
    ("own_roles", _F, "FTE of its own"),
    ("brokers", _F, "FTE of them added by the brokers lever"),
    ("joint_posts", _F, "FTE of them added by the joint posts lever"),
    ("purse", _F, "£k of seed money at hand"),
    ("chosen", _N, "scratch: row of the tie that it would pay for, or -1"),
    ("first_post", _N, "row of its first researcher"),
    ("mission", _F, "M_u: how readily it and councils turn to each other, 1 on average"),
    ("zeal", _F, "how readily its staff reach out, against few of them elsewhere"),
    ("pull", _F, "M_u n_u^attraction: how much it attracts searches"),
    ("posts", _N, "researchers' posts, in consecutive rows"),
    ("staff", _N, "n_u: posts and PhD researchers"),
    ("first_phd", _N, "head of the list of its PhD researchers, in order of arrival"),
    ("area", _N, "row of the area whose structure it shares"),
)

RESEARCHER = _record(
    # Sixteen words or eight numbers make a line of the cache: what is read together is in the same.
    ("load", _F, "days demanded / days there are; 0 for someone new"),
    ("engagement_capacity", _F, "a: days a month for engagement"),
    ("motives", _F, "weights: impact, network, funding, publication", (4,)),
    ("university", _N, "row of the university"),
    ("first_tie", _N, "head of the list of ties"),
    ("present", _N, "1 if someone is there; posts always are, PhD rows at times"),
    ("effort", _N, "row of what was asked of her or him when effort was last reckoned, -1: nothing"),
    ("expertise", _F, "e_k by topic, 0-1", (N_TOPICS,)),
    ("excellence", _F, "q: 0-1"),
    ("local_focus", _F, "l: 0 global, 1 local"),
    ("pace", _F, "tau: fully served months to one usable finding"),
    ("sector_knowledge", _F, "s: knows how local government works, 0-1"),
    ("arrived", _N, "month of arrival, -1 for those there from the start"),
    ("partner", _N, "council of a collaborative PhD, or -1"),
    ("seconded_to", _N, "row of the council of a secondment under way"),
    ("seconded_until", _N, "month in which it ends"),
    ("next_phd", _N, "next in the university's list of PhD researchers"),
    ("experienced", _N, "1 once she or he has been in a partnership"),
)

EFFORT = _record(
    ("researcher", _N, "row of the researcher"),
    ("committed", _F, "days a month demanded by active ties"),
    ("nurturing", _F, "days a month demanded by scoping and ready ties"),
    ("served_committed", _F, "share of those days served, 0-1"),
    ("served_nurturing", _F, "share of those days served, 0-1"),
)

TIE = _record(
    ("stage", _N, "see STAGES"),
    ("council", _N, "row of the council"),
    ("researcher", _N, "row of the researcher"),
    ("next_of_council", _N, "next in the council's list"),
    ("next_of_researcher", _N, "next in the researcher's list; in a free row the next free row"),
    ("trust", _F, "theta: 0-1"),
    ("need", _N, "row of the need it claims"),
    ("since", _N, "month it entered the stage"),
    ("progress", _F, "of scoping, or of the next finding, 0-1"),
    ("served", _F, "share of its demand that is served this month, 0-1"),
    ("topic", _N, "topic, 0-7"),
    ("origin", _N, "of its latest meeting, see ORIGINS"),
    ("bid_days", _F, "researcher's days on bids this month, relieved by roles"),
    ("due", _N, "month in which its full bid is decided or its grant starts, or -1"),
    ("rolling_bids", _N, "bits: bid for rolling money one, two, ... bid_months months ago"),
    ("bridged_until", _N, "last month of bridging, or -1"),
    ("name", _N, "number in order of making; names the tie in histories"),
    ("position", _N, "in the list of live or of dormant ties"),
    ("began_with_need", _N, "1 if it had a need when work on the finding began"),
    ("met", _N, "month of its latest meeting, -1 once a project has followed"),
    ("findings", _N, "findings delivered"),
    ("funded", _N, "1 if the project has a grant"),
    ("funding_left", _N, "months of funding (or of work in kind) left"),
    ("grant_months", _N, "length of the grant awarded or applied for"),
)

NEED = _record(
    ("council", _N, "row of the council"),
    ("topic", _N, "topic, 0-7"),
    ("born", _N, "month it was raised"),
    ("reached", _S, "how far it came, see model.reasons.REACHED"),
    ("why", _S, "why it came no further, see model.reasons.REASONS; of no meaning before anyone is met"),
    ("who", _I, "address of its draws (model.chance.need_of)"),
    ("tie", _N, "row of the tie that claims it, -1: free"),
    ("next", _N, "next of its council, younger; in a free row the next free row"),
)

STAFF = _record(
    ("university", _N, "row of the university"),
    ("start", _N, "the first of its candidates who are next to each other,"),
    ("end", _N, "and the one after the last"),
)

LOOK = _record(
    ("need", _I, "row of the need for which the best candidate is looked for"),
    ("proposing", _I, "it (index) where who would hold it is of use, -1: only those whom no need has"),
    ("asked", _I, "1 if its council has asked: only the willing are of use"),
    ("best", _I, "the best candidate so far, -1: none"),
    ("score", _F, "and the score, or that above which it must be"),
    ("first", _I, "the first of the needs in order that may be left"),
)

SEARCH = _record(
    ("pairs", _I, "how many candidates needs have"),
    ("gain", _F, "what the latest pair has added to the total score, so at the most what the next can"),
    ("within", _F, "total score lost on the best path to someone free: whatever loses as much is of no use"),
    ("last_need", _I, "need at the end of that path"),
    ("last", _I, "who is free there"),
    ("led", _I, "need whose path is led on,"),
    ("loss", _F, "total score lost on the path up to there, and what the need is worth"),
    ("asked", _I, "1 if its council has asked: only the willing are of use"),
)

NEED_PATH = _record(
    ("most", _F, "what it scores at the most with anyone,"),
    ("elsewhere", _F, "and with anyone of another place than its council's"),
    ("place", _N, "that place"),
    ("worth", _F, "what an optimal assignment would lose without it, while it has someone"),
    ("choice", _N, "whom it has, -1: nobody"),
)

CANDIDATE_PATH = _record(
    ("price", _F, "what an optimal assignment would lose without the candidate"),
    ("loss", _F, "total score lost on the cheapest path to the candidate"),
    ("via", _N, "need before the candidate on that path"),
    ("settled", _N, "1: no path loses less"),
    ("place", _N, "of the candidate's university, once a need has the candidate"),
    ("rival", _N, "of the needs that have nobody the one that scores most, -1: not known"),
    ("rival_score", _F, "and its score, or what that is at the most"),
)

EVENT = _record(
    ("tie", _N, "name of the tie"),
    ("council", _N, "row of the council"),
    ("researcher", _N, "row of the researcher"),
    ("arrived", _N, "month in which she or he arrived, -1 for those there from the start: rows serve again"),
    ("university", _N, "row of the researcher's university"),
    ("month", _N, "month of the run"),
    ("event", _N, "see model.measures.EVENTS"),
    padded=False,
)


Table = Any  # of records: what type checkers know of NumPy's arrays is that a row may be anything


class World(NamedTuple):
    """One run's tables; rules take it whole, like Mesa's rules take the model. Scratch comes last."""

    clock: np.record
    parameters: np.record
    segments: Table  # levers, one row a stretch of months with the same levers
    segment_of_month: np.ndarray  # [months]
    funder: np.record
    areas: Table
    councils: Table
    universities: Table
    researchers: Table
    ties: Table
    needs: Table
    live: np.ndarray  # rows of live ties
    dormant: np.ndarray  # rows of dormant ties
    contract_ends: np.ndarray  # [researchers]: month in which a fixed term runs out, or PERMANENT, or VACANT
    efforts: Table  # of the researchers of whom time was asked when effort was last reckoned
    proximity: np.ndarray  # prox [universities, councils]
    outreach_sums: np.ndarray  # cumulative near [universities, councils], by which outreach picks
    search_sums: np.ndarray  # cumulative pull near [councils, universities], by which searches pick
    common_work: np.ndarray  # findings delivered together [universities, councils]
    agreements: np.ndarray  # 1 where there is an agreement [universities, councils]
    months: Table  # what is measured, one row a month
    luck: np.record  # sums over the horizon of events less their probabilities
    spells: np.ndarray  # [project or strategic, ended or censored, months lasted]
    history: Table  # events; empty unless asked for
    reasons: np.ndarray  # counts [needs or meetings, councils, REASONS]; empty as history
    # Scratch: whoever needs it fills it anew, and nothing in it outlives a phase of `model.schedule`.
    # Keys and items serve the founding and policies (structures), turnover (who may leave), meetings (who
    # reaches out; a matchmaking round), funding (bids) and delivery (whose turn it is to work).
    keys: np.ndarray  # scratch: what to sort by, one a tie, researcher, need or place
    items: np.ndarray  # scratch: what is sorted
    bins: np.ndarray  # scratch of sorting
    unsorted_keys: np.ndarray  # scratch of sorting
    unsorted_items: np.ndarray  # scratch of sorting
    partnerships: np.ndarray  # scratch: active ties between the two [universities, councils]
    noted: np.ndarray  # scratch: councils that have heard of a finding
    round_needs: np.ndarray  # rows of the needs of a matchmaking round
    round_researchers: np.ndarray  # rows of its researchers
    staffs: Table  # one a run of candidates of a university
    round_experts: np.ndarray  # [N_TOPICS, researchers]: candidates (indices) of each such run, best first
    round_expertise: np.ndarray  # [N_TOPICS, researchers]: their expertise
    round_order: np.ndarray  # [needs]: needs (indices) that may be left, by what they score at the most
    round_choice: np.ndarray  # [needs]: candidate researcher (index) chosen for each need
    round_score: np.ndarray  # [needs]: score of that choice
    round_taken: np.ndarray  # [researchers]: need (index) that holds a candidate
    round_values: np.ndarray  # [researchers]: what a candidate makes of the council of the need it holds, V_i
    look: np.record  # scratch: who has been found best for a need so far
    need_paths: Table  # of an optimal assignment, one a need of the round
    candidate_paths: Table  # and one a candidate
    search: np.record  # scratch: how far a search for the best path has come
    paired: np.ndarray  # scratch: candidates that needs have


#: Tables that tell a run's state; in the others, no month finds what an earlier one has left there.
STATE = World._fields[: World._fields.index("keys")]


class Size(NamedTuple):
    """How many rows each table has."""

    areas: int
    councils: int
    universities: int
    researchers: int
    ties: int
    needs: int
    months: int
    segments: int
    horizon: int
    events: int


def tables_of(size: Size) -> dict[str, tuple[tuple[int, ...], Any]]:
    """Shape and type of every table of a World, in its order."""
    scratch = max(size.researchers + size.needs, size.ties, size.councils, size.areas)
    return {
        "clock": ((1,), CLOCK),
        "parameters": ((1,), PARAMETER_RECORD),
        "segments": ((size.segments,), LEVER_RECORD),
        "segment_of_month": ((size.months,), _I),
        "funder": ((1,), FUNDER),
        "areas": ((size.areas,), AREA),
        "councils": ((size.councils,), COUNCIL),
        "universities": ((size.universities,), UNIVERSITY),
        "researchers": ((size.researchers,), RESEARCHER),
        "ties": ((size.ties,), TIE),
        "needs": ((size.needs,), NEED),
        "live": ((size.ties,), _I),
        "dormant": ((size.ties,), _I),
        "contract_ends": ((size.researchers,), _N),
        "efforts": ((size.researchers,), EFFORT),
        "proximity": ((size.universities, size.councils), _F),
        "outreach_sums": ((size.universities, size.councils), _F),
        "search_sums": ((size.councils, size.universities), _F),
        "common_work": ((size.universities, size.councils), _N),
        "agreements": ((size.universities, size.councils), _N),
        "months": ((size.months,), MONTH_RECORD),
        "luck": ((1,), LUCK_RECORD),
        "spells": ((2, 2, size.horizon + 1), _I),
        "history": ((size.events,), EVENT),
        "reasons": ((2, size.councils if size.events else 0, len(REASONS)), _I),
        "keys": ((scratch,), _F),
        "items": ((scratch,), _I),
        "bins": ((scratch + 1,), _I),
        "unsorted_keys": ((scratch,), _F),
        "unsorted_items": ((scratch,), _I),
        "partnerships": ((size.universities, size.councils), _N),
        "noted": ((size.councils,), _I),
        "round_needs": ((size.needs,), _I),
        "round_researchers": ((size.researchers,), _I),
        "staffs": ((size.researchers,), STAFF),
        "round_experts": ((N_TOPICS, size.researchers), _N),
        "round_expertise": ((N_TOPICS, size.researchers), _F),
        "round_order": ((size.needs,), _I),
        "round_choice": ((size.needs,), _I),
        "round_score": ((size.needs,), _F),
        "round_taken": ((size.researchers,), _I),
        "round_values": ((size.researchers,), _F),
        "look": ((1,), LOOK),
        "need_paths": ((size.needs,), NEED_PATH),
        "candidate_paths": ((size.researchers,), CANDIDATE_PATH),
        "search": ((1,), SEARCH),
        "paired": ((size.researchers,), _I),
    }


def empty(world: World) -> None:
    """Make tables that are all zeros those of a world without anyone: lists empty, all rows free."""
    for table, following in ((world.ties, "next_of_researcher"), (world.needs, "next")):
        table[following] = np.arange(1, len(table) + 1)
        table[following][-1:] = NONE
    world.councils["first_tie"] = world.councils["first_need"] = world.councils["last_need"] = NONE
    world.councils["looked"] = world.universities["first_phd"] = NONE
    for link in ("first_tie", "next_phd", "seconded_to", "effort"):
        world.researchers[link] = NONE
    world.contract_ends[:] = VACANT


def array_of(table: np.record | np.ndarray) -> np.ndarray:
    """The memory of a table, be it a record or an array."""
    return np.asarray(table.base) if isinstance(table, np.record) else table


def phd_rows(phds_a_year: float, phd_months: int) -> int:
    """Rows enough for all PhD researchers at once.

    Rows are taken in turn. By a row's next turn everyone who started in as many months as a PhD takes, and
    in one more, has had a row in between, so its holder has left.
    """
    return math.ceil(phds_a_year / 12) * (phd_months + 1)
