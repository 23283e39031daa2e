"""In a real browser: each story clicked through, held against the library; everybody can use it."""

import re
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest

from analysis.page.reading.lessons import LESSONS
from analysis.statistics.effects import effects_of
from experiments.notebook import open_store, sweep
from model.simulation import run
from tests.analysis.page.conftest import served

playwright = pytest.importorskip("playwright.sync_api")
axe = pytest.importorskip("axe_playwright_python.sync_playwright")
TINY = "parameters.warmup=24&parameters.horizon=24"
PAGES = (f"/?policies=phds,brokers&seeds=6&{TINY}", f"/watch?policies=phds&{TINY}", "/explore?folder=store",
         "/learn", "/learn/parting?guess=0&answer=1", f"/figures?policies=phds&seeds=3&{TINY}")  # fmt: skip
#: What each page shows once it is there.
THERE = {"/": "#said p", "/watch": "#pictures svg", "/explore": "h1", "/learn": "h1", "/figures": "img"}
WIDTHS = (400, 1440, 2000)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory, browser) -> Iterator[tuple[str, Path]]:
    """The page, served; its address, and the folder of its results."""
    folder = tmp_path_factory.mktemp("results")
    run()  # a clean clone compiles for longer than a browser is waited for
    with served(folder) as address:
        yield address, folder


@pytest.fixture
def tab(browser) -> Iterator:
    """A tab; what goes wrong in it fails the test."""
    context = browser.new_context(viewport={"width": 1440, "height": 900}, accept_downloads=True)
    context.set_default_timeout(60_000)
    page, wrong = context.new_page(), []
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("console", lambda message: wrong.append(message.text) if message.type == "error" else None)
    yield page
    context.close()
    assert wrong == []


def opened(tab, address: str, link: str) -> None:
    tab.goto(address + link)
    tab.wait_for_selector(THERE[re.sub(r"[?].*|(?<=/learn)/.*", "", link)])


def status(tab, wanted: str) -> None:
    tab.wait_for_function(
        "wanted => document.getElementById('status').innerText.includes(wanted)", arg=wanted
    )


def test_compare_from_a_click_to_the_numbers_of_the_library(tab, site: tuple[str, Path]) -> None:
    address, folder = site
    opened(tab, address, f"/?policies=phds&seeds=8&{TINY}")
    tab.get_by_label("Brokers", exact=True).first.check()
    status(tab, "Done: 8 of 8")
    tab.wait_for_function("() => document.querySelectorAll('#table tbody tr').length === 2")
    assert "policies=" in tab.url
    slider = tab.locator("input[type=range][data-for='policy.joint_posts']")
    slider.focus()
    for _ in range(20):
        slider.press("ArrowRight")
    tab.wait_for_function("() => document.querySelectorAll('#table tbody tr').length === 3")
    status(tab, "Done: 8 of 8")
    assert "policy.joint_posts=10" in tab.url
    tops = [each.bounding_box()["y"] for each in (slider, tab.locator("#said"))]
    assert all(0 <= top < 900 for top in tops)  # the answer stands beside the slider that changes it
    parameters = {"warmup": 24, "horizon": 24}
    rows = sweep(
        ["baseline", "brokers", "phds", {"joint_posts": 10}], parameters, seeds=8, store=folder / "store"
    )
    effects = effects_of(rows).set_index(["policy", "indicator"])["effect"]
    with tab.expect_download() as download:
        tab.get_by_text("All effects (CSV)").click()
    page = pd.read_csv(download.value.path()).set_index(["policy", "indicator"])["effect"]
    pd.testing.assert_series_equal(page.sort_index(), effects.sort_index(), check_exact=True)
    shown = {re.split(r"[\t\n]", line)[0]: line for line in tab.locator("#table tbody tr").all_inner_texts()}
    assert f"{abs(effects['custom', 'mean_strategic']):.1f}"[:2] in shown["Custom"]


def test_back_and_forward_bring_numbers_and_sliders_back(tab, site: tuple[str, Path]) -> None:
    opened(tab, site[0], f"/?policies=phds&seeds=5&{TINY}")
    number = tab.locator("input[name='policy.brokers']")
    number.fill("3")
    number.press("Tab")
    tab.wait_for_url("**policy.brokers=3**")
    tab.wait_for_function("() => document.querySelectorAll('#table tbody tr').length === 2")
    tab.go_back()
    tab.wait_for_function("() => document.querySelectorAll('#table tbody tr').length === 1")
    assert number.input_value() == "0"
    tab.go_forward()
    tab.wait_for_function("() => document.querySelectorAll('#table tbody tr').length === 2")
    assert number.input_value() == "3"


def test_what_is_wrong_stands_beside_its_field(tab, site: tuple[str, Path]) -> None:
    opened(tab, site[0], f"/?policies=phds&seeds=5&{TINY}")
    number = tab.locator("input[name='policy.brokers']")
    number.fill("-3")
    told = tab.locator("[data-problem='policy.brokers']")
    tab.wait_for_function("() => document.querySelector(\"[data-problem='policy.brokers']\").textContent")
    assert "it takes a number from 0 to 10000" in told.inner_text()
    assert number.get_attribute("aria-invalid") == "true"
    number.fill("3")
    tab.wait_for_function("() => !document.querySelector(\"[data-problem='policy.brokers']\").textContent")
    assert number.get_attribute("aria-invalid") is None


def test_watch_play_step_drag_and_ask_why(tab, site: tuple[str, Path]) -> None:
    opened(tab, site[0], f"/watch?policies=phds&seed=3&{TINY}")
    assert "The first month in which they part" in tab.locator("#first-month").inner_text()
    tab.get_by_role("button", name="Month on").click()
    assert tab.locator("#when").inner_text() == "year 1, month 2"
    tab.get_by_role("button", name="Play").click()
    tab.wait_for_function("() => +document.getElementById('month').value >= 5")
    tab.get_by_role("button", name="Pause").click()
    month = tab.locator("#month")
    month.fill("23")
    assert tab.locator("#when").inner_text() == "year 2, month 12"
    assert tab.locator("svg.map[data-side='1'] .ties path").count() > 0
    tab.locator("svg.map [data-about='council:0:1']").click()
    tab.wait_for_selector("#about h3:has-text('council 1')")
    tab.locator("#of").select_option("university:0")
    tab.wait_for_selector("#about h3:has-text('university 1')")
    tab.wait_for_url("**about=university:0**")
    tab.locator("[data-why]").first.click()
    tab.wait_for_selector("#why p")


@pytest.mark.parametrize("name", LESSONS)
def test_a_story_is_clicked_through(tab, site: tuple[str, Path], name: str) -> None:
    tab.goto(f"{site[0]}/learn")
    tab.get_by_text(LESSONS[name].title).click()
    tab.get_by_label(LESSONS[name].choices[0], exact=True).check()
    tab.get_by_role("button", name="Show the answer").click()
    tab.wait_for_selector(".answer p")
    tab.locator("a.button").click()
    tab.wait_for_selector("#pictures svg" if LESSONS[name].is_watched else "#table tbody")


def test_explore_from_the_list_to_a_life(tab, site: tuple[str, Path]) -> None:
    sweep(["phds"], {"warmup": 24, "horizon": 24}, seeds=3, store=site[1] / "store")
    tab.goto(f"{site[0]}/explore")
    tab.get_by_text("The store").click()
    tab.wait_for_selector(".dot")
    tab.locator("select[name=y]").select_option("needs_met")
    tab.get_by_role("button", name="Draw").click()
    tab.wait_for_url("**y=needs_met**")
    tab.get_by_text("Watch").nth(1).click()
    tab.wait_for_selector("#pictures svg")


def test_ten_tabs_at_once_and_one_that_closes(browser, site: tuple[str, Path]) -> None:
    context = browser.new_context()
    context.set_default_timeout(60_000)
    tabs = [context.new_page() for _ in range(10)]
    for number, each in enumerate(tabs):
        each.goto(f"{site[0]}/?policies=phds&policy.brokers={number + 1}&seeds=20&{TINY}")
    tabs.pop().close()
    for each in tabs:
        status(each, "Done: 20 of 20")
    context.close()


def test_a_server_that_comes_back_goes_on(browser, tmp_path: Path) -> None:
    context = browser.new_context()
    tab = context.new_page()
    tab.set_default_timeout(30_000)
    with served(tmp_path) as address:
        opened(tab, address, f"/?policies=phds&seeds=5&{TINY}")
    status(tab, "Reconnecting")
    n = len(open_store(tmp_path / "store").rows)
    assert n >= 10
    with served(tmp_path, int(address.rpartition(":")[2])):
        status(tab, "Done: 5 of 5")
    context.close()


@pytest.mark.parametrize("link", PAGES)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_everybody_can_use_it(browser, site: tuple[str, Path], link: str, scheme: str) -> None:
    sweep(["baseline", "phds"], {"warmup": 24, "horizon": 24}, seeds=3, store=site[1] / "store")
    context = browser.new_context(color_scheme=scheme, reduced_motion="reduce")
    tab = context.new_page()
    opened(tab, site[0], link)
    tab.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")
    found = axe.Axe().run(tab).response["violations"]
    assert [
        f"{each['id']}: {each['nodes'][0]['html']}"
        for each in found
        if each["impact"] in ("serious", "critical")
    ] == []
    for width in WIDTHS:
        tab.set_viewport_size({"width": width, "height": 900})
        assert tab.evaluate("document.documentElement.scrollWidth") <= width
    context.close()


#: What the keyboard is at, and whether that can be seen: the number of the control, and what surrounds it.
AT = """() => {
  const at = document.activeElement, style = getComputedStyle(at), box = at.getBoundingClientRect();
  const ringed = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2;
  const there = box.width > 0 && box.bottom > 0 && box.top < innerHeight;
  const closed = at.matches("summary") && !at.parentElement.open;
  return [at === document.body ? "" : at.dataset.number || "new", ringed && there, closed];
}"""
#: Numbers every control that is shown, and tells them; of radio buttons the one that Tab goes to.
CONTROLS = """() => [...document.querySelectorAll("a[href], button, input, select, summary, [tabindex='0']")]
  .filter(each => each.tabIndex >= 0 && !each.disabled && each.checkVisibility({visibilityProperty: true}))
  .filter(each => each.type !== "radio" || each.checked)
  .map(each => each.dataset.number ??= String(window.controls = (window.controls || 0) + 1))"""


def tabbed_to(tab, wanted: str) -> None:
    """Go on with the Tab key until the keyboard is at something."""
    for _ in range(400):
        tab.keyboard.press("Tab")
        if tab.evaluate("wanted => document.activeElement.matches(wanted)", wanted):
            return
    pytest.fail(f"the keyboard does not come to {wanted}")


@pytest.mark.parametrize("link", PAGES)
@pytest.mark.parametrize("width", WIDTHS[:2])
def test_every_control_is_reached_by_the_keyboard_and_seen(
    tab, site: tuple[str, Path], link: str, width: int
) -> None:
    sweep(["baseline", "phds"], {"warmup": 24, "horizon": 24}, seeds=3, store=site[1] / "store")
    tab.set_viewport_size({"width": width, "height": 900})
    opened(tab, site[0], link)
    if link.startswith("/?"):
        status(tab, "Done")
    shown, reached = set(tab.evaluate(CONTROLS)), set()
    while True:
        tab.keyboard.press("Tab")
        number, is_seen, is_closed = tab.evaluate(AT)
        if not number or number in reached:
            break
        assert is_seen, tab.evaluate("document.activeElement.outerHTML")
        if is_closed:
            tab.keyboard.press("Enter")
            shown = set(tab.evaluate(CONTROLS))
            number = tab.evaluate(AT)[0]
        reached.add(number)
    assert shown - reached == set()


def test_a_comparison_by_keyboard_alone(tab, site: tuple[str, Path]) -> None:
    opened(tab, site[0], f"/?policies=phds&seeds=8&{TINY}")
    tabbed_to(tab, "input[value='brokers']")
    tab.keyboard.press("Space")
    tab.wait_for_function("() => document.querySelectorAll('#table tbody tr').length === 2")
    tabbed_to(tab, "input[type=range][data-for='policy.joint_posts']")
    for _ in range(5):
        tab.keyboard.press("ArrowRight")
    tab.wait_for_function("() => document.querySelectorAll('#table tbody tr').length === 3")
    status(tab, "Done: 8 of 8")
    assert "policy.joint_posts=2.5" in tab.url


def test_numbers_that_change_leave_the_keyboard_where_it_is(tab, site: tuple[str, Path]) -> None:
    tab.set_viewport_size({"width": 400, "height": 900})
    opened(tab, site[0], "/?policies=phds,brokers&seeds=300")
    tab.wait_for_selector("#table .scroll")
    tabbed_to(tab, "#table .scroll")
    for _ in range(100):  # numbers that come meanwhile may end the sliding that a key has begun
        tab.keyboard.press("ArrowRight")
        tab.wait_for_timeout(50)
        if tab.evaluate("document.querySelector('#table .scroll').scrollLeft") > 20:
            break
    before = tab.locator("#table .scroll").element_handle()
    tab.wait_for_function("before => !document.body.contains(before)", arg=before)
    at, left = tab.evaluate("[document.activeElement.className, document.activeElement.scrollLeft]")
    assert at == "scroll"
    assert left > 20
    tab.get_by_role("button", name="Stop").click()


def test_a_run_is_watched_by_keyboard_alone(tab, site: tuple[str, Path]) -> None:
    opened(tab, site[0], f"/watch?policies=phds&seed=11&{TINY}")
    tabbed_to(tab, "#play")
    tab.keyboard.press("Space")
    tab.wait_for_function("() => +document.getElementById('month').value >= 3")
    tab.keyboard.press("Space")
    tabbed_to(tab, "#month")
    tab.keyboard.press("End")
    assert tab.locator("#when").inner_text() == "year 2, month 12"
    tabbed_to(tab, "#of")
    tab.keyboard.press("End")
    tab.wait_for_selector("#about h3:has-text('university')")
    tabbed_to(tab, "[data-why]")
    tab.keyboard.press("Enter")
    tab.wait_for_selector("#why p")
    tabbed_to(tab, "[data-about^='tie:']")
    tab.keyboard.press("Enter")
    tab.wait_for_selector("#about h3:has-text(' and ')")
    assert tab.evaluate("document.getElementById('about').contains(document.activeElement)")


def test_a_story_by_keyboard_alone(tab, site: tuple[str, Path]) -> None:
    tab.goto(f"{site[0]}/learn/parting")
    tabbed_to(tab, "[name=guess]")
    tab.keyboard.press("ArrowDown")
    tabbed_to(tab, "[name=answer]")
    tab.keyboard.press("Enter")
    tab.wait_for_selector(".answer p")
    assert tab.get_by_label(LESSONS["parting"].choices[1], exact=True).is_checked()
    tabbed_to(tab, "a.button")
    tab.keyboard.press("Enter")
    tab.wait_for_selector("#pictures svg")


def test_a_page_is_light_and_asks_nobody_else(browser, site: tuple[str, Path]) -> None:
    context = browser.new_context()
    tab, hosts, sizes = context.new_page(), set(), []
    tab.on("request", lambda request: hosts.add(request.url.split("/")[2]))
    tab.on("response", lambda answer: sizes.append(len(answer.body())))
    opened(tab, site[0], f"/?policies=phds&seeds=5&{TINY}")
    assert hosts == {site[0].removeprefix("http://")}
    assert sum(sizes) < 300_000
    context.close()
