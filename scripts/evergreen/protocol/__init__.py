"""The protocol of a review (`config/config.yaml`) as typed values that nothing alters.

Each part is a model whose fields say type, default, unit, sentence and constraint of a key. The JSON schema, the reference in
`docs/protocol.md` and the messages are made from them (`schema`, `reference`, `faults`). `reading` reads a protocol, `params`
says what of it each step is given, and `people` which files of people a run reads.
"""
