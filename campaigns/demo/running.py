"""The demo company's campaigns: one finished, one running near its budget, one planned; with all that they are made of."""

from datetime import timedelta
from decimal import Decimal
from functools import partial
from typing import Any

from campaigns.budgets.committing import commit_money
from campaigns.budgets.opening import open_campaign
from campaigns.budgets.spending import add_cost
from campaigns.capture.building import ConsentInput, FieldInput, close_form, make_form
from campaigns.capture.linking import make_link
from campaigns.channels.models import Channel
from campaigns.execution.content import add_content, move_content
from campaigns.execution.models import Campaign, CampaignGoal
from campaigns.execution.moving import finish, start
from campaigns.execution.tasks import complete_task, plan_task
from config.common.demo import Diary, read_table
from contacts.models import ConsentPurpose
from deals.models import Currency

# key | name | plan | segment | channels | opened, days ago | from | to | started | budget | message
CAMPAIGNS = """
dry   | Dry before the rains  | first | dry   | email event internet social      | 300 | 290 | 190 | 289 | 24000 | What does moisture cost you? Bring a bag, and we measure it.
cold  | Cold chain days       | now   | cold  | email event advertising social internet | 180 | 175 | -30 | 174 | 45000 | Six hours without power, and the catch is still cold.
count | Counted to the last box | now | count | email blog internet              | 12  | -24 | -110 |     | 18000 | Find every box at once. A day with scanners in your own hall.
"""

# campaign | days ago | channel | amount | currency | supplier | what for
COSTS = """
dry  | 284 | email    | 1300     | USD | Surat Cepat                  | First mailing, layout and dispatch
dry  | 264 | event    | 207500000| IDR | Balai Pameran Bandung        | Stand at the packaging fair
dry  | 258 | event    | 3450     | USD | Own travel                   | Travel and hotel, four people
dry  | 240 | internet | 2400     | USD | Rumah Kode                   | Guide as a page, and its photographs
dry  | 215 | social   | 1750     | USD |                              | Posts that were paid for
cold | 172 | email    | 1550     | USD | Surat Cepat                  | Mailing “Six hours without power”
cold | 166 | advertising | 9250  | USD | Majalah Laut                 | Half pages in the fishers' paper
cold | 152 | event    | 260000000| IDR | Makassar Expo                | Stand and cold room at the seafood fair
cold | 121 | event    | 235000000| VND | Trung tâm Hội chợ Cần Thơ    | Stand at the fair of Cần Thơ
cold | 96  | social   | 3200     | USD |                              | Film of the cold room
cold | 58  | email    | 1450     | USD | Surat Cepat                  | Second mailing
cold | 31  | internet | 2800     | USD | Rumah Kode                   | Reckoner for power cuts
"""

# campaign | title | kind | channel | publish, days ago | how far
CONTENT = """
dry   | What does moisture cost you?            | mail    | email    | 285 | published
dry   | Guide: keeping goods dry                | page    | internet | 250 | published
dry   | A bag of beans at the fair              | post    | social   | 259 | published
cold  | Six hours without power                 | mail    | email    | 172 | published
cold  | A walk through the cold room            | video   | social   | 96  | published
cold  | What a power cut costs                  | page    | internet | 60  | published
cold  | The contract that promises a day        | article | blog     | -6  | review
cold  | Last call before the season             | mail    | email    | -12 | writing
count | A day with scanners                     | page    | internet | -20 | writing
count | Where did the pallet go?                | article | blog     | -25 |
"""

# campaign | what | owner | due, days ago | done
TASKS = """
dry   | Book the stand at the packaging fair      | marketer | 280 | yes
dry   | Hand the addresses from the fair to sales | marketer | 257 | yes
cold  | Ask Nguyễn Hữu Tài to be a reference      | hau      | 100 | yes
cold  | Write to everybody who came to the fair   | marketer | 112 | yes
cold  | Decide on the second half page            | marketer | -4  |
cold  | Reckon what the fair brought              | marketer | -15 |
count | Choose three halls for the days           | rep      | -9  |
count | Lend ten scanners from stock              | marketer | -14 |
"""

# campaign | link | channel | leads to
LINKS = """
dry  | Mail one, the guide    | email    | https://cakra.tandem.example/dry-guide
dry  | Post, the guide        | social   | https://cakra.tandem.example/dry-guide
cold | Mail, power cuts       | email    | https://cakra.tandem.example/power-cuts
cold | Half page, power cuts  | advertising | https://cakra.tandem.example/power-cuts
cold | Film                   | social   | https://cakra.tandem.example/cold-room-film
"""


def write_campaigns(diary: Diary) -> None:
    """Note the campaigns, what they are made of, what they cost, and how the first one ended."""
    marketer = diary.rows["marketer"]
    for key, *cells in read_table(CAMPAIGNS):
        diary.note(diary.moment(int(cells[4]), 10), partial(_open, diary, key, *cells), by=marketer)
        if cells[7]:
            diary.note(diary.moment(int(cells[7]), 8), partial(_start, diary, key), by=marketer)
    for key, ago, *cost in read_table(COSTS):
        diary.note(diary.moment(int(ago), 15), partial(_spend, diary, key, int(ago), *cost), by=marketer)
    for key, title, kind, channel, ago, state in read_table(CONTENT):
        made = partial(_make_content, diary, key, title, kind, channel, int(ago), state)
        diary.note(diary.moment(max(int(ago) + 6, 3), 11), made, by=marketer)
    for key, what, owner, ago, done in read_table(TASKS):
        diary.note(diary.moment(max(int(ago), 0) + 8, 12), partial(_plan, diary, key, what, owner, int(ago)))
        if done:
            by = diary.rows[owner]
            diary.note(diary.moment(int(ago), 16), partial(_complete, diary, what, by), by=by)
    diary.note(diary.moment(40, 14), lambda: _commit(diary), by=marketer)
    diary.note(diary.moment(188, 14), lambda: _finish(diary), by=marketer)


def campaign_of(diary: Diary, key: str) -> Campaign:
    """Return a campaign as it is now."""
    campaign: Campaign = Campaign.objects.get(pk=diary.rows[f"campaign {key}"].pk)
    return campaign


def _open(
    diary: Diary, key: str, name: str, plan: str, segment: str, through: str, _opened: str, begins: str, ends: str,
    _started: str, budget: str, message: str,
) -> None:  # fmt: skip
    owner = diary.rows["marketer"]
    channels = [_channel(code) for code in through.split()]
    starts_on, ends_on = diary.day(int(begins)), diary.day(int(ends))
    campaign = open_campaign(
        name=name, starts_on=starts_on, ends_on=ends_on, owner=owner, by=owner, channels=channels,
        budget=Decimal(budget), plan=diary.rows[f"plan {plan}"], segments=[diary.rows[f"segment {segment}"]],
        message=message,
    )  # fmt: skip
    diary.rows[f"campaign {key}"] = campaign
    for measure, target in (("responses", 30), ("mqls", 6)):
        goal = CampaignGoal(campaign=campaign, measure=measure, target=Decimal(target))
        goal.starts_on, goal.due_on = starts_on, ends_on
        goal.save()
    for of, name, channel, destination in read_table(LINKS):
        if of == key:
            diary.rows[f"link {name}"] = make_link(
                name=name, destination=destination, campaign=campaign, channel=_channel(channel), by=owner
            )
    if key != "count":
        _make_form(diary, key, campaign)


def _make_form(diary: Diary, key: str, campaign: Campaign) -> None:
    owner = diary.rows["marketer"]
    is_dry = key == "dry"
    given: dict[str, Any] = {
        "name": "Guide: keeping goods dry" if is_dry else "A technician calls you",
        "slug": "dry-guide" if is_dry else "cold-call-back",
        "title": "Get the guide: keeping goods dry" if is_dry else "What would a power cut cost you?",
        "intro": "Twelve pages from our visits." if is_dry else "Tell us how large your store is. We call within a day.",
        "campaign": campaign, "channel": _channel("internet"), "owner": owner, "double_opt_in": is_dry,
    }  # fmt: skip
    mail = ConsentPurpose.objects.get(code="newsletter")
    fields = [FieldInput("name", is_required=True), FieldInput("email", is_required=True), FieldInput("company")]
    if not is_dry:
        fields.append(FieldInput("choice", "How large is your store?", "up to 40 m³\nup to 200 m³\nlarger"))
    diary.rows[f"form {key}"] = make_form(given, fields=fields, consents=[ConsentInput(mail)])


def _start(diary: Diary, key: str) -> None:
    start(campaign_of(diary, key), by=diary.rows["marketer"])


def _finish(diary: Diary) -> None:
    close_form(diary.rows["form dry"])
    lesson = "The fair with a meter at hand brought most; mail alone brought readers, not buyers."
    finish(campaign_of(diary, "dry"), by=diary.rows["marketer"], lesson=lesson)


def _spend(
    diary: Diary, key: str, ago: int, channel: str, amount: str, currency: str, supplier: str, note: str
) -> None:
    add_cost(
        channel=_channel(channel), day=diary.day(ago), amount=Decimal(amount), by=diary.rows["marketer"],
        campaign=campaign_of(diary, key), currency=Currency.objects.get(code=currency), supplier=supplier, note=note,
    )  # fmt: skip


def _commit(diary: Diary) -> None:
    commit_money(
        channel=_channel("advertising"), day=diary.today + timedelta(days=9), amount=Decimal(2600),
        by=diary.rows["marketer"], campaign=campaign_of(diary, "cold"), supplier="Majalah Laut",
        note="Second half page, before the season",
    )  # fmt: skip


def _make_content(diary: Diary, key: str, title: str, kind: str, channel: str, ago: int, state: str) -> None:
    owner = diary.rows["marketer"]
    item = add_content(
        campaign_of(diary, key), title=title, by=owner, kind=kind, channel=_channel(channel),
        publish_on=diary.day(ago),
    )  # fmt: skip
    path = ["writing", "review", "approved", "published"]
    for step in path[: path.index(state) + 1] if state else []:
        item = move_content(item, step, by=owner)


def _plan(diary: Diary, key: str, what: str, owner: str, ago: int) -> None:
    diary.rows[f"task {what}"] = plan_task(
        campaign_of(diary, key), subject=what, owner=diary.rows[owner], by=diary.rows["marketer"],
        due_on=diary.day(ago),
    )  # fmt: skip


def _complete(diary: Diary, what: str, by: Any) -> None:
    complete_task(diary.rows[f"task {what}"], by=by)


def _channel(code: str) -> Channel:
    channel: Channel = Channel.objects.get(code=code)
    return channel
