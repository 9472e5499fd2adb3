"""LaTeX in the fields of BibTeX as plain text: accents, letters, signs and small formulas; what is not known stays as it is written.

pylatexenc reads it. Where what it gives is not what LaTeX prints (it drops `\\textless` and letters of its own tables, takes `%` and
`&` of databases for comments and columns, keeps formulas as code) the tables here say what does.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pylatexenc.latex2text import LatexNodes2Text

_SIGNS = {
    "textless": "<", "textgreater": ">", "textbar": "|", "textbardbl": "‖", "textasciicircum": "^", "textasciitilde": "~",
    "texttildelow": "~", "textperiodcentered": "·", "textquotedbl": '"', "textquotesingle": "'", "textunderscore": "_",
    "textdollar": "$", "textpercent": "%", "textampersand": "&", "textbraceleft": "{", "textbraceright": "}", "textminus": "−",
    "textdiv": "÷", "textpm": "±", "texttimes": "×", "textnumero": "№", "S": "§", "P": "¶",
    "pounds": "£", "euro": "€", "copyright": "©", "lbrace": "{", "rbrace": "}", "degree": "°", "celsius": "°C", "lt": "<", "gt": ">",
    "textinterrobang": "‽", "permil": "‰", "hbar": "ℏ", "quad": " ", "qquad": " ", ";": " ", ":": " ", ",": " ", "!": "", "/": "",
    "slash": "/", "-": "", "scshape": "", "sffamily": "", "ttfamily": "", "upshape": "", "nobreakdash": "", "nolinebreak": "", "allowbreak": "", "linebreak": " ", "newline": " ", "par": " ", "prime": "′", "ast": "*",
    "upmu": "μ", "mid": "|", "vert": "|",
    "LaTeX": "LaTeX", "TeX": "TeX", "protect": "", "displaystyle": "", "textstyle": "", "rm": "", "it": "", "bf": "", "left": "", "right": "", "limits": "", "cyrchar": "", "small": "", "large": "", "tiny": "", "normalsize": "", "bfseries": "", "itshape": "",
}  # fmt: skip
"""Macro to its sign, where pylatexenc has none or another than LaTeX prints."""
_SUPERSCRIPT = dict(zip("0123456789+-=()ni−", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾ⁿⁱ⁻", strict=True))
_SUBSCRIPT = dict(zip("0123456789+-=()−", "₀₁₂₃₄₅₆₇₈₉₊₋₌₍₎₋", strict=True))
_DEGREE = re.compile(r"\^\s*(?:\{\s*\\circ\s*\}|\\circ(?![A-Za-z]))")
_RAISED = re.compile(r"\^\s*(?:\{([^{}\\]*)\}|([^\s{}\\$]))|\\textsuperscript\{([^{}\\]*)\}")
_LOWERED = re.compile(r"_\s*(?:\{([^{}\\]*)\}|([^\s{}\\$]))|\\textsubscript\{([^{}\\]*)\}")
_SCRIPTS_IN_TEXT = re.compile(r"\\text(?:super|sub)script\{[^{}\\]*\}")
_FORMULA = re.compile(r"(?<!\\)\$\$?([^$]*?[^$\\])\$\$?")
_CODE = re.compile(r"\\(?![&%#$_])|[\^_{}]")
_SHORT_FORMULA = re.compile(r"\s*(?:[A-Za-z]{1,2}|[\d.,]+|[<>=+\-±~|*/%()\[\]]|\s)*")
_SIGN_OF_TEXT = re.compile(r"(?<!\\)((?:\\\\)*)([%&#$])")  # databases write these as they are
_FIRST_ARGUMENT = re.compile(
    r"\\(?:href|foreignlanguage|bibinfo)\s*\{[^{}]*\}"
)  # what is shown is their second
_QUOTED = re.compile(r"\\enquote\s*\{([^{}]*)\}")
_TIE = re.compile(r"(?<=[^\W\d_])~(?=[^\W\d_])|(?<=[^\W\d_]\.)~(?=\w)")
"""A blank at which no line ends; `~5` and `5~10` of databases are no ties."""
_BARE_ACCENT = re.compile(r"\\([\^~])\s*\{\s*\}")
_MARK_OR_ACCENT = re.compile(r"\\(['\"])([A-Za-z])")
_COMBINING = {"'": "\u0301", '"': "\u0308"}
_LIGATURE = re.compile(r"([-'`,?!])(?=[-'`,])")
_RELATION = re.compile(r"\s*([<>=≤≥≈≠∼±×])\s*")


def plain(value: str) -> str:
    """The text that LaTeX would print for `value`, without braces; `--` is an en dash, `---` an em dash."""
    if "$" in value:
        value = _FORMULA.sub(_formula, value)
    if "~" in value:
        value = _TIE.sub(" ", value)
    value = value.replace("---", "—").replace("--", "–")
    return _read(value)


def literal(value: str) -> str:
    """`value` without LaTeX's braces and escapes, every other sign as it stands: for addresses and numbers."""
    return _read(_LIGATURE.sub(r"\1{}", value) if "\\" in value else value)


def _read(value: str) -> str:
    if "\\" not in value:
        return value.replace("{", "").replace("}", "")
    value = re.sub(r"\\url\s*\{([^{}]*)\}", lambda found: _escaped(found.group(1).replace("\\", "")), value)
    value = re.sub(r"\\textfrac(?![A-Za-z])", r"\\frac", value)
    value = _QUOTED.sub(r"“\1”", _FIRST_ARGUMENT.sub("", value))
    value = _SCRIPTS_IN_TEXT.sub(lambda found: _scripts(found.group()), value)
    value = _BARE_ACCENT.sub(
        lambda found: _escaped(found.group(1)).replace("^", "\\textasciicircum{}"), value
    )
    value = _MARK_OR_ACCENT.sub(_mark_or_accent, value)
    return _decoded(value).replace("\u00a0", " ")


def _mark_or_accent(found: re.Match[str]) -> str:
    """`\\'e` is an accent; where no such letter is (`O\\'Brien`, `\\"quoted\\"`) somebody escaped the mark."""
    mark, letter = found.groups()
    accented = unicodedata.normalize("NFC", letter + _COMBINING[mark])
    return found.group() if len(accented) == 1 else mark + letter


def _escaped(text: str) -> str:
    return re.sub(r"([%&#$_{}~])", r"\\\1", text).replace("\\~", "\\textasciitilde{}")


def _formula(found: re.Match[str]) -> str:
    """The text of `$...$`; what is rather between two prices stands as it is."""
    code = found.group(1)
    if not _CODE.search(code) and not (_SHORT_FORMULA.fullmatch(code) and code == code.strip()):
        return found.group()
    code = _scripts(_DEGREE.sub(r"\\textdegree{}", code))
    text = _RELATION.sub(r" \1 ", _decoded(code)) if " " in code.strip() else _decoded(code)
    return re.sub(r"([\\{}%&#$])", r"\\\1", text.strip()).replace("\\\\", "\\textbackslash{}")


def _scripts(code: str) -> str:
    """Raised and lowered digits as Unicode has them; other raised and lowered text stands on the line."""
    code = _RAISED.sub(lambda found: _script(found, _SUPERSCRIPT), code)
    return _LOWERED.sub(lambda found: _script(found, _SUBSCRIPT), code)


def _script(found: re.Match[str], letters: dict[str, str]) -> str:
    text = next(group for group in found.groups() if group is not None)
    return "".join(letters[one] for one in text) if all(one in letters for one in text) else text


def _decoded(value: str) -> str:
    if "\\" not in value and "{" not in value:
        return value
    try:
        return str(_decoder().latex_to_text(_SIGN_OF_TEXT.sub(r"\1\\\2", value)))
    except Exception:  # whatever pylatexenc cannot read stands as it is written
        return value.replace("{", "").replace("}", "")


@cache
def _decoder() -> LatexNodes2Text:
    """pylatexenc with our tables in front of its own."""
    from pylatexenc.latex2text import LatexNodes2Text, MacroTextSpec, get_default_latex_context_db
    from pylatexenc.latexencode import get_builtin_conversion_rules

    context = get_default_latex_context_db()
    signs: dict[str, str] = {}
    for name in ("unicode-xml", "defaults"):
        for code, latex in get_builtin_conversion_rules(name)[0].rule.items():
            if alone := re.fullmatch(r"(?:\\ensuremath)?\{?\\([A-Za-z]+)\s*\}?", latex):
                signs.setdefault(alone.group(1), chr(code))
    own = [MacroTextSpec(name, simplify_repl=sign.replace("%", "%%")) for name, sign in _SIGNS.items()]
    blanks = [MacroTextSpec(name, simplify_repl=" ") for name in ("hspace", "vspace", "hskip", "hfill", " ")]
    context.add_context_category("evergreen", macros=[*own, *blanks], prepend=True)

    def unknown(node: Any, l2tobj: Any) -> str:
        """A sign of pylatexenc's other tables, with `text` before its name or not; the text of its argument; else what is written."""
        name = str(node.macroname)
        for short in (name, name.removeprefix("text"), name.removeprefix("up")):
            if short in _SIGNS or short in signs:
                return _SIGNS[short] if short in _SIGNS else signs[short]
            spec = context.get_macro_spec(short)
            if (
                short != name
                and spec is not None
                and spec.macroname == short
                and isinstance(spec.simplify_repl, str)
            ):
                return str(spec.simplify_repl)
        if arguments := [one for one in (node.nodeargs or ()) if one is not None]:
            return str(l2tobj.nodelist_to_text(arguments[-1:]))
        follows = node.parsing_state.s[node.pos + node.len :][:1]
        return "" if follows == "{" else str(node.latex_verbatim())

    context.set_unknown_macro_spec(MacroTextSpec("", simplify_repl=unknown))
    context = context.filter_context(exclude_categories=["latex-placeholders"])
    return LatexNodes2Text(latex_context=context, math_mode="text", keep_comments=True)
