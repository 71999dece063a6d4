"""What moved: where a delivered file is laid out otherwise than its dataset's layouts say.

Here: comparing a file with its layout by what ``detection`` sees, one movement for each difference, with the change of
the layout that would read it. Everything is worked out anew from the landed bytes; only the ends of tables are kept.

Not here: reading deliveries, which goes by the layout alone, and writing descriptors, which goes by an officer's word.
"""

from pipelines.ingest.movements.files import movements_of
from pipelines.ingest.movements.model import Edit, Movement

__all__ = ["Edit", "Movement", "movements_of"]
