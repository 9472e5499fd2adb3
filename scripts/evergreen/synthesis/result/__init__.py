"""The result of an outcome (`synthesis/<outcome>.json`) as typed values that nothing alters.

Each part is a model whose fields say type, unit and meaning of a key, and what stands where there is nothing. Pooling makes it; figures,
report, exports and verification read it. The JSON schema (`docs/result.schema.json`) and the reference (`docs/result.md`) are made
from the models. It loads no mathematics. Here is what most readers name; the parts of single analyses are in `analyses`.
"""

from evergreen.synthesis.result.outcome_result import Result, read
from evergreen.synthesis.result.pooled_models import InverseVariance, Mixed, Multilevel, PooledModel
from evergreen.synthesis.result.result_part import NotDone, Part
from evergreen.synthesis.result.study_rows import Arm, LeftOut, Study

__all__ = [
    "Arm", "InverseVariance", "LeftOut", "Mixed", "Multilevel", "NotDone", "Part", "PooledModel", "Result", "Study", "read",
]  # fmt: skip
