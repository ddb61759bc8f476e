"""Tables of measured samples, to Markdown and to JSON."""

import statistics
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Row:
    """One row: its `samples` in seconds; none if it did not reach its target.

    `note`: a few words, shown after the name. `details`: more entries for the JSON.
    """

    name: str
    samples: list[float]
    note: str = ""
    details: dict = field(default_factory=dict)

    @property
    def median(self) -> float | None:
        """The median of the samples in seconds, None for none."""
        return statistics.median(self.samples) if self.samples else None


@dataclass(frozen=True)
class Table:
    """Rows that are compared.

    `baseline`: the name of the row that the others are divided by. Without one, the table shows how
    many of each fit into a `per` ("second" or "hour"). `remark`: text below the table.
    """

    title: str
    rows: list[Row]
    baseline: str | None = None
    per: str = "second"
    remark: str = ""

    def ratio(self, row: Row) -> float | None:
        """The median time of a row divided by the baseline's; None if one has no samples."""
        (base,) = [other.median for other in self.rows if other.name == self.baseline]
        return row.median / base if row.median and base else None

    def rate(self, row: Row) -> float:
        """How many of a row fit into a `per`, by the total time of its samples."""
        return len(row.samples) / sum(row.samples) * {"second": 1, "hour": 3600}[self.per]

    def as_dict(self) -> dict:
        """The table for JSON, with every sample."""
        rows = []
        for row in self.rows:
            entry = {"name": row.name, "note": row.note, "n": len(row.samples)}
            if self.baseline:
                entry["ratio"] = self.ratio(row)
            elif row.samples:
                entry[f"per_{self.per}"] = self.rate(row)
            entry |= {"median_s": row.median, "samples_s": row.samples, **row.details}
            rows.append(entry)
        return {
            "title": self.title,
            "baseline": self.baseline,
            "remark": self.remark,
            "rows": rows,
        }


def markdown(table: dict) -> str:
    """A table as `Table.as_dict` gives it, in Markdown."""
    is_ratio = table["baseline"] is not None
    columns = ["median", "relative time"] if is_ratio else ["median", "longest", "rate"]
    rows = []
    for row in table["rows"]:
        name = f"{row['name']} ({row['note']})" if row["note"] else row["name"]
        if not row["samples_s"]:
            cells = ["not reached", *["–"] * (len(columns) - 1)]
        elif is_ratio:
            cells = [seconds(row["median_s"]), times(row["ratio"])]
        else:
            per = next(key for key in row if key.startswith("per_"))
            rate = number(row[per]) + {"per_second": " a second", "per_hour": " an hour"}[per]
            cells = [seconds(row["median_s"]), seconds(max(row["samples_s"])), rate]
        rows.append([name, *cells, str(row["n"])])
    text = grid([table["title"], *columns, "n"], rows)
    return f"{text}\n\n{table['remark']}" if table["remark"] else text


def grid(head: list[str], rows: list[list[str]]) -> str:
    """A table in Markdown; every column but the first holds numbers."""
    lines = [head, ["---", *["---:"] * (len(head) - 1)], *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def seconds(value: float) -> str:
    """Three digits of a time, in s or ms."""
    return f"{number(value)} s" if value >= 1 else f"{number(value * 1e3)} ms"


def times(ratio: float | None) -> str:
    """`1` for the baseline itself, otherwise at least two digits; a dash for None."""
    if ratio is None:
        return "–"
    return "1" if ratio == 1 else f"{ratio:.2f}" if ratio < 10 else f"{ratio:.0f}"


def number(value: float) -> str:
    """At least three digits, without an exponent: 0.0123, 1.23, 12.3, 1,234."""
    if value >= 100:
        return f"{value:,.0f}"
    return f"{value:.3g}" if value >= 0.01 else f"{value:.4f}"


def document(results: dict) -> str:
    """All results in Markdown, under the kind of processor: the machine, the versions, the tables,
    and what was skipped."""
    machine, versions = results["machine"], results["versions"]
    where = [machine["processor"], f"{machine['cores']} cores"]
    if machine["memory_gb"]:
        where.append(f"{machine['memory_gb']:.0f} GB of memory")
    installed = ", ".join(f"{name} {version}" for name, version in versions.items() if version)
    parts = [f"## {machine['instructions']}"]
    parts.append(f"Measured on {', '.join(where)} ({machine['system']}), with {installed}.")
    for subject in results["subjects"].values():
        parts += map(markdown, subject["tables"])
    parts += [f"Skipped: {name}. {reason}" for name, reason in results["skipped"].items()]
    return "\n\n".join(parts)
