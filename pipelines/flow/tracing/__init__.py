"""From a published row back to the file, sheet and row it was delivered in; nothing of the answer is public.

Here: reading a key as people give it; finding its rows in the segments of a version; following them through the
stored outcomes to their source coordinates; saying why a row is not published.

Not here: how the answer is shown (``cli``).
"""

from pipelines.flow.tracing.conditions import UnusableKey
from pipelines.flow.tracing.model import Reason, Trace, Traced, Unsearched
from pipelines.flow.tracing.trace import trace

__all__ = ["Reason", "Trace", "Traced", "Unsearched", "UnusableKey", "trace"]
