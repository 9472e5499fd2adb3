"""A directory is the paths and files in it."""

import os

from hypothesis import given
from hypothesis import strategies as st

from evergreen.steps.contents import Contents, files_in


@given(
    st.dictionaries(
        st.text("abc/", min_size=1, max_size=3).map(lambda name: name.strip("/") or "a"),
        st.binary(max_size=5),
        max_size=4,
    )
)
def test_a_directory_is_the_paths_and_files_in_it(tmp_path_factory, files):
    folder = tmp_path_factory.mktemp("tree")
    for name, content in files.items():
        path = folder / name.replace("/", "_")
        path.write_bytes(content)
    contents = Contents()
    before = contents.of(folder)
    (folder / ".snakemake_timestamp").touch()
    for path in folder.iterdir():
        os.utime(path, (1, 1))
    assert Contents().of(folder) == before
    (folder / "new").write_bytes(b"")
    assert contents.of(folder) != before
    assert "new" in files_in(folder)
