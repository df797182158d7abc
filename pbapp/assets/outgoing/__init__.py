"""The published entries for other programs: tables, points, linked data, calendars."""
