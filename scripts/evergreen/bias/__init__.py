"""Risk of bias: the tools, the assessors' judgements and how they become one."""
