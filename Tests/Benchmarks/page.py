"""docs/BENCHMARKS.md and its plot, from the rows that the scenarios returned."""

import datetime
import math
import os
import pathlib
import re
import shutil
import subprocess

import rig

PAGE = rig.ROOT / "docs/BENCHMARKS.md"
PLOT = rig.ROOT / "docs/latency.svg"
COLOURS = ["#1f6f8b", "#c8553d", "#588157", "#6d597a", "#b08900", "#333333"]


LOAD_BEFORE = os.getloadavg()[0]


def command(*words):
    try:
        done = subprocess.run(words, capture_output=True, text=True, timeout=30)
    except OSError:
        return ""
    return (done.stdout + done.stderr).strip()


def machine():
    """Lines of (what, which) about the machine and the versions."""
    cpu = next(
        (line.split(":", 1)[1].strip() for line in pathlib.Path("/proc/cpuinfo").read_text().splitlines()
         if line.startswith("model name")), os.uname().machine,
    )
    memory = int(re.search(r"MemTotal:\s+(\d+)", pathlib.Path("/proc/meminfo").read_text())[1]) / 1024 / 1024
    swift = re.search(r"Swift version \S+", command("swift", "--version"))
    lines = [
        ("Machine", f"{len(os.sched_getaffinity(0))} cores of {cpu}, {memory:.1f} GiB, Linux {os.uname().release.split('-')[0]}"),
        ("Load average", f"{LOAD_BEFORE:.1f} before the first scenario"),
        ("Commit", command("git", "-C", str(rig.ROOT), "describe", "--always", "--dirty", "--abbrev=12")),
        ("Swift", swift[0].removeprefix("Swift version ") if swift else "-"),
        ("libmicrohttpd", command("pkg-config", "--modversion", "libmicrohttpd")),
        ("libcurl", command("pkg-config", "--modversion", "libcurl")),
    ]
    if shutil.which("nginx"):
        lines.append(("nginx", command("nginx", "-v").rsplit("/", 1)[-1]))
    return lines


def write(results):
    """Writes the page; `results` has for each scenario its rows, curves and day."""
    curves = {name: points for one in results.values() for name, points in one["curves"].items()}
    if curves:
        PLOT.write_text(svg(curves))
    lines = ["# Benchmarks", "", INTRODUCTION, "", "| | |", "|---|---|"]
    lines += [f"| {name} | {value} |" for name, value in machine()]
    lines += [f"| Day | {datetime.date.today()} |", "", "## Results", ""]
    lines += ["| Scenario | What | Goal | Measured | |", "|---|---|---|---|---|"]
    remarks = []
    for scenario, one in results.items():
        for row in one["rows"]:
            met = {True: "met", False: "**missed**", None: "–"}[row["met"]]
            lines.append(f"| `{scenario}` | {row['what']} | {row['goal']} | {row['measured']} | {met} |")
            why = f" Missed: {row['why']}." if row["met"] is False and row["why"] else ""
            if row["note"] or why:
                remarks.append(f"- `{scenario}`, {row['what']}: {(row['note'] or '') + why}".replace("  ", " "))
    lines += ["", "## Remarks", "", *remarks]
    if curves:
        lines += ["", "## Latencies", "", "![Latencies by percentile](latency.svg)"]
    PAGE.write_text("\n".join(lines) + "\n")


INTRODUCTION = """\
Written by `make bench`. The server, the simulated AI Horde, the load generator (`interposer bench`) and what the server
is compared with share one machine, so absolute figures tell little; ratios within one run are what counts. CPU time is
user and system time of the server's process alone, from `/proc`.

To repeat it: `make bench` runs all scenarios, about a quarter of an hour, and writes this page. `Scripts/bench NAME` runs one
and prints it, `Scripts/bench --quick NAME` a short form that only shows that it works. nginx and wrk are used by the
bench alone (`apt-get install nginx-light wrk`); what needs nginx is left out without it, and without wrk
`interposer bench` stands in."""


def svg(curves, width=720, height=360):
    """Latency by percentile, both axes logarithmic: one line for each curve of (milliseconds, share) points."""
    left, right, top, bottom = 70, 30, 20, 70
    nines = 4
    values = [max(ms, 0.01) for points in curves.values() for ms, _ in points]
    low, high = math.floor(math.log10(min(values))), math.ceil(math.log10(max(values)))
    high = max(high, low + 1)

    def x(share):
        return left + (width - left - right) * min(-math.log10(max(1 - share, 10 ** -nines)), nines) / nines

    def y(ms):
        return height - bottom - (height - top - bottom) * (math.log10(max(ms, 10 ** low)) - low) / (high - low)

    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" '
        'font-family="sans-serif" font-size="12">',
        f'<rect width="{width}" height="{height}" fill="white"/>',
    ]
    for share, name in ((0, "0"), (0.5, "50 %"), (0.9, "90 %"), (0.99, "99 %"), (0.999, "99.9 %"), (0.9999, "99.99 %")):
        parts.append(f'<line x1="{x(share):.1f}" x2="{x(share):.1f}" y1="{top}" y2="{height - bottom}" stroke="#ddd"/>')
        parts.append(f'<text x="{x(share):.1f}" y="{height - bottom + 16}" text-anchor="middle">{name}</text>')
    for power in range(low, high + 1):
        ms = 10.0 ** power
        parts.append(f'<line x1="{left}" x2="{width - right}" y1="{y(ms):.1f}" y2="{y(ms):.1f}" stroke="#ddd"/>')
        parts.append(f'<text x="{left - 6}" y="{y(ms) + 4:.1f}" text-anchor="end">{ms:g} ms</text>')
    for index, (name, points) in enumerate(curves.items()):
        colour = COLOURS[index % len(COLOURS)]
        path = " ".join(f"{x(share):.1f},{y(ms):.1f}" for ms, share in points)
        parts.append(f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2"/>')
        place = left + index * (width - left - right) / max(len(curves), 1)
        parts.append(f'<rect x="{place:.1f}" y="{height - 28}" width="14" height="4" fill="{colour}"/>')
        parts.append(f'<text x="{place + 20:.1f}" y="{height - 22}">{name}</text>')
    return "\n".join(parts) + "\n</svg>\n"
