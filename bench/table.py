"""Results as a table, for a terminal or in Markdown: table.py RESULTS [--markdown]"""
import json
import sys


def number(value):
    size = abs(value)
    if size >= 1e9:
        return f"{value / 1e9:.3g} G"
    if size >= 1e6:
        return f"{value / 1e6:.3g} M"
    if size >= 1000:
        return f"{value:,.0f}"
    return f"{value:.3g}"


def share(ratio):
    if ratio >= 10:
        return f"{ratio:.3g} x"
    return f"{100 * ratio:.0f} %" if ratio >= 0.1 else f"{100 * ratio:.2g} %"


def memory(kib):
    return "" if not kib else f"{kib / 1024:.1f} MiB"


def beside(other):
    return ("", "", "") if other is None else (other["what"], number(other["median"]), share(other["ratio"]))


def goal(figure):
    if figure["goal"] is None:
        return ""
    return f"{figure['goal']['text']}: {'reached' if figure['goal']['reached'] else 'NOT reached'}"


HEAD = ["figure", "median", "low to high", "unit", "limit", "its", "ratio", "peer", "its", "ratio",
        "memory", "goal"]


def row(figure):
    return [figure["what"], number(figure["median"]),
            f"{number(figure['low'])} to {number(figure['high'])}", figure["unit"],
            *beside(figure["limit"]), *beside(figure["peer"]), memory(figure["peak_kib"]), goal(figure)]


def markdown_row(figure):
    """Limit and peer in one column each, so that the table fits a page."""
    def one(other):
        return "" if other is None else f"{share(other['ratio'])} of {other['what']}, {number(other['median'])}"
    return [figure["what"], f"{number(figure['median'])} {figure['unit']}",
            f"{number(figure['low'])} to {number(figure['high'])}", one(figure["limit"]), one(figure["peer"]),
            memory(figure["peak_kib"]), goal(figure)]


def about(results):
    machine = results["machine"]
    return [f"{machine['cpu']}, {machine['cores']} cores, {machine['memory_mib']} MiB, {machine['kernel']}; "
            f"{machine['compiler']}, {machine['build']} ({machine['flags']})",
            f"load {machine['load_before'][0]} before, {machine['load_after'][0]} after; others took "
            f"{100 * machine['others_share']:.0f} % of the machine's time; {results['runs']} runs, "
            f"{results['seconds']:.0f} s{', quick' if results['quick'] else ''}"]


def groups(results):
    return list(dict.fromkeys(figure["group"] for figure in results["figures"]))


def goals(results):
    lines = ["", "### goals", "", "| figure | goal | measured | reached |", "|---|---|---|---|"]
    for figure in results["figures"]:
        if figure["goal"] is not None:
            beside = figure["limit"] or figure["peer"]
            by = f", {share(beside['ratio'])} of {beside['what']}" if beside else ""
            lines.append(f"| {figure['what']} | {figure['goal']['text']} | {number(figure['median'])} "
                         f"{figure['unit']}{by} | {'yes' if figure['goal']['reached'] else '**no**'} |")
    return lines


def markdown(results):
    lines = ["# Measured by make bench", "", "What the figures mean and what bounds them: "
             "[performance.md](performance.md). A ratio of 100 % is as good as what it is compared with.", "",
             *(line + "  " for line in about(results)), *goals(results)]
    for group in groups(results):
        lines += ["", f"### {group}", "", "| figure | median | runs | limit | peer | memory | goal |",
                  "|---|---|---|---|---|---|---|"]
        lines += ["| " + " | ".join(markdown_row(figure)) + " |"
                  for figure in results["figures"] if figure["group"] == group]
    if results["absent"]:
        lines += ["", "Not measured:", "", *(f"- {line}" for line in results["absent"])]
    return "\n".join(lines) + "\n"


def text(results):
    lines = about(results)
    for group in groups(results):
        rows = [HEAD] + [row(figure) for figure in results["figures"] if figure["group"] == group]
        used = [i for i in range(len(HEAD)) if any(cells[i] for cells in rows[1:])]
        widths = {i: max(len(cells[i]) for cells in rows) for i in used}
        lines += ["", group]
        right = {1, 5, 6, 8, 9, 10}
        lines += ["  " + "  ".join(cells[i].rjust(widths[i]) if i in right else cells[i].ljust(widths[i])
                                   for i in used).rstrip() for cells in rows]
    if results["absent"]:
        lines += ["", "not measured", *(f"  {line}" for line in results["absent"])]
    return "\n".join(lines) + "\n"


def main():
    arguments = [argument for argument in sys.argv[1:] if argument != "--markdown"]
    if len(arguments) != 1:
        sys.exit("usage: table.py RESULTS [--markdown]")
    with open(arguments[0], encoding="utf-8") as file:
        results = json.load(file)
    sys.stdout.write(markdown(results) if "--markdown" in sys.argv else text(results))


if __name__ == "__main__":
    main()
