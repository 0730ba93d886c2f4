"""Figures: what was measured, run by run, beside its limit and its peer from the same rounds."""
import statistics


def spread(runs):
    return {"runs": [float(f"{run:.6g}") for run in runs],
            "median": float(f"{statistics.median(runs):.6g}"),
            "low": float(f"{min(runs):.6g}"), "high": float(f"{max(runs):.6g}")}


def beside(what, own, others, better):
    """The other one's runs, and ours as a share of them, taken round by round: 1 is as good."""
    ratios = [(mine / other if better == "more" else other / mine) if mine and other else 0.0
              for mine, other in zip(own, others)]
    shares = spread(ratios)
    return {"what": what, **spread(others), "ratio": shares["median"],
            "ratio_low": shares["low"], "ratio_high": shares["high"]}


class Goal:
    """of: "median", "limit" or "peer" (the ratio to it); reached when it is at least `least`, or, of a
    median, at most `most`."""

    def __init__(self, text, of, least=None, most=None, holds=True):
        self.text, self.of, self.least, self.most, self.holds = text, of, least, most, holds

    def judge(self, figure):
        if self.of == "median":
            value = figure["median"]
        elif figure[self.of] is None:
            return None
        else:
            value = figure[self.of]["ratio"]
        reached = self.holds and (self.least is None or value >= self.least) \
            and (self.most is None or value <= self.most)
        return {"text": self.text, "reached": reached}


def make(identity, what, unit, runs, *, better="more", limit=None, peer=None, goal=None,
         peak_kib=None, note=None):
    """limit, peer: (what it is, its runs)."""
    figure = {"id": identity, "group": identity.split(".")[0], "what": what, "unit": unit,
              "better": better, **spread(runs),
              "limit": beside(*limit[:1], runs, limit[1], better) if limit else None,
              "peer": beside(*peer[:1], runs, peer[1], better) if peer else None,
              "peak_kib": peak_kib, "note": note}
    figure["goal"] = goal.judge(figure) if goal else None
    return figure
