"""The minimum-jerk profile of a reaching movement (Flash and Hogan 1985)."""

from pianomime_policy.kernel import kernel


@kernel
def minimum_jerk(s):
    """Return the share of the way done at the share `s` of the time, both 0..1; `s` beyond them is clamped."""
    s = min(max(s, 0.0), 1.0)
    return s * s * s * (10.0 - 15.0 * s + 6.0 * s * s)
