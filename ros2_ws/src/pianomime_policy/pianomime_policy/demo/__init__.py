"""Hands that go where a pianist's went: a demonstration played again, or fingertips followed as they are seen."""
