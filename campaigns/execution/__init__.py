"""Campaigns: dated efforts with their goals, tasks, content and members."""
