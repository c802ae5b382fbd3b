"""Figures for the auditor, the council and the public: each defined once, with its columns, units and source rows."""
