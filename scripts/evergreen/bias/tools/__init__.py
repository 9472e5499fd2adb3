"""Risk-of-bias tools: one file a family, each data beside its algorithms, and here what they are called in a protocol."""

from __future__ import annotations

from pathlib import Path

from evergreen import yaml_text
from evergreen.bias.tools.anatomy import EFFECTS, OVERALL, Domain, Form, Question, Tool, plain
from evergreen.bias.tools.newcastle_ottawa import NEWCASTLE_OTTAWA
from evergreen.bias.tools.own import own_tool
from evergreen.bias.tools.quadas_2 import QUADAS_2
from evergreen.bias.tools.rob1 import ROB1
from evergreen.bias.tools.rob2 import ROB2
from evergreen.bias.tools.rob_me import ROB_ME
from evergreen.bias.tools.robins_i import ROBINS_I, ROBINS_I_V2
from evergreen.errors import InputError
from evergreen.sheets import folded

__all__ = ["EFFECTS", "OVERALL", "ROB1", "ROB2", "TOOLS", "Domain", "Form", "Question", "Tool", "own_tool", "plain", "tool_of"]  # fmt: skip

TOOLS = {tool.id: tool for tool in (ROB1, ROB2, ROBINS_I, ROBINS_I_V2, ROB_ME, QUADAS_2, NEWCASTLE_OTTAWA)}


def tool_of(name: str) -> Tool:
    """The tool that the protocol names: one of `TOOLS`, or the path of a YAML file with a tool of one's own."""
    if folded(name) in TOOLS:
        return TOOLS[folded(name)]
    path = Path(name)
    if path.is_file():
        return own_tool(yaml_text.read_any(path), path)
    if path.suffix or len(path.parts) > 1:
        raise InputError(
            "the file of the risk-of-bias tool is missing", file=path,
            todo=f"Create it, or mend `risk_of_bias.tool`: {', '.join(TOOLS)}, or the path of a YAML file that lists domains.",
        )  # fmt: skip
    raise InputError(
        f"`risk_of_bias.tool` is {name!r}, which is neither a tool nor a file",
        todo=f"Allowed: {', '.join(TOOLS)}, or the path of a YAML file that lists domains.",
    )
