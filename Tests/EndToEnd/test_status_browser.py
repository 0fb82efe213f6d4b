"""The status page in a real browser, Chromium without a window: as it looks, as it is read out, and by keyboard.

Needs the program `chromium` (Debian's package of this name) and nothing else.
"""

import itertools
import re

import pytest

import busyhour
import processes
from browser import Browser
from processes import eventually

WIDTHS = [360, 768, 1280]
SCHEMES = ["light", "dark"]
SECTIONS = ["Connect", "Models", "Requests", "Errors", "Limits and kudos", "Process"]

# Names of models, and what they are shown as.
NAMES = {
    busyhour.HOSTILE: busyhour.HOSTILE,
    "</table><script>alert(1)</script>": "</table><script>alert(1)</script>",
    '"><style>*{display:none}</style>': '"><style>*{display:none}</style>',
    "' onmouseover='alert(1)": "' onmouseover='alert(1)",
    "&lt;b&gt;": "&lt;b&gt;",
    "koboldcpp/\u202egnp.exe": "koboldcpp/\ufffdgnp.exe",
    "koboldcpp/" + "W" * 150: "koboldcpp/" + "W" * 150,
}
# As many models as the page shows, with these and those of the hour.
SHOWN_MAX = 100
OTHERS = {*NAMES, *(worker["models"][0] for worker in busyhour.WORKERS)}
MANY = [f"koboldcpp/Ordinary-Model-{number}-24B-v4.1-i1-Q4_K_M" for number in range(SHOWN_MAX - len(OTHERS))]

# What can have the focus, in the order of the document.
STOPS = "document.querySelectorAll('a[href], button, input, select, textarea, summary, [tabindex]')"


@pytest.fixture(scope="module")
def server():
    """One in a busy hour, with as many models as are shown and names that would like to be more than names."""
    names = [name for name in NAMES if name != busyhour.HOSTILE]
    shelf = {**busyhour.worker("Shelf", MANY[0], 20, 1), "models": [*names, *MANY]}
    hour = busyhour.BusyHour([shelf])
    yield hour.server
    hour.close()


@pytest.fixture(scope="module")
def browser():
    browser = Browser()
    yield browser
    browser.close()


@pytest.fixture
def page(browser, server):
    """Opens the page."""

    def page(width=1280, scheme="light", **options):
        browser.open(server.url + "/status", width, scheme, **options)
        return browser

    return page


def luminance(colour):
    """The relative luminance of a computed colour (WCAG 2.2)."""
    red, green, blue, *alpha = [float(number) for number in re.findall(r"[\d.]+", colour)]
    assert colour.startswith("rgb") and alpha in ([], [1]), colour
    parts = [part / 255 for part in (red, green, blue)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return sum(weight * part for weight, part in zip((0.2126, 0.7152, 0.0722), linear))


def contrast(one, other):
    brighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (brighter + 0.05) / (darker + 0.05)


# The colour that stands behind an element.
BEHIND = """
function behind(element) {
    const colour = getComputedStyle(element).backgroundColor;
    return colour === "rgba(0, 0, 0, 0)" && element.parentElement ? behind(element.parentElement) : colour;
}
"""


@pytest.mark.parametrize("width", WIDTHS)
def test_nothing_is_wider_than_the_screen(page, width):
    page = page(width)
    inner, outer = page.run("(({clientWidth, scrollWidth}) => [clientWidth, scrollWidth])(document.documentElement)")
    assert inner == width and outer <= width
    wide = page.run("""
        [...document.querySelectorAll("header, section, section > *, h1, h2, h3, p, pre, dt, dd")].filter(element => {
            const {left, right} = element.getBoundingClientRect();
            return left < 0 || right > document.documentElement.clientWidth;
        }).map(element => element.outerHTML.slice(0, 200))
    """)
    assert not wide
    # What is wider than its place can be reached by keyboard, and scrolled.
    stuck = page.run("""
        [...document.body.querySelectorAll("*")]
            .filter(element => element.scrollWidth > element.clientWidth && element.clientWidth && element.tabIndex < 0)
            .map(element => element.outerHTML.slice(0, 200))
    """)
    assert not stuck


def test_sections_and_headings_are_in_order(page):
    page = page()
    headings = page.run("""
        [...document.querySelectorAll("h1, h2, h3, h4, h5, h6")].map(heading => [heading.localName, heading.innerText])
    """)
    levels = [int(name[1]) for name, _ in headings]
    assert levels[0] == 1 and levels.count(1) == 1
    assert all(later <= earlier + 1 for earlier, later in itertools.pairwise(levels)), headings
    assert [text for name, text in headings if name == "h2"] == SECTIONS
    assert all(text.strip() for _, text in headings)
    assert page.run("document.documentElement.lang") == "en"
    assert page.run("document.title").startswith("interposer: ")
    assert page.run("document.querySelectorAll('main').length") == 1
    assert page.run("document.compatMode") == "CSS1Compat"
    assert page.run("[...document.querySelectorAll('meter')].every(meter => meter.labels.length === 1)")


def test_tables_say_what_their_cells_are_of(page):
    tables = page().run("""
        [...document.querySelectorAll("table")].map(table => ({
            columns: [...table.tHead.rows].flatMap(row => [...row.cells]).map(cell => [cell.localName, cell.scope]),
            rows: [...table.tBodies].flatMap(body => [...body.rows]).map(row =>
                [...row.cells].map(cell => [cell.localName, cell.scope])),
        }))
    """)
    assert len(tables) == 2
    for table in tables:
        assert table["columns"] and all(cell == ["th", "col"] for cell in table["columns"]), table["columns"]
        for row in table["rows"]:
            assert len(row) == len(table["columns"])
            assert row[0] == ["th", "row"] and all(cell == ["td", ""] for cell in row[1:]), row


def test_names_of_strangers_are_only_names(page):
    page = page()
    names = page.run("[...document.querySelectorAll('tbody th')].map(cell => cell.textContent)")
    assert set(NAMES.values()) <= set(names)
    # One of them has a request, too.
    assert names.count(busyhour.HOSTILE) == 2
    odd = page.run("""
        [...document.body.querySelectorAll("*")].filter(element =>
            element.matches("img, script, style, svg, iframe, object, embed, form, link, b")
            || [...element.attributes].some(({name}) => name.startsWith("on") || name === "src" || name === "style")
            || !/^[/?]/.test(element.getAttribute("href") ?? "/")
        ).map(element => element.outerHTML.slice(0, 200))
    """)
    assert not odd
    assert page.run("document.querySelectorAll('style').length") == 1
    assert page.run("document.querySelectorAll('body').length") == 1
    assert not page.told("Page.javascriptDialogOpening")


def test_the_page_asks_for_nothing_and_complains_about_nothing(page, server):
    page = page()
    assert [request["request"]["url"] for request in page.told("Network.requestWillBeSent")] == [server.url + "/status"]
    assert not page.told("Log.entryAdded", "Runtime.consoleAPICalled", "Runtime.exceptionThrown", "Audits.issueAdded")
    # Its own style is what the policy allows.
    header = page.run("""
        (({borderLeftStyle, borderLeftWidth}) => [borderLeftStyle, borderLeftWidth])(
            getComputedStyle(document.querySelector("header")))
    """)
    assert header == ["solid", "8px"]


def test_the_policy_holds_against_what_could_get_in(page):
    violations = page().run("""
        new Promise(resolve => {
            const seen = new Set();
            document.addEventListener("securitypolicyviolation", event => {
                if (seen.add(event.effectiveDirective).size === 4) resolve([...seen].sort());
            });
            const add = (name, fields) => document.body.append(Object.assign(document.createElement(name), fields));
            add("script", {textContent: "window.hasRun = true"});
            add("style", {textContent: "header { border: none }"});
            add("img", {src: "/health"});
            document.querySelector("header").setAttribute("style", "border: none");
        })
    """)
    assert violations == ["img-src", "script-src-elem", "style-src-attr", "style-src-elem"]


def test_the_page_is_small_even_with_many_models(page, server):
    assert len(server.get("/status").body) < 50_000
    assert page().run("document.querySelector('table').tBodies[0].rows.length") == SHOWN_MAX


@pytest.mark.parametrize("width", [360, 1280])
@pytest.mark.parametrize("scheme", SCHEMES)
def test_the_keyboard_goes_everywhere_in_order_and_is_seen(page, width, scheme):
    page = page(width, scheme)
    count = page.run(STOPS + ".length")
    assert count
    for place in range(count):
        page.press("Tab")
        stop = page.run(BEHIND + """
            (element => {
                const {outlineStyle, outlineWidth, outlineColor} = getComputedStyle(element);
                const {top, bottom} = element.getBoundingClientRect();
                return {
                    place: [...""" + STOPS + """].indexOf(element), isMarked: element.matches(":focus-visible"),
                    style: outlineStyle, width: parseFloat(outlineWidth), colours: [outlineColor, behind(element)],
                    isInSight: bottom > 0 && top < innerHeight, isWide: element.scrollWidth > element.clientWidth,
                };
            })(document.activeElement)
        """)
        assert stop["place"] == place and stop["isMarked"] and stop["isInSight"], stop
        assert stop["style"] == "solid" and stop["width"] >= 2 and contrast(*stop["colours"]) >= 3, stop
        if stop["isWide"]:
            page.press("ArrowRight")
            page.run("""
                new Promise(resolve => {
                    const element = document.activeElement;
                    element.scrollLeft > 0 ? resolve() : element.addEventListener("scroll", () => resolve());
                })
            """)


@pytest.mark.parametrize("scheme", SCHEMES)
def test_text_can_be_read(page, scheme):
    page = page(scheme=scheme)
    texts = page.run(BEHIND + """
        [...document.body.querySelectorAll("*")]
            .filter(element => [...element.childNodes].some(node => node.nodeType === 3 && node.data.trim()))
            .map(element => {
                const {color, opacity} = getComputedStyle(element);
                return [element.localName, color, behind(element), opacity, element.textContent.slice(0, 40)];
            })
    """)
    assert {"h1", "h2", "h3", "p", "pre", "th", "td", "dt", "dd"} <= {name for name, *_ in texts}
    for name, colour, background, opacity, text in texts:
        assert opacity == "1" and contrast(colour, background) >= 4.5, (name, colour, background, text)
    edge, paper = page.run(BEHIND + """
        [getComputedStyle(document.querySelector("header")).borderLeftColor, behind(document.querySelector("header"))]
    """)
    assert contrast(edge, paper) >= 3
    assert luminance(paper) > 0.8 if scheme == "light" else luminance(paper) < 0.05


def test_the_page_renews_itself(page, server):
    before = len(server.lines)
    page = page(renews=True)
    assert 1 <= int(page.run("document.querySelector('meta[http-equiv=refresh]').content")) <= 30
    text = page.run("document.body.innerText")
    page.events.clear()
    page.wait("Page.loadEventFired", 40)
    page.call("Page.stopLoading")
    # It is told how long the server has been up.
    assert page.run("document.body.innerText") != text

    def paths():
        return re.findall(r"method=GET .*path=(\S+)", "".join(server.lines[before:]))

    eventually(lambda: len(paths()) >= 2, 5, "both requests in the log")
    assert set(paths()) == {"/status"}
