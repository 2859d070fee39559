"""What we promise to do and what we did: calls, meetings, tasks, their reminders, calendars and care plans."""
