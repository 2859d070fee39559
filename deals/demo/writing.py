"""Writes the sales part of the demo company: the catalogue at once, deals and their notes into the diary."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from functools import partial
from typing import Any

from django.db.models import F, OuterRef, Subquery

from config.common.demo import Diary, read_table
from contacts.messages.message import Message, State
from deals.catalogue.models import Currency
from deals.demo.catalogue import price_in, write_catalogue
from deals.demo.following import write_care, write_follow_ups
from deals.demo.selling import write_offers, write_sale, write_sellers
from deals.demo.stories import DEALS, IN_EIGHT_STEPS, NOTES
from deals.pipeline.editing import LineInput, build_line, follow_lines
from deals.pipeline.models import Deal, DealContact, DealLine, DealNote, LossReason, Pipeline, Stage
from deals.pipeline.moving import lose, move, open_deal, win


def write(diary: Diary) -> None:
    """Write products, rates, deals and their notes; deals are known by their names."""
    write_catalogue(diary)
    write_sellers(diary)
    pipelines = list(Pipeline.objects.order_by("-is_default", "id"))[:2]
    stages = [list(Stage.objects.usable().filter(pipeline=pipeline, is_for_won=False)) for pipeline in pipelines]
    for row in read_table(DEALS):
        is_second = row[0].startswith(IN_EIGHT_STEPS)
        _Story(diary, stages[is_second], *row).write()
    for name, days_ago, author, body in read_table(NOTES):
        note = partial(_add_note, diary, name, author, body)
        diary.note(diary.moment(int(days_ago), 16), note, by=diary.rows[author])
    write_follow_ups(diary)
    write_offers(diary)
    diary.at_end(partial(_post_letters, diary))
    # Written in bulk or in the middle of something else: they are as old as their deal.
    diary.at_end(_date_parts)


@dataclass
class _Story:
    """One deal from its opening to where it stands today."""

    diary: Diary
    stages: list[Stage]
    name: str
    company: str
    people: str
    owner: str
    currency: str
    opened: str
    path: str
    ending: str
    lines: str

    def write(self) -> None:
        """Note the opening, the people, each move and the ending in the diary."""
        ago, place = int(self.opened), 0
        self._note(ago, 9, self._open)
        for days in map(int, self.path.split()):
            ago, place = ago - abs(days), place + (1 if days > 0 else -1)
            self._note(ago, 10, partial(self._move, self.stages[place], ago))
        how, days_on, *words = self.ending.split(maxsplit=3)
        day = self.diary.day(ago - int(days_on))
        if how == "won":
            by_hand = partial(self._win, day)
            write_sale(self.diary, self.name, ago - int(days_on), by_hand, by=self._user)
            write_care(self.diary, self.name, ago - int(days_on))
        elif how == "lost":
            reason = LossReason.objects.get(code=words[0])
            self._note(
                ago - int(days_on), 12, lambda: lose(self._deal, reason=reason, by=self._user, note=words[1], on=day)
            )

    @property
    def _deal(self) -> Deal:
        deal: Deal = self.diary.rows[self.name]
        return deal

    @property
    def _user(self) -> Any:
        return self.diary.rows[self.owner]

    def _note(self, days_ago: int, hour: int, act: Any) -> None:
        self.diary.note(self.diary.moment(days_ago, hour), act, by=self._user)

    def _open(self) -> None:
        fields: dict[str, Any] = {"company": self.diary.rows[self.company]} if self.company else {}
        if self.lines.isdecimal():
            fields["amount"] = Decimal(self.lines)
        people = [part.rsplit(" ", 1) if part.split()[-1].islower() else [part, "buys"] for part in self._people()]
        at = self.diary.moment(int(self.opened), 9)
        deal = open_deal(
            name=self.name,
            owner=self._user,
            by=self._user,
            stage=self.stages[0],
            currency=Currency.objects.get(code=self.currency),
            expected_close=self._expected_close(),
            own_probability=self._own_probability(),
            contacts=[self.diary.rows[name] for name, _role in people],
            at=at,
            **fields,
        )
        self.diary.rows[self.name] = deal
        for name, role in people:
            DealContact.objects.filter(deal=deal, contact=self.diary.rows[name]).update(role=role)
        if not self.lines.isdecimal():
            lines = [self._line(part) for part in self.lines.split()]
            DealLine.objects.bulk_create(build_line(deal, line, place) for place, line in enumerate(lines))
            follow_lines(deal)

    def _win(self, day: date) -> None:
        win(self._deal, by=self._user, on=day)

    def _people(self) -> list[str]:
        return [part.strip() for part in self.people.split(",") if part.strip()]

    def _line(self, text: str) -> LineInput:
        code, _times, quantity = text.partition("×")
        quantity, _minus, discount = quantity.partition("-")
        product = self.diary.rows[code]
        price = price_in(product.price, self.currency)
        return LineInput(product, Decimal(quantity), price, Decimal(discount or 0))

    def _expected_close(self) -> Any:
        how, days, *_words = self.ending.split()
        if how == "open":
            return self.diary.today + timedelta(days=int(days))
        # What they thought at the beginning: two months.
        return self.diary.day(int(self.opened)) + timedelta(days=60)

    def _own_probability(self) -> Decimal | None:
        words = self.ending.split()
        return Decimal(words[2]) if words[0] == "open" and len(words) > 2 else None

    def _move(self, stage: Stage, days_ago: int) -> None:
        move(self._deal, stage, by=self._user, at=self.diary.moment(days_ago, 10))


def _add_note(diary: Diary, name: str, author: str, body: str) -> None:
    DealNote.objects.create(deal=diary.rows[name], author=diary.rows[author], body=body)


def _date_parts() -> None:
    opened = Subquery(Deal.objects.filter(pk=OuterRef("deal")).values("created_at")[:1])
    for model in (DealContact, DealLine):
        model.objects.update(created_at=opened, updated_at=opened)


def _post_letters(diary: Diary) -> None:
    """Count the story's letters as sent when they were written: history reaches nobody's letter box."""
    written = Message.objects.filter(state=State.WAITING, due_at__lt=diary.moment(0, 0))
    written.update(state=State.SENT, sent_at=F("due_at"), attempts=1)
