"""A review in a few lines of plain text, for the terminal."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from ..counts.leakage import Question, Suspect
from ..counts.power import Power
from ..counts.rates import RateTable
from ..evaluation.grid_sizes import Frontier
from ..language import Words, load
from . import enough, sections, tables
from . import impact as meeting
from . import outcome_text as spelling
from .answer import answer_of
from .band_text import stage_lines
from .level_text import line_name
from .limits_text import limits_sentences
from .review import Account, Review

SHOWN_METRICS = ("auc", "log_loss")
TOP_LINES = 8


def summarise(review: Review, words: Words | None = None) -> str:
    """Verdict, candidates, thresholds and strongest lines of the chosen grid, and what changes with it."""
    say = words or load("en")
    compared = review.comparison
    text = spelling.first_lines(review.account, say)
    answer = answer_of(review, say)
    text += [f"{answer.headline}. {' '.join(answer.sentences)}", answer.sure, ""]
    text += [f"{sections.headline(review, say)}. {sections.sentence(review, say)}", ""]
    text += [resting] if (resting := sections.rests_on(review, say)) else []
    text += [say.say("warning", key, facts) for key, facts in review.warnings]
    text += [*_rows(review.account, say), _rate(review.rates, say), *_order(review.account, say)]
    text += [say("summary.judged", leads=compared.leads, customers=compared.customers)]
    text += [*([needed] if (needed := enough.verdict_said(review, say)) else []), ""]
    text += [*_candidates(review, say), ""]
    candidate = review.chosen_candidate
    if candidate is not None:
        limits = candidate.grid.thresholds
        if limits is not None:
            text.append(say("summary.thresholds", name=candidate.name, **stage_lines(limits, say)))
        text += [say("summary.top", name=candidate.name), *_strongest(review, say)]
        text += [say("grid_page.start", start=candidate.grid.start)] if candidate.grid.start else []
    if review.limits is not None:
        text += ["", limits_sentences(review.limits, say)]
    changes = [*_changes(review, say)]
    text += ["", *changes] if changes else []
    if review.suspects:
        text += ["", *_suspects(review.suspects, say)]
    text += _asked(review.asked, say)
    return _safe(text)


def _changes(review: Review, say: Words) -> Iterator[str]:
    """Who enters and leaves, whom the grid harms, what has moved since today's grid, and what its promise came to."""
    swap = review.changes.swap
    if swap is not None and review.comparison.verdict.baseline != "none":
        enter, leave = (swap.of("marketing_qualified", way).rate for way in ("enter", "leave"))
        yield say(
            "summary.swap",
            new=swap.new,
            old=swap.old,
            lines=len(meeting.changed(review)),
            enter=enter.leads,
            bought=enter.customers,
            leave=leave.leads,
            lost=leave.customers,
        )
        side = next((sides for sides in review.changes.sides if sides.candidate == swap.new), None)
        if side is not None and side.harmed:
            names = [
                line_name(by, one.level, say) if by else sections.cohort_name(one.level.name, say)
                for by, one in side.harmed
            ]
            yield f"{say('segments.harms', candidate=swap.new)} {', '.join(names)}"
    if review.past.drift is not None:
        yield review.past.drift.said(say)
    for o in review.past.outcomes[-2:]:
        if o.came is not None and o.came.leads:
            yield say(
                "summary.promise",
                stage=say(f"stage.{o.stage}"),
                month=o.month,
                promised=o.promise.close_rate,
                came=o.came.value,
                customers=o.came.customers,
                leads=o.came.leads,
                side=say(f"history.{o.side}"),
            )


def frontier(curve: Frontier, words: Words | None = None) -> str:
    """The best grid of every number of lines, one line each, and what is proposed."""
    say = words or load("en")
    head = [say("summary.candidates"), say("summary.lines"), say.name("metric", "auc"), say.name("metric", "log_loss")]
    rows = [head]
    for point in curve.points:
        mark = " *" if point.proposed else ""
        figures = [
            say.measured(point.metrics[name], "decimal3") if name in point.metrics else "" for name in SHOWN_METRICS
        ]
        rows.append([point.name + mark, say.count(point.lines), *figures])
    widths = [max(len(row[i]) for row in rows) for i in range(len(head))]
    text = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
    if curve.proposed is not None:
        text += ["", say("lines.proposed", name=curve.proposed.name, lines=curve.proposed.lines)]
    return _safe(text)


def check(
    account: Account,
    rates: RateTable,
    suspects: Sequence[Suspect],
    words: Words | None = None,
    warnings: Sequence[tuple[str, Mapping[str, str | int | float]]] = (),
    questions: Sequence[Question] = (),
    power: Power | None = None,
) -> str:
    """What was understood of the data: risks, rows, criteria, findings, suspects, questions."""
    say = words or load("en")
    text = spelling.first_lines(account, say)
    text += [say.say("warning", key, facts) for key, facts in warnings]
    text += [*_rows(account, say), _rate(rates, say), *_so_far(rates, say)]
    names = ", ".join(criterion.name for criterion in rates.criteria)
    text.append(say(f"summary.{'criteria' if names else 'no_criteria'}", count=len(rates.criteria), names=names))
    text.append(_later(account, say))
    text += [say.say("fact", key, facts) for key, facts in account.facts]
    text += [*enough.levels_said(power, say), enough.customers_said(rates.overall.value, say, account.design_effect)]
    if suspects:
        text += ["", *_suspects(suspects, say)]
    text += _asked(questions, say)
    return _safe(text)


def _later(account: Account, say: Words) -> str:
    """What "later" means in this history."""
    order = f"account.order_{account.order}"
    return say(order, column=account.order_column or "") if order in say.texts else account.order


def _order(account: Account, say: Words) -> list[str]:
    """The column that stands for time where leads have no dates; of the order of a file a warning speaks."""
    if account.order != "column":
        return []
    falling = [say.say("fact", key, facts) for key, facts in account.facts if key == "ordered_falling"]
    return falling or [_later(account, say)]


def _rows(account: Account, say: Words) -> Iterator[str]:
    yield say("summary.rows", read=account.read, kept=account.kept)
    left_out = sorted((item for item in account.excluded.items() if item[1]), key=lambda item: (-item[1], item[0]))
    width = max((len(say.count(rows)) for _, rows in left_out), default=0)
    for reason, rows in left_out:
        yield f"  {say.count(rows).rjust(width)}  {say.name('excluded', reason)}"


def _rate(rates: RateTable, say: Words) -> str:
    overall = rates.overall
    return say(
        "summary.rate",
        rate=overall.value,
        customers=overall.customers,
        leads=overall.leads,
        low=overall.low,
        high=overall.high,
    )


def _so_far(rates: RateTable, say: Words) -> list[str]:
    """The close rate with leads that may still close, where there are some."""
    if rates.so_far is None:
        return []
    now = rates.so_far.overall
    counts = {"customers": now.customers, "leads": now.leads, "open": rates.so_far.open_leads}
    return [say("rates.so_far_lead", rate=now.value, low=now.low, high=now.high, **counts)]


def _candidates(review: Review, say: Words) -> Iterator[str]:
    """One line per candidate: lines of the grid, a few metrics with intervals, the difference that decides."""
    judgements = [(candidate, review.judged(candidate.name)) for candidate in review.in_order]
    primary = review.comparison.primary
    metrics = [m for m in dict.fromkeys((primary, *SHOWN_METRICS)) if any(j and m in j.metrics for _, j in judgements)]
    head = [say("summary.candidates"), say("summary.lines")]
    compared = review.comparison.baseline
    head += [say.name("metric", metric) for metric in metrics] + [say("summary.difference", name=compared)]
    in_use = review.comparison.verdict.baseline != "none"
    rows = [head]
    for candidate, one in judgements:
        baseline = f" ({say('candidates.baseline')})" if in_use and candidate.name == compared else ""
        row = [candidate.name + baseline, say.count(candidate.grid.lines)]
        for metric in metrics:
            kind = sections.FORMATS.get(metric, ("decimal3", ""))[0]
            row.append(say.measured(one.metrics[metric], kind) if one and metric in one.metrics else "")
        gap = one.difference.get(primary) if one else None
        difference = "" if gap is None else say.measured(gap, sections.FORMATS.get(primary, ("", "signed3"))[1])
        row.append(say("summary.twin") if sections.is_twin(gap) else difference)
        rows.append(row)
    widths = [max(len(row[i]) for row in rows) for i in range(len(head))]
    for row in rows:
        yield "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
    if review.ceiling:
        yield sections.ceiling(review, say)


def _strongest(review: Review, say: Words) -> Iterator[str]:
    """Lines with the most points, given or taken, with their counts."""
    candidate = review.chosen_candidate
    lines = [line for line in tables.lines(review, candidate) if line.points] if candidate else []
    lines.sort(key=lambda line: -abs(line.points))
    width = max((len(say.signed(line.points)) for line in lines), default=0)
    for line in lines[:TOP_LINES]:
        name = line_name(line.criterion.name, line.level, say)
        counts = ""
        if line.rate is not None:
            fraction = say("summary.counts", customers=line.rate.customers, leads=line.rate.leads)
            counts = f"  {say.percent(line.rate.value)} ({fraction})"
        yield f"  {say.signed(line.points).rjust(width)}  {name}{counts}"


def _suspects(suspects: Sequence[Suspect], say: Words) -> Iterator[str]:
    yield say("summary.suspects")
    for suspect in suspects:
        yield f"  {say.pair(suspect.column, say.name('suspect', suspect.reason))} ({suspect.said(say)})"


def _asked(questions: Sequence[Question], say: Words) -> list[str]:
    """Each question with its evidence, and where to answer."""
    lines = ["", say("summary.asked")] if questions else []
    for q in sections.asked(questions, say):
        aucs = say("asked.aucs", with_it=q.with_it, without=q.without)
        lines += [
            f"  {q.question}",
            f"    {q.evidence}",
            f"    {aucs}{say('note.and')}{say('asked.answer', column=_quoted(q.column))}",
        ]
    return lines


def _quoted(column: str) -> str:
    return column if column.replace("_", "").isalnum() else f'"{column}"'


def _safe(lines: Sequence[str]) -> str:
    r"""Lines without what could steer a terminal: names come from users.

    >>> _safe(["a\x1b[2Jb", "c"])
    'a [2Jb\nc'
    """
    return "\n".join("".join(x if x.isprintable() or x in "\u00a0\u202f" else " " for x in line) for line in lines)
