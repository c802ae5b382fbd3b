"""What codes are called on pages, one room for all of them: states, verdicts, reasons, roles, signs."""
