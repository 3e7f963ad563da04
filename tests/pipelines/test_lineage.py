"""What was made from what: by SHA-256, by the recipe, without detours and circles."""

from pipelines import lineage
from pipelines.holdings import Holding
from pipelines.lineage import Edge
from pipelines.recipe_run import Ended


def holding(name: str, sha: str = "", names: str = "", **inputs: str) -> Holding:
    known, named = (frozenset({one} - {""}) for one in (sha, names))
    return Holding(name=name, command="toy", known_by=known, names=named, inputs=inputs)


def step(out: str, *inputs: str) -> Ended:
    return Ended(name=f"01-{out}", verb="toy.toy", out=out, inputs=inputs, seconds=1.0, key=out)


def test_a_directory_is_known_by_its_sha_whatever_it_is_called_now() -> None:
    assert lineage.edges([holding("moved", "s1"), holding("labels", real="s1")]) == [Edge("moved", "labels")]


def test_an_input_that_has_changed_since_is_told_from_one_that_is_elsewhere() -> None:
    found = lineage.edges([holding("real", "new"), holding("labels", real="old", far="x")])
    assert found == [Edge("far", "labels"), Edge("real", "labels", "changed")]
    assert lineage.outside([holding("real"), holding("labels")], found) == ["far"]


def test_weights_lead_from_a_training_to_what_they_predicted() -> None:
    found = lineage.edges([holding("tuned", "w1"), holding("after", "p", "w1")])
    assert found == [Edge("tuned", "after")]


def test_a_longer_way_says_it_already() -> None:
    chain = [holding("a", "1"), holding("b", "2", a="1"), holding("c", "3", a="1", b="2")]
    assert lineage.edges(chain) == [Edge("a", "b"), Edge("b", "c")]


def test_the_recipe_says_what_no_sha_does() -> None:
    found = lineage.edges([holding("footage"), holding("real", "1")], [step("real", "footage/JPEGImages")])
    assert found == [Edge("footage", "real", "said")]


def test_a_step_that_makes_several_directories_leads_to_each() -> None:
    found = lineage.edges([holding("push"), holding("human/by/a"), holding("human/by/b")], [step("human", "push")])
    assert found == [Edge("push", "human/by/a", "said"), Edge("push", "human/by/b", "said")]


def test_a_sha_is_stronger_than_the_recipe() -> None:
    assert lineage.edges([holding("a", "1"), holding("b", a="1")], [step("b", "a")]) == [Edge("a", "b")]


def test_no_circle_is_closed() -> None:
    found = lineage.edges([holding("a", "1", b="2"), holding("b", "2")], [step("b", "a")])
    assert found == [Edge("b", "a")]


def test_a_report_of_everything_comes_from_nothing_in_particular() -> None:
    assert lineage.edges([holding("a"), holding("report")], [step("report", ".")]) == []
