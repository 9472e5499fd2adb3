"""Drawings put into a page as a part of it, so that their text is found and read, and their links lead somewhere.

A drawing is a file of this workflow. What it may bring into the page is listed all the same, for it holds texts from outside: elements and
attributes that draw, and links to places within the results. Its ids are its own in the page, and its style does not reach out of it.
"""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path
from posixpath import normpath, relpath

from lxml import etree

SVG = "{http://www.w3.org/2000/svg}"
DRAWN = {
    "svg", "g", "defs", "path", "rect", "circle", "ellipse", "line", "polyline", "polygon", "text", "tspan", "use", "a", "clipPath", "title",
    "desc", "symbol", "linearGradient", "stop", "pattern", "image",
}  # fmt: skip
ATTRIBUTES = {
    "d", "x", "y", "x1", "y1", "x2", "y2", "cx", "cy", "r", "rx", "ry", "dx", "dy", "width", "height", "points", "transform", "style",
    "fill", "fill-opacity", "fill-rule", "stroke", "stroke-width", "stroke-linecap", "stroke-linejoin", "stroke-dasharray",
    "stroke-opacity", "stroke-miterlimit", "opacity", "clip-path", "clip-rule", "clipPathUnits", "font-family", "font-size", "font-style",
    "font-weight", "text-anchor", "dominant-baseline", "xml:space", "viewBox", "preserveAspectRatio", "role", "aria-label",
    "aria-labelledby", "aria-describedby", "aria-hidden", "id", "href", "offset", "stop-color", "patternUnits", "gradientUnits", "lang",
}  # fmt: skip
NUMBER = re.compile(r"-?\d+\.\d{3,}")
BLANKS = re.compile(r"\s+")
FONT = re.compile(r" ?font-family: [^;\"]*;")
UNTURNED = re.compile(r"rotate\(-?0(?: [^)]*)?\)")
REFERENCE = re.compile(r"url\(\s*[\"']?([^\"')]*)[\"']?\s*\)")
RESULTS = "results/"
REPORT = "results/report"
PARSER = etree.XMLParser(resolve_entities=False, no_network=True, remove_comments=True, remove_pis=True)


def inline(drawing: Path, prefix: str, title: str, page: str = REPORT) -> str:
    """The `<svg>` element of a file, named `title`; ids begin with `prefix`, links are as seen from a page in the folder `page`.

    A drawing that is none of the results, such as one of a frozen version, has no links: what they led to is not kept.
    Raises ValueError where the file holds no drawing.
    """
    try:
        root = etree.fromstring(drawing.read_bytes(), PARSER)
    except etree.XMLSyntaxError as error:
        raise ValueError(f"{drawing}: not an SVG drawing: {error}") from error
    used = set(_references(root))
    made = _copied(root, prefix, used, (drawing.parent.as_posix(), page))
    if made is None or made.tag != "svg":
        raise ValueError(f"{drawing}: not an SVG drawing: it begins with {root.tag}")
    _of_the_page(made, root, title)
    text = etree.tostring(made, encoding="unicode")
    # The font that all texts have goes without saying.
    if fonts := Counter(FONT.findall(text)).most_common(1):
        text = (
            text.replace(fonts[0][0], "")
            .replace(' style=""', "")
            .replace("<svg ", f'<svg style="{fonts[0][0].strip("; ")}" ', 1)
        )
    return text


def _of_the_page(made: etree._Element, root: etree._Element, title: str) -> None:
    """Size, name and the pen's defaults, which a drawing has in a style of its own."""
    for name in ("id", "style", "aria-labelledby", "aria-describedby"):
        if name in made.attrib:
            del made.attrib[name]
    # A picture whose links can be reached is a graphics document rather than an image, whose content no reader is shown.
    made.set("role", "group" if made.find(".//a[@href]") is not None else "img")
    made.set("aria-label", title)
    made.set("stroke-linejoin", "round")
    for child in made.findall("title"):
        made.remove(child)
    if "viewBox" not in made.attrib and root.get("width") and root.get("height"):
        made.set("viewBox", f"0 0 {root.get('width')} {root.get('height')}".replace("pt", ""))


def _copied(
    element: etree._Element, prefix: str, used: set[str], places: tuple[str, str]
) -> etree._Element | None:
    """The element with what of it may come into the page; `places` are the folders of drawing and page."""
    if not isinstance(element.tag, str) or not element.tag.startswith(SVG):
        return None
    # In HTML the namespaces of SVG and its links go without saying.
    if (tag := element.tag.removeprefix(SVG)) not in DRAWN:
        return None
    made = etree.Element(tag)
    for name, value in element.attrib.items():
        local = str(name).rpartition("}")[2]
        if local not in ATTRIBUTES and str(name) != "{http://www.w3.org/XML/1998/namespace}space":
            continue
        if local == "id":
            if value in used:
                made.set("id", f"{prefix}-{value}")
        elif local == "href":
            if address := _address(str(value), tag, prefix, places):
                made.set("href", address)
        elif (kept := _value(local, str(value), prefix)) is not None:
            made.set(name, kept)
    made.text = _text(element.text, tag)
    for child in element:
        if (copy := _copied(child, prefix, used, places)) is not None:
            copy.tail = _text(child.tail, tag)
            made.append(copy)
    if tag == "a" and not "".join(map(str, made.itertext())).strip() and "aria-label" not in made.attrib:
        made.set("aria-label", _called(element) or made.get("href", ""))
    return made


def _called(link: etree._Element) -> str:
    """What a link without words of its own leads to: the title of the nearest part of the drawing around it that has one."""
    titles = (around.findtext(f"{SVG}title") for around in link.iterancestors(f"{SVG}g"))
    return " ".join(next(filter(None, titles), "").split())


def _text(text: str | None, tag: str) -> str | None:
    """What stands between elements; blanks that only lay the file out go."""
    words = tag in ("text", "tspan", "title", "desc")
    return text if words or (text and text.strip()) else None


def _value(name: str, value: str, prefix: str) -> str | None:
    """An attribute's value, numbers with as many digits as a screen can show; None where it leads out of the page."""
    if name in ("d", "points", "transform", "x", "y", "style"):
        value = NUMBER.sub(_short, BLANKS.sub(" ", value).strip())
    if name == "transform" and not (value := UNTURNED.sub("", value).strip()):
        return None
    leads = REFERENCE.findall(value)
    if any(not one.startswith("#") for one in leads):
        return None
    return REFERENCE.sub(lambda found: f"url(#{prefix}-{found[1][1:]})", value) if leads else value


def _short(number: re.Match[str]) -> str:
    """Of a coordinate in points two decimals, of a scale or another small number five digits."""
    value = float(number[0])
    return f"{value:.2f}".rstrip("0").rstrip(".") if abs(value) >= 1 else f"{value:.5g}"


def _address(url: str, tag: str, prefix: str, places: tuple[str, str]) -> str:
    """Where a link or a use leads as seen from the page; "" where that is no place of the drawing or of the results."""
    if url.startswith("#"):
        return f"#{prefix}-{url[1:]}"
    if tag == "image":
        return url if url.startswith("data:image/png;base64,") else ""
    if tag != "a" or ":" in re.split(r"[/?#]", url, maxsplit=1)[0]:
        return ""
    path, hash_, place = url.partition("#")
    drawing, page = places
    there = normpath(f"{drawing}/{path}")
    return relpath(there, page) + hash_ + place if there.startswith(RESULTS) else ""


def _references(root: etree._Element) -> list[str]:
    """Ids that something in the drawing refers to; the others are left out."""
    found: list[str] = []
    for element in root.iter():
        for name, value in element.attrib.items():
            text = str(value)
            if str(name).endswith("href") and text.startswith("#"):
                found.append(text[1:])
            found += [one[1:] for one in REFERENCE.findall(text) if one.startswith("#")]
            if str(name).startswith("aria-"):
                found += text.split()
    return found
