"""The result of an outcome (`synthesis/<outcome>.json`) as typed values that nothing alters.

Each part is a model whose fields say type, unit and meaning of a key, and what stands where there is nothing. Pooling makes it; figures,
report, exports and verification read it. The JSON schema (`docs/result.schema.json`) and the reference (`docs/result.md`) are made
from the models. It loads no mathematics.
"""

from evergreen.synthesis.result.outcome_result import Result, read

__all__ = ["Result", "read"]
