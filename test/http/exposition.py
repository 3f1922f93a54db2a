"""Reads Prometheus' text format strictly: every series once, after the HELP and TYPE of its metric."""
import re
from collections import namedtuple

NAME = r"[a-z][a-z0-9_]*"
LINE = re.compile(rf"({NAME})(?:\{{(.+)\}})? (\S+)")
LABEL = re.compile(rf'({NAME})="((?:[^"\\\n]|\\["\\n])*)"(?:,|$)')

Metric = namedtuple("Metric", "type help samples")  # samples: {(name, labels as a frozenset of pairs): value}


class Page:
    def __init__(self, text):
        assert text.endswith("\n") and "\n\n" not in text and "\r" not in text
        self.metrics, current = {}, None
        for line in text[:-1].split("\n"):
            if line.startswith("#"):
                current = self.describe(line)
            else:
                self.sample(current, line)
        for name, metric in self.metrics.items():
            assert metric.type and metric.help, name
            if metric.type == "histogram":
                self.check_histogram(name, metric)

    def describe(self, line):
        _, what, name, text = line.split(" ", 3)
        assert re.fullmatch(NAME, name) and name.startswith("muster_"), line
        if what == "HELP":
            assert name not in self.metrics, f"{name} stands there twice"
            self.metrics[name] = Metric(None, text, {})
        else:
            assert what == "TYPE" and text in ("counter", "gauge", "histogram"), line
            assert self.metrics[name].type is None and not self.metrics[name].samples and list(self.metrics)[-1] == name, line
            assert (text == "counter") == name.endswith("_total"), line
            self.metrics[name] = self.metrics[name]._replace(type=text)
        return name

    def sample(self, current, line):
        found = LINE.fullmatch(line)
        assert found, line
        name, labels, value = found.groups()
        pairs = LABEL.findall(labels or "")
        assert ",".join(f'{k}="{v}"' for k, v in pairs) == (labels or "") and len(dict(pairs)) == len(pairs), line
        metric = self.metrics[current]
        ends = ("_bucket", "_sum", "_count") if metric.type == "histogram" else ("",)
        assert name in [current + end for end in ends], f"{line} stands under {current}"
        key = (name, frozenset(pairs))
        assert key not in metric.samples, f"{line} stands there twice"
        metric.samples[key] = float(value)

    def check_histogram(self, name, metric):
        series = {}
        for (sample, labels), value in metric.samples.items():
            rest = frozenset(p for p in labels if p[0] != "le")
            one = series.setdefault(rest, {"buckets": []})
            if sample.endswith("_bucket"):
                one["buckets"].append((float(dict(labels)["le"]), value))
            else:
                one[sample[len(name):]] = value
        for one in series.values():
            bounds, counts = [b for b, _ in one["buckets"]], [v for _, v in one["buckets"]]
            assert bounds == sorted(set(bounds)) and bounds[-1] == float("inf") and counts == sorted(counts), one
            assert counts[-1] == one["_count"] and one["_sum"] >= 0, one

    def value(self, name, **labels):
        """The sum of the samples that have these labels; 0 if there is none."""
        metric = next(m for n, m in self.metrics.items() if name in (n, n + "_bucket", n + "_sum", n + "_count"))
        wanted = set(labels.items())
        return sum(v for (n, have), v in metric.samples.items() if n == name and wanted <= have)


def scrape(client, path="/metrics", **kw):
    answer = client.get(path, absolute=True, **kw)
    assert answer.status == 200, answer
    assert answer.header("Content-Type") == "text/plain; version=0.0.4; charset=utf-8" and answer.header("Cache-Control") == "no-store"
    return Page(answer.text)
