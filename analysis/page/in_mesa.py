"""In Mesa: the same model on Mesa's own page, for those who know it.

    pip install -c constraints.txt -e .[dashboard]
    SOLARA_KERNEL_CULL_TIMEOUT=5s solara run analysis/page/in_mesa.py

Without that setting, Solara's work goes on for a day after its browser is closed.
"""

from typing import Any

from mesa.visualization import SolaraViz, make_plot_component

from model.domains import Lever
from model.model import PartnershipModel
from model.parameters import LEVERS

#: Levers that have a slider: those that a policy buys by the number, or a part of one.
SLIDERS = tuple(name for name, lever in LEVERS.items() if lever.absolute and not lever.domain.whole)
_STEPS = 50


def slider(lever: Lever) -> dict[str, Any]:
    """A lever as Mesa takes a slider: over its plausible range, at its default."""
    low, high = lever.plausible or (0.0, 1.0)
    return {
        "type": "SliderFloat",
        "label": f"{lever.label} ({lever.unit})",
        "value": float(lever.default),
        "min": low,
        "max": high,
        "step": (high - low) / _STEPS,
    }


PARAMETERS: dict[str, Any] = {
    "seed": {"type": "SliderInt", "label": "Seed", "value": 0, "min": 0, "max": 99, "step": 1},
    **{name: slider(LEVERS[name]) for name in SLIDERS},
}
COMPONENTS = [
    make_plot_component({"strategic": "tab:blue", "project": "tab:orange"}),
    make_plot_component({"scoping": "tab:gray", "ready": "tab:olive"}),
    make_plot_component("coverage"),
]

page = SolaraViz(PartnershipModel(), components=COMPONENTS, model_params=PARAMETERS, name="towngown")
