"""What is in normal form stays as it is."""

from hypothesis import given
from hypothesis import strategies as st

from evergreen.records.normalise import all_clean, canonical_doi, clean, searchable


@given(st.from_regex(r"10\.\d{4,9}/[a-z0-9]([a-z0-9._/()-]{0,20}[a-z0-9])?", fullmatch=True))
def test_a_canonical_doi_stays_what_it_is(doi):
    once = canonical_doi(doi)
    assert once
    assert canonical_doi(once) == once
    assert canonical_doi("https://doi.org/" + once.upper()) == once


@given(st.text(max_size=60))
def test_searchable_of_searchable_is_itself(text):
    once = searchable(text)
    assert searchable(once) == once


@given(
    st.lists(
        st.text(
            alphabet=st.one_of(st.sampled_from(" a&<>;\t\n\x0b\xa0\xad\u200b\ufeff\u2028"), st.characters()),
            min_size=1,
        )
    )
)
def test_texts_that_are_all_clean_are_left_as_they_are(texts):
    if all_clean(texts):
        assert list(map(clean, texts)) == texts
