"""Writes the contacts' part of the demo company: staff, companies and people at once, their steps into the diary."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from django.db.models import F
from simple_history.utils import bulk_create_with_history

from config.common.demo import Diary, read_table
from config.common.search import fold
from contacts.demo.companies import COMPANIES
from contacts.demo.people import EVANGELISTS, NOTES, PEOPLE, STRANGERS
from contacts.demo.staff import write_staff
from contacts.lifecycle.adding import added_by
from contacts.lifecycle.models import CauseKind
from contacts.lifecycle.moving import Cause, advance, enter_many, preview, step_back
from contacts.people.contact import Source
from contacts.people.models import Company, Contact, ContactEmail, ContactPhone, Employment, Note
from contacts.people.stages import LifecycleStage
from contacts.staff.models import User

# Days from one step of a lifecycle to the next, and between the people of one company.
STEP, APART = 7, 2
ZONES = {"ID": "Asia/Jakarta", "VN": "Asia/Ho_Chi_Minh"}
LANGUAGES = {"ID": "id", "VN": "vi"}
PHONES = {"ID": "+62812555{:05}", "VN": "+8490555{:04}"}
STREETS = {"ID": "Jl. Cempaka No. {}", "VN": "{} đường Hoa Sữa"}

WHY = {
    LifecycleStage.LEAD: "Asked for the catalogue",
    LifecycleStage.MQL: "Asked for prices on the website",
    LifecycleStage.SQL: "Confirmed need and budget on the telephone",
    LifecycleStage.OTHER: "Works with us, but does not buy",
}
BACK = "No budget this year; back to marketing until the new one."
FROM_COMPANY = (Source.SALES, Source.EVENT, Source.REFERRAL, Source.WEB, Source.EMAIL)
FROM_OUTSIDE = (Source.FORM, Source.SOCIAL, Source.WEB, Source.EVENT, Source.ADVERTISING)
DETAILS = {
    Source.EVENT: "Packaging fair",
    Source.FORM: "Guide: keeping goods dry",
    Source.SOCIAL: "Post about moisture",
    Source.ADVERTISING: "Trade paper",
    Source.REFERRAL: "Recommended by a customer",
}


@dataclass
class Arrival:
    """A company or person that became known at a moment, in a first stage."""

    key: str
    row: Any
    stage: LifecycleStage
    at: datetime
    domain: str = ""
    phone: str = ""
    job: tuple[str, str] | None = None


def write(diary: Diary) -> None:
    """Write staff, companies, people, notes; rows are known by the companies' keys and the people's names."""
    write_staff(diary)
    _write_companies(diary)
    _write_people(diary, [*_employed(diary), *_strangers(diary)])
    for name, days_ago, reason in read_table(EVANGELISTS):
        _step(diary, name, LifecycleStage.EVANGELIST, reason, diary.moment(int(days_ago), 15), by="manager")
    for name, days_ago, author, body in read_table(NOTES):
        note = partial(_add_note, diary, name, author, body)
        diary.note(diary.moment(int(days_ago), 16), note, by=diary.rows[author])
    diary.at_end(_date_moves)


def _date_moves() -> None:
    """A row was last changed when it last moved: the ledger writes it behind the models' back."""
    for model in (Contact, Company):
        model.objects.filter(lifecycle_since__gt=F("updated_at")).update(updated_at=F("lifecycle_since"))


def _write_companies(diary: Diary) -> None:
    table = read_table(COMPANIES)
    # Parents before their subsidiaries.
    for generation in (False, True):
        _bring_in(
            diary, [_company(diary, number, *row) for number, row in enumerate(table) if bool(row[11]) is generation]
        )
    for key, *_columns, added, owner, _parent, stages in table:
        _steps(diary, key, stages, int(added), owner)


def _company(
    diary: Diary, number: int, key: str, name: str, form: str, industry: str, employees: str, founded: str,
    city: str, region: str, country: str, added: str, owner: str, parent: str, _stages: str,
) -> Arrival:  # fmt: skip
    company = Company(
        name=name,
        legal_form=form,
        industry=industry,
        employees=int(employees),
        founded=int(founded),
        street=STREETS[country].format(7 + number * 3),
        city=city,
        region=region,
        country=country,
        domain=f"{key}.example",
        owner=diary.rows.get(owner),
        parent=diary.rows.get(parent),
    )
    return Arrival(key, company, LifecycleStage.LEAD, diary.moment(int(added), 8))


def _employed(diary: Diary) -> Iterator[Arrival]:
    companies = {row[0]: row for row in read_table(COMPANIES)}
    seen: Counter[str] = Counter()
    for number, (company, name, role, stages) in enumerate(read_table(PEOPLE)):
        country, added, owner = companies[company][8:11]
        days_ago = int(added) - APART * seen[company]
        seen[company] += 1
        contact = _person(name, country, FROM_COMPANY[number % len(FROM_COMPANY)], diary.rows.get(owner))
        # One in four is known by e-mail only.
        phone = PHONES[country].format(number + 100) if number % 4 else ""
        at = diary.moment(days_ago, 9)
        yield Arrival(name, contact, _first_stage(stages), at, f"{company}.example", phone, (company, role))
        _steps(diary, name, stages, days_ago, owner)


def _strangers(diary: Diary) -> Iterator[Arrival]:
    for number, (name, country, added, owner, stages) in enumerate(read_table(STRANGERS)):
        contact = _person(name, country, FROM_OUTSIDE[number % len(FROM_OUTSIDE)], diary.rows.get(owner))
        yield Arrival(name, contact, LifecycleStage.SUBSCRIBER, diary.moment(int(added), 10), "surel.example")
        _steps(diary, name, stages, int(added), owner)


def _write_people(diary: Diary, arrivals: list[Arrival]) -> None:
    _bring_in(diary, arrivals)
    ContactEmail.objects.bulk_create(
        ContactEmail(contact=each.row, address=_address(each.key, each.domain), is_primary=True) for each in arrivals
    )
    ContactPhone.objects.bulk_create(
        ContactPhone(contact=each.row, number=each.phone, is_primary=True) for each in arrivals if each.phone
    )
    jobs = [
        Employment(
            contact=each.row,
            company=diary.rows[each.job[0]],
            role=each.job[1],
            is_primary=True,
            since=each.at.date().replace(year=each.at.year - 2, day=1),
        )
        for each in arrivals
        if each.job
    ]
    Employment.objects.bulk_create(jobs)
    for job in jobs:
        diary.stamp(job, diary.rows[job.contact.full_name].lifecycle_since)


def _bring_in(diary: Diary, arrivals: Sequence[Arrival]) -> None:
    """Write rows as an import does: all at once, each with its first row of history and of the ledger."""
    arrivals = sorted(arrivals, key=lambda each: each.at)
    for each in arrivals:
        each.row._history_date, each.row._history_user = each.at, each.row.owner
    rows = bulk_create_with_history([each.row for each in arrivals], type(arrivals[0].row))
    by_owner: dict[User | None, list[Any]] = {}
    for each, row in zip(arrivals, rows, strict=True):
        each.row, diary.rows[each.key] = row, row
        diary.stamp(row, each.at)
        by_owner.setdefault(row.owner, []).append(row)
    stages = {each.row.pk: str(each.stage) for each in arrivals}
    moments = {each.row.pk: each.at for each in arrivals}
    for owner, owned in by_owner.items():
        enter_many(owned, stages, added_by(owner), by=owner, at_of=moments)
    for each in arrivals:
        # As the database has it now.
        each.row.lifecycle_stage, each.row.lifecycle_since = each.stage, each.at


def _person(name: str, country: str, source: Source, owner: User | None) -> Contact:
    words = name.split()
    # Vietnamese names begin with the family's and people are called by the last word; many Indonesians have one name.
    family, called = (words[0], words[-1]) if country == "VN" else ("", "")
    return Contact(
        full_name=name,
        family_name=family,
        preferred_name=called,
        country=country,
        language=LANGUAGES[country],
        time_zone=ZONES[country],
        source=source,
        source_detail=DETAILS.get(source, ""),
        owner=owner,
    )


def _address(name: str, domain: str) -> str:
    words = "".join(letter if letter.isalnum() else " " for letter in fold(name)).split()
    return f"{'.'.join(words)}@{domain}"


def _first_stage(stages: str) -> LifecycleStage:
    return LifecycleStage.SUBSCRIBER if stages.startswith("subscriber") else LifecycleStage.LEAD


def _steps(diary: Diary, key: str, stages: str, added: int, owner: str) -> None:
    steps = stages.split()
    if steps[:1] == ["subscriber"]:
        steps[0] = "lead"
    for place, word in enumerate(steps, start=1):
        at = diary.moment(added - STEP * place, 11)
        if word == "back":
            _step(diary, key, LifecycleStage.LEAD, BACK, at, by="manager")
        else:
            stage = LifecycleStage(word)
            _step(diary, key, stage, WHY[stage], at, by=owner or "marketer")


def _step(diary: Diary, key: str, stage: LifecycleStage, why: str, at: datetime, *, by: str) -> None:
    user = diary.rows[by]

    def act() -> None:
        subject = diary.rows[key]
        if preview(subject, to=stage).allowed:
            advance(subject, to=stage, cause=Cause(CauseKind.PERSON, why), by=user, at=at)
        else:
            step_back(subject, to=stage, reason=why, by=diary.rows["manager"], at=at)
        subject.refresh_from_db(fields=["lifecycle_stage"])

    diary.note(at, act, by=user)


def _add_note(diary: Diary, name: str, author: str, body: str) -> None:
    Note.objects.create(contact=diary.rows[name], author=diary.rows[author], body=body)
