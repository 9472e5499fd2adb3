"""What all parts of a result share: no part is altered, every key is there, and how "nothing" is written."""

from __future__ import annotations

import math
from typing import Annotated, Any, Protocol, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

ANALYSIS = "analysis scale"
SQUARED = "analysis scale, squared"
PERCENT = "per cent"


class Part(BaseModel):
    """A part of a result. Keys that it does not know are refused.

    Every key is always there. Where there is no such number or part it is None (`null`), a text "", a list or mapping empty.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, defer_build=True)

    @classmethod
    def of(cls, **values: Any) -> Self:
        """The part with numbers as numpy has them, which become Python's."""
        return cls.model_validate(values)


class NotDone(Part):
    """What stands in place of an analysis that was not done."""

    not_done: str = Field(description="Why not, in one sentence.")


class Estimated(Protocol):
    """An effect with its interval, on the analysis scale; None where nothing could be estimated."""

    @property
    def estimate(self) -> float | None: ...
    @property
    def ci_low(self) -> float | None: ...
    @property
    def ci_high(self) -> float | None: ...


def said(description: str, unit: str = "", **more: Any) -> Any:
    """A key that always has a value: its sentence and its unit."""
    return Field(description=description, json_schema_extra={"x-unit": unit} if unit else None, **more)


def maybe(description: str, unit: str = "", default: Any = None, **more: Any) -> Any:
    """A key that may have nothing to say."""
    return said(description, unit, default=default, **more)


def _number(value: Any) -> Any:
    """A number of numpy as Python's; what is not finite is no number."""
    if not isinstance(value, float | int) and hasattr(value, "item"):
        value = value.item()
    return None if isinstance(value, float) and not math.isfinite(value) else value


def _numbers(values: Any) -> Any:
    return [_number(value) for value in (values.tolist() if hasattr(values, "tolist") else values)]


Number = Annotated[float | None, BeforeValidator(_number, json_schema_input_type=float | None)]
"""A finite number, or None."""
Numbers = Annotated[
    tuple[float | None, ...], BeforeValidator(_numbers, json_schema_input_type=list[float | None])
]
Count = Annotated[int | float | None, BeforeValidator(_number, json_schema_input_type=float | None)]
"""A number that is whole in most places, such as degrees of freedom, and stays whole where it is."""
Counts = Annotated[
    tuple[int | float | None, ...], BeforeValidator(_numbers, json_schema_input_type=list[float | None])
]
Texts = tuple[str, ...]
