"""Segments: rules that are refused, people who enter and leave, picks that stay, and why somebody is in, or not."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db.models import QuerySet
from django.utils import timezone

from campaigns.segments.compiling import members_of
from campaigns.segments.models import HandPick, Segment, SegmentMember
from campaigns.segments.picking import add_to_list, pick, remove_from_list, unpick
from campaigns.segments.previewing import preview
from campaigns.segments.reading import explain, explain_membership
from campaigns.segments.refreshing import refresh
from campaigns.segments.refusing import SegmentRefused, TreeRefused
from campaigns.segments.saving import archive_segment, save_segment
from campaigns.segments.sweeping import claim_due_segments
from campaigns.segments.tree import read_tree, write_tree
from config.common.integrity import prove
from config.integrations.models import Event
from contacts.consent.recording import record_consent
from contacts.models import ConsentPurpose, Contact, User
from contacts.people.archiving import archive
from deals.models import Currency
from tests.factories.campaigns_segments import all_of, any_of, has, is_, live, none_of
from tests.factories.contacts import CompanyFactory, ContactFactory, UserFactory
from tests.factories.deals import DealFactory

pytestmark = pytest.mark.django_db
INDONESIA = is_("contact.country", "ID")


def _names(rows: QuerySet[Contact]) -> set[str]:
    return set(rows.values_list("full_name", flat=True))


def _meant(owner: User, rule: dict[str, Any], now: datetime | None = None) -> set[str]:
    return _names(members_of(read_tree(all_of(rule)), owner=owner, now=now or timezone.now()))


def _inside(segment: Segment) -> set[str]:
    return _names(Contact.objects.filter(memberships__in=SegmentMember.objects.current().filter(segment=segment)))


@pytest.fixture
def sri(ana: User) -> Contact:
    return ContactFactory(full_name="Sri", country="ID", owner=ana)


@pytest.fixture
def duc(ana: User) -> Contact:
    return ContactFactory(full_name="Nguyễn Đức", country="VN", owner=ana)


# --- What is refused --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("raw", "path", "code"),
    [
        ({"match": "all", "rules": []}, "", "segment_rule_empty"),
        (all_of(INDONESIA, none_of()), "rules.1", "segment_rule_empty"),
        (all_of(INDONESIA, has("deals", any_of())), "rules.1.where.rules.0", "segment_rule_empty"),
        ({"match": "some", "rules": [INDONESIA]}, "", "segment_rule_invalid"),
        (all_of(is_("contact.password", "x")), "rules.0", "segment_rule_invalid"),
        (all_of(is_("owner__password", "x")), "rules.0", "segment_rule_invalid"),
        (all_of(is_("contact.country", "ID", "gte")), "rules.0", "segment_rule_invalid"),
        (all_of(is_("contact.country", "Atlantis")), "rules.0", "segment_rule_invalid"),
        (all_of(is_("contact.name", "́", "contains")), "rules.0", "segment_rule_invalid"),
        (all_of(is_("contact.created", -1, "in_last_days")), "rules.0", "segment_rule_invalid"),
        (all_of(is_("contact.created", "2026-02-30", "on")), "rules.0", "segment_rule_invalid"),
        (all_of(is_("contact.owner", 10**30)), "rules.0", "segment_rule_invalid"),
        (all_of(is_("contact.owner", True)), "rules.0", "segment_rule_invalid"),
        (all_of(has("deals", is_("amount", "1e999999", "at_least"))), "rules.0.where.rules.0", "segment_rule_invalid"),
        (all_of(has("deals", is_("contact.country", "ID"))), "rules.0.where.rules.0", "segment_rule_invalid"),
        (all_of(has("deals", operator="count_at_least", value=0)), "rules.0", "segment_rule_invalid"),
        (all_of(has("activities", operator="sum_at_least", value=5)), "rules.0", "segment_rule_invalid"),
        (all_of(INDONESIA | {"where": all_of(INDONESIA)}), "rules.0", "segment_rule_invalid"),
        (all_of(INDONESIA | {"lookup": "x"}), "rules.0", "segment_rule_invalid"),
        ([INDONESIA], "", "segment_rule_invalid"),
        (all_of(*[INDONESIA] * 61), "", "segment_rule_invalid"),
(all_of(all_of(all_of(all_of(all_of(all_of(all_of(INDONESIA))))))), ".".join(["rules.0"] * 6), "segment_rule_invalid"),
    ],
)  # fmt: skip
def test_a_rule_that_makes_no_sense_is_refused_with_the_place_of_the_fault(
    raw: dict[str, Any], path: str, code: str
) -> None:
    with pytest.raises(TreeRefused) as refusal:
        read_tree(raw)

    assert (refusal.value.facts["path"], refusal.value.code) == (path, code)
    assert refusal.value.sentence.endswith(".")


def test_a_tree_is_written_as_it_was_read() -> None:
    rule = all_of(INDONESIA, none_of(has("deals", is_("outcome", "won"), operator="count_at_least", value=2)))

    assert write_tree(read_tree(rule)) == rule


def test_a_rule_that_names_a_record_that_is_no_more_is_refused(ana: User) -> None:
    with pytest.raises(TreeRefused) as refusal:
        live(ana, INDONESIA, is_("contact.owner", 987_654))

    assert (refusal.value.code, refusal.value.path) == ("segment_rule_outdated", "rules.1")


def test_segments_never_ask_for_each_other_in_a_circle(ana: User) -> None:
    first = live(ana, INDONESIA, name="First")
    second = live(ana, is_("segment", first.pk), name="Second")
    third = live(ana, is_("segment", [second.pk], "is_any_of"), name="Third")

    with pytest.raises(TreeRefused) as refusal:
        save_segment(segment=first, by=ana, rule=all_of(INDONESIA, none_of(is_("segment", third.pk))))

    assert (refusal.value.code, refusal.value.path) == ("segment_rule_circle", "rules.1.rules.0")


def test_a_segment_that_another_asks_for_is_not_archived(ana: User) -> None:
    asked = live(ana, INDONESIA, name="Asked")
    live(ana, is_("segment", asked.pk), name="Asking")

    with pytest.raises(SegmentRefused) as refusal:
        archive_segment(asked, by=ana)

    assert refusal.value.code == "segment_asked_for"
    assert "Asking" in refusal.value.sentence


# --- Whom a rule means ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["NGUYEN", "nguyễn đức", "Đuc"])
def test_texts_are_compared_without_case_and_accents(ana: User, duc: Contact, sri: Contact, text: str) -> None:
    assert _meant(ana, is_("contact.name", text, "contains")) == {"Nguyễn Đức"}


def test_an_industry_is_compared_without_case_and_accents(ana: User) -> None:
    ContactFactory(full_name="Lan", company=CompanyFactory(industry="Điện tử"))

    assert _meant(ana, is_("company.industry", "DIEN TU")) == {"Lan"}


def test_what_people_write_is_no_pattern(ana: User, sri: Contact) -> None:
    assert _meant(ana, is_("contact.name", "S%", "contains")) == set()


def test_archived_people_are_never_meant(ana: User, sri: Contact) -> None:
    archive(sri, by=ana)

    assert _meant(ana, INDONESIA) == set()


@pytest.mark.parametrize(
    ("zone", "operator", "value", "is_meant"),
    [
        ("UTC", "in_last_days", 0, True),
        ("Asia/Jakarta", "in_last_days", 0, False),
        ("Asia/Jakarta", "in_last_days", 1, True),
        ("Asia/Jakarta", "more_than_days_ago", 0, True),
        ("UTC", "more_than_days_ago", 0, False),
        ("Asia/Jakarta", "this_month", None, False),
        ("Asia/Jakarta", "last_month", None, True),
        ("UTC", "on", "2026-03-31", True),
        ("Asia/Tokyo", "on", "2026-04-01", True),
        # The clocks of Berlin went forward on the 29th.
        ("Europe/Berlin", "after", "2026-03-30", True),
        ("Europe/Berlin", "before", "2026-03-31", False),
    ],
)
def test_dates_are_those_of_the_owners_calendar(zone: str, operator: str, value: Any, is_meant: bool) -> None:
    owner = UserFactory(time_zone=zone)
    # In Jakarta a second before midnight of the 31st, and half an hour after it now.
    contact = ContactFactory(full_name="Made late")
    Contact.objects.filter(pk=contact.pk).update(created_at=datetime(2026, 3, 31, 16, 59, 59, tzinfo=UTC))
    now = datetime(2026, 3, 31, 17, 30, tzinfo=UTC)

    assert ("Made late" in _meant(owner, is_("contact.created", value, operator), now)) is is_meant


def test_a_sum_is_in_the_companys_currency_and_leaves_out_what_has_no_rate(ana: User, sri: Contact) -> None:
    Currency.objects.create(code="XTS", name="Without a rate")
    for code, amount in (("USD", 60), ("USD", 40), ("XTS", 900)):
        currency = Currency.objects.get(code=code)
        DealFactory(contacts=[sri], currency=currency, amount=Decimal(amount), owner=ana)

    assert _meant(ana, has("deals", operator="sum_at_least", value="100")) == {"Sri"}
    assert _meant(ana, has("deals", operator="sum_at_least", value="100.001")) == set()


def test_conditions_on_a_deal_are_about_the_same_deal(ana: User, sri: Contact) -> None:
    DealFactory(contacts=[sri], amount=Decimal(10), owner=ana, won=True)
    DealFactory(contacts=[sri], amount=Decimal(900), owner=ana)

    assert _meant(ana, has("deals", is_("outcome", "won"), is_("amount", 500, "at_least"))) == set()


def test_whom_a_rule_means_is_asked_in_one_query(ana: User, django_assert_num_queries: Any) -> None:
    tree = read_tree(all_of(INDONESIA, has("deals", is_("outcome", "won")), has("purchases"), has("touches")))

    with django_assert_num_queries(1):
        members_of(tree, owner=ana, now=timezone.now()).count()


# --- Who enters and leaves --------------------------------------------------------------------------------------------


def test_a_refresh_lets_enter_and_leave_and_tells(ana: User, sri: Contact, duc: Contact) -> None:
    segment = live(ana, INDONESIA)
    first = refresh(segment.pk, by=ana)
    Contact.objects.filter(pk=sri.pk).update(country="VN")
    Contact.objects.filter(pk=duc.pk).update(country="ID")

    second = refresh(segment.pk)

    assert (first.entered, first.left, first.size) == (1, 0, 1)
    assert (second.entered, second.left, second.size) == (1, 1, 1)
    assert _inside(segment) == {"Nguyễn Đức"}
    gone = SegmentMember.objects.get(segment=segment, contact=sri)
    assert gone.left_at is not None
    assert gone.left_at >= gone.entered_at
    told = Event.objects.filter(name__startswith="campaigns.segment_").order_by("pk").values_list("name", "payload")
    assert [(name, payload["contacts"]) for name, payload in told] == [
        ("campaigns.segment_entered", [sri.pk]),
        ("campaigns.segment_entered", [duc.pk]),
        ("campaigns.segment_left", [sri.pk]),
    ]


def test_a_refresh_that_changes_nothing_tells_nothing(ana: User, sri: Contact) -> None:
    segment = live(ana, INDONESIA)
    refresh(segment.pk)
    Event.objects.all().delete()

    again = refresh(segment.pk)

    assert (again.entered, again.left, again.size) == (0, 0, 1)
    assert not Event.objects.exists()


def test_many_who_enter_are_told_in_batches_of_a_thousand(ana: User) -> None:
    Contact.objects.bulk_create(Contact(full_name=f"Person {number}", country="ID") for number in range(2001))

    refresh(live(ana, INDONESIA).pk)

    told = Event.objects.filter(name="campaigns.segment_entered").order_by("pk").values_list("payload", flat=True)
    assert [len(payload["contacts"]) for payload in told] == [1000, 1000, 1]


def test_picks_by_hand_survive_a_refresh_and_are_said_first(ana: User, sri: Contact, duc: Contact) -> None:
    segment = live(ana, INDONESIA)
    refresh(segment.pk)

    pick(segment, sri, is_in=False, by=ana, reason="Asked not to be written to")
    pick(segment, duc, is_in=True, by=ana)
    refresh(segment.pk)

    assert _inside(segment) == {"Nguyễn Đức"}
    why = explain_membership(segment, sri, ana, now=timezone.now())
    assert "Asked not to be written to" in why.pick
    assert (why.is_member, why.should_be) == (False, False)
    assert why.rule is not None
    assert why.rule.verdict


def test_a_pick_taken_back_leaves_the_rule_to_decide(ana: User, sri: Contact) -> None:
    segment = live(ana, INDONESIA)
    pick(segment, sri, is_in=False, by=ana)
    unpick(segment, sri, by=ana)

    assert claim_due_segments(timezone.now()) == [segment.pk]
    refresh(segment.pk)

    assert _inside(segment) == {"Sri"}


def test_a_list_holds_whom_people_put_there_and_may_see(ana: User, rani: User, sri: Contact) -> None:
    mine = ContactFactory(full_name="Mine", owner=rani)
    friends = save_segment(by=ana, name="Friends", kind="fixed")

    added = add_to_list(friends, [sri.pk, mine.pk, 987_654], by=rani)
    removed = remove_from_list(friends, [mine.pk], by=ana)

    assert (added, removed) == (1, 1)
    assert _inside(friends) == set()
    friends.refresh_from_db()
    assert friends.size == 0


def test_a_rule_that_cannot_be_read_any_more_keeps_its_members_and_says_why(ana: User, sri: Contact) -> None:
    segment = live(ana, INDONESIA)
    refresh(segment.pk)
    Segment.objects.filter(pk=segment.pk).update(rule=all_of(is_("contact.shoe_size", 41)))

    row = refresh(segment.pk)

    assert "contact.shoe_size" in row.refusal
    assert _inside(segment) == {"Sri"}
    segment.refresh_from_db()
    assert explain_membership(segment, sri, ana, now=timezone.now()).refusal == row.refusal


def test_a_changed_rule_is_counted_and_due_at_once(ana: User, sri: Contact) -> None:
    segment = live(ana, INDONESIA)
    refresh(segment.pk)

    changed = save_segment(segment=segment, by=ana, rule=all_of(is_("contact.country", "VN")))

    assert changed.rule_version == 2
    assert claim_due_segments(timezone.now()) == [segment.pk]


def test_segments_are_refreshed_after_those_that_they_ask_for(ana: User, sri: Contact) -> None:
    asked = live(ana, INDONESIA, name="Asked")
    asking = live(ana, is_("segment", asked.pk), name="Asking")
    refresh(asking.pk)
    Segment.objects.update(refresh_due_at=timezone.now() - timedelta(minutes=1))

    first = claim_due_segments(timezone.now())
    while_working = claim_due_segments(timezone.now())
    refresh(asked.pk)
    then = claim_due_segments(timezone.now())
    refresh(asking.pk)

    assert (first, while_working, then) == ([asked.pk], [], [asking.pk])
    assert _inside(asking) == {"Sri"}


# --- Why, and what if -------------------------------------------------------------------------------------------------


def test_each_condition_says_the_persons_value_and_what_came_of_it(ana: User, sri: Contact) -> None:
    DealFactory(name="Drills", contacts=[sri], owner=ana)
    tree = read_tree(all_of(INDONESIA, any_of(has("deals", is_("outcome", "won")), is_("contact.source", "form"))))

    trace = explain(tree, sri, ana, owner=ana, now=timezone.now())

    country, either = trace.children
    deals, source = either.children
    assert (country.verdict, country.fact, country.words) == (True, "Indonesia", "Country: is Indonesia")
    assert (trace.verdict, either.verdict, deals.verdict, deals.fact) == (False, False, False, "none")
    assert (deals.children[0].children[0].fact, source.fact) == ("0 of 1", "Found by sales")


def test_what_the_reader_may_not_see_stays_hidden(ana: User, rani: User) -> None:
    mine = ContactFactory(owner=rani)
    DealFactory(name="A secret of Ana's", contacts=[mine], owner=ana)
    tree = read_tree(all_of(has("deals", is_("outcome", "open"))))

    trace = explain(tree, mine, rani, owner=ana, now=timezone.now())

    deals = trace.children[0]
    assert deals.verdict
    assert (deals.is_hidden, deals.fact) == (True, "not visible to you")
    assert "secret" not in str(trace)


def test_a_preview_counts_shows_some_and_says_who_lacks_consent(
    ana: User, rani: User, sri: Contact, duc: Contact
) -> None:
    purpose = ConsentPurpose.objects.order_by("pk").first()
    assert purpose is not None
    record_consent(sri, purpose, is_given=True, source="person")
    other = live(ana, INDONESIA, name="Indonesia")
    refresh(other.pk)
    tree = read_tree(any_of(INDONESIA, is_("contact.country", "VN")))

    found = preview(tree, owner=ana, reader=ana)

    assert (found.count, {each.full_name for each in found.sample}) == (2, {"Sri", "Nguyễn Đức"})
    assert found.lacking[0].people == 1
    assert [(each.segment, each.people, each.per_cent) for each in found.overlaps] == [(other, 1, 50)]
    assert preview(tree, owner=ana, reader=rani).sample == ()


# --- Proofs -----------------------------------------------------------------------------------------------------------


def test_proofs_are_silent_on_good_rows_and_name_a_wrong_size(ana: User, sri: Contact) -> None:
    names = ("campaigns.segment_sizes", "campaigns.segment_rules", "campaigns.hand_picks")
    segment = live(ana, INDONESIA)
    refresh(segment.pk)
    assert all(verdict.holds for verdict in prove(names))

    Segment.objects.filter(pk=segment.pk).update(size=7)

    wrong = next(verdict for verdict in prove(names) if not verdict.holds)
    assert str(wrong.findings[0]) == f"campaigns.segment {segment.pk}: Its size is 7, and it has 1 members."


def test_a_pick_that_is_not_kept_is_found(ana: User, sri: Contact) -> None:
    segment = live(ana, INDONESIA)
    refresh(segment.pk)
    picked = HandPick.objects.create(segment=segment, contact=sri, is_in=False, by=ana)

    (verdict,) = prove(["campaigns.hand_picks"])

    assert [each.subject for each in verdict.findings] == [f"campaigns.handpick {picked.pk}"]
