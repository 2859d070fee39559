"""The statistics of A/B tests, against published figures, exact sums and other programs."""

from fractions import Fraction
from math import factorial

import pytest

from campaigns.experiments.arms import Arm, FiguresRefused, wilson
from campaigns.experiments.believing import expected_loss, probability_better
from campaigns.experiments.comparing import Verdict, compare
from campaigns.experiments.sizing import needed_per_variant
from campaigns.experiments.testing import beyond, check_ratio, compare_rates, holm
from campaigns.experiments.wording import report

BEFORE, AFTER = Arm("A", 850, 44_700), Arm("B", 900, 44_700)


def exact_probability(control: Arm, arm: Arm) -> float:
    """The same sum, in fractions."""

    def beta(one: int, other: int) -> Fraction:
        return Fraction(factorial(one - 1) * factorial(other - 1), factorial(one + other - 1))

    good, bad = 1 + arm.conversions, 1 + arm.people - arm.conversions
    than_good, than_bad = 1 + control.conversions, 1 + control.people - control.conversions
    terms = (
        beta(than_good + place, bad + than_bad) / ((bad + place) * beta(1 + place, bad) * beta(than_good, than_bad))
        for place in range(good)
    )
    return float(sum(terms))


@pytest.mark.parametrize(
    ("base", "effect", "power", "needed"),
    [
        (0.20, 0.05, 0.8, 1094),  # R: power.prop.test(p1=.20, p2=.25, power=.8) gives 1093.739
        (0.50, 0.25, 0.9, 77),  # R's own example: power.prop.test(p1=.50, p2=.75, power=.90) gives 76.7
        (0.50, 0.10, 0.8, 388),  # R: 387.3385
    ],
)
def test_the_size_of_a_test_is_that_of_other_programs(base, effect, power, needed):
    assert needed_per_variant(base, effect, power=power) == needed


def test_a_test_of_several_variants_needs_more_people_in_each():
    assert needed_per_variant(0.2, 0.05, comparisons=3) > needed_per_variant(0.2, 0.05)


def test_a_size_looks_both_ways_and_takes_the_larger():
    assert needed_per_variant(0.8, 0.05) == needed_per_variant(0.2, 0.05)


@pytest.mark.parametrize(("base", "effect"), [(0, 0.1), (1, 0.1), (0.5, 0), (0.5, 0.6), (0.5, float("nan"))])
def test_a_size_of_nonsense_is_refused(base, effect):
    with pytest.raises(FiguresRefused):
        needed_per_variant(base, effect)


def test_two_rates_are_tested_with_the_pooled_z():
    found = compare_rates(BEFORE, AFTER)
    assert (round(found.z, 4), round(found.p, 4)) == (1.2071, 0.2274)


def test_the_difference_has_a_lift():
    found = compare_rates(BEFORE, AFTER)

    assert [round(figure, 6) for figure in (found.difference, found.lift)] == [0.001119, 0.058824]


@pytest.mark.parametrize(
    ("arm", "control", "low", "high"),
    [
        ((56, 70), (48, 80), 0.0524, 0.3339),
        ((9, 10), (3, 10), 0.1705, 0.8090),
        ((10, 10), (0, 10), 0.6075, 1.0),
        ((0, 20), (0, 10), -0.2775, 0.1611),
    ],
)
def test_intervals_of_differences_are_those_that_newcombe_printed(arm, control, low, high):
    # Statistics in Medicine 17 (1998), 873-890, table II, method 10.
    found = compare_rates(Arm("control", *control), Arm("arm", *arm)).interval

    assert (round(found.low, 4), round(found.high, 4)) == (low, high)


def test_a_textbook_example_of_two_proportions():
    # Deaths under aspirin and placebo, Physicians' Health Study (1988): 189 of 11,034 and 104 of 11,037; z = 5.001.
    found = compare_rates(Arm("aspirin", 104, 11_037), Arm("placebo", 189, 11_034))
    assert (round(found.z, 3), round(found.difference, 4)) == (5.001, 0.0077)


@pytest.mark.parametrize(
    ("conversions", "people", "low", "high"),
    [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718)],
)
def test_wilson_intervals_are_those_that_newcombe_printed(conversions, people, low, high):
    # R. G. Newcombe, Statistics in Medicine 17 (1998), 857-872, table I, method 3.
    interval = wilson(Arm("A", conversions, people))
    assert (round(interval.low, 4), round(interval.high, 4)) == (low, high)


@pytest.mark.parametrize(
    ("control", "arm"),
    [((3, 10), (5, 10)), ((0, 7), (0, 120)), ((40, 40), (39, 41)), ((12, 150), (31, 149)), ((1, 1), (0, 1))],
)
def test_the_bayesian_probability_is_exact(control, arm):
    one, other = Arm("A", *control), Arm("B", *arm)
    assert probability_better(one, other) == pytest.approx(exact_probability(one, other), abs=1e-12)


def test_the_bayesian_probability_holds_for_a_thousand_million_people():
    one, other = Arm("A", 50_000_000, 10**9), Arm("B", 50_010_000, 10**9)
    both = probability_better(one, other) + probability_better(other, one)
    assert (both, probability_better(one, other)) == pytest.approx((1.0, 0.84754), abs=1e-5)


def test_losing_and_winning_by_a_choice_differ_by_the_difference_of_the_means():
    lost, given_up = expected_loss(AFTER, BEFORE), expected_loss(BEFORE, AFTER)
    assert given_up - lost == pytest.approx(901 / 44_702 - 851 / 44_702, abs=1e-12)


def test_holms_steps_on_the_example_of_the_encyclopedias():
    assert holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.03, 0.06, 0.06, 0.02])


@pytest.mark.parametrize(
    ("statistic", "degrees"),
    [(3.841459, 1), (5.991465, 2), (7.814728, 3), (9.487729, 4), (18.307038, 10), (24.995790, 15)],
)
def test_chi_square_meets_the_printed_tables(statistic, degrees):
    assert beyond(statistic, degrees) == pytest.approx(0.05, abs=1e-7)


def test_a_ratio_of_people_that_can_hardly_be_chance_is_suspicious():
    # The example of Fabijan and others, KDD 2019: 821,588 and 815,482 of an even split.
    ratio = check_ratio([Arm("A", 0, 821_588), Arm("B", 0, 815_482)])
    assert (ratio.is_suspicious, ratio.p < 2e-6) == (True, True)


def test_weights_say_what_ratio_is_due():
    assert not check_ratio([Arm("A", 0, 2990, 3), Arm("B", 0, 1010, 1)]).is_suspicious


def test_a_suspicious_ratio_outweighs_every_other_verdict():
    assert compare([Arm("A", 10, 1000), Arm("B", 200, 2000)]).verdict == Verdict.SUSPICIOUS


def test_of_several_variants_each_is_compared_with_the_control():
    found = compare([BEFORE, Arm("B", 980, 44_700), Arm("C", 700, 44_700)])
    assert [(each.arm.name, each.is_different) for each in found.against] == [("B", True), ("C", True)]
    assert found.best is found.against[0]


def test_nobody_converted_anywhere_is_no_difference():
    assert compare([Arm("A", 0, 30), Arm("B", 0, 40)]).against[0].test.p == 1


@pytest.mark.parametrize("arms", [[BEFORE], [BEFORE, Arm("B", 5, 3)], [BEFORE, Arm("B", 0, 0)]])
def test_figures_that_cannot_be_are_refused(arms):
    with pytest.raises(FiguresRefused):
        compare(arms)


def test_the_report_says_how_many_more_people_a_small_difference_takes():
    assert any("each variant needs 240,783 people" in line for line in report(compare([BEFORE, AFTER])))


def test_a_difference_lost_in_the_digits_is_too_small_for_any_public():
    with pytest.raises(FiguresRefused):
        needed_per_variant(0.02, 1e-300)
