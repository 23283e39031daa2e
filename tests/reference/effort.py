"""Effort: what ties ask of both sides, and how much of it they get (ODD 4.6)."""

from .ties import ACTIVE, EARLY, Stage, Tie


def effort(model) -> None:
    """Reckon demand, served shares and loads of the month (ODD 4.6)."""
    p, ties = model.parameters, model.ties
    for council in model.councils:
        council.committed = model.levers.engagement * p.engagement_days * council.scale
        council.early = 0.0
    for researcher in model.researchers.values():
        researcher.committed = researcher.early = 0.0
    for tie in ties:
        ask(tie)
    for council in model.councils:
        council.share_out(council.partnership_capacity)
    for researcher in model.researchers.values():
        researcher.share_out(researcher.engagement_capacity)
    model.measures.count("days_council", sum(council.days_given for council in model.councils))
    model.measures.count("days_researcher", sum(each.days_given for each in model.researchers.values()))
    for tie in ties:
        get(tie)


def ask(tie: Tie) -> None:
    """Add a tie's demand to its two sides'."""
    p, council, researcher = tie.model.parameters, tie.council, tie.researcher
    if tie.stage in EARLY:
        part = relief(tie) * (1.0 if tie.stage is Stage.SCOPING else p.ready_share)
        council.early += part * p.scoping_council
        researcher.early += part * p.scoping_researcher + relief(tie) * bid_days(tie)
    elif tie.stage is Stage.PROJECT:
        council.committed += p.project_council
        researcher.committed += p.project_researcher * (1.0 - p.grant_buyout if tie.funded else 1.0)
    elif tie.stage is Stage.STRATEGIC:
        part = relief(tie) * (1.0 if tie.need is not None else p.idle_share)
        council.committed += part * p.strategic_council
        researcher.committed += part * p.strategic_researcher


def get(tie: Tie) -> None:
    """Give a tie the smaller of its two sides' shares, and count days spent on bids and on nurture."""
    council, researcher, measures = tie.council, tie.researcher, tie.model.measures
    if tie.stage in ACTIVE:
        tie.served = min(council.served_committed, researcher.served_committed)
    elif tie.stage in EARLY:
        tie.served = min(council.served_early, researcher.served_early)
        measures.count("days_bidding", relief(tie) * bid_days(tie) * researcher.served_early)
        measures.count("days_on_calls", relief(tie) * days_on_calls(tie) * researcher.served_early)
        measures.charge("nurture", nurture(tie) * tie.model.parameters.price_nurture)


def nurture(tie: Tie) -> float:
    """Share of its early demand that the matchmaker's support takes over (ODD 5)."""
    return tie.model.levers.nurture_support if tie.origin == "introduction" else 0.0


def relief(tie: Tie) -> float:
    """Share of its demand that dedicated roles, and for an early tie nurture, leave to the two (ODD 4.6)."""
    left_by_roles = 1.0 - tie.model.parameters.role_relief * min(1.0, tie.researcher.university.roles)
    return left_by_roles * (1.0 - nurture(tie)) if tie.stage in EARLY else left_by_roles


def bid_days(tie: Tie) -> float:
    """Days a researcher is asked for bids this month, before relief (ODD 4.6, 4.8)."""
    if tie.stage is not Stage.READY:
        return 0.0
    p = tie.model.parameters
    n_rolling = sum(tie.model.month - month <= p.bid_months for month in tie.rolling_bids)
    return n_rolling * p.bid_days / p.bid_months + days_on_calls(tie)


def days_on_calls(tie: Tie) -> float:
    """Of these, the days on outlines, full bids and bids to calls."""
    p = tie.model.parameters
    a_month = p.bid_days / p.bid_months
    if tie.stage is Stage.READY and tie.full_bid is not None:
        return (1.0 - p.outline_share) * a_month
    if tie.stage is Stage.READY and tie.model.funder.months_to_call < p.bid_months:
        return (p.outline_share if tie.model.levers.two_stage else 1.0) * a_month
    return 0.0
