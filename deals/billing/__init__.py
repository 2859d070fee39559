"""Invoices, credit notes, payments, what they pay, and reminders to customers who are late."""
