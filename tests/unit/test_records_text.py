"""LaTeX in BibTeX as plain text."""

from evergreen.absent import absent
from evergreen.records.formats import latex
from tests.rows import each

PLAIN = [
    (r"95\% of 50% \& 3 & 4 #5", "95% of 50% & 3 & 4 #5"), (r"p {\textless} 0.05, n{\textgreater}3", "p < 0.05, n>3"),
    (r"a{\textbar}b", "a|b"), (r"{\textbeta}-cell {\textalpha} {\textDelta}", "β-cell α Δ"), (r"$\geq$ 5 and $\leq$3", "≥ 5 and ≤3"),
    (r"$p<0.05$ and $p \leq 0.05$", "p<0.05 and p ≤ 0.05"), (r"$\beta$-cell", "β-cell"), (r"CO$_2$, CO\textsubscript{2}", "CO₂, CO₂"),
    (r"10$^{-3}$ m\textsuperscript{2}", "10⁻³ m²"), (r"$37^{\circ}$C 5{\textdegree}C", "37°C 5°C"), (r"$C_{max}$", "Cmax"),
    (r"$5 and $6", "$5 and $6"), (r"\$5 and \$6 \& more", "$5 and $6 & more"), (r"costs $5 \& more", "costs $5 & more"),
    (r"M{\"u}ller, \'{E}ric, {\ss}, {\O}, \v{S}, \c{c}, \i", "Müller, Éric, ß, Ø, Š, ç, ı"), (r"O\'Brien", "O'Brien"),
    (r"don{\textquoteright}t ``do'' it", "don’t “do” it"), (r"90\%--97\% --- so", "90%–97% — so"), (r"90--97", "90–97"),
    (r"\emph{in vitro} \textit{E. coli} \texttt{lmer} \foo{bar}", "in vitro E. coli lmer bar"), (r"C:\foo bar", r"C:\foo bar"),
    (r"5\hspace{0.25em}mg a\,b", "5 mg a b"), (r"\href{https://x.org/a_b}{shown} \url{http://x_y/~a%20b}", "shown http://x_y/~a%20b"),
    (r"{\copyright} {\pounds}5 {\euro}3 {\S}4 {\texttrademark}", "© £5 €3 §4 ™"), ("no code at all", "no code at all"),
    (r"\{set\} {B}races", "{set} Braces"), (r"et~al. J.~Doe ~5 5~10", "et al. J. Doe ~5 5~10"), (r"and\slash or hy\-phen", "and/or hyphen"), (r"\textasciitilde 5 \^{} \~{}", "~5 ^ ~"), (r"$\mathrm{T}_{1/2}$ $\frac{1}{2}$", "T1/2 1/2"),
]  # fmt: skip


@each(("code", "text"), PLAIN)
def test_latex_as_it_is_printed(code, text):
    assert " ".join(latex.plain(code).split()) == text


@each(
    ("code", "text"),
    [(r"10.1002/(SICI)1097{\_}0142--x{\textless}1260::AID{\textgreater}3", "10.1002/(SICI)1097_0142--x<1260::AID>3"),
     (r"http://x.y/\~{}a\_b\%20c?d=1\&e=$x$", "http://x.y/~a_b%20c?d=1&e=$x$"), ("http://x/~a%20--b", "http://x/~a%20--b")],
)  # fmt: skip
def test_addresses_and_numbers_letter_by_letter(code, text):
    assert latex.literal(code) == text


def test_a_percent_sign_cuts_nothing_whatever_stands_beside_it(read):
    abstract = "In all, 95% of patients (CI 90--97) improved; 5% did not, 1% left."
    for addition in ("", r" \& more", r" {\textgreater} $x^2$", r" {\'e}", r" $\geq$ 5\%"):
        _, table = read(f"@article{{a,\n title={{T}},\n abstract={{{abstract}{addition}}}\n}}\n")
        assert table.loc[0, "abstract"].startswith(
            "In all, 95% of patients (CI 90–97) improved; 5% did not, 1% left."
        )


def test_names_within_braces_are_one(read):
    people = {
        "{Centers for Disease Control and Prevention} and Doe, Ann": "Centers for Disease Control and Prevention; Doe, Ann",
        r"M{\"u}ller, \'{E}ric and {van der Berg}, Jan and others": "Müller, Éric; van der Berg, Jan",
        "{Doe, Ann and Roe, Bob}": "Doe, Ann; Roe, Bob",
    }
    for author, names in people.items():
        _, table = read(f"@article{{a,\n title={{T}},\n author={{{author}}}\n}}\n")
        assert table.loc[0, "authors"] == names


@each(
    "text",
    ["[Not Available].", "[No abstract available]", "No abstract.", "Abstract is not available", "[No author name available]", "N/A", "NaN", "-", "",
     "Resumen no disponible", "Kein Abstract verfügbar", "[No document title available]", "<Blank>"],
)  # fmt: skip
def test_what_databases_write_where_they_have_nothing(text):
    assert absent(text)


@each(
    "text",
    ["Not available drugs", "Abstract", "No author is an island", "Na", "None of the above", "5", "不"],
)
def test_words_that_say_something(text):
    assert not absent(text)


def test_what_stands_for_nothing_is_no_title_abstract_or_author(read):
    _, table = read(
        "Authors,Title,Year,Abstract,EID\n[No author name available],A trial,2020,[No abstract available],2-s2.0-1\n"
    )
    assert table.loc[0, ["authors", "title", "abstract"]].tolist() == ["", "A trial", ""]
    nbib = "PMID- 1\nTI  - [Not Available].\nTT  - « HER2-faible », un concept.\nSO  - Bull. 2020.\n"
    _, table = read(nbib)
    assert table.loc[0, "title"] == "« HER2-faible », un concept."


def test_what_stands_for_nothing_is_no_number_place_or_language(read):
    """R writes NA, Python nan or None; as a key it would number all records in the order of their content."""
    columns = ["accession number", "journal", "volume", "issue", "pages", "language", "url"]
    for nothing in ("NA", "nan", "None", "n/a", "-", "NULL"):
        cells = ",".join([nothing] * len(columns))
        _, table = read(f"title,year,{','.join(columns)}\nA trial,2020,{cells}\nAnother trial,2021,{cells}\n")
        assert set(table[["accession", *columns[1:]]].to_numpy().ravel()) == {""}
    _, table = read(
        "TY  - JOUR\nTI  - A trial\nAN  - NA\nJF  - NA\nT2  - Lancet\nUR  - https://lens.org/008-822-155-126-75X\nER  - \n"
    )
    assert table.loc[0, ["accession", "journal"]].tolist() == ["008-822-155-126-75X", "Lancet"]
