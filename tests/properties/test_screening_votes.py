"""Counting votes, whoever cast them and in whatever order."""

import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from evergreen.screening.assignment import Plan
from tests.unit.test_screening_votes import tally

DECISION = st.sampled_from(["include", "exclude", "unsure"])


@settings(deadline=None, max_examples=50)
@given(
    st.lists(st.sampled_from("abcd"), min_size=8, max_size=8),
    st.dictionaries(
        st.sampled_from(["AB", "CD", "EF"]),
        st.dictionaries(st.sampled_from([f"r{n}" for n in range(10)]), DECISION),
    ),
    st.sampled_from(["all", "single", "dual", "dual_excludes"]),
    st.randoms(use_true_random=False),
)
def test_no_vote_is_lost_and_no_order_matters(cluster, votes, mode, random):
    clusters = {f"r{number}": f"w{work}" for number, work in enumerate(cluster)}
    ids = sorted(set(clusters.values()))
    plan = Plan(("AB", "CD", "EF"), mode=mode)
    rows = {name: [(record, decision) for record, decision in said.items()] for name, said in votes.items()}
    result = tally(rows, ids=ids, plan=plan, clusters=clusters)
    assert result.decisions["work_id"].tolist() == ids
    given_votes = {
        (name, clusters[record]) for name, said in votes.items() for record in said if record in clusters
    }
    counted = set(zip(result.votes["reviewer"], result.votes["work_id"], strict=True))
    contradicting = {(name, work) for name, work in given_votes - counted}
    conflicts = set(result.conflicts["work_id"])
    assert counted <= given_votes
    assert all(work in conflicts for _, work in contradicting)
    assert len(result.orphans) == sum(record not in clusters for said in votes.values() for record in said)
    undecided = set(result.decisions.loc[result.decisions["decision"].eq(""), "work_id"])
    assert undecided == conflicts | set(result.awaiting["work_id"])
    for said in rows.values():
        random.shuffle(said)
    again = tally(rows, ids=ids, plan=plan, clusters=clusters)
    pd.testing.assert_frame_equal(result.decisions, again.decisions)
