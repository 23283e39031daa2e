"""Ties: the table of council-researcher relationships, and how one moves between stages (ODD 2)."""

from model.arrays import (
    AWARDED,
    DORMANT,
    FREE,
    NONE,
    PROJECT,
    READY,
    SCOPING,
    STRATEGIC,
)
from model.machine.compiling import compiled, inlined
from model.month import this_month

SPELL_PROJECT, SPELL_STRATEGIC = 0, 1
SPELL_ENDED, SPELL_CENSORED = 0, 1


@inlined
def find_tie(world, council, researcher):
    """Row of the pair's tie, or -1."""
    row = world.researchers[researcher].first_tie
    while row != NONE and world.ties[row].council != council:
        row = world.ties[row].next_of_researcher
    return row


@compiled
def is_live(world, council, researcher):
    """Whether the pair has a live tie."""
    row = find_tie(world, council, researcher)
    return row != NONE and world.ties[row].stage != DORMANT


@compiled
def is_active(tie):
    """Whether the tie is a partnership: in a project, or strategic."""
    return tie.stage == PROJECT or tie.stage == STRATEGIC


@compiled
def make_tie(world, council, researcher, topic):
    """Row of a new dormant tie between a pair that has none; -1 (and overflow) if the table is full."""
    clock = world.clock
    row = clock.free_tie
    if row == NONE:
        clock.overflowed = 1
        return NONE
    tie = world.ties[row]
    clock.free_tie = tie.next_of_researcher
    tie.name = clock.ties_made
    clock.ties_made += 1
    tie.council = council
    tie.researcher = researcher
    tie.topic = topic
    tie.need = NONE
    tie.trust = 0.0
    tie.progress = 0.0
    tie.findings = 0
    tie.met = NONE
    tie.next_of_council = world.councils[council].first_tie
    world.councils[council].first_tie = row
    tie.next_of_researcher = world.researchers[researcher].first_tie
    world.researchers[researcher].first_tie = row
    _join_list(world.dormant, tie, row, clock.dormant)
    clock.dormant += 1
    tie.stage = DORMANT
    tie.since = clock.month
    clear_bids(tie)
    return row


@compiled
def remove_tie(world, row):
    """Take a tie out of the table and of every list."""
    tie = world.ties[row]
    go_dormant(world, row)
    _leave_list(world, world.dormant, tie, world.clock.dormant - 1)
    world.clock.dormant -= 1
    council, researcher = world.councils[tie.council], world.researchers[tie.researcher]
    if council.first_tie == row:
        council.first_tie = tie.next_of_council
    else:
        before = council.first_tie
        while world.ties[before].next_of_council != row:
            before = world.ties[before].next_of_council
        world.ties[before].next_of_council = tie.next_of_council
    if researcher.first_tie == row:
        researcher.first_tie = tie.next_of_researcher
    else:
        before = researcher.first_tie
        while world.ties[before].next_of_researcher != row:
            before = world.ties[before].next_of_researcher
        world.ties[before].next_of_researcher = tie.next_of_researcher
    tie.stage = FREE
    tie.next_of_researcher = world.clock.free_tie
    world.clock.free_tie = row


@compiled
def _join_list(rows, tie, row, end):
    """Add a tie to the end of a list."""
    rows[end] = row
    tie.position = end


@compiled
def _leave_list(world, rows, tie, last):
    """Take a tie out of a list by moving the last of the list into its position."""
    moved = rows[last]
    rows[tie.position] = moved
    world.ties[moved].position = tie.position


@compiled
def awaken(world, row):
    """Bring a dormant tie to life; it scopes."""
    clock, tie = world.clock, world.ties[row]
    _leave_list(world, world.dormant, tie, clock.dormant - 1)
    clock.dormant -= 1
    _join_list(world.live, tie, row, clock.live)
    clock.live += 1
    tie.stage = SCOPING
    tie.since = clock.month
    clear_bids(tie)


@compiled
def go_dormant(world, row):
    """Let a tie rest: it gives up its claim, and what it was."""
    clock, tie = world.clock, world.ties[row]
    if tie.stage == DORMANT:
        return
    leave_activity(world, tie, SPELL_ENDED)
    if tie.need != NONE:
        world.needs[tie.need].tie = NONE
        tie.need = NONE
    _leave_list(world, world.live, tie, clock.live - 1)
    clock.live -= 1
    _join_list(world.dormant, tie, row, clock.dormant)
    clock.dormant += 1
    tie.stage = DORMANT
    tie.since = clock.month
    clear_bids(tie)


@compiled
def clear_bids(tie):
    """Forget bids under way, bridging and awards."""
    tie.due = NONE
    tie.rolling_bids = 0
    tie.bridged_until = NONE
    tie.bid_days = 0.0


@compiled
def become_ready(world, tie):
    """The two have a question of their own, and look for money."""
    tie.stage = READY
    tie.since = world.clock.month
    clear_bids(tie)


@compiled
def become_awarded(world, tie, starts):
    """A grant is won; it starts in the month given."""
    tie.stage = AWARDED
    tie.since = world.clock.month
    clear_bids(tie)
    tie.due = starts


@compiled
def start_project(world, tie, funded, months):
    """Begin a project; it is worked on from the next month."""
    clock = world.clock
    world.councils[tie.council].active += 1
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


@compiled
def become_strategic(world, tie):
    """A project embeds; need, progress and partners stay."""
    close_spell(world, tie, SPELL_CENSORED)
    tie.stage = STRATEGIC
    tie.since = world.clock.month


@compiled
def leave_activity(world, tie, outcome):
    """Stop being a partnership, if it was one."""
    if is_active(tie):
        close_spell(world, tie, outcome)
        world.councils[tie.council].active -= 1


@compiled
def close_spell(world, tie, outcome):
    """Count the months the tie spent in its active stage, if it entered in the horizon."""
    clock = world.clock
    if tie.since >= clock.warmup:
        kind = SPELL_STRATEGIC if tie.stage == STRATEGIC else SPELL_PROJECT
        world.spells[kind, outcome, clock.month - tie.since] += 1
