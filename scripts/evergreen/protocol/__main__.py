"""Write the schema and the reference of the protocol, which its models say: `make protocol`."""

from evergreen.protocol import reference, schema

MADE = {"config/schemas/config.schema.yaml": schema.as_yaml, "docs/protocol.md": reference.as_markdown}

if __name__ == "__main__":
    schema.write(MADE)
