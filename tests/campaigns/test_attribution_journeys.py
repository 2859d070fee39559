"""Credit for any journeys: worked by hand, beside what others published, and exact whatever comes."""

import random
from datetime import timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from campaigns.attribution.chain import Walk, removal_effects
from campaigns.attribution.journeys import Path, attribute, path
from campaigns.attribution.methods import Method
from campaigns.attribution.refusals import JourneysRefused
from campaigns.attribution.weighing import LEAD, OPPORTUNITY, Terms, Touchpoint, weigh

NONE = Decimal(0)


def shown(paths: list[Path], method: Method, **settings: object) -> dict[str, str]:
    """What each label gets of the conversions."""
    found = attribute(paths, Terms(method, **settings))
    return {credit.label: f"{credit.conversions.normalize():f}" for credit in found.credits}


def weights(text: str, method: Method, **settings: object) -> list[Fraction]:
    found = weigh(path(text).touches, Terms(method, **settings))
    return [Fraction(each, sum(found)) for each in found]


# --- By hand ----------------------------------------------------------------------------------------------------------


def test_first_and_last_give_all_to_one_touch() -> None:
    paths = [path("Email > Fair > Search"), path("Search")]

    assert shown(paths, Method.FIRST) == {"Email": "1", "Fair": "0", "Search": "1"}
    assert shown(paths, Method.LAST) == {"Email": "0", "Fair": "0", "Search": "2"}


def test_position_gives_forty_twenty_forty() -> None:
    assert weights("A > B > C > D", Method.POSITION) == [
        Fraction(2, 5),
        Fraction(1, 10),
        Fraction(1, 10),
        Fraction(2, 5),
    ]
    assert weights("A > B", Method.POSITION) == [Fraction(1, 2), Fraction(1, 2)]
    assert weights("A", Method.POSITION) == [1]


def test_a_touch_one_half_life_older_weighs_half() -> None:
    assert shown([path("A > B > C")], Method.DECAY, half_life=timedelta(days=1)) == {
        "A": "0.142857",
        "B": "0.285714",
        "C": "0.571429",
    }


def test_w_shaped_gives_thirty_to_each_milestone_and_ten_to_the_rest() -> None:
    touches = [
        Touchpoint("a"),
        Touchpoint("b"),
        Touchpoint("c", marks=frozenset({LEAD})),
        Touchpoint("d", marks=frozenset({OPPORTUNITY})),
        Touchpoint("e"),
    ]

    found = weigh(touches, Terms(Method.W_SHAPED))

    assert [Fraction(each, sum(found)) for each in found] == [
        Fraction(3, 10), Fraction(1, 20), Fraction(3, 10), Fraction(3, 10), Fraction(1, 20),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("marks", "expected"),
    [
        # The first touch made the lead too: it has both parts, and there are no others to have ten per cent.
        ([{LEAD}, {OPPORTUNITY}], ["2/3", "1/3"]),
        # Nobody knows what made the lead or the opportunity: the others keep their proportion to the first.
        ([set(), set(), set()], ["3/4", "1/8", "1/8"]),
        ([set()], ["1"]),
    ],
)
def test_w_shaped_shares_what_is_missing_in_proportion(marks: list[set[str]], expected: list[str]) -> None:
    found = weigh([Touchpoint("x", marks=frozenset(each)) for each in marks], Terms(Method.W_SHAPED))

    assert [Fraction(each, sum(found)) for each in found] == [Fraction(each) for each in expected]


# --- As others published them -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("order", [1, 2])
def test_markov_comes_to_the_published_result_of_three_channels(order: int) -> None:
    # S. Bryl, "Marketing Multi-Channel Attribution Model with R (part 1)", analyzecore.com, 3 August 2016: one in three
    # journeys converts, the removal effects are 0.5, 1 and 1, and the channels get 20 %, 40 % and 40 %.
    paths = [
        path("C1 > C2 > C3", value=Decimal(100)),
        path("C1", conversions=NONE, nulls=Decimal(1)),
        path("C2 > C3", conversions=NONE, nulls=Decimal(1)),
    ]

    found = attribute(paths, Terms(Method.MARKOV, order=order))

    assert found.effects is not None
    assert found.effects.chance == Fraction(1, 3)
    assert [(each.label, each.effect, each.value) for each in found.credits] == [
        ("C1", Fraction(1, 2), Decimal("20.00")),
        ("C2", Fraction(1), Decimal("40.00")),
        ("C3", Fraction(1), Decimal("40.00")),
    ]


def test_markov_comes_to_the_published_result_of_two_channels() -> None:
    # S. Puzyrov, "Markov chain attribution: simple explanation of removal effect", serhiipuzyrov.com, July 2019.
    # By hand: a journey converts with 0.8 × (0.5 + 0.25 × 1) + 0.2 × 1 = 0.8; without Google Ads with 0.2, without
    # mailing with 0.4. So the effects are 0.75 and 0.5, and of four conversions 2.4 and 1.6 are theirs.
    paths = [
        path("google ads", conversions=Decimal(2), nulls=Decimal(1)),
        path("mailing"),
        path("google ads > mailing"),
    ]

    assert shown(paths, Method.MARKOV) == {"google ads": "2.4", "mailing": "1.6"}


def test_markov_without_lost_journeys_comes_to_what_simulations_come_near_to() -> None:
    # README of pychattr (a port of R's ChannelAttribution): 10,000 simulated walks gave 1.991106 and 1.008894.
    paths = [path("A > B > A > B > B > A"), path("A > B > B > A > A"), path("A > A")]

    assert shown(paths, Method.MARKOV) == {"A": "2", "B": "1"}


def test_value_follows_the_channels_that_bring_dear_journeys() -> None:
    found = attribute([path("A", value=Decimal(300)), path("B", value=Decimal(100))], Method.MARKOV)

    assert [(each.conversions, each.value) for each in found.credits] == [(1, 300), (1, 100)]


# --- Whatever comes ---------------------------------------------------------------------------------------------------

LABELS = st.sampled_from(["a", "b", "c", "d"])
MONEY = st.decimals(0, 10**9, places=2)


def journey(labels: list[str], conversions: int, value: Decimal, nulls: int) -> Path:
    touches = tuple(Touchpoint(each) for each in labels)
    return Path(touches, Decimal(conversions), value if conversions else NONE, Decimal(nulls))


COUNT = st.integers(0, 9)
PATHS = st.lists(st.builds(journey, st.lists(LABELS, max_size=6), COUNT, MONEY, COUNT), max_size=8)


@given(PATHS, st.sampled_from(list(Method)), st.integers(1, 3), st.randoms(use_true_random=False))
@settings(max_examples=80, deadline=None)
def test_credits_sum_exactly_and_the_order_of_journeys_makes_no_difference(
    paths: list[Path], method: Method, order: int, chance: random.Random
) -> None:
    terms = Terms(method, order=order)

    found = attribute(paths, terms)

    assert sum(each.conversions for each in found.credits) == found.conversions
    assert sum(each.value for each in found.credits) == found.value
    assert all(each.value >= 0 for each in found.credits)
    mixed = paths.copy()
    chance.shuffle(mixed)
    assert attribute(mixed, terms).credits == found.credits


def test_large_chains_in_floats_agree_with_fractions() -> None:
    chance = random.Random(5)
    ways = [
        path(
            " > ".join(f"c{chance.randrange(25)}" for _ in range(chance.randrange(1, 7))),
            conversions=Decimal(chance.randrange(3)),
            nulls=Decimal(chance.randrange(1, 9)),
        )
        for _ in range(400)
    ]
    walks = [
        Walk([each.label for each in way.touches], *map(Fraction, (way.conversions, 0, way.nulls))) for way in ways
    ]

    exact, rounded = removal_effects(walks), removal_effects(walks, most_exact=3)

    assert (exact.is_exact, rounded.is_exact) == (True, False)
    for label, effect in exact.conversions.items():
        assert abs(effect - rounded.conversions[label]) < Fraction(1, 10**12)


def test_a_chain_that_is_too_large_is_refused() -> None:
    paths = [path(f"c{number}") for number in range(401)]

    with pytest.raises(JourneysRefused, match="401 states"):
        attribute(paths, Method.MARKOV)


def test_what_came_without_a_touch_is_credited_to_nobody() -> None:
    found = attribute([Path((), value=Decimal(5)), path("A", value=Decimal(7))], Method.LINEAR)

    assert (found.conversions, found.value, found.lost_conversions, found.lost_value) == (1, 7, 1, 5)


def test_negative_counts_are_refused() -> None:
    with pytest.raises(JourneysRefused):
        attribute([path("A", conversions=Decimal(-1))], Method.LINEAR)
