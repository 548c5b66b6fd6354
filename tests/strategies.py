"""What hypothesis draws texts from."""

from hypothesis import strategies as st

ALPHABET = "abAB zZ09.,'’­​-—“”\nßŒﬁÅéêİıΣςσאبत्मक्षไทยที่漢字かなパ한국어゙́①½²﷽\U0001f600\U0001fae8\U00031350"
"""Every rule's characters: marks, signs, ligatures, characters newer than the table, astral ones."""

any_text = st.one_of(
    st.text(alphabet=ALPHABET, max_size=80),
    st.text(max_size=40),  # any Unicode but surrogates
    st.text(alphabet=st.characters(), max_size=20),
)

VOCABULARY = ("the", "a", "of", "wire", "paper", "story", "senator", "river", "seven", "7", "said", "vote", "in")

english = st.lists(st.sampled_from(VOCABULARY), max_size=120).map(" ".join)
