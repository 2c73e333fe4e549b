"""Markdown's tables, and numbers in them."""

MISSING = "-"


def table(head, rows):
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    lines += ["| " + " | ".join(str(cell) for cell in row) + " |" for row in rows]
    return "\n".join(lines)


def signed(value, digits=1):
    return MISSING if value is None else f"{value:+.{digits}f}".replace("-", "−")


def percent(value, digits=2):
    return MISSING if value is None else f"{100 * value:.{digits}f}"


def seeds_text(seeds):
    """0-4, 7"""
    parts, seeds = [], sorted(seeds)
    for seed in seeds:
        if parts and parts[-1][1] == seed - 1:
            parts[-1][1] = seed
        else:
            parts.append([seed, seed])
    return ", ".join(str(a) if a == b else f"{a}-{b}" for a, b in parts) or "none"


def count(n, noun):
    return f"{n} {noun}" if n == 1 else f"{n} {noun}s"
