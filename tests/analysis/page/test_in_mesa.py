"""The model on Mesa's own page; where Solara is installed."""

import warnings

import pytest

from model.model import PartnershipModel
from model.parameters import LEVERS

solara = pytest.importorskip("solara", reason="Solara is not installed: pip install -e .[dashboard]")


@pytest.mark.filterwarnings("ignore")  # of Solara's and its packages'
def test_the_model_is_shown_and_stepped_by_mesas_own_page() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from analysis.page.in_mesa import COMPONENTS, PARAMETERS, SLIDERS, page
    box, context = solara.render(page, handle_error=False)
    assert box.children
    context.close()
    model = PartnershipModel(**{name: PARAMETERS[name]["value"] for name in ("seed", *SLIDERS)})
    model.step()
    assert model.datacollector.get_model_vars_dataframe()["strategic"].notna().all()
    assert all(LEVERS[name].checked(PARAMETERS[name]["max"]) for name in SLIDERS)
    assert {"annual_budget", "joint_posts", "vouchers"} < {*SLIDERS} < {*LEVERS}
    assert len(COMPONENTS) == 3
