"""The demo company's marketing plans: the first half-year's, closed with what it taught, and the one that runs."""

from datetime import date, timedelta
from decimal import Decimal
from functools import partial
from typing import Any

from campaigns.budgets.lines import months_of, set_lines
from campaigns.budgets.pots import Pot
from campaigns.channels.models import Channel
from campaigns.plans.editing import save_part
from campaigns.plans.learning import copy_what_worked
from campaigns.plans.models import MarketingPlan, PlanAnswer, PlanGoal, PlanItem, Strategy
from campaigns.plans.moving import approve, close, draft_plan, start
from config.common.demo import Diary, read_table

# From which day the running plan runs, about.
TURN = 186

# plan | segment | topic | owner | state | worked | findings | text | what came of it
ITEMS = """
first | dry   | need       | marketer | done | yes | loss meter | They lose up to seven per cent to moisture and do not know it | Said so in every first talk
first | dry   | promise    | marketer | done | yes | loss       | Dry within a week, or we take it back                        | Three of four signed with it
first | dry   | proof      | rep      | done | yes |            | A meter on loan for two weeks                                | Eleven lent, six bought
first | dry   | channels   | manager  | done | no  |            | Resellers in Central Java                                    | None sold one; they sell what is in their shop
first |       | training   | manager  | done | yes |            | Every seller measures moisture himself once                 |
now   | dry   | need       | marketer | done |     | loss meter season | Losses through moisture, counted for the first time   |
now   | dry   | products   | marketer | done |     |            | Dehumidifier and meter as one package                        |
now   | dry   | promise    | marketer | done |     | loss       | Dry before the rains, or we take it back                     |
now   | dry   | positioning| manager  | done |     | price      | Dearer than the household machine, paid back in one harvest  |
now   | dry   | regions    | manager  | doing|     |            | West and Central Java, Central Highlands                     |
now   | cold  | need       | marketer | done |     | power      | Six hours without power, and the catch is lost               |
now   | cold  | products   | marketer | done |     |            | Cold room with panels, doors and care                        |
now   | cold  | promise    | marketer | doing|     | care       | A technician within a day, by contract                       |
now   | cold  | channels   | manager  | doing|     | fairs      | The seafood fairs at Makassar and Cần Thơ                    |
now   | cold  | partners   | bao      | open |     |            | The installer at Cần Thơ becomes a partner                   |
now   |       | training   | manager  | doing|     |            | Both teams learn to reckon the cost of a power cut           |
now   |       | enablement | marketer | open |     |            | One page for each segment: need, proof, price                |
"""

# plan | segment | channel | from, days ago | to | cost | state | message
MESSAGES = """
first | dry   | email       | 288 | 200 | 2000 | done | What does moisture cost you?
first | dry   | event       | 262 | 260 | 13000| done | Bring a bag: we measure it at the fair
now   | cold  | email       | 173 | -20 | 3000 | doing| Six hours without power
now   | cold  | event       | 150 | 118 | 21000| done | The cold room you can walk into
now   | cold  | advertising | 168 | -10 | 11000| doing| Cold from boat to port
now   | dry   | email       | 20  | -60 | 2500 | open | Dry before the rains, second year
"""

# plan | measure | target | counted by hand | what
GOALS = """
first | leads     | 25     |    |
first | won       | 30000  |    |
first | hand      | 10     | 11 | Meters lent
now   | responses | 60     |    |
now   | mqls      | 20     |    |
now   | won       | 500000 |    |
now   | hand      | 3      | 1  | References who may be named
"""

# plan | question | answer | findings | why
ANSWERS = """
first | needed     | yes    | loss       | Moisture is everybody's trouble here.
first | affordable | partly | price      | The meter, yes; the dryer needs a second talk.
now   | needed     | partly | power care | Rooms and care, yes. Few ask for wrappers; we stop advertising them.
now   | affordable | yes    | care       | Two thirds would pay for care, and the room pays itself back in two seasons.
"""


def write_plans(diary: Diary) -> None:
    """Note both plans: drafted, approved by the manager, run, and the first one closed."""
    begins = diary.day(365).replace(day=1)
    turn = diary.day(TURN).replace(day=1)
    ends = turn.replace(year=turn.year + 1) - timedelta(days=1)
    marketer, manager = diary.rows["marketer"], diary.rows["manager"]
    first = partial(_draft, diary, "first", f"Getting known, {begins.year}", begins, turn - timedelta(days=1))
    diary.note(diary.moment(364, 9), first, by=marketer)
    _run(diary, "first", 361, 357)
    ago = (diary.today - turn).days
    second = partial(_draft, diary, "now", f"Dry, cold, counted {turn.year}", turn, ends)
    diary.note(diary.moment(ago + 12, 9), second, by=marketer)
    diary.note(diary.moment(ago + 11, 9), lambda: _learn(diary), by=marketer)
    diary.note(diary.moment(ago + 2, 16), lambda: _close(diary), by=manager)
    _run(diary, "now", ago + 6, ago - 3)


def _run(diary: Diary, key: str, approved: int, started: int) -> None:
    manager = diary.rows["manager"]
    note = "Go ahead. Come back to me before the fairs."
    diary.note(diary.moment(approved, 15), lambda: approve(_plan(diary, key), by=manager, note=note), by=manager)
    marketer = diary.rows["marketer"]
    diary.note(diary.moment(started, 9), lambda: start(_plan(diary, key), by=marketer), by=marketer)


def _draft(diary: Diary, key: str, name: str, starts_on: date, ends_on: date) -> None:
    owner = diary.rows["marketer"]
    plan = draft_plan(
        name=name, starts_on=starts_on, ends_on=ends_on, owner=owner, by=owner, market="Indonesia and Viet Nam",
        summary="Keep goods dry, cold and counted: one need for each segment, and the proof before the price.",
        mql_segment=diary.rows["segment ready"],
    )  # fmt: skip
    diary.rows[f"plan {key}"] = plan
    keys = ["dry"] if key == "first" else ["dry", "cold"]
    personas = {"dry": "owner", "cold": "exporter"}
    for place, segment in enumerate(keys):
        row = Strategy(plan=plan, segment=diary.rows[f"segment {segment}"], position=place)
        row.persona = diary.rows[f"persona {personas[segment]}"]
        diary.rows[f"strategy {key} {segment}"] = save_part(row)
    _write_items(diary, key, plan)
    for measure, target, counted, title in _of(key, GOALS):
        goal = PlanGoal(plan=plan, measure=measure, title=title, target=Decimal(target))
        goal.starts_on, goal.due_on = starts_on, ends_on
        if counted:
            goal.counted, goal.counted_on = Decimal(counted), starts_on + timedelta(days=20)
        save_part(goal)
    for question, answer, findings, text in _of(key, ANSWERS):
        evidence = [diary.rows[f"finding {each}"] for each in findings.split()]
        save_part(PlanAnswer(plan=plan, question=question, answer=answer, text=text), findings=evidence)
    _write_money(diary, plan)


def _write_items(diary: Diary, key: str, plan: MarketingPlan) -> None:
    for segment, topic, owner, state, worked, findings, text, result in _of(key, ITEMS):
        item = PlanItem(plan=plan, strategy=diary.rows.get(f"strategy {key} {segment}"), topic=topic, text=text)
        item.owner, item.state, item.result = diary.rows[owner], state, result
        item.worked = {"yes": True, "no": False}.get(worked)
        item.due_on = plan.starts_on + timedelta(days=45)
        save_part(item, findings=[diary.rows[f"finding {each}"] for each in findings.split()])
    channels = {channel.code: channel for channel in Channel.objects.all()}
    for segment, channel, begins, ends, cost, state, text in _of(key, MESSAGES):
        item = PlanItem(plan=plan, strategy=diary.rows[f"strategy {key} {segment}"], topic="message", text=text)
        item.channel, item.owner, item.state = channels[channel], diary.rows["marketer"], state
        item.starts_on, item.ends_on = diary.day(int(begins)), diary.day(int(ends))
        item.cost = Decimal(cost)
        save_part(item)
    for segment, code in (("dry", "DEHUM"), ("cold", "CR-40")):
        if strategy := diary.rows.get(f"strategy {key} {segment}"):
            product = diary.rows[code]
            price = PlanItem(plan=plan, strategy=strategy, topic="price", product=product, list_price=product.price)
            price.discount, price.floor = Decimal(5), product.price * Decimal("0.88")
            save_part(price)


def _write_money(diary: Diary, plan: MarketingPlan) -> None:
    """Keep some money beside the campaigns: for what belongs to none."""
    print_, pr = (Channel.objects.get(code=code) for code in ("print", "pr"))
    months = months_of(plan.starts_on, plan.ends_on)
    amounts: dict[tuple[Any, date], Decimal | None] = {(print_, month): Decimal(400) for month in months}
    amounts[pr, months[1]] = Decimal(1800)
    set_lines(Pot(plan=plan), amounts, by=diary.rows["marketer"])


def _learn(diary: Diary) -> None:
    """Copy what worked in the first plan into the second, beside what it came to."""
    worked = list(PlanItem.objects.filter(plan=_plan(diary, "first"), topic="proof", worked=True))
    copy_what_worked(_plan(diary, "first"), worked, _plan(diary, "now"))


def _close(diary: Diary) -> None:
    lesson = "Whoever measured once, bought. Resellers did not pay; fairs with a meter at hand did."
    close(_plan(diary, "first"), by=diary.rows["manager"], lesson=lesson)


def _plan(diary: Diary, key: str) -> MarketingPlan:
    return MarketingPlan.objects.get(pk=diary.rows[f"plan {key}"].pk)


def _of(key: str, table: str) -> list[list[str]]:
    return [row[1:] for row in read_table(table) if row[0] == key]
