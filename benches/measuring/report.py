"""Results: medians, ratios, a table, and plots."""
import json
import os
import statistics
from html import escape

# Numerator, denominator, workload, at least: of the rates.
BARS = [
    ("debatebase", "constant", "topic", 0.95), ("debatebase", "constant", "outline", 0.85),
    ("debatebase", "constant", "list", 0.85), ("debatebase", "constant", "search", 0.9),
    ("debatebase-uncached", "pgbench-8", "topic", 0.65), ("debatebase-uncached", "pgbench-8", "outline", 0.8),
    ("debatebase-uncached", "pgbench-8", "list", 0.6), ("debatebase", "pgbench-32", "create", 0.9),
    ("debatebase", "constant", "mix", 0.6),
    *((ours, peer, workload, times) for workload in ("topic", "outline", "list", "search")
      for ours, peer, times in (("debatebase", "fastapi", 30), ("debatebase", "fastify", 8),
                                ("debatebase-uncached", "fastapi", 10), ("debatebase-uncached", "fastify", 2.5))),
    *(("debatebase", peer, workload, 1) for workload in ("create", "patch") for peer in ("fastapi", "fastify")),
]
# Of the median latencies, at most.
TENFOLD = ("debatebase-tenfold", "debatebase-uncached", "outline", 1.15)
FIELDS = ("rate", "p50", "p99", "p999", "bytes", "memory")
COLOURS = {"debatebase": "#1f6feb", "debatebase-uncached": "#6ea8fe", "debatebase-tenfold": "#a5c8ff",
           "constant": "#8b949e", "pgbench-8": "#57606a", "pgbench-32": "#6e7781", "fastapi": "#1a7f64",
           "fastify": "#bf8700", "postgraphile": "#cf5c36", "directus": "#8250df"}


def medians(samples):
    grouped = {}
    for sample in samples:
        grouped.setdefault((sample["workload"], sample["system"]), []).append(sample)
    summary = {}
    for key, group in grouped.items():
        summary[key] = {field: statistics.median([it[field] for it in group if it[field] is not None] or [0]) for field in FIELDS}
        summary[key]["errors"] = sum(it["refused"] + it["broken"] for it in group)
    return summary


def ratios(samples):
    """The median of the ratios within each round: what else the machine did met both alike."""
    at = {(it["workload"], it["system"], it["round"]): it for it in samples}
    rounds = sorted({it["round"] for it in samples})
    found = []
    for ours, theirs, workload, bar, field in [*((*it, "rate") for it in BARS), (*TENFOLD, "p50")]:
        pairs = [(at.get((workload, ours, round_)), at.get((workload, theirs, round_))) for round_ in rounds]
        values = [a[field] / b[field] for a, b in pairs if a and b and b[field]]
        if values:
            ratio = statistics.median(values)
            excess = ratio / bar if field == "rate" else bar / ratio
            found.append({"workload": workload, "of": ours, "to": theirs, "what": field, "ratio": ratio, "bar": bar,
                          "met": excess >= 1, "gross": excess < 0.5})
    return found


def gross(samples):
    """The workloads in which a ratio is below half of its bar."""
    return sorted({it["workload"] for it in ratios(samples) if it["gross"]})


def milliseconds(microseconds):
    return f"{microseconds / 1000:.2f}" if microseconds else ""


def table(summary):
    lines = ["| workload | system | a second | p50 ms | p99 ms | p99.9 ms | bytes | memory MiB | errors |",
             "|---|---|--:|--:|--:|--:|--:|--:|--:|"]
    for (workload, system), row in summary.items():
        times = " | ".join(milliseconds(row[field]) for field in ("p50", "p99", "p999"))
        sizes = " | ".join(f"{row[field]:.0f}" if row[field] else "" for field in ("bytes", "memory"))
        lines.append(f"| {workload} | {system} | {row['rate']:,.0f} | {times} | {sizes} | {row['errors']} |")
    return "\n".join(lines)


def ratio_table(found):
    lines = ["| workload | of | to | what | ratio | bar | |", "|---|---|---|---|--:|--:|---|"]
    for it in found:
        what, sign = ("rate", "≥") if it["what"] == "rate" else ("p50", "≤")
        met = "met" if it["met"] else "**missed**"
        lines.append(f"| {it['workload']} | {it['of']} | {it['to']} | {what} | {it['ratio']:.2f} | {sign} {it['bar']} | {met} |")
    return "\n".join(lines)


def plot(title, groups, unit):
    """Horizontal bars: groups of (system, value), each group on a scale of its own."""
    row, left, width = 20, 170, 420
    height = 50 + sum(34 + len(group) * row for _, group in groups)
    out = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 720 {height}" font-family="sans-serif" font-size="12" role="img">',
           f"<title>{escape(title)}</title>", '<rect width="100%" height="100%" fill="#fff"/>',
           f'<text x="12" y="24" font-size="15" font-weight="bold">{escape(title)}</text>']
    y = 44
    for name, group in groups:
        out.append(f'<text x="12" y="{y + 16}" font-weight="bold">{escape(name)}</text>')
        y += 22
        largest = max((value for _, value in group), default=1)
        for system, value in group:
            long = max(1, value / largest * width)
            digits = 0 if value >= 100 else 2
            out += [f'<text x="{left - 6}" y="{y + 13}" text-anchor="end">{escape(system)}</text>',
                    f'<rect x="{left}" y="{y + 2}" width="{long:.1f}" height="{row - 5}" fill="{COLOURS.get(system, "#999")}"/>',
                    f'<text x="{left + long + 5:.1f}" y="{y + 13}">{value:,.{digits}f}{unit}</text>']
            y += row
        y += 12
    return "\n".join([*out, "</svg>\n"])


PLOTS = (("rates", "Answers a second (more is better)", "rate", 1, ""),
         ("latency", "99th percentile of the latency (less is better)", "p99", 1000, " ms"),
         ("memory", "Memory of the server (less is better)", "memory", 1, " MiB"))


def write(directory, about, samples, statements):
    """The results as JSON, as a page with tables, and as plots, and what pgbench sent. Gives the ratios."""
    os.makedirs(directory, exist_ok=True)
    summary, found = medians(samples), ratios(samples)
    files = {"results.json": json.dumps({"about": about, "ratios": found, "samples": samples}, indent=1) + "\n"}
    for name, title, field, scale, unit in PLOTS:
        groups = {}
        for (workload, system), row in summary.items():
            if row[field]:
                groups.setdefault(workload, []).append((system, row[field] / scale))
        files[name + ".svg"] = plot(title, list(groups.items()), unit)
    files["README.md"] = "\n".join([
        "# Benchmarks", "", "`benches/run.py` wrote this; [its README](../../benches/README.md) says what is measured and how. "
        "Beside it: [what the program costs](small.md), and [what was decided between](alternatives.md).", "",
        "| | |", "|---|---|", *(f"| {name} | {value} |" for name, value in about.items()), "",
        "![Answers a second](rates.svg)", "", "## Against the bars", "", "The median of the ratios within each round.", "",
        ratio_table(found), "", "## Everything", "", "The medians of the rounds.", "", table(summary), "",
        "![Latency](latency.svg)", "", "![Memory](memory.svg)", ""])
    if statements:
        files["statements.sql"] = statements
    for name, text in files.items():
        with open(os.path.join(directory, name), "w", encoding="utf-8") as file:
            file.write(text)
    return found
