"""Compare the library with files of metafor results, block by block: one module per family of blocks."""
