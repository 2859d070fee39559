"""Who answered the demo company's campaigns: mailings with what came of them, fairs, forms, visitors, and consents."""

from datetime import datetime, timedelta
from functools import partial
from typing import Any

from django.db.models import Q
from django.utils import timezone

from campaigns.capture.confirming import confirm
from campaigns.capture.page_keys import new_page_key, read_page_key
from campaigns.capture.posting import post_form
from campaigns.capture.recording import NewTouch, record_touches
from campaigns.capture.submission import Submission
from campaigns.capture.touch import TouchKind, TouchSource, Visitor
from campaigns.channels.models import Channel
from campaigns.demo.running import campaign_of
from campaigns.execution.members import add_members, set_status
from campaigns.execution.models import CampaignMember
from config.common.demo import Diary, read_table
from contacts.consent.models import ConsentSource
from contacts.consent.recording import record_consent
from contacts.models import ConsentPurpose, ConsentText, Contact

# campaign | days ago | industries: who gets the mailing, of those known by then
MAILINGS = """
dry  | 285 | Coffee, Tea, Textiles, Furniture
dry  | 248 | Coffee, Tea, Textiles, Furniture
cold | 172 | Seafood, Hotels, Food, Pharmacy
cold | 122 | Seafood, Hotels, Food, Pharmacy
cold | 58  | Seafood, Hotels, Food, Pharmacy, Logistics
"""

# name | campaign | days ago | channel | what they did
ANSWERS = """
Sutrisno              | dry  | 276 | email    | click
Sutrisno              | dry  | 262 | event    | attended
Ayu Maharani          | dry  | 246 | email    | click
Nguyễn Thị Hồng Nhung | dry  | 261 | event    | attended
Phan Văn Tâm          | dry  | 247 | email    | click
Slamet Hardiyanto     | dry  | 262 | event    | attended
Indah Permatasari     | dry  | 236 | social   | click
Ir. Soedarsono        | dry  | 196 | social   | click
Novita Anggarini      | dry  | 192 | event    | reply
Nguyễn Hữu Tài        | dry  | 218 | social   | click
Bagas Nugroho         | dry  | 210 | event    | attended
Bagas Nugroho         | dry  | 199 | email    | reply
Murniati              | dry  | 262 | event    | attended
Lestari Ningrum       | dry  | 240 | social   | click
Đào Văn Hợp           | dry  | 215 | social   | click
Daeng Mattawang       | cold | 171 | email    | click
Andi Tenri            | cold | 149 | event    | attended
Andi Tenri            | cold | 120 | email    | click
I Wayan Sudirga       | cold | 170 | email    | click
I Wayan Sudirga       | cold | 150 | event    | attended
Ni Luh Ariani         | cold | 158 | advertising | visit
Tigor Simanjuntak     | cold | 165 | advertising | call
Tigor Simanjuntak     | cold | 149 | event    | attended
Rosmaida              | cold | 155 | email    | click
Đinh Công Mạnh        | cold | 164 | email    | click
Đinh Công Mạnh        | cold | 141 | event    | attended
Huỳnh Văn Út          | cold | 158 | advertising | call
Huỳnh Văn Út          | cold | 119 | event    | attended
Dương Thị Cẩm Tiên    | cold | 121 | email    | click
Lâm Thanh Phong       | cold | 57  | email    | click
Nguyễn Hữu Tài        | cold | 119 | event    | attended
apt. Larasati         | cold | 56  | email    | click
Hoàng Thị Lan Hương   | cold | 118 | event    | attended
Chandra Halim         | cold | 54  | social   | click
Chandra Halim         | dry  | 193 | event    | attended
Lâm Thanh Phong       | dry  | 195 | social   | click
apt. Larasati         | dry  | 194 | email    | click
Hoàng Thị Lan Hương   | dry  | 196 | email    | click
Yusuf Ramadhan        | dry  | 262 | event    | attended
Yusuf Ramadhan        | cold | 175 | advertising | visit
Daeng Mattawang       | dry  | 240 | social   | click
Andi Tenri            | dry  | 218 | event    | attended
I Wayan Sudirga       | dry  | 193 | social   | click
Novita Anggarini      | cold | 149 | event    | attended
Đinh Công Mạnh        | dry  | 200 | email    | click
Nguyễn Đức Anh        | dry  | 203 | event    | attended
Nguyễn Đức Anh        | cold | 149 | event    | attended
Bagas Nugroho         | cold | 174 | advertising | visit
Slamet Hardiyanto     | dry  | 195 | email    | click
Slamet Hardiyanto     | cold | 120 | advertising | visit
"""

# name, or a stranger's name and address | form | days ago
POSTS = """
Ayu Maharani          | dry  | 244
Phan Văn Tâm          | dry  | 243
Phương Uyên           | dry  | 241
Suparmi, suparmi@kopi-gunung.example         | dry  | 239
Hà Văn Quyết, ha.van.quyet@traxanh.example   | dry  | 233
Made Sukerti, made.sukerti@surel.example     | dry  | 226
Yohanes Lado, yohanes.lado@kopi-flores.example | dry | 219
Trịnh Thị Mùi, trinh.thi.mui@soimoc.example  | dry  | 211
Endang Rahayuningsih, endang@batik-lasem.example | dry | 204
K'Brểu, kbreu@caphe-langbiang.example        | dry  | 198
Andi Tenri            | cold | 108
Huỳnh Văn Út          | cold | 112
Rosmaida              | cold | 152
Lâm Thanh Phong       | cold | 55
apt. Larasati         | cold | 53
Halimah Sadiyah       | cold | 49
Irwan Tanjung, irwan.tanjung@ikan-sibolga.example | cold | 147
Võ Thị Sáu Nhỏ, vo.sau.nho@tomsu.example     | cold | 133
Yuliana Wenda, yuliana.wenda@surel.example   | cold | 101
Châu Sóc Kha, chau.soc.kha@mam-chaudoc.example | cold | 76
Wulan Anjani, wulan.anjani@surel.example     | cold | 41
Đặng Thu Hiền, dang.thu.hien@surel.example   | cold | 27
"""

# One of so many opens, clicks, agrees to mail.
OPENS, CLICKS, AGREES = 2, 9, 3
STRANGERS = 24


def write_answers(diary: Diary) -> None:
    """Note mailings, answers, form posts and consents on their days."""
    for key, ago, industries in read_table(MAILINGS):
        names = [each.strip() for each in industries.split(",")]
        diary.note(diary.moment(int(ago), 9), partial(_mail, diary, key, int(ago), names), by=diary.rows["marketer"])
    for name, key, ago, channel, kind in read_table(ANSWERS):
        # By their rows, one at a time: each stands for a story.
        answered = partial(_answer, diary, name, key, channel, kind)
        diary.note(diary.moment(int(ago), 14, len(name)), answered)
    for who, key, ago in read_table(POSTS):
        diary.note(diary.moment(int(ago), 15, len(who) % 60), partial(_post, diary, who, key))
    for key, days in (("dry", 200), ("cold", 100)):
        diary.note(diary.moment(days, 13), partial(_strangers, diary, key), by=None)
    diary.note(diary.moment(180, 17), partial(_follow_members, diary, "dry"), by=diary.rows["marketer"])
    diary.note(diary.moment(30, 17), partial(_follow_members, diary, "cold"), by=diary.rows["marketer"])


def _mail(diary: Diary, key: str, ago: int, industries: list[str]) -> None:
    """Send a mailing to those who are known by now, and let some open it and follow its link."""
    now = diary.moment(ago, 9)
    known = Q(lifecycle_changes__from_stage="", lifecycle_changes__at__lte=now)
    audience = Contact.objects.filter(known, employments__company__industry__in=industries)
    people = list(audience.distinct().order_by("pk"))
    campaign, email = campaign_of(diary, key), Channel.objects.get(code="email")
    # Who joined by a later mailing is a member from then on; the others are members already.
    add_members(campaign, people, by=diary.rows["marketer"])
    _agree(diary, people, now)
    steps = ((TouchKind.SENT, 1, 0), (TouchKind.OPENED, OPENS, 3), (TouchKind.CLICK, CLICKS, 4))
    rows = [
        NewTouch(campaign, email, kind, now - timedelta(hours=8) + timedelta(hours=later), contact=person)
        for kind, one_of, later in steps
        for place, person in enumerate(people)
        if not place % one_of
    ]
    record_touches(rows, source=TouchSource.IMPORT, by=diary.rows["marketer"])


def _agree(diary: Diary, people: list[Contact], now: datetime) -> None:
    purpose = ConsentPurpose.objects.get(code="newsletter")
    fresh = [person for person in people[::AGREES] if f"agreed {person.pk}" not in diary.rows]
    for person in fresh:
        diary.rows[f"agreed {person.pk}"] = True
        by, evidence = person.owner or diary.rows["marketer"], "Said so on the telephone"
        record_consent(person, purpose, is_given=True, source=ConsentSource.PERSON, by=by, evidence=evidence, at=now)


def _answer(diary: Diary, name: str, key: str, channel: str, kind: str) -> None:
    campaign, through = campaign_of(diary, key), Channel.objects.get(code=channel)
    now = timezone.now()
    record_touches([NewTouch(campaign, through, kind, now, contact=diary.rows[name])], source=TouchSource.HAND)


def _post(diary: Diary, who: str, key: str) -> None:
    """Let somebody fill in a form, and confirm it where it asks for that."""
    form, now = diary.rows[f"form {key}"], timezone.now()
    name, _comma, address = (part.strip() for part in who.partition(","))
    person: Any = diary.rows.get(name)
    email = address or person.emails.get(is_primary=True).address
    page = read_page_key(form, new_page_key(form, None, now=now - timedelta(minutes=2)))
    assert page is not None  # noqa: S101  we just made it
    fields = {field.asks_for: str(field.pk) for field in form.fields.all()}
    answers = {fields["name"]: name}
    if "choice" in fields:
        answers[fields["choice"]] = "up to 200 m³"
    texts = ConsentText.objects.filter(purpose__code="newsletter", language="en").order_by("-version")[:1]
    visitor = Visitor.objects.create(key=f"demo-{len(who)}-{key}-{now:%j%H%M}", first_seen_at=now)
    submission: Submission = post_form(
        form, page=page, email=email, answers=answers, texts=list(texts), visitor=visitor, now=now
    )
    if form.double_opt_in:
        confirm(submission, now=now + timedelta(minutes=6))


def _strangers(diary: Diary, key: str) -> None:
    """Let people come whom nobody knows."""
    now, campaign = timezone.now(), campaign_of(diary, key)
    keys = [f"demo-{key}-{place}" for place in range(STRANGERS)]
    visitors = Visitor.objects.bulk_create([Visitor(key=each, first_seen_at=now) for each in keys])
    social = Channel.objects.get(code="social")
    rows = [
        NewTouch(campaign, social, TouchKind.CLICK, now - timedelta(hours=place), visitor=visitor)
        for place, visitor in enumerate(visitors)
    ]
    record_touches(rows, source=TouchSource.LINK)


def _follow_members(diary: Diary, key: str) -> None:
    """Give members who answered the status that says so."""
    campaign, by = campaign_of(diary, key), diary.rows["marketer"]
    statuses = {status.position: status for status in campaign.statuses.all()}
    ordered = [statuses[place] for place in sorted(statuses)]
    for status, kinds in ((ordered[2], ["attended"]), (ordered[1], ["click", "form", "reply", "call", "visit"])):
        answered = campaign.touches.filter(kind__in=kinds, contact__isnull=False).values("contact")
        members = CampaignMember.objects.filter(campaign=campaign, contact__in=answered, status=ordered[0])
        for member in members.order_by("pk"):
            set_status(member, status, by=by)
