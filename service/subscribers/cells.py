"""Cells of a CSV file that a spreadsheet does not take for a formula (CWE-1236), and their way back."""

_STARTS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r", "'")


def to_cell(text: str) -> str:
    """`text`, with an apostrophe before it if a spreadsheet might run it."""
    return f"'{text}" if text.startswith(_STARTS_A_FORMULA) else text


def from_cell(cell: str) -> str:
    """What `to_cell` was given; cells from elsewhere stay as they are."""
    return cell[1:] if cell.startswith("'") and cell[1:].startswith(_STARTS_A_FORMULA) else cell
