"""Ties: the table of council-researcher relationships, and how one moves between stages (ODD 2)."""

import numpy as np

from model.arrays import (
    AWARDED,
    DORMANT,
    FREE,
    NONE,
    PROJECT,
    READY,
    SCOPING,
    STRATEGIC,
    TABLE_FULL,
    World,
)
from model.machine.compiling import compiled, inlined
from model.month import this_month

SPELL_PROJECT, SPELL_STRATEGIC = 0, 1
SPELL_ENDED, SPELL_CENSORED = 0, 1


@inlined
def find_tie(world: World, c: int, i: int):
    """Row of the pair's tie, or -1."""
    t = world.researchers[i].first_tie
    while t != NONE and world.ties[t].council != c:
        t = world.ties[t].next_of_researcher
    return t


@compiled
def is_active(tie: np.record):
    """Whether the tie is a partnership: in a project, or strategic."""
    return tie.stage == PROJECT or tie.stage == STRATEGIC


@compiled
def make_tie(world: World, c: int, i: int, topic: int):
    """Row of a new dormant tie between a pair that has none; -1 (and overflow) if the table is full."""
    clock = world.clock
    t = clock.free_tie
    if t == NONE:
        clock.overflowed = TABLE_FULL
        return NONE
    tie = world.ties[t]
    clock.free_tie = tie.next_of_researcher
    tie.name = clock.ties_made
    clock.ties_made += 1
    tie.council = c
    tie.researcher = i
    tie.topic = topic
    tie.need = NONE
    tie.trust = 0.0
    tie.progress = 0.0
    tie.findings = 0
    tie.met = NONE
    tie.next_of_council = world.councils[c].first_tie
    world.councils[c].first_tie = t
    tie.next_of_researcher = world.researchers[i].first_tie
    world.researchers[i].first_tie = t
    _join_list(world.dormant, tie, t, clock.dormant)
    clock.dormant += 1
    tie.stage = DORMANT
    tie.since = clock.month
    clear_bids(tie)
    return t


@compiled
def remove_tie(world: World, t: int):
    """Take a tie out of the table and of every list."""
    tie = world.ties[t]
    go_dormant(world, t)
    _leave_list(world, world.dormant, tie, world.clock.dormant - 1)
    world.clock.dormant -= 1
    council, researcher = world.councils[tie.council], world.researchers[tie.researcher]
    if council.first_tie == t:
        council.first_tie = tie.next_of_council
    else:
        before = council.first_tie
        while world.ties[before].next_of_council != t:
            before = world.ties[before].next_of_council
        world.ties[before].next_of_council = tie.next_of_council
    if researcher.first_tie == t:
        researcher.first_tie = tie.next_of_researcher
    else:
        before = researcher.first_tie
        while world.ties[before].next_of_researcher != t:
            before = world.ties[before].next_of_researcher
        world.ties[before].next_of_researcher = tie.next_of_researcher
    tie.stage = FREE
    tie.next_of_researcher = world.clock.free_tie
    world.clock.free_tie = t


@compiled
def _join_list(rows: np.ndarray, tie: np.record, t: int, end: int):
    """Add a tie to the end of a list."""
    rows[end] = t
    tie.position = end


@compiled
def _leave_list(world: World, rows: np.ndarray, tie: np.record, last: int):
    """Take a tie out of a list by moving the last of the list into its position."""
    moved = rows[last]
    rows[tie.position] = moved
    world.ties[moved].position = tie.position


@compiled
def awaken(world: World, t: int):
    """Bring a dormant tie to life; it scopes."""
    clock, tie = world.clock, world.ties[t]
    _leave_list(world, world.dormant, tie, clock.dormant - 1)
    clock.dormant -= 1
    _join_list(world.live, tie, t, clock.live)
    clock.live += 1
    tie.stage = SCOPING
    tie.since = clock.month
    clear_bids(tie)


@compiled
def go_dormant(world: World, t: int):
    """Let a tie rest: it gives up its claim, and what it was."""
    clock, tie = world.clock, world.ties[t]
    if tie.stage == DORMANT:
        return
    leave_activity(world, tie, SPELL_ENDED)
    if tie.need != NONE:
        world.needs[tie.need].tie = NONE
        tie.need = NONE
    _leave_list(world, world.live, tie, clock.live - 1)
    clock.live -= 1
    _join_list(world.dormant, tie, t, clock.dormant)
    clock.dormant += 1
    tie.stage = DORMANT
    tie.since = clock.month
    clear_bids(tie)


@compiled
def clear_bids(tie: np.record):
    """Forget bids under way, bridging and awards."""
    tie.due = NONE
    tie.rolling_bids = 0
    tie.bridged_until = NONE
    tie.bid_days = 0.0


@compiled
def become_ready(world: World, tie: np.record):
    """The two have a question of their own, and look for money."""
    tie.stage = READY
    tie.since = world.clock.month
    clear_bids(tie)


@compiled
def become_awarded(world: World, tie: np.record, starts: int):
    """A grant is won; it starts in the month given."""
    tie.stage = AWARDED
    tie.since = world.clock.month
    clear_bids(tie)
    tie.due = starts


@compiled
def start_project(world: World, tie: np.record, funded: int, months: int):
    """Begin a project; it is worked on from the next month."""
    clock = world.clock
    world.councils[tie.council].active += 1
    note_experience(world, tie.researcher)
    tie.stage = PROJECT
    tie.since = clock.month
    tie.progress = 0.0
    tie.funded = funded
    tie.funding_left = months
    clear_bids(tie)
    if tie.met != NONE:
        this_month(world).first_starts += 1
        this_month(world).months_waited += clock.month - tie.met
        tie.met = NONE


@inlined
def note_experience(world: World, i: int):
    """Someone is in a partnership, perhaps for the first time."""
    this_month(world).newcomers += 1 - world.researchers[i].experienced
    world.researchers[i].experienced = 1


@compiled
def become_strategic(world: World, tie: np.record):
    """A project embeds; need, progress and partners stay."""
    close_spell(world, tie, SPELL_CENSORED)
    tie.stage = STRATEGIC
    tie.since = world.clock.month


@compiled
def leave_activity(world: World, tie: np.record, outcome: int):
    """Stop being a partnership, if it was one."""
    if is_active(tie):
        close_spell(world, tie, outcome)
        world.councils[tie.council].active -= 1


@compiled
def close_spell(world: World, tie: np.record, outcome: int):
    """Count the months the tie spent in its active stage, if it entered in the horizon."""
    clock = world.clock
    if tie.since >= clock.warmup:
        kind = SPELL_STRATEGIC if tie.stage == STRATEGIC else SPELL_PROJECT
        world.spells[kind, outcome, clock.month - tie.since] += 1
