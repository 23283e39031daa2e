"""Bundles: what each adds against what it costs, of those that a search kept."""

from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter

from analysis.figures.drawing import naming, style
from analysis.tables import Tables


def draw(tables: Tables) -> Figure | None:
    """A panel a response, up to two; those that another beats are pale."""
    if tables.bundles is None or tables.bundles.empty:
        return None
    responses = list(tables.bundles["response"].unique())[:2]
    n = tables.bundles.loc[~tables.bundles["beaten"], "policy"].nunique()
    figure, (panels,) = style.canvas(
        f"{n} bundles are beaten by no other on everything at once",
        "What each bundle adds above the present, with 95% intervals over assumptions. Pale: another\n"
        "bundle costs no more and adds as much of everything.",
        height=4.6,
        columns=len(responses),
        margins=(0.8, 0.3, 1.05, 0.65),
        gridspec_kw={"wspace": 0.3},
    )
    for axes, response in zip(panels, responses, strict=True):
        shown = tables.bundles[tables.bundles["response"] == response].sort_values("a_year")
        factor, unit = tables.columns.shown(response, tables.months)
        colours = [style.PALE if beaten else style.BETTER for beaten in shown["beaten"]]
        low, high, middle = (factor * shown[name] for name in ("added_low", "added_high", "added"))
        axes.axhline(0, color=style.INK, linewidth=1, zorder=1)
        axes.vlines(shown["a_year"], low, high, colors=colours, linewidth=1.5, zorder=2)
        axes.scatter(shown["a_year"], middle, c=colours, s=34, zorder=3, linewidths=0)
        axes.margins(0.12, 0.1)
        axes.set(xlabel="extra cost, £k a year", ylabel=f"{tables.columns.label(response)}, {unit}")
        axes.yaxis.set_major_formatter(FuncFormatter(style.signed))
        taken = naming.boxes_of(axes, list(zip(shown["a_year"], middle, strict=True)))
        for policy, x, y in zip(shown["policy"], shown["a_year"], middle, strict=True):
            name = str(policy).removeprefix("bundle_")
            box = naming.name_point(axes, name, (x, y), taken, fontsize=9, color=style.INK)
            taken = [*taken, box] if box else taken
    return figure
