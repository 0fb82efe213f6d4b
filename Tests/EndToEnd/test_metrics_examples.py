"""The dashboard and the alerts of `Packaging/examples`: they use figures that there are, and Prometheus takes them.

`promtool` comes with Debian's package `prometheus`.
"""

import dataclasses
import json
import re
import subprocess

import pytest
import yaml

import processes
from processes import ROOT, eventually

EXAMPLES = ROOT / "Packaging/examples"
ALERTS = EXAMPLES / "alerts.yaml"
CASES = EXAMPLES / "alerts.test.yaml"

# Labels and series that are Prometheus' own.
OWN_LABELS = {"instance", "job", "le"}
OWN_SERIES = {"up"}

# How docs/METRICS.md tells the labels of the conventions, in their order.
CONVENTIONS = ["gen_ai_operation_name", "gen_ai_provider_name", "gen_ai_request_model", "error_type"]
SHORT_FOR = {"the four": CONVENTIONS, "the first three": CONVENTIONS[:3]}

STRING = r'"(?:[^"\\]|\\.)*"'
GROUPING = r"\b(?:by|without|on|ignoring|group_left|group_right)\s*\(([^)]*)\)"
# The words of PromQL, and functions, have no place where a name of a series has one.
NAME = r"(?<![\w.])(?!(?:and|or|unless|bool|offset)\b)[a-zA-Z_:][\w:]*\b(?!\s*\()"


@dataclasses.dataclass
class Query:
    """What an expression asks for."""

    place: str
    text: str

    @property
    def groupings(self):
        """The labels by which it groups."""
        return {label for found in re.findall(GROUPING, self.text) for label in re.findall(r"\w+", found)}

    @property
    def selectors(self):
        """The names of series, each with its matchers: label, operator and value."""
        bare = re.sub(GROUPING, "", re.sub(r"\[[\w$:]*[a-z]\]|\boffset\s+\w+", "", self.text))
        found = re.findall(rf"({NAME})\s*(\{{(?:{STRING}|[^}}\"])*\}})?", bare)
        matcher = rf"(\w+)\s*(=~|!~|!=|=)\s*({STRING})"
        return [
            (name, [(label, operator, json.loads(value)) for label, operator, value in re.findall(matcher, matchers)])
            for name, matchers in found
        ]


class Page:
    """A page of figures: each family's kind, and the labels of its samples with their values."""

    def __init__(self, text):
        self.kinds = dict(re.findall(r"^# TYPE (\S+) (\S+)$", text, re.M))
        self.labels = {}
        for name, labels in re.findall(rf"^([a-zA-Z_:][\w:]*)(?:\{{((?:{STRING}|[^}}\"])*)\}})? \S+$", text, re.M):
            family = self.labels.setdefault(self.family(name), {})
            for label, value in re.findall(rf"(\w+)=({STRING})", labels):
                family.setdefault(label, set()).add(json.loads(value))

    def family(self, name):
        """The family that a series belongs to; None where there is none."""
        whole = re.sub("_(bucket|sum|count)$", "", name)
        if self.kinds.get(whole) == "histogram":
            return whole if whole != name else None
        return name if name in self.kinds else None


def documented():
    """What docs/METRICS.md tells: for each family its kind, its labels, and the words that stand for values."""
    families = {}
    for line in (ROOT / "docs/METRICS.md").read_text().splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")] if line.startswith("| `") else []
        if len(cells) == 4:
            labels = SHORT_FOR.get(cells[2]) or [label.strip() for label in cells[2].split(",") if label.strip()]
            for name in re.findall("`(.+?)`", cells[0]):
                families[name] = (cells[1].split(",")[0], set(labels), set(re.findall("`(.+?)`", cells[3])))
    return families


def dashboard():
    return json.loads((EXAMPLES / "grafana-dashboard.json").read_text())


def panels():
    return [panel for panel in dashboard()["panels"] if panel["type"] != "row"]


def dashboard_queries():
    return [Query(panel["title"], target["expr"]) for panel in panels() for target in panel["targets"]]


def rules():
    return [rule for group in yaml.safe_load(ALERTS.read_text())["groups"] for rule in group["rules"]]


def queries():
    variables = [
        Query("$" + variable["name"], re.fullmatch(r"label_values\((.*), instance\)", variable["definition"])[1])
        for variable in dashboard()["templating"]["list"]
    ]
    return variables + dashboard_queries() + [Query(rule["alert"], rule["expr"]) for rule in rules()]


def labels_of(page, name):
    """The labels that a series has, each with the values that may be asked for: those seen, and those documented."""
    family = page.family(name)
    if not family:
        return {}
    _, labels, words = documented()[family]
    seen = page.labels.get(family) or dict.fromkeys(labels, set())
    return {label: values | words for label, values in seen.items()}


def promtool(*arguments, stdin=""):
    """What it says, of something that it takes."""
    command = ["promtool", *map(str, arguments)]
    result = subprocess.run(command, input=stdin, capture_output=True, text=True, timeout=60, check=False)
    assert result.returncode == 0, result.stdout + result.stderr
    return result.stdout + result.stderr


@pytest.fixture(scope="module")
def text(server):
    """The figures of a server that has answered some requests, of which one failed and one was left."""
    for number in range(3):
        assert server.chat(f"[[reply:Answer {number}, in one piece.]]").status == 200
        assert server.stream(f"[[reply:Answer {number}, in pieces.]]").rest()[-1].text == "[DONE]"
    assert server.chat("[[empty]]").status == 503
    assert server.get("/v1/models").status == 200
    server.stream("[[reply:For nobody.]] [[latency:2]]").leave()

    def settled():
        page = server.metrics_page()
        routes = Page(page).labels.get("interposer_http_requests_total", {}).get("route", ())
        errors = Page(page).labels.get("gen_ai_client_operation_duration_seconds", {}).get("error_type", ())
        return page if {"/v1/chat/completions", "/v1/models"} <= set(routes) and "client_left" in errors else None

    return eventually(settled, 5, "the figures of these requests")


@pytest.fixture
def page(text):
    return Page(text)


def test_every_figure_that_is_documented_is_there_and_the_other_way_round(page):
    assert page.kinds == {name: kind for name, (kind, _, _) in documented().items()}
    assert None not in page.labels, "a sample without a family"
    for family, labels in page.labels.items():
        assert set(labels) - {"le"} <= documented()[family][1], family


def test_every_figure_that_is_used_is_on_the_page(page):
    used = {(query.place, name) for query in queries() for name, _ in query.selectors}
    assert len(used) > 40
    assert not [one for one in sorted(used) if one[1] not in OWN_SERIES and not page.family(one[1])]


def test_every_label_that_is_used_is_one_of_its_figure(page):
    for query in queries():
        every = set(OWN_LABELS)
        for name, matchers in query.selectors:
            labels = labels_of(page, name)
            every |= set(labels)
            for label, _, value in matchers:
                assert label in labels or label in OWN_LABELS, f"{query.place}: {label} of {name}"
                for choice in value.split("|") if label in labels and value else ():
                    fits = any(re.fullmatch(choice, one) for one in labels[label])
                    assert fits, f"{query.place}: {label} of {name} is never {choice}"
        assert query.groupings <= every, f"{query.place}: {query.groupings - every}"
    for panel in panels():
        for target in panel["targets"]:
            shown = set(re.findall(r"\{\{(\w+)\}\}", target["legendFormat"]))
            assert shown <= Query(panel["title"], target["expr"]).groupings, panel["title"]


def test_the_dashboard_is_whole():
    numbers = [panel["id"] for panel in dashboard()["panels"]]
    assert len(numbers) == len(set(numbers))
    assert [panel["title"] for panel in dashboard()["panels"] if panel["type"] == "row"] == [
        "Traffic", "AI Horde", "Queue and limits", "Process",
    ]
    taken = set()
    for panel in dashboard()["panels"]:
        place = panel["gridPos"]
        cells = {
            (place["x"] + column, place["y"] + line) for column in range(place["w"]) for line in range(place["h"])
        }
        assert not cells & taken and place["x"] + place["w"] <= 24, f"{panel['title']} lies on another panel"
        taken |= cells
    for panel in panels():
        assert panel["description"].endswith(".") and panel["fieldConfig"]["defaults"]["unit"], panel["title"]
        assert panel["datasource"] == {"type": "prometheus", "uid": "${DS_PROMETHEUS}"}, panel["title"]
    for query in dashboard_queries():
        for name, matchers in query.selectors:
            assert ("instance", "=~", "$instance") in matchers, f"{query.place}: {name} of every server"


def test_prometheus_takes_every_expression(tmp_path):
    assert f"{len(rules())} rules found" in promtool("check", "rules", ALERTS)
    recorded = [
        {"record": f"panel:{number}", "expr": query.text.replace("$__rate_interval", "5m")}
        for number, query in enumerate(dashboard_queries())
    ]
    file = tmp_path / "panels.yaml"
    file.write_text(yaml.safe_dump({"groups": [{"name": "panels", "rules": recorded}]}))
    assert f"{len(recorded)} rules found" in promtool("check", "rules", file)


def test_each_alert_fires_when_it_should_and_only_then():
    cases = [case for test in yaml.safe_load(CASES.read_text())["tests"] for case in test["alert_rule_test"]]
    names = {rule["alert"] for rule in rules()}
    assert {case["alertname"] for case in cases if case["exp_alerts"]} == names
    assert {case["alertname"] for case in cases if not case["exp_alerts"]} == names
    assert "SUCCESS" in promtool("test", "rules", CASES)


def test_each_alert_tells_what_is_wrong_and_what_helps():
    for rule in rules():
        assert rule["labels"] in ({"severity": "page"}, {"severity": "ticket"}), rule["alert"]
        assert set(rule["annotations"]) == {"summary", "description"}, rule["alert"]


def test_prometheus_finds_nothing_wrong_with_the_page(text):
    assert promtool("check", "metrics", stdin=text) == ""
