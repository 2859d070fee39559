"""What the demo company knows of its market: a study with findings, personas, segments."""

from datetime import timedelta
from typing import Any

from django.db.models import F, OuterRef, Subquery
from django.db.models.functions import Greatest

from campaigns.channels.models import Channel
from campaigns.research.models import Confidence, Finding, Persona, Study, StudyMethod
from campaigns.segments.models import Segment, SegmentKind, SegmentMember
from campaigns.segments.picking import pick
from campaigns.segments.refreshing import refresh
from campaigns.segments.saving import save_segment
from config.common.demo import Diary, read_table
from contacts.models import ConsentPurpose, Contact

# key | title | method | market | source | days ago begun | done | what it came to
STUDIES = """
moisture | What moisture costs growers and mills  | interviews | Coffee, textiles and furniture in Java and the Central Highlands | 31 visits by our own people | 365 | 340 | Losses are known but not counted; who counts them once, buys within a quarter.
cold     | Cold stores of the seafood exporters   | survey     | Seafood and hotels, Indonesia and Viet Nam                        | 84 of 260 asked answered     | 215 | 196 | Half run without a maintenance contract. Power cuts worry them more than the price.
"""

# key | study | days ago | confidence | good for days | finding
FINDINGS = """
loss    | moisture | 344 | high   | 500 | Between 3 and 7 % of the harvest is lost to moisture between drying and sale.
meter   | moisture | 342 | medium | 500 | Nine of ten mills measure moisture by hand, and do not write it down.
season  | moisture | 341 | high   | 700 | They decide in the two months before the rains.
price   | moisture | 341 | medium | 320 | Above two per cent of a year's sales a dryer needs the owner's brother's consent too.
power   | cold     | 199 | high   | 400 | A power cut of six hours is the greatest fear of 61 % of those asked.
care    | cold     | 198 | high   | 400 | 48 % have no maintenance contract; two thirds of them would pay for one that promises a day.
fairs   | cold     | 197 | low    | 300 | The seafood fair counts more than any advertisement.
"""

# key | name | role | goals | pains | objections | channels | findings
PERSONAS = """
owner    | The owner who roasts himself  | Owner of a mill or roastery | Sell all of the harvest as first grade   | Batches that come back as too damp       | My father did without a machine       | email event | loss meter season
plant    | The plant manager             | Runs a plant for others     | No standstill, no complaint by auditors  | Is blamed for what the store room spoils | Who repairs it on a Sunday?           | email seo blog | price
exporter | The exporter of frozen goods  | Director of a packing house | Keep the chain cold from boat to port    | Power cuts, and customers who send back  | The neighbour built one for half      | event social | power care fairs
"""

# key | name | what for | any of: industries
INDUSTRIES = """
dry   | Makers who must stay dry | Coffee, tea, textiles and furniture: moisture spoils what they make. | Coffee, Tea, Textiles, Furniture | owner plant
cold  | Cold chain               | Seafood, hotels, food and pharmacy: what they keep must stay cold.   | Seafood, Hotels, Food, Pharmacy  | exporter
count | Warehouses that count    | Logistics and electronics: what they store must be found again.     | Logistics, Electronics           | plant
"""


def write_research(diary: Diary) -> None:
    """Make studies, findings, personas and the segments of industries; the diary knows them by their keys."""
    owner = diary.rows["marketer"]
    for key, title, method, market, source, begun, done, summary in read_table(STUDIES):
        diary.rows[f"study {key}"] = Study.objects.create(
            title=title, method=StudyMethod(method), market=market, source=source, started_on=diary.day(int(begun)),
            finished_on=diary.day(int(done)), summary=summary, owner=owner,
        )  # fmt: skip
    for key, study, ago, confidence, good_for, text in read_table(FINDINGS):
        found_on = diary.day(int(ago))
        diary.rows[f"finding {key}"] = Finding.objects.create(
            study=diary.rows[f"study {study}"], text=text, found_on=found_on, confidence=Confidence(confidence),
            valid_until=found_on + timedelta(days=int(good_for)),
        )  # fmt: skip
    channels = {channel.code: channel for channel in Channel.objects.all()}
    for key, name, role, goals, pains, objections, through, findings in read_table(PERSONAS):
        persona = Persona.objects.create(name=name, role=role, goals=goals, pains=pains, objections=objections)
        persona.channels.set(channels[code] for code in through.split())
        persona.findings.set(diary.rows[f"finding {each}"] for each in findings.split())
        diary.rows[f"persona {key}"] = persona
    _write_segments(diary, owner)


def refresh_segments(diary: Diary) -> None:
    """Find out who is in, and let it have been so since each became known."""
    quiet = Contact.objects.filter(memberships=None, employments__company__industry="Coffee").order_by("pk").first()
    if quiet is not None:
        pick(
            diary.rows["segment dry"],
            quiet,
            is_in=False,
            reason="Asked not to be written to this year",
            by=diary.rows["marketer"],
        )
    for segment in Segment.objects.filter(kind=SegmentKind.LIVE).order_by("pk"):
        refresh(segment.pk)


def date_members() -> None:
    """Whoever became known later than the segment was made entered it then."""
    known = Subquery(Contact.objects.filter(pk=OuterRef("contact")).values("created_at")[:1])
    made = Subquery(Segment.objects.filter(pk=OuterRef("segment")).values("created_at")[:1])
    SegmentMember.objects.filter(left_at=None).update(entered_at=Greatest(known, made))
    Segment.objects.filter(kind=SegmentKind.LIVE).update(updated_at=F("created_at"))


def _write_segments(diary: Diary, owner: Any) -> None:
    for key, name, description, industries, personas in read_table(INDUSTRIES):
        rules = [_is("company.industry", each.strip()) for each in industries.split(",")]
        diary.rows[f"segment {key}"] = save_segment(
            by=owner,
            name=name,
            description=description,
            rule={"match": "any", "rules": rules},
            personas=[diary.rows[f"persona {each}"] for each in personas.split()],
        )
    mail = ConsentPurpose.objects.get(code="newsletter")
    answered = {"match": "all", "rules": [{"field": "at", "operator": "in_last_days", "value": 180}]}
    diary.rows["segment ready"] = save_segment(
        by=owner,
        name="Ready for sales",
        description="Leads who were in touch twice within half a year: what marketing hands over.",
        rule={
            "match": "all",
            "rules": [
                _is("lifecycle.stage", "lead"),
                {"field": "touches", "operator": "count_at_least", "value": 2, "where": answered},
            ],
        },
    )
    won = {"match": "all", "rules": [_is("outcome", "won")]}
    diary.rows["segment customers"] = save_segment(
        by=owner,
        name="Customers we may write to",
        description="Bought once, and agreed to mail.",
        rule={"match": "all", "rules": [{"field": "deals", "operator": "any", "where": won}, _is("consent", mail.pk)]},
    )


def _is(field: str, value: Any) -> dict[str, Any]:
    return {"field": field, "operator": "is", "value": value}
