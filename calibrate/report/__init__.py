"""The review: page, workbook and pictures."""
