"""Sheets to fill in for extractors and assessors: which rows, as workbook, CSV and page, with what a cell may hold checked while one types."""
