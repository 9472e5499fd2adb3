"""Write the schema and the reference of a result, which its models say: `make result`."""

from evergreen.protocol import schema
from evergreen.synthesis.result import result_reference, result_schema

MADE = {"docs/result.schema.json": result_schema.as_json, "docs/result.md": result_reference.as_markdown}

if __name__ == "__main__":
    schema.write(MADE)
